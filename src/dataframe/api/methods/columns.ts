/** Columns of a DataFrame: which, under which names, and of what they are made. */
import { UsageError } from "../../../common/errors";
import type { UnresolvedExpression } from "../../syntax/expression";
import { refusePlainly } from "../check";
import { checkedColumn, checkedExpression, Column, nameParts } from "../column";
import type { DataFrame } from "../dataframe";
import { DataFrameBase } from "../dataframe-base";
import { located } from "../located";
import { pendingPlan } from "../pending";
import { schemaOfRows } from "../schema-input";
import type { DeclaredStruct, SchemaInput } from "../schema-input";
import { zippedWithIndex } from "../zip-with-index";
import { columnsOf, parsed } from "./arguments";
import type { ColumnArguments } from "./arguments";
import type { AnyColumns, AnyOf, Columns, ColumnText, IfKnown, NameOf } from "../../types/typed-columns";

export interface ColumnMethods<S extends Columns> {
  /** Exactly these columns: names ("a", "t.a", "*") or Columns. */
  select<K extends NameOf<S>>(...columns: readonly (K | readonly K[])[]): DataFrame<IfKnown<S, Pick<S, K>, AnyColumns>>;
  select(...columns: ColumnArguments<S>): DataFrame;

  /** Columns as SQL text: `selectExpr("a", "b + 1 AS c")`. */
  selectExpr(...expressions: readonly (string | readonly string[])[]): DataFrame;

  /** With a column added, or replaced where there is one of that name. */
  withColumn<N extends string>(name: N, column: Column): DataFrame<IfKnown<S, Omit<S, N> & AnyOf<N>, AnyColumns>>;

  /** With several columns added or replaced. They see the columns as they were. */
  withColumns<N extends string>(columns: Readonly<Record<N, Column>>): DataFrame<IfKnown<S, Omit<S, N> & AnyOf<N>, AnyColumns>>;

  /** With another name for a column; unchanged where there is none of that name. */
  withColumnRenamed<K extends NameOf<S>, N extends string>(
    existing: K,
    renamed: N,
  ): DataFrame<IfKnown<S, Omit<S, K> & Readonly<Record<N, S[K]>>, AnyColumns>>;
  withColumnsRenamed(names: Readonly<Record<string, string>>): DataFrame;

  /** With metadata of a column. */
  withMetadata(name: NameOf<S>, metadata: Readonly<Record<string, unknown>>): DataFrame<S>;

  /** Without these columns; names of which there is none are no error. */
  drop<K extends NameOf<S>>(...columns: readonly (K | readonly K[])[]): DataFrame<IfKnown<S, Omit<S, K>, AnyColumns>>;
  drop(...columns: ColumnArguments<S>): DataFrame;

  /** With other names for all columns. */
  toDF(...names: readonly (string | readonly string[])[]): DataFrame;

  /** The columns of a schema, by name, in its order and with its types. */
  to<T extends Columns>(schema: DeclaredStruct<T>): DataFrame<T>;
  to(schema: SchemaInput): DataFrame;

  /** Columns whose names match a regular expression in back quotes: df.select(df.colRegex("`a.*`")). */
  colRegex(pattern: string): Column;
  apply(name: ColumnText<S>): Column;

  /** The DataFrame under a name, for columns such as "t.a". */
  as(name: string): DataFrame<S>;
  alias(name: string): DataFrame<S>;

  /**
   * With a last column of whole numbers from 0, in the order of the rows. The rows are computed when the result is first used, and kept by
   * the executors as after localCheckpoint.
   */
  zipWithIndex(indexColName?: string): DataFrame;

  /** What `f` makes of this DataFrame, for chains of calls. */
  transform<A extends readonly unknown[], T extends Columns>(
    f: (df: DataFrame<S>, ...args: A) => DataFrame<T>,
    ...args: A
  ): DataFrame<T>;
}

export const columnMethods: ColumnMethods<AnyColumns> & ThisType<DataFrame> = {
  select(...columns: ColumnArguments) {
    return this.derive("select", (at) => ({
      kind: "project",
      child: this.plan,
      expressions: columnsOf("select", columns, at),
    }));
  },
  selectExpr(...expressions) {
    return this.derive("selectExpr", () => ({
      kind: "project",
      child: this.plan,
      expressions: expressions.flat().map((text) => parsed(this, text)),
    }));
  },
  withColumn(name, column) {
    if (typeof name !== "string") refusePlainly("withColumn: the name", "a string", name);
    return withColumns(this, "withColumn", { [name]: column });
  },
  withColumns(columns) {
    return withColumns(this, "withColumns", columns);
  },
  withColumnRenamed(existing, renamed) {
    return this.withColumnsRenamed({ [existing]: renamed });
  },
  withColumnsRenamed(names) {
    return this.derive("withColumnsRenamed", () => ({
      kind: "withColumnsRenamed",
      child: this.plan,
      renames: Object.entries(names),
    }));
  },
  withMetadata(name, metadata) {
    const child: UnresolvedExpression = { kind: "name", parts: [name] };
    return this.derive("withMetadata", () => ({
      kind: "withColumns",
      child: this.plan,
      columns: [{ name, expression: { kind: "alias", child, names: [name], metadata } }],
    }));
  },
  drop(...columns: ColumnArguments) {
    const all = columns.flat();
    return this.derive("drop", (at) => ({
      kind: "drop",
      child: this.plan,
      names: all.filter((column) => typeof column === "string"),
      columns: all.filter((column) => typeof column !== "string").map((column) => located(checkedColumn("drop", column), at)),
    }));
  },
  toDF(...names) {
    return this.derive("toDF", () => ({ kind: "toDF", child: this.plan, names: names.flat() }));
  },
  to(schema: SchemaInput) {
    return this.derive("to", () => ({
      kind: "toSchema",
      child: this.plan,
      schema: schemaOfRows(schema, this.sparkSession.conf),
    }));
  },
  colRegex(pattern) {
    const parts = nameParts(pattern);
    return new Column({ kind: "regex", qualifier: parts.slice(0, -1), pattern: parts.at(-1)! });
  },
  apply(name) {
    return this.col(name);
  },
  as(name) {
    return this.derive("as", () => ({ kind: "alias", child: this.plan, name }));
  },
  alias(name) {
    return this.as(name);
  },
  zipWithIndex(indexColName = "index") {
    if (typeof indexColName !== "string") refusePlainly("zipWithIndex: the name", "a string", indexColName);
    const call = this.sparkSession.core.call("zipWithIndex");
    return this.make(pendingPlan(() => zippedWithIndex(this, indexColName, call)));
  },
  transform<A extends readonly unknown[], T extends Columns>(f: (df: DataFrame, ...args: A) => DataFrame<T>, ...args: A) {
    const result: unknown = f(this, ...args);
    if (result instanceof DataFrameBase) return result as DataFrame<T>;
    throw new UsageError("INVALID_ARGUMENT", "transform: the function must give a DataFrame.");
  },
};

function withColumns(df: DataFrame, scope: string, columns: Readonly<Record<string, Column>>): DataFrame {
  return df.derive(scope, (at) => ({
    kind: "withColumns",
    child: df.plan,
    columns: Object.entries(columns).map(([name, column]) => ({
      name,
      expression: located(checkedExpression(`${scope}: ${name}`, column), at),
    })),
  }));
}
