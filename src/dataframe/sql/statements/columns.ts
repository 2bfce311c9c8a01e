/** Definitions of columns and constraints, in CREATE TABLE, ALTER TABLE and CREATE FUNCTION. */
import type { ColumnDefinition, ColumnPosition, SqlText, TableConstraint } from "../../syntax/command";
import type { UnresolvedExpression } from "../../syntax/expression";
import type { Cursor } from "../cursor";
import { objectName } from "../relation-names";
import { dataType } from "../type-parser";

/** An expression with its text. */
export function textOf(p: Cursor): SqlText<UnresolvedExpression> {
  const start = p.token.start;
  const tree = p.rules.expression(p);
  return { sql: p.text.slice(start, p.previousEnd), tree };
}

/** name type [NOT NULL] [DEFAULT …] [GENERATED …] [COMMENT …] [FIRST | AFTER …] [constraints] */
export function columnDefinition(p: Cursor): ColumnDefinition {
  const name = p.names();
  return columnOptions(p, name);
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export function columnOptions(p: Cursor, name: readonly string[]): ColumnDefinition {
  const column: Mutable<ColumnDefinition> = { name, type: dataType(p), nullable: true };
  const constraints: TableConstraint[] = [];
  const once = (option: string, given: boolean, start: number): void => {
    if (!given) return;
    throw p.error(
      "CREATE_TABLE_COLUMN_DESCRIPTOR_DUPLICATE",
      { columnName: name.join("."), optionName: option, clause: option },
      start,
    );
  };
  for (;;) {
    const start = p.token.start;
    if ((p.is("NOT") || p.is("!")) && p.isAt(1, "NULL")) {
      once("NOT NULL", !column.nullable, start);
      p.next();
      p.next();
      column.nullable = false;
    } else if (p.accept("DEFAULT")) {
      once("DEFAULT", column.default !== undefined, start);
      column.default = textOf(p);
    } else if (p.accept("COMMENT")) {
      once("COMMENT", column.comment !== undefined, start);
      column.comment = p.string();
    } else if (p.is("GENERATED")) {
      Object.assign(column, generated(p));
    } else if (p.is("FIRST") || p.is("AFTER")) {
      column.position = columnPosition(p);
    } else if (isConstraint(p)) {
      constraints.push(constraint(p, name));
    } else {
      break;
    }
  }
  if (constraints.length > 0) column.constraints = constraints;
  return column;
}

export function columnPosition(p: Cursor): ColumnPosition {
  if (p.accept("FIRST")) return { kind: "first" };
  p.expect("AFTER");
  return { kind: "after", column: p.strictName() };
}

function generated(p: Cursor): Pick<ColumnDefinition, "generated" | "identity"> {
  p.expect("GENERATED");
  const byDefault = p.accept("BY", "DEFAULT");
  if (!byDefault) p.expect("ALWAYS");
  p.expect("AS");
  if (!p.accept("IDENTITY")) {
    p.expect("(");
    const start = p.token.start;
    const tree = p.rules.expression(p);
    const sql = p.text.slice(start, p.previousEnd);
    p.expect(")");
    return { generated: { sql, tree } };
  }
  let first = "1";
  let step = "1";
  if (p.accept("(")) {
    while (!p.is(")")) {
      if (p.accept("START", "WITH")) first = signedInteger(p);
      else {
        p.expect("INCREMENT", "BY");
        step = signedInteger(p);
      }
      p.accept(",");
    }
    p.expect(")");
  }
  return { identity: { start: first, step, allowExplicit: byDefault } };
}

function signedInteger(p: Cursor): string {
  const sign = p.accept("-") ? "-" : "";
  if (p.token.kind !== "integer") throw p.unexpected();
  return sign + p.next().text;
}

const CONSTRAINTS: ReadonlySet<string> = new Set(["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "REFERENCES", "FOREIGN"]);

export function isConstraint(p: Cursor): boolean {
  switch (p.token.symbol) {
    case "PRIMARY":
    case "FOREIGN":
      return p.isAt(1, "KEY");
    case "CHECK":
      return p.isAt(1, "(");
    case "CONSTRAINT":
      return p.isName(1);
    case "REFERENCES":
      return true;
    case "UNIQUE":
      return !p.isName(1) || p.isAt(1, "NOT") || p.isAt(1, "RELY") || CONSTRAINTS.has(p.peek(1).symbol) || p.isAt(1, "COMMENT");
    default:
      return false;
  }
}

/** [CONSTRAINT name] PRIMARY KEY | UNIQUE | CHECK | FOREIGN KEY | REFERENCES …; `column` for those of one column. */
export function constraint(p: Cursor, column: readonly string[] | null): TableConstraint {
  const name = p.accept("CONSTRAINT") ? p.strictName() : undefined;
  const columns = (): readonly string[] => (column === null ? p.nameList() : [column.join(".")]);
  let result: Omit<TableConstraint, "characteristics">;
  if (p.accept("PRIMARY", "KEY")) result = { kind: "primaryKey", columns: columns() };
  else if (p.accept("UNIQUE")) result = { kind: "unique", columns: columns() };
  else if (p.accept("CHECK")) {
    p.expect("(");
    const start = p.token.start;
    const tree = p.rules.expression(p);
    const sql = p.text.slice(start, p.previousEnd);
    p.expect(")");
    result = { kind: "check", columns: [], check: { sql, tree } };
  } else {
    const own = p.accept("FOREIGN", "KEY") ? p.nameList() : columns();
    p.expect("REFERENCES");
    const table = objectName(p);
    result = { kind: "foreignKey", columns: own, references: { table, columns: p.is("(") ? p.nameList() : [] } };
  }
  return { ...result, ...(name !== undefined && { name }), characteristics: characteristics(p) };
}

function characteristics(p: Cursor): readonly string[] {
  const found: string[] = [];
  for (;;) {
    if (p.accept("NOT", "ENFORCED")) found.push("NOT ENFORCED");
    else if (p.is("ENFORCED") || p.is("RELY") || p.is("NORELY")) found.push(p.next().symbol);
    else return found;
  }
}
