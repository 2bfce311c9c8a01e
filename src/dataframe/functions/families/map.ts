/** Maps: made from parts, taken apart, searched. */
import type { Boxed, DataType, MapType } from "../../../columnar/types";
import type { MapValue } from "../../../columnar/types";
import { QueryError } from "../../errors";
import { STRING, coerced, literal } from "../../expressions/build";
import type { Expression } from "../../expressions/expression";
import { commonType } from "../../types/coercion";
import { containsType } from "../../types/contains";
import { sqlName } from "../../types/text";
import { document, plain } from "../documented";
import type { BindContext, FunctionEntry } from "../registry";
import { ignoresCase } from "../text/collated-pattern";
import { differentTypes, mismatch, scalar, wrongNumArgs } from "../signature";
import { prepared } from "./array";
import { arrayOf, commonWithoutStrings, refuseNullType, sameElements, wrongInput } from "./array-inputs";
import { mapBuilder } from "./map-builder";

const doc = document("map");

type Items = readonly Boxed[];

const mapOf = (key: DataType, value: DataType, valueContainsNull: boolean): MapType => ({
  kind: "map",
  key,
  value,
  valueContainsNull,
});

const NULL: DataType = { kind: "null" };

function holdsMap(type: DataType): boolean {
  return containsType(type, ({ kind }) => kind === "map" || kind === "variant");
}

export function requireKeyType(type: DataType, args: readonly Expression[], context: BindContext): void {
  if (!holdsMap(type)) return;
  throw mismatch("INVALID_MAP_KEY_TYPE", args, context, { keyType: `"${sqlName(type)}"` });
}

const createMap = prepared(
  scalar({
    names: ["map"],
    doc: doc("A map of keys and values that alternate.", ["map(1.0, '2', 3.0, '4')", '{1.0:"2",3.0:"4"}']),
    inputs: [],
    rest: "any",
    result: (types, args, { settings }) =>
      mapOf(
        commonType(
          types.filter((_, i) => i % 2 === 0),
          settings,
        ) ?? NULL,
        commonType(
          types.filter((_, i) => i % 2 === 1),
          settings,
        ) ?? NULL,
        args.some((arg, i) => i % 2 === 1 && arg.nullable),
      ),
    nullable: false,
    check: (args, context) => {
      if (args[0] !== undefined) requireKeyType(args[0].type, args, context);
    },
    nulls: "custom",
    evaluate: (call, context) => {
      const build = mapBuilder((call.type as MapType).key, context, call.at);
      return (...args) =>
        build(
          args.filter((_, i) => i % 2 === 0),
          args.filter((_, i) => i % 2 === 1),
        );
    },
  }),
  (args, context) => {
    if (args.length % 2 === 1) throw wrongNumArgs("2n (n > 0)", args.length, context);
    const side = (rest: 0 | 1, reason: string): DataType => {
      const types = args.filter((_, i) => i % 2 === rest).map((arg) => arg.type);
      const type = commonType(types, context.settings);
      if (type !== null) return type;
      throw mismatch(reason, args, context, {
        functionName: `\`${context.name}\``,
        dataType: `[${types.map((one) => `"${sqlName(one)}"`).join(", ")}]`,
      });
    };
    const key = side(0, "CREATE_MAP_KEY_DIFF_TYPES");
    const value = side(1, "CREATE_MAP_VALUE_DIFF_TYPES");
    return args.map((arg, i) => coerced(arg, i % 2 === 0 ? key : value, context));
  },
);

const mapConcat = prepared(
  scalar({
    names: ["map_concat"],
    doc: doc("The entries of all maps.", ["map_concat(map(1, 'a', 2, 'b'), map(3, 'c'))", '{1:"a",2:"b",3:"c"}']),
    inputs: [],
    rest: "map",
    result: (types) => {
      const maps = types as readonly MapType[];
      const [first] = maps;
      if (first === undefined) return mapOf(STRING, STRING, true);
      return mapOf(
        first.key,
        first.value,
        maps.some((map) => map.valueContainsNull),
      );
    },
    evaluate: (call, context) => {
      const build = mapBuilder((call.type as MapType).key, context, call.at);
      return (...maps) =>
        build(
          (maps as MapValue[]).flatMap((map) => map.keys),
          (maps as MapValue[]).flatMap((map) => map.values),
        );
    },
  }),
  (args, context) => {
    const types = args.map((arg) => arg.type);
    if (types.some((type) => type.kind !== "map" && type.kind !== "null")) {
      throw mismatch("MAP_CONCAT_DIFF_TYPES", args, context, {
        functionName: `\`${context.name}\``,
        dataType: `[${types.map((one) => `"${sqlName(one)}"`).join(", ")}]`,
      });
    }
    const type = commonType(types, context.settings);
    if (type === null && args.length > 0) throw differentTypes(types, args, context);
    return type === null ? args : args.map((arg) => coerced(arg, type, context));
  },
);

const mapFromArrays = scalar({
  names: ["map_from_arrays"],
  doc: doc("A map of an array of keys and an array of values.", [
    "map_from_arrays(array(1.0, 3.0), array('2', '4'))",
    '{1.0:"2",3.0:"4"}',
  ]),
  inputs: ["array", "array"],
  check: (args, context) => {
    const { type } = args[0] as Expression;
    if (type.kind === "array") requireKeyType(type.element, args, context);
  },
  result: (types) => {
    const [keys, values] = types as readonly [DataType, DataType];
    return keys.kind === "array" && values.kind === "array"
      ? mapOf(keys.element, values.element, values.containsNull)
      : mapOf(NULL, NULL, true);
  },
  evaluate: (call, context) => {
    const build = mapBuilder((call.type as MapType).key, context, call.at);
    return (keys, values) => {
      if ((keys as Items).length !== (values as Items).length) {
        throw new QueryError("_LEGACY_ERROR_TEMP_2128", {}, call.at);
      }
      return build(keys as Items, values as Items);
    };
  },
});

const mapFromEntries = scalar({
  names: ["map_from_entries"],
  doc: doc("A map of an array of pairs.", ["map_from_entries(array(struct(1, 'a'), struct(2, 'b')))", '{1:"a",2:"b"}']),
  inputs: ["any"],
  check: (args, context) => {
    const { type } = args[0] as Expression;
    if (type.kind !== "array" || type.element.kind !== "struct" || type.element.fields.length !== 2) {
      throw wrongInput(0, '"ARRAY" of pair "STRUCT"', args, context);
    }
    requireKeyType(type.element.fields[0]?.type ?? NULL, args, context);
  },
  result: (types) => {
    const [type] = types;
    const fields = type?.kind === "array" && type.element.kind === "struct" ? type.element.fields : [];
    return mapOf(fields[0]?.type ?? NULL, fields[1]?.type ?? NULL, fields[1]?.nullable ?? true);
  },
  nullable: (args) => {
    const arg = args[0] as Expression;
    return arg.nullable || (arg.type.kind === "array" && arg.type.containsNull);
  },
  evaluate: (call, context) => {
    const build = mapBuilder((call.type as MapType).key, context, call.at);
    return (value) => {
      const entries = value as readonly (Items | null)[];
      if (entries.includes(null)) return null;
      return build(
        (entries as readonly Items[]).map((entry) => entry[0] as Boxed),
        (entries as readonly Items[]).map((entry) => entry[1] as Boxed),
      );
    };
  },
});

const parts = [
  scalar({
    names: ["map_keys"],
    doc: doc("The keys of a map.", ["map_keys(map(1, 'a', 2, 'b'))", "[1,2]"]),
    inputs: ["map"],
    result: (types) => arrayOf((types[0] as MapType).key, true),
    evaluate: plain((map: MapValue) => map.keys),
  }),
  scalar({
    names: ["map_values"],
    doc: doc("The values of a map.", ["map_values(map(1, 'a', 2, 'b'))", '["a","b"]']),
    inputs: ["map"],
    result: (types) => arrayOf((types[0] as MapType).value, true),
    evaluate: plain((map: MapValue) => map.values),
  }),
  scalar({
    names: ["map_entries"],
    doc: doc("The entries of a map as structs of key and value.", [
      "map_entries(map(1, 'a', 2, 'b'))",
      '[{"key":1,"value":"a"},{"key":2,"value":"b"}]',
    ]),
    inputs: ["map"],
    result: (types) => {
      const { key, value, valueContainsNull } = types[0] as MapType;
      return arrayOf(
        {
          kind: "struct",
          fields: [
            { name: "key", type: key, nullable: false },
            { name: "value", type: value, nullable: valueContainsNull },
          ],
        },
        false,
      );
    },
    evaluate: plain((map: MapValue) => map.keys.map((key, i) => [key, map.values[i] as Boxed])),
  }),
];

const containsKey = prepared(
  scalar({
    names: ["map_contains_key"],
    doc: doc("Whether a map has a key.", ["map_contains_key(map(1, 'a', 2, 'b'), 1)", "true"]),
    inputs: ["any", "any"],
    result: { kind: "boolean" },
    // Spark looks into map_keys(), whose type allows for nulls.
    nullable: true,
    evaluate: (call) => {
      const same = sameElements((call.args[1] as Expression).type);
      return (map, key) => (map as MapValue).keys.some((one) => same(one, key));
    },
  }),
  (args, context) => {
    if (args.length !== 2) return args;
    refuseNullType(args, context);
    const [map, key] = args as readonly [Expression, Expression];
    if (map.type.kind !== "map") throw wrongInput(0, '"MAP"', args, context);
    const type = commonWithoutStrings(map.type.key, key.type, context);
    if (type === null) {
      throw mismatch("MAP_FUNCTION_DIFF_TYPES", args, context, {
        functionName: `\`${context.name}\``,
        dataType: '"MAP"',
        leftType: `"${sqlName(map.type)}"`,
        rightType: `"${sqlName(key.type)}"`,
      });
    }
    return [coerced(map, { ...map.type, key: type }, context), coerced(key, type, context)];
  },
);

/** Patterns are mostly constants: the last one is kept. */
function lastPattern(flags: string): (pattern: string) => RegExp {
  let last: string | null = null;
  let regex = /^/;
  return (pattern) => {
    if (pattern !== last) {
      regex = new RegExp(pattern, flags);
      last = pattern;
    }
    return regex;
  };
}

/** Delimiters are regular expressions. */
const strToMap = scalar({
  names: ["str_to_map"],
  uncast: true,
  doc: doc("A map of a text of pairs, with the delimiter of pairs and that of key and value.", [
    "str_to_map('a:1,b:2,c:3', ',', ':')",
    '{"a":"1","b":"2","c":"3"}',
  ]),
  inputs: ["string", "string", "string"],
  optional: 2,
  defaults: (args) => [...args.slice(0, 1), args[1] ?? literal(",", STRING), args[2] ?? literal(":", STRING)],
  collated: "value",
  result: (types) => mapOf(types[0] as DataType, types[0] as DataType, true),
  evaluate: (call, context) => {
    const build = mapBuilder(STRING, context, call.at);
    const flags = ignoresCase(call) ? "iu" : "u";
    const between = lastPattern(flags);
    const inside = lastPattern(flags);
    return (text, pairs, values) => {
      const [ofPairs, ofValues] = [between(pairs as string), inside(values as string)];
      const keys: string[] = [];
      const items: (string | null)[] = [];
      for (const entry of (text as string).split(ofPairs)) {
        const found = ofValues.exec(entry);
        keys.push(found === null ? entry : entry.slice(0, found.index));
        items.push(found === null ? null : entry.slice(found.index + found[0].length));
      }
      return build(keys, items);
    };
  },
});

export const mapFunctions: readonly FunctionEntry[] = [
  createMap,
  mapConcat,
  mapFromArrays,
  mapFromEntries,
  ...parts,
  containsKey,
  strToMap,
];
