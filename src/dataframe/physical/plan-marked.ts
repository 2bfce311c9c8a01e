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
import { attributesOf } from "../expressions/traverse";
import { outputOf } from "../logical/output";
import type { Join, LogicalPlan } from "../logical/plan";
import type { MarkMatchesExec, PhysicalPlan } from "./plan";
import { BROADCAST, hashKeys, type Keys, MARKS } from "./join-keys";
import { SINGLE } from "./layout";
import { type ExchangeLink, type FinishedExchange, layoutOfPartitioning, type Planner } from "./planner";
import { isReadByEach, readExchange } from "./read-by-each";

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
  // A join that is reached through fewer others another time has other rows as its few.
  const links = joins.map((one, i): ExchangeLink => ({ node: one, role: `${MARKS}${i}` }));
  const table = markedTable(planner, links) ?? newTable(planner, node, joins);
  if (table === null) return null;
  const marks = joins.map((one, i) => {
    const finished = finishedMarks(planner, links[i]!);
    if (finished !== undefined && exchangeOf(finished.left) === exchangeOf(table)) return planner.read(finished.exchange);
    return planner.newExchange(links[i]!, matches(planner, one, table), { kind: "single" });
  });
  const output = outputOf(join);
  const matched = joins.map(({ type }) => type === "leftSemi");
  const by = joins.map((one) => markedBy(table, hashKeys(one)));
  return planner.laid({ kind: "markedRows", id: planner.id(), output, child: table, marks, matched, by }, SINGLE);
}

function newTable(planner: Planner, few: LogicalPlan, joins: readonly Join[]): PhysicalPlan | null {
  const link: ExchangeLink = { node: few, role: BROADCAST };
  const broadcast = planner.state.book.find(few, BROADCAST);
  if (broadcast !== undefined) return planner.read(broadcast);
  if (!pays(planner, few, joins)) return null;
  const rows = planner.plan(few);
  // Tasks read as much of an exchange that is there as of its broadcast.
  return readExchange(planner, rows) ?? planner.newExchange(link, rows, { kind: "broadcast" });
}

/**
 * The broadcast that finished marks are about: marks are worth nothing without it. It may have been carried out as part of another
 * plan of the same rows, so that what it is for does not lead to it.
 */
function markedTable(planner: Planner, links: readonly ExchangeLink[]): PhysicalPlan | null {
  for (const link of links) {
    const finished = finishedMarks(planner, link);
    if (finished === undefined) continue;
    if (isReadByEach(finished.left)) return planner.laid(finished.left, SINGLE);
    const { output } = finished.left;
    const table: PhysicalPlan = { kind: "reusedExchange", id: planner.id(), output, exchange: exchangeOf(finished.left) };
    return planner.laid(table, layoutOfPartitioning({ kind: "broadcast" }));
  }
  return null;
}

function finishedMarks(
  planner: Planner,
  { node, role }: ExchangeLink,
): { readonly exchange: FinishedExchange; readonly left: PhysicalPlan } | undefined {
  const exchange = planner.state.book.find(node, role);
  const marks = exchange?.exchange.child;
  return exchange === undefined || marks?.kind !== "markMatches" ? undefined : { exchange, left: marks.left };
}

function exchangeOf(table: PhysicalPlan): number {
  if (table.kind === "project") return exchangeOf(table.child);
  return table.kind === "reusedExchange" ? table.exchange : table.id;
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

function markedBy({ output }: PhysicalPlan, { left, condition }: Keys): readonly number[] {
  const compared = condition === null ? left : [...left, condition];
  const ids = new Set(compared.flatMap((expression) => attributesOf(expression).map(({ id }) => id)));
  return output.flatMap(({ id }, place) => (ids.has(id) ? [place] : []));
}

const marksOf = new WeakMap<Join, Attribute>();

function matches(planner: Planner, join: Join, few: PhysicalPlan): MarkMatchesExec {
  let marks = marksOf.get(join);
  if (marks === undefined) marksOf.set(join, (marks = attribute(planner.services.nextId(), "marks", BINARY, false)));
  const keys = hashKeys(join);
  return {
    kind: "markMatches",
    id: planner.id(),
    output: [marks],
    left: few,
    right: planner.plan(join.right),
    leftKeys: keys.left,
    rightKeys: keys.right,
    condition: keys.condition,
    by: markedBy(few, keys),
  };
}
