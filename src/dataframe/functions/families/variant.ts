/** Variants: made of JSON and of other values, looked into, described. */
import type { Boxed, DataType, VariantValue } from "../../../columnar/types";
import { AnalysisError, QueryError } from "../../errors";
import { BOOLEAN, INT, STRING, coerced } from "../../expressions/build";
import type { Call, Expression } from "../../expressions/expression";
import { JsonFault } from "../../json/reader";
import { sqlName } from "../../types/text";
import { castFromVariant, castToVariant, installVariants, isVariantable } from "../../variant/cast";
import { VariantReader } from "../../variant/decode";
import { DuplicateKey } from "../../variant/encode";
import { variantOfJson } from "../../variant/from-json";
import { parseVariantPath, variantAt } from "../../variant/path";
import type { VariantPath } from "../../variant/path";
import { VOID, mergedSchema, schemaOfVariant, schemaText } from "../../variant/schema";
import type { VariantSchema } from "../../variant/schema";
import { aggregate } from "../aggregate";
import { document } from "../documented";
import { isFoldable } from "../../expressions/traverse";
import type { BindContext, EvaluationContext, FunctionEntry, GeneratorFunction, ScalarFunction } from "../registry";
import { mismatch, scalar, wrongNumArgs } from "../signature";
import { wrongInput } from "./array-inputs";
import { schemaOfText } from "./json-inputs";
import { prepared } from "./array";

installVariants();

const doc = document("variant");

const VARIANT: DataType = { kind: "variant" };

function parser(name: string, usage: string, strict: boolean): ScalarFunction {
  return prepared(
    scalar({
      names: [name],
      doc: doc(usage, [`${name}('{"a":1,"b":0.8}')`, '{"a":1,"b":0.8}']),
      inputs: ["string"],
      result: VARIANT,
      nullable: (args) => !strict || (args[0] as Expression).nullable,
      evaluate: (call) => (text) => parsed(text as string, strict, call),
    }),
    onlyStrings,
  );
}

function onlyStrings(args: readonly Expression[], context: BindContext): readonly Expression[] {
  const arg = args[0];
  if (arg !== undefined && arg.type.kind !== "string" && arg.type.kind !== "null") throw wrongInput(0, '"STRING"', args, context);
  return args;
}

function parsed(text: string, strict: boolean, call: Call): VariantValue | null {
  try {
    return variantOfJson(text);
  } catch (error) {
    if (!(error instanceof JsonFault || error instanceof DuplicateKey)) throw error;
    if (!strict) return null;
    const cause = error instanceof DuplicateKey ? new QueryError("VARIANT_DUPLICATE_KEY", { key: error.key }) : error;
    throw new QueryError(
      "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION",
      { badRecord: text, failFastMode: "FAILFAST" },
      call.at,
      { cause },
    );
  }
}

function getter(name: "variant_get" | "try_variant_get", usage: string): ScalarFunction {
  const strict = name === "variant_get";
  return {
    kind: "scalar",
    names: [name],
    doc: doc(usage, [`${name}(parse_json('{"a": 1}'), '$.a', 'int')`, "1"]),
    print: (_, args) => `${name}(${args[0]}, ${args[1]})`,
    bind: (args, context) => {
      if (args.length < 2 || args.length > 3) throw wrongNumArgs("2 or 3", args.length, context);
      const shown = args.slice(0, 2);
      const [value, path, wanted] = args as readonly [Expression, Expression, Expression?];
      if (value.type.kind !== "variant" && value.type.kind !== "null") throw wrongInput(0, '"VARIANT"', shown, context);
      if (path.type.kind !== "string" && path.type.kind !== "null") throw wrongInput(1, '"STRING"', shown, context);
      const type = wanted === undefined ? VARIANT : typeArgument(wanted, shown, context);
      if (isFoldable(path)) {
        const text = context.fold(path).value;
        if (text !== null) pathOf(text as string, name, context);
      }
      return {
        kind: "call",
        fn: name,
        args: [coerced(value, VARIANT, context), coerced(path, STRING, context)],
        type,
        nullable: true,
        ...(context.at && { at: context.at }),
      };
    },
    evaluate: (call, context) => extractor(call, strict, context),
  };
}

function typeArgument(arg: Expression, shown: readonly Expression[], context: BindContext): DataType {
  const text = isFoldable(arg) && arg.type.kind === "string" ? context.fold(arg).value : null;
  if (text === null) {
    throw mismatch("NON_FOLDABLE_INPUT", shown, context, { inputName: "`type`", inputType: '"STRING"', inputExpr: "" });
  }
  const type = schemaOfText(text as string, context.settings);
  if (isCastTarget(type)) return type;
  throw mismatch("CAST_WITHOUT_SUGGESTION", shown, context, { srcType: '"VARIANT"', targetType: `"${sqlName(type)}"` });
}

function isCastTarget(type: DataType): boolean {
  switch (type.kind) {
    case "array":
      return isCastTarget(type.element);
    case "map":
      return type.key.kind === "string" && isCastTarget(type.value);
    case "struct":
      return type.fields.every((field) => isCastTarget(field.type));
    case "calendarInterval":
    case "udt":
      return false;
    default:
      return true;
  }
}

function pathOf(text: string, name: string, { at }: Pick<BindContext, "at">): VariantPath {
  const path = parseVariantPath(text);
  if (path === null) throw new AnalysisError("INVALID_VARIANT_GET_PATH", { path: text, functionName: `\`${name}\`` }, at);
  return path;
}

function extractor(call: Call, strict: boolean, { settings }: EvaluationContext): (...args: Boxed[]) => Boxed {
  const convert = castFromVariant(call.type, strict, settings, call.at);
  const name = strict ? "variant_get" : "try_variant_get";
  let known: string | null = null;
  let path: VariantPath = [];
  return (value, text) => {
    if (text !== known) {
      known = text as string;
      path = pathOf(known, name, call.at === undefined ? { at: undefined } : { at: call.at });
    }
    const found = variantAt(VariantReader.of(value as VariantValue), path);
    return found === null ? null : convert(found);
  };
}

const tests = [
  scalar({
    names: ["is_variant_null"],
    doc: doc("Whether a variant holds JSON's null, which SQL's null is not.", ["is_variant_null(parse_json('null'))", "true"]),
    inputs: ["variant"],
    result: BOOLEAN,
    nullable: false,
    nulls: "custom",
    evaluate: () => (value) => value !== null && VariantReader.of(value as VariantValue).kind === "null",
  }),
  scalar({
    names: ["is_valid_variant"],
    doc: doc("Whether a variant's bytes can be read.", [`is_valid_variant(parse_json('[{"b":true,"a":0}]'))`, "true"]),
    inputs: ["variant"],
    result: BOOLEAN,
    evaluate: () => (value) => {
      try {
        walk(VariantReader.of(value as VariantValue));
        return true;
      } catch (error) {
        // Buffers throw RangeErrors for places that they do not have.
        if (error instanceof QueryError || error instanceof RangeError) return false;
        throw error;
      }
    },
  }),
  scalar({
    names: ["schema_of_variant"],
    doc: doc("The schema of a variant's value, in SQL's words.", [
      `schema_of_variant(parse_json('[{"b":true,"a":0}]'))`,
      "ARRAY<OBJECT<a: BIGINT, b: BOOLEAN>>",
    ]),
    inputs: ["variant"],
    result: STRING,
    evaluate: () => (value) => schemaText(schemaOfVariant(VariantReader.of(value as VariantValue))),
  }),
];

function walk(reader: VariantReader): void {
  if (reader.kind === "object") for (const [, value] of reader.entries()) walk(value);
  else if (reader.kind === "array") for (const item of reader.items()) walk(item);
  else reader.bytes();
}

const toVariantObject = scalar({
  names: ["to_variant_object"],
  doc: doc("A struct, map or array as a variant, objects included.", ["to_variant_object(array(1, 2, 3))", "[1,2,3]"]),
  inputs: [{ anyOf: ["array", "map", "struct"] }],
  check: (args, context) => {
    const { type } = args[0] as Expression;
    if (isVariantable(type, true)) return;
    throw mismatch("CAST_WITHOUT_SUGGESTION", args, context, { srcType: `"${sqlName(type)}"`, targetType: '"VARIANT"' });
  },
  result: VARIANT,
  evaluate: (call) => castToVariant((call.args[0] as Expression).type),
});

/** Its state travels as JSON of the schema's tree. */
const schemaOfVariantAgg = aggregate<VariantSchema>({
  names: ["schema_of_variant_agg"],
  doc: {
    ...doc("The schema that holds all variants of a column.", [
      "schema_of_variant_agg(parse_json(j)) FROM VALUES ('1'), ('2'), ('3') AS tab(j)",
      "BIGINT",
    ]),
    group: "agg",
  },
  inputs: ["variant"],
  result: STRING,
  nullable: false,
  accumulator: () => ({
    stateTypes: [STRING],
    init: () => VOID,
    update: (state, args) => {
      const value = args[0] as VariantValue | null;
      return value === null ? state : mergedSchema(state, schemaOfVariant(VariantReader.of(value)));
    },
    merge: mergedSchema,
    finish: schemaText,
    toColumns: (state) => [JSON.stringify(state, (_, part: unknown) => (part instanceof Map ? [...part] : part))],
    fromColumns: (columns) => revived(JSON.parse(columns[0] as string) as SchemaJson),
  }),
});

type SchemaJson =
  | { readonly kind: "object"; readonly fields: readonly (readonly [string, SchemaJson])[] }
  | { readonly kind: "array"; readonly element: SchemaJson }
  | Extract<VariantSchema, { kind: "variant" | "type" }>;

function revived(json: SchemaJson): VariantSchema {
  if (json.kind === "object")
    return { kind: "object", fields: new Map(json.fields.map(([name, type]) => [name, revived(type)])) };
  return json.kind === "array" ? { kind: "array", element: revived(json.element) } : json;
}

function exploder(name: string, outer: boolean): GeneratorFunction {
  return {
    kind: "generatorFunction",
    names: [name],
    parameters: ["input"],
    doc: {
      ...doc("A row for each field of a variant's object or element of its array."),
      examples: [[`SELECT pos, key FROM ${name}(parse_json('{"a":true,"b":3.14}'))`, "0\ta\n1\tb"]],
    },
    bind: (args, context) => {
      if (args.length !== 1) throw wrongNumArgs("1", args.length, context);
      const value = args[0] as Expression;
      if (value.type.kind !== "variant" && value.type.kind !== "null") throw wrongInput(0, '"VARIANT"', args, context);
      return {
        kind: "generator",
        fn: name,
        args: [coerced(value, VARIANT, context)],
        type: {
          kind: "struct",
          fields: [
            { name: "pos", type: INT, nullable: outer },
            { name: "key", type: STRING, nullable: true },
            { name: "value", type: VARIANT, nullable: outer },
          ],
        },
        nullable: false,
        options: outer ? { outer } : {},
        ...(context.at && { at: context.at }),
      };
    },
    generate: () => (value) => {
      if (value === null) return [];
      const reader = VariantReader.of(value as VariantValue);
      if (reader.kind === "object") return [...reader.entries()].map(([key, part], i) => [i, key, part.variant()]);
      if (reader.kind === "array") return [...reader.items()].map((part, i) => [i, null, part.variant()]);
      return [];
    },
  };
}

export const variantFunctions: readonly FunctionEntry[] = [
  parser("parse_json", "The variant of a JSON text.", true),
  parser("try_parse_json", "The variant of a JSON text; null where it is none.", false),
  getter("variant_get", "What a path finds in a variant, as a type; an error where it is not of the type."),
  getter("try_variant_get", "What a path finds in a variant, as a type; null where it is not of the type."),
  ...tests,
  toVariantObject,
  schemaOfVariantAgg,
  exploder("variant_explode", false),
  exploder("variant_explode_outer", true),
];
