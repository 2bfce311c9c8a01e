/** JSON text taken apart, read against a schema, and made. */
import type { Boxed, DataType, StructType } from "../../../columnar/types";
import { AnalysisError, QueryError } from "../../errors";
import { INT, STRING } from "../../expressions/build";
import type { Call, Expression } from "../../expressions/expression";
import { canonical, typeOfJson } from "../../json/infer";
import { jsonOptions } from "../../json/options";
import type { OptionMap } from "../../json/options";
import { jsonStructParser, jsonValueParser } from "../../json/parse";
import { jsonAtPath, parsePath } from "../../json/path";
import type { PathStep } from "../../json/path";
import { JsonFault, JsonReader, LENIENT } from "../../json/reader";
import { recordReader, withoutCorruptColumn } from "../../json/record-mode";
import { checkPatterns } from "../../json/datetime-text";
import { jsonWriter } from "../../json/write";
import { sqlName } from "../../types/text";
import { document, plain } from "../documented";
import { closestInput } from "../input-types";
import type { BindContext, EvaluationContext, FunctionEntry, ScalarFunction } from "../registry";
import { mismatch, scalar, unexpectedInputType, wrongNumArgs } from "../signature";
import { coerced } from "../../expressions/build";
import { asNullable, optionsOf, sampleText, schemaArgument } from "./json-inputs";

const doc = document("json");

/** The text argument of a function whose other arguments are constants that it does not keep. */
export function textArgument(args: readonly Expression[], context: BindContext): Expression {
  const text = args[0] as Expression;
  const type =
    text.type.kind === "string" || text.type.kind === "null" ? closestInput(text.type, "string", context.settings) : null;
  if (type === null) throw unexpectedInputType("string", 0, args.slice(0, 1), context);
  return coerced(text, type, context);
}

export function jsonSchemaError(type: DataType, args: readonly Expression[], context: BindContext): AnalysisError {
  return mismatch("INVALID_JSON_SCHEMA", args.slice(0, 1), context, { schema: `"${sqlName(type)}"` });
}

const fromJson: ScalarFunction = {
  kind: "scalar",
  names: ["from_json"],
  doc: doc("The value of a JSON text, of the given schema; a text that is not of the schema gives nulls.", [
    `from_json('{"a":1, "b":0.8}', 'a INT, b DOUBLE')`,
    '{"a":1,"b":0.8}',
  ]),
  print: (call, args) => (call.type.kind === "map" ? "entries" : `from_json(${args[0]})`),
  bind: (args, context) => {
    if (args.length < 2 || args.length > 3) throw wrongNumArgs("2 or 3", args.length, context);
    const schema = schemaArgument(args[1] as Expression, context);
    const options = optionsOf(args[2], context);
    const text = textArgument(args, context);
    const type = asNullable(schema);
    if (type.kind !== "struct" && type.kind !== "array" && type.kind !== "map" && type.kind !== "variant") {
      throw jsonSchemaError(schema, args, context);
    }
    if (type.kind === "map" && type.key.kind !== "string") {
      throw mismatch("INVALID_JSON_MAP_KEY_TYPE", args.slice(0, 1), context, { schema: `"${sqlName(type)}"` });
    }
    checkMode("from_json", options, context);
    return {
      kind: "call",
      fn: "from_json",
      args: [text],
      type,
      nullable: true,
      options: { json: options },
      ...(context.at && { at: context.at }),
    };
  },
  evaluate: (call, context) => fromJsonReader(call, context) as (...args: Boxed[]) => Boxed,
};

/** Records cannot be left out of a column. */
export function checkMode(name: string, options: OptionMap, context: Pick<BindContext, "settings" | "at">): void {
  const { mode } = jsonOptions(options, context.settings);
  if (mode !== "DROPMALFORMED") return;
  throw new AnalysisError("PARSE_MODE_UNSUPPORTED", { funcName: `\`${name}\``, mode }, context.at);
}

function fromJsonReader(call: Call, { settings }: EvaluationContext): (text: string) => Boxed {
  const options = jsonOptions(call.options?.["json"] as OptionMap, settings);
  const corrupt = options.columnNameOfCorruptRecord;
  const { type } = call;
  if (type.kind === "struct") {
    const corruptField = type.fields.find((field) => field.name === corrupt);
    if (corruptField !== undefined && corruptField.type.kind !== "string") {
      throw new AnalysisError(
        "INVALID_CORRUPT_RECORD_TYPE",
        { columnName: `\`${corrupt}\``, actualType: `"${sqlName(corruptField.type)}"` },
        call.at,
      );
    }
    const parse = jsonStructParser(withoutCorruptColumn(type, corrupt), options, settings, false);
    const read = recordReader(parse, type, options.mode, corrupt);
    return (text) => read(text)[0] ?? null;
  }
  const schema: StructType = { kind: "struct", fields: [{ name: "value", type, nullable: true }] };
  const read = recordReader(jsonValueParser(type, options, settings), schema, options.mode, corrupt);
  return (text) => read(text)[0]?.[0] ?? null;
}

const toJson: ScalarFunction = {
  kind: "scalar",
  names: ["to_json"],
  doc: doc("The JSON text of a struct, map, array or variant.", ["to_json(named_struct('a', 1, 'b', 2))", '{"a":1,"b":2}']),
  print: (_, args) => `to_json(${args[0]})`,
  bind: (args, context) => {
    if (args.length < 1 || args.length > 2) throw wrongNumArgs("1 or 2", args.length, context);
    const value = args[0] as Expression;
    const options = optionsOf(args[1], context);
    const { kind } = value.type;
    if (kind !== "struct" && kind !== "array" && kind !== "map" && kind !== "variant" && kind !== "null")
      throw jsonSchemaError(value.type, args, context);
    const { timestampFormat, timestampNtzFormat, dateFormat } = jsonOptions(options, context.settings);
    checkPatterns([timestampFormat, timestampNtzFormat, dateFormat]);
    return {
      kind: "call",
      fn: "to_json",
      args: [value],
      type: STRING,
      nullable: true,
      options: { json: options },
      ...(context.at && { at: context.at }),
    };
  },
  evaluate: (call, { settings }) => {
    const options = jsonOptions(call.options?.["json"] as OptionMap, settings);
    const write = jsonWriter((call.args[0] as Expression).type, options, settings);
    return (value) => write(value);
  },
};

const getJsonObject = scalar({
  names: ["get_json_object"],
  uncast: true,
  doc: doc("The text of what a path finds in a JSON text.", [`get_json_object('{"a":"b"}', '$.a')`, "b"]),
  inputs: ["string", "string"],
  result: STRING,
  nullable: true,
  evaluate: () => {
    let known: string | null = null;
    let steps: readonly PathStep[] | null = null;
    return (text, path) => {
      if (path !== known) {
        known = path as string;
        steps = parsePath(known);
      }
      return steps === null ? null : jsonAtPath(text as string, steps);
    };
  },
});

/** Walks a text of which something is counted or listed; null where it is no JSON. */
function walked<T extends Boxed>(text: string, walk: (reader: JsonReader) => T | null): T | null {
  const reader = new JsonReader(text, LENIENT);
  try {
    return walk(reader);
  } catch (error) {
    if (error instanceof JsonFault) return null;
    throw error;
  }
}

const looks = [
  scalar({
    names: ["json_array_length"],
    uncast: true,
    doc: doc("Number of elements of a JSON array; null for other text.", ["json_array_length('[1,2,3,4]')", "4"]),
    inputs: ["string"],
    result: INT,
    nullable: true,
    evaluate: plain((text: string) =>
      walked(text, (reader) => {
        if (reader.next() !== "[") return null;
        let count = 0;
        for (; reader.next() !== "]"; count++) reader.skipChildren();
        return count;
      }),
    ),
  }),
  scalar({
    names: ["json_object_keys"],
    uncast: true,
    doc: doc("The names of the fields of a JSON object; null for other text.", [
      `json_object_keys('{"key": "value"}')`,
      '["key"]',
    ]),
    inputs: ["string"],
    result: { kind: "array", element: STRING, containsNull: true },
    nullable: true,
    evaluate: plain((text: string) =>
      walked<readonly Boxed[]>(text, (reader) => {
        if (reader.next() !== "{") return null;
        const keys: string[] = [];
        while (reader.next() !== "}") {
          keys.push(reader.text);
          reader.skipChildren();
        }
        return keys;
      }),
    ),
  }),
];

const schemaOfJson: ScalarFunction = {
  kind: "scalar",
  names: ["schema_of_json"],
  doc: doc("The schema of a JSON text, in SQL's words.", [
    `schema_of_json('[{"col":01}]', map('allowNumericLeadingZeros', 'true'))`,
    "ARRAY<STRUCT<col: BIGINT>>",
  ]),
  print: (_, args) => `schema_of_json(${args[0]})`,
  bind: (args, context) => {
    if (args.length < 1 || args.length > 2) throw wrongNumArgs("1 or 2", args.length, context);
    const options = optionsOf(args[1], context);
    const text = textArgument(args, context);
    sampleText("json", [text], context);
    return {
      kind: "call",
      fn: "schema_of_json",
      args: [text],
      type: STRING,
      nullable: false,
      options: { json: options },
      ...(context.at && { at: context.at }),
    };
  },
  evaluate: (call, { settings }) => {
    const options = jsonOptions(call.options?.["json"] as OptionMap, settings);
    checkPatterns([options.timestampFormat, options.timestampNtzFormat], "parse");
    return (text) => {
      try {
        const type = typeOfJson(text as string, options, settings);
        const found = canonical(type, options.dropFieldIfAllNull);
        if (found !== null) return sqlName(found);
        return type.kind === "struct" ? "STRUCT<>" : type.kind === "array" ? "ARRAY<STRUCT<>>" : "STRING";
      } catch (error) {
        if (!(error instanceof JsonFault)) throw error;
        throw new QueryError("INVALID_JSON_TEXT", { position: String(error.position), reason: error.message }, call.at);
      }
    };
  },
};

export const jsonFunctions: readonly FunctionEntry[] = [fromJson, toJson, getJsonObject, ...looks, schemaOfJson];
