/** Functions that take functions: transform, filter, aggregate, map_zip_with, … */
import type { Boxed, DataType, MapType } from "../../../columnar/types";
import { MapValue } from "../../../columnar/types";
import { QueryError } from "../../errors";
import { BOOLEAN, INT, coerced } from "../../expressions/build";
import { compareValues } from "../../expressions/compare";
import type { Call, Expression, Lambda } from "../../expressions/expression";
import { printed } from "../../expressions/print";
import { commonType } from "../../types/coercion";
import { sameType, sqlName } from "../../types/text";
import { document } from "../documented";
import type { BindContext, EvaluationContext, FunctionDoc, FunctionEntry, ScalarFunction } from "../registry";
import { mismatch, ordinal, wrongNumArgs } from "../signature";
import { valueKey } from "../value-key";
import { arrayOf, commonWithoutStrings, elementOf, requireElementOrder, wrongInput } from "./array-inputs";
import { requireKeyType } from "./map";
import { mapBuilder } from "./map-builder";

const doc = document("lambda");

type Items = readonly Boxed[];
type Apply = (...args: Boxed[]) => Boxed;

interface Parameter {
  readonly type: DataType;
  readonly nullable: boolean;
}

interface Bound {
  readonly args: readonly Expression[];
  readonly type: DataType;
  readonly nullable: boolean;
}

interface LambdaSpec {
  readonly names: readonly string[];
  readonly doc: FunctionDoc;
  /** How many arguments; the largest where some are optional. */
  readonly counts: readonly number[];
  readonly lambdas: readonly number[];
  readonly bind: (args: readonly Expression[], context: BindContext) => Bound;
  readonly evaluate: (call: Call, context: EvaluationContext) => (...args: never[]) => Boxed;
}

function higherOrder(spec: LambdaSpec): ScalarFunction {
  const primary = spec.names[0] as string;
  return {
    kind: "scalar",
    names: spec.names,
    doc: spec.doc,
    lambdas: spec.lambdas,
    bind: (args, context) => {
      if (!spec.counts.includes(args.length)) throw wrongNumArgs(spec.counts.join(" or "), args.length, context);
      const bound = spec.bind(args, context);
      return {
        kind: "call",
        fn: primary,
        ...(context.name !== primary && { alias: context.name }),
        ...bound,
        ...(context.at && { at: context.at }),
      };
    },
    evaluate: (call, context) => spec.evaluate(call, context) as unknown as Apply,
  };
}

function arrayArgument(
  index: number,
  args: readonly Expression[],
  context: BindContext,
): Expression & { type: { kind: "array" } } {
  const arg = args[index] as Expression;
  if (arg.type.kind !== "array") throw wrongInput(index, '"ARRAY"', args, context);
  return arg as Expression & { type: { kind: "array" } };
}

function mapArgument(index: number, args: readonly Expression[], context: BindContext): MapType {
  const arg = args[index] as Expression;
  if (arg.type.kind !== "map") throw wrongInput(index, '"MAP"', args, context);
  return arg.type;
}

function elementParameter(array: Expression): Parameter {
  return { type: elementOf(array.type), nullable: array.type.kind === "array" && array.type.containsNull };
}

const INDEX: Parameter = { type: INT, nullable: false };

/** With a second parameter the lambda gets the element's place too. */
function elementLambda(array: Expression, argument: Expression, context: BindContext): Lambda {
  const element = elementParameter(array);
  const wantsIndex = argument.kind === "lambda" && argument.params.length === 2;
  return context.bindLambda(argument, wantsIndex ? [element, INDEX] : [element]);
}

function predicate(lambda: Lambda, index: number, args: readonly Expression[], context: BindContext): Lambda {
  if (lambda.type.kind === "boolean") return lambda;
  if (lambda.type.kind === "null") return { ...lambda, body: coerced(lambda.body, BOOLEAN, context), type: BOOLEAN };
  throw wrongResult(lambda, BOOLEAN, index, replaced(args, index, lambda), context);
}

function replaced(args: readonly Expression[], index: number, by: Expression): readonly Expression[] {
  return args.map((arg, i) => (i === index ? by : arg));
}

function wrongResult(lambda: Lambda, type: DataType, index: number, args: readonly Expression[], context: BindContext): Error {
  return mismatch("UNEXPECTED_INPUT_TYPE", args, context, {
    paramIndex: ordinal(index),
    requiredType: `"${sqlName(type)}"`,
    inputSql: `"${printed(lambda)}"`,
    inputType: `"${sqlName(lambda.type)}"`,
  });
}

const overArrays = [
  higherOrder({
    names: ["transform"],
    doc: doc("The array with each element replaced by what a function gives for it, and for its place if it asks.", [
      "transform(array(1, 2, 3), (x, i) -> x + i)",
      "[1,3,5]",
    ]),
    counts: [2],
    lambdas: [1],
    bind: (args, context) => {
      const array = arrayArgument(0, args, context);
      const lambda = elementLambda(array, args[1] as Expression, context);
      return { args: [array, lambda], type: arrayOf(lambda.type, lambda.nullable), nullable: array.nullable };
    },
    evaluate: () => (items: Items, f: Apply) => items.map((item, i) => f(item, i)),
  }),
  higherOrder({
    names: ["filter"],
    doc: doc("The elements for which a condition is true.", ["filter(array(1, 2, 3), x -> x % 2 = 1)", "[1,3]"]),
    counts: [2],
    lambdas: [1],
    bind: (args, context) => {
      const array = arrayArgument(0, args, context);
      const lambda = predicate(elementLambda(array, args[1] as Expression, context), 1, args, context);
      return { args: [array, lambda], type: array.type, nullable: array.nullable };
    },
    evaluate: () => (items: Items, f: Apply) => items.filter((item, i) => f(item, i) === true),
  }),
  quantifier("exists", "Whether a condition is true for some element.", "exists(array(1, 2, 3), x -> x % 2 = 0)", "true", true),
  quantifier("forall", "Whether a condition is true for all elements.", "forall(array(1, 2, 3), x -> x % 2 = 0)", "false", false),
  higherOrder({
    names: ["zip_with"],
    doc: doc("What a function gives for the elements in the same place of two arrays; nulls where one is shorter.", [
      "zip_with(array(1, 2), array(3, 4), (x, y) -> x + y)",
      "[4,6]",
    ]),
    counts: [3],
    lambdas: [2],
    bind: (args, context) => {
      const left = arrayArgument(0, args, context);
      const right = arrayArgument(1, args, context);
      const lambda = context.bindLambda(
        args[2] as Expression,
        [left, right].map((array) => ({ type: elementOf(array.type), nullable: true })),
      );
      return {
        args: [left, right, lambda],
        type: arrayOf(lambda.type, lambda.nullable),
        nullable: left.nullable || right.nullable,
      };
    },
    evaluate: () => (a: Items, b: Items, f: Apply) =>
      Array.from({ length: Math.max(a.length, b.length) }, (_, i) => f(a[i] ?? null, b[i] ?? null)),
  }),
  higherOrder({
    names: ["aggregate", "reduce"],
    doc: doc("Folds an array: a start, what it becomes with each element, and what is made of it at the end.", [
      "aggregate(array(1, 2, 3), 0, (acc, x) -> acc + x, acc -> acc * 10)",
      "60",
    ]),
    counts: [3, 4],
    lambdas: [2, 3],
    bind: bindFold,
    evaluate: () => (items: Items, zero: Boxed, merge: Apply, finish: Apply) => {
      let state = zero;
      for (const item of items) state = merge(state, item);
      return finish(state);
    },
  }),
];

function bindFold(args: readonly Expression[], context: BindContext): Bound {
  const array = arrayArgument(0, args, context);
  const zero = args[1] as Expression;
  const state: Parameter = { type: zero.type, nullable: true };
  let merge = context.bindLambda(args[2] as Expression, [state, elementParameter(array)]);
  const finish = args[3] === undefined ? identity(state, context) : context.bindLambda(args[3], [state]);
  if (!sameType(merge.type, zero.type)) {
    if (merge.type.kind !== "null" && !sameShape(merge.type, zero.type))
      throw wrongResult(merge, zero.type, 2, [array, zero, merge, finish], context);
    merge = { ...merge, body: coerced(merge.body, zero.type, context), type: zero.type };
  }
  return { args: [array, zero, merge, finish], type: finish.type, nullable: array.nullable || finish.nullable };
}

/** One type, but for the names of fields. */
function sameShape(a: DataType, b: DataType): boolean {
  if (a.kind === "struct" && b.kind === "struct")
    return a.fields.length === b.fields.length && a.fields.every((field, i) => sameShape(field.type, b.fields[i]!.type));
  if (a.kind === "array" && b.kind === "array") return sameShape(a.element, b.element);
  if (a.kind === "map" && b.kind === "map") return sameShape(a.key, b.key) && sameShape(a.value, b.value);
  return sameType(a, b);
}

function identity({ type, nullable }: Parameter, context: BindContext): Lambda {
  const variable = { kind: "lambdaVariable", id: context.nextId(), name: "id", type, nullable } as const;
  return { kind: "lambda", params: [variable], body: variable, type, nullable };
}

/** Three-valued: a null makes the answer unknown where no element decides it. */
function quantifier(name: string, usage: string, example: string, result: string, decides: boolean): FunctionEntry {
  return higherOrder({
    names: [name],
    doc: doc(usage, [example, result]),
    counts: [2],
    lambdas: [1],
    bind: (args, context) => {
      const array = arrayArgument(0, args, context);
      const lambda = predicate(context.bindLambda(args[1] as Expression, [elementParameter(array)]), 1, args, context);
      return { args: [array, lambda], type: BOOLEAN, nullable: array.nullable || lambda.nullable };
    },
    evaluate: () => (items: Items, f: Apply) => {
      let unknown = false;
      for (const item of items) {
        const answer = f(item);
        if (answer === decides) return decides;
        if (answer === null) unknown = true;
      }
      return unknown ? null : !decides;
    },
  });
}

const V = "namedlambdavariable()";

/** How Spark prints the order that array_sort has without a comparator. */
const DEFAULT_ORDER = `lambdafunction((IF(((${V} IS NULL) AND (${V} IS NULL)), 0, (IF((${V} IS NULL), 1, (IF((${V} IS NULL), -1, (IF((${V} < ${V}), -1, (IF((${V} > ${V}), 1, 0)))))))))), ${V}, ${V})`;

const arraySort: ScalarFunction = {
  ...higherOrder({
    names: ["array_sort"],
    doc: doc("The array in ascending order, nulls last, or in the order of a function that compares two elements.", [
      "array_sort(array(5, 6, 1), (left, right) -> case when left < right then -1 when left > right then 1 else 0 end)",
      "[1,5,6]",
    ]),
    counts: [1, 2],
    lambdas: [1],
    bind: (args, context) => {
      const array = arrayArgument(0, args, context);
      if (args.length === 1) {
        requireElementOrder(0, args, context);
        return { args: [array], type: array.type, nullable: array.nullable };
      }
      const element = elementParameter(array);
      const lambda = context.bindLambda(args[1] as Expression, [element, element]);
      if (lambda.type.kind !== "int") {
        throw mismatch("UNEXPECTED_RETURN_TYPE", replaced(args, 1, lambda), context, {
          functionName: "`lambdafunction`",
          expectedType: '"INT"',
          actualType: `"${sqlName(lambda.type)}"`,
        });
      }
      return { args: [array, lambda], type: array.type, nullable: array.nullable };
    },
    evaluate: (call) => {
      if (call.args.length === 1) {
        const compare = compareValues(elementOf(call.type));
        return (items: Items) => [...items].sort((a, b) => (a === null ? (b === null ? 0 : 1) : b === null ? -1 : compare(a, b)));
      }
      return (items: Items, f: Apply) =>
        [...items].sort((a, b) => {
          const order = f(a, b);
          if (order === null)
            throw new QueryError("COMPARATOR_RETURNS_NULL", { firstValue: shown(a), secondValue: shown(b) }, call.at);
          return order as number;
        });
    },
  }),
  print: (_, args) => `array_sort(${args.length === 1 ? [args[0], DEFAULT_ORDER].join(", ") : args.join(", ")})`,
};

function shown(value: Boxed): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function entryParameters({ key, value, valueContainsNull }: MapType): readonly Parameter[] {
  return [
    { type: key, nullable: false },
    { type: value, nullable: valueContainsNull },
  ];
}

const overMaps = [
  higherOrder({
    names: ["map_filter"],
    doc: doc("The entries for which a condition is true.", ["map_filter(map(1, 0, 2, 2, 3, -1), (k, v) -> k > v)", "{1:0,3:-1}"]),
    counts: [2],
    lambdas: [1],
    bind: (args, context) => {
      const type = mapArgument(0, args, context);
      const lambda = predicate(context.bindLambda(args[1] as Expression, entryParameters(type)), 1, args, context);
      return { args: [args[0] as Expression, lambda], type, nullable: (args[0] as Expression).nullable };
    },
    evaluate: () => (map: MapValue, f: Apply) => {
      const places = map.keys.map((_, i) => i).filter((i) => f(map.keys[i] as Boxed, map.values[i] as Boxed) === true);
      return new MapValue(
        places.map((i) => map.keys[i] as Boxed),
        places.map((i) => map.values[i] as Boxed),
      );
    },
  }),
  higherOrder({
    names: ["transform_keys"],
    doc: doc("The map with each key replaced by what a function gives for the entry.", [
      "transform_keys(map(1, 1, 2, 2), (k, v) -> k + 1)",
      "{2:1,3:2}",
    ]),
    counts: [2],
    lambdas: [1],
    bind: (args, context) => {
      const map = mapArgument(0, args, context);
      const lambda = context.bindLambda(args[1] as Expression, entryParameters(map));
      requireKeyType(lambda.type, [args[0] as Expression, lambda], context);
      return {
        args: [args[0] as Expression, lambda],
        type: { ...map, key: lambda.type },
        nullable: (args[0] as Expression).nullable,
      };
    },
    evaluate: (call, context) => {
      const build = mapBuilder((call.type as MapType).key, context, call.at);
      return (map: MapValue, f: Apply) =>
        build(
          map.keys.map((key, i) => f(key, map.values[i] as Boxed)),
          map.values,
        );
    },
  }),
  higherOrder({
    names: ["transform_values"],
    doc: doc("The map with each value replaced by what a function gives for the entry.", [
      "transform_values(map(1, 1, 2, 2), (k, v) -> k + v)",
      "{1:2,2:4}",
    ]),
    counts: [2],
    lambdas: [1],
    bind: (args, context) => {
      const map = mapArgument(0, args, context);
      const lambda = context.bindLambda(args[1] as Expression, entryParameters(map));
      const type: MapType = { ...map, value: lambda.type, valueContainsNull: lambda.nullable };
      return { args: [args[0] as Expression, lambda], type, nullable: (args[0] as Expression).nullable };
    },
    evaluate: () => (map: MapValue, f: Apply) =>
      new MapValue(
        map.keys,
        map.keys.map((key, i) => f(key, map.values[i] as Boxed)),
      ),
  }),
  higherOrder({
    names: ["map_zip_with"],
    doc: doc("One map of the keys of two, with what a function gives for the key and both values.", [
      "map_zip_with(map(1, 'a', 2, 'b'), map(1, 'x', 2, 'y'), (k, v1, v2) -> concat(v1, v2))",
      '{1:"ax",2:"by"}',
    ]),
    counts: [3],
    lambdas: [2],
    bind: bindMapZip,
    evaluate: (call) => {
      const keyOf = valueKey((call.type as MapType).key);
      return (a: MapValue, b: MapValue, f: Apply) => zipMaps(a, b, f, keyOf);
    },
  }),
];

function bindMapZip(args: readonly Expression[], context: BindContext): Bound {
  const left = mapArgument(0, args, context);
  const right = mapArgument(1, args, context);
  const { settings } = context;
  const key = settings.ansi ? commonWithoutStrings(left.key, right.key, context) : commonType([left.key, right.key], settings);
  if (key === null) {
    throw mismatch("MAP_ZIP_WITH_DIFF_TYPES", args, context, {
      functionName: "`map_zip_with`",
      leftType: `"${sqlName(left.key)}"`,
      rightType: `"${sqlName(right.key)}"`,
    });
  }
  const maps = [
    coerced(args[0] as Expression, { ...left, key }, context),
    coerced(args[1] as Expression, { ...right, key }, context),
  ];
  const lambda = context.bindLambda(args[2] as Expression, [
    { type: key, nullable: false },
    { type: left.value, nullable: true },
    { type: right.value, nullable: true },
  ]);
  return {
    args: [...maps, lambda],
    type: { kind: "map", key, value: lambda.type, valueContainsNull: lambda.nullable },
    nullable: maps.some((map) => map.nullable),
  };
}

function zipMaps(a: MapValue, b: MapValue, f: Apply, keyOf: (key: Boxed) => unknown): MapValue {
  const entries = new Map<unknown, [key: Boxed, left: Boxed, right: Boxed]>();
  a.keys.forEach((key, i) => entries.set(keyOf(key), [key, a.values[i] as Boxed, null]));
  b.keys.forEach((key, i) => {
    const entry = entries.get(keyOf(key));
    if (entry === undefined) entries.set(keyOf(key), [key, null, b.values[i] as Boxed]);
    else entry[2] = b.values[i] as Boxed;
  });
  const all = [...entries.values()];
  return new MapValue(
    all.map((entry) => entry[0]),
    all.map((entry) => f(...entry)),
  );
}

export const lambdaFunctions: readonly FunctionEntry[] = [...overArrays, arraySort, ...overMaps];
