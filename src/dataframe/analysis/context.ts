/**
 * What analysis asks of the session around it. All of it answers at once: relations have been loaded before (load.ts),
 * so that the pass itself waits for nothing.
 */
import type { Boxed, DataType, StructType } from "../../columnar/types";
import type { QueryContext } from "../errors";
import type { Expression, Literal } from "../expressions/expression";
import type { FunctionRegistry } from "../functions/registry";
import type { Relation } from "../sources/relation";
import type { SqlSettings } from "../settings";
import type { UnresolvedExpression, UserFunction } from "../syntax/expression";
import type { UnresolvedPlan } from "../syntax/plan";

export interface AnalysisContext {
  readonly settings: SqlSettings;
  readonly functions: FunctionRegistry;
  /** Unique in the session. */
  nextId(): number;
  /** A table or view, or null. Names inside a view are looked up as the view's author saw them. */
  relation(name: readonly string[], inside: ViewScope | null): NamedRelation | null;
  /** What spark.read describes, or `format`.`path`. Throws PATH_NOT_FOUND and the like. */
  read(spec: ReadSpec): Relation;
  /** A source of files, for `parquet`.`/path`. */
  isFileFormat(name: string): boolean;
  /** What the session keeps under a number: an Arrow table, an RDD. */
  external(source: number): {
    readonly what: "arrow" | "rdd" | "cached";
    readonly sizeInBytes: number | null;
    readonly rowCount: number | null;
  };
  /** A function that was created in the session or the catalog: temporary functions, UDFs, SQL functions. */
  routine(name: readonly string[], inside: ViewScope | null): Routine | null;
  /** A session variable by its (possibly qualified) name. */
  variable(name: readonly string[]): SessionVariable | null;
  /** The value of an expression without columns. */
  evaluate(expression: Expression): Literal;
  /** Values of parameter markers; absent outside of sql(text, args). */
  readonly parameters?: ParameterValues;
  /** The distinct values of a pivot column that were not written, sorted: asked of the data before (load.ts). */
  pivotValues?(plan: UnresolvedPlan): readonly Literal[];
}

/** The catalog and database that names of a view or SQL function mean, and the temporary things it may see. */
export interface ViewScope {
  readonly catalog: string;
  readonly database: string;
  /** Names of temporary views, functions and variables known when it was created; null: all that there are (temporary views). */
  readonly temporary: {
    readonly views: readonly string[];
    readonly functions: readonly string[];
    readonly variables: readonly string[];
  } | null;
  /** Names of the views around, to find cycles. */
  readonly path: readonly string[];
  /** Settings that were in force when it was created. */
  readonly conf?: Readonly<Record<string, string>>;
}

export type NamedRelation =
  | { readonly kind: "table"; readonly name: readonly string[]; readonly relation: Relation }
  | {
      readonly kind: "view";
      /** [catalog, database, name], ["global_temp", name] or [name]. */
      readonly name: readonly string[];
      readonly plan: UnresolvedPlan;
      /** The columns that its author saw; null where the plan's own are what it has. */
      readonly schema: StructType | null;
      /** Columns are found again by name and cast up where their types have widened; "evolution": the plan's own types. */
      readonly schemaMode?: "binding" | "compensation" | "type evolution" | "evolution";
      /** Names of the query's columns, where the view gave them others. */
      readonly queryColumns?: readonly string[];
      readonly scope: ViewScope | null;
      readonly temporary: boolean;
      /** SQL text, for printing. */
      readonly text?: string;
      /** Keeps the columns that an evolving view has become, with the names of its query's columns. */
      readonly evolve?: (schema: StructType, queryColumns: readonly string[]) => void;
    };

export interface ReadSpec {
  readonly format: string;
  readonly paths: readonly string[];
  readonly schema?: StructType;
  readonly options: Readonly<Record<string, string>>;
  /** Where the program asked for it: jobs that find its schema are of that call. Not part of what is read. */
  readonly at?: QueryContext;
}

export interface RoutineParameter {
  readonly name: string;
  readonly type: DataType;
  readonly defaultValue?: UnresolvedExpression;
  readonly comment?: string;
}

export type Routine =
  | { readonly kind: "user"; readonly fn: UserFunction }
  | {
      readonly kind: "sql";
      /** As printed: "spark_catalog.default.f", or "f" for temporary ones. */
      readonly name: readonly string[];
      readonly parameters: readonly RoutineParameter[];
      readonly scope: ViewScope | null;
      /** Settings that were in force when it was created. */
      readonly conf: Readonly<Record<string, string>>;
      readonly body:
        | { readonly kind: "expression"; readonly expression: UnresolvedExpression; readonly returns: DataType }
        | { readonly kind: "query"; readonly plan: UnresolvedPlan; readonly returns: StructType };
    };

export interface SessionVariable {
  /** "system.session.x", "local.label.x", or "x" of a block without a label. */
  readonly name: readonly string[];
  readonly type: DataType;
  readonly value: Boxed;
}

export interface ParameterValues {
  readonly named: Readonly<Record<string, UnresolvedExpression>>;
  readonly positional: readonly UnresolvedExpression[];
}
