/** `to(schema)`: columns and fields of structs by name, in the schema's order, with casts that storing a value may do. */
import type { DataType } from "../../columnar/types";
import { AnalysisError } from "../errors";
import type { QueryContext } from "../errors";
import { alias, call, callByName, cast, literal, STRING } from "../expressions/build";
import type { Expression } from "../expressions/expression";
import type { UnresolvedPlan } from "../syntax/plan";
import { storeAssignable } from "../types/coercion";
import { sameType } from "../types/text";
import { bindContext } from "./bind-context";
import type { Binder, Bound, Env } from "./binder";
import { columnNamed, sameName } from "./columns";
import { fieldOf } from "./fields";
import { quoted, typeText } from "./messages";
import { project } from "./reshape";
import { unresolvedColumn } from "./suggestions";

type Struct = Extract<DataType, { kind: "struct" }>;

export function bindToSchema(binder: Binder, plan: Extract<UnresolvedPlan, { kind: "toSchema" }>, env: Env): Bound {
  const input = binder.plan(plan.child, env);
  return project(
    input,
    plan.schema.fields.map((field) => {
      const found = columnNamed(binder, input.output, field.name);
      if (found.length > 1) {
        throw new AnalysisError("AMBIGUOUS_COLUMN_OR_FIELD", { name: quoted(field.name), n: String(found.length) }, plan.at);
      }
      const column = found[0];
      if (column === undefined) throw unresolvedColumn([field.name], input.output, plan.at);
      refuseNull(column.nullable, field.nullable, [field.name], plan.at);
      const value = matched(binder, column, field.type, [field.name], plan.at);
      return alias(value, field.name, binder.nextId(), field.metadata ?? column.metadata);
    }),
  );
}

function matched(
  binder: Binder,
  value: Expression,
  to: DataType,
  path: readonly string[],
  at: QueryContext | undefined,
): Expression {
  const from = value.type;
  if (sameType(from, to)) return value;
  if (from.kind === "struct" && to.kind === "struct") return matchedFields(binder, value, from, to, path, at);
  checkPart(binder, from, to, path, at);
  return cast(value, to, "ansi", { implicit: true });
}

function matchedFields(
  binder: Binder,
  value: Expression,
  from: Struct,
  to: Struct,
  path: readonly string[],
  at: QueryContext | undefined,
): Expression {
  const args = to.fields.flatMap((field): Expression[] => {
    const at1 = [...path, field.name];
    const found = fieldNamed(binder, from, field.name, path, at);
    refuseNull(found.nullable, field.nullable, at1, at);
    return [literal(field.name, STRING), matched(binder, fieldOf(binder, value, [found.name], at), field.type, at1, at)];
  });
  const made = callByName("named_struct", args, bindContext(binder, "named_struct", at));
  if (!value.nullable) return made;
  const isNull = call("isnull", [value], { kind: "boolean" }, false);
  return call("if", [isNull, literal(null, made.type), made], made.type, true);
}

/** Elements, keys and values are cast as they lie: their structs must have the wanted fields in the wanted order. */
function checkPart(binder: Binder, from: DataType, to: DataType, path: readonly string[], at: QueryContext | undefined): void {
  if (sameType(from, to)) return;
  if (from.kind === "struct" && to.kind === "struct") {
    to.fields.forEach((field, i) => {
      const found = fieldNamed(binder, from, field.name, path, at);
      if (from.fields.indexOf(found) !== i || from.fields.length !== to.fields.length) throw wrongType(from, to, path, at);
      refuseNull(found.nullable, field.nullable, [...path, field.name], at);
      checkPart(binder, found.type, field.type, [...path, field.name], at);
    });
  } else if (from.kind === "array" && to.kind === "array") {
    refuseNull(from.containsNull, to.containsNull, [...path, "element"], at);
    checkPart(binder, from.element, to.element, [...path, "element"], at);
  } else if (from.kind === "map" && to.kind === "map") {
    refuseNull(from.valueContainsNull, to.valueContainsNull, [...path, "value"], at);
    checkPart(binder, from.key, to.key, [...path, "key"], at);
    checkPart(binder, from.value, to.value, [...path, "value"], at);
  } else if (!storeAssignable(from, to)) {
    throw wrongType(from, to, path, at);
  }
}

function fieldNamed(
  binder: Binder,
  struct: Struct,
  name: string,
  path: readonly string[],
  at: QueryContext | undefined,
): Struct["fields"][number] {
  const found = struct.fields.filter((field) => sameName(binder, field.name, name));
  if (found.length > 1) {
    throw new AnalysisError("AMBIGUOUS_COLUMN_OR_FIELD", { name: pathText([...path, name]), n: String(found.length) }, at);
  }
  if (found[0] !== undefined) return found[0];
  const proposal = struct.fields.map((field) => quoted(field.name)).join(", ");
  throw new AnalysisError(
    "UNRESOLVED_FIELD.WITH_SUGGESTION",
    { fieldName: quoted(name), columnPath: pathText(path), proposal },
    at,
  );
}

function refuseNull(nullable: boolean, wanted: boolean, path: readonly string[], at: QueryContext | undefined): void {
  if (nullable && !wanted) throw new AnalysisError("NULLABLE_COLUMN_OR_FIELD", { name: pathText(path) }, at);
}

function wrongType(from: DataType, to: DataType, path: readonly string[], at: QueryContext | undefined): AnalysisError {
  return new AnalysisError(
    "INVALID_COLUMN_OR_FIELD_DATA_TYPE",
    { name: pathText(path), type: typeText(from), expectedType: typeText(to) },
    at,
  );
}

function pathText(path: readonly string[]): string {
  return path.map(quoted).join(".");
}
