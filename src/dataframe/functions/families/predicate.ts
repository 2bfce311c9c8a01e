/** Comparisons, truth values, and tests for null and NaN. */
import type { Boxed, DataType } from "../../../columnar/types";
import { BOOLEAN, DOUBLE, FLOAT, callByName, cast, coerced, literal } from "../../expressions/build";
import { compareValues } from "../../expressions/compare";
import type { Expression } from "../../expressions/expression";
import { commonType } from "../../types/coercion";
import { isNumeric, sameType, sqlName } from "../../types/text";
import { alignDecimals, compareAsIntegers, promoteCompared } from "../binary-coercion";
import type { Pair } from "../binary-coercion";
import { widerDecimal, widerType } from "../../types/coercion";
import { printed } from "../../expressions/print";
import { comparedChars } from "../char-types";
import { oneCollation } from "../collating";
import { document, plain } from "../documented";
import type { BindContext, FunctionEntry, ScalarFunction } from "../registry";
import { differentTypes, mismatch, requireOrderable, rewrite, scalar, wrongNumArgs } from "../signature";

const doc = document("predicate");

type Comparison = "=" | "<=>" | "<" | "<=" | ">" | ">=";

function oneCollated(pair: Pair, context: BindContext): Pair {
  const text = (sides: readonly Expression[]): string => `(${sides.map(printed).join(` ${context.name} `)})`;
  return oneCollation(pair, context, "compare", text) as Pair;
}

/** Both operands in the type in which they are compared. */
export function comparable(pair: Pair, context: BindContext): Pair {
  const [left, right] = alignDecimals(promoteCompared(oneCollated(pair, context), context), context);
  if (sameButForNames(left.type, right.type)) return [left, right];
  const decimals = left.type.kind === "decimal" && right.type.kind === "decimal";
  const type = decimals ? widerDecimal(left.type, right.type) : widerType(left.type, right.type, context.settings);
  if (type === null) {
    throw mismatch("BINARY_OP_DIFF_TYPES", [left, right], context, {
      left: `"${sqlName(left.type)}"`,
      right: `"${sqlName(right.type)}"`,
    });
  }
  return [coerced(left, type, context), coerced(right, type, context)];
}

function bindComparison(operator: Comparison, args: readonly Expression[], context: BindContext, asIntegers = true): Expression {
  if (args.length !== 2) throw wrongNumArgs("2", args.length, context);
  let pair = comparedChars(args as Pair, context);
  if (asIntegers && operator !== "=" && operator !== "<=>") {
    const bounded = compareAsIntegers(operator, pair);
    if (typeof bounded === "boolean") return literal(bounded, BOOLEAN);
    pair = bounded;
  }
  const tested = context.settings.ansi ? null : truthTest(operator, pair, context);
  if (tested !== null) return tested;
  const named = { ...context, name: operator };
  const sides = comparable(pair, named);
  if (operator === "<=>") checkEquatable(sides, named);
  else requireOrderable(sides[0].type, sides, named);
  return {
    kind: "call",
    fn: operator,
    args: sides,
    type: BOOLEAN,
    nullable: operator !== "<=>" && sides.some((side) => side.nullable),
    ...(context.at && { at: context.at }),
  };
}

/** Outside of ANSI mode a truth value that is compared with 1 is itself, with 0 its opposite. */
function truthTest(operator: Comparison, [left, right]: Pair, context: BindContext): Expression | null {
  if (operator !== "=" && operator !== "<=>") return null;
  const [truth, number] = left.type.kind === "boolean" ? [left, right] : [right, left];
  if (truth.type.kind !== "boolean" || number.kind !== "literal" || !isNumeric(number.type)) return null;
  const { value } = context.fold(cast(number, DOUBLE, "legacy"));
  if (value !== 0 && value !== 1) return null;
  const result = value === 1 ? truth : callByName("not", [truth], context);
  return operator === "=" ? result : callByName("and", [callByName("isnotnull", [truth], context), result], context);
}

function checkEquatable(sides: Pair, context: BindContext): void {
  if (sides[0].type.kind !== "calendarInterval") requireOrderable(sides[0].type, sides, context);
}

const TESTS: Readonly<Record<Comparison, (order: number) => boolean>> = {
  "=": (order) => order === 0,
  "<=>": (order) => order === 0,
  "<": (order) => order < 0,
  "<=": (order) => order <= 0,
  ">": (order) => order > 0,
  ">=": (order) => order >= 0,
};

function comparison(
  operator: Comparison,
  names: readonly string[],
  usage: string,
  example: readonly [string, string],
): ScalarFunction {
  const test = TESTS[operator];
  const safe = operator === "<=>";
  return {
    kind: "scalar",
    names,
    doc: doc(usage, example),
    bind: (args, context) => bindComparison(operator, args, context),
    ...(safe && { nulls: "custom" as const }),
    evaluate: (call) => {
      const compare = compareValues((call.args[0] as Expression).type);
      if (!safe) return (a, b) => test(compare(a, b));
      return (a, b) => (a === null || b === null ? a === b : compare(a, b) === 0);
    },
    print: (_, args) => `(${args.join(` ${operator} `)})`,
  };
}

/** `NOT (a = b)` */
const notEqual: ScalarFunction = {
  kind: "scalar",
  names: ["!=", "<>"],
  doc: doc("Whether two values differ.", ["1 != 2", "true"]),
  bind: (args, context) => callByName("not", [bindComparison("=", args, context)], context),
};

const comparisons: readonly FunctionEntry[] = [
  comparison("=", ["=", "=="], "Whether two values are equal.", ["2 = 2", "true"]),
  comparison("<=>", ["<=>"], "Whether two values are equal; nulls are.", ["NULL <=> NULL", "true"]),
  comparison("<", ["<"], "Whether the first value is less.", ["1 < 2", "true"]),
  comparison("<=", ["<="], "Whether the first value is less or equal.", ["2 <= 2", "true"]),
  comparison(">", [">"], "Whether the first value is greater.", ["2 > 1", "true"]),
  comparison(">=", [">="], "Whether the first value is greater or equal.", ["2 >= 1", "true"]),
  notEqual,
  rewrite({
    names: ["equal_null"],
    doc: doc("Whether two values are equal; nulls are.", ["equal_null(NULL, NULL)", "true"]),
    inputs: ["any", "any"],
    to: (args, context) => callByName("<=>", args, context),
  }),
];

/** AND and OR: the side that decides is enough, whatever the other is. */
function connective(name: "and" | "or", decides: boolean, usage: string, example: readonly [string, string]): ScalarFunction {
  return {
    kind: "scalar",
    names: [name],
    doc: doc(usage, example),
    bind: (args, context) => {
      if (args.length !== 2) throw wrongNumArgs("2", args.length, context);
      const [left, right] = truthValues(args as Pair, context);
      return {
        kind: "call",
        fn: name,
        args: [left, right],
        type: BOOLEAN,
        nullable: left.nullable || right.nullable,
        ...(context.at && { at: context.at }),
      };
    },
    nulls: "lazy",
    evaluateLazy: () => (args) => {
      const left = (args[0] as () => Boxed)();
      if (left === decides) return decides;
      const right = (args[1] as () => Boxed)();
      if (right === decides) return decides;
      return left === null || right === null ? null : !decides;
    },
    print: (_, args) => `(${args.join(` ${name.toUpperCase()} `)})`,
  };
}

/** Structs are compared by their fields' places. */
function sameButForNames(a: DataType, b: DataType): boolean {
  if (a.kind === "array" && b.kind === "array") return sameButForNames(a.element, b.element);
  if (a.kind !== "struct" || b.kind !== "struct") return sameType(a, b);
  return (
    a.fields.length === b.fields.length &&
    a.fields.every((field, i) => sameButForNames(field.type, (b.fields[i] as (typeof b.fields)[number]).type))
  );
}

function truthValues(pair: Pair, context: BindContext): Pair {
  const { ansi } = context.settings;
  const promoted = ansi && pair[0].type.kind !== pair[1].type.kind ? promoteCompared(pair, context) : pair;
  const [left, right] = promoted.map((side) =>
    side.type.kind === "null" ? coerced(side, BOOLEAN, context) : side,
  ) as unknown as Pair;
  if (!sameType(left.type, right.type)) {
    throw mismatch("BINARY_OP_DIFF_TYPES", pair, context, { left: `"${sqlName(left.type)}"`, right: `"${sqlName(right.type)}"` });
  }
  if (left.type.kind === "boolean") return [left, right];
  throw mismatch("BINARY_OP_WRONG_TYPE", pair, context, { inputType: '"BOOLEAN"', actualDataType: `"${sqlName(left.type)}"` });
}

const truths: readonly FunctionEntry[] = [
  connective("and", false, "Whether both are true; unknown where null leaves it open.", ["true and NULL", "NULL"]),
  connective("or", true, "Whether one is true; unknown where null leaves it open.", ["true or NULL", "true"]),
  scalar({
    names: ["not", "!"],
    doc: doc("The other truth value.", ["not false", "true"]),
    inputs: ["boolean"],
    result: BOOLEAN,
    evaluate: plain((value: boolean) => !value),
    print: (_, args) => `(NOT ${args[0]})`,
  }),
];

/** One value or, for rows, structs of them: the common type of value and list. */
const inList: ScalarFunction = {
  kind: "scalar",
  names: ["in"],
  doc: doc(
    "Whether a value is one of a list; unknown where it is not and the list has a null.",
    ["1 in (1, 2, 3)", "true"],
    ["1 in (2, NULL)", "NULL"],
  ),
  bind: (given, context) => {
    if (given.length < 2) throw wrongNumArgs("> 1", given.length, context);
    const text = ([value, ...list]: readonly Expression[]): string =>
      `(${printed(value as Expression)} IN (${list.map(printed).join(", ")}))`;
    const args = oneCollation(comparedChars(given, context), context, "compare", text);
    const types = args.map((arg) => arg.type);
    const same = types.every((type) => sameButForNames(type, types[0] as DataType));
    const type = same ? (types[0] as DataType) : commonType(types, context.settings);
    if (type === null) throw differentTypes(types, args, context);
    const coercedArgs = same ? args : args.map((arg) => coerced(arg, type, context));
    requireOrderable(type, coercedArgs, context);
    return {
      kind: "call",
      fn: "in",
      args: coercedArgs,
      type: BOOLEAN,
      nullable: coercedArgs.some((arg) => arg.nullable),
      ...(context.at && { at: context.at }),
    };
  },
  nulls: "lazy",
  evaluateLazy: (call) => {
    const compare = compareValues((call.args[0] as Expression).type);
    return ([first, ...list]) => {
      const value = (first as () => Boxed)();
      if (value === null) return null;
      let unknown = false;
      for (const item of list) {
        const other = item();
        if (other === null) unknown = true;
        else if (compare(value, other) === 0) return true;
      }
      return unknown ? null : false;
    };
  },
  print: (_, [value, ...list]) => `(${value} IN (${list.join(", ")}))`,
};

const between: FunctionEntry = rewrite({
  names: ["between"],
  doc: document("conditional")("Whether a value is not less than a first and not greater than a second.", [
    "0.5 between 0.1 AND 1.0",
    "true",
  ]),
  inputs: ["any", "any", "any"],
  to: ([value, low, high], context) =>
    callByName(
      "and",
      [
        bindComparison(">=", [value as Expression, low as Expression], context, false),
        bindComparison("<=", [value as Expression, high as Expression], context, false),
      ],
      context,
    ),
  print: (args) => `between(${args.join(", ")})`,
});

const nullTests: readonly FunctionEntry[] = [
  scalar({
    names: ["isnull"],
    doc: doc("Whether a value is null.", ["isnull(1)", "false"]),
    inputs: ["any"],
    result: BOOLEAN,
    nullable: false,
    nulls: "custom",
    evaluate: () => (value) => value === null,
    print: (_, args) => `(${args[0]} IS NULL)`,
  }),
  scalar({
    names: ["isnotnull"],
    doc: doc("Whether a value is not null.", ["isnotnull(1)", "true"]),
    inputs: ["any"],
    result: BOOLEAN,
    nullable: false,
    nulls: "custom",
    evaluate: () => (value) => value !== null,
    print: (_, args) => `(${args[0]} IS NOT NULL)`,
  }),
  scalar({
    names: ["isnan"],
    doc: doc("Whether a number is NaN; not so for null.", ["isnan(cast('NaN' as double))", "true"]),
    inputs: [{ anyOf: [DOUBLE, FLOAT] }],
    result: BOOLEAN,
    nullable: false,
    nulls: "custom",
    evaluate: () => (value) => Number.isNaN(value),
  }),
];

export const predicateFunctions: readonly FunctionEntry[] = [...comparisons, ...truths, inList, between, ...nullTests];
