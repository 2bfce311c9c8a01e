/** The DAG of a job or stage as it runs: stages as boxes, in them the operations with their datasets. */
import { useMemo } from "preact/hooks";
import type { Dag, DagStage } from "../../api-types";
import { count, plural, shortSite } from "../lib/format";
import { MOST_NODES, NODE_HEIGHT, SCOPE_HEADER, curve, layoutDag } from "../lib/graph-layout";
import { GraphFrame } from "./graph-frame";
import { fitted } from "./measure";
import { Empty } from "./state";

const STATE_WORDS = { waiting: "waiting", running: "running", done: "done", skipped: "skipped", failed: "failed" } as const;

export function DagView({ dag, stageHref }: { dag: Dag; stageHref: (stage: DagStage) => string }) {
  const nodes = dag.stages.reduce((sum, stage) => sum + stage.nodes.length, 0);
  // Progress changes the drawing, not the places.
  const shape = dag.stages.map((stage) => `${stage.stageId}:${stage.nodes.length}`).join() + dag.edges.length;
  const places = useMemo(() => (nodes > MOST_NODES ? null : layoutDag(dag)), [shape]);
  if (nodes === 0)
    return (
      <Empty title="No graph">What was logged of this application does not say how its datasets depend on each other.</Empty>
    );
  if (places === null) {
    return (
      <Empty title={`${nodes} datasets in ${dag.stages.length} stages`}>
        Above {MOST_NODES} a graph cannot be read any more; the stages are in the table below.
      </Empty>
    );
  }
  const now = new Map(dag.stages.map((stage) => [stage.stageId, stage]));
  return (
    <>
      <GraphFrame
        label={`Graph of ${dag.stages.length} stages and ${nodes} datasets`}
        width={places.width}
        height={places.height}
      >
        {places.stages.map((box) => {
          const stage = now.get(box.stage.stageId) ?? box.stage;
          const share = stage.numTasks === 0 ? 0 : Math.min(1, stage.numDone / stage.numTasks);
          return (
            <g key={stage.stageId} class={`dag-stage state-${stage.state}`}>
              <rect x={box.x} y={box.y} width={box.width} height={box.height} rx={8} />
              <a href={stageHref(stage)}>
                <text x={box.x + 12} y={box.y + 20} class="dag-title">
                  Stage {stage.stageId}
                </text>
              </a>
              <text x={box.x + box.width - 12} y={box.y + 20} class="dag-state" text-anchor="end">
                {stage.state === "running" || stage.state === "done"
                  ? `${STATE_WORDS[stage.state]} ${count(stage.numDone)}/${count(stage.numTasks)}`
                  : STATE_WORDS[stage.state]}
              </text>
              <rect class="dag-track" x={box.x + 12} y={box.y + 28} width={box.width - 24} height={4} rx={2} />
              {stage.state !== "skipped" && (
                <rect class="dag-progress" x={box.x + 12} y={box.y + 28} width={(box.width - 24) * share} height={4} rx={2} />
              )}
              {box.scopes.map((scope) => (
                <g key={scope.id} class={scope.nodes.some((node) => node.cached) ? "dag-scope cached" : "dag-scope"}>
                  <rect x={scope.x} y={scope.y} width={scope.width} height={scope.height} rx={5} />
                  <text x={scope.x + 8} y={scope.y + 15} class="dag-scope-name">
                    {fitted(scope.name, scope.width - 16, 12, 600)}
                  </text>
                  {scope.nodes.map((node, at) => (
                    <text key={node.id} x={scope.x + 8} y={scope.y + SCOPE_HEADER + at * NODE_HEIGHT + 11} class="dag-node">
                      {fitted(
                        `${node.label}${node.cached ? ` · cached ${count(node.cachedPartitions)}/${count(node.partitions)}` : ""}${node.barrier ? " · barrier" : ""}`,
                        scope.width - 16,
                        11,
                      )}
                      <title>{`${node.label}\n${shortSite(node.callSite)}\n${plural(node.partitions, "partition")}`}</title>
                    </text>
                  ))}
                </g>
              ))}
            </g>
          );
        })}
        {places.lines.map(({ points, shuffle }, at) => (
          <path key={at} class={shuffle ? "dag-line shuffle" : "dag-line"} d={curve(points, shuffle)} marker-end="url(#arrow)" />
        ))}
      </GraphFrame>
      <ul class="legend" aria-label="States">
        {(Object.keys(STATE_WORDS) as (keyof typeof STATE_WORDS)[]).map((state) => (
          <li key={state}>
            <span class={`swatch state-key ${state}`} />
            {STATE_WORDS[state]}
          </li>
        ))}
        <li>
          <span class="swatch cached-key" />
          cached
        </li>
      </ul>
    </>
  );
}
