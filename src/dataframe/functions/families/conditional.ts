/** CASE, IF, and choices by null. */
import type { Boxed, DataType } from "../../../columnar/types";
import { QueryError } from "../../errors";
import { BOOLEAN, INT, callByName, coerced, literal } from "../../expressions/build";
import type { Expression } from "../../expressions/expression";
import { commonType, commonTypeOfTwo } from "../../types/coercion";
import { compareValues } from "../../expressions/compare";
import { sameType, sqlName } from "../../types/text";
import { printed } from "../../expressions/print";
import { oneCollation } from "../collating";
import { document } from "../documented";
import type { BindContext, FunctionEntry, ScalarFunction } from "../registry";
import { differentTypes, mismatch, ordinal, requireOrderable, rewrite, scalar, wrongNumArgs } from "../signature";

const doc = document("conditional");

/** Branches in their common type; conditions must be truth values. */
function branches(given: readonly Expression[], args: readonly Expression[], context: BindContext): readonly Expression[] {
  const values = oneCollation(given, context);
  const types = values.map((value) => value.type);
  const first = types[0] as DataType;
  const type = types.every((other) => sameType(first, other)) ? first : commonType(types, context.settings);
  if (type === null) throw differentTypes(types, args, context);
  return values.map((value) => coerced(value, type, context));
}

function checkCondition(condition: Expression, place: number, text: string, context: BindContext): void {
  if (condition.type.kind === "boolean") return;
  throw mismatch("UNEXPECTED_INPUT_TYPE", [condition], context, {
    sqlExpr: `"${text}"`,
    paramIndex: ordinal(place),
    inputSql: `"${printed(condition)}"`,
    inputType: `"${sqlName(condition.type)}"`,
    requiredType: '"BOOLEAN"',
  });
}

function caseText(args: readonly string[]): string {
  let text = "CASE";
  for (let i = 0; i + 1 < args.length; i += 2) text += ` WHEN ${args[i]} THEN ${args[i + 1]}`;
  return `${text}${args.length % 2 === 1 ? ` ELSE ${args[args.length - 1]}` : ""} END`;
}

/** Values that may be the result: none after a condition that is always true; null where there may be none. */
function reachable(args: readonly Expression[], hasElse: boolean): readonly (Expression | null)[] {
  const values: (Expression | null)[] = [];
  for (let i = 0; i + 1 < args.length; i += 2) {
    values.push(args[i + 1] as Expression);
    const condition = args[i] as Expression;
    if (condition.kind === "literal" && condition.value === true) return values;
  }
  values.push(hasElse ? (args[args.length - 1] as Expression) : null);
  return values;
}

/** Conditions and values in turn; a last one without condition is for all others. */
const caseWhen: ScalarFunction = {
  kind: "scalar",
  names: ["case", "when"],
  doc: doc("The value beside the first condition that is true.", [
    "CASE WHEN 1 > 0 THEN 1 WHEN 2 > 0 THEN 2.0 ELSE 1.2 END",
    "1.0",
  ]),
  bind: (args, context) => {
    if (args.length < 2) throw wrongNumArgs("> 1", args.length, context);
    const isValue = (i: number): boolean => i % 2 === 1 || i === args.length - 1;
    const hasElse = args.length % 2 === 1;
    const values = branches(
      args.filter((_, i) => isValue(i)),
      args,
      { ...context, name: "casewhen" },
    );
    args.forEach((arg, i) => {
      if (!isValue(i)) checkCondition(arg, i / 2, caseText(args.map(printed)), context);
    });
    let next = 0;
    const all = args.map((arg, i) => (isValue(i) ? (values[next++] as Expression) : arg));
    return {
      kind: "call",
      fn: "case",
      args: all,
      type: (values[0] as Expression).type,
      nullable: reachable(all, hasElse).some((value) => value === null || value.nullable),
      ...(context.at && { at: context.at }),
    };
  },
  nulls: "lazy",
  evaluateLazy: () => (args) => {
    const n = args.length;
    for (let i = 0; i + 1 < n; i += 2) if ((args[i] as () => Boxed)() === true) return (args[i + 1] as () => Boxed)();
    return n % 2 === 1 ? (args[n - 1] as () => Boxed)() : null;
  },
  print: (_, args) => caseText(args),
};

const ifThen: ScalarFunction = {
  kind: "scalar",
  names: ["if"],
  doc: doc("The second argument where the first is true, else the third.", ["if(1 < 2, 'a', 'b')", "a"]),
  bind: (args, context) => {
    if (args.length !== 3) throw wrongNumArgs("3", args.length, context);
    const [given, ...values] = args as readonly [Expression, Expression, Expression];
    const condition = given.kind === "literal" && given.type.kind === "null" ? coerced(given, BOOLEAN, context) : given;
    checkCondition(condition, 0, `(IF(${args.map(printed).join(", ")}))`, context);
    const chosen = branches(values, args, context);
    return {
      kind: "call",
      fn: "if",
      args: [condition, ...chosen],
      type: (chosen[0] as Expression).type,
      nullable: chosen.some((value) => value.nullable),
      ...(context.at && { at: context.at }),
    };
  },
  nulls: "lazy",
  evaluateLazy: () => (args) => ((args[0] as () => Boxed)() === true ? (args[1] as () => Boxed)() : (args[2] as () => Boxed)()),
  print: (_, args) => `(IF(${args.join(", ")}))`,
};

const coalesce = scalar({
  names: ["coalesce"],
  doc: doc("The first argument that is not null.", ["coalesce(NULL, 1, NULL)", "1"]),
  inputs: [],
  rest: "any",
  atLeast: 1,
  common: "all",
  result: (types) => types[0] as DataType,
  nullable: "all",
  nulls: "lazy",
  evaluateLazy: () => (args) => {
    for (const arg of args) {
      const value = arg();
      if (value !== null) return value;
    }
    return null;
  },
});

/** As commonType, but a string has nothing in common with a number or a date. */
function widerWithoutStrings(a: DataType, b: DataType, context: BindContext): DataType | null {
  const mixed = (a.kind === "string") !== (b.kind === "string") && a.kind !== "null" && b.kind !== "null";
  return mixed ? null : commonTypeOfTwo(a, b, context.settings);
}

/** Nulls are passed over; strings beside other types are refused. */
function extreme(name: "greatest" | "least", sign: 1 | -1, usage: string, example: readonly [string, string]): ScalarFunction {
  return {
    kind: "scalar",
    names: [name],
    doc: document("math")(usage, example),
    bind: (given, context) => {
      if (given.length < 2) throw wrongNumArgs("> 1", given.length, context);
      const args = oneCollation(given, context);
      const types = args.map((arg) => arg.type);
      const type = types.reduce<DataType | null>((a, b) => a && widerWithoutStrings(a, b, context), { kind: "null" });
      if (type === null) throw differentTypes(types, args, context);
      requireOrderable(type, args, context);
      const all = args.map((arg) => coerced(arg, type, context));
      return {
        kind: "call",
        fn: name,
        args: all,
        type,
        nullable: all.every((arg) => arg.nullable),
        ...(context.at && { at: context.at }),
      };
    },
    nulls: "custom",
    evaluate: (call) => {
      const compare = compareValues(call.type);
      return (...values) => {
        let best: Boxed = null;
        for (const value of values) if (value !== null && (best === null || sign * compare(value, best) > 0)) best = value;
        return best;
      };
    },
  };
}

const byNull: readonly FunctionEntry[] = [
  rewrite({
    names: ["nvl", "ifnull"],
    doc: doc("The first argument, or the second where that is null.", ["nvl(NULL, 2)", "2"]),
    inputs: ["any", "any"],
    to: (args, context) => callByName("coalesce", args, context),
  }),
  rewrite({
    names: ["nvl2"],
    doc: doc("The second argument where the first is not null, else the third.", ["nvl2(NULL, 2, 1)", "1"]),
    inputs: ["any", "any", "any"],
    to: ([value, present, absent], context) =>
      callByName(
        "if",
        [callByName("isnotnull", [value as Expression], context), present as Expression, absent as Expression],
        context,
      ),
  }),
  rewrite({
    names: ["nullif"],
    doc: doc("Null where both arguments are equal, else the first.", ["nullif(2, 2)", "NULL"]),
    inputs: ["any", "any"],
    to: ([value, other], context) =>
      callByName(
        "if",
        [
          callByName("=", [value as Expression, other as Expression], context),
          literal(null, (value as Expression).type),
          value as Expression,
        ],
        context,
      ),
  }),
  rewrite({
    names: ["nullifzero"],
    doc: doc("Null where the argument is 0.", ["nullifzero(0)", "NULL"]),
    inputs: ["any"],
    to: ([value], context) =>
      callByName(
        "if",
        [
          callByName("=", [value as Expression, literal(0, INT)], context),
          literal(null, (value as Expression).type),
          value as Expression,
        ],
        context,
      ),
  }),
  rewrite({
    names: ["zeroifnull"],
    doc: doc("0 where the argument is null.", ["zeroifnull(NULL)", "0"]),
    inputs: ["any"],
    to: ([value], context) => callByName("coalesce", [value as Expression, literal(0, INT)], context),
  }),
  scalar({
    names: ["nanvl"],
    doc: doc("The first argument, or the second where that is NaN.", ["nanvl(cast('NaN' as double), 123)", "123.0"]),
    inputs: [{ anyOf: ["double", "float"] }, { anyOf: ["double", "float"] }],
    common: [0, 1],
    result: (types) => types[0] as DataType,
    nulls: "lazy",
    evaluateLazy:
      () =>
      ([first, second]) => {
        const value = (first as () => Boxed)();
        return typeof value === "number" && Number.isNaN(value) ? (second as () => Boxed)() : value;
      },
  }),
];

const OVERFLOWS: ReadonlySet<string> = new Set(["CAST_OVERFLOW", "NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION"]);

/** A value on its way into a column of a table: when its cast overflows, the error names the column. `options`: column, source, target. */
const storedValue: ScalarFunction = {
  kind: "scalar",
  names: ["stored_value"],
  doc: { group: "operator", usage: "The value as the column of a table takes it.", examples: [] },
  bind: (args, context) => {
    const [value] = args as readonly [Expression];
    return {
      kind: "call",
      fn: "stored_value",
      args,
      type: value.type,
      nullable: value.nullable,
      ...(context.at && { at: context.at }),
    };
  },
  nulls: "lazy",
  evaluateLazy:
    ({ options }) =>
    ([value]) => {
      try {
        return (value as () => Boxed)();
      } catch (error) {
        if (!(error instanceof QueryError) || !OVERFLOWS.has(error.errorClass)) throw error;
        const { column, source, target } = options as Readonly<Record<string, string>>;
        const parameters = { columnName: column!, sourceType: source!, targetType: target! };
        throw new QueryError("CAST_OVERFLOW_IN_TABLE_INSERT", parameters, undefined, { cause: error });
      }
    },
  print: (_, args) => args[0] as string,
};

export const conditionalFunctions: readonly FunctionEntry[] = [
  storedValue,
  caseWhen,
  ifThen,
  coalesce,
  extreme("greatest", 1, "The greatest of the arguments that are not null.", ["greatest(10, 9, 2, 4, 3)", "10"]),
  extreme("least", -1, "The least of the arguments that are not null.", ["least(10, 9, 2, 4, 3)", "2"]),
  ...byNull,
];
