/**
 * Statements as they were written: queries, and the commands that change or tell about the catalog, the data and the
 * session. Plain data, made by the parser and by the DataFrame writer; catalog/commands gives them a meaning.
 */
import type { DataType, StructType } from "../../columnar/types";
import type { StorageLevel } from "../../storage/storage-level";
import type { QueryContext } from "../errors";
import type { UnresolvedExpression } from "./expression";
import type { UnresolvedPlan } from "./plan";

/** Parts of a name, or IDENTIFIER(expression): an expression of kind "identifier". */
export type ObjectName = readonly string[] | UnresolvedExpression;

export type Properties = Readonly<Record<string, string>>;

/** A piece of SQL with its text, for what the catalog keeps as text. */
export interface SqlText<T> {
  readonly sql: string;
  readonly tree: T;
}

/** A column of CREATE TABLE, ALTER TABLE ADD COLUMNS, a parameter of a function. */
export interface ColumnDefinition {
  /** Several parts for fields of structs, in ALTER TABLE. */
  readonly name: readonly string[];
  readonly type: DataType;
  readonly nullable: boolean;
  readonly comment?: string;
  readonly default?: SqlText<UnresolvedExpression>;
  /** GENERATED ALWAYS AS (expression) */
  readonly generated?: SqlText<UnresolvedExpression>;
  /** GENERATED ALWAYS | BY DEFAULT AS IDENTITY */
  readonly identity?: { readonly start: string; readonly step: string; readonly allowExplicit: boolean };
  readonly position?: ColumnPosition;
  readonly constraints?: readonly TableConstraint[];
}

export type ColumnPosition = { readonly kind: "first" } | { readonly kind: "after"; readonly column: string };

export interface TableConstraint {
  readonly kind: "primaryKey" | "unique" | "foreignKey" | "check";
  readonly name?: string;
  readonly columns: readonly string[];
  readonly check?: SqlText<UnresolvedExpression>;
  readonly references?: { readonly table: ObjectName; readonly columns: readonly string[] };
  /** RELY, NOT ENFORCED, …, as written. */
  readonly characteristics: readonly string[];
}

/** PARTITION (a = 1, b): null is a column without a value (dynamic); DEFAULT is an expression of kind "default". */
export type PartitionSpec = readonly { readonly name: string; readonly value: UnresolvedExpression | null }[];

/** PARTITIONED BY: columns of the table, columns with types, or transforms as years(t), bucket(4, c). */
export type Partitioning =
  | { readonly kind: "column"; readonly name: readonly string[] }
  | { readonly kind: "definition"; readonly column: ColumnDefinition }
  | { readonly kind: "transform"; readonly name: string; readonly args: readonly UnresolvedExpression[] };

export interface BucketSpec {
  readonly buckets: number;
  readonly columns: readonly string[];
  readonly sort: readonly { readonly column: string; readonly ascending: boolean }[];
}

/** STORED AS, ROW FORMAT, STORED BY: Hive's forms, as written. */
export interface HiveFormat {
  readonly storedAs?: string;
  readonly inputFormat?: string;
  readonly outputFormat?: string;
  readonly serde?: string;
  readonly serdeProperties?: Properties;
  readonly storageHandler?: string;
  readonly delimited?: Properties;
}

export interface TableSpec {
  readonly columns: readonly ColumnDefinition[];
  readonly constraints: readonly TableConstraint[];
  /** USING; absent: the session's default source. */
  readonly provider?: readonly string[];
  readonly partitioning: readonly Partitioning[];
  readonly bucket?: BucketSpec;
  readonly clusterBy?: readonly (readonly string[])[];
  readonly options: Properties;
  readonly properties: Properties;
  readonly location?: string;
  readonly comment?: string;
  readonly collation?: string;
  readonly hive?: HiveFormat;
}

/** The view's or function's body with its text: what the catalog keeps. */
export type ViewBody = SqlText<UnresolvedPlan>;

export type SchemaBinding = "binding" | "compensation" | "type evolution" | "evolution";

export interface Assignment {
  readonly target: readonly string[];
  readonly value: UnresolvedExpression;
}

export type MergeAction =
  | { readonly kind: "delete" }
  /** UPDATE SET *; null. */
  | { readonly kind: "update"; readonly assignments: readonly Assignment[] | null }
  /** INSERT *: null. */
  | { readonly kind: "insert"; readonly assignments: readonly Assignment[] | null };

export interface MergeClause {
  readonly when: "matched" | "notMatched" | "notMatchedBySource";
  readonly condition: UnresolvedExpression | null;
  readonly action: MergeAction;
}

export type AlterTableAction =
  | { readonly kind: "addColumns"; readonly columns: readonly ColumnDefinition[] }
  | { readonly kind: "replaceColumns"; readonly columns: readonly ColumnDefinition[] }
  | { readonly kind: "dropColumns"; readonly columns: readonly (readonly string[])[]; readonly ifExists: boolean }
  | { readonly kind: "renameColumn"; readonly column: readonly string[]; readonly to: string }
  | { readonly kind: "alterColumn"; readonly column: readonly string[]; readonly change: ColumnChange }
  /** Hive's CHANGE COLUMN old new TYPE. */
  | {
      readonly kind: "changeColumn";
      readonly column: readonly string[];
      readonly partition?: PartitionSpec;
      readonly definition: ColumnDefinition;
    }
  | { readonly kind: "rename"; readonly to: readonly string[] }
  | { readonly kind: "setProperties"; readonly properties: Properties }
  | { readonly kind: "unsetProperties"; readonly keys: readonly string[]; readonly ifExists: boolean }
  | { readonly kind: "setLocation"; readonly location: string; readonly partition?: PartitionSpec }
  | { readonly kind: "setSerde"; readonly serde?: string; readonly properties: Properties; readonly partition?: PartitionSpec }
  | {
      readonly kind: "addPartitions";
      readonly partitions: readonly { readonly spec: PartitionSpec; readonly location?: string }[];
      readonly ifNotExists: boolean;
    }
  | {
      readonly kind: "dropPartitions";
      readonly partitions: readonly PartitionSpec[];
      readonly ifExists: boolean;
      readonly purge: boolean;
    }
  | { readonly kind: "renamePartition"; readonly from: PartitionSpec; readonly to: PartitionSpec }
  | { readonly kind: "recoverPartitions" }
  /** CLUSTER BY (…): null for CLUSTER BY NONE. */
  | { readonly kind: "clusterBy"; readonly columns: readonly (readonly string[])[] | null }
  | { readonly kind: "setCollation"; readonly collation: string }
  | { readonly kind: "addConstraint"; readonly constraint: TableConstraint }
  | {
      readonly kind: "dropConstraint";
      readonly name: string;
      readonly ifExists: boolean;
      readonly cascade: boolean;
    };

export interface ColumnChange {
  readonly type?: DataType;
  readonly comment?: string;
  readonly position?: ColumnPosition;
  readonly nullable?: boolean;
  /** null: DROP DEFAULT. */
  readonly default?: SqlText<UnresolvedExpression> | null;
}

/** CREATE FUNCTION with a body in SQL. */
export interface SqlFunctionSpec {
  readonly parameters: readonly ColumnDefinition[];
  /** Absent: inferred from the body. "table": RETURNS TABLE without columns. */
  readonly returns?: DataType | { readonly kind: "table"; readonly schema: StructType | null };
  /** An expression, or a query (`plan`): a scalar subquery for scalar functions. */
  readonly body: SqlText<
    | { readonly expression: UnresolvedExpression; readonly plan?: undefined }
    | { readonly plan: UnresolvedPlan; readonly expression?: undefined }
  >;
  readonly comment?: string;
  readonly deterministic?: boolean;
  readonly containsSql?: boolean;
  readonly language?: string;
}

export type ExplainMode = "simple" | "extended" | "codegen" | "cost" | "formatted" | "logical";

interface Located {
  readonly at?: QueryContext;
}

export type Statement = Located &
  (
    | { readonly kind: "query"; readonly plan: UnresolvedPlan }
    | { readonly kind: "explain"; readonly mode: ExplainMode; readonly statement: Statement }
    // Data
    | {
        readonly kind: "insert";
        readonly table: ObjectName;
        readonly overwrite: boolean;
        readonly partition: PartitionSpec;
        readonly ifPartitionNotExists: boolean;
        readonly columns: readonly string[] | null;
        readonly byName: boolean;
        readonly schemaEvolution?: boolean;
        /** INSERT INTO t REPLACE WHERE condition */
        readonly replaceWhere?: UnresolvedExpression;
        /** INSERT INTO t REPLACE ON condition, REPLACE USING (a, b): which no table here takes. */
        readonly replaceMatching?: true;
        /** Options that were written after the table: t WITH (…). */
        readonly options?: Properties;
        readonly query: UnresolvedPlan;
      }
    | {
        readonly kind: "insertDirectory";
        readonly local: boolean;
        readonly path: string | null;
        readonly provider: readonly string[] | null;
        readonly options: Properties;
        readonly hive?: HiveFormat;
        readonly query: UnresolvedPlan;
      }
    /** FROM t INSERT INTO … INSERT INTO …: all or none is not promised, as in Spark. */
    | { readonly kind: "multiInsert"; readonly inserts: readonly Statement[] }
    | {
        readonly kind: "update";
        readonly table: UnresolvedPlan;
        readonly assignments: readonly Assignment[];
        readonly condition: UnresolvedExpression | null;
      }
    | { readonly kind: "delete"; readonly table: UnresolvedPlan; readonly condition: UnresolvedExpression | null }
    | {
        readonly kind: "merge";
        /** A table under an alias, as in FROM. */
        readonly target: UnresolvedPlan;
        readonly source: UnresolvedPlan;
        readonly condition: UnresolvedExpression;
        readonly clauses: readonly MergeClause[];
        readonly schemaEvolution: boolean;
      }
    | {
        readonly kind: "loadData";
        readonly path: string;
        readonly local: boolean;
        readonly overwrite: boolean;
        readonly table: ObjectName;
        readonly partition: PartitionSpec;
      }
    | { readonly kind: "truncateTable"; readonly table: ObjectName; readonly partition: PartitionSpec }
    // Databases
    | {
        readonly kind: "createDatabase";
        readonly name: ObjectName;
        readonly ifNotExists: boolean;
        readonly comment?: string;
        readonly location?: string;
        readonly collation?: string;
        readonly properties: Properties;
      }
    | {
        readonly kind: "alterDatabase";
        readonly name: ObjectName;
        readonly properties?: Properties;
        readonly unset?: readonly string[];
        readonly location?: string;
        readonly collation?: string;
      }
    | { readonly kind: "dropDatabase"; readonly name: ObjectName; readonly ifExists: boolean; readonly cascade: boolean }
    /** USE name; `database` when USE DATABASE | SCHEMA | NAMESPACE was written. */
    | { readonly kind: "use"; readonly name: ObjectName; readonly database: boolean }
    | { readonly kind: "setCatalog"; readonly name: string | UnresolvedExpression }
    // Tables and views
    | {
        readonly kind: "createTable";
        readonly name: ObjectName;
        readonly ifNotExists: boolean;
        readonly orReplace: boolean;
        /** REPLACE TABLE: it must be there. */
        readonly replace: boolean;
        readonly external: boolean;
        readonly temporary: boolean;
        readonly spec: TableSpec;
        readonly query: ViewBody | null;
      }
    | {
        readonly kind: "createTableLike";
        readonly name: ObjectName;
        readonly source: ObjectName;
        readonly ifNotExists: boolean;
        readonly provider?: readonly string[];
        readonly location?: string;
        readonly properties: Properties;
        readonly hive?: HiveFormat;
      }
    | { readonly kind: "dropTable"; readonly name: ObjectName; readonly ifExists: boolean; readonly purge: boolean }
    | { readonly kind: "alterTable"; readonly name: ObjectName; readonly action: AlterTableAction }
    | {
        readonly kind: "createView";
        readonly name: ObjectName;
        readonly scope: "persistent" | "local" | "global";
        readonly ifNotExists: boolean;
        readonly orReplace: boolean;
        readonly columns: readonly { readonly name: string; readonly comment?: string }[] | null;
        readonly comment?: string;
        readonly collation?: string;
        readonly properties: Properties;
        readonly schemaBinding?: SchemaBinding;
        readonly query: ViewBody;
      }
    /** CREATE TEMPORARY VIEW v USING source. */
    | {
        readonly kind: "createTempViewUsing";
        readonly name: readonly string[];
        readonly global: boolean;
        readonly orReplace: boolean;
        readonly schema: StructType | null;
        readonly provider: readonly string[];
        readonly options: Properties;
      }
    | {
        readonly kind: "alterView";
        readonly name: ObjectName;
        readonly action:
          | { readonly kind: "query"; readonly query: ViewBody }
          | { readonly kind: "schemaBinding"; readonly binding: SchemaBinding }
          | Extract<AlterTableAction, { kind: "rename" | "setProperties" | "unsetProperties" }>;
      }
    | { readonly kind: "dropView"; readonly name: ObjectName; readonly ifExists: boolean }
    | {
        readonly kind: "comment";
        readonly on: "database" | "table" | "column";
        readonly name: ObjectName;
        readonly comment: string | null;
      }
    | { readonly kind: "repairTable"; readonly name: ObjectName; readonly add: boolean; readonly drop: boolean }
    | {
        readonly kind: "analyzeTable";
        readonly name: ObjectName;
        readonly partition: PartitionSpec | null;
        readonly noScan: boolean;
        /** "all": FOR ALL COLUMNS. */
        readonly columns: readonly string[] | "all" | null;
      }
    | { readonly kind: "analyzeTables"; readonly database: ObjectName | null; readonly noScan: boolean }
    | {
        readonly kind: "createIndex";
        readonly name: string;
        readonly table: ObjectName;
        readonly ifNotExists: boolean;
        readonly type?: string;
        readonly columns: readonly { readonly name: readonly string[]; readonly options: Properties }[];
        readonly options: Properties;
      }
    | { readonly kind: "dropIndex"; readonly name: string; readonly table: ObjectName; readonly ifExists: boolean }
    // Functions and variables
    | {
        readonly kind: "createFunction";
        readonly name: ObjectName;
        readonly temporary: boolean;
        readonly ifNotExists: boolean;
        readonly orReplace: boolean;
        readonly spec: SqlFunctionSpec;
      }
    /** CREATE FUNCTION f AS 'class' USING JAR …: refused when run, classes of a JVM mean nothing here. */
    | {
        readonly kind: "createClassFunction";
        readonly name: ObjectName;
        readonly temporary: boolean;
        readonly ifNotExists: boolean;
        readonly orReplace: boolean;
        readonly className: string;
        readonly resources: readonly { readonly kind: string; readonly uri: string }[];
      }
    | { readonly kind: "dropFunction"; readonly name: ObjectName; readonly ifExists: boolean; readonly temporary: boolean }
    | {
        readonly kind: "declareVariable";
        readonly names: readonly ObjectName[];
        readonly orReplace: boolean;
        readonly type: DataType | null;
        readonly default: SqlText<UnresolvedExpression> | null;
      }
    /** SET VAR a = 1, b = 2; DEFAULT is an expression of kind "default". */
    | {
        readonly kind: "setVariable";
        readonly assignments: readonly { readonly name: ObjectName; readonly value: UnresolvedExpression }[];
      }
    /** SET VAR (a, b) = (query). */
    | { readonly kind: "setVariableFromQuery"; readonly names: readonly ObjectName[]; readonly query: UnresolvedPlan }
    | { readonly kind: "dropVariable"; readonly name: ObjectName; readonly ifExists: boolean }
    | {
        readonly kind: "executeImmediate";
        readonly query: UnresolvedExpression;
        readonly into: readonly ObjectName[];
        /** An alias names the parameter. */
        readonly using: readonly UnresolvedExpression[];
      }
    | {
        readonly kind: "call";
        readonly procedure: ObjectName;
        readonly args: readonly UnresolvedExpression[];
        readonly argNames: readonly (string | null)[];
      }
    // What there is
    | { readonly kind: "showDatabases"; readonly catalog: readonly string[] | null; readonly pattern: string | null }
    | { readonly kind: "showCatalogs"; readonly pattern: string | null }
    | {
        readonly kind: "showTables";
        readonly database: ObjectName | null;
        readonly pattern: string | null;
        readonly asJson?: boolean;
      }
    | {
        readonly kind: "showTableExtended";
        readonly database: ObjectName | null;
        readonly pattern: string;
        readonly partition: PartitionSpec | null;
      }
    | { readonly kind: "showViews"; readonly database: ObjectName | null; readonly pattern: string | null }
    | { readonly kind: "showColumns"; readonly table: ObjectName; readonly database: readonly string[] | null }
    | { readonly kind: "showPartitions"; readonly table: ObjectName; readonly partition: PartitionSpec | null }
    | { readonly kind: "showTableProperties"; readonly table: ObjectName; readonly key: string | null }
    | { readonly kind: "showCreateTable"; readonly table: ObjectName; readonly asSerde: boolean }
    | {
        readonly kind: "showFunctions";
        readonly scope: "user" | "system" | "all";
        readonly database: ObjectName | null;
        readonly pattern: string | null;
        /** SHOW FUNCTIONS db.f */
        readonly name: readonly string[] | null;
      }
    | { readonly kind: "showProcedures"; readonly database: ObjectName | null }
    | { readonly kind: "showCurrentNamespace" }
    | { readonly kind: "showCollations"; readonly pattern: string | null }
    | {
        readonly kind: "describeTable";
        readonly table: ObjectName;
        readonly partition: PartitionSpec | null;
        /** DESCRIBE t a.b */
        readonly column: readonly string[] | null;
        readonly extended: boolean;
        readonly asJson: boolean;
      }
    | { readonly kind: "describeQuery"; readonly query: ViewBody }
    | { readonly kind: "describeFunction"; readonly name: ObjectName; readonly extended: boolean }
    | { readonly kind: "describeDatabase"; readonly name: ObjectName; readonly extended: boolean }
    | { readonly kind: "describeProcedure"; readonly name: ObjectName }
    // The session
    /** SET key = value; SET key (value null); SET and SET -v (key null). */
    | { readonly kind: "set"; readonly key: string | null; readonly value: string | null; readonly verbose: boolean }
    | { readonly kind: "reset"; readonly key: string | null }
    /** "LOCAL" is the machine's own zone; intervals come as offsets ("+02:00"). */
    | { readonly kind: "setTimeZone"; readonly zone: string }
    | {
        readonly kind: "cacheTable";
        readonly table: ObjectName;
        readonly lazy: boolean;
        readonly options: Properties;
        /** Of a program; SQL names one in the options. */
        readonly level?: StorageLevel;
        readonly query: ViewBody | null;
      }
    | { readonly kind: "uncacheTable"; readonly table: ObjectName; readonly ifExists: boolean }
    | { readonly kind: "clearCache" }
    | { readonly kind: "refreshTable"; readonly table: ObjectName }
    | { readonly kind: "refreshFunction"; readonly name: ObjectName }
    | { readonly kind: "refreshResource"; readonly path: string }
    | { readonly kind: "addResource"; readonly resource: string; readonly paths: readonly string[] }
    | { readonly kind: "listResources"; readonly resource: string; readonly paths: readonly string[] }
    | { readonly kind: "compound"; readonly body: CompoundBody }
  );

/** BEGIN … END: a script. Labels are lower case. */
export interface CompoundBody {
  readonly label: string | null;
  readonly atomic: boolean;
  readonly conditions: readonly { readonly name: string; readonly sqlState: string | null }[];
  readonly handlers: readonly ConditionHandler[];
  readonly statements: readonly ScriptStatement[];
}

export interface ConditionHandler {
  readonly kind: "exit" | "continue";
  /** Condition names in capitals; SQLSTATEs; "SQLEXCEPTION", "NOT FOUND". */
  readonly conditions: readonly { readonly kind: "condition" | "sqlState"; readonly value: string }[];
  readonly body: CompoundBody;
}

export type ScriptStatement = Located &
  (
    | { readonly kind: "statement"; readonly statement: Statement }
    | { readonly kind: "block"; readonly body: CompoundBody }
    | {
        readonly kind: "if";
        readonly branches: readonly { readonly condition: UnresolvedExpression; readonly body: CompoundBody }[];
        readonly otherwise: CompoundBody | null;
      }
    | {
        readonly kind: "case";
        /** CASE x WHEN …; null for CASE WHEN condition. */
        readonly value: UnresolvedExpression | null;
        readonly branches: readonly { readonly condition: UnresolvedExpression; readonly body: CompoundBody }[];
        readonly otherwise: CompoundBody | null;
      }
    | {
        readonly kind: "while";
        readonly label: string | null;
        readonly condition: UnresolvedExpression;
        readonly body: CompoundBody;
      }
    | {
        readonly kind: "repeat";
        readonly label: string | null;
        readonly until: UnresolvedExpression;
        readonly body: CompoundBody;
      }
    | { readonly kind: "loop"; readonly label: string | null; readonly body: CompoundBody }
    | {
        readonly kind: "for";
        readonly label: string | null;
        readonly variable: string | null;
        readonly query: UnresolvedPlan;
        readonly body: CompoundBody;
      }
    | { readonly kind: "leave"; readonly label: string }
    | { readonly kind: "iterate"; readonly label: string }
    | {
        readonly kind: "signal";
        readonly condition: string | null;
        readonly sqlState: string | null;
        readonly message: UnresolvedExpression | null;
      }
    | { readonly kind: "resignal" }
  );
