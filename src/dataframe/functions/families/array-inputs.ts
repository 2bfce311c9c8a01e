/** What functions over arrays ask of the types of their arguments, and Spark's errors where they differ. */
import type { ArrayType, Boxed, DataType } from "../../../columnar/types";
import type { AnalysisError } from "../../errors";
import { QueryError } from "../../errors";
import { coerced } from "../../expressions/build";
import { compareValues } from "../../expressions/compare";
import type { Call, Expression } from "../../expressions/expression";
import { printed } from "../../expressions/print";
import { commonType, widerType } from "../../types/coercion";
import { containsType } from "../../types/contains";
import { sameType, sqlName } from "../../types/text";
import { oneCollation } from "../collating";
import type { BindContext } from "../registry";
import { mismatch, ordinal, requireOrderable } from "../signature";

export const arrayOf = (element: DataType, containsNull: boolean): ArrayType => ({ kind: "array", element, containsNull });

export function elementOf(type: DataType): DataType {
  return type.kind === "array" ? type.element : { kind: "null" };
}

export function containsNull(arg: Expression): boolean {
  return arg.type.kind === "array" && arg.type.containsNull;
}

export function requireArray(index: number, args: readonly Expression[], context: BindContext): void {
  const arg = args[index] as Expression;
  if (arg.type.kind !== "array") throw wrongInput(index, '"ARRAY"', args, context);
}

export function wrongInput(index: number, required: string, args: readonly Expression[], context: BindContext): AnalysisError {
  const arg = args[index] as Expression;
  return mismatch("UNEXPECTED_INPUT_TYPE", args, context, {
    paramIndex: ordinal(index),
    requiredType: required,
    inputSql: `"${printed(arg)}"`,
    inputType: `"${sqlName(arg.type)}"`,
  });
}

function holdsString(type: DataType): boolean {
  return containsType(type, ({ kind }) => kind === "string");
}

/** A type for both that makes no string of a number, nor a number of a string. */
export function commonWithoutStrings(a: DataType, b: DataType, context: Pick<BindContext, "settings">): DataType | null {
  if (sameType(a, b)) return a;
  if (a.kind !== "null" && b.kind !== "null" && holdsString(a) !== holdsString(b)) return null;
  return widerType(a, b, context.settings) ?? commonType([a, b], context.settings);
}

/** An array and a value of its elements' type: both as the tightest type that holds both. */
export function arrayAndElement(
  given: readonly Expression[],
  context: BindContext,
  places: readonly [array: number, element: number] = [0, 1],
): readonly Expression[] {
  const args = oneCollation(given, context);
  const [arrayAt, elementAt] = places;
  const array = args[arrayAt];
  const element = args[elementAt];
  if (array === undefined || element === undefined) return args;
  if (array.type.kind !== "array") return args;
  const type = sameType(array.type.element, element.type)
    ? array.type.element
    : widerType(array.type.element, element.type, context.settings);
  if (type === null) {
    throw mismatch("ARRAY_FUNCTION_DIFF_TYPES", args, context, {
      functionName: `\`${context.name}\``,
      dataType: '"ARRAY"',
      leftType: `"${sqlName(array.type)}"`,
      rightType: `"${sqlName(element.type)}"`,
    });
  }
  return args.map((arg, i) =>
    i === arrayAt
      ? coerced(arg, arrayOf(type, containsNull(array)), context)
      : i === elementAt
        ? coerced(arg, type, context)
        : arg,
  );
}

/** Two arrays with elements of one type. */
export function twoArrays(given: readonly Expression[], context: BindContext): readonly Expression[] {
  const args = oneCollation(given, context);
  const [a, b] = args as readonly [Expression?, Expression?];
  if (a === undefined || b === undefined || args.length !== 2) return args;
  const element =
    a.type.kind === "array" && b.type.kind === "array" ? commonWithoutStrings(a.type.element, b.type.element, context) : null;
  if (element === null) {
    throw mismatch("BINARY_ARRAY_DIFF_TYPES", args, context, {
      functionName: `\`${context.name}\``,
      arrayType: '"ARRAY"',
      leftType: `"${sqlName(a.type)}"`,
      rightType: `"${sqlName(b.type)}"`,
    });
  }
  return args.map((arg) => coerced(arg, arrayOf(element, containsNull(arg)), context));
}

export function refuseNullType(args: readonly Expression[], context: BindContext): void {
  if (args.every((arg) => arg.type.kind !== "null")) return;
  throw mismatch("NULL_TYPE", args, context, { functionName: `\`${context.name}\`` });
}

export function requireElementOrder(index: number, args: readonly Expression[], context: BindContext): void {
  requireOrderable(elementOf((args[index] as Expression).type), args, context);
}

/** Equality of elements that are not null; for maps too, which have no order. */
export function sameElements(type: DataType): (a: Boxed, b: Boxed) => boolean {
  const compare = compareValues(type);
  return (a, b) => compare(a, b) === 0;
}

export function zeroIndex(call: Pick<Call, "at">): QueryError {
  return new QueryError("INVALID_INDEX_OF_ZERO", {}, call.at);
}
