/** Numbers as text by formats, and text by formats as numbers. */
import type { Boxed, DataType, DecimalType } from "../../../columnar/types";
import { AnalysisError, QueryError } from "../../errors";
import { STRING, callByName, coerced } from "../../expressions/build";
import type { Expression } from "../../expressions/expression";
import { printed } from "../../expressions/print";
import { isFoldable } from "../../expressions/traverse";
import type { Exact } from "../../types/exact";
import { isIntegral, isNumeric, sqlName } from "../../types/text";
import { document } from "../documented";
import { decimalFor } from "../input-types";
import { formatDecimal, formatDouble, parseDecimalPattern, wrapSigns } from "../numeric/decimal-format";
import type { DecimalPattern } from "../numeric/decimal-format";
import { parseNumberFormat, readNumber, writeNumber } from "../numeric/number-format";
import type { NumberFormat } from "../numeric/number-format";
import type { BindContext, FunctionEntry, ScalarFunction } from "../registry";
import { mismatch, scalar, unexpectedInputType, wrongNumArgs } from "../signature";
import { formatJava, parseFormat } from "../text/java-format";

const doc = document("string");

/** `%d` and the like, one argument after the other. The format is a column or a constant. */
const formatString = scalar({
  names: ["format_string", "printf"],
  doc: doc("Values by a format of Java's Formatter.", [
    "format_string('Hello World %d %s', 100, 'days')",
    "Hello World 100 days",
  ]),
  inputs: ["string"],
  rest: "any",
  check: ([format], context) => {
    if (format?.kind !== "literal" || typeof format.value !== "string" || !format.value.includes("%0$")) return;
    throw new AnalysisError(
      "INVALID_PARAMETER_VALUE.ZERO_INDEX",
      { parameter: "`strfmt`", functionName: "`format_string`" },
      context.at,
    );
  },
  result: (types) => types[0] as DataType,
  nullable: (args) => (args[0] as Expression).nullable,
  nulls: "custom",
  evaluate: (call, context) => {
    const types = call.args.slice(1).map((arg) => arg.type);
    let last: string | null = null;
    let parts = parseFormat("");
    return (format, ...values) => {
      if (format === null) return null;
      if (format !== last) {
        parts = parseFormat(format as string);
        last = format as string;
      }
      return formatJava(parts, values, types, context.settings);
    };
  },
});

/** By a number of fraction digits, or by a pattern. */
const formatNumberEntry = scalar({
  names: ["format_number"],
  doc: doc(
    "A number with separators between thousands and so many digits after the point, or by a pattern.",
    ["format_number(12332.123456, 4)", "12,332.1235"],
    ["format_number(12332.123456, '##################.###')", "12332.123"],
  ),
  parameters: ["expr1", "expr2"],
  inputs: ["numeric", { anyOf: ["int", "string"] }],
  result: STRING,
  nullable: true,
  evaluate: (call) => {
    const [value, format] = call.args as readonly [Expression, Expression];
    const write = numberWriter(value.type);
    let last: Boxed = null;
    let pattern: DecimalPattern | null = null;
    return (number, wanted) => {
      if (wanted !== last) {
        last = wanted;
        pattern = patternOf(wanted, format.type);
      }
      return pattern === null ? null : write(number, pattern);
    };
  },
});

/** Nothing is cast here: a text is no number, and 2.5 no count of digits. */
const formatNumber: ScalarFunction = {
  ...formatNumberEntry,
  bind: (args, context) => {
    const [value, format] = args;
    if (value !== undefined && !isNumeric(value.type) && value.type.kind !== "null") {
      throw unexpectedInputType("numeric", 0, args, context);
    }
    if (format !== undefined && !["int", "string", "null"].includes(format.type.kind)) {
      throw unexpectedInputType({ anyOf: ["int", "string"] }, 1, args, context);
    }
    return formatNumberEntry.bind(args, context);
  },
};

function patternOf(format: Boxed, type: DataType): DecimalPattern | null {
  if (type.kind === "string") return parseDecimalPattern(format === "" ? "#,##0" : (format as string));
  const digits = format as number;
  if (digits < 0) return null;
  return parseDecimalPattern(`#,##0${digits > 0 ? `.${"0".repeat(Math.min(digits, 340))}` : ""}`);
}

function numberWriter(type: DataType): (value: Boxed, pattern: DecimalPattern) => string {
  if (type.kind === "double" || type.kind === "float") {
    return (value, pattern) => {
      const number = value as number;
      if (Number.isNaN(number)) return "NaN";
      if (!Number.isFinite(number)) return wrapSigns("∞", number < 0, pattern);
      const text = formatDouble(number, pattern);
      return Object.is(number, -0) ? wrapSigns(text, true, { ...pattern, negativeSuffix: "" }) : text;
    };
  }
  const scale = type.kind === "decimal" ? type.scale : 0;
  return (value, pattern) => formatDecimal(value as Exact, scale, pattern);
}

/** The format must be a constant: the result's type comes from it. */
function formatOf(args: readonly Expression[], context: BindContext): NumberFormat | null {
  const format = args[1] as Expression;
  if (!isFoldable(format)) {
    throw mismatch("NON_FOLDABLE_INPUT", args, context, {
      inputName: "`format`",
      inputType: '"STRING"',
      inputExpr: `"${printed(format)}"`,
    });
  }
  const text = context.fold(format).value;
  return text === null ? null : parseNumberFormat(text as string, context.at);
}

function toNumber(name: string, tolerant: boolean): ScalarFunction {
  return scalar({
    names: [name],
    doc: doc(
      `The number that a text of a format stands for${tolerant ? "; null for other text" : ""}.`,
      [`${name}('454', '999')`, "454"],
      [`${name}('12,454.8-', '99,999.9S')`, "-12454.8"],
    ),
    parameters: ["expr", "fmt"],
    inputs: ["string", "string"],
    result: (_, args, context) => {
      const format = formatOf(args, context);
      return format === null
        ? { kind: "decimal", precision: 38, scale: 18 }
        : { kind: "decimal", precision: format.precision, scale: format.scale };
    },
    nullable: (args) => tolerant || args.some((arg) => arg.nullable),
    evaluate: (call) => {
      let last: string | null = null;
      let format: NumberFormat | null = null;
      return (text, wanted) => {
        if (wanted !== last) {
          last = wanted as string;
          format = parseNumberFormat(last, call.at);
        }
        const value = readNumber(text as string, format as NumberFormat);
        if (value !== null || tolerant) return value;
        throw new QueryError(
          "INVALID_FORMAT.MISMATCH_INPUT",
          { inputType: '"STRING"', input: text as string, format: wanted as string },
          call.at,
        );
      };
    },
  });
}

/** Numbers by number formats; dates and timestamps are date_format, binaries hex, base64 or a decoded text. */
const toChar: ScalarFunction = {
  kind: "scalar",
  names: ["to_char", "to_varchar"],
  doc: doc("A number as text of a format; also dates, timestamps and binaries by formats of theirs.", [
    "to_char(12454, '99G999')",
    "12,454",
  ]),
  parameters: ["expr", "format"],
  bind: (args, context) => {
    if (args.length !== 2) throw wrongNumArgs("2", args.length, context);
    const [value, format] = args as readonly [Expression, Expression];
    const kind = value.type.kind;
    if (kind === "date" || kind === "timestamp" || kind === "timestamp_ntz") return callByName("date_format", args, context);
    if (kind === "binary") return binaryText(value, format, args, context);
    const parsed = formatOf(args, context);
    const decimal = decimalArgument(value, args, context);
    return {
      kind: "call",
      fn: "to_char",
      args: [decimal, coerced(format, STRING, context)],
      type: STRING,
      nullable: decimal.nullable || parsed === null,
      ...(context.at && { at: context.at }),
    };
  },
  evaluate: (call) => {
    const type = (call.args[0] as Expression).type as DecimalType;
    let last: string | null = null;
    let format: NumberFormat | null = null;
    return (value, wanted) => {
      if (wanted !== last) {
        last = wanted as string;
        format = parseNumberFormat(last, call.at);
      }
      return writeNumber(value as Exact, type.scale, format as NumberFormat);
    };
  },
  print: (_, args) => `to_char(${args.join(", ")})`,
};

function decimalArgument(value: Expression, args: readonly Expression[], context: BindContext): Expression {
  if (value.type.kind === "decimal") return value;
  if (isIntegral(value.type) || value.type.kind === "float" || value.type.kind === "double") {
    return coerced(value, decimalFor(value.type), context);
  }
  if (value.type.kind === "string") return coerced(value, { kind: "decimal", precision: 38, scale: 18 }, context);
  if (value.type.kind === "null") return coerced(value, { kind: "decimal", precision: 10, scale: 0 }, context);
  throw mismatch("UNEXPECTED_INPUT_TYPE", args, context, {
    paramIndex: "first",
    requiredType: '"DECIMAL"',
    inputSql: `"${printed(value)}"`,
    inputType: `"${sqlName(value.type)}"`,
  });
}

function binaryText(value: Expression, format: Expression, args: readonly Expression[], context: BindContext): Expression {
  if (!isFoldable(format)) {
    throw mismatch("NON_FOLDABLE_INPUT", args, context, {
      inputName: "`format`",
      inputType: '"STRING"',
      inputExpr: `"${printed(format)}"`,
    });
  }
  const name = ((context.fold(format).value ?? "null") as string).toLowerCase();
  if (name === "base64" || name === "hex") return madeBy(name, [value], context);
  if (name === "utf-8" || name === "utf8") return madeBy("decode", [value, format], context);
  throw new QueryError(
    "INVALID_PARAMETER_VALUE.BINARY_FORMAT",
    { functionName: `\`${context.name}\``, parameter: "`format`", invalidFormat: `'${name}'` },
    context.at,
  );
}

/** A call that prints as itself where to_char makes it, and as to_varchar where that does. */
function madeBy(fn: string, args: readonly Expression[], context: BindContext): Expression {
  const call = callByName(fn, args, context);
  if (context.name !== "to_varchar" || call.kind === "attribute") return call;
  return { ...call, printed: `to_varchar(${args.map(printed).join(", ")})` };
}

export const numberTextFunctions: readonly FunctionEntry[] = [
  formatString,
  formatNumber,
  toNumber("to_number", false),
  toNumber("try_to_number", true),
  toChar,
];
