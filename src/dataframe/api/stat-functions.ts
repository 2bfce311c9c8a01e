/** `df.stat`: figures about columns. */
import { UsageError } from "../../common/errors";
import type { UnresolvedExpression } from "../syntax/expression";
import { simpleString } from "../types/text";
import { Column, columnExpression, nameExpression } from "./column";
import type { ColumnOrName } from "./column";
import type { DataFrame } from "./dataframe";
import { literalOf } from "./literal";
import { pendingPlan } from "./pending";
import { asNullable } from "./describe";

const NUMERIC = new Set(["byte", "short", "int", "long", "float", "double", "decimal"]);

/** What counts of groups are called that no one sees. */
const OFTEN = "__often";

function call(name: string, ...args: readonly UnresolvedExpression[]): UnresolvedExpression {
  return { kind: "call", name: [name], args };
}

function operator(name: string, ...args: readonly UnresolvedExpression[]): UnresolvedExpression {
  return { kind: "call", name: [name], args, operator: true };
}

function asString(column: string): UnresolvedExpression {
  const text: UnresolvedExpression = { kind: "cast", child: nameExpression(column), type: { kind: "string" }, mode: "cast" };
  return call("coalesce", text, literalOf("null"));
}

export class DataFrameStatFunctions {
  constructor(private readonly df: DataFrame) {}

  /**
   * Quantiles of numeric columns, without nulls: values whose rank is off by at most `relativeError` of the number of rows; 0 for
   * the exact ones.
   */
  approxQuantile(column: string, probabilities: readonly number[], relativeError: number): Promise<number[]>;
  approxQuantile(columns: readonly string[], probabilities: readonly number[], relativeError: number): Promise<number[][]>;
  async approxQuantile(
    columns: string | readonly string[],
    probabilities: readonly number[],
    relativeError: number,
  ): Promise<number[] | number[][]> {
    if (probabilities.some((probability) => !(probability >= 0 && probability <= 1))) {
      throw new UsageError("INVALID_ARGUMENT", "approxQuantile: probabilities are numbers from 0 to 1.");
    }
    if (!(relativeError >= 0)) throw new UsageError("INVALID_ARGUMENT", "approxQuantile: the relative error is at least 0.");
    const accuracy = relativeError === 0 ? 2147483647 : Math.min(2147483647, Math.ceil(1 / relativeError));
    const list = [columns].flat();
    const { fields } = await this.df.schema();
    const other = fields.find(({ name, type }) => list.includes(name) && !NUMERIC.has(type.kind));
    if (other !== undefined) {
      throw new UsageError(
        "INVALID_ARGUMENT",
        `approxQuantile takes columns of numbers; ${other.name} is of the type ${simpleString(other.type)}.`,
      );
    }
    const aggregates = list.map((column): UnresolvedExpression => {
      const value: UnresolvedExpression = { kind: "cast", child: nameExpression(column), type: { kind: "double" }, mode: "cast" };
      const wanted = call("array", ...probabilities.map((probability) => literalOf(probability, { kind: "double" })));
      return call(
        "percentile_approx",
        operator("nanvl", value, literalOf(null, { kind: "double" })),
        wanted,
        literalOf(accuracy),
      );
    });
    const [row] = await this.df
      .derive("approxQuantile", () => ({
        kind: "aggregate",
        child: this.df.plan,
        grouping: { kind: "by", expressions: [] },
        aggregates,
      }))
      .collect();
    const found = list.map((_, i) => (row?.get(i) as number[] | null) ?? []);
    return typeof columns === "string" ? found[0]! : found;
  }

  /** Pearson's correlation. Nulls count as 0, as in Spark; the function `corr` leaves them out. */
  async corr(a: string, b: string, method = "pearson"): Promise<number> {
    if (method !== "pearson") throw new UsageError("INVALID_ARGUMENT", `corr: the only method is "pearson", not "${method}".`);
    return this.#figure("corr", a, b);
  }

  /** The covariance of a sample. Nulls count as 0, as in Spark; the function `covar_samp` leaves them out. */
  async cov(a: string, b: string): Promise<number> {
    return this.#figure("covar_samp", a, b);
  }

  async #figure(fn: string, a: string, b: string): Promise<number> {
    const { fields } = await this.df.schema();
    const other = fields.find(({ name, type }) => (name === a || name === b) && !NUMERIC.has(type.kind));
    if (other !== undefined) {
      throw new UsageError(
        "INVALID_ARGUMENT",
        `${fn === "corr" ? "corr" : "cov"} takes columns of numbers; ${other.name} is of the type ${simpleString(other.type)}.`,
      );
    }
    const values = [a, b].map((column): UnresolvedExpression => {
      const value: UnresolvedExpression = { kind: "cast", child: nameExpression(column), type: { kind: "double" }, mode: "cast" };
      return call("coalesce", value, literalOf(0, { kind: "double" }));
    });
    const aggregates = [call(fn, ...values)];
    const row = await this.df
      .derive(fn, () => ({ kind: "aggregate", child: this.df.plan, grouping: { kind: "by", expressions: [] }, aggregates }))
      .first();
    return (row?.get(0) as number | null) ?? NaN;
  }

  /** How often pairs of values occur: a row for each value of `a`, a column for each of `b`. */
  crosstab(a: string, b: string): DataFrame {
    const { df } = this;
    return df.derive("crosstab", () =>
      pendingPlan(async () => {
        const key: UnresolvedExpression = { kind: "alias", child: asNullable(asString(a)), names: [`${a}_${b}`] };
        const other: UnresolvedExpression = { kind: "alias", child: asString(b), names: ["__other"] };
        const pairs = df.derive("crosstab", () => ({ kind: "project", child: df.plan, expressions: [key, other] }));
        const values = (await pairs.select("__other").distinct().collect()).map((row) => row.get(0) as string).sort();
        const counted = pairs.groupBy(`\`${a}_${b}\``).pivot("__other", values).count();
        return counted.na.fill(0).plan;
      }),
    );
  }

  /** Values of each column that make up at least `support` of the rows, as arrays in one row. */
  freqItems(columns: readonly string[], support = 0.01): DataFrame {
    if (!(support >= 1e-4 && support <= 1))
      throw new UsageError("INVALID_ARGUMENT", "freqItems: support is a number from 0.0001 to 1.");
    const { df } = this;
    return df.derive("freqItems", () =>
      pendingPlan(async () => {
        const total = await df.count();
        const { fields } = await df.schema();
        const found = await Promise.all(
          columns.map(async (column) => {
            const counted = df
              .groupBy(column)
              .agg(new Column({ kind: "alias", child: call("count", literalOf(1)), names: [OFTEN] }));
            const frequent = await counted.where(`${OFTEN} >= ${support * total}D`).collect();
            return frequent.map((row) => row.get(0) as unknown);
          }),
        );
        const expressions = columns.map((column, i): UnresolvedExpression => {
          const { type, nullable } = fields.find((field) => field.name.toLowerCase() === column.toLowerCase()) ?? {
            type: { kind: "null" as const },
            nullable: true,
          };
          const child = literalOf(found[i]!, { kind: "array", element: type, containsNull: nullable });
          return { kind: "alias", child, names: [`${column}_freqItems`] };
        });
        return { kind: "project", child: { kind: "oneRow" }, expressions };
      }),
    );
  }

  /** A sample without replacement, with a fraction for each value of a column; rows of other values are left out. */
  sampleBy(
    column: ColumnOrName,
    fractions: ReadonlyMap<unknown, number> | Readonly<Record<string, number>>,
    seed?: number,
  ): DataFrame {
    const entries: (readonly [unknown, number])[] =
      fractions instanceof Map
        ? [...(fractions as Map<unknown, number>)]
        : (Object.entries(fractions as object) as [string, number][]);
    for (const [value, fraction] of entries) {
      if (typeof fraction === "number" && fraction >= 0 && fraction <= 1) continue;
      throw new UsageError(
        "INVALID_ARGUMENT",
        `sampleBy: the fraction of ${String(value)} is a number from 0 to 1, not ${String(fraction)}.`,
      );
    }
    const key = columnExpression(column);
    const cases = entries.flatMap(([value, fraction]) => [
      operator("<=>", key, literalOf(value)),
      literalOf(fraction, { kind: "double" }),
    ]);
    const wanted = operator("case", ...cases, literalOf(0, { kind: "double" }));
    const random = call("rand", literalOf(seed ?? Math.floor(Math.random() * 2 ** 31)));
    return this.df.derive("sampleBy", () => ({ kind: "filter", child: this.df.plan, condition: operator("<", random, wanted) }));
  }
}
