/** Quantiles of several columns of numbers, with a bounded error in rank. */
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
      const { count, values, gs, deltas } = summary.columns();
      return { count, values: Float64Array.from(values), gs: Float64Array.from(gs), deltas: Float64Array.from(deltas) };
    });
  }
}

function revived({ count, values, gs, deltas }: PlainSummary, relativeError: number): QuantileSummary {
  const samples = Array.from(values, (value, i) => ({ value, g: gs[i]!, delta: deltas[i]! }));
  return new QuantileSummary(relativeError, samples, count);
}

/** Quantiles of each column from the partial summaries of partitions, in order; null of columns without values. */
export function quantilesOf(
  partials: readonly (readonly PlainSummary[])[],
  columns: number,
  relativeError: number,
  probabilities: readonly number[],
): (readonly number[] | null)[] {
  return Array.from({ length: columns }, (_, j) => {
    const all = partials
      .filter((partial) => partial.length > 0)
      .reduce((sum, partial) => sum.merged(revived(partial[j]!, relativeError)), new QuantileSummary(relativeError));
    all.compress();
    return all.query(probabilities);
  });
}
