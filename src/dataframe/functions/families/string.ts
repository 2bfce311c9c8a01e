/** Case, length, padding, trimming and parts of strings. */
import type { Boxed, DataType } from "../../../columnar/types";
import { QueryError } from "../../errors";
import { BINARY, INT, STRING, callByName, coerced, literal } from "../../expressions/build";
import type { Call, Expression } from "../../expressions/expression";
import { collationOf, letterLocale } from "../../expressions/collation";
import { document, made, plain } from "../documented";
import type { BindContext, FunctionEntry } from "../registry";
import { mismatch, rewrite, scalar } from "../signature";
import type { ScalarSpec } from "../signature";
import { countCodePoints, sliceBytesSql, sliceCodePoints, substringSql } from "../text/code-points";
import { titleCase, titleCaseByWords } from "../text/title-case";
import { requireRoom, requireRoomForText } from "../value-size";

const doc = document("string");

/** Strings keep their collation through functions that give a part or a form of them. */
const sameAsFirst = (types: readonly DataType[]): DataType => types[0] as DataType;

const STRING_OR_BINARY = { anyOf: ["string", "binary"] } as const;

const length = scalar({
  names: ["length", "char_length", "character_length", "len"],
  doc: doc("Number of characters of a string, or of bytes of a binary.", ["length('Spark SQL ')", "10"]),
  inputs: [STRING_OR_BINARY],
  result: INT,
  evaluate: plain((value: string | Uint8Array) => (typeof value === "string" ? countCodePoints(value) : value.length)),
});

const bytesOf = (value: string | Uint8Array): number => (typeof value === "string" ? Buffer.byteLength(value) : value.length);

const ASCII = /^[\0-\x7f]*$/;

/** As in Spark, the rules of a collation's language are for texts that are not all ASCII: `upper('i' COLLATE tr)` is "I". */
function inLocale(
  common: (text: string) => string,
  own: (text: string, locale: string) => string,
): NonNullable<ScalarSpec["evaluate"]> {
  return made((call) => {
    const locale = letterLocale(call.type);
    if (locale === undefined) return common;
    return (text: string) => (ASCII.test(text) ? common(text) : own(text, locale));
  });
}

const cases = [
  scalar({
    names: ["upper", "ucase"],
    doc: doc("The string in upper case.", ["upper('SparkSql')", "SPARKSQL"]),
    inputs: ["string"],
    result: sameAsFirst,
    evaluate: inLocale(
      (text) => text.toUpperCase(),
      (text, locale) => text.toLocaleUpperCase(locale),
    ),
  }),
  scalar({
    names: ["lower", "lcase"],
    doc: doc("The string in lower case.", ["lower('SparkSql')", "sparksql"]),
    inputs: ["string"],
    result: sameAsFirst,
    evaluate: inLocale(
      (text) => text.toLowerCase(),
      (text, locale) => text.toLocaleLowerCase(locale),
    ),
  }),
  scalar({
    names: ["initcap"],
    doc: doc(
      "Words, as spaces divide them, under a collation as its language does, with a capital first letter and small others.",
      ["initcap('sPark sql')", "Spark Sql"],
    ),
    inputs: ["string"],
    result: sameAsFirst,
    evaluate: made((call) => {
      if (call.type.kind !== "string" || call.type.collation === undefined) return titleCase;
      const locale = letterLocale(call.type);
      return (text: string) => titleCaseByWords(text, locale);
    }),
  }),
];

const lengths = [
  length,
  scalar({
    names: ["bit_length"],
    doc: doc("Number of bits of a string or binary.", ["bit_length('Spark SQL')", "72"]),
    inputs: [STRING_OR_BINARY],
    result: INT,
    evaluate: plain((value: string | Uint8Array) => bytesOf(value) * 8),
  }),
  scalar({
    names: ["octet_length"],
    doc: doc("Number of bytes of a string or binary.", ["octet_length('Spark SQL')", "9"]),
    inputs: [STRING_OR_BINARY],
    result: INT,
    evaluate: plain((value: string | Uint8Array) => bytesOf(value)),
  }),
];

/** The sets of characters of TRIM; spaces where there is none. */
function trimmer(start: boolean, end: boolean): (text: string, characters: string, fold?: (text: string) => string) => string {
  return (text, characters, fold) => {
    if (fold === undefined && characters.length === 1) return trimmedUnit(text, characters.charCodeAt(0), start, end);
    return trimmedPoints(text, characters, fold ?? ((same) => same));
  };

  function trimmedPoints(text: string, characters: string, fold: (text: string) => string): string {
    const points = Array.from(text);
    const set = new Set(Array.from(fold(characters)));
    let from = 0;
    let to = points.length;
    if (start) while (from < to && set.has(fold(points[from] as string))) from++;
    if (end) while (to > from && set.has(fold(points[to - 1] as string))) to--;
    return points.slice(from, to).join("");
  }
}

/** Without a character of one unit at its ends. */
function trimmedUnit(text: string, unit: number, start: boolean, end: boolean): string {
  let from = 0;
  let to = text.length;
  if (start) while (from < to && text.charCodeAt(from) === unit) from++;
  if (end) while (to > from && text.charCodeAt(to - 1) === unit) to--;
  return from === 0 && to === text.length ? text : text.slice(from, to);
}

/** One argument: the text. Two: the characters first, then the text, as in TRIM(BOTH 'x' FROM text). */
function trimFunction(
  name: string,
  direction: string,
  start: boolean,
  end: boolean,
  example: readonly [string, string],
): FunctionEntry {
  const trim = trimmer(start, end);
  return scalar({
    names: [name],
    doc: doc(
      `The string without spaces, or without the given characters, ${start ? (end ? "at both ends" : "at its start") : "at its end"}.`,
      example,
    ),
    inputs: ["string", "string"],
    optional: 1,
    collated: "search",
    result: (types) => types[types.length - 1] as DataType,
    evaluate: made((call) => {
      if (call.args.length === 1) return (text: string) => trim(text, " ");
      const fold = call.type.kind === "string" ? collationOf(call.type).fold : null;
      return (characters: string, text: string) => trim(text, characters, fold ?? undefined);
    }),
    print: (call, args) =>
      args.length === 1 ? `${call.alias ?? call.fn}(${args[0]})` : `TRIM(${direction} ${args[0]} FROM ${args[1]})`,
  });
}

const trims = [
  trimFunction("trim", "BOTH", true, true, ["trim('  Spark SQL  ')", "Spark SQL"]),
  trimFunction("ltrim", "LEADING", true, false, ["ltrim('  Spark SQL')", "Spark SQL"]),
  trimFunction("rtrim", "TRAILING", false, true, ["rtrim('Spark SQL  ')", "Spark SQL"]),
  rewrite({
    names: ["btrim"],
    doc: doc("The string without spaces, or without the given characters, at both ends.", [
      "btrim('SSparkSQLS', 'SL')",
      "parkSQ",
    ]),
    inputs: ["string", "string"],
    optional: 1,
    coerce: true,
    collated: "search",
    to: (args, context) => callByName("trim", [...args].reverse(), context),
  }),
];

const BLANK = literal(" ", STRING);

function pad(left: boolean, { fn, at }: Call): (value: string, length: number, padding: string) => string {
  return (value, length, padding) => {
    const missing = length - countCodePoints(value);
    if (missing <= 0 || padding === "") return sliceCodePoints(value, 0, length);
    requireRoomForText(length, { name: fn, at });
    const width = countCodePoints(padding);
    const filled = padding.repeat(Math.floor(missing / width)) + sliceCodePoints(padding, 0, missing % width);
    return left ? filled + value : value + filled;
  };
}

function padBytes(left: boolean, { fn, at }: Call): (value: Uint8Array, length: number, padding: Uint8Array) => Uint8Array {
  return (value, length, padding) => {
    if (length <= 0) return new Uint8Array(0);
    if (length <= value.length || padding.length === 0) return value.slice(0, length);
    requireRoom(length, { name: fn, at });
    const result = new Uint8Array(length);
    result.set(value, left ? length - value.length : 0);
    const start = left ? 0 : value.length;
    for (let i = 0; i < length - value.length; i++) result[start + i] = padding[i % padding.length] as number;
    return result;
  };
}

/** Binaries are padded with bytes when the padding is a binary too, or is left out. */
function padFunction(name: "lpad" | "rpad", example: readonly [string, string]): FunctionEntry {
  const left = name === "lpad";
  const bytes = (args: readonly Expression[]): boolean =>
    args[0]?.type.kind === "binary" && (args.length < 3 || args[2]?.type.kind === "binary");
  const strings = scalar({
    names: [name],
    doc: doc(`The string, padded on the ${left ? "left" : "right"} or cut to a number of characters.`, example),
    parameters: ["str", "len", "pad"],
    inputs: ["string", "int", "string"],
    optional: 1,
    collated: "value",
    defaults: (args) => [...args, BLANK],
    result: sameAsFirst,
  });
  const binaries = scalar({
    names: [name],
    doc: strings.doc,
    inputs: ["binary", "int", "binary"],
    optional: 1,
    defaults: (args) => [...args, literal(new Uint8Array(1), BINARY)],
    result: BINARY,
  });
  return {
    ...strings,
    bind: (args, context) => (bytes(args) ? binaries : strings).bind(args, context),
    evaluate: (call) =>
      (call.type.kind === "binary" ? padBytes(left, call) : pad(left, call)) as unknown as (...args: Boxed[]) => Boxed,
  };
}

const LAST = literal(2147483647, INT);

const part = (value: string | Uint8Array, position: number, count: number): Boxed =>
  typeof value === "string" ? substringSql(value, position, count) : sliceBytesSql(value, position, count);

const parts = [
  scalar({
    names: ["substring", "substr"],
    doc: doc(
      "The part of a string or binary that begins at a position, counted from 1 or back from the end, with a length.",
      ["substring('Spark SQL', 5)", "k SQL"],
      ["substring('Spark SQL', -3, 2)", "SQ"],
    ),
    parameters: ["str", "pos", "len"],
    inputs: [STRING_OR_BINARY, "int", "int"],
    optional: 1,
    defaults: (args) => [...args, LAST],
    result: sameAsFirst,
    evaluate: plain(part),
  }),
  scalar({
    names: ["left"],
    doc: doc("The first characters of a string or bytes of a binary.", ["left('Spark SQL', 3)", "Spa"]),
    inputs: [STRING_OR_BINARY, "int"],
    result: sameAsFirst,
    evaluate: plain((value: string | Uint8Array, count: number) => part(value, 1, count)),
  }),
  scalar({
    names: ["right"],
    doc: doc("The last characters of a string.", ["right('Spark SQL', 3)", "SQL"]),
    inputs: ["string", "int"],
    result: sameAsFirst,
    nullable: true,
    evaluate: plain((value: string, count: number) => (count <= 0 ? "" : part(value, -count, 2147483647))),
  }),
  scalar({
    names: ["overlay"],
    doc: doc(
      "The string with the characters from a position on replaced; as many as the replacement has, or as `len` says.",
      ["overlay('Spark SQL', '_', 6)", "Spark_SQL"],
      ["overlay('Spark SQL', 'tructured', 2, 4)", "Structured SQL"],
    ),
    parameters: ["input", "replace", "pos", "len"],
    inputs: [STRING_OR_BINARY, STRING_OR_BINARY, "int", "int"],
    optional: 1,
    common: [0, 1],
    defaults: (args) => [...args, literal(-1, INT)],
    result: sameAsFirst,
    evaluate: plain((value: string | Uint8Array, replacement: string | Uint8Array, position: number, count: number) => {
      if (typeof value === "string") {
        const text = replacement as string;
        const skip = count >= 0 ? count : countCodePoints(text);
        return substringSql(value, 1, position - 1) + text + substringSql(value, position + skip, 2147483647);
      }
      const bytes = replacement as Uint8Array;
      const skip = count >= 0 ? count : bytes.length;
      return Buffer.concat([sliceBytesSql(value, 1, position - 1), bytes, sliceBytesSql(value, position + skip, 2147483647)]);
    }),
  }),
  scalar({
    names: ["repeat"],
    doc: doc("The string so many times.", ["repeat('123', 2)", "123123"]),
    inputs: ["string", "int"],
    result: sameAsFirst,
    evaluate: made(({ at }) => (text: string, count: number) => {
      if (count <= 0 || text === "") return "";
      requireRoomForText(text.length * count, { name: "repeat", at });
      return text.repeat(count);
    }),
  }),
  scalar({
    names: ["space"],
    doc: doc("So many spaces.", ["concat(space(2), '1')", "  1"]),
    inputs: ["int"],
    result: STRING,
    evaluate: made(({ at }) => (count: number) => {
      requireRoomForText(count, { name: "space", at });
      return " ".repeat(Math.max(0, count));
    }),
  }),
];

const characters = [
  scalar({
    names: ["ascii"],
    doc: doc("The code point of the first character; 0 for an empty string.", ["ascii('222')", "50"]),
    inputs: ["string"],
    result: INT,
    evaluate: plain((text: string) => text.codePointAt(0) ?? 0),
  }),
  scalar({
    names: ["char", "chr"],
    doc: doc("The character of a code; codes from 256 on count modulo 256, negative ones give an empty string.", [
      "char(65)",
      "A",
    ]),
    inputs: ["long"],
    result: STRING,
    evaluate: plain((code: number | bigint) => (code < 0 ? "" : String.fromCharCode(Number(BigInt(code) & 0xffn)))),
  }),
];

/** Values are all binaries, or strings; with spark.sql.function.eltOutputAsString always strings. */
function elt(spec: ScalarSpec): FunctionEntry {
  const entry = scalar(spec);
  return {
    ...entry,
    bind: (args, context) => {
      const values = args.slice(1);
      const binaries = values.every(({ type }) => type.kind === "binary");
      const asTexts = context.settings.conf["spark.sql.function.eltOutputAsString"] === "true";
      if (binaries && !asTexts) return entry.bind(args, context);
      const texts = values.map((arg) => (arg.type.kind === "binary" ? coerced(arg, STRING, context) : arg));
      return entry.bind([...args.slice(0, 1), ...texts], context);
    },
  };
}

/** Strings and binaries with separators, and choices among arguments. */
const joins = [
  scalar({
    names: ["concat_ws"],
    doc: doc("The strings, and the elements of arrays of strings, that are not null, with a separator between them.", [
      "concat_ws(' ', 'Spark', 'SQL')",
      "Spark SQL",
    ]),
    inputs: ["string"],
    rest: { anyOf: [{ arrayOf: "string" }, "string"] },
    collated: "value",
    result: (types) => types[0] as DataType,
    nullable: (args) => (args[0] as Expression).nullable,
    nulls: "custom",
    evaluate:
      () =>
      (separator, ...values) => {
        if (separator === null) return null;
        let result = "";
        let first = true;
        const append = (part: Boxed): void => {
          if (part === null) return;
          result += first ? (part as string) : (separator as string) + (part as string);
          first = false;
        };
        for (let i = 0; i < values.length; i++) {
          const value = values[i]!;
          if (!Array.isArray(value)) append(value);
          else for (let k = 0; k < value.length; k++) append(value[k] as Boxed);
        }
        return result;
      },
  }),
  elt({
    names: ["elt"],
    doc: doc("The argument at a place, counted from 1.", ["elt(1, 'scala', 'java')", "scala"]),
    inputs: ["int"],
    rest: STRING_OR_BINARY,
    atLeast: 1,
    collated: "value",
    result: (types) => types[1] as DataType,
    nullable: true,
    nulls: "lazy",
    options: (_, context) => ({ ansi: context.settings.ansi }),
    evaluateLazy: (call) => (args) => {
      const index = (args[0] as () => Boxed)() as number | null;
      if (index === null) return null;
      const chosen = args[index];
      if (index > 0 && chosen !== undefined) return chosen();
      if (call.options?.["ansi"] !== true) return null;
      throw new QueryError("INVALID_ARRAY_INDEX", { indexValue: String(index), arraySize: String(args.length - 1) }, call.at);
    },
  }),
];

const MASK_DEFAULTS = ["X", "x", "n", null].map((value) => literal(value, STRING));

const mask = scalar({
  names: ["mask"],
  doc: doc(
    "The string with letters, digits and other characters replaced; null for a kind leaves it as it is.",
    ["mask('abcd-EFGH-8765-4321')", "xxxx-XXXX-nnnn-nnnn"],
    ["mask('AbCD123-@$#', 'Q', 'q', 'd', 'o')", "QqQQdddoooo"],
  ),
  parameters: ["str", "upperChar", "lowerChar", "digitChar", "otherChar"],
  inputs: ["string", "string", "string", "string", "string"],
  uncast: true,
  optional: 4,
  parameterDefaults: MASK_DEFAULTS,
  defaults: (args) => [...args, ...MASK_DEFAULTS.slice(args.length - 1)],
  collated: "value",
  check: (args, context) => checkMask(args, context),
  result: (types) => types[0] as DataType,
  nullable: true,
  nulls: "custom",
  evaluate: () => (text, upper, lower, digit, other) => {
    if (text === null) return null;
    let masked = "";
    for (const character of text as string) {
      const kind = kindOf(character);
      const replacement = kind === "upper" ? upper : kind === "lower" ? lower : kind === "digit" ? digit : other;
      masked += replacement === null ? character : (replacement as string);
    }
    return masked;
  },
});

function kindOf(character: string): "upper" | "lower" | "digit" | "other" {
  const unit = character.charCodeAt(0);
  if (unit < 128) {
    if (unit >= 97 && unit <= 122) return "lower";
    if (unit >= 65 && unit <= 90) return "upper";
    return unit >= 48 && unit <= 57 ? "digit" : "other";
  }
  if (/\p{Lu}/u.test(character)) return "upper";
  if (/\p{Ll}/u.test(character)) return "lower";
  return /\p{Nd}/u.test(character) ? "digit" : "other";
}

const MASKS = ["upperChar", "lowerChar", "digitChar", "otherChar"];

function checkMask(args: readonly Expression[], context: BindContext): void {
  args.slice(1).forEach((arg, i) => {
    const value = context.fold(arg).value as string | null;
    if (value !== null && value.length !== 1) {
      throw mismatch("INPUT_SIZE_NOT_ONE", args, context, { exprName: MASKS[i] as string });
    }
  });
}

export const stringFunctions: readonly FunctionEntry[] = [
  ...cases,
  ...lengths,
  ...trims,
  padFunction("lpad", ["lpad('hi', 5, '?')", "???hi"]),
  padFunction("rpad", ["rpad('hi', 5, '?')", "hi???"]),
  ...parts,
  ...characters,
  ...joins,
  mask,
  rewrite({
    names: ["||"],
    doc: {
      group: "string",
      usage: "Strings, binaries or arrays one after the other.",
      examples: [["SELECT 'Spark' || 'SQL'", "SparkSQL"]],
    },
    inputs: ["any", "any"],
    to: (args, context) => callByName("concat", args, context),
    print: null,
  }),
];
