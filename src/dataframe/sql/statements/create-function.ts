/** CREATE FUNCTION: in SQL, or a class of the JVM. */
import type { Statement, SqlFunctionSpec } from "../../syntax/command";
import type { Cursor } from "../cursor";
import { isQueryStart } from "../primary";
import { objectName } from "../relation-names";
import { dataType } from "../type-parser";
import { columnDefinition } from "./columns";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export function createFunction(
  p: Cursor,
  how: { readonly orReplace: boolean; readonly temporary: boolean },
  start: number,
): Statement {
  const ifNotExists = p.accept("IF", "NOT", "EXISTS") || p.accept("IF", "!", "EXISTS");
  const name = objectName(p);
  if (p.is("AS") && p.peek(1).kind === "string") {
    p.next();
    const className = p.string();
    const resources = p.accept("USING") ? p.list(() => ({ kind: p.name(), uri: p.string() })) : [];
    return { kind: "createClassFunction", name, ifNotExists, ...how, className, resources };
  }
  const spec: Mutable<Omit<SqlFunctionSpec, "body">> = { parameters: [] };
  p.expect("(");
  if (!p.is(")")) spec.parameters = p.list(() => columnDefinition(p));
  p.expect(")");
  if (p.accept("RETURNS")) spec.returns = returns(p);
  characteristics(p, spec, start);
  p.expect("RETURN");
  const body = functionBody(p, typeof spec.returns === "object" && spec.returns.kind === "table");
  checkParameters(p, spec, start);
  if (ifNotExists && how.orReplace) {
    throw p.error("INVALID_SQL_SYNTAX.CREATE_ROUTINE_WITH_IF_NOT_EXISTS_AND_REPLACE", {}, start);
  }
  if (ifNotExists && how.temporary) {
    throw p.error("INVALID_SQL_SYNTAX.CREATE_TEMP_FUNC_WITH_IF_NOT_EXISTS", {}, start);
  }
  return { kind: "createFunction", name, ifNotExists, ...how, spec: { ...spec, body } };
}

function returns(p: Cursor): NonNullable<SqlFunctionSpec["returns"]> {
  if (!p.is("TABLE")) return dataType(p);
  p.next();
  if (!p.is("(")) return { kind: "table", schema: null };
  const fields = p.parenthesized(() => {
    const column = columnDefinition(p);
    const name = column.name.join(".");
    if (column.default !== undefined) throw p.unexpected();
    const field = { name, type: column.type, nullable: column.nullable };
    return column.comment === undefined ? field : { ...field, metadata: { comment: column.comment } };
  });
  return { kind: "table", schema: { kind: "struct", fields } };
}

function characteristics(p: Cursor, spec: Mutable<Omit<SqlFunctionSpec, "body">>, start: number): void {
  const once = (clauseName: string, known: unknown): void => {
    if (known !== undefined) throw p.error("DUPLICATE_CLAUSES", { clauseName }, start);
  };
  for (;;) {
    if (p.accept("LANGUAGE")) {
      once("LANGUAGE", spec.language);
      spec.language = p.name();
      const message = `Unsupported language for user defined functions: ${spec.language}`;
      if (spec.language.toUpperCase() !== "SQL") throw p.error("_LEGACY_ERROR_TEMP_0035", { message }, start);
    } else if (p.accept("SPECIFIC")) p.name();
    else if (p.accept("NOT", "DETERMINISTIC")) spec.deterministic = false;
    else if (p.accept("DETERMINISTIC")) spec.deterministic = true;
    else if (p.accept("COMMENT")) {
      once("COMMENT", spec.comment);
      spec.comment = p.string();
    } else if (p.accept("CONTAINS", "SQL")) spec.containsSql = true;
    else if (p.accept("READS", "SQL", "DATA")) spec.containsSql = false;
    else if (p.accept("SQL", "SECURITY")) p.name();
    else if (p.accept("DEFAULT", "COLLATION")) p.names();
    else return;
  }
}

function functionBody(p: Cursor, table: boolean): SqlFunctionSpec["body"] {
  const start = p.token.start;
  const text = (): string => p.text.slice(start, p.previousEnd);
  if (isQueryStart(p, 0) && (table || !p.is("("))) {
    const plan = p.rules.query(p);
    return { sql: text(), tree: { plan } };
  }
  const mark = p.mark;
  const expression = p.rules.expression(p);
  if (p.token.kind === "end" || p.is(";") || !isQueryStartAt(p, mark)) return { sql: text(), tree: { expression } };
  p.reset(mark);
  const plan = p.rules.query(p);
  return { sql: text(), tree: { plan } };
}

function isQueryStartAt(p: Cursor, mark: number): boolean {
  const here = p.mark;
  p.reset(mark);
  const result = isQueryStart(p, 0);
  p.reset(here);
  return result;
}

function checkParameters(p: Cursor, spec: Omit<SqlFunctionSpec, "body">, start: number): void {
  for (const parameter of spec.parameters) {
    if (parameter.generated !== undefined || parameter.identity !== undefined) {
      throw p.error("INVALID_SQL_SYNTAX.CREATE_FUNC_WITH_GENERATED_COLUMNS_AS_PARAMETERS", {}, start);
    }
    if (parameter.constraints !== undefined) {
      throw p.error("INVALID_SQL_SYNTAX.CREATE_FUNC_WITH_COLUMN_CONSTRAINTS", {}, start);
    }
  }
}
