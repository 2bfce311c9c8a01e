/** Which part of a stage's tree becomes one pipeline: from a node down through filters, projections, turns of rows and streamed sides of joins. */
import type { HashJoinExec, NestedLoopJoinExec, PhysicalPlan } from "../../physical/plan";
import { BuildSide } from "../join/build";
import { JoinProbe, type ProbeKind } from "../join/probe";
import type { Operator } from "../operator";
import type { CodegenHost } from "./program";
import { RowExpand } from "./row-expand";
import type { Chain, Step } from "./steps";

/** Makes operators of nodes; a node's own file calls back for its children. */
export type Compile = (plan: PhysicalPlan) => Operator;

/** Joins with a table of the build side's rows; nested loops have one without keys. */
export type TableJoin = HashJoinExec | NestedLoopJoinExec;

export interface FusedPipeline {
  readonly source: Operator;
  readonly chain: Chain;
  readonly builds: readonly BuildSide[];
}

export function fuse(plan: PhysicalPlan, compile: Compile, host: CodegenHost): FusedPipeline {
  const steps: Step[] = [];
  const builds: BuildSide[] = [];
  const fused = (source: Operator): FusedPipeline => ({ source, chain: { input: source.output, steps }, builds });
  let node = plan;
  for (;;) {
    if (node.kind === "filter") {
      steps.unshift({ kind: "filter", node: node.id, condition: node.condition });
      node = node.child;
    } else if (node.kind === "project") {
      steps.unshift({ kind: "project", node: node.id, expressions: node.expressions });
      node = node.child;
    } else if (node.kind === "expand" || node.kind === "generate") {
      const expand = RowExpand.of(node);
      if (expand === null) return fused(compile(node));
      steps.unshift({ kind: "expand", node: node.id, expand });
      node = node.child;
    } else if ((node.kind === "hashJoin" || node.kind === "nestedLoopJoin") && streamedKind(node) !== null) {
      const { step, build, streamed } = probeStep(node, streamedKind(node)!, false, compile, host);
      steps.unshift(step);
      builds.unshift(build);
      node = streamed;
    } else return fused(compile(node));
  }
}

/** What a join does with rows of its streamed side; null where it also gives rows of the build side. */
export function streamedKind(join: TableJoin): ProbeKind | null {
  const streamsLeft = join.build === "right";
  switch (join.type) {
    case "inner":
      return "inner";
    case "left":
      return streamsLeft ? "outer" : null;
    case "right":
      return streamsLeft ? null : "outer";
    case "full":
      return null;
    case "leftSemi":
      return streamsLeft ? "semi" : null;
    case "leftAnti":
      return streamsLeft ? "anti" : null;
    case "existence":
      return streamsLeft ? "existence" : null;
    case "nullAwareAnti":
      return "nullAwareAnti";
  }
}

export function probeStep(
  join: TableJoin,
  kind: ProbeKind,
  marks: boolean,
  compile: Compile,
  host: CodegenHost,
): { readonly step: Step; readonly build: BuildSide; readonly streamed: PhysicalPlan } {
  const [buildPlan, streamed] = join.build === "right" ? [join.right, join.left] : [join.left, join.right];
  const [leftKeys, rightKeys] = join.kind === "hashJoin" ? [join.leftKeys, join.rightKeys] : [[], []];
  const [buildKeys, keys] = join.build === "right" ? [rightKeys, leftKeys] : [leftKeys, rightKeys];
  const shared = marks ? null : broadcastKey(buildPlan, join.id);
  const divisible = join.kind === "hashJoin" && kind !== "nullAwareAnti";
  const build = new BuildSide({ source: compile(buildPlan), keys: buildKeys, shared, divisible, node: join.id, host });
  const probe = new JoinProbe({
    kind,
    keys,
    condition: join.condition,
    buildOutput: build.output,
    exists: join.exists,
    marks,
  });
  return { step: { kind: "probe", node: join.id, probe }, build, streamed };
}

/** The name under which a thread keeps the table: of the broadcast and of the join that reads it. */
function broadcastKey(plan: PhysicalPlan, join: number): ((broadcasts: readonly number[]) => string) | null {
  return plan.kind === "broadcastRead" ? (broadcasts) => `join ${broadcasts[plan.broadcast]} ${join}` : null;
}
