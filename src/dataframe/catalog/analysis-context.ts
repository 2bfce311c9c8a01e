/** The session as analysis sees it, and the source from which the relations of a query are loaded before. */
import type { DataType, StructType } from "../../columnar/types";
import { analyze, analyzeExpression } from "../analysis/analyze";
import type { AnalysisContext, NamedRelation, Routine, ViewScope } from "../analysis/context";
import { loadRelations } from "../analysis/load";
import type { RelationSource } from "../analysis/load";
import { foldExpression } from "../expressions/fold";
import type { Expression } from "../expressions/expression";
import type { LogicalPlan } from "../logical/plan";
import { outputOf } from "../logical/output";
import { parseExpression, parseQuery } from "../sql/parse";
import type { UnresolvedExpression } from "../syntax/expression";
import type { UnresolvedPlan } from "../syntax/plan";
import { pivotValueQuery, refuseTooMany } from "./pivot-values";
import type { CommandSession } from "./ports";
import type { TempFunction, TempView } from "./session-catalog";
import { SESSION_CATALOG, GLOBAL_TEMP, qualifiedTable } from "./table";
import { shownBinding } from "./view-binding";
import type { FunctionMetadata, TableMetadata } from "./table";
import { literal } from "../expressions/build";

/** Loads what the plan names, and analyses it. */
export async function analyzePlan(plan: UnresolvedPlan, session: CommandSession): Promise<LogicalPlan> {
  return analyze(plan, await contextFor(plan, session));
}

/** An expression without a table; its subqueries' relations are loaded. */
export async function analyzeAlone(expression: UnresolvedExpression, session: CommandSession): Promise<Expression> {
  return analyzeExpression(expression, await contextFor(expression, session));
}

/** The context for a piece of syntax whose relations are loaded here. */
export async function contextFor(
  syntax: unknown,
  session: CommandSession,
  inside: ViewScope | null = null,
): Promise<AnalysisContext> {
  const known = knownContext(session);
  const loaded = await loadRelations(syntax, known, relationSource(session), inside);
  return {
    ...known,
    relation: (name, inside) => loaded.relation(name, inside),
    read: (spec) => loaded.read(spec),
    pivotValues: (plan) => loaded.pivotValues(plan),
  };
}

function knownContext(session: CommandSession): Omit<AnalysisContext, "relation" | "read" | "pivotValues"> {
  const settings = session.settings();
  return {
    settings,
    functions: session.functions,
    nextId: () => session.nextId(),
    routine: (name, inside) => {
      const found = session.catalog.findFunction(name, inside);
      return found === null ? null : routineOf(found);
    },
    variable: (name) => {
      const local = session.locals?.find(name) ?? null;
      if (local !== null) {
        const place = local.label === null ? [] : ["local", local.label];
        return { name: [...place, local.name], type: local.type, value: local.value };
      }
      const found = session.catalog.findVariable(name);
      return found === null ? null : { name: ["system", "session", found.name], type: found.type, value: found.value };
    },
    evaluate: (expression) => foldExpression(expression, settings),
    isFileFormat: (name) => session.data.isFileFormat(name),
    external: (source) => session.data.external(source),
    ...(session.parameters && { parameters: session.parameters }),
  };
}

function relationSource(session: CommandSession): RelationSource {
  return {
    table: async (name, inside) => {
      const found = session.catalog.find(name, inside);
      if (found === null) return null;
      if (found.kind === "tempView") return tempRelation(found.view);
      return found.table.kind === "view" ? viewRelation(found.table, session) : tableRelation(found.table, session);
    },
    read: (spec) => session.data.relation(spec),
    pivotValues: async (plan) => {
      const query = pivotValueQuery(plan, session.settings());
      const analyzed = await analyzePlan(query, session);
      const rows = await session.data.collect(analyzed);
      refuseTooMany(rows.length, session.settings());
      const type = analyzedType(analyzed);
      return rows.map((row) => literal(row[0] ?? null, type));
    },
  };
}

function analyzedType(plan: LogicalPlan): DataType {
  return outputOf(plan)[0]?.type ?? { kind: "null" };
}

function tempRelation(view: TempView): NamedRelation {
  return {
    kind: "view",
    name: view.global ? [GLOBAL_TEMP, view.name] : [view.name],
    plan: view.plan,
    schema: view.schema,
    scope: view.scope,
    temporary: true,
    ...(view.text !== undefined && { text: view.text }),
  };
}

function viewRelation(table: TableMetadata, session: CommandSession): NamedRelation {
  const view = table.view as NonNullable<TableMetadata["view"]>;
  return {
    kind: "view",
    name: qualifiedTable(table),
    plan: parseQuery(view.text, table.collation === undefined ? {} : { defaultCollation: table.collation }),
    schema: table.schema,
    schemaMode: shownBinding(view, session) ?? "binding",
    queryColumns: view.queryColumns.length === 0 ? table.schema.fields.map((field) => field.name) : view.queryColumns,
    evolve: (schema, queryColumns) => session.catalog.store.saveTable({ ...table, schema, view: { ...view, queryColumns } }),
    scope: viewScope(view),
    temporary: false,
    text: view.text,
  };
}

export function viewScope(view: Pick<NonNullable<TableMetadata["view"]>, "catalog" | "database" | "conf">): ViewScope {
  return {
    catalog: view.catalog,
    database: view.database,
    temporary: { views: [], functions: [], variables: [] },
    path: [],
    conf: view.conf,
  };
}

async function tableRelation(table: TableMetadata, session: CommandSession): Promise<NamedRelation> {
  const relation = await session.data.relation({
    format: table.provider ?? "parquet",
    paths: table.location === null ? [] : [table.location],
    schema: table.schema,
    options: table.options,
    table,
  });
  return { kind: "table", name: qualifiedTable(table), relation };
}

function routineOf(found: TempFunction): Routine {
  if (found.kind === "user") return found;
  const { metadata } = found;
  return sqlRoutine(metadata, metadata.database === null ? [metadata.name] : [SESSION_CATALOG, metadata.database, metadata.name]);
}

const parsed = new WeakMap<FunctionMetadata, Routine>();

export function sqlRoutine(metadata: FunctionMetadata, name: readonly string[]): Routine {
  const known = parsed.get(metadata);
  if (known !== undefined) return known;
  const scope: ViewScope | null =
    metadata.database === null
      ? null
      : {
          catalog: metadata.catalog,
          database: metadata.currentDatabase,
          temporary: { views: [], functions: [], variables: [] },
          path: [],
        };
  const routine: Routine = {
    kind: "sql",
    name,
    scope,
    conf: metadata.conf,
    parameters: metadata.parameters.map((one) => ({
      name: one.name,
      type: one.type,
      ...(one.defaultValue !== undefined && { defaultValue: parseExpression(one.defaultValue) }),
      ...(one.comment !== undefined && { comment: one.comment }),
    })),
    body: bodyOf(metadata),
  };
  parsed.set(metadata, routine);
  return routine;
}

function bodyOf(metadata: FunctionMetadata): Extract<Routine, { kind: "sql" }>["body"] {
  if (metadata.returns.kind === "table") {
    return { kind: "query", plan: parseQuery(metadata.body), returns: metadata.returns.schema };
  }
  const expression = metadata.isQuery ? valueOf(parseQuery(metadata.body)) : parseExpression(metadata.body);
  return { kind: "expression", expression, returns: metadata.returns.type };
}

/** The one value of a query; `SELECT x` without FROM is the expression itself. */
function valueOf(plan: UnresolvedPlan): UnresolvedExpression {
  const only = plan.kind === "project" && plan.child.kind === "oneRow" && plan.distinct !== true ? plan.expressions : [];
  return only.length === 1 ? (only[0] as UnresolvedExpression) : { kind: "scalarSubquery", plan };
}

export function schemaOf(plan: LogicalPlan): StructType {
  return {
    kind: "struct",
    fields: outputOf(plan).map((column) => ({
      name: column.name,
      type: column.type,
      nullable: column.nullable,
      ...(column.metadata && { metadata: column.metadata }),
    })),
  };
}
