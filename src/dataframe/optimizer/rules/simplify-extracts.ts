/**
 * What is taken out of a struct, an array or a map that is made on the spot is the value that it was given. As in Spark, the others are not
 * computed: neither what fails among them nor a key that stands twice is an error, and of an index out of range there is null in ANSI mode too.
 *
 *   named_struct('x', a, 'y', b).y   →   b
 *   array(a, b)[1]                   →   b
 *   array(s, t).x                    →   array(s.x, t.x)
 *   map(a, x, b, y)['k']             →   CASE WHEN a = 'k' THEN x WHEN b = 'k' THEN y END
 */
import type { ArrayType } from "../../../columnar/types";
import { BOOLEAN, call, fieldAt, literal } from "../../expressions/build";
import type { Call, Expression } from "../../expressions/expression";
import { isDeterministic, isFoldable } from "../../expressions/traverse";
import { expressionRule } from "./expression-rule";

export const simplifyExtracts = expressionRule("SimplifyExtractValueOps", simplified);

function simplified(expression: Expression): Expression {
  if (expression.kind !== "call") return expression;
  const extract = EXTRACTS[expression.fn];
  const [from] = expression.args;
  if (extract === undefined || from?.kind !== "call" || from.fn !== extract.from) return expression;
  return extract.value(expression, from) ?? expression;
}

interface Extract {
  /** The function that makes what is extracted from. */
  readonly from: string;
  /** Null where it is not known which value is meant. */
  readonly value: (extract: Call, from: Call) => Expression | null;
}

const EXTRACTS: Readonly<Record<string, Extract>> = {
  struct_field: { from: "named_struct", value: (extract, struct) => fieldsOf(struct)[fieldPlace(extract)]! },
  array_item: { from: "array", value: itemOf },
  get: { from: "array", value: itemOf },
  array_fields: { from: "array", value: fieldOfEach },
  map_item: { from: "map", value: valueOf },
};

/** The values of a call of named_struct, whose arguments are names and values in turn. */
export function fieldsOf(struct: Call): readonly Expression[] {
  return struct.args.filter((_, i) => i % 2 === 1);
}

/** Which field a call of struct_field means. */
export function fieldPlace(field: Call): number {
  return field.options?.["ordinal"] as number;
}

/** An array of constants is for ConstantFolding: an index out of it is an error in ANSI mode. */
function itemOf(item: Call, array: Call): Expression | null {
  const index = item.args[1]!;
  if (index.kind !== "literal" || index.value === null || isFoldable(array)) return null;
  return array.args[Number(index.value)] ?? literal(null, item.type);
}

function fieldOfEach(fields: Call, array: Call): Expression | null {
  if (array.args.length === 0) return null;
  const name = fields.options?.["name"] as string;
  const values = array.args.map((struct) => simplified(fieldAt(struct, fieldPlace(fields), name)));
  const containsNull = values.some(({ nullable }) => nullable);
  return { ...array, type: { ...(fields.type as ArrayType), containsNull }, args: values };
}

function valueOf(item: Call, map: Call): Expression | null {
  const key = item.args[1]!;
  if (map.args.length === 0 || isFoldable(map) || !isDeterministic(key)) return null;
  const cases = map.args.map((arg, i) => (i % 2 === 0 ? call("=", [arg, key], BOOLEAN, arg.nullable || key.nullable) : arg));
  return call("case", cases, item.type, true, item.at && { at: item.at });
}
