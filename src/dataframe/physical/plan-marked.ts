/**
 * Semi and anti joins of few rows with many: the few are broadcast, and marked where the many are. Several such joins of the same
 * rows are carried out together.
 *
 *   Join LeftAnti, (a = c)            →   MarkedRows [LeftSemi, LeftAnti]
 *   :- Join LeftSemi, (a = b)             :- BroadcastExchange
 *   :  :- few [a]                         :  +- few [a]
 *   :  +- many [b]                        :- Exchange SinglePartition
 *   +- more [c]                           :  +- MarkMatches [a], [b]      (few, many)
 *                                         +- Exchange SinglePartition
 *                                            +- MarkMatches [a], [c]      (few, more)
 */
import { attribute, BINARY } from "../expressions/build";
import type { Attribute } from "../expressions/expression";
import { outputOf } from "../logical/output";
import type { Join, LogicalPlan } from "../logical/plan";
import type { MarkMatchesExec, PhysicalPlan } from "./plan";
import { BROADCAST, hashKeys, MARKS } from "./join-keys";
import { SINGLE } from "./layout";
import type { Planner } from "./planner";

/** The streamed rows must be so many times those that are marked. */
const LEAST_RATIO = 4;

/** Null where the join is none of these. */
export function planMarked(planner: Planner, join: Join): PhysicalPlan | null {
  if (!streamsPast(planner, join)) return null;
  const joins: Join[] = [];
  let few: LogicalPlan = join;
  while (few.kind === "join" && streamsPast(planner, few)) {
    joins.unshift(few);
    few = few.left;
  }
  const node = few;
  if (planner.state.book.find(node, BROADCAST) === undefined && !pays(planner, node, joins)) return null;
  const table = planner.exchange({ node, role: BROADCAST }, () => planner.plan(node), { kind: "broadcast" });
  const marks = joins.map((one) =>
    planner.exchange({ node: one, role: MARKS }, () => matches(planner, one, table), { kind: "single" }),
  );
  const output = outputOf(join);
  const matched = joins.map(({ type }) => type === "leftSemi");
  return planner.laid({ kind: "markedRows", id: planner.id(), output, child: table, marks, matched }, SINGLE);
}

function pays(planner: Planner, few: LogicalPlan, joins: readonly Join[]): boolean {
  const { rows, bytes } = planner.statistics.of(few);
  if (bytes > planner.broadcastThreshold) return false;
  return joins.every(({ right }) => planner.statistics.of(right).rows >= rows * LEAST_RATIO);
}

/** Whether the rows of its right side are too many to be moved, and can be compared by keys. */
function streamsPast(planner: Planner, join: Join): boolean {
  if ((join.type !== "leftSemi" && join.type !== "leftAnti") || join.hints !== undefined || planner.preferSortMerge) return false;
  // What has been moved already is better joined where it is.
  if (planner.state.book.anyOf(join.right) !== undefined) return false;
  return planner.statistics.of(join.right).bytes > planner.broadcastThreshold && hashKeys(join).left.length > 0;
}

const marksOf = new WeakMap<Join, Attribute>();

function matches(planner: Planner, join: Join, few: PhysicalPlan): MarkMatchesExec {
  let marks = marksOf.get(join);
  if (marks === undefined) marksOf.set(join, (marks = attribute(planner.services.nextId(), "marks", BINARY, false)));
  const { left, right, condition } = hashKeys(join);
  return {
    kind: "markMatches",
    id: planner.id(),
    output: [marks],
    left: few,
    right: planner.plan(join.right),
    leftKeys: left,
    rightKeys: right,
    condition,
  };
}
