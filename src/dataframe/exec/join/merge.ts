/**
 * Joins of two sides that are sorted by their keys: pairs of rows by one walk over both, in the order of the keys. Rows of either
 * side that outer joins keep come in their places. Of each side those rows are in memory whose keys the other may still have.
 */
import { concat, gather } from "../../../columnar/batch";
import type { BatchSource, ColumnBatch, Vector } from "../../../columnar/vector";
import type { Attribute, Expression } from "../../expressions/expression";
import type { PhysicalJoinType, SortMergeJoinExec } from "../../physical/plan";
import { counted, sourceOf, type OpenTask, type Operator } from "../operator";
import type { CodegenHost } from "../pipeline/program";
import { Projection } from "../projection";
import { sortKey, type SortKey } from "../sort/keys";
import { compareRows } from "../sort/permutation";
import { SortedSide } from "./sorted-side";

/** Pairs that are made before they leave; the partners of one row are not cut. */
const CHUNK = 16384;

export class MergeJoinOperator implements Operator {
  readonly output: readonly Attribute[];
  readonly #leftKeys: Projection;
  readonly #rightKeys: Projection;
  readonly #condition: Projection | null;

  constructor(
    private readonly node: SortMergeJoinExec,
    private readonly left: Operator,
    private readonly right: Operator,
    host: CodegenHost,
  ) {
    this.output = node.output;
    this.#leftKeys = new Projection(node.leftKeys, left.output, host);
    this.#rightKeys = new Projection(node.rightKeys, right.output, host);
    const both = [...left.output, ...right.output];
    this.#condition = node.condition === null ? null : new Projection([node.condition], both, host);
  }

  open(task: OpenTask): BatchSource {
    return sourceOf(this.#batches(task));
  }

  *#batches(task: OpenTask): Generator<ColumnBatch, void, undefined> {
    const { type, leftKeys } = this.node;
    const left = new SortedSide(this.left, task, "left");
    const right = new SortedSide(this.right, task, "right");
    const leftKeysOf = this.#leftKeys.open(task);
    const rightKeysOf = this.#rightKeys.open(task);
    const condition = this.#condition?.open(task) ?? null;
    const metrics = task.env.metrics(this.node.id);
    const selection = new Selection(type);
    try {
      for (;;) {
        task.env.checkInterrupted();
        left.fill();
        right.fill();
        if (isOver(type, left.isOver, right.isOver)) return;
        const keys = mergedKeys(leftKeysOf(left.rows), rightKeysOf(right.rows), leftKeys, left.rows.length);
        const [lefts, rights] = complete(left, right, keys);
        if (lefts === 0 && rights === 0) continue;
        const walk = new Walk(lefts, rights, left.rows.length, keys);
        while (!walk.done) {
          task.env.checkInterrupted();
          const pairs = walk.next();
          const accepted = condition === null ? null : (condition(this.#joined(left.rows, right.rows, pairs))[0] as Vector);
          const batch = this.#output(left.rows, right.rows, selection.of(pairs, accepted));
          if (batch.length > 0) yield counted(batch, metrics);
        }
        left.drop(lefts);
        right.drop(rights);
      }
    } finally {
      left.close();
      right.close();
    }
  }

  #joined(left: ColumnBatch, right: ColumnBatch, { l, r, count }: Pairs): ColumnBatch {
    return {
      length: count,
      columns: [
        ...left.columns.map((column) => gather(column, l, count, true)),
        ...right.columns.map((column) => gather(column, r, count, true)),
      ],
    };
  }

  #output(left: ColumnBatch, right: ColumnBatch, { l, r, count, exists }: Selected): ColumnBatch {
    const places = new Map<number, readonly [side: "left" | "right", index: number]>();
    this.left.output.forEach(({ id }, index) => places.set(id, ["left", index]));
    this.right.output.forEach(({ id }, index) => {
      if (!places.has(id)) places.set(id, ["right", index]);
    });
    const columns = this.output.map((attribute): Vector => {
      if (attribute.id === this.node.exists?.id) return { form: "fixed", length: count, values: exists!, valid: null };
      const [side, index] = places.get(attribute.id)!;
      return side === "left" ? gather(left.columns[index]!, l, count, true) : gather(right.columns[index]!, r, count, true);
    });
    return { length: count, columns };
  }
}

/** Whether no row can come any more. */
function isOver(type: PhysicalJoinType, left: boolean, right: boolean): boolean {
  switch (type) {
    case "inner":
    case "leftSemi":
      return left || right;
    case "right":
      return right;
    case "full":
      return left && right;
    default:
      return left;
  }
}

/**
 * How many rows of each side can be joined: those before the first key that a side may have more rows of. Where there are none,
 * the sides that end in this key read on.
 */
function complete(left: SortedSide, right: SortedSide, keys: readonly SortKey[]): readonly [lefts: number, rights: number] {
  const [l, r] = [left.rows.length, right.rows.length];
  const ends = [...(left.ended ? [] : [l - 1]), ...(right.ended ? [] : [l + r - 1])];
  if (ends.length === 0) return [l, r];
  const bound = ends.length === 2 && compareRows(keys, 0, ends[0]!, ends[1]!) > 0 ? ends[1]! : ends[0]!;
  const before = (from: number, count: number): number => {
    let low = 0;
    let high = count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compareRows(keys, 0, from + middle, bound) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const found = [before(0, l), before(l, r)] as const;
  if (found[0] === 0 && found[1] === 0) {
    if (!left.ended && compareRows(keys, 0, l - 1, bound) === 0) left.more();
    if (!right.ended && compareRows(keys, 0, l + r - 1, bound) === 0) right.more();
  }
  return found;
}

/** Keys of both sides in one column each: rows of the right side follow those of the left. */
function mergedKeys(
  left: readonly Vector[],
  right: readonly Vector[],
  expressions: readonly Expression[],
  leftRows: number,
): readonly SortKey[] {
  return left.map((column, i) => {
    const child = expressions[i]!;
    const parts = leftRows === 0 ? [right[i]!] : right[i]!.length === 0 ? [column] : [column, right[i]!];
    return sortKey(concat(parts), child.type, { kind: "sortOrder", child, ascending: true, nullsFirst: true });
  });
}

/** Pairs of rows: -1 on one side for a row that has no partner. */
interface Pairs {
  readonly l: Int32Array;
  readonly r: Int32Array;
  readonly count: number;
  readonly groups: readonly Group[];
}

/** Rows of equal keys: pairs [from, to), row by row of the left side, each with all of `rights`. Many rows are cut in several of these. */
interface Group {
  readonly from: number;
  readonly to: number;
  readonly rights: readonly [from: number, to: number];
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

class Walk {
  #l = 0;
  #r = 0;
  /** The rows on both sides that have the key at which the walk stands, where it has one. */
  #group: { readonly lEnd: number; readonly rEnd: number } | null = null;

  /** @param offset where the right side's keys begin. */
  constructor(
    private readonly lefts: number,
    private readonly rights: number,
    private readonly offset: number,
    private readonly keys: readonly SortKey[],
  ) {}

  get done(): boolean {
    return this.#l === this.lefts && this.#r === this.rights;
  }

  next(): Pairs {
    const l: number[] = [];
    const r: number[] = [];
    const groups: Group[] = [];
    while (!this.done && l.length < CHUNK) {
      if (this.#group === null) {
        const order = this.#compare();
        if (order < 0 || (order === 0 && this.#hasNull(this.#l))) {
          l.push(this.#l++);
          r.push(-1);
          continue;
        }
        if (order > 0) {
          l.push(-1);
          r.push(this.#r++);
          continue;
        }
      }
      const isFirst = this.#group === null;
      this.#group ??= {
        lEnd: this.#end(this.#l, this.lefts, 0),
        rEnd: this.#end(this.#r, this.rights, this.offset),
      };
      const { lEnd, rEnd } = this.#group;
      const from = l.length;
      while (this.#l < lEnd && (l.length === from || l.length < CHUNK)) {
        for (let b = this.#r; b < rEnd; b++) {
          l.push(this.#l);
          r.push(b);
        }
        this.#l++;
      }
      const isLast = this.#l === lEnd;
      groups.push({ from, to: l.length, rights: [this.#r, rEnd], isFirst, isLast });
      if (!isLast) break;
      this.#r = rEnd;
      this.#group = null;
    }
    return { l: Int32Array.from(l), r: Int32Array.from(r), count: l.length, groups };
  }

  #compare(): number {
    if (this.#l === this.lefts) return 1;
    if (this.#r === this.rights) return -1;
    return compareRows(this.keys, 0, this.#l, this.offset + this.#r);
  }

  #hasNull(row: number): boolean {
    return this.keys.some(({ valid }) => valid !== null && valid[row] === 0);
  }

  #end(from: number, limit: number, offset: number): number {
    let to = from + 1;
    while (to < limit && compareRows(this.keys, 0, offset + from, offset + to) === 0) to++;
    return to;
  }
}

interface Selected {
  readonly l: Int32Array;
  readonly r: Int32Array;
  readonly count: number;
  readonly exists: Uint8Array | null;
}

/** What a type of join makes of pairs. */
class Selection {
  /** Rows on the right of the group at hand that have met a partner. */
  #met: Uint8Array | null = null;

  constructor(private readonly type: PhysicalJoinType) {}

  /** `accepted`: the condition's values for the pairs. */
  of(pairs: Pairs, accepted: Vector | null): Selected {
    const { type } = this;
    const l: number[] = [];
    const r: number[] = [];
    const exists: number[] = [];
    const holds = (pair: number): boolean =>
      accepted === null ||
      (accepted.form === "fixed" && accepted.values[pair] === 1 && (accepted.valid === null || accepted.valid[pair] === 1));
    const keepsLeft = type === "left" || type === "full";
    const keepsRight = type === "right" || type === "full";
    const put = (left: number, right: number): void => {
      l.push(left);
      r.push(right);
    };
    const single = (pair: number): void => {
      const left = pairs.l[pair]!;
      if (left < 0) {
        if (keepsRight) put(-1, pairs.r[pair]!);
      } else if (keepsLeft || type === "leftAnti") put(left, -1);
      else if (type === "existence") {
        put(left, -1);
        exists.push(0);
      }
    };
    let next = 0;
    for (const { from, to, rights, isFirst, isLast } of pairs.groups) {
      for (; next < from; next++) single(next);
      const [firstRight, endRight] = rights;
      const width = endRight - firstRight;
      if (isFirst) this.#met = keepsRight ? new Uint8Array(width) : null;
      const met = this.#met;
      for (let start = from; start < to; start += width) {
        const left = pairs.l[start]!;
        let matched = false;
        for (let pair = start; pair < start + width; pair++) {
          if (!holds(pair)) continue;
          matched = true;
          if (met !== null) met[pair - start] = 1;
          if (type === "inner" || type === "left" || type === "right" || type === "full") put(left, pairs.r[pair]!);
          else break;
        }
        if (type === "existence") {
          put(left, -1);
          exists.push(matched ? 1 : 0);
        } else if (matched ? type === "leftSemi" : keepsLeft || type === "leftAnti") put(left, -1);
      }
      if (met !== null && isLast) for (let i = 0; i < width; i++) if (met[i] === 0) put(-1, firstRight + i);
      next = to;
    }
    for (; next < pairs.count; next++) single(next);
    return {
      l: Int32Array.from(l),
      r: Int32Array.from(r),
      count: l.length,
      exists: type === "existence" ? Uint8Array.from(exists) : null,
    };
  }
}
