/** Figures about the columns of a DataFrame, and what is missing in them. */
import type { DataFrame } from "../dataframe";
import { DESCRIBE, describedColumns, statisticsPlan, SUMMARY } from "../describe";
import type { DataFrameNaFunctions, DropOptions } from "../na-functions";
import { pendingPlan } from "../pending";
import type { AnyColumns, Columns, NameOf } from "../../types/typed-columns";

export interface StatisticsMethods<S extends Columns> {
  /** Count, mean, standard deviation, least and greatest value of columns. */
  describe(...columns: readonly (NameOf<S> | readonly NameOf<S>[])[]): DataFrame;

  /** The given statistics ("count", "mean", "stddev", "min", "max", "25%", …) of all columns of numbers and text. */
  summary(...statistics: readonly string[]): DataFrame;

  /** As `na.drop`: without the rows that have nulls or NaN, "any" (the default) or "all" of them, or fewer than `thresh` values. */
  dropna(subset: readonly NameOf<S>[]): DataFrame<S>;
  dropna(how: "any" | "all", subset: readonly NameOf<S>[]): DataFrame<S>;
  dropna(
    how?: "any" | "all" | DropOptions | null,
    thresh?: number | null,
    subset?: NameOf<S> | readonly NameOf<S>[] | null,
  ): DataFrame<S>;
  /** As `na.fill`: values for nulls and NaN. */
  fillna(value: Parameters<DataFrameNaFunctions["fill"]>[0], subset?: NameOf<S> | readonly NameOf<S>[]): DataFrame<S>;
  /** As `na.replace`: other values for some values. */
  replace(from: unknown, to?: unknown, subset?: NameOf<S> | readonly NameOf<S>[]): DataFrame<S>;

  /** As `stat.approxQuantile`: values whose rank is off by at most `relativeError` (0 to 1) of the number of rows. */
  approxQuantile(column: NameOf<S>, probabilities: readonly number[], relativeError: number): Promise<number[]>;
  approxQuantile(columns: readonly NameOf<S>[], probabilities: readonly number[], relativeError: number): Promise<number[][]>;
  /** Pearson's correlation, the only `method` that there is. Nulls count as 0; the function `corr` leaves them out. */
  corr(a: NameOf<S>, b: NameOf<S>, method?: string): Promise<number>;
  /** The covariance of a sample. Nulls count as 0; the function `covar_samp` leaves them out. */
  cov(a: NameOf<S>, b: NameOf<S>): Promise<number>;
  /** How often pairs of values occur: a row for each value of `a`, a column for each of `b`. */
  crosstab(a: NameOf<S>, b: NameOf<S>): DataFrame;
  /** Values of each column that make up at least `support` of the rows (0.01), as arrays in one row. */
  freqItems(columns: readonly NameOf<S>[], support?: number): DataFrame;
}

export const statisticsMethods: StatisticsMethods<AnyColumns> & ThisType<DataFrame> = {
  describe(...columns) {
    return statistics(this, "describe", columns.flat(), DESCRIBE);
  },
  summary(...wanted) {
    return statistics(this, "summary", [], wanted.length === 0 ? SUMMARY : wanted);
  },
  dropna(
    how?: "any" | "all" | DropOptions | readonly string[] | null,
    thresh?: number | readonly string[] | null,
    subset?: string | readonly string[] | null,
  ) {
    return this.na.drop(how, thresh, subset);
  },
  fillna(value, subset) {
    return this.na.fill(value, subset);
  },
  replace(from, to, subset) {
    return this.na.replace(from, to, subset);
  },
  approxQuantile(columns: string | readonly string[], probabilities: readonly number[], relativeError: number): Promise<never> {
    return this.stat.approxQuantile(columns as string, probabilities, relativeError) as Promise<never>;
  },
  corr(a, b, method) {
    return this.stat.corr(a, b, method);
  },
  cov(a, b) {
    return this.stat.cov(a, b);
  },
  crosstab(a, b) {
    return this.stat.crosstab(a, b);
  },
  freqItems(columns, support) {
    return this.stat.freqItems(columns, support);
  },
};

function statistics(df: DataFrame, scope: string, columns: readonly string[], wanted: readonly string[]): DataFrame {
  return df.derive(scope, () =>
    pendingPlan(async () => {
      const schema = await df.schema();
      return statisticsPlan(df.plan, schema, describedColumns(schema, columns), wanted);
    }),
  );
}
