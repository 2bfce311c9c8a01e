/** Ratings on executors: grouped by user or by item, and the factors of all of a side from those of the other. */
import type { DataType } from "../../columnar/types";
import type { ColumnBatch } from "../../columnar/vector";
import { DataError } from "../../common/errors";
import { aggregateProgram, type BroadcastRef, doublesOf, rowsProgram } from "../compute";
import { decodePlain } from "../compute/plain";
import { NormalEquations } from "./least-squares";

/** What an id column holds where it is none. */
export function checkedIds(values: Float64Array, valid: Uint8Array | null, name: string): Int32Array {
  for (let i = 0; i < values.length; i++)
    if ((valid !== null && valid[i] === 0) || (values[i]! | 0) !== values[i])
      throw new DataError(
        "INVALID_ID",
        `ALS only supports non-Null values in Integer range and without fractional part for column ${name}, but got ${valid?.[i] === 0 ? "null" : values[i]}.`, // prettier-ignore
      );
  return Int32Array.from(values);
}

/** The ratings of a partition's users (or items). Plain data. */
export interface RatingBlock {
  /** Rising. */
  readonly ids: Int32Array;
  /** The ratings of ids[i] are those from starts[i] to before starts[i + 1]. */
  readonly starts: Int32Array;
  /** Whom they rate, or who rates them, rising: ids, or places in the list of all ids of the other side. */
  readonly others: Int32Array;
  readonly ratings: Float32Array;
}

interface BlockSpec {
  /** Of the columns: id, other, and rating where there is one. */
  readonly names: readonly string[];
  readonly types: readonly DataType[];
}

/** One block a partition. Ratings stand in an order of their own, so that sums do not depend on that of the rows. */
export const toRatingBlocks = rowsProgram<BlockSpec, ColumnBatch, RatingBlock>({
  name: "mllib.als.block",
  *run(batches, { names, types }) {
    const parts: { ids: Int32Array; others: Int32Array; ratings: Float32Array }[] = [];
    let rows = 0;
    for (const { columns, length } of batches) {
      const [ids, others] = [0, 1].map((at) => {
        const { values, valid } = doublesOf(columns[at]!, types[at]!);
        return checkedIds(values, valid, names[at]!);
      });
      const ratings = columns.length > 2 ? ratingsOf(columns[2]!, types[2]!, names[2]!) : new Float32Array(length).fill(1);
      parts.push({ ids: ids!, others: others!, ratings });
      rows += length;
    }
    const all = { ids: new Int32Array(rows), others: new Int32Array(rows), ratings: new Float32Array(rows) };
    let at = 0;
    for (const part of parts) {
      for (const name of ["ids", "others", "ratings"] as const) all[name].set(part[name], at);
      at += part.ids.length;
    }
    yield grouped(all.ids, all.others, all.ratings);
  },
});

function ratingsOf(column: ColumnBatch["columns"][number], type: DataType, name: string): Float32Array {
  const { values, valid } = doublesOf(column, type);
  for (let i = 0; i < values.length; i++)
    if ((valid !== null && valid[i] === 0) || !Number.isFinite(values[i]!))
      throw new DataError(
        "INVALID_RATING",
        `ALS: ratings must be finite numbers, but column ${name} holds ${valid?.[i] === 0 ? "null" : values[i]}.`,
      );
  return Float32Array.from(values);
}

function grouped(ids: Int32Array, others: Int32Array, ratings: Float32Array): RatingBlock {
  const order = Uint32Array.from(ids, (_, i) => i).sort(
    (a, b) => ids[a]! - ids[b]! || others[a]! - others[b]! || ratings[a]! - ratings[b]!,
  );
  const distinct: number[] = [];
  const starts: number[] = [];
  for (const [at, i] of order.entries())
    if (at === 0 || ids[i] !== distinct.at(-1)) {
      distinct.push(ids[i]!);
      starts.push(at);
    }
  starts.push(order.length);
  return {
    ids: Int32Array.from(distinct),
    starts: Int32Array.from(starts),
    others: Int32Array.from(order, (i) => others[i]!),
    ratings: Float32Array.from(order, (i) => ratings[i]!),
  };
}

/** The ids of each block. Reads to the end of the partition: only then do executors keep it. */
export const idsOfBlocks = aggregateProgram<null, RatingBlock, Int32Array>({
  name: "mllib.als.ids",
  run(blocks) {
    let found: Int32Array = new Int32Array(0);
    for (const { ids } of blocks) found = ids;
    return found;
  },
});

/** Puts places in the list of all ids of the other side for these ids. */
export const indexed = rowsProgram<{ readonly ids: BroadcastRef }, RatingBlock, RatingBlock>({
  name: "mllib.als.index",
  *run(blocks, { ids }, task) {
    const all = decodePlain<Int32Array>(task.broadcast(ids));
    const places = new Map<number, number>();
    for (let i = 0; i < all.length; i++) places.set(all[i]!, i);
    for (const block of blocks) yield { ...block, others: block.others.map((id) => places.get(id)!) };
  },
});

export interface SolveSpec {
  /** A SolveInput. */
  readonly input: BroadcastRef;
  readonly rank: number;
  readonly regParam: number;
  readonly implicitPrefs: boolean;
  readonly alpha: number;
  readonly nonnegative: boolean;
}

export interface SolveInput {
  /** Of the other side, by place. */
  readonly factors: Float32Array;
  /** Of implicit preferences: Σ f·fᵀ over all of them. */
  readonly gram: Float64Array | null;
}

/** The factors of a block's ids, in their order. */
export const solved = aggregateProgram<SolveSpec, RatingBlock, Float32Array>({
  name: "mllib.als.solve",
  run(blocks, spec, task) {
    const input = decodePlain<SolveInput>(task.broadcast(spec.input));
    let found: Float32Array = new Float32Array(0);
    for (const block of blocks) found = solveBlock(block, input, spec, () => task.checkInterrupted());
    return found;
  },
});

const CHECK_EVERY = 1024;

/** As in Spark, the penalty grows with the ratings of a user or item (Y. Zhou et al., 2008), the positive ones where they are implicit. */
function solveBlock(block: RatingBlock, { factors, gram }: SolveInput, spec: SolveSpec, check: () => void): Float32Array {
  const { rank, regParam, implicitPrefs, alpha, nonnegative } = spec;
  const { ids, starts, others, ratings } = block;
  const equations = new NormalEquations(rank);
  const found = new Float32Array(ids.length * rank);
  for (let i = 0; i < ids.length; i++) {
    if (i % CHECK_EVERY === 0) check();
    equations.reset(gram);
    let count = 0;
    for (let at = starts[i]!; at < starts[i + 1]!; at++) {
      const rating = ratings[at]!;
      const place = others[at]! * rank;
      if (implicitPrefs) {
        // Y. Hu, Y. Koren, C. Volinsky, Collaborative Filtering for Implicit Feedback Datasets, 2008.
        const confidence = alpha * Math.abs(rating);
        if (rating > 0) count++;
        equations.add(factors, place, rating > 0 ? 1 + confidence : 0, confidence);
      } else {
        count++;
        equations.add(factors, place, rating, 1);
      }
    }
    equations.addDiagonal(count * regParam);
    if (!(nonnegative ? equations.solveNonnegative() : equations.solve()))
      throw new DataError(
        "SINGULAR_MATRIX",
        `ALS: the least squares problem of id ${ids[i]} has no single solution. Set regParam above 0, or a smaller rank.`,
      );
    found.set(equations.b, i * rank);
  }
  return found;
}
