/** DataFrames in groups: what groupBy, rollup, cube and pivot give. */
import { inspect } from "node:util";
import type * as Arrow from "apache-arrow";
import { UsageError } from "../../common/errors";
import { isPlainObject } from "../../common/plain-object";
import type { StructType } from "../../columnar/types";
import { AnalysisError } from "../errors";
import type { UnresolvedExpression, UserFunction } from "../syntax/expression";
import type { Grouping, UnresolvedPlan } from "../syntax/plan";
import { refuse } from "./check";
import { checkedColumn, Column, nameExpression } from "./column";
import type { ColumnOrName } from "./column";
import type { DataFrame } from "./dataframe";
import { literalOf } from "./literal";
import { located } from "./located";
import { pendingPlan } from "./pending";
import type { SchemaInput } from "./schema-input";
import { schemaOf } from "./schema-input";
import { userFunction } from "./functions/user-functions";
import type { AnyColumns, Columns, NameOf } from "../types/typed-columns";

interface Pivot {
  readonly column: UnresolvedExpression;
  readonly values: readonly UnresolvedExpression[] | null;
}

/** {column: "function"}, as agg takes it. */
export type AggregateMap = Readonly<Record<string, string>>;

/* eslint-disable @typescript-eslint/no-explicit-any -- the first parameter is the key or a table, as the function has it */
type GroupFunction = (keyOrGroup: any, group: Arrow.Table) => unknown;
type CogroupFunction = (keyOrLeft: any, leftOrRight: Arrow.Table, right: Arrow.Table) => unknown;
/* eslint-enable @typescript-eslint/no-explicit-any */

const NUMERIC = new Set(["byte", "short", "int", "long", "float", "double", "decimal"]);

export class GroupedData<S extends Columns = AnyColumns> {
  readonly #df: DataFrame;
  readonly #grouping: Grouping;
  readonly #pivot: Pivot | null;

  /** Internal: made by groupBy and its kin. */
  constructor(df: DataFrame, grouping: Grouping, pivot: Pivot | null = null) {
    this.#df = df;
    this.#grouping = grouping;
    this.#pivot = pivot;
  }

  /** Aggregates of each group, behind the grouping columns: columns, or a map of columns and functions' names. */
  agg(...aggregates: readonly (Column | AggregateMap | readonly Column[])[]): DataFrame {
    const columns = aggregates.flat().flatMap((aggregate): readonly UnresolvedExpression[] => {
      if (aggregate instanceof Column) return [aggregate.expression];
      if (!isPlainObject(aggregate))
        refuse("agg: an aggregate", "a Column or an object of columns and functions' names", aggregate);
      return Object.entries(aggregate).map(([column, fn]) => aggregateOf(fn, column));
    });
    if (columns.length === 0) throw new UsageError("INVALID_ARGUMENT", "agg needs at least one column.");
    return this.#aggregate("agg", columns);
  }

  toString(): string {
    return `GroupedData (of ${String(this.#df)})`;
  }

  [inspect.custom](): string {
    return this.toString();
  }

  #aggregate(scope: string, columns: readonly UnresolvedExpression[]): DataFrame {
    return this.#df.derive(scope, (at) => {
      const aggregates = columns.map((column) => located(column, at));
      return this.#plan(aggregates);
    });
  }

  #plan(aggregates: readonly UnresolvedExpression[]): UnresolvedPlan {
    const child = this.#df.plan;
    if (this.#pivot === null) return { kind: "aggregate", child, grouping: this.#grouping, aggregates, keyed: true };
    if (this.#grouping.kind !== "by") {
      throw new AnalysisError("UNSUPPORTED_FEATURE.PIVOT_AFTER_GROUP_BY", { clause: "rollup or cube" });
    }
    const { column, values } = this.#pivot;
    return { kind: "pivot", child, grouping: this.#grouping.expressions, column: [column], values, aggregates };
  }

  /** The number of rows in each group. */
  count(): DataFrame {
    const one: UnresolvedExpression = { kind: "call", name: ["count"], args: [literalOf(1)] };
    return this.#aggregate("count", [{ kind: "alias", child: one, names: ["count"] }]);
  }
  avg(...columns: readonly NameOf<S>[]): DataFrame {
    return this.#numeric("avg", columns);
  }
  mean(...columns: readonly NameOf<S>[]): DataFrame {
    return this.#numeric("avg", columns);
  }
  sum(...columns: readonly NameOf<S>[]): DataFrame {
    return this.#numeric("sum", columns);
  }
  min(...columns: readonly NameOf<S>[]): DataFrame {
    return this.#numeric("min", columns);
  }
  max(...columns: readonly NameOf<S>[]): DataFrame {
    return this.#numeric("max", columns);
  }

  /** The function of the given columns, which are numbers, or of all numeric columns that are not grouped by. */
  #numeric(fn: string, columns: readonly string[]): DataFrame {
    return this.#df.derive(fn, (at) =>
      pendingPlan(async () => {
        const { fields } = await this.#df.schema();
        const keys = new Set(groupNames(this.#grouping));
        const names =
          columns.length > 0
            ? columns
            : fields.filter(({ name, type }) => NUMERIC.has(type.kind) && !keys.has(name)).map(({ name }) => quoted(name));
        const text = fields.find(({ name, type }) => columns.includes(name) && !NUMERIC.has(type.kind));
        if (text !== undefined) throw new AnalysisError("_LEGACY_ERROR_TEMP_1323", { colName: text.name }, at);
        return this.#plan(names.map((name) => located(aggregateOf(fn, name), at)));
      }),
    );
  }

  /** A column for each value of `column`. Without `values` a query finds them first. */
  pivot(column: ColumnOrName, values?: readonly unknown[]): GroupedData {
    if (this.#pivot !== null) throw new AnalysisError("REPEATED_CLAUSE", { operation: "SUBQUERY", clause: "PIVOT" });
    return new GroupedData(this.#df, this.#grouping, {
      column: checkedColumn("pivot", column),
      values: values?.map((value) => (value instanceof Column ? value.expression : literalOf(value))) ?? null,
    });
  }

  /**
   * Calls `f` once for each group with its rows as an Arrow table (with two parameters, its key first); gives an Arrow table, or
   * arrays of columns by name, of the columns of `schema`.
   */
  applyInArrow(f: GroupFunction, schema: SchemaInput): DataFrame {
    return this.#df.derive("applyInArrow", () => ({
      kind: "applyInGroups",
      child: this.#df.plan,
      grouping: this.#keys("applyInArrow"),
      ...functionOf(f, schema, "applyInArrow"),
    }));
  }
  applyInPandas(f: GroupFunction, schema: SchemaInput): DataFrame {
    return this.applyInArrow(f, schema);
  }

  /** Groups of two DataFrames with the same keys, to be handled together. */
  cogroup(other: GroupedData): CoGroupedData {
    return new CoGroupedData(this.#df, this.#keys("cogroup"), other.#df, other.#keys("cogroup"));
  }

  #keys(call: string): readonly UnresolvedExpression[] {
    if (this.#grouping.kind === "by" && this.#pivot === null) return this.#grouping.expressions;
    throw new UsageError("INVALID_ARGUMENT", `${call} needs groups made by groupBy.`);
  }
}

export class CoGroupedData {
  constructor(
    private readonly left: DataFrame,
    private readonly leftKeys: readonly UnresolvedExpression[],
    private readonly right: DataFrame,
    private readonly rightKeys: readonly UnresolvedExpression[],
  ) {}

  /** Calls `f` for each key with the rows of both sides as Arrow tables (with three parameters, the key first). */
  applyInArrow(f: CogroupFunction, schema: SchemaInput): DataFrame {
    return this.left.derive("applyInArrow", () => ({
      kind: "cogroup",
      left: this.left.plan,
      right: this.right.plan,
      leftGrouping: this.leftKeys,
      rightGrouping: this.rightKeys,
      ...functionOf(f, schema, "applyInArrow"),
    }));
  }
  applyInPandas(f: CogroupFunction, schema: SchemaInput): DataFrame {
    return this.applyInArrow(f, schema);
  }
}

function functionOf(f: unknown, schema: SchemaInput, call: string): { readonly fn: UserFunction; readonly schema: StructType } {
  if (typeof f !== "function")
    throw new UsageError("INVALID_ARGUMENT", `${call} needs a function and the schema of its results.`);
  const type = schemaOf(schema);
  return { fn: userFunction(f, "batch", type, call), schema: type };
}

function aggregateOf(fn: string, column: string): UnresolvedExpression {
  const name = fn.toLowerCase() === "average" || fn.toLowerCase() === "mean" ? "avg" : fn;
  const counted = name.toLowerCase() === "count" && column === "*";
  return { kind: "call", name: [name], args: [counted ? literalOf(1) : nameExpression(column)] };
}

function groupNames(grouping: Grouping): readonly string[] {
  if (grouping.kind === "all") return [];
  return grouping.expressions.flatMap((expression) => (expression.kind === "name" ? [expression.parts.at(-1)!] : []));
}

/** A name as it stands, in back quotes where it needs them. */
export function quoted(name: string): string {
  return /^\w+$/.test(name) ? name : `\`${name.replaceAll("`", "``")}\``;
}
