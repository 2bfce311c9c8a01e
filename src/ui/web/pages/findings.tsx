/** "Why slow": what was found about a stage, the costliest first, each with what can be done about it. */
import type { Finding, FindingKind } from "../../api-types";
import { duration } from "../lib/format";

const NAMES: Readonly<Record<FindingKind, string>> = {
  skew: "Skew",
  straggler: "Straggler",
  spill: "Spill",
  fetchWait: "Waiting for shuffle data",
  gc: "Garbage collection",
  schedulerDelay: "Scheduler delay",
  deserialise: "Deserialising tasks",
  largeResult: "Large results",
  smallTasks: "Very small tasks",
  lowParallelism: "Idle slots",
  retries: "Retries",
  speculation: "Speculation",
  memory: "Memory",
};

export function FindingList({ findings, taskHref }: { findings: readonly Finding[]; taskHref?: (task: number) => void }) {
  return (
    <ul class="findings">
      {[...findings]
        .sort((a, b) => b.cost - a.cost)
        .map((finding) => (
          <li key={finding.kind} class={`finding ${finding.severity} ${finding.kind === "retries" ? "failure" : ""}`.trim()}>
            <p class="finding-head">
              <b>{NAMES[finding.kind]}</b>
              {finding.cost >= 1 && <span class="finding-cost">about {duration(finding.cost)}</span>}
            </p>
            <p>{finding.text}</p>
            <p class="quiet">{finding.advice}</p>
            {finding.taskIds.length > 0 && taskHref !== undefined && (
              <p class="finding-tasks">
                Tasks{" "}
                {finding.taskIds.map((id) => (
                  <button key={id} type="button" class="link" onClick={() => taskHref(id)}>
                    {id}
                  </button>
                ))}
              </p>
            )}
          </li>
        ))}
    </ul>
  );
}
