/** Figures about the columns of a DataFrame, and what is missing in them. */
import type { DataFrame } from "../dataframe";
import { DESCRIBE, describedColumns, statisticsPlan, SUMMARY } from "../describe";
import type { DataFrameNaFunctions, DropOptions } from "../na-functions";
import { pendingPlan } from "../pending";

export interface StatisticsMethods {
  /** Count, mean, standard deviation, least and greatest value of columns. */
  describe(...columns: readonly (string | readonly string[])[]): DataFrame;

  /** The given statistics ("count", "mean", "stddev", "min", "max", "25%", …) of all columns of numbers and text. */
  summary(...statistics: readonly string[]): DataFrame;
  dropna(how?: "any" | "all" | DropOptions, thresh?: number, subset?: string | readonly string[]): DataFrame;
  fillna(value: Parameters<DataFrameNaFunctions["fill"]>[0], subset?: string | readonly string[]): DataFrame;
  replace(from: unknown, to?: unknown, subset?: string | readonly string[]): DataFrame;
  approxQuantile(column: string, probabilities: readonly number[], relativeError: number): Promise<number[]>;
  approxQuantile(columns: readonly string[], probabilities: readonly number[], relativeError: number): Promise<number[][]>;
  corr(a: string, b: string, method?: string): Promise<number>;
  cov(a: string, b: string): Promise<number>;
  crosstab(a: string, b: string): DataFrame;
  freqItems(columns: readonly string[], support?: number): DataFrame;
}

export const statisticsMethods: StatisticsMethods & ThisType<DataFrame> = {
  describe(...columns) {
    return statistics(this, "describe", columns.flat(), DESCRIBE);
  },
  summary(...wanted) {
    return statistics(this, "summary", [], wanted.length === 0 ? SUMMARY : wanted);
  },
  dropna(how, thresh, subset) {
    return this.na.drop(how, subset, thresh);
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
      return statisticsPlan(df.plan, schema, columns.length > 0 ? columns : describedColumns(schema), wanted);
    }),
  );
}
