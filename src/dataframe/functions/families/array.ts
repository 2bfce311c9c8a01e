/** Arrays made and changed: array, array_insert, slice, flatten, arrays_zip, … */
import type { Boxed, DataType } from "../../../columnar/types";
import { QueryError } from "../../errors";
import { INT, LONG, coerced, literal } from "../../expressions/build";
import { compareValues } from "../../expressions/compare";
import type { Call, Expression } from "../../expressions/expression";
import { commonType } from "../../types/coercion";
import { oneCollation } from "../collating";
import { document, plain } from "../documented";
import type { BindContext, FunctionEntry } from "../registry";
import { coerceInputs, differentTypes, requireOrderable, rewrite, scalar, unexpectedInputType } from "../signature";
import { valueKey } from "../value-key";
import { arrayFor, requireRoomForArray } from "../value-size";
import {
  arrayAndElement,
  arrayOf,
  containsNull,
  elementOf,
  refuseNullType,
  requireArray,
  requireElementOrder,
  sameElements,
  wrongInput,
  zeroIndex,
} from "./array-inputs";

const doc = document("array");

type Items = readonly Boxed[];

const firstType = (types: readonly DataType[]): DataType => types[0] as DataType;

/** The entry with its arguments made ready before they are counted and cast. */
export function prepared(
  entry: ReturnType<typeof scalar>,
  prepare: (args: readonly Expression[], context: BindContext) => readonly Expression[],
): ReturnType<typeof scalar> {
  return { ...entry, bind: (args, context) => entry.bind(prepare(args, context), context) };
}

const makeArray = prepared(
  scalar({
    names: ["array"],
    doc: doc("An array of the arguments.", ["array(1, 2, 3)", "[1,2,3]"]),
    inputs: [],
    rest: "any",
    result: (types, args, context) =>
      arrayOf(
        commonType(types, context.settings) ?? { kind: "null" },
        args.some((arg) => arg.nullable),
      ),
    nullable: false,
    nulls: "custom",
    evaluate:
      () =>
      (...items) =>
        items,
  }),
  (given, context) => {
    const args = oneCollation(given, context);
    const types = args.map((arg) => arg.type);
    const type = commonType(types, context.settings);
    if (type === null) throw differentTypes(types, args, context);
    return args.map((arg) => coerced(arg, type, context));
  },
);

function insertAt(items: Items, position: number, item: Boxed, call: Call): Boxed {
  if (position === 0) throw zeroIndex(call);
  const size = items.length;
  // From the end -1 is behind the last element.
  const fromEnd = call.options?.["legacy"] === true ? position + size : position + size + 1;
  const index = position > 0 ? position - 1 : fromEnd;
  const length = index < 0 ? 1 - index + size : Math.max(size, index) + 1;
  requireRoomForArray(length, { name: "array_insert", at: call.at });
  if (index < 0) return [item, ...new Array<Boxed>(-index).fill(null), ...items];
  if (index >= size) return [...items, ...new Array<Boxed>(index - size).fill(null), item];
  return [...items.slice(0, index), item, ...items.slice(index)];
}

const arrayInsert = prepared(
  scalar({
    names: ["array_insert"],
    doc: doc("The array with a value put in at a position, from 1 at the start or -1 at the end; nulls fill a gap.", [
      "array_insert(array(1, 2, 3, 4), 5, 5)",
      "[1,2,3,4,5]",
    ]),
    inputs: ["any", "int", "any"],
    check: (args, context) => requireArray(0, args, context),
    result: (types) => arrayOf(elementOf(firstType(types)), true),
    nullable: (args) => (args[0] as Expression).nullable || (args[1] as Expression).nullable,
    nulls: "custom",
    options: (_, { settings }) => ({ legacy: settings.conf["spark.sql.legacy.negativeIndexInArrayInsert"] === "true" }),
    evaluate: (call) => (items, position, item) =>
      items === null || position === null ? null : insertAt(items as Items, position as number, item, call),
  }),
  (args, context) => {
    const position = (args[1] as Expression).type.kind;
    if (!["byte", "short", "int"].includes(position)) throw unexpectedInputType("int", 1, args, context);
    return arrayAndElement(args, context, [0, 2]);
  },
);

function addedAt(name: "array_append" | "array_prepend", usage: string, result: string): FunctionEntry {
  return prepared(
    scalar({
      names: [name],
      doc: doc(usage, [`${name}(array('b', 'd', 'c', 'a'), 'd')`, result]),
      inputs: ["any", "any"],
      check: (args, context) => requireArray(0, args, context),
      result: (types) => arrayOf(elementOf(firstType(types)), true),
      nullable: (args) => (args[0] as Expression).nullable,
      nulls: "custom",
      evaluate: () =>
        name === "array_append"
          ? (items, item) => (items === null ? null : [...(items as Items), item])
          : (items, item) => (items === null ? null : [item, ...(items as Items)]),
    }),
    (args, context) => arrayAndElement(args, context),
  );
}

const changes = [
  scalar({
    names: ["array_compact"],
    doc: doc("The array without its nulls.", ["array_compact(array(1, 2, 3, null))", "[1,2,3]"]),
    inputs: ["array"],
    result: (types) => arrayOf(elementOf(firstType(types)), false),
    evaluate: plain((items: Items) => items.filter((item) => item !== null)),
  }),
  scalar({
    names: ["array_distinct"],
    doc: doc("The array with each value once, where it comes first.", [
      "array_distinct(array(1, 2, 3, null, 3))",
      "[1,2,3,null]",
    ]),
    inputs: ["array"],
    result: (types, args, context) => {
      requireOrderable(elementOf(firstType(types)), args, context);
      return firstType(types);
    },
    evaluate: (call) => {
      const key = valueKey(elementOf(call.type));
      return (items) => {
        const seen = new Set<unknown>();
        return (items as Items).filter((item) => {
          const one = item === null ? null : key(item);
          if (seen.has(one)) return false;
          seen.add(one);
          return true;
        });
      };
    },
  }),
  prepared(
    scalar({
      names: ["array_remove"],
      doc: doc("The array without the elements that equal a value.", ["array_remove(array(1, 2, 3, null, 3), 3)", "[1,2,null]"]),
      inputs: ["array", "any"],
      result: firstType,
      evaluate: (call) => {
        const same = sameElements(elementOf(call.type));
        return (items, value) => (items as Items).filter((item) => item === null || !same(item, value));
      },
    }),
    (args, context) => arrayAndElement(args, context),
  ),
  scalar({
    names: ["array_repeat"],
    uncast: true,
    doc: doc("An array with a value so many times.", ["array_repeat('123', 2)", '["123","123"]']),
    inputs: ["any", "int"],
    result: (types, args) => arrayOf(firstType(types), (args[0] as Expression).nullable),
    nullable: (args) => (args[1] as Expression).nullable,
    nulls: "custom",
    evaluate: (call) => (value, count) => {
      if (count === null) return null;
      const times = Math.max(count as number, 0);
      const items = arrayFor(times, { name: "array_repeat", at: call.at });
      for (let i = 0; i < times; i++) items[i] = value;
      return items;
    },
  }),
  scalar({
    names: ["slice"],
    doc: doc("So many elements from a position, counted from 1, or from -1 at the end.", [
      "slice(array(1, 2, 3, 4), 2, 2)",
      "[2,3]",
    ]),
    inputs: ["array", "int", "int"],
    result: firstType,
    evaluate: (call) => (items, start, length) => slice(items as Items, start as number, length as number, call),
  }),
  scalar({
    names: ["flatten"],
    doc: doc("One array of the elements of the arrays in an array.", ["flatten(array(array(1, 2), array(3, 4)))", "[1,2,3,4]"]),
    inputs: ["any"],
    check: (args, context) => {
      const type = (args[0] as Expression).type;
      if (type.kind !== "array" || type.element.kind !== "array") throw wrongInput(0, '"ARRAY" of "ARRAY"', args, context);
    },
    result: (types) => elementOf(firstType(types)),
    nullable: (args) => (args[0] as Expression).nullable || containsNull(args[0] as Expression),
    evaluate: (call) => (items) => {
      let count = 0;
      for (const inner of items as readonly (Items | null)[]) {
        if (inner === null) return null;
        count += inner.length;
      }
      requireRoomForArray(count, { name: "flatten", at: call.at });
      return (items as readonly Items[]).flat();
    },
  }),
];

function slice(items: Items, start: number, length: number, call: Call): Boxed {
  if (start === 0) {
    throw new QueryError("INVALID_PARAMETER_VALUE.START", { parameter: "`start`", functionName: "`slice`" }, call.at);
  }
  if (length < 0) {
    throw new QueryError(
      "INVALID_PARAMETER_VALUE.LENGTH",
      { parameter: "`length`", functionName: "`slice`", length: String(length) },
      call.at,
    );
  }
  const from = start > 0 ? start - 1 : items.length + start;
  return from < 0 ? [] : items.slice(from, from + length);
}

const sortArray = scalar({
  names: ["sort_array"],
  uncast: true,
  doc: doc("The array in ascending order, nulls first, or with false in descending order, nulls last.", [
    "sort_array(array('b', 'd', null, 'c', 'a'), true)",
    '[null,"a","b","c","d"]',
  ]),
  inputs: ["array", "boolean"],
  optional: 1,
  defaults: (args) => [...args.slice(0, 1), args[1] ?? literal(true, { kind: "boolean" })],
  check: (args, context) => requireElementOrder(0, args, context),
  result: firstType,
  evaluate: (call) => {
    const compare = compareValues(elementOf(call.type));
    return (items, ascending) => {
      const sign = ascending === true ? 1 : -1;
      return [...(items as Items)].sort((a, b) =>
        a === null ? (b === null ? 0 : -sign) : b === null ? sign : sign * compare(a, b),
      );
    };
  },
});

/** Names of the fields of arrays_zip: what the argument is called, else its place. */
function zippedName(arg: Expression, index: number): string {
  switch (arg.kind) {
    case "attribute":
    case "alias":
      return arg.name;
    case "cast":
      return arg.implicit === true ? zippedName(arg.child, index) : String(index);
    case "call":
      return arg.fn === "struct_field" || arg.fn === "array_fields" ? (arg.options?.["name"] as string) : String(index);
    default:
      return String(index);
  }
}

const arraysZip = scalar({
  names: ["arrays_zip"],
  doc: doc("An array of structs of the elements in the same place; nulls where an array is shorter.", [
    "arrays_zip(array(1, 2, 3), array(2, 3, 4))",
    '[{"0":1,"1":2},{"0":2,"1":3},{"0":3,"1":4}]',
  ]),
  inputs: [],
  rest: "any",
  check: (args, context) =>
    args.forEach((arg, i) => {
      if (arg.type.kind !== "null") requireArray(i, args, context);
    }),
  result: (types, args) =>
    arrayOf(
      {
        kind: "struct",
        fields: types.map((type, i) => ({ name: zippedName(args[i] as Expression, i), type: elementOf(type), nullable: true })),
      },
      false,
    ),
  evaluate: plain((...arrays: Items[]) => {
    const most = arrays.reduce((n, array) => Math.max(n, array.length), 0);
    return Array.from({ length: most }, (_, i) => arrays.map((array) => array[i] ?? null));
  }),
});

const arrayJoin = scalar({
  names: ["array_join"],
  uncast: true,
  doc: doc("The strings of an array joined with a delimiter; nulls are left out, or replaced by the third argument.", [
    "array_join(array('hello', null, 'world'), ' ', ',')",
    "hello , world",
  ]),
  inputs: [{ arrayOf: "string" }, "string", "string"],
  optional: 1,
  collated: "value",
  result: (types) => types[1] as DataType,
  evaluate: plain((items: readonly (string | null)[], delimiter: string, replacement?: string) => {
    const shown = replacement === undefined ? items.filter((item) => item !== null) : items.map((item) => item ?? replacement);
    return shown.join(delimiter);
  }),
});

/** `get`: like x[i], but null outside of the array in every mode. */
const get = prepared(
  scalar({
    names: ["get"],
    doc: doc("The element at a place counted from 0; null where there is none.", ["get(array(1, 2, 3), 0)", "1"]),
    inputs: ["array", "int"],
    result: (types) => elementOf(firstType(types)),
    nullable: (args) => literalElementNullable(args, 0),
    evaluate: plain((items: Items, index: number) => (index < 0 ? null : (items[index] ?? null))),
  }),
  (args, context) => {
    if (args.length === 2 && args[0]?.type.kind === "null") throw wrongInput(0, '"ARRAY"', args, context);
    return args;
  },
);

/** Whether an element may be null: known where a constant index meets an array written out. */
export function literalElementNullable(args: readonly Expression[], base: 0 | 1): boolean {
  const [array, index] = args as readonly [Expression, Expression];
  if (array.kind !== "call" || array.fn !== "array" || index.kind !== "literal" || index.value === null) return true;
  const at = Number(index.value);
  const place = base === 0 ? at : at > 0 ? at - 1 : at + array.args.length;
  if (base === 1 && at === 0) return true;
  return array.args[place]?.nullable ?? true;
}

const arraySize = rewrite({
  names: ["array_size"],
  doc: doc("Number of elements of an array; null for null.", ["array_size(array('b', 'd', 'c', 'a'))", "4"]),
  inputs: ["array"],
  coerce: true,
  to: (args, context) => sizeOf(args, context),
});

function sizeOf(args: readonly Expression[], context: BindContext): Expression {
  const [array] = coerceInputs({ inputs: ["array"] }, args, context) as readonly [Expression];
  if (array.type.kind !== "array") throw unexpectedInputType("array", 0, args, context);
  return { kind: "call", fn: "size", args: [array], type: INT, nullable: array.nullable, options: { ofNull: null } };
}

const search = [
  prepared(
    scalar({
      names: ["array_contains"],
      doc: doc("Whether a value is in an array; null where it is not found and some element is null.", [
        "array_contains(array(1, 2, 3), 2)",
        "true",
      ]),
      inputs: ["array", "any"],
      result: { kind: "boolean" },
      nullable: (args) => args.some((arg) => arg.nullable) || containsNull(args[0] as Expression),
      evaluate: (call) => {
        const same = sameElements(elementOf((call.args[0] as Expression).type));
        return (items, value) => {
          let unknown = false;
          for (const item of items as Items) {
            if (item === null) unknown = true;
            else if (same(item, value)) return true;
          }
          return unknown ? null : false;
        };
      },
    }),
    (args, context) => {
      refuseNullType(args, context);
      return arrayAndElement(args, context);
    },
  ),
  prepared(
    scalar({
      names: ["array_position"],
      doc: doc("The place of the first element that equals a value, counted from 1; 0 where there is none.", [
        "array_position(array(312, 773, 708, 708), 708)",
        "3",
      ]),
      inputs: ["array", "any"],
      result: LONG,
      evaluate: (call) => {
        const same = sameElements(elementOf((call.args[0] as Expression).type));
        return (items, value) => (items as Items).findIndex((item) => item !== null && same(item, value)) + 1;
      },
    }),
    (args, context) => arrayAndElement(args, context),
  ),
  extremum("array_min", "The least element.", 1, "1"),
  extremum("array_max", "The greatest element.", -1, "20"),
];

function extremum(name: string, usage: string, sign: 1 | -1, result: string): FunctionEntry {
  return scalar({
    names: [name],
    doc: doc(`${usage} Nulls do not count.`, [`${name}(array(1, 20, null, 3))`, result]),
    inputs: ["array"],
    check: (args, context) => requireElementOrder(0, args, context),
    result: (types) => elementOf(firstType(types)),
    nullable: true,
    evaluate: (call) => {
      const compare = compareValues(call.type);
      return (items) => {
        let found: Boxed = null;
        for (const item of items as Items) {
          if (item !== null && (found === null || sign * compare(item, found) < 0)) found = item;
        }
        return found;
      };
    },
  });
}

export const arrayFunctions: readonly FunctionEntry[] = [
  makeArray,
  arrayInsert,
  addedAt("array_append", "The array with a value at its end.", '["b","d","c","a","d"]'),
  addedAt("array_prepend", "The array with a value at its start.", '["d","b","d","c","a"]'),
  ...changes,
  sortArray,
  arraysZip,
  arrayJoin,
  get,
  arraySize,
  ...search,
];
