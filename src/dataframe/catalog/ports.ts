/** What commands need of the session that runs them: settings, analysis, and the parts that move data. */
import type { BoxedRow } from "../../columnar/vector";
import type { Boxed, StructType } from "../../columnar/types";
import type { StorageLevel } from "../../storage/storage-level";
import type { LogicalPlan } from "../logical/plan";
import type { FunctionRegistry } from "../functions/registry";
import type { Relation } from "../sources/relation";
import type { SqlSettings } from "../settings";
import type { ExplainMode, Statement } from "../syntax/command";
import type { UnresolvedPlan } from "../syntax/plan";
import type { ParameterValues, ReadSpec } from "../analysis/context";
import type { SessionCatalog, VariableDefinition } from "./session-catalog";
import type { TableMetadata } from "./table";

export interface CommandSession {
  readonly catalog: SessionCatalog;
  readonly conf: ConfPort;
  readonly functions: FunctionRegistry;
  readonly parameters?: ParameterValues;
  /** In scripts: variables of the blocks around. */
  readonly locals?: LocalVariables;
  settings(): SqlSettings;
  nextId(): number;
  readonly data: DataPort;
  readonly operations: ScriptOperations;
}

/** The session with `own` beside or in place of what it has; all else is looked up in it. */
export function sessionWith(session: CommandSession, own: Partial<CommandSession>): CommandSession {
  return Object.assign(Object.create(session) as CommandSession, own);
}

export interface ScriptOperations {
  /** A script begins, which those who interrupt the session's queries end, too. */
  script(): ScriptOperation;
}

export interface ScriptOperation {
  /** Aborted when it is interrupted. */
  readonly signal: AbortSignal;
  end(): void;
}

export interface LocalVariables {
  /** `label` is that of the block or loop whose variable it is, if it has one. */
  find(parts: readonly string[]): (VariableDefinition & { readonly label: string | null }) | null;
  /** Whether there is one of that name. */
  set(variable: VariableDefinition): boolean;
}

export interface ConfPort {
  /** Undefined where it is neither set nor has a default. */
  get(key: string): string | undefined;
  /** Throws CANNOT_MODIFY_CONFIG and the errors of bad values. */
  set(key: string, value: string): void;
  unset(key: string): void;
  /** All that are set. */
  entries(): readonly (readonly [key: string, value: string])[];
  /** Public ones with defaults and what they mean. */
  documented(): readonly { readonly key: string; readonly value: string; readonly meaning: string; readonly since: string }[];
  /** All back to what they were when the session began. */
  reset(): void;
}

export interface DataPort {
  /** Runs a query and gives its rows. */
  collect(plan: LogicalPlan): Promise<readonly BoxedRow[]>;
  /** Gives the partitions that got rows: "a=1/b=x". */
  write(request: WriteRequest): Promise<readonly string[]>;
  /** The files of a table or of a path, with the schema that they have where none is given. */
  relation(spec: ReadSpec & { readonly table?: TableMetadata }): Promise<Relation>;
  explain(mode: ExplainMode, statement: Statement): Promise<string>;
  isFileFormat(name: string): boolean;
  /** A source's primary name, or null. */
  isSource(name: string): boolean;
  /** Whether options name the source's tables: they have no location. */
  isPathless(name: string): boolean;
  external(source: number): {
    readonly what: "arrow" | "rdd" | "cached";
    readonly sizeInBytes: number | null;
    readonly rowCount: number | null;
  };
  /** `name` tells the plan in the UI. */
  cache(plan: UnresolvedPlan, name: string, options: CacheOptions): Promise<void>;
  /** Whether it was cached. */
  uncache(plan: UnresolvedPlan): Promise<boolean>;
  clearCache(): Promise<void>;
  /** Files of the table, or below the path, may have changed. */
  refresh(table: TableMetadata | null, path: string | null): void;
  /** The table is gone, or elsewhere. */
  forget(table: TableMetadata): void;
  addResource(resource: string, paths: readonly string[]): void;
  listResources(resource: string): readonly string[];
}

export interface CacheOptions {
  readonly lazy: boolean;
  /** MEMORY_AND_DISK where none is given. */
  readonly storageLevel?: StorageLevel;
}

export interface WriteRequest {
  /** Columns in the order of the table: data columns, then partition columns. */
  readonly query: LogicalPlan;
  readonly target:
    | { readonly kind: "table"; readonly table: TableMetadata }
    | {
        readonly kind: "path";
        readonly path: string;
        readonly format: string;
        readonly options: Readonly<Record<string, string>>;
      };
  readonly mode: "append" | "overwrite";
  /** An overwrite that is not dynamic replaces the partitions below this one: "a=1", of the columns that the statement fixes; "": all. */
  readonly below: string;
  /** Only partitions that get rows are replaced. */
  readonly dynamicOverwrite: boolean;
}

export interface CommandResult {
  readonly schema: StructType;
  readonly rows: readonly BoxedRow[];
}

export const NOTHING: CommandResult = { schema: { kind: "struct", fields: [] }, rows: [] };

/** Rows under column names; strings unless a type is given. */
export function table(
  columns: readonly (string | readonly [name: string, type: "boolean" | "string"])[],
  rows: readonly (readonly Boxed[])[],
  nullable: readonly string[] = [],
): CommandResult {
  return {
    schema: {
      kind: "struct",
      fields: columns.map((column) => {
        const [name, kind] = typeof column === "string" ? [column, "string" as const] : column;
        return { name, type: { kind }, nullable: nullable.includes(name) };
      }),
    },
    rows,
  };
}
