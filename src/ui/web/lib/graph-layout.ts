/** Places of boxes and lines for the two kinds of graphs, by dagre's layered layout. */
import { Graph, layout } from "@dagrejs/dagre";
import type { EdgeLabel, GraphLabel, NodeLabel } from "@dagrejs/dagre";
import type { Dag, DagNode, DagStage, SqlPlanGraph } from "../../api-types";

class Drawing extends Graph<GraphLabel, NodeLabel, EdgeLabel> {
  /** Where the layout has put a node: x and y are its middle. */
  placed(id: string): Box {
    const { x = 0, y = 0, width = 0, height = 0 } = this.node(id);
    return { x, y, width, height };
  }
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Box {
  /** Left upper corner. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Datasets that one operation made, in a box with its name. */
export interface ScopeBox extends Box {
  readonly id: string;
  readonly name: string;
  readonly nodes: readonly DagNode[];
}

export interface StageBox extends Box {
  readonly stage: DagStage;
  readonly scopes: readonly ScopeBox[];
}

export interface Line {
  readonly points: readonly Point[];
  readonly shuffle: boolean;
}

export interface DagLayout {
  readonly width: number;
  readonly height: number;
  readonly stages: readonly StageBox[];
  readonly lines: readonly Line[];
}

/** Above these a graph is words: it could not be read, and takes seconds. */
export const MOST_NODES = 400;

export const SCOPE_HEADER = 22;
export const NODE_HEIGHT = 18;
export const STAGE_HEADER = 46;
const SCOPE_WIDTH = 176;
const PAD = 12;

/** Stages from left to right, in each the operations from above to below. */
export function layoutDag(dag: Dag): DagLayout {
  const nodeHome = new Map<string, { stage: number; scope: string }>();
  const inner = dag.stages.map((stage, at) => layoutStage(stage, at, dag, nodeHome));

  const outer = new Drawing();
  outer.setGraph({ rankdir: "LR", ranksep: 56, nodesep: 24, marginx: 4, marginy: 4 });
  outer.setDefaultEdgeLabel(() => ({}));
  inner.forEach(({ width, height }, at) => outer.setNode(String(at), { width, height }));
  for (const { from, to } of dag.edges) {
    const [a, b] = [nodeHome.get(from), nodeHome.get(to)];
    if (a !== undefined && b !== undefined && a.stage !== b.stage) outer.setEdge(String(a.stage), String(b.stage));
  }
  layout(outer);

  const scopeAt = new Map<string, ScopeBox>();
  const stages = inner.map(({ stage, width, height, scopes }, at): StageBox => {
    const placed = outer.placed(String(at));
    const x = placed.x - width / 2;
    const y = placed.y - height / 2;
    const moved = scopes.map((scope) => ({ ...scope, x: scope.x + x, y: scope.y + y }));
    for (const scope of moved) scopeAt.set(`${at}/${scope.id}`, scope);
    return { stage, x, y, width, height, scopes: moved };
  });

  const seen = new Set<string>();
  const lines: Line[] = [];
  for (const { from, to, kind } of dag.edges) {
    const [a, b] = [nodeHome.get(from), nodeHome.get(to)];
    if (a === undefined || b === undefined) continue;
    const [fromKey, toKey] = [`${a.stage}/${a.scope}`, `${b.stage}/${b.scope}`];
    const [start, end] = [scopeAt.get(fromKey), scopeAt.get(toKey)];
    if (start === undefined || end === undefined || fromKey === toKey || seen.has(`${fromKey}>${toKey}`)) continue;
    seen.add(`${fromKey}>${toKey}`);
    const shuffle = kind === "shuffle" || a.stage !== b.stage;
    const points = shuffle
      ? [
          { x: start.x + start.width, y: start.y + start.height / 2 },
          { x: end.x, y: end.y + end.height / 2 },
        ]
      : [
          { x: start.x + start.width / 2, y: start.y + start.height },
          { x: end.x + end.width / 2, y: end.y },
        ];
    lines.push({ points, shuffle });
  }
  const { width = 0, height = 0 } = outer.graph();
  return { width: finite(width), height: finite(height), stages, lines };
}

/** Of an empty graph dagre says -Infinity. */
function finite(size: number): number {
  return Number.isFinite(size) ? Math.ceil(size) : 0;
}

function layoutStage(stage: DagStage, at: number, dag: Dag, nodeHome: Map<string, { stage: number; scope: string }>) {
  const scopes = new Map<string, { name: string; nodes: DagNode[] }>();
  for (const node of stage.nodes) {
    const id = node.scope?.id ?? `node ${node.id}`;
    const scope = scopes.get(id) ?? { name: node.scope?.name ?? node.label, nodes: [] };
    scope.nodes.push(node);
    scopes.set(id, scope);
    nodeHome.set(node.id, { stage: at, scope: id });
  }
  const graph = new Drawing();
  graph.setGraph({ rankdir: "TB", ranksep: 26, nodesep: 16 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const [id, { nodes }] of scopes) {
    graph.setNode(id, { width: SCOPE_WIDTH, height: SCOPE_HEADER + nodes.length * NODE_HEIGHT + 6 });
  }
  const own = new Set(stage.nodes.map((node) => node.id));
  for (const { from, to } of dag.edges) {
    if (!own.has(from) || !own.has(to)) continue;
    const [a, b] = [nodeHome.get(from)!.scope, nodeHome.get(to)!.scope];
    if (a !== b) graph.setEdge(a, b);
  }
  layout(graph);
  const size = graph.graph();
  const width = Math.max(SCOPE_WIDTH, finite(size.width ?? 0)) + 2 * PAD;
  const height = finite(size.height ?? 0) + STAGE_HEADER + PAD;
  const boxes = [...scopes].map(([id, { name, nodes }]): ScopeBox => {
    const placed = graph.placed(id);
    return {
      id,
      name,
      nodes,
      x: placed.x - placed.width / 2 + PAD,
      y: placed.y - placed.height / 2 + STAGE_HEADER,
      width: placed.width,
      height: placed.height,
    };
  });
  return { stage, width, height, scopes: boxes };
}

export interface PlanLayout {
  readonly width: number;
  readonly height: number;
  readonly nodes: ReadonlyMap<number, Box>;
  readonly pipelines: readonly (Box & { readonly id: number })[];
  readonly lines: readonly { readonly from: number; readonly to: number; readonly points: readonly Point[] }[];
}

/** Operators from the sources above to the result below; those of one pipeline in a frame. `heightOf` in px. */
export function layoutPlan(graph: SqlPlanGraph, width: number, heightOf: (id: number) => number): PlanLayout {
  const drawing = new Drawing({ compound: true });
  drawing.setGraph({ rankdir: "TB", ranksep: 36, nodesep: 28, marginx: 8, marginy: 8 });
  drawing.setDefaultEdgeLabel(() => ({}));
  const members = new Map<number, number>();
  for (const node of graph.nodes) if (node.pipeline !== null) members.set(node.pipeline, (members.get(node.pipeline) ?? 0) + 1);
  for (const node of graph.nodes) {
    drawing.setNode(String(node.id), { width, height: heightOf(node.id) });
    if (node.pipeline !== null && (members.get(node.pipeline) ?? 0) > 1) {
      const frame = `pipeline ${node.pipeline}`;
      if (!drawing.hasNode(frame)) drawing.setNode(frame, { width: 0, height: 0 });
      drawing.setParent(String(node.id), frame);
    }
  }
  const known = new Set(graph.nodes.map((node) => node.id));
  for (const { from, to } of graph.edges) if (known.has(from) && known.has(to)) drawing.setEdge(String(from), String(to));
  layout(drawing);
  const box = (id: string): Box => {
    const { x, y, width, height } = drawing.placed(id);
    return { x: x - width / 2, y: y - height / 2, width, height };
  };
  return {
    width: finite(drawing.graph().width ?? 0),
    height: finite(drawing.graph().height ?? 0),
    nodes: new Map(graph.nodes.map((node) => [node.id, box(String(node.id))])),
    pipelines: [...members].filter(([, count]) => count > 1).map(([id]) => ({ id, ...box(`pipeline ${id}`) })),
    lines: drawing.edges().map((edge) => ({ from: Number(edge.v), to: Number(edge.w), points: drawing.edge(edge).points ?? [] })),
  };
}

/** A smooth path through the points. */
export function curve(points: readonly Point[], sideways: boolean): string {
  const [first, ...rest] = points;
  if (first === undefined) return "";
  let path = `M${round(first.x)},${round(first.y)}`;
  let last = first;
  for (const next of rest) {
    if (sideways) {
      const middle = (last.x + next.x) / 2;
      path += `C${round(middle)},${round(last.y)} ${round(middle)},${round(next.y)} ${round(next.x)},${round(next.y)}`;
    } else {
      const middle = (last.y + next.y) / 2;
      path += `C${round(last.x)},${round(middle)} ${round(next.x)},${round(middle)} ${round(next.x)},${round(next.y)}`;
    }
    last = next;
  }
  return path;
}

const round = (value: number) => Math.round(value * 10) / 10;
