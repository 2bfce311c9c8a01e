/** Ratings on executors, in blocks of users and of items, and the factors of a side from those of the other. */
import type { DataType } from "../../columnar/types";
import type { ColumnBatch } from "../../columnar/vector";
import { DataError } from "../../common/errors";
import { aggregateProgram, doublesOf, rowsProgram } from "../compute";
import type { Sent } from "../compute/programs";
import { blockOf } from "../compute/sending";
import { addGram, type Factors, randomFactors } from "./factors";
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

/** The ratings of one block of users (or items), and what blocks of the other side need of its factors. Plain data. */
export interface RatingBlock {
  readonly block: number;
  /** Rising. */
  readonly ids: Int32Array;
  /** The ratings of ids[i] are those from starts[i] to before starts[i + 1]. */
  readonly starts: Int32Array;
  /** Whom they rate, or who rates them: places among the factors that this block is sent, block by block of the other side. */
  readonly others: Int32Array;
  readonly ratings: Float32Array;
  /** For each block of the other side the places in `ids` of those whose factors it needs, rising. */
  readonly needed: readonly Int32Array[];
}

/** Ratings on their way to a block. */
interface RatingPart {
  readonly ids: Int32Array;
  readonly others: Int32Array;
  readonly ratings: Float32Array;
}

interface RouteSpec {
  /** Of the columns: id, other, and rating where there is one. */
  readonly names: readonly string[];
  readonly types: readonly DataType[];
  readonly blocks: number;
}

/** Each rating to the block of its id. */
export const routedRatings = rowsProgram<RouteSpec, ColumnBatch, Sent<RatingPart>>({
  name: "mllib.als.route",
  *run(batches, { names, types, blocks }) {
    for (const { columns, length } of batches) {
      const [ids, others] = [0, 1].map((at) => {
        const { values, valid } = doublesOf(columns[at]!, types[at]!);
        return checkedIds(values, valid, names[at]!);
      }) as [Int32Array, Int32Array];
      const ratings = columns.length > 2 ? ratingsOf(columns[2]!, types[2]!, names[2]!) : new Float32Array(length).fill(1);
      const places: number[][] = Array.from({ length: blocks }, () => []);
      for (let i = 0; i < length; i++) places[blockOf(ids[i]!, blocks)]!.push(i);
      for (const [to, at] of places.entries()) {
        if (at.length === 0) continue;
        const picked = <T extends Int32Array | Float32Array>(from: T, into: T): T => {
          for (const [i, place] of at.entries()) into[i] = from[place]!;
          return into;
        };
        const record = {
          ids: picked(ids, new Int32Array(at.length)),
          others: picked(others, new Int32Array(at.length)),
          ratings: picked(ratings, new Float32Array(at.length)),
        };
        yield { to, record };
      }
    }
  },
});

/** One block a partition. Ratings stand in an order of their own, so that sums do not depend on that of the rows. */
export const toRatingBlock = rowsProgram<{ readonly otherBlocks: number }, RatingPart, RatingBlock>({
  name: "mllib.als.block",
  *run(parts, { otherBlocks }, { partition }) {
    const all = [...parts];
    const rows = all.reduce((sum, { ids }) => sum + ids.length, 0);
    const joined = { ids: new Int32Array(rows), others: new Int32Array(rows), ratings: new Float32Array(rows) };
    let at = 0;
    for (const part of all) {
      for (const name of ["ids", "others", "ratings"] as const) joined[name].set(part[name], at);
      at += part.ids.length;
    }
    yield blockOfRatings(partition, joined, otherBlocks);
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

function blockOfRatings(block: number, { ids, others, ratings }: RatingPart, otherBlocks: number): RatingBlock {
  const own = distinctOf(ids);
  // Where the factors of each id stand among those that the block is sent: by block, then by id.
  const sent = distinctOf(others).sort((a, b) => blockOf(a, otherBlocks) - blockOf(b, otherBlocks) || a - b);
  const [rows, columns] = [placesAmong(own, ids), placesAmong(sent, others)];
  const order = byKey(rows, own.length, byKey(columns, sent.length, null));
  sortRuns(order, ratings, (a, b) => rows[a] === rows[b] && columns[a] === columns[b]);
  const starts = new Int32Array(own.length + 1);
  for (const row of rows) starts[row + 1]!++;
  for (let i = 0; i < own.length; i++) starts[i + 1]! += starts[i]!;
  const needed = Array.from({ length: otherBlocks }, (): number[] => []);
  for (const i of order) {
    const list = needed[blockOf(others[i]!, otherBlocks)]!;
    if (list.at(-1) !== rows[i]) list.push(rows[i]!);
  }
  return {
    block,
    ids: own,
    starts,
    others: order.map((i) => columns[i]!),
    ratings: Float32Array.from(order, (i) => ratings[i]!),
    needed: needed.map((list) => Int32Array.from(list)),
  };
}

/** Rising. */
function distinctOf(ids: Int32Array): Int32Array {
  return ids.slice().sort().filter((id, i, all) => i === 0 || id !== all[i - 1]); // prettier-ignore
}

function placesAmong(distinct: Int32Array, ids: Int32Array): Int32Array {
  const places = new Map<number, number>();
  for (let i = 0; i < distinct.length; i++) places.set(distinct[i]!, i);
  return ids.map((id) => places.get(id)!);
}

/** Places in `keys`, which are below `limit`, in the order of their keys; equal ones as in `order`, or as they come. */
function byKey(keys: Int32Array, limit: number, order: Int32Array | null): Int32Array {
  const next = new Int32Array(limit + 1);
  for (const key of keys) next[key + 1]!++;
  for (let i = 0; i < limit; i++) next[i + 1]! += next[i]!;
  const sorted = new Int32Array(keys.length);
  for (let at = 0; at < keys.length; at++) {
    const i = order === null ? at : order[at]!;
    sorted[next[keys[i]!]!++] = i;
  }
  return sorted;
}

/** Puts runs of places that are the same into the order of their values. */
function sortRuns(order: Int32Array, values: Float32Array, same: (a: number, b: number) => boolean): void {
  for (let start = 0, end = 1; end <= order.length; end++) {
    if (end < order.length && same(order[start]!, order[end]!)) continue;
    if (end - start > 1) order.subarray(start, end).sort((a, b) => values[a]! - values[b]!);
    start = end;
  }
}

/** The factors of a block's ids. */
export interface FactorBlock {
  readonly block: number;
  readonly values: Float32Array;
}

interface FirstSpec {
  readonly rank: number;
  /** Of java.util.Random's kind, as text: 64 bits. */
  readonly seed: string;
}

/** The factors that fitting begins with. */
export const firstFactors = rowsProgram<FirstSpec, RatingBlock, FactorBlock>({
  name: "mllib.als.first",
  *run(blocks, { rank, seed }) {
    for (const { block, ids } of blocks) yield { block, values: randomFactors(ids.length, rank, BigInt(seed), block) };
  },
});

/** To each block of the other side the factors that it needs; `task.beside` has those of these blocks. */
export const sentFactors = rowsProgram<{ readonly rank: number }, RatingBlock, Sent<FactorBlock>>({
  name: "mllib.als.send",
  *run(blocks, { rank }, task) {
    const [factors] = task.beside as Iterable<FactorBlock>;
    for (const { block, needed } of blocks)
      for (const [to, places] of needed.entries()) {
        if (places.length === 0) continue;
        const values = new Float32Array(places.length * rank);
        let at = 0;
        for (const place of places)
          for (let from = place * rank, end = from + rank; from < end; from++) values[at++] = factors!.values[from]!;
        yield { to, record: { block, values } };
      }
  },
});

export interface SolveSpec {
  readonly rank: number;
  readonly regParam: number;
  readonly implicitPrefs: boolean;
  readonly alpha: number;
  readonly nonnegative: boolean;
  /** Of implicit preferences: Σ f·fᵀ over all factors of the other side; null of explicit ones. */
  readonly gram: Float64Array | null;
}

/** The factors of these blocks; `task.beside` has those of the other side that they need. */
export const solvedFactors = rowsProgram<SolveSpec, RatingBlock, FactorBlock>({
  name: "mllib.als.solve",
  *run(blocks, spec, task) {
    const parts = [...(task.beside as Iterable<FactorBlock>)].sort((a, b) => a.block - b.block);
    const factors = new Float32Array(parts.reduce((sum, { values }) => sum + values.length, 0));
    let at = 0;
    for (const { values } of parts) {
      factors.set(values, at);
      at += values.length;
    }
    for (const block of blocks)
      yield { block: block.block, values: solveBlock(block, factors, spec, () => task.checkInterrupted()) };
  },
});

/** Σ f·fᵀ of factors, rank × rank, of which the lower triangle counts. */
export const gramOfFactors = aggregateProgram<{ readonly rank: number }, FactorBlock, Float64Array>({
  name: "mllib.als.gram",
  run(blocks, { rank }) {
    const gram = new Float64Array(rank * rank);
    for (const { values } of blocks) addGram(gram, values, rank);
    return gram;
  },
  merge(a, b) {
    for (let i = 0; i < a.length; i++) a[i]! += b[i]!;
    return a;
  },
});

/** Ids and factors of each block, for the driver; `task.beside` has the factors. */
export const blockFactors = aggregateProgram<null, RatingBlock, Factors>({
  name: "mllib.als.factors",
  run(blocks, _, task) {
    const [factors] = task.beside as Iterable<FactorBlock>;
    const [block] = blocks;
    return { ids: block!.ids, values: factors!.values };
  },
});

const CHECK_EVERY = 1024;

/** As in Spark, the penalty grows with the ratings of a user or item (Y. Zhou et al., 2008), the positive ones where they are implicit. */
function solveBlock(block: RatingBlock, factors: Float32Array, spec: SolveSpec, check: () => void): Float32Array {
  const { rank, regParam, implicitPrefs, alpha, nonnegative, gram } = spec;
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
