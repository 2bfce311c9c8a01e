/** The parts of which pages are made. */
import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import { ApiError, act } from "../api";
import { useScope } from "../context";
import { count } from "../lib/format";

export function Page(props: {
  title: ComponentChildren;
  above?: ComponentChildren;
  /** What the page is about, below its title. */
  lead?: ComponentChildren;
  aside?: ComponentChildren;
  children: ComponentChildren;
}) {
  return (
    <>
      <div class="page-head">
        <div>
          {props.above !== undefined && <p class="crumbs">{props.above}</p>}
          <h1>{props.title}</h1>
          {props.lead !== undefined && <p class="lead">{props.lead}</p>}
        </div>
        {props.aside !== undefined && <div class="page-aside">{props.aside}</div>}
      </div>
      {props.children}
    </>
  );
}

export function Card(props: {
  title?: ComponentChildren;
  aside?: ComponentChildren;
  note?: ComponentChildren;
  flush?: boolean;
  class?: string;
  children: ComponentChildren;
}) {
  return (
    <section class={`card ${props.class ?? ""}`}>
      {(props.title !== undefined || props.aside !== undefined) && (
        <header class="card-head">
          <h2>{props.title}</h2>
          {props.aside !== undefined && <div class="card-aside">{props.aside}</div>}
        </header>
      )}
      {props.note !== undefined && props.note !== false && <p class="card-note">{props.note}</p>}
      <div class={props.flush === true ? "card-body flush" : "card-body"}>{props.children}</div>
    </section>
  );
}

/** Names and values in a strip above a page. Live figures must not push each other about: a place never gets narrower. */
export function Facts({ items }: { items: readonly (readonly [string, ComponentChildren, string?] | false)[] }) {
  const widest = useRef(new Map<string, number>());
  const basis = (name: string, value: ComponentChildren) => {
    const length = typeof value === "string" || typeof value === "number" ? String(value).length : 12;
    const known = Math.max(widest.current.get(name) ?? 0, Math.ceil((length + 1) / 4) * 4);
    widest.current.set(name, known);
    return { flexBasis: `calc(${known}ch + 32px)` };
  };
  return (
    <dl class="facts">
      {items
        .filter((item) => item !== false)
        .map(([name, value, tone]) => (
          <div key={name} class={tone === undefined ? "" : `tone-${tone}`} style={basis(name, value)}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

const TONES: Readonly<Record<string, string>> = {
  RUNNING: "run",
  ACTIVE: "run",
  ALIVE: "good",
  SUCCEEDED: "good",
  SUCCESS: "good",
  COMPLETE: "good",
  COMPLETED: "good",
  FINISHED: "good",
  DONE: "good",
  FAILED: "bad",
  ERROR: "bad",
  DEAD: "bad",
  EXITED: "quiet",
  ENDED: "quiet",
  KILLED: "warn",
  EXCLUDED: "warn",
  PAUSED: "warn",
  STANDBY: "quiet",
  DECOMMISSIONED: "warn",
};

/** A state as word and mark: never by colour alone. */
export function Badge({ state }: { state: string }) {
  const word = state.toLowerCase().replace(/_/g, " ");
  return <span class={`badge tone-${TONES[state.toUpperCase()] ?? "quiet"}`}>{word}</span>;
}

export interface Share {
  readonly done: number;
  readonly running: number;
  readonly failed: number;
  readonly skipped?: number;
  readonly total: number;
}

/** A bar of tasks: done, running, failed; its text beside it. */
export function TaskBar({ of, wide }: { of: Share; wide?: boolean }) {
  const total = Math.max(of.total, 1);
  const width = (n: number) => ({ width: `${Math.min(100, (n / total) * 100)}%` });
  const text =
    `${count(of.done)} / ${count(of.total)}` +
    (of.failed > 0 ? `, ${count(of.failed)} failed` : "") +
    ((of.skipped ?? 0) > 0 ? `, ${count(of.skipped)} skipped` : "");
  return (
    <span class={wide === true ? "task-bar wide" : "task-bar"}>
      <span
        class="bar"
        role="progressbar"
        aria-valuemin={0}
        aria-valuemax={of.total}
        aria-valuenow={of.done}
        aria-label={`${count(of.done)} of ${count(of.total)} tasks done, ${count(of.running)} running`}
      >
        <span class="bar-done" style={width(of.done)} />
        <span class="bar-run" style={width(of.running)} />
        <span class="bar-bad" style={width(Math.min(of.failed, total - of.done))} />
      </span>
      <span class="bar-text">{text}</span>
    </span>
  );
}

export function Tabs<T extends string>(props: {
  label: string;
  tabs: readonly (readonly [T, string])[];
  value: T;
  onChange: (value: T) => void;
}) {
  return (
    <div class="tabs" role="tablist" aria-label={props.label}>
      {props.tabs.map(([value, text], at) => (
        <button
          key={value}
          type="button"
          role="tab"
          id={`tab-${value}`}
          aria-selected={value === props.value}
          tabIndex={value === props.value ? 0 : -1}
          onClick={() => props.onChange(value)}
          onKeyDown={(event) => {
            const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
            const next = props.tabs[(at + by + props.tabs.length) % props.tabs.length];
            if (by === 0 || next === undefined) return;
            event.preventDefault();
            props.onChange(next[0]);
            document.getElementById(`tab-${next[0]}`)?.focus();
          }}
        >
          {text}
        </button>
      ))}
    </div>
  );
}

/** Ends a job or stage, after a second press; absent where the server does not allow it. */
export function KillButton({ path, what }: { path: string; what: string }) {
  const { identity } = useScope();
  const [asked, setAsked] = useState(false);
  const [said, setSaid] = useState("");
  const { token } = identity;
  if (!identity.killEnabled || token === undefined) return null;
  const kill = async () => {
    try {
      const { killed } = await act<{ killed: boolean }>(path, token);
      setSaid(killed ? "Ending it" : "It had ended already");
    } catch (error) {
      setSaid(error instanceof ApiError ? error.message : String(error));
    }
    setAsked(false);
  };
  if (said !== "") return <span class="quiet">{said}</span>;
  if (!asked) {
    return (
      <button type="button" class="button small" onClick={() => setAsked(true)} aria-label={`End ${what}`}>
        End
      </button>
    );
  }
  return (
    <span class="confirm">
      <button type="button" class="button small danger" onClick={() => void kill()}>
        End {what}
      </button>
      <button type="button" class="button small" onClick={() => setAsked(false)}>
        Keep it
      </button>
    </span>
  );
}

/** A filter of a list. */
export function Filter({ value, onInput, label }: { value: string; onInput: (value: string) => void; label: string }) {
  return (
    <input
      type="search"
      class="input"
      placeholder={label}
      aria-label={label}
      value={value}
      onInput={(event) => onInput(event.currentTarget.value)}
    />
  );
}
