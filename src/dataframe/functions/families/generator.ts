/** Functions that give several rows for one. The `_outer` forms give a row of nulls where there would be none: `options.outer`. */
import type { Boxed, DataType, MapValue, StructField } from "../../../columnar/types";
import { INT, STRING, coerced } from "../../expressions/build";
import type { Expression, GeneratorCall } from "../../expressions/expression";
import { jsonTuple } from "../../json/tuple";
import { sameType, sqlName } from "../../types/text";
import { outOfRange } from "../aggregate";
import { document } from "../documented";
import type { BindContext, FunctionDoc, GeneratorFunction } from "../registry";
import { constantOf, mismatch, wrongNumArgs } from "../signature";
import { requireRoom } from "../value-size";
import { wrongInput } from "./array-inputs";

const doc = document("generator");

interface GeneratorSpec {
  readonly name: string;
  readonly doc: FunctionDoc;
  readonly outer?: boolean;
  readonly parameters?: readonly string[];
  readonly bind: (
    args: readonly Expression[],
    context: BindContext,
  ) => {
    readonly args: readonly Expression[];
    readonly fields: readonly StructField[];
    readonly options?: Readonly<Record<string, unknown>>;
  };
  readonly generate: GeneratorFunction["generate"];
}

/** The entry, and where it has one the entry of its `_outer` form. */
function generator(spec: GeneratorSpec): readonly GeneratorFunction[] {
  const make = (name: string, outer: boolean): GeneratorFunction => ({
    kind: "generatorFunction",
    names: [name],
    doc: spec.doc,
    ...(spec.parameters && { parameters: spec.parameters }),
    generate: spec.generate,
    bind: (given, context) => {
      const { args, fields, options } = spec.bind(given, context);
      const call: GeneratorCall = {
        kind: "generator",
        fn: name,
        args,
        type: { kind: "struct", fields: outer ? fields.map((field) => ({ ...field, nullable: true })) : fields },
        nullable: false,
        options: { ...options, ...(outer && { outer }) },
        ...(context.at && { at: context.at }),
      };
      return call;
    },
  });
  return spec.outer === true ? [make(spec.name, false), make(`${spec.name}_outer`, true)] : [make(spec.name, false)];
}

function field(name: string, type: DataType, nullable: boolean): StructField {
  return { name, type, nullable };
}

function one(args: readonly Expression[], context: BindContext): Expression {
  if (args.length !== 1) throw wrongNumArgs("1", args.length, context);
  return args[0] as Expression;
}

function elementFields(args: readonly Expression[], context: BindContext): readonly StructField[] {
  const { type } = one(args, context);
  if (type.kind === "array") return [field("col", type.element, type.containsNull)];
  if (type.kind === "map") return [field("key", type.key, false), field("value", type.value, type.valueContainsNull)];
  throw wrongInput(0, '("ARRAY" or "MAP")', args, context);
}

function elements(value: Boxed): readonly (readonly Boxed[])[] {
  if (value === null) return [];
  if (Array.isArray(value)) return (value as readonly Boxed[]).map((item) => [item]);
  const { keys, values } = value as MapValue;
  return keys.map((key, i) => [key, values[i] as Boxed]);
}

const explode = generator({
  name: "explode",
  outer: true,
  parameters: ["collection"],
  doc: doc("A row for each element of an array or entry of a map.", ["explode(array(10, 20))", "10\n20"]),
  bind: (args, context) => ({ args, fields: elementFields(args, context) }),
  generate: () => (value) => elements(value),
});

const posexplode = generator({
  name: "posexplode",
  outer: true,
  parameters: ["collection"],
  doc: doc("A row for each element of an array or entry of a map, with its place from 0.", [
    "posexplode(array(10, 20))",
    "0\t10\n1\t20",
  ]),
  bind: (args, context) => ({ args, fields: [field("pos", INT, false), ...elementFields(args, context)] }),
  generate: () => (value) => elements(value).map((row, i) => [i, ...row]),
});

const inline = generator({
  name: "inline",
  outer: true,
  parameters: ["input"],
  doc: doc("A row for each struct of an array.", ["inline(array(struct(1, 'a'), struct(2, 'b')))", "1\ta\n2\tb"]),
  bind: (args, context) => {
    const { type } = one(args, context);
    if (type.kind !== "array" || type.element.kind !== "struct") throw wrongInput(0, '"ARRAY<STRUCT>"', args, context);
    const { fields } = type.element;
    return { args, fields: type.containsNull ? fields.map((each) => ({ ...each, nullable: true })) : fields };
  },
  generate: (call) => {
    const { type } = call.args[0] as Expression;
    const width = type.kind === "array" && type.element.kind === "struct" ? type.element.fields.length : 0;
    const missing = new Array<Boxed>(width).fill(null);
    return (rows) => (rows === null ? [] : (rows as readonly (readonly Boxed[] | null)[]).map((row) => row ?? missing));
  },
});

/** About what a row of boxed values takes. */
const ROW_BYTES = 64;

const stack = generator({
  name: "stack",
  doc: doc("The arguments after the first as so many rows.", ["stack(2, 1, 2, 3)", "1\t2\n3\tNULL"]),
  bind: bindStack,
  generate: (call) => {
    const rows = call.options?.["rows"] as number;
    const width = call.type.kind === "struct" ? call.type.fields.length : 0;
    requireRoom(rows * ROW_BYTES, { name: "stack", at: call.at });
    return (_, ...values) =>
      Array.from({ length: rows }, (_unused, row) =>
        Array.from({ length: width }, (_none, i) => values[row * width + i] ?? null),
      );
  },
});

function bindStack(args: readonly Expression[], context: BindContext): ReturnType<GeneratorSpec["bind"]> {
  if (args.length < 2) throw wrongNumArgs("> 1", args.length, context);
  const count = args[0] as Expression;
  if (count.type.kind !== "int") throw wrongInput(0, '"INT"', args, context);
  const rows = (constantOf("n", count, args, context) as number | null) ?? 0;
  if (rows < 1) throw outOfRange("n", "(0, 2147483647]", count, args, context);
  const values = args.slice(1);
  const width = Math.ceil(values.length / rows);
  const types = Array.from({ length: width }, (_, column): DataType => {
    let type: DataType = { kind: "null" };
    let first = column;
    for (let i = column; i < values.length; i += width) {
      const other = (values[i] as Expression).type;
      if (type.kind === "null") [type, first] = [other, i];
      else if (other.kind !== "null" && !sameType(type, other)) {
        throw mismatch("STACK_COLUMN_DIFF_TYPES", args, context, {
          columnIndex: String(column),
          leftParamIndex: String(first + 1),
          leftType: `"${sqlName(type)}"`,
          rightParamIndex: String(i + 1),
          rightType: `"${sqlName(other)}"`,
        });
      }
    }
    return type;
  });
  return {
    args: [count, ...values.map((value, i) => coerced(value, types[i % width] as DataType, context))],
    fields: types.map((type, i) => field(`col${i}`, type, true)),
    options: { rows },
  };
}

const tuple = generator({
  name: "json_tuple",
  doc: doc("The values of the named fields of a JSON object, as strings.", [`json_tuple('{"a":1, "b":2}', 'a', 'b')`, "1\t2"]),
  bind: (args, context) => {
    if (args.length < 2) throw wrongNumArgs("> 1", args.length, context);
    if (args.some((arg) => arg.type.kind !== "string")) {
      throw mismatch("NON_STRING_TYPE", args, context, { funcName: "`json_tuple`" });
    }
    const { type } = args[0] as Expression;
    return { args, fields: args.slice(1).map((_, i) => field(`c${i}`, type.kind === "string" ? type : STRING, true)) };
  },
  generate:
    () =>
    (text, ...names) => [jsonTuple(text as string | null, names as (string | null)[])],
});

export const generatorFunctions: readonly GeneratorFunction[] = [...explode, ...posexplode, ...inline, ...stack, ...tuple];
