/** INSERT: the query's columns as the table's, in the table's order, with casts that the store assignment policy allows. */
import type { DataType, StructField } from "../../columnar/types";
import { AnalysisError } from "../errors";
import type { QueryContext } from "../errors";
import { alias, call, cast, literal } from "../expressions/build";
import type { Expression, NamedExpression } from "../expressions/expression";
import { asWritten } from "../functions/char-types";
import { outputOf } from "../logical/output";
import type { LogicalPlan } from "../logical/plan";
import { parseExpression } from "../sql/parse";
import { canCast } from "../types/cast";
import { storeAssignable, widerType } from "../types/coercion";
import { isNumeric, sameType } from "../types/text";
import { EMPTY_ENV } from "./binder";
import { bindContext } from "./bind-context";
import type { Binder } from "./binder";
import { columnsOf, sameName } from "./columns";
import { idText, quoted, typeText } from "./messages";
import { nearest } from "./suggestions";

export interface InsertTarget {
  readonly name: readonly string[];
  /** Data columns, then partition columns. */
  readonly fields: readonly StructField[];
}

export interface InsertForm {
  readonly columns: readonly string[] | null;
  readonly byName: boolean;
  /** Partition columns that the statement fixes, as text. */
  readonly fixed: Readonly<Record<string, Expression>>;
  readonly at?: QueryContext | undefined;
}

/** The plan's output is the table's columns. */
export function insertPlan(binder: Binder, target: InsertTarget, query: LogicalPlan, form: InsertForm): LogicalPlan {
  const open = target.fields.filter((field) => !(field.name in form.fixed));
  const given = outputOf(query);
  const named = form.byName ? given.map((column) => column.name) : form.columns;
  if (form.columns !== null) checkNames(binder, target, form.columns, form.at);
  if (form.byName)
    checkByName(
      binder,
      target,
      given.map((column) => column.name),
      open,
      form.at,
    );
  const expected = named === null ? open.length : named.length;
  if (given.length !== expected) throw wrongCount(target, open, given, form, given.length < expected);
  const expressions = target.fields.map((field): NamedExpression => {
    const fixed = form.fixed[field.name];
    if (fixed !== undefined) return stored(binder, target, field, fixed, form.at);
    const position = named === null ? open.indexOf(field) : named.findIndex((name) => sameName(binder, name, field.name));
    const column = given[position];
    if (column !== undefined) return stored(binder, target, field, column, form.at);
    return stored(binder, target, field, defaultValue(binder, target, field, given, form), form.at);
  });
  return { kind: "project", child: query, expressions };
}

function checkNames(binder: Binder, target: InsertTarget, names: readonly string[], at: QueryContext | undefined): void {
  names.forEach((name, i) => {
    if (columnNamedField(binder, target.fields, name) === undefined) {
      const proposal = nearest(
        [name],
        target.fields.map((field) => [field.name]),
      ).join(", ");
      throw new AnalysisError("UNRESOLVED_COLUMN.WITH_SUGGESTION", { objectName: quoted(name), proposal }, at);
    }
    if (names.findIndex((other) => sameName(binder, other, name)) !== i) {
      throw new AnalysisError("COLUMN_ALREADY_EXISTS", { columnName: quoted(name) }, at);
    }
  });
}

function checkByName(
  binder: Binder,
  target: InsertTarget,
  names: readonly string[],
  open: readonly StructField[],
  at: QueryContext | undefined,
): void {
  const extra = names.filter((name) => columnNamedField(binder, open, name) === undefined);
  if (extra.length === 0) return;
  throw new AnalysisError(
    "INCOMPATIBLE_DATA_FOR_TABLE.EXTRA_COLUMNS",
    { tableName: idText(target.name), extraColumns: extra.map(quoted).join(", ") },
    at,
  );
}

function columnNamedField(binder: Binder, fields: readonly StructField[], name: string): StructField | undefined {
  return fields.find((field) => sameName(binder, field.name, name));
}

function wrongCount(
  target: InsertTarget,
  open: readonly StructField[],
  given: readonly { readonly name: string }[],
  form: InsertForm,
  few: boolean,
): AnalysisError {
  const fixed = Object.keys(form.fixed).length;
  const columns = form.columns ?? (fixed > 0 ? target.fields : open).map((field) => field.name);
  const tableColumns = columns.map(quoted).join(", ");
  const dataColumns = given.map((column) => quoted(column.name)).join(", ");
  const tableName = idText(target.name);
  if (fixed > 0 && form.columns === null) {
    return new AnalysisError(
      "INSERT_PARTITION_COLUMN_ARITY_MISMATCH",
      {
        tableName,
        tableColumns,
        dataColumns,
        staticPartCols: Object.keys(form.fixed).map(quoted).join(", "),
      },
      form.at,
    );
  }
  const kind = few ? "NOT_ENOUGH_DATA_COLUMNS" : "TOO_MANY_DATA_COLUMNS";
  return new AnalysisError(`INSERT_COLUMN_ARITY_MISMATCH.${kind}`, { tableName, tableColumns, dataColumns }, form.at);
}

/** The column's default, or null. */
function defaultValue(
  binder: Binder,
  target: InsertTarget,
  field: StructField,
  given: readonly { readonly name: string }[],
  form: InsertForm,
): Expression {
  const text = field.metadata?.["CURRENT_DEFAULT"];
  if (typeof text === "string") {
    const tree = parseExpression(text, { timeZone: binder.context.settings.timeZone });
    const bound = binder.expression(tree, { columns: columnsOf(binder), env: EMPTY_ENV, clause: "values" });
    return bound.kind === "alias" ? bound.child : bound;
  }
  const nulls = binder.context.settings.conf["spark.sql.defaultColumn.useNullsForMissingDefaultValues"] !== "false";
  if (nulls) return literal(null, field.type);
  throw wrongCount(target, target.fields, given, form, true);
}

function stored(
  binder: Binder,
  target: InsertTarget,
  field: StructField,
  value: Expression,
  at: QueryContext | undefined,
): NamedExpression {
  const type = plain(field.type);
  const child = value.kind === "alias" ? value.child : value;
  const metadata = field.metadata;
  const context = bindContext(binder, "insert", at);
  const named = (typed: Expression): NamedExpression =>
    alias(asWritten(typed, field.type, context), field.name, binder.nextId(), metadata);
  if (sameType(child.type, type)) return named(child);
  const policy = (binder.context.settings.conf["spark.sql.storeAssignmentPolicy"] ?? "ANSI").toUpperCase();
  const allowed =
    policy === "LEGACY"
      ? canCast(child.type, type, "legacy")
      : storeAssignable(child.type, type) || (child.kind === "literal" && child.value === null);
  if (!allowed) {
    throw new AnalysisError(
      "INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_SAFELY_CAST",
      {
        tableName: idText(target.name),
        colName: quoted(field.name),
        srcType: typeText(child.type),
        targetType: typeText(type),
      },
      at,
    );
  }
  if (policy === "LEGACY") return named(cast(child, type, "legacy", { implicit: true }));
  const typed = cast(child, type, "ansi", { implicit: true });
  const wider = isNumeric(child.type) && isNumeric(type) ? widerType(child.type, type, binder.context.settings) : type;
  if (wider !== null && sameType(wider, type)) return named(typed);
  const options = { column: quoted(field.name), source: typeText(child.type), target: typeText(type) };
  return named({ ...call("stored_value", [typed], type, typed.nullable), options });
}

/** CHAR and VARCHAR are strings until they are written. */
function plain(type: DataType): DataType {
  return type.kind === "string" && type.length !== undefined ? { kind: "string" } : type;
}
