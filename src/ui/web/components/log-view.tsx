/** The end of a log file, followed while it grows; earlier parts on demand. */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { LogText } from "../../api-types";
import { ApiError, ask } from "../api";
import { bytes } from "../lib/format";
import { Empty, Loading, Problem } from "./state";

const PIECE = 64 * 1024;

/** `path` has a query already. */
export function LogView({ path, live }: { path: string; live: boolean }) {
  const [log, setLog] = useState<{ path: string; from: number; size: number; text: string }>();
  const [error, setError] = useState<string>();
  const [none, setNone] = useState<string>();
  const pre = useRef<HTMLPreElement>(null);
  const atEnd = useRef(true);

  useEffect(() => {
    const ending = new AbortController();
    let known = -1;
    atEnd.current = true;
    setNone(undefined);
    const read = async () => {
      try {
        // Without an offset the server gives the end of the file.
        const piece = await ask<LogText>(
          known < 0 ? `${path}&length=${PIECE}` : `${path}&offset=${known}&length=${PIECE}`,
          ending.signal,
        );
        if (ending.signal.aborted) return;
        const first = known < 0;
        known = piece.offset + new TextEncoder().encode(piece.text).length;
        setError(undefined);
        setLog((before) =>
          first || before === undefined || before.path !== path
            ? { path, from: piece.offset, size: piece.size, text: piece.text }
            : { ...before, size: piece.size, text: before.text + piece.text },
        );
      } catch (problem) {
        if (ending.signal.aborted) return;
        if (problem instanceof ApiError && problem.status === 404) {
          // What is not kept will not come either.
          setNone(problem.message);
          clearInterval(timer);
        } else setError((problem as Error).message);
      }
    };
    void read();
    const timer = live
      ? setInterval(() => {
          if (!document.hidden) void read();
        }, 2000)
      : undefined;
    return () => {
      ending.abort();
      clearInterval(timer);
    };
  }, [path, live]);

  useLayoutEffect(() => {
    if (pre.current !== null && atEnd.current) pre.current.scrollTop = pre.current.scrollHeight;
  }, [log]);

  const earlier = async () => {
    if (log === undefined) return;
    const from = Math.max(0, log.from - PIECE);
    const piece = await ask<LogText>(`${path}&offset=${from}&length=${log.from - from}`);
    atEnd.current = false;
    setLog({ ...log, from: piece.offset, text: piece.text + log.text });
  };

  if (none !== undefined) return <Empty title={none} />;
  if (log === undefined || log.path !== path) {
    return error !== undefined ? <Problem text={error} /> : <Loading height={200} />;
  }
  if (log.size === 0) return <Empty title="Nothing has been written to this log" />;
  return (
    <>
      <p class="card-note">
        {bytes(log.size)}
        {log.from > 0 && (
          <>
            , shown from {bytes(log.from)}{" "}
            <button type="button" class="link" onClick={() => void earlier()}>
              Show earlier lines
            </button>
          </>
        )}
        {error !== undefined && <span class="bad-text"> {error}</span>}
      </p>
      <pre
        class="log"
        ref={pre}
        tabIndex={0}
        aria-label="Log"
        onScroll={(event) => {
          const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
          atEnd.current = scrollTop + clientHeight > scrollHeight - 24;
        }}
      >
        {log.text}
      </pre>
    </>
  );
}
