/**
 * The order of inner joins. Relations that are joined with each other, in whatever order it was written, are taken apart into
 * a graph and put together again as cheaply as estimates can tell.
 */
import { attributesOf, isDeterministic } from "../expressions/traverse";
import type { Attribute, Expression, ExprId } from "../expressions/expression";
import { outputIds } from "../logical/output";
import type { LogicalPlan } from "../logical/plan";
import { simpleString } from "../types/text";
import { conjunction, equal, plainColumn, within } from "./predicates";
import { selectivity } from "./selectivity";
import type { ColumnEstimate, Estimate, Statistics } from "./statistics";

/** Sets of relations are bits of a number. */
type Bits = number;

interface Member {
  readonly plan: LogicalPlan;
  readonly estimate: Estimate;
  /** Rows before filters: what bounds the values of its keys. */
  readonly baseRows: number;
}

interface Edge {
  readonly left: Bits;
  readonly right: Bits;
  readonly condition: Expression;
  /** The class of columns that its two are equal to; null where it does not compare two columns. */
  readonly cls: number | null;
  readonly domain: number;
}

interface Node {
  readonly set: Bits;
  readonly rows: number;
  readonly cost: number;
  readonly left: Node | null;
  readonly right: Node | null;
  readonly member: number;
}

/** Beyond this many relations the best pair is taken at each step. */
const LARGEST_EXACT = 10;
const LARGEST = 30;

export class JoinGraph {
  readonly #members: readonly Member[];
  readonly #edges: readonly Edge[];
  /** Classes with several columns of one relation, which are equal only by what joins it. */
  readonly #split: ReadonlySet<number>;
  /** Conditions over one relation, or none, or ones that cannot be moved: applied at the top. */
  readonly #top: readonly Expression[];
  readonly #rest: readonly { readonly set: Bits; readonly condition: Expression; readonly selectivity: number }[];

  constructor(relations: readonly LogicalPlan[], conditions: readonly Expression[], statistics: Statistics) {
    this.#members = relations.map((plan) => ({
      plan,
      estimate: statistics.of(plan),
      baseRows: baseRows(plan, statistics),
    }));
    const columns = new Map<ExprId, ColumnEstimate>();
    const owner = new Map<ExprId, number>();
    this.#members.forEach(({ plan, estimate }, i) => {
      for (const id of outputIds(plan)) owner.set(id, i);
      for (const [id, column] of estimate.columns) columns.set(id, column);
    });
    const setOf = (expression: Expression): Bits =>
      attributesOf(expression).reduce((bits, column) => bits | (1 << (owner.get(column.id) ?? 31)), 0);
    const edges: Edge[] = [];
    const top: Expression[] = [];
    const rest: { set: Bits; condition: Expression; selectivity: number }[] = [];
    const classes = new Classes();
    for (const condition of conditions) {
      const set = setOf(condition);
      if (!isDeterministic(condition) || count(set) < 2) {
        top.push(condition);
        continue;
      }
      const sides = equality(condition);
      const left = sides === null ? 0 : setOf(sides[0]);
      const right = sides === null ? 0 : setOf(sides[1]);
      if (sides === null || left === 0 || right === 0 || (left & right) !== 0) {
        const any: Estimate = { rows: 1, bytes: 0, columns };
        rest.push({ set, condition, selectivity: selectivity([condition], any) });
        continue;
      }
      const [a, b] = sides.map(plainColumn);
      const cls = isPlainEquality(condition, sides) ? classes.join(a!, b!) : null;
      const domain = domainOf(
        a ? columns.get(a.id) : undefined,
        b ? columns.get(b.id) : undefined,
        this.#rowsOf(left),
        this.#rowsOf(right),
      );
      edges.push({ left, right, condition, cls, domain });
    }
    const known = edges.map((edge) => (edge.cls === null ? edge : { ...edge, cls: classes.root(edge.cls) }));
    this.#edges = [...known, ...this.#derived(known, classes, setOf, columns)];
    const split = [...classes.members()].filter(([, equals]) => new Set(equals.map(setOf)).size < equals.length);
    this.#split = new Set(split.map(([cls]) => cls));
    this.#top = top;
    this.#rest = rest;
  }

  /** `a = c`, where `a = b` and `b = c`: so that the relations of a and c may be joined first. */
  #derived(
    known: readonly Edge[],
    classes: Classes,
    setOf: (expression: Expression) => Bits,
    columns: ReadonlyMap<ExprId, ColumnEstimate>,
  ): Edge[] {
    const derived: Edge[] = [];
    for (const [cls, equals] of classes.members()) {
      equals.forEach((a, i) => {
        for (const b of equals.slice(i + 1)) {
          const left = setOf(a);
          const right = setOf(b);
          const there = known.some((edge) => edge.cls === cls && crosses(edge, left, right));
          if (left === right || there) continue;
          const domain = domainOf(columns.get(a.id), columns.get(b.id), this.#rowsOf(left), this.#rowsOf(right));
          derived.push({ left, right, condition: equal(a, b), cls, domain });
        }
      });
    }
    return derived;
  }

  /** The joins in the order that is thought best, and the conditions that remain above them. */
  ordered(): LogicalPlan | null {
    if (this.#members.length > LARGEST) return null;
    const node = this.#members.length <= LARGEST_EXACT ? this.#exact() : this.#greedy();
    const used = new Set<Expression>();
    const plan = this.#build(node, used);
    const condition = conjunction(this.#top);
    return condition === null ? plan : { kind: "filter", child: plan, condition };
  }

  #rowsOf(set: Bits): number {
    let rows = 1;
    this.#members.forEach((member, i) => {
      if ((set & (1 << i)) !== 0) rows = Math.max(rows, member.baseRows);
    });
    return rows;
  }

  #leaf(i: number): Node {
    const { rows } = (this.#members[i] as Member).estimate;
    return { set: 1 << i, rows, cost: 0, left: null, right: null, member: i };
  }

  /** Dynamic programming over all connected pairs of sets; products only where nothing connects. */
  #exact(): Node {
    const n = this.#members.length;
    const best = new Map<Bits, Node>();
    for (let i = 0; i < n; i++) best.set(1 << i, this.#leaf(i));
    const all = (1 << n) - 1;
    for (let set = 3; set <= all; set++) {
      if (count(set) < 2) continue;
      let found: Node | undefined;
      for (let part = (set - 1) & set; part > 0; part = (part - 1) & set) {
        const other = set ^ part;
        if (part < other) continue;
        const a = best.get(part);
        const b = best.get(other);
        if (a === undefined || b === undefined || !this.#connected(part, other)) continue;
        const node = this.#join(a, b);
        if (found === undefined || node.cost < found.cost) found = node;
      }
      if (found !== undefined) best.set(set, found);
    }
    return best.get(all) ?? this.#products(best, all);
  }

  /** Connected parts multiplied with each other, small ones first. */
  #products(best: ReadonlyMap<Bits, Node>, all: Bits): Node {
    const parts: Node[] = [];
    let left = all;
    while (left !== 0) {
      let widest: Node | undefined;
      for (const [set, node] of best) {
        if ((set & left) === set && (widest === undefined || count(set) > count(widest.set))) widest = node;
      }
      if (widest === undefined) break;
      parts.push(widest);
      left ^= widest.set;
    }
    return this.#multiplied(parts);
  }

  #multiplied(parts: Node[]): Node {
    parts.sort((a, b) => a.rows - b.rows);
    return parts.reduce((a, b) => this.#join(a, b));
  }

  #greedy(): Node {
    const nodes = this.#members.map((_, i) => this.#leaf(i));
    while (nodes.length > 1) {
      let best: { readonly node: Node; readonly gain: number; readonly i: number; readonly j: number } | undefined;
      for (let i = 0; i < nodes.length; i++) {
        for (let j = i + 1; j < nodes.length; j++) {
          const a = nodes[i] as Node;
          const b = nodes[j] as Node;
          if (!this.#connected(a.set, b.set)) continue;
          const node = this.#join(a, b);
          const gain = node.cost - a.cost - b.cost;
          if (best === undefined || gain < best.gain) best = { node, gain, i, j };
        }
      }
      if (best === undefined) return this.#multiplied(nodes);
      nodes.splice(best.j, 1);
      nodes.splice(best.i, 1);
      nodes.push(best.node);
    }
    return nodes[0] as Node;
  }

  #connected(a: Bits, b: Bits): boolean {
    const both = a | b;
    return (
      this.#edges.some((edge) => crosses(edge, a, b)) ||
      this.#rest.some(({ set }) => (set & both) === set && (set & a) !== 0 && (set & b) !== 0 && count(both) === count(set))
    );
  }

  /** The larger side streams past a table of the smaller: rows of the table are dearer, rows that come out are passed on. */
  #join(a: Node, b: Node): Node {
    const rows = this.#rows(a, b);
    const [small, large] = a.rows <= b.rows ? [a, b] : [b, a];
    const product = !this.#edges.some((edge) => crosses(edge, a.set, b.set));
    const work = product ? a.rows * b.rows : large.rows * 0.5 + small.rows * 2;
    return { set: a.set | b.set, rows, cost: a.cost + b.cost + work + rows, left: large, right: small, member: -1 };
  }

  #rows(a: Node, b: Node): number {
    const pairs = new Map<string, { domain: number; limit: number }>();
    for (const edge of this.#between(a.set, b.set)) {
      // Several keys between two relations are together at most as many values as the smaller of them has rows.
      const key = pairOf(edge);
      const pair = pairs.get(key);
      const limit = Math.min(this.#rowsOf(edge.left), this.#rowsOf(edge.right));
      if (pair === undefined) pairs.set(key, { domain: edge.domain, limit: Math.max(limit, edge.domain) });
      else pair.domain *= edge.domain;
    }
    let rows = a.rows * b.rows;
    for (const { domain, limit } of pairs.values()) rows /= Math.max(1, Math.min(domain, limit));
    const both = a.set | b.set;
    for (const { set, selectivity: share } of this.#rest) {
      if ((set & both) === set && (set & a.set) !== set && (set & b.set) !== set) rows *= share;
    }
    return rows;
  }

  /**
   * The edges that join two sets. Of columns that are all equal on either side one pair is enough, best one of relations that are
   * joined by other columns too; where a relation has several of them, only all pairs make them equal.
   */
  #between(a: Bits, b: Bits): readonly Edge[] {
    const crossing = this.#edges.filter((edge) => crosses(edge, a, b));
    if (crossing.length < 2) return crossing;
    const counts = new Map<string, number>();
    for (const edge of crossing) counts.set(pairOf(edge), (counts.get(pairOf(edge)) ?? 0) + 1);
    const seen = new Set<number>();
    return crossing
      .sort((x, y) => counts.get(pairOf(y))! - counts.get(pairOf(x))!)
      .filter(({ cls }) => cls === null || this.#split.has(cls) || (!seen.has(cls) && seen.add(cls)));
  }

  #build(node: Node, used: Set<Expression>): LogicalPlan {
    if (node.left === null || node.right === null) return (this.#members[node.member] as Member).plan;
    const left = this.#build(node.left, used);
    const right = this.#build(node.right, used);
    const ids = new Set([...outputIds(left), ...outputIds(right)]);
    const conditions: Expression[] = [];
    const take = (condition: Expression): void => {
      if (used.has(condition) || !within(condition, ids)) return;
      used.add(condition);
      conditions.push(condition);
    };
    for (const { condition } of this.#between(node.left.set, node.right.set)) take(condition);
    for (const { cls, condition } of this.#edges) if (cls === null) take(condition);
    for (const item of this.#rest) take(item.condition);
    return { kind: "join", left, right, type: "inner", condition: conjunction(conditions) };
  }
}

/** Names the two relations of an edge. */
function pairOf(edge: Edge): string {
  return `${Math.min(edge.left, edge.right)}:${Math.max(edge.left, edge.right)}`;
}

function crosses(edge: Pick<Edge, "left" | "right">, a: Bits, b: Bits): boolean {
  return (
    ((edge.left & a) === edge.left && (edge.right & b) === edge.right) ||
    ((edge.left & b) === edge.left && (edge.right & a) === edge.right)
  );
}

function count(set: Bits): number {
  let bits = set;
  let n = 0;
  for (; bits !== 0; bits &= bits - 1) n++;
  return n;
}

function equality(condition: Expression): readonly [Expression, Expression] | null {
  if (condition.kind !== "call" || (condition.fn !== "=" && condition.fn !== "<=>")) return null;
  return condition.args as unknown as readonly [Expression, Expression];
}

/** Of two columns of one type: such equalities follow from each other. */
function isPlainEquality(condition: Expression, [a, b]: readonly [Expression, Expression]): boolean {
  const plain = condition.kind === "call" && condition.fn === "=" && a.kind === "attribute" && b.kind === "attribute";
  return plain && simpleString(a.type) === simpleString(b.type);
}

function domainOf(a: ColumnEstimate | undefined, b: ColumnEstimate | undefined, leftRows: number, rightRows: number): number {
  const left = a?.domain ?? leftRows;
  const right = b?.domain ?? rightRows;
  const known = a !== undefined && b !== undefined && a.distinct !== null && b.distinct !== null;
  return Math.max(1, known ? Math.max(left, right) : Math.min(left, right));
}

/** Rows of the largest relation that the plan reads: filters do not change how many values a key may have. */
function baseRows(plan: LogicalPlan, statistics: Statistics): number {
  switch (plan.kind) {
    case "filter":
    case "project":
    case "subqueryAlias":
    case "sort":
      return baseRows(plan.child, statistics);
    case "join":
      return plan.type === "leftSemi" || plan.type === "leftAnti" ? baseRows(plan.left, statistics) : statistics.of(plan).rows;
    case "scan":
      return Math.max(1, plan.relation.statistics.rowCount ?? statistics.of(plan).rows);
    default:
      return Math.max(1, statistics.of(plan).rows);
  }
}

/** Columns that equalities make the same. */
class Classes {
  readonly #of = new Map<ExprId, number>();
  readonly #columns = new Map<ExprId, Attribute>();
  readonly #parents: number[] = [];

  /** The columns of each class of more than two. */
  members(): ReadonlyMap<number, readonly Attribute[]> {
    const all = new Map<number, Attribute[]>();
    for (const [id, column] of this.#columns) {
      const cls = this.#find(id);
      const others = all.get(cls);
      if (others === undefined) all.set(cls, [column]);
      else others.push(column);
    }
    return new Map([...all].filter(([, equals]) => equals.length > 2));
  }

  join(left: Attribute, right: Attribute): number {
    this.#columns.set(left.id, left);
    this.#columns.set(right.id, right);
    const x = this.#find(left.id);
    const y = this.#find(right.id);
    if (x !== y) this.#parents[y] = x;
    return x;
  }

  root(cls: number): number {
    let at = cls;
    while (this.#parents[at] !== at) at = this.#parents[at] as number;
    return at;
  }

  #find(id: ExprId): number {
    let cls = this.#of.get(id);
    if (cls === undefined) {
      cls = this.#parents.length;
      this.#parents.push(cls);
      this.#of.set(id, cls);
    }
    return this.root(cls);
  }
}
