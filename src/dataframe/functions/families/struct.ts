/** struct and named_struct. */
import type { Boxed, DataType, StructField } from "../../../columnar/types";
import { STRING, literal } from "../../expressions/build";
import type { Expression } from "../../expressions/expression";
import { printed } from "../../expressions/print";
import { isFoldable } from "../../expressions/traverse";
import { document } from "../documented";
import type { BindContext, FunctionEntry, ScalarFunction } from "../registry";
import { mismatch, wrongNumArgs } from "../signature";

const doc = document("struct");

/** What a value is called as a field of `struct`: its own name, else col and its place. */
function fieldName(value: Expression, index: number): string {
  switch (value.kind) {
    case "attribute":
    case "alias":
    case "lambdaVariable":
      return value.name;
    case "outer":
      return value.attribute.name;
    case "call":
      return value.fn === "struct_field" || value.fn === "array_fields" ? (value.options?.["name"] as string) : `col${index + 1}`;
    default:
      return `col${index + 1}`;
  }
}

/** `args`: names and values alternate; names are literals. */
function structOf(names: readonly string[], values: readonly Expression[], context: BindContext, alias?: string): Expression {
  const fields = values.map((value, i): StructField => {
    const metadata = value.kind === "attribute" || value.kind === "alias" ? value.metadata : undefined;
    return { name: names[i] as string, type: value.type, nullable: value.nullable, ...(metadata && { metadata }) };
  });
  const type: DataType = { kind: "struct", fields };
  return {
    kind: "call",
    fn: "named_struct",
    args: values.flatMap((value, i) => [literal(names[i] as string, STRING), value.kind === "alias" ? value.child : value]),
    type,
    nullable: false,
    ...(alias !== undefined && { printed: alias }),
    ...(context.at && { at: context.at }),
  };
}

const namedStruct: ScalarFunction = {
  kind: "scalar",
  names: ["named_struct"],
  doc: doc("A struct of names and values that alternate.", ["named_struct('a', 1, 'b', 2, 'c', 3)", '{"a":1,"b":2,"c":3}']),
  nulls: "custom",
  bind: (args, context) => {
    if (args.length % 2 === 1) throw wrongNumArgs("2n (n > 0)", args.length, context);
    const names = args.filter((_, i) => i % 2 === 0);
    const bad = names.filter((name) => name.type.kind !== "string" || !isFoldable(name) || context.fold(name).value === null);
    if (bad.length > 0) {
      throw mismatch("CREATE_NAMED_STRUCT_WITHOUT_FOLDABLE_STRING", args, context, {
        inputExprs: `[${bad.map((name) => `"${printed(name)}"`).join(", ")}]`,
      });
    }
    const texts = names.map((name) => context.fold(name).value as string);
    return structOf(
      texts,
      args.filter((_, i) => i % 2 === 1),
      context,
    );
  },
  evaluate:
    () =>
    (...args) => {
      const values = new Array<Boxed>(args.length >> 1);
      for (let i = 0; i < values.length; i++) values[i] = args[2 * i + 1] as Boxed;
      return values;
    },
};

const struct: ScalarFunction = {
  kind: "scalar",
  names: ["struct"],
  doc: doc("A struct of the arguments, named after them, or col1, col2, …", ["struct(1, 2, 3)", '{"col1":1,"col2":2,"col3":3}']),
  bind: (args, context) => structOf(args.map(fieldName), args, context, `struct(${args.map(printed).join(", ")})`),
};

export const structFunctions: readonly FunctionEntry[] = [namedStruct, struct];
