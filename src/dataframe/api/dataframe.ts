/** DataFrame: a query over rows with named columns. Its methods describe; actions, which return promises, run it. */
import { inspect } from "node:util";
import type * as Arrow from "apache-arrow";
import { UsageError } from "../../common/errors";
import { TRAVEL } from "../../columnar";
import type { Awaitable, RDD } from "../../rdd";
import { StorageLevel } from "../../storage/storage-level";
import { toArrowTable } from "../arrow/to-arrow";
import type { QueryContext } from "../errors";
import { parseExpression } from "../sql/parse";
import type { ExplainMode } from "../syntax/command";
import type { UnresolvedExpression } from "../syntax/expression";
import type { Grouping, UnresolvedPlan } from "../syntax/plan";
import type { StructType } from "../types";
import { withMethods } from "../types";
import { simpleString } from "../types/text";
import type { Row } from "../types/row";
import { refuse, refusePlainly } from "./check";
import { checkedColumn, checkedExpression, Column, columnExpression, nameExpression, nameParts } from "./column";
import type { ColumnOrName } from "./column";
import { DESCRIBE, describedColumns, statisticsPlan, SUMMARY } from "./describe";
import { userFunction } from "./functions/user-functions";
import { GroupedData } from "./grouped-data";
import type { AggregateMap } from "./grouped-data";
import { joinTypeOf } from "./join-types";
import type { JoinTypeName } from "./join-types";
import { literalOf, stringLiteral } from "./literal";
import { located } from "./located";
import { DataFrameNaFunctions } from "./na-functions";
import type { DropOptions } from "./na-functions";
import type { Observation } from "./observation";
import { transposed } from "./transpose";
import { isPending, pendingPlan, planIdOf, withPlanId } from "./pending";
import { boxedRowsOf, rowReader } from "./results";
import { schemaOf } from "./schema-input";
import type { SchemaInput } from "./schema-input";
import type { QueryOptions } from "./session-core";
import { showText } from "./show";
import type { SparkSession } from "./spark-session";
import { DataFrameStatFunctions } from "./stat-functions";
import { TableArg } from "./table-arg";
import { treeText } from "./tree-text";
import { DataFrameWriter } from "./writer";
import { DataFrameWriterV2, MergeIntoWriter } from "./writer-v2";

type ColumnArguments = readonly (ColumnOrName | readonly ColumnOrName[])[];
/** Columns, or their positions in the row: 1 is the first. */
type SortArguments = readonly (ColumnOrName | number | readonly (ColumnOrName | number)[])[];
type Located = QueryContext;

/**
 * A query over rows with named columns. Made by a SparkSession, and from other DataFrames by methods that all return at once:
 * nothing is read or computed before an action asks for it, and names and types are checked then.
 *
 * @example
 * const people = spark.createDataFrame([{ name: "Ann", age: 34 }, { name: "Bob", age: 25 }]);
 * await people.filter(col("age").gt(30)).select("name").show();
 */
export class DataFrame {
  readonly sparkSession: SparkSession;
  /** Internal: the query, perhaps with parts that are known later. */
  readonly plan: UnresolvedPlan;
  #schema: Promise<StructType> | null = null;
  #schemaInside: Promise<StructType> | null = null;

  /** Internal. */
  constructor(sparkSession: SparkSession, plan: UnresolvedPlan) {
    this.sparkSession = sparkSession;
    this.plan = withPlanId(plan, sparkSession.core.port.nextPlanId());
  }

  /** Internal: a DataFrame of what `build` makes, with the place of the user's call. */
  derive(scope: string, build: (at: Located) => UnresolvedPlan): DataFrame {
    const at = this.sparkSession.core.place(scope);
    const plan = build(at);
    return new DataFrame(this.sparkSession, isPending(plan) ? plan : { at, ...plan });
  }

  get #core(): SparkSession["core"] {
    return this.sparkSession.core;
  }

  #columns(scope: string, list: ColumnArguments, at: Located): UnresolvedExpression[] {
    return list.flat().map((column) => located(checkedColumn(scope, column), at));
  }

  #order(scope: string, list: ColumnArguments, at: Located): UnresolvedExpression[] {
    return this.#columns(scope, list, at).map((child) =>
      child.kind === "sortOrder" ? child : { kind: "sortOrder", child, ascending: true, nullsFirst: null, at },
    );
  }

  #condition(condition: unknown, at: Located): UnresolvedExpression {
    if (typeof condition === "string") return this.#parsed(condition);
    return condition instanceof Column
      ? located(condition.expression, at)
      : refuse("filter: the condition", "a Column or SQL text", condition);
  }

  #parsed(text: string): UnresolvedExpression {
    return parseExpression(text, this.#core.parseOptions());
  }

  // Columns

  /** Exactly these columns: names ("a", "t.a", "*") or Columns. */
  select(...columns: ColumnArguments): DataFrame {
    return this.derive("select", (at) => ({
      kind: "project",
      child: this.plan,
      expressions: this.#columns("select", columns, at),
    }));
  }

  /** Columns as SQL text: `selectExpr("a", "b + 1 AS c")`. */
  selectExpr(...expressions: readonly (string | readonly string[])[]): DataFrame {
    return this.derive("selectExpr", () => ({
      kind: "project",
      child: this.plan,
      expressions: expressions.flat().map((text) => this.#parsed(text)),
    }));
  }

  /** With a column added, or replaced where there is one of that name. */
  withColumn(name: string, column: Column): DataFrame {
    if (typeof name !== "string") refusePlainly("withColumn: the name", "a string", name);
    return this.#withColumns("withColumn", { [name]: column });
  }

  /** With several columns added or replaced. They see the columns as they were. */
  withColumns(columns: Readonly<Record<string, Column>>): DataFrame {
    return this.#withColumns("withColumns", columns);
  }

  #withColumns(scope: string, columns: Readonly<Record<string, Column>>): DataFrame {
    return this.derive(scope, (at) => ({
      kind: "withColumns",
      child: this.plan,
      columns: Object.entries(columns).map(([name, column]) => ({
        name,
        expression: located(checkedExpression(`${scope}: ${name}`, column), at),
      })),
    }));
  }

  /** With another name for a column; unchanged where there is none of that name. */
  withColumnRenamed(existing: string, renamed: string): DataFrame {
    return this.withColumnsRenamed({ [existing]: renamed });
  }

  withColumnsRenamed(names: Readonly<Record<string, string>>): DataFrame {
    return this.derive("withColumnsRenamed", () => ({
      kind: "withColumnsRenamed",
      child: this.plan,
      renames: Object.entries(names),
    }));
  }

  /** With metadata of a column. */
  withMetadata(name: string, metadata: Readonly<Record<string, unknown>>): DataFrame {
    const child: UnresolvedExpression = { kind: "name", parts: [name] };
    return this.derive("withMetadata", () => ({
      kind: "withColumns",
      child: this.plan,
      columns: [{ name, expression: { kind: "alias", child, names: [name], metadata } }],
    }));
  }

  /** Without these columns; names of which there is none are no error. */
  drop(...columns: ColumnArguments): DataFrame {
    return this.derive("drop", (at) => ({
      kind: "drop",
      child: this.plan,
      columns: columns
        .flat()
        .map((column): UnresolvedExpression =>
          typeof column === "string" ? { kind: "name", parts: [column], at } : located(checkedColumn("drop", column), at),
        ),
    }));
  }

  /** With other names for all columns. */
  toDF(...names: readonly (string | readonly string[])[]): DataFrame {
    return this.derive("toDF", () => ({ kind: "toDF", child: this.plan, names: names.flat() }));
  }

  /** The columns of a schema, by name, in its order and with its types. */
  to(schema: SchemaInput): DataFrame {
    return this.derive("to", () => ({ kind: "toSchema", child: this.plan, schema: schemaOf(schema) }));
  }

  /** Columns whose names match a regular expression in back quotes: df.select(df.colRegex("`a.*`")). */
  colRegex(pattern: string): Column {
    const parts = nameParts(pattern);
    return new Column({ kind: "regex", qualifier: parts.slice(0, -1), pattern: parts.at(-1)! });
  }

  /** The column of this very DataFrame, also where another of that name is beside it in a join. */
  col(name: string): Column {
    const expression = nameExpression(name);
    const planId = planIdOf(this.plan);
    return new Column(expression.kind === "name" && planId !== undefined ? { ...expression, planId } : expression);
  }

  apply(name: string): Column {
    return this.col(name);
  }

  /** A metadata column of this DataFrame's files, also where a column of theirs has its name: df.metadataColumn("_metadata"). */
  metadataColumn(name: string): Column {
    const planId = planIdOf(this.plan);
    return new Column({ kind: "name", parts: [name], metadata: true, ...(planId !== undefined && { planId }) });
  }

  /** The DataFrame under a name, for columns such as "t.a". */
  as(name: string): DataFrame {
    return this.derive("as", () => ({ kind: "alias", child: this.plan, name }));
  }
  alias(name: string): DataFrame {
    return this.as(name);
  }

  /** What `f` makes of this DataFrame, for chains of calls. */
  transform<A extends readonly unknown[]>(f: (df: DataFrame, ...args: A) => DataFrame, ...args: A): DataFrame {
    const result: unknown = f(this, ...args);
    if (result instanceof DataFrame) return result;
    throw new UsageError("INVALID_ARGUMENT", "transform: the function must give a DataFrame.");
  }

  // Rows

  /** The rows for which a condition holds: a Column, or SQL text. */
  filter(condition: Column | string): DataFrame {
    return this.derive("filter", (at) => ({ kind: "filter", child: this.plan, condition: this.#condition(condition, at) }));
  }
  where(condition: Column | string): DataFrame {
    return this.filter(condition);
  }

  /** The first `n` rows. */
  limit(n: number): DataFrame {
    return this.derive("limit", () => ({ kind: "limit", child: this.plan, limit: literalOf(n, { kind: "int" }) }));
  }

  /** Without the first `n` rows. */
  offset(n: number): DataFrame {
    return this.derive("offset", () => ({ kind: "offset", child: this.plan, offset: literalOf(n, { kind: "int" }) }));
  }

  /** A random part of the rows: each is in it with probability `fraction`; with replacement, so many times on average. */
  sample(fraction: number, seed?: number): DataFrame;
  sample(withReplacement: boolean, fraction: number, seed?: number): DataFrame;
  sample(first: boolean | number, second?: number, third?: number): DataFrame {
    const withReplacement = typeof first === "boolean" && first;
    const fraction = typeof first === "boolean" ? (second ?? NaN) : first;
    const seed = (typeof first === "boolean" ? third : second) ?? randomSeed();
    if (!(fraction >= 0) || (!withReplacement && fraction > 1)) {
      throw new UsageError("INVALID_ARGUMENT", `sample: the fraction is a number from 0${withReplacement ? "" : " to 1"}.`);
    }
    return this.derive("sample", () => ({ kind: "sample", child: this.plan, lower: 0, upper: fraction, withReplacement, seed }));
  }

  sampleBy(
    column: ColumnOrName,
    fractions: ReadonlyMap<unknown, number> | Readonly<Record<string, number>>,
    seed?: number,
  ): DataFrame {
    return this.stat.sampleBy(column, fractions, seed);
  }

  /** The rows dealt out at random to as many DataFrames as there are weights. */
  randomSplit<const W extends readonly number[]>(
    weights: W,
    seed: number = randomSeed(),
  ): { -readonly [K in keyof W]: DataFrame } {
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
      }));
    }) as { -readonly [K in keyof W]: DataFrame };
  }

  distinct(): DataFrame {
    return this.derive("distinct", () => ({ kind: "distinct", child: this.plan }));
  }

  /** One row of those that are equal in the given columns, or in all. */
  dropDuplicates(...columns: readonly (string | readonly string[])[]): DataFrame {
    const names = columns.flat();
    return this.derive("dropDuplicates", () => ({
      kind: "dropDuplicates",
      child: this.plan,
      columns: names.length === 0 ? null : names,
    }));
  }
  drop_duplicates(...columns: readonly (string | readonly string[])[]): DataFrame {
    return this.dropDuplicates(...columns);
  }

  // Order and layout

  /** Sorted by columns, or their positions from 1; `col("a").desc()`, or -1, for the other direction. A last argument `{ ascending }` gives directions as PySpark does. */
  sort(...columns: readonly (SortArguments[number] | SortDirections)[]): DataFrame {
    return this.#sort("sort", columns, true);
  }
  orderBy(...columns: readonly (SortArguments[number] | SortDirections)[]): DataFrame {
    return this.#sort("orderBy", columns, true);
  }
  sortWithinPartitions(...columns: readonly (SortArguments[number] | SortDirections)[]): DataFrame {
    return this.#sort("sortWithinPartitions", columns, false);
  }

  /** A position counts from 1; below 0 it is that of a column in descending order. */
  #sortKey(scope: string, key: ColumnOrName | number): ColumnOrName {
    if (typeof key !== "number") return key;
    if (!Number.isInteger(key) || key === 0) {
      throw new UsageError("ZERO_INDEX", `${scope}: positions of columns are whole numbers from 1, not ${key}.`);
    }
    const column = new Column(literalOf(Math.abs(key), { kind: "int" }));
    return key < 0 ? column.desc() : column;
  }

  #sort(scope: string, args: readonly (SortArguments[number] | SortDirections)[], global: boolean): DataFrame {
    const columns = (args.filter((arg) => !isDirections(arg)) as SortArguments).flat().map((key) => this.#sortKey(scope, key));
    const directions = args.find(isDirections)?.ascending;
    return this.derive(scope, (at) => {
      const order = this.#order(scope, columns, at).map((item, i) => {
        const ascending = Array.isArray(directions) ? (directions as readonly boolean[])[i] : directions;
        return ascending === false && item.kind === "sortOrder" ? { ...item, ascending: false } : item;
      });
      if (order.length === 0) throw new UsageError("INVALID_ARGUMENT", `${scope} needs at least one column.`);
      return { kind: "sort", child: this.plan, order, global };
    });
  }

  /** In so many partitions, by the hash of columns where some are given. */
  repartition(partitions: number | ColumnOrName, ...columns: ColumnArguments): DataFrame {
    return this.derive("repartition", (at) => {
      const count = typeof partitions === "number" ? partitions : undefined;
      const by = this.#columns("repartition", typeof partitions === "number" ? columns : [partitions, ...columns], at);
      checkPartitions("repartition", count);
      return {
        kind: "repartition",
        child: this.plan,
        by,
        how: by.length === 0 ? "roundRobin" : "hash",
        ...(count !== undefined && { numPartitions: count }),
      };
    });
  }

  /** In partitions of ranges of columns. */
  repartitionByRange(partitions: number | ColumnOrName, ...columns: ColumnArguments): DataFrame {
    return this.derive("repartitionByRange", (at) => {
      const count = typeof partitions === "number" ? partitions : undefined;
      const by = this.#order("repartitionByRange", typeof partitions === "number" ? columns : [partitions, ...columns], at);
      checkPartitions("repartitionByRange", count);
      return { kind: "repartition", child: this.plan, by, how: "range", ...(count !== undefined && { numPartitions: count }) };
    });
  }

  /** In fewer partitions, without a shuffle. */
  coalesce(numPartitions: number): DataFrame {
    checkPartitions("coalesce", numPartitions);
    return this.derive("coalesce", () => ({ kind: "repartition", child: this.plan, by: [], how: "coalesce", numPartitions }));
  }

  /** A hint for the planner: `df.hint("broadcast")`. */
  hint(name: string, ...parameters: readonly unknown[]): DataFrame {
    return this.derive("hint", () => ({
      kind: "hint",
      child: this.plan,
      name,
      args: parameters.flat().map((parameter) => (parameter instanceof Column ? parameter.expression : hintArgument(parameter))),
    }));
  }

  // Groups

  #keys(scope: string, columns: ColumnArguments): UnresolvedExpression[] {
    return this.#columns(scope, columns, this.#core.place(scope));
  }

  /** Groups by columns, for agg, count and the like. */
  groupBy(...columns: ColumnArguments): GroupedData {
    return new GroupedData(this, { kind: "by", expressions: this.#keys("groupBy", columns) });
  }
  groupby(...columns: ColumnArguments): GroupedData {
    return this.groupBy(...columns);
  }

  /** Groups by all columns, by all but the last, and so on to one group of all rows. */
  rollup(...columns: ColumnArguments): GroupedData {
    const expressions = this.#keys("rollup", columns);
    const sets = Array.from({ length: expressions.length + 1 }, (_, i) => numbers(expressions.length - i));
    return new GroupedData(this, { kind: "sets", expressions, sets });
  }

  /** Groups by every choice of the columns. */
  cube(...columns: ColumnArguments): GroupedData {
    const expressions = this.#keys("cube", columns);
    const sets = numbers(expressions.length).reduceRight<readonly (readonly number[])[]>(
      (rest, column) => [...rest.map((set) => [column, ...set]), ...rest],
      [[]],
    );
    return new GroupedData(this, { kind: "sets", expressions, sets });
  }

  /** Groups by each of the given sets of columns. */
  groupingSets(sets: readonly (readonly ColumnOrName[])[], ...columns: ColumnArguments): GroupedData {
    const at = this.#core.place("groupingSets");
    const expressions = this.#columns("groupingSets", columns, at);
    const keys = expressions.map((expression) => JSON.stringify({ ...expression, at: undefined }));
    const indexed = sets.map((set) =>
      this.#columns("groupingSets", set, at).map((expression) => {
        const key = JSON.stringify({ ...expression, at: undefined });
        const known = keys.indexOf(key);
        if (known >= 0) return known;
        expressions.push(expression);
        return keys.push(key) - 1;
      }),
    );
    const grouping: Grouping = { kind: "sets", expressions, sets: indexed };
    return new GroupedData(this, grouping);
  }

  /** Aggregates of all rows: groupBy().agg(…). */
  agg(...aggregates: readonly (Column | AggregateMap | readonly Column[])[]): DataFrame {
    return this.groupBy().agg(...aggregates);
  }

  /** Count, mean, standard deviation, least and greatest value of columns. */
  describe(...columns: readonly (string | readonly string[])[]): DataFrame {
    return this.#statistics("describe", columns.flat(), DESCRIBE);
  }

  /** The given statistics ("count", "mean", "stddev", "min", "max", "25%", …) of all columns of numbers and text. */
  summary(...statistics: readonly string[]): DataFrame {
    return this.#statistics("summary", [], statistics.length === 0 ? SUMMARY : statistics);
  }

  #statistics(scope: string, columns: readonly string[], statistics: readonly string[]): DataFrame {
    return this.derive(scope, () =>
      pendingPlan(async () => {
        const schema = await this.schema();
        return statisticsPlan(this.plan, schema, columns.length > 0 ? columns : describedColumns(schema), statistics);
      }),
    );
  }

  // Several DataFrames

  /**
   * Joined with another DataFrame: on a name or names that both have, which then stand once in the result, or on a condition.
   *
   * @example people.join(cities, "city", "left")
   */
  join(right: DataFrame, on?: string | Column | readonly (string | Column)[] | null, how: JoinTypeName = "inner"): DataFrame {
    checkDataFrame("join", right);
    return this.derive("join", (at) => {
      const type = joinTypeOf(how);
      const join = { kind: "join", left: this.plan, right: right.plan, type } as const;
      const list = on === undefined || on === null ? [] : [on].flat();
      if (list.length === 0) return join;
      if (list.every((item) => typeof item === "string")) return { ...join, using: list };
      const condition = list
        .map((item) => located(checkedColumn("join", item), at))
        .reduce((a, b) => ({ kind: "call", name: ["and"], args: [a, b], operator: true, at }));
      return { ...join, condition };
    });
  }

  /** Every row with every row of the other. */
  crossJoin(right: DataFrame): DataFrame {
    checkDataFrame("crossJoin", right);
    return this.derive("crossJoin", () => ({ kind: "join", left: this.plan, right: right.plan, type: "cross" }));
  }

  /** Every row with the rows that the other, which may refer to it by `col("x").outer()`, has for it. */
  lateralJoin(right: DataFrame, on?: Column | null, how: JoinTypeName = "inner"): DataFrame {
    checkDataFrame("lateralJoin", right);
    return this.derive("lateralJoin", (at) => ({
      kind: "join",
      left: this.plan,
      right: right.plan,
      type: joinTypeOf(how),
      lateral: true,
      ...(on && { condition: located(on.expression, at) }),
    }));
  }

  #setOperation(
    scope: string,
    operation: "union" | "intersect" | "except",
    other: DataFrame,
    how: { readonly all: boolean; readonly byName?: boolean; readonly allowMissingColumns?: boolean },
  ): DataFrame {
    checkDataFrame(scope, other);
    return this.derive(scope, () => ({
      kind: "setOperation",
      operation,
      byName: false,
      allowMissingColumns: false,
      ...how,
      left: this.plan,
      right: other.plan,
    }));
  }

  /** All rows of both, columns by their positions. */
  union(other: DataFrame): DataFrame {
    return this.#setOperation("union", "union", other, { all: true });
  }
  unionAll(other: DataFrame): DataFrame {
    return this.#setOperation("unionAll", "union", other, { all: true });
  }
  /** All rows of both, columns by their names; with `allowMissingColumns` those that one lacks are null there. */
  unionByName(other: DataFrame, how: boolean | { readonly allowMissingColumns?: boolean } = false): DataFrame {
    const allowMissingColumns = typeof how === "object" ? how.allowMissingColumns === true : how;
    return this.#setOperation("unionByName", "union", other, { all: true, byName: true, allowMissingColumns });
  }
  /** Distinct rows that are in both. */
  intersect(other: DataFrame): DataFrame {
    return this.#setOperation("intersect", "intersect", other, { all: false });
  }
  /** Rows that are in both, as often as in the one that has fewer. */
  intersectAll(other: DataFrame): DataFrame {
    return this.#setOperation("intersectAll", "intersect", other, { all: true });
  }
  /** Distinct rows that the other does not have. */
  subtract(other: DataFrame): DataFrame {
    return this.#setOperation("subtract", "except", other, { all: false });
  }
  except(other: DataFrame): DataFrame {
    return this.subtract(other);
  }
  /** Rows less those of the other, one for one. */
  exceptAll(other: DataFrame): DataFrame {
    return this.#setOperation("exceptAll", "except", other, { all: true });
  }

  /** This query as a value in another: of one row and column. */
  scalar(): Column {
    return new Column({ kind: "scalarSubquery", plan: this.plan });
  }
  /** Whether this query has rows, as a condition in another. */
  exists(): Column {
    return new Column({ kind: "exists", plan: this.plan });
  }

  /** This DataFrame as the argument of a table function: `total(df.asTable().partitionBy("city"))`. */
  asTable(): TableArg {
    return TableArg.of(this);
  }

  // Shape

  /** Columns as rows: `values` (or all but `ids`) become pairs of a name and a value beside the ids. */
  unpivot(
    ids: ColumnOrName | readonly ColumnOrName[],
    values: ColumnOrName | readonly ColumnOrName[] | null,
    variableColumnName: string,
    valueColumnName: string,
  ): DataFrame {
    return this.derive("unpivot", (at) => ({
      kind: "unpivot",
      child: this.plan,
      ids: this.#columns("unpivot", [ids], at),
      values:
        values === null ? null : this.#columns("unpivot", [values], at).map((column) => ({ columns: [column], alias: null })),
      variableName: variableColumnName,
      valueNames: [valueColumnName],
      includeNulls: true,
    }));
  }
  melt(
    ids: ColumnOrName | readonly ColumnOrName[],
    values: ColumnOrName | readonly ColumnOrName[] | null,
    variableColumnName: string,
    valueColumnName: string,
  ): DataFrame {
    return this.unpivot(ids, values, variableColumnName, valueColumnName);
  }

  /**
   * Rows as columns: the values of the index column, the first unless given, become the names, in their order; each other column becomes
   * a row, with its name as `key`. The others need a common type. At most spark.sql.transposeMaxValues rows.
   */
  transpose(indexColumn?: ColumnOrName): DataFrame {
    const index = indexColumn === undefined ? null : new Column(columnExpression(indexColumn));
    return new DataFrame(
      this.sparkSession,
      pendingPlan(() => transposed(this, index)),
    );
  }

  /**
   * Passes the rows through a function over Arrow record batches: it gets an iterator of them, once a partition, and gives record
   * batches, tables, or objects of arrays by column.
   */
  mapInArrow(f: (batches: IterableIterator<Arrow.RecordBatch>) => Iterable<unknown>, schema: SchemaInput): DataFrame {
    if (typeof f !== "function")
      throw new UsageError("INVALID_ARGUMENT", "mapInArrow needs a function and the schema of its results.");
    return this.derive("mapInArrow", () => {
      const type = schemaOf(schema);
      return {
        kind: "mapBatches",
        child: this.plan,
        fn: userFunction(f as () => unknown, "batch", type, "mapInArrow"),
        schema: type,
      };
    });
  }
  mapInPandas(f: (batches: IterableIterator<Arrow.RecordBatch>) => Iterable<unknown>, schema: SchemaInput): DataFrame {
    return this.mapInArrow(f, schema);
  }

  // Nulls and statistics

  get na(): DataFrameNaFunctions {
    return new DataFrameNaFunctions(this);
  }
  get stat(): DataFrameStatFunctions {
    return new DataFrameStatFunctions(this);
  }
  dropna(how?: "any" | "all" | DropOptions, thresh?: number, subset?: string | readonly string[]): DataFrame {
    return this.na.drop(how, subset, thresh);
  }
  fillna(value: Parameters<DataFrameNaFunctions["fill"]>[0], subset?: string | readonly string[]): DataFrame {
    return this.na.fill(value, subset);
  }
  replace(from: unknown, to?: unknown, subset?: string | readonly string[]): DataFrame {
    return this.na.replace(from, to, subset);
  }
  approxQuantile(column: string, probabilities: readonly number[], relativeError: number): Promise<number[]>;
  approxQuantile(columns: readonly string[], probabilities: readonly number[], relativeError: number): Promise<number[][]>;
  approxQuantile(
    columns: string | readonly string[],
    probabilities: readonly number[],
    relativeError: number,
  ): Promise<number[] | number[][]> {
    return this.stat.approxQuantile(columns as string, probabilities, relativeError);
  }
  corr(a: string, b: string, method?: string): Promise<number> {
    return this.stat.corr(a, b, method);
  }
  cov(a: string, b: string): Promise<number> {
    return this.stat.cov(a, b);
  }
  crosstab(a: string, b: string): DataFrame {
    return this.stat.crosstab(a, b);
  }
  freqItems(columns: readonly string[], support?: number): DataFrame {
    return this.stat.freqItems(columns, support);
  }

  // Schema

  /** The columns with their types. */
  schema(): Promise<StructType> {
    this.#schema ??= (async () => {
      const schema = await this.#core.port.schema(await this.#core.complete(this.plan));
      return withMethods(schema) as StructType;
    })();
    return this.#schema;
  }

  /** Internal: the same for parts of plans that are completed within a statement, which must not wait for itself. */
  schemaInside(): Promise<StructType> {
    this.#schemaInside ??= (async () => {
      const schema = await this.#core.port.schema(await this.#core.completeInside(this.plan));
      return withMethods(schema) as StructType;
    })();
    return this.#schemaInside;
  }

  /** The names of the columns. */
  async columns(): Promise<string[]> {
    return (await this.schema()).fields.map((field) => field.name);
  }

  /** Pairs of names and types: ["age", "int"]. */
  async dtypes(): Promise<[string, string][]> {
    return (await this.schema()).fields.map((field) => [field.name, simpleString(field.type)]);
  }

  /** The schema as a tree, to the given depth. */
  async treeString(level?: number): Promise<string> {
    return treeText(await this.schema(), level);
  }

  async printSchema(level?: number): Promise<void> {
    console.log(await this.treeString(level));
  }

  /** How the query will be run: "simple", "extended", "codegen", "cost" or "formatted". */
  async explainString(mode: ExplainMode | boolean = "simple"): Promise<string> {
    const chosen = typeof mode === "boolean" ? (mode ? "extended" : "simple") : (mode.toLowerCase() as ExplainMode);
    if (!["simple", "extended", "codegen", "cost", "formatted"].includes(chosen)) {
      throw new UsageError("INVALID_ARGUMENT", `explain: there is no mode ${chosen}.`);
    }
    return this.#core.port.explain(await this.#core.complete(this.plan), chosen);
  }

  async explain(mode: ExplainMode | boolean = "simple"): Promise<void> {
    console.log(await this.explainString(mode));
  }

  /** Files that the query reads, as far as that is known before it runs. */
  async inputFiles(): Promise<string[]> {
    return [...(await this.#core.port.inputFiles(await this.#core.complete(this.plan)))];
  }

  /** Whether both queries are the same, apart from names that do not matter. */
  async sameSemantics(other: DataFrame): Promise<boolean> {
    return this.#core.port.sameSemantics(await this.#core.complete(this.plan), await this.#core.complete(other.plan));
  }
  async semanticHash(): Promise<number> {
    return this.#core.port.semanticHash(await this.#core.complete(this.plan));
  }

  /** Whether the rows are in the program already. */
  isLocal(): boolean {
    return this.plan.kind === "local" || this.plan.kind === "inlineTable";
  }
  get isStreaming(): boolean {
    return false;
  }

  // Actions

  /** All rows. They are in this process's memory then: for many rows toLocalIterator or foreachPartition are better. */
  async collect(options?: QueryOptions): Promise<Row[]> {
    return this.#collect("collect", this.plan, options);
  }

  async #collect(scope: string, plan: UnresolvedPlan, options?: QueryOptions): Promise<Row[]> {
    const call = this.#core.call(scope, options);
    const { schema, batches } = await this.#core.port.collect(await this.#core.complete(plan), call);
    return batches.flatMap(rowReader(schema, this.#core.port.settings()));
  }

  #limited(n: number): UnresolvedPlan {
    if (!Number.isInteger(n) || n < 0) throw new UsageError("INVALID_ARGUMENT", "The number of rows is an integer from 0.");
    return { kind: "limit", child: this.plan, limit: literalOf(n, { kind: "int" }) };
  }

  /** The number of rows. */
  async count(options?: QueryOptions): Promise<number> {
    const one: UnresolvedExpression = { kind: "call", name: ["count"], args: [literalOf(1)] };
    const aggregates: UnresolvedExpression[] = [{ kind: "alias", child: one, names: ["count"] }];
    const plan: UnresolvedPlan = { kind: "aggregate", child: this.plan, grouping: { kind: "by", expressions: [] }, aggregates };
    const [row] = await this.#collect("count", plan, options);
    return Number(row!.get(0));
  }

  /** The first rows; without a number the first row, or null. */
  head(): Promise<Row | null>;
  head(n: number): Promise<Row[]>;
  async head(n?: number): Promise<Row | null | Row[]> {
    const rows = await this.#collect("head", this.#limited(n ?? 1));
    return n === undefined ? (rows[0] ?? null) : rows;
  }
  async first(options?: QueryOptions): Promise<Row | null> {
    return (await this.#collect("first", this.#limited(1), options))[0] ?? null;
  }
  async take(n: number, options?: QueryOptions): Promise<Row[]> {
    return this.#collect("take", this.#limited(n), options);
  }
  /** The last `n` rows. */
  async tail(n: number, options?: QueryOptions): Promise<Row[]> {
    if (!Number.isInteger(n) || n < 0) throw new UsageError("INVALID_ARGUMENT", "tail: the number of rows is an integer from 0.");
    return this.#collect("tail", { kind: "tail", child: this.plan, limit: n }, options);
  }
  async isEmpty(options?: QueryOptions): Promise<boolean> {
    const plan: UnresolvedPlan = { kind: "project", child: this.#limited(1), expressions: [literalOf(1)] };
    return (await this.#collect("isEmpty", plan, options)).length === 0;
  }

  /** The rows one after the other; of the partitions only what is being read is in memory. */
  async *toLocalIterator(options?: QueryOptions): AsyncGenerator<Row, void, undefined> {
    const call = this.#core.call("toLocalIterator", options);
    const plan = await this.#core.complete(this.plan);
    const read = rowReader(await this.#core.port.schema(plan), this.#core.port.settings());
    for await (const batch of this.#core.port.stream(plan, call)) yield* read(batch);
  }

  /** All rows as an Arrow table. */
  async toArrow(options?: QueryOptions): Promise<Arrow.Table> {
    const call = this.#core.call("toArrow", options);
    const { schema, batches } = await this.#core.port.collect(await this.#core.complete(this.plan), call);
    return toArrowTable(batches, schema.fields, this.#core.port.settings().timeZone);
  }

  /** The first rows as a table of text, as show prints it. */
  async showString(
    n: number | ShowArguments = 20,
    truncate: boolean | number | ShowArguments = true,
    vertical = false,
  ): Promise<string> {
    if (typeof n === "object") return this.showString(n.n, n.truncate, n.vertical);
    if (typeof truncate === "object") return this.showString(n, truncate.truncate, truncate.vertical);
    const call = this.#core.call("show");
    const count = Math.max(0, Math.min(n, 2147483646));
    const { port } = this.#core;
    const { schema, batches } = await port.collect(await this.#core.complete(this.#limited(count + 1)), call);
    const length = typeof truncate === "number" ? truncate : truncate ? 20 : 0;
    return showText(schema, boxedRowsOf(schema, batches), { count, truncate: length, vertical }, port.settings());
  }

  /**
   * Prints the first rows as a table: `n` rows, cells cut to `truncate` characters (20; false: not cut), or one line a column.
   * `show({ truncate: false })` and `show(5, { vertical: true })` name what differs.
   */
  async show(n: number | ShowArguments = 20, truncate: boolean | number | ShowArguments = true, vertical = false): Promise<void> {
    console.log(await this.showString(n, truncate, vertical));
  }

  /** The rows as JSON text, one by one. */
  toJSON(): RDD<string> {
    const json: UnresolvedExpression = {
      kind: "call",
      name: ["to_json"],
      args: [{ kind: "call", name: ["struct"], args: [{ kind: "star", qualifier: [], except: [] }] }],
    };
    const rows = this.derive("toJSON", () => ({
      kind: "project",
      child: this.plan,
      expressions: [{ kind: "alias", child: json, names: ["value"] }],
    }));
    return rows.rdd.map((row) => row.get("value") as string);
  }

  /** The rows as an RDD. */
  get rdd(): RDD<Row> {
    return this.#core.port.rows(() => this.#core.complete(this.plan));
  }

  /** Calls a function with each row, in tasks. */
  async foreach(f: (row: Row) => Awaitable<unknown>): Promise<void> {
    await this.rdd.foreach(f);
  }
  /** Calls a function with an iterator over each partition's rows, in tasks. */
  async foreachPartition(f: (rows: IterableIterator<Row>) => Awaitable<unknown>): Promise<void> {
    await this.rdd.foreachPartition(f as (rows: IterableIterator<Row>) => Awaitable<void>);
  }

  // Views and output

  /** A temporary view of this session; an error where there is one of that name. */
  createTempView(name: string): Promise<void> {
    return this.#createView(name, { global: false, replace: false });
  }
  /** A temporary view of this session, in place of one of that name. */
  createOrReplaceTempView(name: string): Promise<void> {
    return this.#createView(name, { global: false, replace: true });
  }
  /** A view `global_temp.name` of all sessions. */
  createGlobalTempView(name: string): Promise<void> {
    return this.#createView(name, { global: true, replace: false });
  }
  createOrReplaceGlobalTempView(name: string): Promise<void> {
    return this.#createView(name, { global: true, replace: true });
  }
  registerTempTable(name: string): Promise<void> {
    return this.createOrReplaceTempView(name);
  }

  #createView(name: string, how: { readonly global: boolean; readonly replace: boolean }): Promise<void> {
    this.#core.port.context.assertRunning("createTempView");
    return this.#core.change(async () => this.#core.port.createTempView(name, await this.#core.completeInside(this.plan), how));
  }

  /** Writes the rows: `df.write.mode("overwrite").parquet(path)`. */
  get write(): DataFrameWriter {
    return new DataFrameWriter(this);
  }
  /** Writes into a table by its name: `df.writeTo("t").append()`. */
  writeTo(table: string): DataFrameWriterV2 {
    return new DataFrameWriterV2(this, table);
  }
  /** Changes a table by these rows: `df.mergeInto("t", condition).whenMatched().delete().merge()`. */
  mergeInto(table: string, condition: Column): MergeIntoWriter {
    return new MergeIntoWriter(this, table, condition);
  }

  /** Metrics over the rows that pass, under a name or an Observation, which has them when an action has ended. */
  observe(observation: Observation | string, ...metrics: readonly Column[]): DataFrame {
    if (metrics.length === 0) throw new UsageError("INVALID_ARGUMENT", "observe needs at least one metric.");
    const name = typeof observation === "string" ? observation : observation.attach(this.#core);
    return this.derive("observe", (at) => ({
      kind: "observe",
      child: this.plan,
      name,
      metrics: metrics.map((metric) => located(metric.expression, at)),
    }));
  }

  // Keeping results

  /** Keeps the rows, once computed, in memory and on disk. */
  cache(): this {
    return this.persist();
  }
  persist(level: StorageLevel = StorageLevel.MEMORY_AND_DISK): this {
    if (!(level instanceof StorageLevel)) refusePlainly("persist: the level", "a StorageLevel", level);
    const call = this.#core.call("persist");
    this.#core.background(async () => this.#core.port.persist(await this.#core.completeInside(this.plan), level, call));
    return this;
  }
  unpersist(blocking = false): this {
    this.#core.background(async () => this.#core.port.unpersist(await this.#core.completeInside(this.plan), blocking));
    return this;
  }
  async storageLevel(): Promise<StorageLevel> {
    return this.#core.port.storageLevel(await this.#core.complete(this.plan));
  }

  /** Computes the rows and keeps them in the checkpoint directory: the query no longer depends on where they came from. */
  async checkpoint(eager = true): Promise<DataFrame> {
    return this.#checkpoint("checkpoint", { local: false, eager });
  }
  /** The same, kept by the executors. */
  async localCheckpoint(eager = true): Promise<DataFrame> {
    return this.#checkpoint("localCheckpoint", { local: true, eager });
  }
  async #checkpoint(scope: string, how: { readonly local: boolean; readonly eager: boolean }): Promise<DataFrame> {
    const call = this.#core.call(scope);
    const plan = await this.#core.port.checkpoint(await this.#core.complete(this.plan), how, call);
    return new DataFrame(this.sparkSession, plan);
  }

  /** A DataFrame inside of a function that runs in tasks is a mistake. */
  [TRAVEL](): { refuse: string } {
    return {
      refuse: "a DataFrame cannot be used inside of a function that runs in tasks; collect or broadcast what is needed, or join",
    };
  }

  toString(): string {
    return `DataFrame (${this.plan.kind})`;
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

/** The arguments of show by name. */
export interface ShowArguments {
  readonly n?: number;
  readonly truncate?: boolean | number;
  readonly vertical?: boolean;
}

export interface SortDirections {
  readonly ascending: boolean | readonly boolean[];
}

function isDirections(argument: unknown): argument is SortDirections {
  return typeof argument === "object" && argument !== null && !(argument instanceof Column) && "ascending" in argument;
}

function checkDataFrame(call: string, other: unknown): void {
  if (!(other instanceof DataFrame)) refusePlainly(`${call}: the other side`, "a DataFrame", other);
}

function hintArgument(parameter: unknown): UnresolvedExpression {
  return typeof parameter === "string" ? stringLiteral(parameter) : literalOf(parameter);
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

function randomSeed(): number {
  return Math.floor(Math.random() * 2 ** 31);
}

function checkPartitions(call: string, count: number | undefined): void {
  if (count !== undefined && (!Number.isInteger(count) || count < 1)) {
    throw new UsageError("INVALID_ARGUMENT", `${call}: the number of partitions is an integer from 1.`);
  }
}
