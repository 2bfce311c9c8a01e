/**
 * Build sides of joins that are so small that each task reads them itself: rows of small local files and of small exchanges that are there,
 * filtered, projected, joined with one another. A broadcast would be a stage of its own, of some milliseconds, for less than one of reading.
 */
import { isLocalPath } from "../../filesystem/path";
import type { Expression } from "../expressions/expression";
import { exists, isDeterministic } from "../expressions/traverse";
import { sizeSetting } from "../optimizer/context";
import { SINGLE } from "./layout";
import type { PhysicalPlan, ScanExec } from "./plan";
import type { Planner } from "./planner";
import { mapChildren, walk } from "./traverse";

const SETTING = "firesteel.sql.readByEachTask.maxBytes";
/** Bytes of all files of a build side. */
const MOST_BYTES = 1 << 20;
/** The same times the tasks that read them. */
const MOST_OF_ALL = 8 << 20;

/** The plan as each of `tasks` tasks carries it out, whole; null where it is too large, or made of anything else. */
export function readByEach(planner: Planner, plan: PhysicalPlan, tasks: number): PhysicalPlan | null {
  const most = Math.min(sizeSetting(planner, SETTING, MOST_BYTES), MOST_OF_ALL / tasks);
  let bytes = 0;
  let possible = true;
  walk(plan, (node) => {
    if (node.kind === "scan") {
      possible &&= isPlainScan(node);
      bytes += node.relation.statistics.sizeInBytes;
    } else if (node.kind === "reusedExchange") {
      bytes += planner.state.book.finishedOf(node.exchange)?.bytes ?? Infinity;
    } else possible &&= isRowByRow(node);
  });
  return possible && bytes <= most ? readWhole(planner, plan) : null;
}

/** An exchange that is there, as each task reads all of it, whatever its size; null where the plan is no such read under projections. */
export function readExchange(planner: Planner, plan: PhysicalPlan): PhysicalPlan | null {
  let read = plan;
  while (read.kind === "project" && read.expressions.every(givesTheSame)) read = read.child;
  const isThere = read.kind === "reusedExchange" && planner.state.book.finishedOf(read.exchange) !== undefined;
  return isThere ? readWhole(planner, plan) : null;
}

/** Whether the plan is one that `readExchange` gave. */
export function isReadByEach(plan: PhysicalPlan): boolean {
  return plan.kind === "project" ? isReadByEach(plan.child) : plan.kind === "reusedExchange" && plan.whole === true;
}

function readWhole(planner: Planner, plan: PhysicalPlan): PhysicalPlan {
  const whole = (node: PhysicalPlan): PhysicalPlan => {
    if (node.kind === "reusedExchange") return { ...node, whole: true };
    if (node.kind !== "scan") return mapChildren(node, whole);
    return { ...node, id: planner.id(), whole: (planner.state.splits.get(node.id) ?? []).flat() };
  };
  const found = whole(plan);
  planner.state.readByEach.add(found);
  return planner.laid(found, SINGLE);
}

/** Reads that cost as little as those of this machine's files. */
function isPlainScan({ relation, limit, within, bucketed }: ScanExec): boolean {
  if (relation.files === null || limit !== null || within !== undefined || bucketed === true) return false;
  return relation.files.roots.every(isLocalPath);
}

/** Every task must find the same rows. */
function isRowByRow(node: PhysicalPlan): boolean {
  switch (node.kind) {
    case "filter":
      return givesTheSame(node.condition);
    case "project":
      return node.expressions.every(givesTheSame);
    case "hashJoin": {
      const read: readonly (Expression | null)[] = [...node.leftKeys, ...node.rightKeys, node.condition];
      return read.every((expression) => expression === null || givesTheSame(expression));
    }
    default:
      return false;
  }
}

/** Functions of the user may cost much, or count what they see: they are called once a row. */
function givesTheSame(expression: Expression): boolean {
  return isDeterministic(expression) && !exists(expression, ({ kind }) => kind === "userCall");
}
