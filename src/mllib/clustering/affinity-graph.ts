/** Graphs of similar vertices on executors, in blocks of vertices, and one step of the power iteration over them. */
import type { DataType, StructType } from "../../columnar/types";
import type { ColumnBatch } from "../../columnar/vector";
import { DataError } from "../../common/errors";
import { aggregateProgram, doublesOf, rowsProgram } from "../compute";
import { checkedWeights, presentDoubles } from "../compute/batch-input";
import { batchesProgram, type Sent } from "../compute/programs";
import { doubleColumn } from "../compute/columns";
import { blockOf, listsFor, sentLists } from "../compute/sending";

interface Edges {
  readonly from: Float64Array;
  readonly to: Float64Array;
  readonly weights: Float64Array;
}

interface EdgeSpec {
  /** Of source, destination, and weight where there is one. */
  readonly names: readonly string[];
  readonly types: readonly DataType[];
  readonly blocks: number;
}

/** Each edge to the blocks of both ends, but those from a vertex to itself. */
export const sentEdges = rowsProgram<EdgeSpec, ColumnBatch, Sent<Edges>>({
  name: "mllib.pic.edges",
  *run(batches, { names, types, blocks }) {
    for (const batch of batches) {
      const [from, to] = [0, 1].map((at) => checkedIds(presentDoubles(batch, at, { names, types }), names[at]!));
      const weights = names.length > 2 ? checkedWeights(doublesOf(batch.columns[2]!, types[2]!), names[2]!) : null;
      const parts = listsFor(blocks, "from", "to", "weights");
      for (let row = 0; row < batch.length; row++) {
        const [one, other] = [from![row]!, to![row]!];
        if (one === other) continue;
        for (const [a, b] of [
          [one, other],
          [other, one],
        ] as const) {
          // prettier-ignore
          const part = parts[blockOf(a, blocks)]!;
          part.from.push(a);
          part.to.push(b);
          part.weights.push(weights === null ? 1 : weights[row]!);
        }
      }
      yield* sentLists(parts);
    }
  },
});

function checkedIds(ids: Float64Array, name: string): Float64Array {
  const bad = ids.find((id) => !Number.isSafeInteger(id));
  if (bad !== undefined)
    throw new DataError("INVALID_ID", `PowerIterationClustering: ids of column ${name} must be within 2^53, but one is ${bad}.`);
  return ids;
}

/** The vertices of a block, by rising id, and their neighbours. Plain data. */
export interface GraphBlock {
  readonly ids: Float64Array;
  /** The neighbours of ids[i] are those from starts[i] to before starts[i + 1], by rising id. */
  readonly starts: Int32Array;
  readonly others: Float64Array;
  readonly weights: Float64Array;
  /** Sums of weights. */
  readonly degrees: Float64Array;
}

/** One block a partition. Neighbours stand in an order of their own, so that sums do not depend on that of the rows. */
export const toGraphBlock = rowsProgram<null, Edges, GraphBlock>({
  name: "mllib.pic.block",
  *run(parts) {
    const all = [...parts];
    const joined = (name: keyof Edges): Float64Array => {
      const values = new Float64Array(all.reduce((sum, part) => sum + part.from.length, 0));
      let at = 0;
      for (const part of all) {
        values.set(part[name], at);
        at += part[name].length;
      }
      return values;
    };
    const [from, to, weights] = [joined("from"), joined("to"), joined("weights")];
    const order = Int32Array.from(from, (_, i) => i).sort((a, b) => from[a]! - from[b]! || to[a]! - to[b]! || weights[a]! - weights[b]!); // prettier-ignore
    const ids: number[] = [];
    const starts: number[] = [];
    const degrees: number[] = [];
    for (const [at, edge] of order.entries()) {
      if (ids.length === 0 || ids.at(-1) !== from[edge]) {
        ids.push(from[edge]!);
        starts.push(at);
        degrees.push(0);
      }
      degrees[ids.length - 1]! += weights[edge]!;
    }
    yield {
      ids: Float64Array.from(ids),
      starts: Int32Array.from([...starts, order.length]),
      others: Float64Array.from(order, (edge) => to[edge]!),
      weights: Float64Array.from(order, (edge) => weights[edge]!),
      degrees: Float64Array.from(degrees),
    };
  },
});

export type Vertices = Pick<GraphBlock, "ids" | "degrees">;

export const verticesOfBlock = aggregateProgram<null, GraphBlock, Vertices>({
  name: "mllib.pic.vertices",
  run(blocks) {
    const [block] = blocks;
    return { ids: block!.ids, degrees: block!.degrees };
  },
});

/** A block whose neighbours are places among all vertices, by rising id. */
interface PlacedBlock {
  readonly ids: Float64Array;
  readonly places: Int32Array;
  readonly starts: Int32Array;
  readonly others: Int32Array;
  /** A row of the matrix of similarities sums up to 1. */
  readonly weights: Float64Array;
}

export const placedNeighbours = rowsProgram<{ readonly all: Float64Array }, GraphBlock, PlacedBlock>({
  name: "mllib.pic.places",
  *run(blocks, { all }) {
    for (const { ids, starts, others, weights, degrees } of blocks) {
      const scaled = weights.slice();
      for (let i = 0; i < ids.length; i++)
        for (let at = starts[i]!; at < starts[i + 1]!; at++) scaled[at]! /= Math.max(degrees[i]!, Number.EPSILON);
      yield { ids, starts, places: placesOf(ids, all), others: placesOf(others, all), weights: scaled };
    }
  },
});

/** Places of ids in a list that rises and has them all. */
export function placesOf(ids: Float64Array, all: Float64Array): Int32Array {
  return Int32Array.from(ids, (id) => {
    let low = 0;
    let high = all.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (all[middle]! < id) low = middle + 1;
      else high = middle;
    }
    return low;
  });
}

/** The entries of the product of matrix and vector that belong to the block's vertices. */
export const productOfBlock = aggregateProgram<{ readonly vector: Float64Array }, PlacedBlock, Float64Array>({
  name: "mllib.pic.product",
  run(blocks, { vector }) {
    const [block] = blocks;
    const { ids, starts, others, weights } = block!;
    return Float64Array.from(ids, (_, i) => {
      let sum = 0;
      for (let at = starts[i]!; at < starts[i + 1]!; at++) sum += weights[at]! * vector[others[at]!]!;
      return sum;
    });
  },
});

export const ASSIGNMENTS: StructType = {
  kind: "struct",
  fields: [
    { name: "id", type: { kind: "long" }, nullable: false },
    { name: "cluster", type: { kind: "int" }, nullable: false },
  ],
};

/** The nearest center of each vertex's entry of the vector. */
export const assignments = batchesProgram<{ readonly vector: Float64Array; readonly centers: Float64Array }, PlacedBlock>({
  name: "mllib.pic.assign",
  *run(blocks, { vector, centers }) {
    for (const { ids, places } of blocks) {
      const clusters = Int32Array.from(places, (place) => {
        let best = 0;
        for (let k = 1; k < centers.length; k++)
          if (Math.abs(vector[place]! - centers[k]!) < Math.abs(vector[place]! - centers[best]!)) best = k;
        return best;
      });
      const { length } = ids;
      yield { length, columns: [doubleColumn(ids), { form: "fixed", length, values: clusters, valid: null }] };
    }
  },
});
