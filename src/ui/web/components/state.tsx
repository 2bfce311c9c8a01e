/** What stands where there is nothing to show (yet): in words. */
import type { ComponentChildren } from "preact";
import type { Answer } from "../api";

export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children !== undefined && <p>{children}</p>}
    </div>
  );
}

export function Problem({ text, retry }: { text: string; retry?: () => void }) {
  return (
    <div class="problem" role="alert">
      <p>{text}</p>
      {retry && (
        <button type="button" class="button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}

/** Room for what is on its way, px; in words too when it takes a while. */
export function Loading({ height }: { height: number }) {
  return (
    <div class="loading" style={{ minHeight: `${height}px` }} role="status" aria-busy="true">
      <span>Loading…</span>
    </div>
  );
}

/** Shows an answer, or room for it (so that nothing jumps), or why there is none. */
export function Shown<T>({ of, height, children }: { of: Answer<T>; height?: number; children: (data: T) => ComponentChildren }) {
  if (of.data !== undefined) return <>{children(of.data)}</>;
  if (of.error !== undefined) return <Problem text={of.error} retry={of.reload} />;
  return <Loading height={height ?? 160} />;
}
