/** Ranks of the values of each entry of vectors; equal values have the mean of their ranks. */
import type { InstanceBlock } from "../compute/instances";
import { aggregateProgram } from "../compute/programs";
import type { TaskData } from "../compute/task-data";
import { denseCopy } from "./covariance";

export interface RankTable {
  /** Different values, rising. */
  readonly values: Float64Array;
  /** From 1. */
  readonly ranks: Float64Array;
}

interface Counted {
  readonly values: Float64Array;
  readonly counts: Float64Array;
}

const countValues = aggregateProgram<null, InstanceBlock, Counted[]>({
  name: "mllib.stat.ranks",
  run(blocks) {
    const columns: Counted[][] = [];
    for (const block of blocks) {
      const values = denseCopy(block);
      for (let j = 0; j < block.width; j++) {
        const column = Float64Array.from({ length: block.rows }, (_, row) => values[row * block.width + j]!).sort();
        (columns[j] ??= []).push(counted(column));
      }
    }
    return columns.map((parts) => parts.reduce(merged));
  },
  merge: (a, b) => (a.length === 0 ? b : b.length === 0 ? a : a.map((column, j) => merged(column, b[j]!))),
});

/** Values rise. */
function counted(values: Float64Array): Counted {
  return merged(
    { values, counts: new Float64Array(values.length).fill(1) },
    { values: new Float64Array(0), counts: new Float64Array(0) },
  );
}

/** Both rise; equal neighbours are joined. */
function merged(a: Counted, b: Counted): Counted {
  const values = new Float64Array(a.values.length + b.values.length);
  const counts = new Float64Array(values.length);
  let length = 0;
  for (let i = 0, j = 0; i < a.values.length || j < b.values.length;) {
    const first = j >= b.values.length || (i < a.values.length && a.values[i]! <= b.values[j]!);
    const value = first ? a.values[i]! : b.values[j]!;
    const count = first ? a.counts[i++]! : b.counts[j++]!;
    if (length > 0 && values[length - 1] === value) counts[length - 1]! += count;
    else {
      values[length] = value;
      counts[length++] = count;
    }
  }
  return { values: values.slice(0, length), counts: counts.slice(0, length) };
}

export async function ranksOf(data: TaskData<InstanceBlock>): Promise<RankTable[]> {
  return ((await data.aggregate(countValues, null)) ?? []).map(({ values, counts }) => {
    let before = 0;
    const ranks = counts.map((count) => {
      const rank = before + (count + 1) / 2;
      before += count;
      return rank;
    });
    return { values, ranks };
  });
}
