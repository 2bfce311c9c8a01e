/** `a[0]`, `m['k']`, `s.f`: the entry "extract_item" takes the value and an index or a field's name, and becomes one of the others. */
import type { ArrayType, Boxed, DataType, StructField } from "../../../columnar/types";
import type { MapValue } from "../../../columnar/types";
import { AnalysisError, QueryError } from "../../errors";
import { compareValues } from "../../expressions/compare";
import { INT, coerced, fieldAt } from "../../expressions/build";
import type { Call, Expression } from "../../expressions/expression";
import { printed } from "../../expressions/print";
import { commonType } from "../../types/coercion";
import { isIntegral, sqlName } from "../../types/text";
import type { BindContext, FunctionDoc, FunctionEntry, ScalarFunction } from "../registry";

const doc = (usage: string, sql: string, result: string): FunctionDoc => ({
  group: "operator",
  usage,
  examples: [[sql, result]],
});

/** `[value, index]`; a string literal names a field of a struct. */
function bindExtract(args: readonly Expression[], context: BindContext): Expression {
  const [child, index] = args as readonly [Expression, Expression];
  const at = context.at && { at: context.at };
  const type = child.type;
  const name = index.kind === "literal" && index.type.kind === "string" ? (index.value as string | null) : null;
  if (type.kind === "struct" && name !== null) {
    const ordinal = fieldIndex(type.fields, name, context);
    return { ...fieldAt(child, ordinal, name), ...at };
  }
  if (type.kind === "array" && type.element.kind === "struct" && name !== null) {
    const ordinal = fieldIndex(type.element.fields, name, context);
    const field = type.element.fields[ordinal] as StructField;
    return {
      kind: "call",
      fn: "array_fields",
      args: [child],
      type: { kind: "array", element: field.type, containsNull: type.containsNull || field.nullable },
      nullable: child.nullable,
      options: { ordinal, name: field.name },
      ...at,
    };
  }
  if (type.kind === "array") {
    if (!isIntegral(index.type) && index.type.kind !== "null") throw badIndex(child, index, "INTEGRAL", context);
    const position = isIntegral(index.type) ? index.type : INT;
    return {
      kind: "call",
      fn: "array_item",
      args: [child, coerced(index, position, context)],
      type: type.element,
      nullable: itemNullable(child, type, index, context),
      options: { ansi: context.settings.ansi },
      ...at,
    };
  }
  if (type.kind === "map") {
    const key =
      type.key.kind === "string" && takesText(index.type) ? type.key : commonType([type.key, index.type], context.settings);
    if (key === null) throw badIndex(child, index, sqlName(type.key), context);
    const map: DataType = { ...type, key };
    const wanted = coerced(index, key, context);
    return {
      kind: "call",
      fn: "map_item",
      // Without the collation that a text takes from the map.
      args: [coerced(child, map, context), wanted.kind === "literal" ? { ...wanted, printed: printed(index) } : wanted],
      type: type.value,
      nullable: true,
      ...at,
    };
  }
  if (type.kind === "struct") {
    throw new AnalysisError("INVALID_EXTRACT_FIELD_TYPE", { extraction: `"${printed(index)}"` }, context.at);
  }
  throw new AnalysisError(
    "INVALID_EXTRACT_BASE_FIELD_TYPE",
    { base: `"${printed(child)}"`, other: `"${sqlName(type)}"` },
    context.at,
  );
}

/** What is looked for in a map of texts is its own text. */
function takesText({ kind }: DataType): boolean {
  return !["string", "null", "array", "map", "struct", "udt"].includes(kind);
}

/** The element is known where array and index are written out; ANSI mode has no null for an index out of range. */
function itemNullable(child: Expression, type: ArrayType, index: Expression, context: BindContext): boolean {
  if (index.kind === "literal" && index.value !== null) {
    const element = child.kind === "call" && child.fn === "array" ? child.args[Number(index.value)] : undefined;
    return element === undefined ? true : element.nullable;
  }
  return !context.settings.ansi || type.containsNull || child.nullable || index.nullable;
}

function badIndex(child: Expression, index: Expression, required: string, context: BindContext): AnalysisError {
  return new AnalysisError(
    "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
    {
      sqlExpr: `"${printed(child)}[${printed(index)}]"`,
      paramIndex: "second",
      inputSql: `"${printed(index)}"`,
      inputType: `"${sqlName(index.type)}"`,
      requiredType: `"${required}"`,
    },
    context.at,
  );
}

/** The field's place; FIELD_NOT_FOUND, AMBIGUOUS_REFERENCE_TO_FIELDS. */
export function fieldIndex(fields: readonly StructField[], name: string, context: Pick<BindContext, "settings" | "at">): number {
  const fold = (text: string): string => (context.settings.caseSensitive ? text : text.toLowerCase());
  const found = fields.flatMap((field, i) => (fold(field.name) === fold(name) ? [i] : []));
  if (found.length === 1) return found[0] as number;
  if (found.length === 0) {
    throw new AnalysisError(
      "FIELD_NOT_FOUND",
      { fieldName: `\`${name}\``, fields: fields.map((field) => `\`${field.name}\``).join(", ") },
      context.at,
    );
  }
  throw new AnalysisError("AMBIGUOUS_REFERENCE_TO_FIELDS", { field: `\`${name}\``, count: String(found.length) }, context.at);
}

const fieldPrint = (call: Call, args: readonly string[]): string => `${args[0]}.${call.options?.["name"] as string}`;

const structField: ScalarFunction = {
  kind: "scalar",
  names: ["struct_field"],
  doc: doc("The field of a struct.", "SELECT named_struct('a', 1).a", "1"),
  bind: (args, context) => bindExtract(args, context),
  print: fieldPrint,
  evaluate: (call) => {
    const ordinal = call.options?.["ordinal"] as number;
    return (row) => (row as readonly Boxed[])[ordinal] as Boxed;
  },
};

const arrayFields: ScalarFunction = {
  kind: "scalar",
  names: ["array_fields"],
  doc: doc("A field of each struct in an array.", "SELECT array(named_struct('a', 1)).a", "[1]"),
  bind: (args, context) => bindExtract(args, context),
  print: fieldPrint,
  evaluate: (call) => {
    const ordinal = call.options?.["ordinal"] as number;
    return (rows) => (rows as readonly (readonly Boxed[] | null)[]).map((row) => (row === null ? null : (row[ordinal] as Boxed)));
  },
};

const arrayItem: ScalarFunction = {
  kind: "scalar",
  names: ["array_item"],
  doc: doc("The element of an array, counted from 0.", "SELECT array(1, 2)[0]", "1"),
  bind: (args, context) => bindExtract(args, context),
  print: (_, args) => `${args[0]}[${args[1]}]`,
  evaluate: (call) => {
    const ansi = call.options?.["ansi"] === true;
    return (items, index) => {
      const array = items as readonly Boxed[];
      const i = Number(index);
      if (i >= 0 && i < array.length) return array[i] as Boxed;
      if (!ansi) return null;
      throw new QueryError("INVALID_ARRAY_INDEX", { indexValue: String(i), arraySize: String(array.length) }, call.at);
    };
  },
};

const mapItem: ScalarFunction = {
  kind: "scalar",
  names: ["map_item"],
  doc: doc("The value of a key in a map.", "SELECT map('a', 1)['a']", "1"),
  bind: (args, context) => bindExtract(args, context),
  print: (_, args) => `${args[0]}[${args[1]}]`,
  evaluate: (call) => {
    const keyType = (call.args[1] as Expression).type;
    const compare = compareValues(keyType);
    return (map, key) => {
      const { keys, values } = map as MapValue;
      const i = keys.findIndex((one) => compare(one, key) === 0);
      return i < 0 ? null : (values[i] as Boxed);
    };
  },
};

export const extractFunctions: readonly FunctionEntry[] = [
  {
    kind: "scalar",
    names: ["extract_item"],
    doc: doc("An element of an array or map, or a field of a struct.", "SELECT array(1, 2)[1]", "2"),
    bind: bindExtract,
  },
  structField,
  arrayFields,
  arrayItem,
  mapItem,
];
