/** Functions for arrays as well as maps or strings: size, element_at, reverse, concat. */
import type { Boxed, DataType, MapValue } from "../../../columnar/types";
import { QueryError } from "../../errors";
import { BINARY, INT, STRING, coerced } from "../../expressions/build";
import { compareValues } from "../../expressions/compare";
import type { Call, Expression } from "../../expressions/expression";
import { commonType, widerType } from "../../types/coercion";
import { sameType, sqlName } from "../../types/text";
import { oneCollation } from "../collating";
import { document } from "../documented";
import type { BindContext, FunctionEntry, ScalarFunction } from "../registry";
import { differentTypes, mismatch, scalar } from "../signature";
import { literalElementNullable, prepared } from "./array";
import { containsNull, wrongInput, zeroIndex } from "./array-inputs";

const doc = document("collection");

type Items = readonly Boxed[];

const size = scalar({
  names: ["size", "cardinality"],
  doc: doc("Number of elements of an array or entries of a map.", ["size(array('b', 'd', 'c', 'a'))", "4"]),
  inputs: [{ anyOf: ["array", "map"] }],
  result: INT,
  nullable: (args, context) => (sizeOfNull(context) === null ? (args[0] as Expression).nullable : false),
  options: (_, context) => ({ ofNull: sizeOfNull(context) }),
  nulls: "custom",
  evaluate: (call) => {
    const ofNull = call.options?.["ofNull"] as number | null;
    return (value) => (value === null ? ofNull : Array.isArray(value) ? value.length : (value as MapValue).keys.length);
  },
});

/** -1 as Hive had it, where the session asks for that. */
function sizeOfNull(context: BindContext): number | null {
  const { ansi, conf } = context.settings;
  return !ansi && conf["spark.sql.legacy.sizeOfNull"] !== "false" ? -1 : null;
}

function elementAt(name: "element_at" | "try_element_at", usage: string): ScalarFunction {
  const entry = scalar({
    names: [name],
    doc: doc(usage, [`${name}(array(1, 2, 3), 2)`, "2"], [`${name}(map(1, 'a', 2, 'b'), 2)`, "b"]),
    inputs: ["any", "any"],
    result: (types) => {
      const type = types[0] as DataType;
      return type.kind === "array" ? type.element : type.kind === "map" ? type.value : { kind: "null" };
    },
    nullable: (args) => (args[0] as Expression).type.kind !== "array" || literalElementNullable(args, 1),
    options: (_, context) => ({ ansi: name === "element_at" && context.settings.ansi }),
    evaluate: (call) => ((call.args[0] as Expression).type.kind === "map" ? mapElement(call) : arrayElement(call)),
  });
  return prepared(entry, (args, context) => (args.length === 2 ? elementInputs(args, context) : args));
}

function elementInputs(args: readonly Expression[], context: BindContext): readonly Expression[] {
  const [container, index] = args as readonly [Expression, Expression];
  if (container.type.kind === "array") {
    if (index.type.kind === "null") return [container, coerced(index, INT, context)];
    if (index.type.kind !== "int" && index.type.kind !== "short" && index.type.kind !== "byte") {
      throw wrongInput(1, '"INT"', args, context);
    }
    return [container, coerced(index, INT, context)];
  }
  if (container.type.kind === "map") {
    const { key } = container.type;
    const type = sameType(key, index.type) ? key : widerType(key, index.type, context.settings);
    if (type === null) {
      throw mismatch("MAP_FUNCTION_DIFF_TYPES", args, context, {
        functionName: `\`${context.name}\``,
        dataType: '"MAP"',
        leftType: `"${sqlName(container.type)}"`,
        rightType: `"${sqlName(index.type)}"`,
      });
    }
    return [coerced(container, { ...container.type, key: type }, context), coerced(index, type, context)];
  }
  throw wrongInput(0, '("ARRAY" or "MAP")', args, context);
}

function arrayElement(call: Call): (items: Boxed, index: Boxed) => Boxed {
  const ansi = call.options?.["ansi"] === true;
  return (value, index) => {
    const items = value as Items;
    const at = index as number;
    if (at === 0) throw zeroIndex(call);
    if (Math.abs(at) <= items.length) return items[at > 0 ? at - 1 : at + items.length] as Boxed;
    if (!ansi) return null;
    throw new QueryError(
      "INVALID_ARRAY_INDEX_IN_ELEMENT_AT",
      { indexValue: String(at), arraySize: String(items.length), ansiConfig: '"spark.sql.ansi.enabled"' },
      call.at,
    );
  };
}

function mapElement(call: Call): (map: Boxed, key: Boxed) => Boxed {
  const compare = compareValues((call.args[1] as Expression).type);
  return (map, key) => {
    const { keys, values } = map as MapValue;
    const at = keys.findIndex((one) => compare(one, key) === 0);
    return at < 0 ? null : (values[at] as Boxed);
  };
}

/** Surrogate pairs stay together. */
function reversedText(text: string): string {
  return [...text].reverse().join("");
}

const reverse = scalar({
  names: ["reverse"],
  doc: doc(
    "A string, an array or bytes the other way round.",
    ["reverse('Spark SQL')", "LQS krapS"],
    ["reverse(array(2, 1, 4, 3))", "[3,4,1,2]"],
  ),
  inputs: [{ anyOf: ["string", "array", "binary"] }],
  result: (types) => types[0] as DataType,
  evaluate: () => (value) => {
    if (typeof value === "string") return reversedText(value);
    return value instanceof Uint8Array ? value.toReversed() : (value as Items).toReversed();
  },
});

/** Arrays of one element type; all binaries; else strings. */
function concatInputs(given: readonly Expression[], context: BindContext): readonly Expression[] {
  const args = oneCollation(given, context);
  const types = args.map((arg) => arg.type);
  if (types.some((type) => type.kind === "array")) {
    const type = commonType(types, context.settings);
    if (type?.kind !== "array") throw differentTypes(types, args, context);
    return args.map((arg) => coerced(arg, { ...type, containsNull: containsNull(arg) }, context));
  }
  const asTexts = context.settings.conf["spark.sql.function.concatBinaryAsString"] === "true";
  if (types.length > 0 && types.every((type) => type.kind === "binary") && !asTexts) return args;
  const texts = args.map((arg, i) => {
    if (arg.type.kind === "string") return arg;
    if (arg.type.kind === "map" || arg.type.kind === "struct") {
      throw wrongInput(i, '("STRING" or "BINARY" or "ARRAY")', args, context);
    }
    return coerced(arg, STRING, context);
  });
  return oneCollation(texts, context);
}

const concat = prepared(
  scalar({
    names: ["concat"],
    doc: doc(
      "Strings, binaries or arrays one after the other.",
      ["concat('Spark', 'SQL')", "SparkSQL"],
      ["concat(array(1, 2, 3), array(4, 5), array(6))", "[1,2,3,4,5,6]"],
    ),
    inputs: [],
    rest: "any",
    result: (types, args) => {
      const type = types[0];
      if (type === undefined) return STRING;
      if (type.kind === "array") return { ...type, containsNull: args.some(containsNull) };
      return type.kind === "binary" ? BINARY : type;
    },
    evaluate: (call) => {
      if (call.type.kind === "array") return (...arrays) => (arrays as readonly Items[]).flat();
      if (call.type.kind === "binary") return (...parts) => new Uint8Array(Buffer.concat(parts as Uint8Array[]));
      return (...parts) => (parts as string[]).join("");
    },
  }),
  concatInputs,
);

const tryElementAt = elementAt(
  "try_element_at",
  "The element at a place counted from 1, or from -1 at the end, or the value of a key; null where there is none.",
);

export const collectionFunctions: readonly FunctionEntry[] = [
  size,
  elementAt(
    "element_at",
    "The element at a place counted from 1, or from -1 at the end, or the value of a key. An index outside is an error in ANSI mode.",
  ),
  tryElementAt,
  reverse,
  concat,
];
