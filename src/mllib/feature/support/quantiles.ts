/** Quantiles of several columns of numbers, with a bounded error in rank. */
import { DataError } from "../../../common/errors";
import type { InstanceBlock } from "../../compute/instances";
import { aggregateProgram } from "../../compute/programs";
import type { TaskData } from "../../compute/task-data";
import { QuantileSummary } from "../../../dataframe/functions/sketches/quantile-summary";

/** A summary as plain data. */
export interface PlainSummary {
  readonly count: number;
  readonly values: Float64Array;
  readonly gs: Float64Array;
  readonly deltas: Float64Array;
}

/** Summaries of columns 0, 1, …; NaN is left out. */
export class ColumnQuantiles {
  readonly #summaries: QuantileSummary[];

  constructor(columns: number, relativeError: number) {
    this.#summaries = Array.from({ length: columns }, () => new QuantileSummary(relativeError));
  }

  add(column: number, value: number): void {
    if (!Number.isNaN(value)) this.#summaries[column]!.insert(value);
  }

  finish(): PlainSummary[] {
    return this.#summaries.map((summary) => {
      summary.compress();
      return summary.columns();
    });
  }
}

function revived({ count, ...samples }: PlainSummary, relativeError: number): QuantileSummary {
  return new QuantileSummary(relativeError, samples, count);
}

function mergedSummaries(partials: readonly (readonly PlainSummary[])[], column: number, relativeError: number): QuantileSummary {
  const all = partials
    .filter((partial) => partial.length > 0)
    .reduce((sum, partial) => sum.merged(revived(partial[column]!, relativeError)), new QuantileSummary(relativeError));
  all.compress();
  return all;
}

/** Quantiles of each column from the partial summaries of partitions, in order; null of columns without values. */
export function quantilesOf(
  partials: readonly (readonly PlainSummary[])[],
  columns: number,
  relativeError: number,
  probabilities: readonly number[],
): (readonly number[] | null)[] {
  return Array.from({ length: columns }, (_, j) => mergedSummaries(partials, j, relativeError).query(probabilities));
}

/** As quantilesOf, but between two values where a share falls between their ranks, as numpy's percentile does. */
export function interpolatedQuantiles(
  partials: readonly (readonly PlainSummary[])[],
  columns: number,
  relativeError: number,
  shares: readonly number[],
): (readonly number[] | null)[] {
  return Array.from({ length: columns }, (_, j) => {
    const count = partials.reduce((sum, partial) => sum + (partial[j]?.count ?? 0), 0);
    // The query takes the value of rank ceil(p·count), counted from 1.
    const places = shares.map((share) => share * (count - 1));
    const ranks = (round: (place: number) => number): number[] => places.map((place) => (round(place) + 0.5) / count);
    const all = mergedSummaries(partials, j, relativeError);
    const below = all.query(ranks(Math.floor));
    const above = all.query(ranks(Math.ceil));
    if (below === null || above === null) return null;
    return places.map((place, i) => below[i]! + (above[i]! - below[i]!) * (place - Math.floor(place)));
  });
}

const sketchEntries = aggregateProgram<{ readonly error: number }, InstanceBlock, PlainSummary[]>({
  name: "mllib.entryQuantiles",
  run(blocks, { error }) {
    let quantiles: ColumnQuantiles | null = null;
    for (const { rows, width, dense, sparse } of blocks) {
      quantiles ??= new ColumnQuantiles(width, error);
      for (let row = 0; row < rows; row++) {
        if (dense !== null) for (let j = 0; j < width; j++) quantiles.add(j, dense[row * width + j]!);
        else {
          const { starts, indices, values } = sparse!;
          for (let j = 0, at = starts[row]!; j < width; j++)
            quantiles.add(j, at < starts[row + 1]! && indices[at] === j ? values[at++]! : 0);
        }
      }
    }
    return quantiles?.finish() ?? [];
  },
});

export interface EntrySketches {
  /** Of the partitions that have rows. */
  readonly partials: readonly (readonly PlainSummary[])[];
  /** Entries of the vectors. */
  readonly width: number;
}

/** Summaries of each entry of vectors. Throws where there are no rows, or vectors differ in size. */
export async function entrySketches(
  data: TaskData<InstanceBlock>,
  error: number,
  who: string,
  name: string,
): Promise<EntrySketches> {
  const partials = (await data.partials(sketchEntries, { error })).filter((partial) => partial.length > 0);
  const [first] = partials;
  if (first === undefined) throw new DataError("EMPTY_DATASET", `${who}: the dataset is empty.`);
  if (partials.some((partial) => partial.length !== first.length))
    throw new DataError("VECTOR_SIZES_DIFFER", `${who}: vectors of column ${name} differ in size.`);
  return { partials, width: first.length };
}
