/** Bytes as text and text as bytes. */
import type { Boxed, DataType } from "../../../columnar/types";
import { isUtf8 } from "node:buffer";
import { QueryError } from "../../errors";
import { BINARY, BOOLEAN, STRING, callByName } from "../../expressions/build";
import type { Expression } from "../../expressions/expression";
import { document, made, plain } from "../documented";
import type { BindContext, EvaluationContext, FunctionEntry } from "../registry";
import { constantOf, mismatch, rewrite, scalar } from "../signature";
import { base64Lines, decodeText, encodeText, unbase64Lenient, unbase64Strict, unhex } from "../text/charsets";
import type { CharsetRules } from "../text/charsets";

const doc = document("string");

function bytesOf(value: string | Uint8Array): Uint8Array {
  return typeof value === "string" ? Buffer.from(value, "utf8") : value;
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

function hexOfInteger(value: number | bigint): string {
  const unsigned = typeof value === "number" && value >= 0 ? value : BigInt.asUintN(64, BigInt(value));
  return unsigned.toString(16).toUpperCase();
}

function rulesOf({ settings }: EvaluationContext): CharsetRules {
  return {
    anyCharset: settings.conf["spark.sql.legacy.javaCharsets"] === "true",
    replace: settings.conf["spark.sql.legacy.codingErrorAction"] === "true",
  };
}

const charsets = [
  scalar({
    names: ["encode"],
    doc: doc("The bytes of a string in a character set.", ["hex(encode('abc', 'utf-8'))", "616263"]),
    parameters: ["str", "charset"],
    inputs: ["string", "string"],
    result: BINARY,
    nullable: true,
    evaluate: made((_, context) => {
      const rules = rulesOf(context);
      return (text: string, charset: string) => encodeText(text, charset, rules);
    }),
  }),
  scalar({
    names: ["string_decode"],
    doc: doc("The string that bytes in a character set are.", ["decode(unhex('616263'), 'utf-8')", "abc"]),
    inputs: ["binary", "string"],
    result: STRING,
    nullable: true,
    evaluate: made((_, context) => {
      const rules = rulesOf(context);
      return (bytes: Uint8Array, charset: string) => decodeText(bytes, charset, rules);
    }),
    print: (_, args) => `decode(${args.join(", ")})`,
  }),
  // With two arguments bytes to a string; with more a choice by equality, nulls equal.
  rewrite({
    names: ["decode"],
    doc: doc(
      "The string that bytes in a character set are; with more arguments, the result beside the first value that equals the first argument.",
      ["decode(unhex('616263'), 'utf-8')", "abc"],
      ["decode(2, 1, 'Southlake', 2, 'San Francisco')", "San Francisco"],
    ),
    inputs: ["any", "any"],
    rest: "any",
    to: (args, context) => {
      if (args.length === 2) return callByName("string_decode", args, context);
      const [value, ...rest] = args as [Expression, ...Expression[]];
      const branches: Expression[] = [];
      for (let i = 0; i + 1 < rest.length; i += 2) {
        branches.push(callByName("<=>", [value, rest[i] as Expression], context), rest[i + 1] as Expression);
      }
      if (rest.length % 2 === 1) branches.push(rest[rest.length - 1] as Expression);
      return callByName("case", branches, context);
    },
  }),
];

const base64 = [
  scalar({
    names: ["base64"],
    doc: doc("Bytes in base 64.", ["base64('Spark SQL')", "U3BhcmsgU1FM"]),
    inputs: ["binary"],
    result: STRING,
    evaluate: made((_, context) => {
      const chunked = context.settings.conf["spark.sql.chunkBase64String.enabled"] === "true";
      return (bytes: Uint8Array) => base64Lines(bytes, chunked);
    }),
  }),
  scalar({
    names: ["unbase64"],
    doc: doc("The bytes that a string in base 64 stands for.", ["decode(unbase64('U3BhcmsgU1FM'), 'utf-8')", "Spark SQL"]),
    inputs: ["string"],
    result: BINARY,
    evaluate: (call) => (text) => {
      const bytes = unbase64Lenient(text as string);
      if (bytes !== null) return bytes;
      throw new QueryError(
        "CONVERSION_INVALID_INPUT",
        { str: `'${text as string}'`, fmt: "'BASE64'", targetType: '"BINARY"', suggestion: "`try_to_binary`" },
        call.at,
      );
    },
  }),
];

/** Strings as bytes, integers as their 64 bits without leading zeros. */
const hexFunctions = [
  scalar({
    names: ["hex"],
    doc: document("math")(
      "Hexadecimal digits of an integer, or of the bytes of a string or binary.",
      ["hex(17)", "11"],
      ["hex('Spark SQL')", "537061726B2053514C"],
    ),
    inputs: [{ anyOf: ["long", "binary", "string"] }],
    result: STRING,
    evaluate: plain((value: number | bigint | string | Uint8Array) =>
      typeof value === "number" || typeof value === "bigint"
        ? hexOfInteger(value)
        : bufferOf(bytesOf(value)).toString("hex").toUpperCase(),
    ),
  }),
  scalar({
    names: ["unhex"],
    doc: document("math")("The bytes of hexadecimal digits; null where there are other characters.", [
      "decode(unhex('537061726B2053514C'), 'UTF-8')",
      "Spark SQL",
    ]),
    inputs: ["string"],
    result: BINARY,
    nullable: true,
    evaluate: plain(unhex),
  }),
];

/** Formats "hex" (default), "utf-8" and "utf8", "base64". */
function toBinary(name: string, tolerant: boolean): FunctionEntry {
  return scalar({
    names: [name],
    doc: doc(
      `The bytes that a string stands for in a format: hex, utf-8 or base64${tolerant ? "; null where it does not" : ""}.`,
      [`hex(${name}('abc', 'utf-8'))`, "616263"],
    ),
    parameters: ["str", "fmt"],
    inputs: ["string", "string"],
    optional: 1,
    check: (args, context) => {
      if (args.length === 1) return;
      const format = constantOf("fmt", args[1] as Expression, args, context) as string | null;
      if (format === null || tolerant || ["hex", "utf-8", "utf8", "base64"].includes(format.toLowerCase())) return;
      throw mismatch("INVALID_ARG_VALUE", args, context, {
        inputName: "fmt",
        requireType: 'case-insensitive "STRING"',
        validValues: "'hex', 'utf-8', 'utf8', or 'base64'",
        inputValue: `'${format}'`,
      });
    },
    result: BINARY,
    // Text in base 64 is a binary or an error.
    nullable: (args, context) => tolerant || args.some((arg) => arg.nullable) || formatName(args[1], context) !== "base64",
    evaluate: (call) => (text, format) => {
      const bytes = binaryOf(text as string, ((format as string | undefined) ?? "hex").toLowerCase());
      if (bytes !== null || tolerant) return bytes;
      throw new QueryError(
        "CONVERSION_INVALID_INPUT",
        {
          str: `'${text as string}'`,
          fmt: `'${((format as string | undefined) ?? "hex").toUpperCase()}'`,
          targetType: '"BINARY"',
          suggestion: "`try_to_binary`",
        },
        call.at,
      );
    },
    print: (call, args) => `${call.alias ?? call.fn}(${args.join(", ")})`,
  });
}

function formatName(format: Expression | undefined, context: BindContext): string {
  if (format === undefined) return "hex";
  const name = context.fold(format).value as string | null;
  return (name ?? "").toLowerCase();
}

function binaryOf(text: string, format: string): Uint8Array | null {
  switch (format) {
    case "hex":
      return unhex(text);
    case "base64":
      return unbase64Strict(text);
    case "utf-8":
    case "utf8":
      return Buffer.from(text, "utf8");
    default:
      return null;
  }
}

/** Binaries come as they are: only they can be invalid, as strings of the engine never are. */
const EITHER = { anyOf: ["string", "binary"] } as const;
const valid = (value: Boxed): boolean => typeof value === "string" || isUtf8(value as Uint8Array);
const textOf = (value: Boxed): string =>
  typeof value === "string" ? value : new TextDecoder("utf-8", { ignoreBOM: true }).decode(value as Uint8Array);

const utf8 = [
  scalar({
    names: ["is_valid_utf8"],
    doc: doc("Whether the bytes are valid UTF-8.", ["is_valid_utf8(x'80')", "false"]),
    inputs: [EITHER],
    result: BOOLEAN,
    nullable: true,
    evaluate: () => valid,
  }),
  scalar({
    names: ["make_valid_utf8"],
    doc: doc("The string with U+FFFD where bytes are not valid UTF-8.", ["make_valid_utf8(x'61')", "a"]),
    inputs: [EITHER],
    result: STRING,
    nullable: true,
    evaluate: () => textOf,
  }),
  scalar({
    names: ["validate_utf8"],
    doc: doc("The string; an error where bytes are not valid UTF-8.", ["validate_utf8('Spark')", "Spark"]),
    inputs: [EITHER],
    result: STRING,
    nullable: true,
    evaluate: (call) => (value) => {
      if (valid(value)) return textOf(value);
      const digits = Array.from(value as Uint8Array, (byte) => `\\x${byte.toString(16).toUpperCase().padStart(2, "0")}`);
      throw new QueryError("INVALID_UTF8_STRING", { str: digits.join("") }, call.at);
    },
  }),
  scalar({
    names: ["try_validate_utf8"],
    doc: doc("The string; null where bytes are not valid UTF-8.", ["try_validate_utf8(x'80')", "NULL"]),
    inputs: [EITHER],
    result: STRING,
    nullable: true,
    evaluate: () => (value) => (valid(value) ? textOf(value) : null),
  }),
];

const quote = scalar({
  names: ["quote"],
  doc: doc("The string in single quotes, as a literal.", ["quote('Spark')", "'Spark'"]),
  inputs: ["string"],
  result: (types) => types[0] as DataType,
  nullable: true,
  evaluate: plain((text: string) => `'${text.replaceAll("'", "\\'")}'`),
});

export const encodingFunctions: readonly FunctionEntry[] = [
  ...charsets,
  ...base64,
  ...hexFunctions,
  toBinary("to_binary", false),
  toBinary("try_to_binary", true),
  ...utf8,
  quote,
];
