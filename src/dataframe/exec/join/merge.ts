/**
 * Joins of two sides that are sorted by their keys: pairs of rows by one walk over both, in the order of the keys. Rows of either
 * side that outer joins keep come in their places.
 */
import { concat, concatBatches, gather, vectorBuilder } from "../../../columnar/batch";
import type { BatchSource, ColumnBatch, Vector } from "../../../columnar/vector";
import type { Attribute, Expression } from "../../expressions/expression";
import type { PhysicalJoinType, SortMergeJoinExec } from "../../physical/plan";
import { drain, sourceOf, type OpenTask, type Operator } from "../operator";
import type { CodegenHost } from "../pipeline/program";
import { Projection } from "../projection";
import { sortKey, type SortKey } from "../sort/keys";
import { compareRows } from "../sort/permutation";

/** Pairs that are made before they leave; groups of equal keys are not cut. */
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
    const left = allRows(this.left, task);
    const right = allRows(this.right, task);
    const keys = mergedKeys(this.#leftKeys.open(task)(left), this.#rightKeys.open(task)(right), this.node.leftKeys, left.length);
    const condition = this.#condition?.open(task) ?? null;
    const metrics = task.env.metrics(this.node.id);
    const walk = new Walk(left.length, right.length, keys);
    while (!walk.done) {
      task.env.checkInterrupted();
      const pairs = walk.next();
      const accepted = condition === null ? null : (condition(this.#joined(left, right, pairs))[0] as Vector);
      const batch = this.#output(left, right, select(pairs, accepted, this.node.type));
      if (batch.length === 0) continue;
      metrics.rows += batch.length;
      metrics.batches++;
      yield batch;
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

function allRows(side: Operator, task: OpenTask): ColumnBatch {
  const batches: ColumnBatch[] = [];
  drain(side.open(task), task, (batch) => batches.push(batch));
  if (batches.length > 0) return concatBatches(batches);
  return { length: 0, columns: side.output.map((attribute) => vectorBuilder(attribute.type, 0).finish()) };
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

/** Pairs of rows: -1 on one side for a row that has no partner. `starts`: where the pairs of a left row begin. */
interface Pairs {
  readonly l: Int32Array;
  readonly r: Int32Array;
  readonly count: number;
  /** Groups of equal keys: pairs [from, to), with their rows on the right. */
  readonly groups: readonly { readonly from: number; readonly to: number; readonly rights: readonly [number, number] }[];
}

class Walk {
  #l = 0;
  #r = 0;

  constructor(
    private readonly lefts: number,
    private readonly rights: number,
    private readonly keys: readonly SortKey[],
  ) {}

  get done(): boolean {
    return this.#l === this.lefts && this.#r === this.rights;
  }

  next(): Pairs {
    const l: number[] = [];
    const r: number[] = [];
    const groups: { from: number; to: number; rights: readonly [number, number] }[] = [];
    while (!this.done && l.length < CHUNK) {
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
      const lEnd = this.#end(this.#l, this.lefts, 0);
      const rEnd = this.#end(this.#r, this.rights, this.lefts);
      const from = l.length;
      for (let a = this.#l; a < lEnd; a++) {
        for (let b = this.#r; b < rEnd; b++) {
          l.push(a);
          r.push(b);
        }
      }
      groups.push({ from, to: l.length, rights: [this.#r, rEnd] });
      this.#l = lEnd;
      this.#r = rEnd;
    }
    return { l: Int32Array.from(l), r: Int32Array.from(r), count: l.length, groups };
  }

  #compare(): number {
    if (this.#l === this.lefts) return 1;
    if (this.#r === this.rights) return -1;
    return compareRows(this.keys, 0, this.#l, this.lefts + this.#r);
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

/** What a type of join makes of the pairs; `accepted`: the condition's values for them. */
function select(pairs: Pairs, accepted: Vector | null, type: PhysicalJoinType): Selected {
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
  for (const { from, to, rights } of pairs.groups) {
    for (; next < from; next++) single(next);
    const [firstRight, endRight] = rights;
    const width = endRight - firstRight;
    const met = keepsRight ? new Uint8Array(width) : null;
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
    if (met !== null) for (let i = 0; i < width; i++) if (met[i] === 0) put(-1, firstRight + i);
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
