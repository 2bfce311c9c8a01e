/** CREATE, ALTER and DROP of views: persistent ones as text, temporary ones as what was written. */
import type { StructField, StructType } from "../../../columnar/types";
import { AnalysisError } from "../../errors";
import type { QueryContext } from "../../errors";
import { analyze } from "../../analysis/analyze";
import type { AnalysisContext, ViewScope } from "../../analysis/context";
import { idText, quoted } from "../../analysis/messages";
import type { SchemaBinding, Statement, ViewBody } from "../../syntax/command";
import { contextFor, schemaOf } from "../analysis-context";
import { NOTHING } from "../ports";
import type { CommandResult, CommandSession } from "../ports";
import { lower } from "../session-catalog";
import { SESSION_CATALOG } from "../table";
import type { TableMetadata } from "../table";
import { refuseRepeated } from "./columns";
import { nameParts, requireView, tempName } from "./names";
import { dropMetadata, toDrop } from "./tables";

type Command<K extends Statement["kind"]> = Extract<Statement, { kind: K }>;
type Column = NonNullable<Command<"createView">["columns"]>[number];

export async function createView(command: Command<"createView">, session: CommandSession): Promise<CommandResult> {
  const parts = await nameParts(command.name, session);
  if (command.scope !== "persistent") return createTemporary(command, parts, session);
  const { catalog } = session;
  const [, database, name] = catalog.qualified(parts);
  catalog.requireDatabase(database);
  const existing = catalog.store.table(database, name);
  const fullName = [SESSION_CATALOG, database, name];
  if (existing !== null) {
    if (command.ifNotExists) return NOTHING;
    if (existing.kind !== "view") {
      throw new AnalysisError(
        "EXPECT_VIEW_NOT_TABLE.NO_ALTERNATIVE",
        { tableName: idText(fullName), operation: "CREATE OR REPLACE VIEW" },
        command.at,
      );
    }
    if (!command.orReplace)
      throw new AnalysisError("TABLE_OR_VIEW_ALREADY_EXISTS", { relationName: idText(fullName) }, command.at);
  }
  const { schema, used } = await viewSchema(command.query, session);
  refuseTemporary("VIEW", fullName, used, command.at);
  const columns = namedColumns(command.columns, schema, fullName, command.at);
  refuseRepeated(columns.fields.map((field) => field.name));
  refuseCycle(fullName, used.relations, session, command.at);
  catalog.store.saveTable({
    database,
    name,
    kind: "view",
    schema: columns,
    provider: null,
    partitionColumns: [],
    options: {},
    properties: command.properties,
    location: null,
    ...(command.comment !== undefined && { comment: command.comment }),
    ...(command.collation !== undefined && { collation: command.collation }),
    owner: session.settings().currentUser,
    created: existing?.created ?? Date.now(),
    view: viewDefinition(command.query, schema, command.schemaBinding ?? "compensation", command.columns !== null, session),
  });
  return NOTHING;
}

function viewDefinition(
  query: ViewBody,
  schema: StructType,
  schemaMode: SchemaBinding,
  named: boolean,
  session: CommandSession,
): NonNullable<TableMetadata["view"]> {
  return {
    text: query.sql,
    catalog: SESSION_CATALOG,
    database: session.catalog.currentDatabase,
    queryColumns: schema.fields.map((field) => field.name),
    schemaMode,
    namedColumns: named,
    conf: viewSettings(session),
  };
}

/** The settings by which the body of a view is understood, whatever those of its readers are. */
function viewSettings(session: CommandSession): Readonly<Record<string, string>> {
  return { "spark.sql.ansi.enabled": String(session.settings().ansi) };
}

async function createTemporary(
  command: Command<"createView">,
  parts: readonly string[],
  session: CommandSession,
): Promise<CommandResult> {
  const { catalog } = session;
  const global = command.scope === "global";
  const name = parts.at(-1) as string;
  const shown = global ? ["global_temp", name] : [name];
  if (parts.length > 1 && !(global && parts.length === 2 && lower(parts[0] as string) === "global_temp")) {
    const allowed = parts.slice(0, -1).map(lower).join(".");
    if (allowed !== "session" && allowed !== "system.session") {
      throw new AnalysisError("TEMP_VIEW_NAME_TOO_MANY_NAME_PARTS", { actualName: idText(parts) }, command.at);
    }
  }
  const existing = catalog.findTemp(shown);
  if (existing !== null && !command.orReplace) {
    if (command.ifNotExists) return NOTHING;
    throw new AnalysisError("TEMP_TABLE_OR_VIEW_ALREADY_EXISTS", { relationName: idText(shown) }, command.at);
  }
  const { schema, used } = await viewSchema(command.query, session);
  const columns = namedColumns(command.columns, schema, shown, command.at);
  if (existing !== null) refuseCycle(shown, used.relations, session, command.at);
  const scope: ViewScope = {
    catalog: SESSION_CATALOG,
    database: catalog.currentDatabase,
    temporary: {
      views: used.views.map((one) => one.at(-1) as string),
      functions: used.functions.map((one) => one.at(-1) as string),
      variables: used.variables.map((one) => one.at(-1) as string),
    },
    path: [],
    conf: viewSettings(session),
  };
  catalog.setTempView(
    {
      name: lower(name),
      global,
      plan: command.query.tree,
      schema: command.columns === null ? null : columns,
      columns,
      scope,
      text: command.query.sql,
      ...(command.collation !== undefined && { collation: command.collation }),
      ...(command.comment !== undefined && { comment: command.comment }),
      properties: command.properties,
    },
    true,
  );
  return NOTHING;
}

/** CREATE TEMPORARY VIEW v USING source. */
export async function createTempViewUsing(
  command: Command<"createTempViewUsing">,
  session: CommandSession,
): Promise<CommandResult> {
  const { path, ...options } = command.options;
  const format = command.provider.join(".");
  const paths = path === undefined ? [] : [path];
  const schema = command.schema ?? (await session.data.relation({ format, paths, options })).schema;
  session.catalog.setTempView(
    {
      name: lower(command.name.at(-1) as string),
      global: command.global,
      plan: { kind: "read", format, paths, schema, options },
      schema: null,
      columns: schema,
      scope: null,
      properties: {},
    },
    command.orReplace,
  );
  return NOTHING;
}

/** What a query names: temporary things as written, relations in full. */
export interface Used {
  readonly views: string[][];
  readonly functions: string[][];
  readonly variables: string[][];
  readonly relations: string[][];
  readonly routines: string[][];
}

export function nothingUsed(): Used {
  return { views: [], functions: [], variables: [], relations: [], routines: [] };
}

/** The query's columns, and what of the session it uses. */
export async function viewSchema(
  query: ViewBody,
  session: CommandSession,
): Promise<{ readonly schema: StructType; readonly used: Used }> {
  const used = nothingUsed();
  const context = recording(await contextFor(query.tree, session), session, used);
  return { schema: schemaOf(analyze(query.tree, context)), used };
}

/** A context that notes temporary things that are used outside of views. */
export function recording(context: AnalysisContext, session: CommandSession, used: Used): AnalysisContext {
  const note = (list: string[][], name: readonly string[]): void => {
    if (!list.some((one) => one.join(".") === name.join("."))) list.push([...name]);
  };
  return {
    ...context,
    relation: (name, inside) => {
      const found = context.relation(name, inside);
      if (found !== null && inside === null) {
        note(used.relations, found.name);
        if (found.kind === "view" && found.temporary) note(used.views, name);
      }
      return found;
    },
    routine: (name, inside) => {
      const found = context.routine(name, inside);
      if (found !== null && inside === null) {
        note(used.routines, name);
        const known = session.catalog.findFunction(name, inside);
        if (known?.kind === "user" || known?.metadata.database === null) note(used.functions, name);
      }
      return found;
    },
    variable: (name) => {
      const found = context.variable(name);
      if (found !== null) note(used.variables, name);
      return found;
    },
  };
}

/** What outlives the session may not use what does not. */
export function refuseTemporary(
  obj: "VIEW" | "FUNCTION",
  name: readonly string[],
  used: Used,
  at: QueryContext | undefined,
): void {
  const kinds = [
    ["VIEW", used.views],
    ["FUNCTION", used.functions],
    ["VARIABLE", used.variables],
  ] as const;
  for (const [tempObj, names] of kinds) {
    const first = names[0];
    if (first === undefined) continue;
    const tempObjName = tempObj === "VARIABLE" && first.length === 1 ? idText(["system", "session", ...first]) : idText(first);
    throw new AnalysisError("INVALID_TEMP_OBJ_REFERENCE", { obj, objName: idText(name), tempObj, tempObjName }, at);
  }
}

function namedColumns(
  columns: readonly Column[] | null,
  schema: StructType,
  viewName: readonly string[],
  at: QueryContext | undefined,
): StructType {
  if (columns === null) return { kind: "struct", fields: schema.fields };
  if (columns.length !== schema.fields.length) {
    const kind = columns.length > schema.fields.length ? "NOT_ENOUGH_DATA_COLUMNS" : "TOO_MANY_DATA_COLUMNS";
    throw new AnalysisError(
      `CREATE_VIEW_COLUMN_ARITY_MISMATCH.${kind}`,
      {
        viewName: idText(viewName),
        viewColumns: columns.map((column) => quoted(column.name)).join(", "),
        dataColumns: schema.fields.map((field) => quoted(field.name)).join(", "),
      },
      at,
    );
  }
  return {
    kind: "struct",
    fields: schema.fields.map((field, i): StructField => {
      const column = columns[i] as Column;
      const { metadata: _, ...plain } = field;
      return { ...plain, name: column.name, ...(column.comment !== undefined && { metadata: { comment: column.comment } }) };
    }),
  };
}

/** A view may not read itself through others. */
function refuseCycle(
  name: readonly string[],
  relations: readonly (readonly string[])[],
  session: CommandSession,
  at: QueryContext | undefined,
): void {
  const key = name.map(lower).join(".");
  const seen = new Set<string>();
  const visit = (relation: readonly string[], path: readonly string[]): void => {
    const one = relation.map(lower).join(".");
    if (one === key) {
      throw new AnalysisError("RECURSIVE_VIEW", { viewIdent: idText(name), newPath: [idText(name), ...path].join(" -> ") }, at);
    }
    if (seen.has(one)) return;
    seen.add(one);
    const found = session.catalog.find(relation);
    const plan = found?.kind === "tempView" ? found.view.plan : null;
    for (const inner of tableNames(plan)) visit(qualify(inner, session), [...path, idText(inner)]);
  };
  for (const relation of relations) visit(relation, [idText(relation)]);
}

function qualify(name: readonly string[], session: CommandSession): readonly string[] {
  const temporary = session.catalog.findTemp(name);
  if (temporary !== null) return tempName(temporary);
  const key = session.catalog.tableKey(name);
  return key === null ? name : [SESSION_CATALOG, ...key];
}

function tableNames(node: unknown): readonly (readonly string[])[] {
  if (typeof node !== "object" || node === null || ArrayBuffer.isView(node)) return [];
  if (Array.isArray(node)) return node.flatMap(tableNames);
  const { kind, name } = node as { readonly kind?: unknown; readonly name?: unknown };
  if (kind === "local") return [];
  const own = kind === "table" && Array.isArray(name) ? [name as string[]] : [];
  return [...own, ...Object.values(node).flatMap(tableNames)];
}

export async function alterView(command: Command<"alterView">, session: CommandSession): Promise<CommandResult> {
  const found = await requireView(command.name, session, "ALTER VIEW", command.at);
  const { action } = command;
  const { catalog } = session;
  if (found.kind === "tempView") {
    if (action.kind === "query") {
      const { schema } = await viewSchema(action.query, session);
      catalog.setTempView(
        { ...found.view, plan: action.query.tree, schema: null, columns: schema, text: action.query.sql },
        true,
      );
    } else if (action.kind === "rename") {
      catalog.dropTempView(found.view.name, found.view.global);
      catalog.setTempView({ ...found.view, name: action.to.at(-1) as string }, false);
    }
    return NOTHING;
  }
  const view = found.table;
  switch (action.kind) {
    case "query": {
      const { schema, used } = await viewSchema(action.query, session);
      refuseTemporary("VIEW", [SESSION_CATALOG, view.database, view.name], used, command.at);
      const mode = view.view?.schemaMode ?? "compensation";
      catalog.store.saveTable({ ...view, schema, view: viewDefinition(action.query, schema, mode, false, session) });
      return NOTHING;
    }
    case "schemaBinding":
      catalog.store.saveTable({ ...view, view: { ...(view.view as NonNullable<typeof view.view>), schemaMode: action.binding } });
      return NOTHING;
    case "rename": {
      const [, database, name] = catalog.qualified(action.to);
      if (catalog.store.table(database, name) !== null) {
        throw new AnalysisError(
          "TABLE_OR_VIEW_ALREADY_EXISTS",
          { relationName: idText([SESSION_CATALOG, database, name]) },
          command.at,
        );
      }
      catalog.store.dropTable(view.database, view.name);
      catalog.store.saveTable({ ...view, database, name });
      return NOTHING;
    }
    case "setProperties":
      catalog.store.saveTable({ ...view, properties: { ...view.properties, ...action.properties } });
      return NOTHING;
    default: {
      const gone = new Set(action.keys);
      catalog.store.saveTable({
        ...view,
        properties: Object.fromEntries(Object.entries(view.properties).filter(([key]) => !gone.has(key))),
      });
      return NOTHING;
    }
  }
}

export async function dropView(command: Command<"dropView">, session: CommandSession): Promise<CommandResult> {
  const table = await toDrop(command, session);
  if (table === null) return NOTHING;
  if (table.kind !== "view") {
    throw new AnalysisError(
      "WRONG_COMMAND_FOR_OBJECT_TYPE",
      {
        operation: "DROP VIEW",
        requiredType: "VIEW or METRIC_VIEW",
        objectName: [SESSION_CATALOG, table.database, table.name].join("."),
        foundType: table.kind.toUpperCase(),
        alternative: "DROP TABLE",
      },
      command.at,
    );
  }
  dropMetadata(table, session);
  return NOTHING;
}
