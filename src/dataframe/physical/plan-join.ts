/**
 * Joins: which algorithm, which side is the table, and what must move. By hints, then by estimated sizes: a small side is
 * broadcast; otherwise both are hashed to the same partitions and the smaller one becomes the table.
 */
import { InternalError } from "../../common/errors";
import type { Attribute, Expression } from "../expressions/expression";
import { sameExpression } from "../expressions/traverse";
import { outputOf } from "../logical/output";
import type { Join, LogicalPlan } from "../logical/plan";
import { isNull, or } from "../optimizer/predicates";
import { ascending, unknownLayout, type Layout } from "./layout";
import type { HashJoinExec, NestedLoopJoinExec, PhysicalJoinType, PhysicalPlan, SortMergeJoinExec } from "./plan";
import { BROADCAST, FILTERED, hashKeys, KEYS, type Keys } from "./join-keys";
import { planMarked } from "./plan-marked";
import { keyText, type FinishedExchange, type Planner } from "./planner";
import { readByEach } from "./read-by-each";
import { mayRange, rangesBy, restricted } from "./ranges";

type Side = "left" | "right";

/** `prefer`: what the operator above clusters by. */
export function planJoin(planner: Planner, join: Join, prefer: readonly Expression[] | null): PhysicalPlan {
  if (join.lateral === true) throw new InternalError("A lateral join reached the planner: the optimizer rewrites it.");
  const plan = new JoinPlan(planner, join, hashKeys(join));
  return plan.inRanges() ?? plan.instead(() => planMarked(planner, join)) ?? plan.choose(prefer);
}

class JoinPlan {
  readonly #type: PhysicalJoinType;
  /** The sides, or their different rows where those have been moved. */
  readonly #rows: Readonly<Record<Side, LogicalPlan>>;
  readonly #bytes: Readonly<Record<Side, number>>;
  /** Both sides are planned once; with the shared exchanges that the plan had before. */
  #sides: { readonly left: PhysicalPlan; readonly right: PhysicalPlan; readonly before: ReadonlySet<number> } | null = null;

  constructor(
    private readonly planner: Planner,
    private readonly join: Join,
    private readonly keys: Keys,
  ) {
    this.#type = join.type === "cross" ? "inner" : join.type;
    const rowsOf = (side: Side): LogicalPlan => {
      const moved = this.#movedNode(side);
      return planner.state.book.anyOf(moved) === undefined ? join[side] : moved;
    };
    this.#rows = { left: rowsOf("left"), right: rowsOf("right") };
    const { statistics } = planner;
    this.#bytes = { left: statistics.of(this.#rows.left).bytes, right: statistics.of(this.#rows.right).bytes };
  }

  /** Both sides lie in ranges of a key, or can be read so: each task joins the rows of its range. */
  inRanges(): PhysicalPlan | null {
    const { planner, join, keys } = this;
    const type = this.#type;
    if (keys.left.length === 0 || type === "nullAwareAnti" || join.hints !== undefined || planner.preferSortMerge) return null;
    if (!mayRange(planner, join.left, keys.left) || !mayRange(planner, join.right, keys.right)) return null;
    if (this.#isMoved("left") || this.#isMoved("right")) return null;
    const { left, right } = this.#planned();
    const streams: readonly Side[] = this.#bytes.left > this.#bytes.right ? ["left", "right"] : ["right", "left"];
    for (const stream of streams) {
      const build: Side = stream === "left" ? "right" : "left";
      const found = canBuild(type, build) ? rangesBy(planner.layoutOf(stream === "left" ? left : right), keys[stream]) : null;
      const key = found === null ? undefined : keys[build][found.key];
      if (found === null || key?.kind !== "attribute") continue;
      const table = restricted(planner, build === "left" ? left : right, { column: key, from: found.ranged.from });
      if (table !== null) return this.#hash(build === "left" ? table : left, build === "right" ? table : right, build);
    }
    return null;
  }

  /** Another plan of the same join, made as if its sides had not been planned; null where there is none. */
  instead(other: () => PhysicalPlan | null): PhysicalPlan | null {
    const { planner } = this;
    if (this.#sides === null) return other();
    const after = planner.sharedUse();
    planner.sharedUse(this.#sides.before);
    const found = other();
    if (found === null) planner.sharedUse(after);
    return found;
  }

  #planned(): { readonly left: PhysicalPlan; readonly right: PhysicalPlan } {
    const { planner } = this;
    const { compared } = this.keys;
    this.#sides ??= {
      before: planner.sharedUse(),
      left: planner.plan(this.#rows.left, compared.left.length > 0 ? compared.left : null),
      right: planner.plan(this.#rows.right, compared.right.length > 0 ? compared.right : null),
    };
    return this.#sides;
  }

  #isMoved(side: Side): boolean {
    const { book } = this.planner.state;
    return book.find(this.join[side], BROADCAST) !== undefined || book.anyOf(this.#movedNode(side)) !== undefined;
  }

  choose(prefer: readonly Expression[] | null): PhysicalPlan {
    const { planner, join, keys } = this;
    const { left, right } = this.#planned();
    if (keys.left.length === 0 || (this.#type === "nullAwareAnti" && keys.condition !== null)) return this.#nested(left, right);
    const hints = { left: join.hints?.left, right: join.hints?.right };
    const together = this.#oneTask(left, right);
    const stay = hasShuffleHint(hints) || together || this.#bothMoved() || this.#clusters(prefer, right);
    const wanted = this.#hintedBroadcast(hints) ?? (stay ? null : this.#smallSide());
    if (wanted !== null && !together) return this.#broadcast(left, right, wanted);
    if (this.#type === "nullAwareAnti")
      return together ? this.#hash(left, right, "right") : this.#broadcast(left, right, "right");
    const merge = hints.left === "merge" || hints.right === "merge" || (planner.preferSortMerge && !hasHashHint(hints));
    const [movedLeft, movedRight] = together ? [left, right] : this.#coPartitioned(left, right);
    if (merge) return this.#sortMerge(movedLeft, movedRight);
    const build =
      hints.left === "shuffleHash" && canBuild(this.#type, "left") ? "left" : this.#tableSide(hints.right === "shuffleHash");
    return this.#hash(movedLeft, movedRight, build);
  }

  /** The right side lies by the keys already, and what is above would have the left side moved in the same way. */
  #clusters(prefer: readonly Expression[] | null, right: PhysicalPlan): boolean {
    const { planner, join, keys } = this;
    if (prefer === null || !keepsLeft(this.#type) || this.#bytes.left > planner.statistics.of(join.right).bytes * 4) return false;
    const { left: by, right: rightBy } = keys.compared;
    const wanted = by.every((key) => prefer.some((other) => sameExpression(key, other)));
    return wanted && prefer.length === by.length && placesOf(planner.layoutOf(right), rightBy).length > 0;
  }

  #oneTask(left: PhysicalPlan, right: PhysicalPlan): boolean {
    return this.planner.layoutOf(left).count === 1 && this.planner.layoutOf(right).count === 1;
  }

  /** Both sides have been hashed for this join already. */
  #bothMoved(): boolean {
    return this.#finishedFor("left") !== undefined && this.#finishedFor("right") !== undefined;
  }

  #finishedFor(side: Side): FinishedExchange | undefined {
    return this.planner.state.book.find(this.#movedNode(side), roleOf(this.keys.compared[side]));
  }

  #hintedBroadcast(hints: { readonly left: string | undefined; readonly right: string | undefined }): Side | null {
    const left = hints.left === "broadcast" && canBroadcast(this.#type, "left");
    const right = hints.right === "broadcast" && canBroadcast(this.#type, "right");
    if (left && right) return this.#bytes.left < this.#bytes.right ? "left" : "right";
    return left ? "left" : right ? "right" : null;
  }

  #smallSide(): Side | null {
    const { broadcastThreshold, measuredThreshold, state, statistics } = this.planner;
    const rows = this.#rows;
    const threshold = (side: Side): number => (statistics.isMeasured(rows[side]) ? measuredThreshold : broadcastThreshold);
    // What has been broadcast is there, even where it turned out larger than was thought.
    const small = (side: Side): boolean =>
      canBroadcast(this.#type, side) &&
      (this.#bytes[side] <= threshold(side) || state.book.find(rows[side], BROADCAST) !== undefined);
    const left = small("left");
    const right = small("right");
    if (left && right) return this.#bytes.left < this.#bytes.right ? "left" : "right";
    return left ? "left" : right ? "right" : null;
  }

  #tableSide(right: boolean): Side {
    if (right) return "right";
    const smaller: Side = this.#bytes.left < this.#bytes.right ? "left" : "right";
    if (canBuild(this.#type, smaller)) return smaller;
    return smaller === "left" ? "right" : "left";
  }

  #broadcast(left: PhysicalPlan, right: PhysicalPlan, build: Side): PhysicalPlan {
    const [small, stream] = build === "left" ? [left, right] : [right, left];
    const table = this.#broadcastSide(this.#rows[build], small, stream);
    return this.#hash(build === "left" ? table : left, build === "right" ? table : right, build);
  }

  #broadcastSide(node: LogicalPlan, child: PhysicalPlan, stream: PhysicalPlan): PhysicalPlan {
    const { planner } = this;
    const found = planner.state.book.find(node, BROADCAST) !== undefined || this.join.hints !== undefined;
    const read = found ? null : readByEach(planner, child, planner.layoutOf(stream).count);
    return read ?? planner.exchange({ node, role: BROADCAST }, () => child, { kind: "broadcast" });
  }

  #hash(left: PhysicalPlan, right: PhysicalPlan, build: Side): PhysicalPlan {
    const { join, keys, planner } = this;
    const plan: HashJoinExec = {
      kind: "hashJoin",
      id: planner.id(),
      output: outputOf(join),
      left,
      right,
      type: this.#type,
      leftKeys: keys.left,
      rightKeys: keys.right,
      build,
      condition: keys.condition,
      ...(join.exists && { exists: join.exists }),
    };
    return planner.laid(plan, this.#layout(left, right));
  }

  #sortMerge(left: PhysicalPlan, right: PhysicalPlan): PhysicalPlan {
    const { join, keys, planner } = this;
    const plan: SortMergeJoinExec = {
      kind: "sortMergeJoin",
      id: planner.id(),
      output: outputOf(join),
      left: planner.sorted(left, ascending(keys.left)),
      right: planner.sorted(right, ascending(keys.right)),
      type: this.#type,
      leftKeys: keys.left,
      rightKeys: keys.right,
      condition: keys.condition,
      ...(join.exists && { exists: join.exists }),
    };
    return planner.laid(plan, this.#layout(left, right));
  }

  /** Rows of the streamed side stay where they are; those of an outer join's other side may be made up of nulls. */
  #layout(left: PhysicalPlan, right: PhysicalPlan): Layout {
    const { planner } = this;
    const a = planner.layoutOf(left);
    const b = planner.layoutOf(right);
    const isBroadcast = (plan: PhysicalPlan): boolean => planner.isBroadcast(plan);
    const count = isBroadcast(left) ? b.count : isBroadcast(right) ? a.count : Math.max(a.count, b.count);
    const hashed = [
      ...(keepsLeft(this.#type) && !isBroadcast(left) ? a.hashed : []),
      ...(keepsRight(this.#type) && !isBroadcast(right) ? b.hashed : []),
    ];
    const ranged = [
      ...(keepsLeft(this.#type) && !isBroadcast(left) ? (a.ranged ?? []) : []),
      ...(keepsRight(this.#type) && !isBroadcast(right) ? (b.ranged ?? []) : []),
    ];
    return { ...unknownLayout(count), hashed, ...(count > 1 && ranged.length > 0 && { ranged }) };
  }

  /** Without keys: every pair is tried, one side being everywhere, or both in one place. */
  #nested(left: PhysicalPlan, right: PhysicalPlan): PhysicalPlan {
    const { planner, join } = this;
    // A nested loop knows no null keys: NOT IN keeps the rows for which no comparison is true or unknown.
    const isNotIn = this.#type === "nullAwareAnti" && join.condition !== null;
    const type = this.#type === "nullAwareAnti" ? "leftAnti" : this.#type;
    const condition = isNotIn ? or(join.condition, isNull(join.condition)) : join.condition;
    const build: Side = type === "right" || (type === "inner" && this.#nestedLeft()) ? "left" : "right";
    let [a, b] = [left, right];
    if (!this.#oneTask(left, right)) {
      if (type === "full") {
        a = planner.single(join.left, "rows:single", left);
        b = planner.single(join.right, "rows:single", right);
      } else if (build === "left") a = this.#broadcastSide(join.left, left, right);
      else b = this.#broadcastSide(join.right, right, left);
    }
    const plan: NestedLoopJoinExec = {
      kind: "nestedLoopJoin",
      id: planner.id(),
      output: outputOf(join),
      left: a,
      right: b,
      type,
      build,
      condition,
      ...(join.exists && { exists: join.exists }),
    };
    return planner.laid(plan, this.#layout(a, b));
  }

  #nestedLeft(): boolean {
    const { hints } = this.join;
    if (hints?.left === "broadcast") return true;
    return hints?.right !== "broadcast" && this.#bytes.left < this.#bytes.right;
  }

  /** Both sides by the same hash of their keys, moving as few as possible. */
  #coPartitioned(left: PhysicalPlan, right: PhysicalPlan): readonly [PhysicalPlan, PhysicalPlan] {
    const { planner, keys } = this;
    const a = planner.layoutOf(left);
    const b = planner.layoutOf(right);
    const { compared } = keys;
    const all = compared.left.map((_, i) => i);
    const leftPlaces = placesOf(a, compared.left);
    const rightPlaces = placesOf(b, compared.right);
    for (const places of leftPlaces) {
      if (a.count === b.count && rightPlaces.some((other) => sameItems(other, places))) return [left, right];
    }
    const moved = this.#finishedFor("left") ?? this.#finishedFor("right");
    const wanted = moved?.layout.count ?? planner.partitionsFor(this.#bytes.left + this.#bytes.right);
    if (leftPlaces[0] !== undefined && a.count * 4 >= wanted) {
      return [left, this.#movedRight(right, leftPlaces[0], a.count)];
    }
    if (rightPlaces[0] !== undefined && b.count * 4 >= wanted) {
      return [this.#moved("left", left, rightPlaces[0], b.count), right];
    }
    return [this.#moved("left", left, all, wanted), this.#movedRight(right, all, wanted)];
  }

  /** The right side by some of its keys; without the rows that no row of the left side can ask for, where that is known. */
  #movedRight(child: PhysicalPlan, places: readonly number[], numPartitions: number): PhysicalPlan {
    const { planner, join, keys } = this;
    const known = this.#knownKeys();
    if (known === null) return this.#moved("right", child, places, numPartitions);
    const expressions = places.map((i) => keys.compared.right[i] as Expression);
    const role = `${FILTERED}${known.exchange.id}:${keyText(expressions)}`;
    const finished = planner.state.book.find(join.right, role);
    if (finished?.layout.count === numPartitions) return planner.readPartitioned(finished);
    const filtered = this.#withKeysOf(known, child);
    return planner.newExchange({ node: join.right, role }, filtered, { kind: "hash", expressions, numPartitions });
  }

  /**
   * A finished exchange that holds all keys of the left side, where they are few beside those of the right side. What has been
   * carried out alone is looked at: estimates are no reason to read the left side twice.
   */
  #knownKeys(): FinishedExchange | null {
    const { planner, join, keys } = this;
    if (this.#type !== "leftSemi" && this.#type !== "leftAnti") return null;
    const columns = keys.left.filter((key) => key.kind === "attribute");
    if (columns.length < keys.left.length || this.#finishedFor("right") !== undefined) return null;
    const known = finishedBelow(planner, join.left);
    if (known === undefined || known.bytes > MOST_KEY_BYTES) return null;
    const ids = new Set(known.exchange.output.map(({ id }) => id));
    if (!columns.every(({ id }) => ids.has(id))) return null;
    const right = planner.statistics.of(join.right);
    const different = keys.right.map((key) => {
      const column = key.kind === "attribute" ? right.columns.get(key.id) : undefined;
      return column?.distinct ?? column?.domain ?? right.rows;
    });
    return planner.statistics.of(join.left).rows * planner.leastKeyGain <= Math.max(...different) ? known : null;
  }

  /** The rows of the right side whose keys are among those of a finished exchange of the left side. */
  #withKeysOf(known: FinishedExchange, child: PhysicalPlan): PhysicalPlan {
    const { planner, join, keys } = this;
    const columns = keys.left as readonly Attribute[];
    const role = `${KEYS}${known.exchange.id}:${keyText(columns)}`;
    const table = planner.exchange({ node: join.left, role }, () => planner.project(planner.read(known), columns, columns), {
      kind: "broadcast",
    });
    const plan: HashJoinExec = {
      kind: "hashJoin",
      id: planner.id(),
      output: child.output,
      left: child,
      right: table,
      type: "leftSemi",
      leftKeys: keys.right,
      rightKeys: columns,
      build: "right",
      condition: null,
    };
    return planner.laid(plan, { ...planner.layoutOf(child), order: [] });
  }

  #moved(side: Side, child: PhysicalPlan, places: readonly number[], numPartitions: number): PhysicalPlan {
    const { planner } = this;
    const expressions = places.map((i) => this.keys.compared[side][i] as Expression);
    const link = { node: this.#movedNode(side), role: roleOf(expressions) };
    const finished = planner.state.book.find(link.node, link.role);
    if (finished?.layout.count === numPartitions) return planner.readPartitioned(finished);
    const rows = link.node === this.join[side] ? child : withoutMostEqualRows(planner, child);
    return planner.newExchange(link, rows, { kind: "hash", expressions, numPartitions });
  }

  /** What exchanges of a side are remembered by: another plan than the side's where equal rows are put together before they move. */
  #movedNode(side: Side): LogicalPlan {
    const { join } = this;
    if (join.distinct !== true || (this.#type !== "leftSemi" && this.#type !== "leftAnti")) return join[side];
    return differentRows(join[side]);
  }
}

const differentRowsOf = new WeakMap<LogicalPlan, LogicalPlan>();

/** The different rows of a plan, the same object each time; the plan itself where no two of its rows are equal. */
function differentRows(plan: LogicalPlan): LogicalPlan {
  const columns = outputOf(plan);
  if (plan.kind === "aggregate" && plan.grouping.length <= columns.length && plan.grouping.every(isAmong(columns))) return plan;
  let found = differentRowsOf.get(plan);
  if (found === undefined) {
    found = { kind: "aggregate", child: plan, grouping: columns, aggregates: columns };
    differentRowsOf.set(plan, found);
  }
  return found;
}

function isAmong(columns: readonly Attribute[]): (expression: Expression) => boolean {
  const ids = new Set(columns.map(({ id }) => id));
  return (expression) => expression.kind === "attribute" && ids.has(expression.id);
}

/** Each task puts equal rows together; where its rows turn out to differ they pass through. */
function withoutMostEqualRows(planner: Planner, child: PhysicalPlan): PhysicalPlan {
  const { output } = child;
  return { kind: "hashAggregate", id: planner.id(), output, mode: "partial", child, grouping: output, aggregates: [] };
}

const MOST_KEY_BYTES = 8 << 20;

/** A finished exchange whose rows hold all those that a plan gives: semi and anti joins only leave some out. */
function finishedBelow(planner: Planner, node: LogicalPlan): FinishedExchange | undefined {
  const found = planner.state.book.anyOf(node);
  if (found !== undefined) return found;
  switch (node.kind) {
    case "filter":
    case "project":
      return finishedBelow(planner, node.child);
    case "join":
      return node.type === "leftSemi" || node.type === "leftAnti" ? finishedBelow(planner, node.left) : undefined;
    default:
      return undefined;
  }
}

function roleOf(keys: readonly Expression[]): string {
  return `rows:join:${keyText(keys)}`;
}

/** For each hash that the rows lie by: which keys it is made of, where it is made of keys only. */
function placesOf(layout: Layout, keys: readonly Expression[]): readonly (readonly number[])[] {
  const found: (readonly number[])[] = [];
  for (const hashed of layout.hashed) {
    const places = hashed.map((expression) => keys.findIndex((key) => sameExpression(key, expression)));
    if (places.length > 0 && places.every((place) => place >= 0)) found.push(places);
  }
  return found;
}

function sameItems(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((item, i) => item === b[i]);
}

function hasShuffleHint(hints: { readonly left: string | undefined; readonly right: string | undefined }): boolean {
  return hasHashHint(hints) || hints.left === "merge" || hints.right === "merge";
}

function hasHashHint(hints: { readonly left: string | undefined; readonly right: string | undefined }): boolean {
  return hints.left === "shuffleHash" || hints.right === "shuffleHash";
}

/** A broadcast table is seen by all tasks: rows of it that match nothing cannot be told by one of them. */
function canBroadcast(type: PhysicalJoinType, side: Side): boolean {
  switch (type) {
    case "inner":
      return true;
    case "left":
    case "leftSemi":
    case "leftAnti":
    case "existence":
    case "nullAwareAnti":
      return side === "right";
    case "right":
      return side === "left";
    case "full":
      return false;
  }
}

/** With both sides partitioned, the table may be the side whose unmatched rows are wanted too. */
function canBuild(type: PhysicalJoinType, side: Side): boolean {
  return (
    side === "right" ||
    type === "inner" ||
    type === "left" ||
    type === "right" ||
    type === "full" ||
    type === "leftSemi" ||
    type === "leftAnti"
  );
}

function keepsLeft(type: PhysicalJoinType): boolean {
  return type !== "right" && type !== "full";
}

function keepsRight(type: PhysicalJoinType): boolean {
  return type === "inner" || type === "right";
}
