/** withField and dropFields: the struct made anew from its fields. */
import type { StructField } from "../../columnar/types";
import { AnalysisError } from "../errors";
import type { QueryContext } from "../errors";
import { call, literal, STRING } from "../expressions/build";
import type { Expression } from "../expressions/expression";
import { printed } from "../expressions/print";
import { bindContext } from "./bind-context";
import type { Binder } from "./binder";
import { sameName } from "./columns";
import { fieldOf } from "./fields";
import { exprText, typeText } from "./messages";

/** `value` null: without the field. */
export function updateFields(
  binder: Binder,
  child: Expression,
  path: readonly string[],
  value: Expression | null,
  at: QueryContext | undefined,
): Expression {
  const struct = child.kind === "alias" ? child.child : child;
  if (struct.type.kind !== "struct") {
    throw new AnalysisError(
      "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
      {
        sqlExpr: `"update_fields(${printed(struct)})"`,
        paramIndex: "first",
        inputSql: exprText(struct),
        inputType: typeText(struct.type),
        requiredType: '"STRUCT"',
      },
      at,
    );
  }
  const plain = value?.kind === "alias" ? value.child : value;
  const [name, ...rest] = path as readonly [string, ...string[]];
  const fields = struct.type.fields;
  // Where the struct is null the result is, whatever its fields are.
  const present: Expression = { ...struct, nullable: false };
  const known = fields.some((field) => sameName(binder, field.name, name));
  const replace = (field: StructField): readonly (readonly [string, Expression])[] => {
    if (!sameName(binder, field.name, name)) return [[field.name, fieldOf(binder, present, [field.name], at)]];
    if (rest.length > 0) {
      return [[field.name, updateFields(binder, fieldOf(binder, struct, [field.name], at), rest, plain, at)]];
    }
    return plain === null ? [] : [[name, plain]];
  };
  const pairs = fields.flatMap(replace);
  if (!known && rest.length > 0) {
    throw new AnalysisError(
      "FIELD_NOT_FOUND",
      { fieldName: `\`${name}\``, fields: fields.map((field) => `\`${field.name}\``).join(", ") },
      at,
    );
  }
  if (!known && plain !== null) pairs.push([name, plain]);
  if (pairs.length === 0) {
    throw new AnalysisError("DATATYPE_MISMATCH.CANNOT_DROP_ALL_FIELDS", { sqlExpr: exprText(struct) }, at);
  }
  const within = rest.length > 0 ? pairs[fields.findIndex((field) => sameName(binder, field.name, name))]![1] : null;
  const operation =
    within !== null ? `WithField(${printed(within)})` : plain === null ? "dropfield()" : `WithField(${printed(plain)})`;
  return rebuilt(binder, struct, pairs, `update_fields(${printed(struct)}, ${operation})`, at);
}

function rebuilt(
  binder: Binder,
  struct: Expression,
  pairs: readonly (readonly [string, Expression])[],
  text: string,
  at: QueryContext | undefined,
): Expression {
  const args = pairs.flatMap(([name, field]): Expression[] => [literal(name, STRING), field]);
  const made = binder.context.functions.scalar("named_struct").bind(args, bindContext(binder, "named_struct", at));
  if (!struct.nullable) return made.kind === "attribute" ? made : { ...made, printed: text };
  const isNull = call("isnull", [struct], { kind: "boolean" }, false);
  const none = literal(null, made.type);
  return call("if", [isNull, none, made], made.type, true, { printed: text });
}
