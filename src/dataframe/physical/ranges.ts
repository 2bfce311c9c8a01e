/**
 * Tables whose files are sorted by a column: their parts (row groups) hold ranges of its values, and so do tasks that read parts
 * which follow one another. Groups of that column are whole in their task, and another table that is sorted by what is compared
 * with it is joined in place: each task reads the rows of its own range. Nothing moves.
 */
import type { Attribute, Expression } from "../expressions/expression";
import type { LogicalPlan } from "../logical/plan";
import { enabled } from "../optimizer/context";
import { isDiscrete } from "../optimizer/predicates";
import type { SourcePart, SourceParts } from "../sources/data-source";
import { unknownLayout, type Layout, type RangedColumn } from "./layout";
import type { HashAggregateExec, HashJoinExec, PhysicalPlan, ProjectExec, ScanExec } from "./plan";
import type { Planner } from "./planner";

const SETTING = "firesteel.sql.rangedScans.enabled";
/** A task may read so many times its even share. */
const MOST_UNEVEN = 1.5;
/** So many times as many bytes may be read of a table that is cut at another one's ranges: parts at the ends are read by two tasks. */
const MOST_READ_TWICE = 1.5;

/** A scan cut between parts where some column's ranges end; null where none has ranges, or only uneven ones. */
export function rangedSplits(
  planner: Planner,
  scan: ScanExec,
  count: number,
): { readonly splits: readonly (readonly unknown[])[]; readonly layout: Layout } | null {
  const source = partsOf(planner, scan);
  if (source === null || count < 2) return null;
  const { parts } = source;
  const sorted = scan.output.map((_, column) => column).filter((column) => isSorted(parts, column));
  for (const column of sorted) {
    const cuts = cutsOf(parts, column, count);
    if (cuts === null) continue;
    const ends = [...cuts, parts.length];
    const splits = ends.map((end, i) => source.splits(places(i === 0 ? 0 : ends[i - 1]!, end)));
    const ranged = sorted.filter((other) => cuts.every((cut) => isEnd(parts, other, cut)));
    return {
      splits,
      layout: {
        ...unknownLayout(count),
        ranged: ranged.map((other) => ({
          column: scan.output[other]!,
          from: [-Infinity, ...cuts.map((cut) => parts[cut]!.bounds[other]![0])],
        })),
      },
    };
  }
  return null;
}

function partsOf(planner: Planner, scan: ScanExec): SourceParts | null {
  return enabled(planner, SETTING, true) && scan.limit === null && scan.bucketed !== true
    ? (planner.services.parts?.(scan) ?? null)
    : null;
}

function isSorted(parts: readonly SourcePart[], column: number): boolean {
  return parts.every(({ bounds }, i) => {
    const own = bounds[column] ?? null;
    const before = i === 0 ? own : (parts[i - 1]!.bounds[column] ?? null);
    return own !== null && before !== null && (i === 0 || before[1] <= own[0]);
  });
}

/** Whether no value stands on both sides of the place before part `at`. */
function isEnd(parts: readonly SourcePart[], column: number, at: number): boolean {
  return parts[at - 1]!.bounds[column]![1] < parts[at]!.bounds[column]![0];
}

/** Places to cut at, for tasks of about as many bytes. */
function cutsOf(parts: readonly SourcePart[], column: number, count: number): readonly number[] | null {
  const before = [0];
  for (const { bytes } of parts) before.push(before.at(-1)! + bytes);
  const share = before.at(-1)! / count;
  const cuts: number[] = [];
  for (let task = 1; task < count; task++) {
    let best = -1;
    for (let at = (cuts.at(-1) ?? 0) + 1; at < parts.length; at++) {
      if (!isEnd(parts, column, at)) continue;
      if (best < 0 || Math.abs(before[at]! - share * task) < Math.abs(before[best]! - share * task)) best = at;
    }
    if (best < 0) return null;
    cuts.push(best);
  }
  const ends = [0, ...cuts, parts.length];
  return ends.every((end, i) => i === 0 || before[end]! - before[ends[i - 1]!]! <= share * MOST_UNEVEN) ? cuts : null;
}

function places(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

/** The same plan with each task's rows those of a range of `column`; null where they cannot be read without the others. */
export function restricted(planner: Planner, plan: PhysicalPlan, { column, from }: RangedColumn): PhysicalPlan | null {
  switch (plan.kind) {
    case "scan":
      return restrictedScan(planner, plan, column, from);
    case "filter": {
      const child = restricted(planner, plan.child, { column, from });
      return child && { ...plan, child };
    }
    case "project":
      return restrictedBelow(planner, plan, plan.expressions, { column, from });
    case "hashAggregate":
      return plan.mode === "complete" ? restrictedBelow(planner, plan, plan.grouping, { column, from }) : null;
    case "hashJoin":
      return restrictedJoin(planner, plan, { column, from });
    default:
      return null;
  }
}

function restrictedBelow(
  planner: Planner,
  plan: ProjectExec | HashAggregateExec,
  made: ProjectExec["expressions"],
  { column, from }: RangedColumn,
): PhysicalPlan | null {
  const named = made.find(({ id }) => id === column.id);
  const source = named?.kind === "alias" ? named.child : named;
  if (source?.kind !== "attribute") return null;
  const child = restricted(planner, plan.child, { column: source, from });
  return child && { ...plan, child };
}

/** Rows of a broadcast side go to all tasks; other sides are restricted together, by the keys that are compared. */
function restrictedJoin(planner: Planner, plan: HashJoinExec, { column, from }: RangedColumn): PhysicalPlan | null {
  const side = plan.left.output.some(({ id }) => id === column.id) ? "left" : "right";
  const other = side === "left" ? "right" : "left";
  if (plan.type === "full" || plan.type === "nullAwareAnti" || (plan.type === "right" && side === "left")) return null;
  if (plan.type !== "inner" && plan.type !== "right" && side === "right") return null;
  const own = restricted(planner, plan[side], { column, from });
  if (own === null) return null;
  let against: PhysicalPlan | null = plan[other];
  if (!planner.isBroadcast(against)) {
    const keys = { left: plan.leftKeys, right: plan.rightKeys };
    const key = keys[other][keys[side].findIndex((item) => item.kind === "attribute" && item.id === column.id)];
    against = key?.kind === "attribute" ? restricted(planner, against, { column: key, from }) : null;
  }
  if (against === null) return null;
  const join = { ...plan, [side]: own, [other]: against };
  const { ranged = [] } = planner.layoutOf(own);
  return planner.laid(join, { ...unknownLayout(from.length), ranged });
}

function restrictedScan(planner: Planner, scan: ScanExec, column: Attribute, from: readonly number[]): PhysicalPlan | null {
  const place = scan.output.findIndex(({ id }) => id === column.id);
  const source = place < 0 ? null : partsOf(planner, scan);
  if (source === null) return null;
  const { parts } = source;
  if (parts.some(({ bounds }) => bounds[place] === null)) return null;
  const tasks = from.map((low, i) => {
    const high = from[i + 1] ?? Infinity;
    return parts.flatMap(({ bounds }, at) => (bounds[place]![1] >= low && bounds[place]![0] < high ? [at] : []));
  });
  const bytesOf = (at: readonly number[]): number => at.reduce((sum, part) => sum + parts[part]!.bytes, 0);
  const once = bytesOf(places(0, parts.length));
  if (tasks.reduce((sum, task) => sum + bytesOf(task), 0) > once * MOST_READ_TWICE) return null;
  const within: ScanExec = { ...scan, id: planner.id(), within: { column: place, from } };
  planner.state.splits.set(
    within.id,
    tasks.map((task) => source.splits(task)),
  );
  return planner.laid(within, { ...unknownLayout(from.length), ranged: [{ column, from }] });
}

/** Ranges of a layout by one of these keys, with the place of the key. */
export function rangesBy(
  layout: Layout,
  keys: readonly Expression[],
): { readonly key: number; readonly ranged: RangedColumn } | null {
  if (layout.count === 1) return null;
  for (const ranged of layout.ranged ?? []) {
    const key = keys.findIndex((item) => item.kind === "attribute" && item.id === ranged.column.id);
    if (key >= 0) return { key, ranged };
  }
  return null;
}

/** Whether one of the keys comes from a table's column without being computed, so that ranges may be known; a look at the plan alone. */
export function mayRange(planner: Planner, node: LogicalPlan, keys: readonly Expression[]): boolean {
  return enabled(planner, SETTING, true) && keys.some((key) => key.kind === "attribute" && comesFromScan(node, key));
}

function comesFromScan(node: LogicalPlan, column: Attribute): boolean {
  switch (node.kind) {
    case "scan":
      return isDiscrete(column.type) && node.output.some(({ id }) => id === column.id);
    case "filter":
    case "subqueryAlias":
      return comesFromScan(node.child, column);
    case "project":
    case "aggregate": {
      const made = node.kind === "project" ? node.expressions : node.aggregates;
      const named = made.find(({ id }) => id === column.id);
      const source = named?.kind === "alias" ? named.child : named;
      return source?.kind === "attribute" && comesFromScan(node.child, source);
    }
    case "join":
      return comesFromScan(node.left, column) || comesFromScan(node.right, column);
    default:
      return false;
  }
}
