/**
 * Names of a session: databases and tables of the shared store, temporary views, functions and variables of its own, the
 * current database. Names are compared without case; what Spark lower-cases is kept in lower case.
 */
import type { Boxed, DataType, StructType } from "../../columnar/types";
import { AnalysisError } from "../errors";
import type { QueryContext } from "../errors";
import { idText, tooManyParts } from "../analysis/messages";
import type { UserFunction } from "../syntax/expression";
import type { UnresolvedPlan } from "../syntax/plan";
import type { ViewScope } from "../analysis/context";
import type { CatalogStore } from "./store";
import { GLOBAL_TEMP, SESSION_CATALOG } from "./table";
import type { DatabaseMetadata, FunctionMetadata, TableMetadata } from "./table";

export interface TempView {
  readonly name: string;
  readonly global: boolean;
  readonly plan: UnresolvedPlan;
  /** Names and comments of columns where the user gave them. */
  readonly schema: StructType | null;
  /** As SHOW and DESCRIBE tell it. */
  readonly columns: StructType;
  readonly scope: ViewScope | null;
  readonly text?: string;
  readonly comment?: string;
  readonly collation?: string;
  readonly properties: Readonly<Record<string, string>>;
}

export type TempFunction =
  { readonly kind: "user"; readonly fn: UserFunction } | { readonly kind: "sql"; readonly metadata: FunctionMetadata };

export interface VariableDefinition {
  readonly name: string;
  readonly type: DataType;
  readonly value: Boxed;
  /** SQL text of the default. */
  readonly defaultText: string;
}

export type FoundName =
  { readonly kind: "tempView"; readonly view: TempView } | { readonly kind: "table"; readonly table: TableMetadata };

/** Global temporary views: of all sessions of a program. */
export class GlobalTempViews {
  readonly views: Map<string, TempView> = new Map<string, TempView>();
}

export class SessionCatalog {
  readonly tempViews: Map<string, TempView> = new Map<string, TempView>();
  readonly tempFunctions: Map<string, TempFunction> = new Map<string, TempFunction>();
  readonly variables: Map<string, VariableDefinition> = new Map<string, VariableDefinition>();
  #database = "default";

  constructor(
    readonly store: CatalogStore,
    readonly globalViews: GlobalTempViews = new GlobalTempViews(),
  ) {}

  get currentCatalog(): string {
    return SESSION_CATALOG;
  }

  get currentDatabase(): string {
    return this.#database;
  }

  useDatabase(name: string): void {
    this.requireDatabase(name);
    this.#database = lower(name);
  }

  // Databases

  databases(): readonly DatabaseMetadata[] {
    return [...this.store.databases()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  requireDatabase(name: string): DatabaseMetadata {
    const found = this.store.database(lower(name));
    if (found === null) throw new AnalysisError("SCHEMA_NOT_FOUND", { schemaName: idText([SESSION_CATALOG, name]) });
    return found;
  }

  /** The database of a name of one part, or two with the catalog. */
  databaseName(parts: readonly string[]): string {
    if (parts.length === 2 && lower(parts[0] as string) === SESSION_CATALOG) return lower(parts[1] as string);
    if (parts.length === 1) return lower(parts[0] as string);
    if (parts.length === 0) return this.#database;
    throw new AnalysisError("SCHEMA_NOT_FOUND", { schemaName: idText(parts) });
  }

  // Tables and views

  /** [database, name] of a table's name; null where its catalog is not this one. */
  tableKey(parts: readonly string[], database: string = this.#database): readonly [string, string] | null {
    const name = lower(parts.at(-1) as string);
    if (parts.length === 1) return [lower(database), name];
    if (parts.length === 2) return [lower(parts[0] as string), name];
    if (parts.length === 3 && lower(parts[0] as string) === SESSION_CATALOG) return [lower(parts[1] as string), name];
    return null;
  }

  /** Temporary views come before tables. `inside` limits both to what a view's author saw. */
  find(parts: readonly string[], inside: ViewScope | null = null): FoundName | null {
    const temporary = this.findTemp(parts, inside);
    if (temporary !== null) return { kind: "tempView", view: temporary };
    const table = this.findTable(parts, inside?.database);
    return table === null ? null : { kind: "table", table };
  }

  findTemp(parts: readonly string[], inside: ViewScope | null = null): TempView | null {
    const name = lower(parts.at(-1) as string);
    const qualifier = parts.slice(0, -1).map(lower).join(".");
    if (qualifier === GLOBAL_TEMP) return this.globalViews.views.get(name) ?? null;
    if (qualifier !== "" && qualifier !== "session" && qualifier !== "system.session") return null;
    const known = inside?.temporary?.views;
    if (known !== undefined && !known.some((one) => lower(one) === name)) return null;
    return this.tempViews.get(name) ?? null;
  }

  findTable(parts: readonly string[], database?: string): TableMetadata | null {
    const key = this.tableKey(parts, database);
    return key === null ? null : this.store.table(key[0], key[1]);
  }

  requireTable(parts: readonly string[], at?: QueryContext): TableMetadata {
    const found = this.findTable(parts);
    if (found === null) throw this.notFound(parts, at);
    return found;
  }

  /** `queried`: the name stands where a query's relation would, so builtin names were looked through too. */
  notFound(parts: readonly string[], at?: QueryContext, queried = false): AnalysisError {
    const error = tooManyParts(parts, at);
    if (error !== null) return error;
    const path = [...(queried ? [["system", "builtin"]] : []), ["system", "session"], [SESSION_CATALOG, this.#database]]
      .map(idText)
      .join(", ");
    return new AnalysisError("TABLE_OR_VIEW_NOT_FOUND", { relationName: idText(parts), searchPath: `[${path}]` }, at);
  }

  /** The full name under which an object of this name would be made. */
  qualified(parts: readonly string[]): readonly [string, string, string] {
    const key = this.tableKey(parts);
    if (key !== null) return [SESSION_CATALOG, ...key];
    const namespace = idText(parts.slice(0, -1));
    throw (
      tooManyParts(parts, undefined) ??
      new AnalysisError("REQUIRES_SINGLE_PART_NAMESPACE", { sessionCatalog: SESSION_CATALOG, namespace })
    );
  }

  createTable(table: TableMetadata): void {
    this.requireDatabase(table.database);
    this.store.saveTable(table);
  }

  tables(database: string): readonly TableMetadata[] {
    this.requireDatabase(database);
    return this.store.tables(lower(database));
  }

  setTempView(view: TempView, replace: boolean): void {
    const views = view.global ? this.globalViews.views : this.tempViews;
    const name = lower(view.name);
    if (!replace && views.has(name)) {
      throw new AnalysisError("TEMP_TABLE_OR_VIEW_ALREADY_EXISTS", {
        relationName: idText(view.global ? [GLOBAL_TEMP, view.name] : [view.name]),
      });
    }
    views.set(name, { ...view, name });
  }

  /** Whether there was one. */
  dropTempView(name: string, global = false): boolean {
    return (global ? this.globalViews.views : this.tempViews).delete(lower(name));
  }

  // Functions

  findFunction(parts: readonly string[], inside: ViewScope | null = null): TempFunction | null {
    const name = lower(parts.at(-1) as string);
    const qualifier = parts.slice(0, -1).map(lower);
    const session = qualifier.join(".");
    if (session === "" || session === "session" || session === "system.session") {
      const known = inside?.temporary?.functions;
      const temporary =
        known !== undefined && !known.some((one) => lower(one) === name) ? undefined : this.tempFunctions.get(name);
      if (temporary !== undefined) return temporary;
      if (session !== "") return null;
    }
    const key = this.tableKey(parts, inside?.database);
    const metadata = key === null ? null : this.store.function(key[0], key[1]);
    return metadata === null ? null : { kind: "sql", metadata };
  }

  // Variables

  /** x, session.x, system.session.x. */
  findVariable(parts: readonly string[]): VariableDefinition | null {
    const qualifier = parts.slice(0, -1).map(lower).join(".");
    if (qualifier !== "" && qualifier !== "session" && qualifier !== "system.session") return null;
    return this.variables.get(lower(parts.at(-1) as string)) ?? null;
  }
}

export function lower(text: string): string {
  return text.toLowerCase();
}
