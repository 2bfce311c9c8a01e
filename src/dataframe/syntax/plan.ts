/**
 * Queries as they were written: plain data shaped like Spark Connect's relations. SQL text and the DataFrame API both
 * produce these. DDL and other commands are in command.ts.
 */
import type { BoxedRow } from "../../columnar/vector";
import type { StructType } from "../../columnar/types";
import type { QueryContext } from "../errors";
import type { UnresolvedExpression, UnresolvedWindow, UserFunction } from "./expression";

interface Located {
  readonly at?: QueryContext;
  /** Set for DataFrames: what `df.col` of a column refers to. */
  readonly planId?: number;
}

export type JoinType = "inner" | "cross" | "left" | "right" | "full" | "leftSemi" | "leftAnti";

export type UnresolvedPlan = Located &
  /** A table, view, CTE or temporary view by name; `parquet.`/path`` too. */
  (
    | {
        readonly kind: "table";
        readonly name: readonly string[] | UnresolvedExpression;
        readonly options?: Readonly<Record<string, string>>;
        readonly timeTravel?: UnresolvedExpression;
      }
    /** spark.read…load(). */
    | {
        readonly kind: "read";
        readonly format: string;
        readonly paths: readonly string[];
        readonly schema?: StructType;
        readonly options: Readonly<Record<string, string>>;
      }
    /** range(), explode() and other table functions in FROM. */
    | {
        readonly kind: "tableFunction";
        /** IDENTIFIER(text) where it is computed. */
        readonly name: readonly string[] | UnresolvedExpression;
        /** A function of the program that needs no name. */
        readonly fn?: UserFunction;
        readonly args: readonly UnresolvedExpression[];
        readonly argNames?: readonly (string | null)[];
        /** TABLE(…) arguments; in `args` a null stands in their places. */
        readonly tables?: readonly TableArgument[];
      }
    | {
        readonly kind: "range";
        readonly start: number | bigint;
        readonly end: number | bigint;
        readonly step: number | bigint;
        readonly numPartitions?: number;
      }
    /** VALUES (…), (…). */
    | {
        readonly kind: "inlineTable";
        readonly names: readonly string[] | null;
        readonly rows: readonly (readonly UnresolvedExpression[])[];
      }
    /** Rows of the program; `source` is a number under which the session keeps them (rows, an Arrow table, an RDD) while `life` lives. */
    | { readonly kind: "local"; readonly schema: StructType; readonly rows: readonly BoxedRow[] }
    | { readonly kind: "external"; readonly schema: StructType; readonly source: number; readonly life: object }
    | { readonly kind: "oneRow" }
    | {
        readonly kind: "project";
        readonly child: UnresolvedPlan;
        readonly expressions: readonly UnresolvedExpression[];
        readonly distinct?: boolean;
        /** The pipe operator that it is, where that may not aggregate. */
        readonly pipe?: "EXTEND";
      }
    /** withColumn(s): replaces or adds by name. */
    | {
        readonly kind: "withColumns";
        readonly child: UnresolvedPlan;
        readonly columns: readonly { readonly name: string; readonly expression: UnresolvedExpression }[];
        /** The pipe operator that it is: replaces only. */
        readonly pipe?: "SET";
      }
    | {
        readonly kind: "withColumnsRenamed";
        readonly child: UnresolvedPlan;
        readonly renames: readonly (readonly [string, string])[];
      }
    /** Without all columns of `names`, and without those that `columns` say: each must be one, and may be none that is there. */
    | {
        readonly kind: "drop";
        readonly child: UnresolvedPlan;
        readonly names: readonly string[];
        readonly columns: readonly UnresolvedExpression[];
      }
    | { readonly kind: "toDF"; readonly child: UnresolvedPlan; readonly names: readonly string[] }
    | { readonly kind: "toSchema"; readonly child: UnresolvedPlan; readonly schema: StructType }
    | { readonly kind: "filter"; readonly child: UnresolvedPlan; readonly condition: UnresolvedExpression }
    /** HAVING: names resolve against the aggregate below first. */
    | { readonly kind: "having"; readonly child: UnresolvedPlan; readonly condition: UnresolvedExpression }
    /** QUALIFY: a filter over window functions; names as in HAVING. */
    | { readonly kind: "qualify"; readonly child: UnresolvedPlan; readonly condition: UnresolvedExpression }
    | {
        readonly kind: "aggregate";
        readonly child: UnresolvedPlan;
        readonly grouping: Grouping;
        /** SELECT list: may hold any expression over groupings and aggregates. With `keyed` (the API's agg) the grouping columns come first. */
        readonly aggregates: readonly UnresolvedExpression[];
        readonly keyed?: boolean;
      }
    /** |> AGGREGATE aggregates GROUP BY keys: keys come first, and numbers among them are columns of the input. */
    | {
        readonly kind: "pipeAggregate";
        readonly child: UnresolvedPlan;
        readonly keys: readonly UnresolvedExpression[];
        readonly aggregates: readonly UnresolvedExpression[];
      }
    | {
        readonly kind: "pivot";
        readonly child: UnresolvedPlan;
        readonly grouping: readonly UnresolvedExpression[] | null;
        readonly column: readonly UnresolvedExpression[];
        readonly values: readonly UnresolvedExpression[] | null;
        readonly aggregates: readonly UnresolvedExpression[];
      }
    | {
        readonly kind: "unpivot";
        readonly child: UnresolvedPlan;
        readonly ids: readonly UnresolvedExpression[] | null;
        /** Groups of columns; each becomes a row. */
        readonly values: readonly { readonly columns: readonly UnresolvedExpression[]; readonly alias: string | null }[] | null;
        readonly variableName: string;
        readonly valueNames: readonly string[];
        readonly includeNulls: boolean;
      }
    | {
        readonly kind: "join";
        readonly left: UnresolvedPlan;
        readonly right: UnresolvedPlan;
        readonly type: JoinType;
        readonly condition?: UnresolvedExpression;
        readonly using?: readonly string[];
        readonly natural?: boolean;
        /** The right side may refer to columns of the left. */
        readonly lateral?: boolean;
      }
    | {
        readonly kind: "setOperation";
        readonly operation: "union" | "intersect" | "except";
        readonly all: boolean;
        readonly byName: boolean;
        readonly allowMissingColumns: boolean;
        readonly left: UnresolvedPlan;
        readonly right: UnresolvedPlan;
      }
    /** `global` false: SORT BY, sortWithinPartitions. */
    | {
        readonly kind: "sort";
        readonly child: UnresolvedPlan;
        readonly order: readonly UnresolvedExpression[];
        readonly global: boolean;
      }
    /** LIMIT ALL: of kind "all". */
    | { readonly kind: "limit"; readonly child: UnresolvedPlan; readonly limit: UnresolvedExpression }
    | { readonly kind: "offset"; readonly child: UnresolvedPlan; readonly offset: UnresolvedExpression }
    | { readonly kind: "tail"; readonly child: UnresolvedPlan; readonly limit: number }
    | { readonly kind: "distinct"; readonly child: UnresolvedPlan }
    | { readonly kind: "dropDuplicates"; readonly child: UnresolvedPlan; readonly columns: readonly string[] | null }
    | { readonly kind: "alias"; readonly child: UnresolvedPlan; readonly name: string; readonly columns?: readonly string[] }
    | { readonly kind: "with"; readonly child: UnresolvedPlan; readonly ctes: readonly Cte[]; readonly recursive: boolean }
    /** WINDOW w AS (…): known to the select list below it. */
    | { readonly kind: "windows"; readonly child: UnresolvedPlan; readonly windows: Readonly<Record<string, UnresolvedWindow>> }
    /** LATERAL VIEW and explode in FROM. */
    | {
        readonly kind: "lateralView";
        readonly child: UnresolvedPlan;
        readonly generator: UnresolvedExpression;
        readonly outer: boolean;
        readonly table: string;
        readonly columns: readonly string[];
      }
    | {
        readonly kind: "sample";
        readonly child: UnresolvedPlan;
        readonly lower: number;
        readonly upper: number;
        readonly withReplacement: boolean;
        readonly seed?: number;
        /** The rows of each partition are sorted first, by every column that can be: the same are drawn each time, in whatever order they come. */
        readonly sorted?: boolean;
      }
    | {
        readonly kind: "repartition";
        readonly child: UnresolvedPlan;
        readonly numPartitions?: number;
        readonly by: readonly UnresolvedExpression[];
        /** "id": the number of the partition is what `by` says. */
        readonly how: "hash" | "id" | "range" | "roundRobin" | "coalesce" | "rebalance";
      }
    | {
        readonly kind: "hint";
        readonly child: UnresolvedPlan;
        readonly name: string;
        readonly args: readonly UnresolvedExpression[];
      }
    /** mapInArrow, and the functions over groups. */
    | { readonly kind: "mapBatches"; readonly child: UnresolvedPlan; readonly fn: UserFunction; readonly schema: StructType }
    /** Columns that a program of a library computes from others (exec/column-programs): the child's columns, and `outputs` after them. */
    | {
        readonly kind: "appendColumns";
        readonly child: UnresolvedPlan;
        readonly program: string;
        readonly spec: Uint8Array;
        readonly inputs: readonly UnresolvedExpression[];
        readonly outputs: StructType;
      }
    | {
        readonly kind: "applyInGroups";
        readonly child: UnresolvedPlan;
        readonly grouping: readonly UnresolvedExpression[];
        readonly fn: UserFunction;
        readonly schema: StructType;
      }
    | {
        readonly kind: "cogroup";
        readonly left: UnresolvedPlan;
        readonly right: UnresolvedPlan;
        readonly leftGrouping: readonly UnresolvedExpression[];
        readonly rightGrouping: readonly UnresolvedExpression[];
        readonly fn: UserFunction;
        readonly schema: StructType;
      }
    | {
        readonly kind: "observe";
        readonly child: UnresolvedPlan;
        readonly name: string;
        readonly metrics: readonly UnresolvedExpression[];
      }
    /** SELECT TRANSFORM(…) USING 'command'. */
    | {
        readonly kind: "scriptTransform";
        readonly child: UnresolvedPlan;
        readonly input: readonly UnresolvedExpression[];
        readonly command: string;
        readonly schema: StructType | null;
        readonly formats: ScriptFormats;
      }
  );

/** How lines of a script are made and read. */
export interface LineFormat {
  /** Between fields; a regular expression where lines are read. */
  readonly delimiter: string;
  /** What stands for NULL. */
  readonly nullText: string;
}

export interface ScriptFormats {
  readonly input: LineFormat;
  readonly output: LineFormat;
}

export type Grouping =
  | { readonly kind: "by"; readonly expressions: readonly UnresolvedExpression[] }
  /** GROUP BY ALL */
  | { readonly kind: "all" }
  /** GROUPING SETS, CUBE, ROLLUP and mixes of them: already multiplied out. `expressions` in the order of their first mention. */
  | {
      readonly kind: "sets";
      readonly expressions: readonly UnresolvedExpression[];
      readonly sets: readonly (readonly number[])[];
      /** What was written, where that was one ROLLUP or CUBE alone. */
      readonly form?: "rollup" | "cube";
    };

/** TABLE(t) [WITH SINGLE PARTITION | PARTITION BY …] [ORDER BY …] as an argument of a table function. */
export interface TableArgument {
  readonly position: number;
  readonly plan: UnresolvedPlan;
  readonly singlePartition: boolean;
  readonly partitionBy: readonly UnresolvedExpression[];
  readonly orderBy: readonly UnresolvedExpression[];
}

export interface Cte {
  readonly name: string;
  readonly columns?: readonly string[];
  readonly plan: UnresolvedPlan;
  /** MAX RECURSION LEVEL n */
  readonly maxRecursionLevel?: number;
}
