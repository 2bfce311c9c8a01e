/** What to look at first, a line each: what failed, what was lost, which stages lost time. */
import type { Attention } from "../../api-types";
import { useScope } from "../context";
import { duration, shortSite } from "../lib/format";

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
            {item.cost > 0 && `about ${duration(item.cost)} lost`}
            {item.more > 0 && ` and ${item.more} more`}
          </span>
        </li>
      ))}
    </ul>
  );
}
