/** What to look at first, a line each: what failed, what was lost, which stages lost time. */
import type { Attention } from "../../api-types";
import { useScope } from "../context";
import { plural, roughly, shortSite } from "../lib/format";

/** One, and several of a kind. */
const KINDS: Readonly<Record<Attention["kind"], readonly [string, string]>> = {
  noExecutor: ["missing executor", "missing executors"],
  failedJob: ["failed job", "failed jobs"],
  failedQuery: ["failed query", "failed queries"],
  lostExecutor: ["lost executor", "lost executors"],
  pausedExecutor: ["paused executor", "paused executors"],
  slowStage: ["slow stage", "slow stages"],
};

export function AttentionList({ items }: { items: readonly Attention[] }) {
  const scope = useScope();
  return (
    <ul class="attention">
      {items.map((item) => (
        <li key={`${item.kind} ${item.page.join("/")}`} class={item.severity}>
          <a href={scope.href(item.page)} title={`${item.name}\n${item.text}\n${item.advice}`.trim()}>
            <b>{item.subject}</b>
            {item.name !== "" && <span class="attention-name">{shortSite(item.name)}</span>}
          </a>
          <span class="attention-text" title={item.text}>
            {item.text}
          </span>
          <span class="attention-cost">
            {item.cost > 0 && `about ${roughly(item.cost)} lost`}
            {item.more > 0 &&
              `${item.cost > 0 ? "; " : ""}${plural(item.more, `more ${KINDS[item.kind][0]}`, `more ${KINDS[item.kind][1]}`)}`}
          </span>
        </li>
      ))}
    </ul>
  );
}
