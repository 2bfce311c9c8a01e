/** The plan of a query with the figures of its operators as they run. */
import { Fragment } from "preact";
import { useMemo, useState } from "preact/hooks";
import type { SqlMetric, SqlPlanGraph, SqlPlanNode } from "../../api-types";
import { bytes, compact, duration } from "../lib/format";
import { MOST_NODES, curve, layoutPlan } from "../lib/graph-layout";
import { GraphFrame } from "./graph-frame";
import { fitted } from "./measure";
import { Empty } from "./state";

const WIDTH = 264;
const HEAD = 46;
const LINE = 17;
const SHOWN = 4;
/** Of a line of figures: the value at its right, and the margins, px. */
const VALUE = 100;

export function PlanView({ graph, stageHref }: { graph: SqlPlanGraph; stageHref: (stage: number) => string }) {
  const [chosen, setChosen] = useState<number | null>(null);
  const shape = JSON.stringify([
    graph.nodes.map((node) => [node.id, node.pipeline, Math.min(SHOWN, node.metrics.length)]),
    graph.edges,
  ]);
  const places = useMemo(() => (graph.nodes.length > MOST_NODES ? null : layoutPlan(graph, WIDTH, heights(graph))), [shape]);
  if (graph.nodes.length === 0) return <Empty title="No plan graph">The plan is below as text, if it was logged.</Empty>;
  if (places === null) {
    return (
      <Empty title={`${graph.nodes.length} operators`}>
        Above {MOST_NODES} a graph cannot be read any more; the plan is below as text.
      </Empty>
    );
  }
  const byId = new Map(graph.nodes.map((node) => [node.id, node]));
  const node = chosen === null ? undefined : byId.get(chosen);
  return (
    <div class="plan">
      <GraphFrame
        label={`Plan of ${graph.nodes.length} operators, from the sources above to the result`}
        width={places.width}
        height={places.height}
        maxHeight={1040}
      >
        {places.pipelines.map((box) => (
          <g key={box.id} class="plan-pipeline">
            <rect x={box.x} y={box.y} width={box.width} height={box.height} rx={10} />
          </g>
        ))}
        {places.lines.map(({ from, to, points }) => {
          const rows = rowsOut(byId.get(from));
          const middle = points[Math.floor(points.length / 2)];
          return (
            <g key={`${from}>${to}`}>
              <path class="dag-line" d={curve(points, false)} marker-end="url(#arrow)" />
              {rows !== undefined && middle !== undefined && (
                <text class="plan-rows" x={middle.x + 8} y={middle.y + 4}>
                  {compact(rows)} rows
                </text>
              )}
            </g>
          );
        })}
        {[...places.nodes].map(([id, box]) => {
          const operator = byId.get(id);
          if (operator === undefined) return null;
          const metrics = shown(operator);
          return (
            <g
              key={id}
              class={`plan-node state-${operator.state} ${chosen === id ? "chosen" : ""}`}
              role="button"
              // Of SVG, attributes have the case that the standard gives them.
              tabindex={0}
              aria-label={`${operator.name}: ${operator.metrics.map((metric) => `${metric.name} ${metric.text}`).join(", ") || "no figures yet"}`}
              aria-pressed={chosen === id}
              onClick={() => setChosen(chosen === id ? null : id)}
              onKeyDown={(event) => {
                if (event.key !== "Enter" && event.key !== " ") return;
                event.preventDefault();
                setChosen(chosen === id ? null : id);
              }}
            >
              <rect x={box.x} y={box.y} width={box.width} height={box.height} rx={7} />
              <rect class="plan-state" x={box.x} y={box.y + 8} width={3} height={box.height - 16} rx={1.5} />
              <text class="plan-name" x={box.x + 14} y={box.y + 20}>
                {fitted(operator.name, box.width - 26, 13, 600)}
              </text>
              <text class="plan-text" x={box.x + 14} y={box.y + 37}>
                {operator.reuses !== null
                  ? `reuses operator ${operator.reuses}`
                  : fitted(withoutName(operator), box.width - 26, 11.5)}
              </text>
              {metrics.map((metric, at) => (
                <g key={metric.key}>
                  <text class="plan-metric" x={box.x + 14} y={box.y + HEAD + at * LINE + 10}>
                    {fitted(metric.name.replace(/^number of /, ""), box.width - VALUE, 11.5)}
                  </text>
                  <text class="plan-value" x={box.x + box.width - 12} y={box.y + HEAD + at * LINE + 10} text-anchor="end">
                    {metricText(metric)}
                  </text>
                </g>
              ))}
            </g>
          );
        })}
      </GraphFrame>
      {node !== undefined && <Operator node={node} stageHref={stageHref} close={() => setChosen(null)} />}
    </div>
  );
}

function Operator({ node, stageHref, close }: { node: SqlPlanNode; stageHref: (stage: number) => string; close: () => void }) {
  return (
    <aside class="plan-detail" aria-label={`Operator ${node.name}`}>
      <header>
        <h3>{node.name}</h3>
        <button type="button" class="button small" onClick={close}>
          Close
        </button>
      </header>
      <p class="mono wrap">{withoutName(node) || "No further description."}</p>
      {node.stageIds.length > 0 && (
        <p>
          Runs in{" "}
          {node.stageIds.map((id, at) => (
            <Fragment key={id}>
              {at > 0 && ", "}
              <a href={stageHref(id)}>stage {id}</a>
            </Fragment>
          ))}
        </p>
      )}
      <dl class="pairs">
        {node.metrics.map((metric) => (
          <div key={metric.key}>
            <dt>{metric.name}</dt>
            <dd>
              {metric.text.split("\n").map((line) => (
                <div>{line}</div>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </aside>
  );
}

/** The figures that a box has room for: those that say most about an operator first. */
function shown(node: SqlPlanNode): SqlMetric[] {
  const rank = ({ name, value }: SqlMetric) =>
    (value === 0 ? 10 : 0) +
    (/spill/.test(name)
      ? 0
      : /output rows/.test(name)
        ? 1
        : /time|duration/.test(name)
          ? 2
          : /size|bytes|data/.test(name)
            ? 3
            : 4);
  return [...node.metrics].sort((a, b) => rank(a) - rank(b)).slice(0, SHOWN);
}

/** The description begins with the operator's name, which stands above it. */
function withoutName({ name, description }: SqlPlanNode): string {
  return description.startsWith(name) ? description.slice(name.length).trimStart() : description;
}

function heights(graph: SqlPlanGraph): (id: number) => number {
  const known = new Map(
    graph.nodes.map((node) => [node.id, HEAD + Math.min(SHOWN, node.metrics.length) * LINE + (node.metrics.length > 0 ? 6 : 0)]),
  );
  return (id) => known.get(id) ?? HEAD;
}

function metricText(metric: SqlMetric): string {
  switch (metric.type) {
    case "size":
      return bytes(metric.value);
    case "timing":
      return duration(metric.value);
    case "nsTiming":
      return duration(metric.value / 1e6);
    case "sum":
      return compact(metric.value);
    case "average":
      return String(Math.round(metric.value * 10) / 10);
  }
}

function rowsOut(node: SqlPlanNode | undefined): number | undefined {
  return node?.metrics.find(({ name }) => name === "number of output rows")?.value;
}
