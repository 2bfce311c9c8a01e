/** Which rows of a DataFrame. */
import { UsageError } from "../../../common/errors";
import type { QueryContext } from "../../errors";
import type { UnresolvedExpression } from "../../syntax/expression";
import { refuse } from "../check";
import { Column } from "../column";
import type { DataFrame } from "../dataframe";
import { literalOf } from "../literal";
import { located } from "../located";
import { parsed, randomSeed } from "./arguments";
import type { AnyColumns, Columns, ColumnText, NameOf } from "../../types/typed-columns";

export interface RowMethods<S extends Columns> {
  /** The rows for which a condition holds: a Column, or SQL text. */
  filter(condition: Column | string): DataFrame<S>;
  where(condition: Column | string): DataFrame<S>;

  /** The first `n` rows. */
  limit(n: number): DataFrame<S>;

  /** Without the first `n` rows. */
  offset(n: number): DataFrame<S>;

  /** A random part of the rows: each is in it with probability `fraction`; with replacement, so many times on average. */
  sample(fraction: number, seed?: number): DataFrame<S>;
  sample(withReplacement: boolean, fraction: number, seed?: number): DataFrame<S>;
  sampleBy(
    column: Column | ColumnText<S>,
    fractions: ReadonlyMap<unknown, number> | Readonly<Record<string, number>>,
    seed?: number,
  ): DataFrame<S>;

  /**
   * The rows dealt out at random to as many DataFrames as there are weights; every row to one of them, the same each time that they are
   * computed: for that the rows of each partition are sorted by all their columns.
   */
  randomSplit<const W extends readonly number[]>(weights: W, seed?: number): { -readonly [K in keyof W]: DataFrame<S> };
  distinct(): DataFrame<S>;

  /** One row of those that are equal in the given columns, or in all. */
  dropDuplicates(...columns: readonly (NameOf<S> | readonly NameOf<S>[])[]): DataFrame<S>;
  drop_duplicates(...columns: readonly (NameOf<S> | readonly NameOf<S>[])[]): DataFrame<S>;
}

export const rowMethods: RowMethods<AnyColumns> & ThisType<DataFrame> = {
  filter(condition) {
    return this.derive("filter", (at) => ({ kind: "filter", child: this.plan, condition: conditionOf(this, condition, at) }));
  },
  where(condition) {
    return this.filter(condition);
  },
  limit(n) {
    return this.derive("limit", () => ({ kind: "limit", child: this.plan, limit: literalOf(n, { kind: "int" }) }));
  },
  offset(n) {
    return this.derive("offset", () => ({ kind: "offset", child: this.plan, offset: literalOf(n, { kind: "int" }) }));
  },
  sample(first: boolean | number, second?: number, third?: number): DataFrame {
    const withReplacement = typeof first === "boolean" && first;
    const fraction = typeof first === "boolean" ? (second ?? NaN) : first;
    const seed = (typeof first === "boolean" ? third : second) ?? randomSeed();
    if (!(fraction >= 0) || (!withReplacement && fraction > 1)) {
      throw new UsageError("INVALID_ARGUMENT", `sample: the fraction is a number from 0${withReplacement ? "" : " to 1"}.`);
    }
    return this.derive("sample", () => ({ kind: "sample", child: this.plan, lower: 0, upper: fraction, withReplacement, seed }));
  },
  sampleBy(column, fractions, seed) {
    return this.stat.sampleBy(column, fractions, seed);
  },
  randomSplit(weights, seed = randomSeed()) {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    if (!(total > 0) || weights.some((weight) => !(weight >= 0))) {
      throw new UsageError("INVALID_ARGUMENT", "randomSplit: weights are numbers from 0, not all of them 0.");
    }
    let lower = 0;
    return weights.map((weight, i) => {
      const from = lower;
      lower = i === weights.length - 1 ? 1 : lower + weight / total;
      const upper = lower;
      return this.derive("randomSplit", () => ({
        kind: "sample",
        child: this.plan,
        lower: from,
        upper,
        withReplacement: false,
        seed,
        sorted: true,
      }));
    }) as { -readonly [K in keyof typeof weights]: DataFrame };
  },
  distinct() {
    return this.derive("distinct", () => ({ kind: "distinct", child: this.plan }));
  },
  dropDuplicates(...columns) {
    const names = columns.flat();
    return this.derive("dropDuplicates", () => ({
      kind: "dropDuplicates",
      child: this.plan,
      columns: names.length === 0 ? null : names,
    }));
  },
  drop_duplicates(...columns) {
    return this.dropDuplicates(...columns);
  },
};

function conditionOf(df: DataFrame, condition: unknown, at: QueryContext): UnresolvedExpression {
  if (typeof condition === "string") return parsed(df, condition);
  return condition instanceof Column
    ? located(condition.expression, at)
    : refuse("filter: the condition", "a Column or SQL text", condition);
}
