/**
 * CHAR(n) and VARCHAR(n) of table columns, as Spark has them: strings to expressions, checked and padded where they are written, padded
 * where they are read, and compared with constants as if those were padded too.
 */
import type { DataType } from "../../columnar/types";
import { call, callByName, INT, literal, NULL, STRING } from "../expressions/build";
import type { Expression } from "../expressions/expression";
import { printed } from "../expressions/print";
import { isFoldable } from "../expressions/traverse";
import { containsType } from "../types/contains";
import type { BindContext } from "./registry";

/** The key of a column's metadata that keeps what the table calls its type. */
export const CHAR_VARCHAR_KEY = "__CHAR_VARCHAR_TYPE_STRING";

type Length = NonNullable<Extract<DataType, { kind: "string" }>["length"]>;

export function lengthOf(type: DataType): Length | null {
  return type.kind === "string" ? (type.length ?? null) : null;
}

/** Spark has no values of CHAR and VARCHAR outside of tables: casts to them are casts to STRING. */
export function withoutLengths(type: DataType): DataType {
  switch (type.kind) {
    case "string": {
      const { length: _, ...text } = type;
      return type.length === undefined ? type : text;
    }
    case "array":
      return { ...type, element: withoutLengths(type.element) };
    case "map":
      return { ...type, key: withoutLengths(type.key), value: withoutLengths(type.value) };
    case "struct":
      return { ...type, fields: type.fields.map((field) => ({ ...field, type: withoutLengths(field.type) })) };
    default:
      return type;
  }
}

/** Whether CHAR(n) or VARCHAR(n) is in it. */
export function hasLengths(type: DataType): boolean {
  return containsType(type, (part) => part.kind === "string" && part.length !== undefined);
}

const lengthCall = (value: Expression, context: BindContext): Expression => callByName("char_length", [value], context);

/** The value with blanks at its end, up to n characters. */
function padded(value: Expression, n: number, context: BindContext): Expression {
  const longer = callByName("rpad", [value, literal(n, INT), literal(" ", STRING)], context);
  const short = callByName("<", [lengthCall(value, context), literal(n, INT)], context);
  return { ...callByName("if", [short, longer, value], context), printed: printed(value) } as Expression;
}

/** A column as it is read: CHAR has its length, whoever wrote it. */
export function asRead(column: Expression, type: DataType, context: BindContext): Expression {
  const length = lengthOf(type);
  return length?.kind === "char" ? padded(column, length.n, context) : column;
}

/** A value as it is written: blanks beyond the length go, anything else beyond it is an error (EXCEED_LIMIT_LENGTH); CHAR is padded. */
export function asWritten(value: Expression, type: DataType, context: BindContext): Expression {
  const length = lengthOf(type);
  if (length === null) return value;
  const limit = literal(length.n, INT);
  // Of null neither is true.
  const exceeds = (text: Expression): Expression => callByName(">", [lengthCall(text, context), limit], context);
  const tooLong = call("raise_error", [literal(null, STRING)], NULL, true, {
    options: { errorClass: "EXCEED_LIMIT_LENGTH", parameters: { limit: String(length.n) } },
  });
  const cut = callByName("substring", [value, literal(1, INT), limit], context);
  const without = callByName("rtrim", [value], context);
  const checked = callByName("if", [exceeds(value), callByName("if", [exceeds(without), tooLong, cut], context), value], context);
  return length.kind === "char" ? padded(checked, length.n, context) : checked;
}

/** The operands of a comparison: a CHAR column and a constant, or two CHAR columns, in the longer length of both. */
export function comparedChars<E extends readonly Expression[]>(operands: E, context: BindContext): E {
  const lengths = operands.map((operand) => charLength(operand));
  if (lengths.every((length) => length === null)) return operands;
  const constants = operands.map((operand) => (isText(operand) && isFoldable(operand) ? constantLength(operand, context) : null));
  if (!operands.every((_, i) => lengths[i] !== null || constants[i] !== null)) return operands;
  const longest = Math.max(...operands.map((_, i) => lengths[i] ?? constants[i]!));
  return operands.map((operand, i) =>
    (lengths[i] ?? constants[i]!) < longest ? padded(operand, longest, context) : operand,
  ) as unknown as E;
}

const isText = ({ type }: Expression): boolean => type.kind === "string";

function charLength(operand: Expression): number | null {
  const column = operand.kind === "outer" ? operand.attribute : operand;
  if (column.kind !== "attribute" || !isText(column)) return null;
  const match = /^char\((\d+)\)$/.exec(String(column.metadata?.[CHAR_VARCHAR_KEY]));
  return match === null ? null : Number(match[1]);
}

function constantLength(operand: Expression, context: BindContext): number | null {
  const { value } = context.fold(operand);
  return typeof value === "string" ? [...value].length : null;
}
