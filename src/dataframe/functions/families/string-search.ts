/** Looking for strings in strings, cutting at them, replacing them. */
import type { Boxed, DataType } from "../../../columnar/types";
import { QueryError } from "../../errors";
import { BOOLEAN, INT, STRING, coerced, literal } from "../../expressions/build";
import { collationOf } from "../../expressions/collation";
import type { Call, Expression } from "../../expressions/expression";
import { document, made, plain } from "../documented";
import type { FunctionEntry, ScalarFunction } from "../registry";
import { closestInput } from "../input-types";
import { scalar } from "../signature";
import { indexOfCodePoints } from "../text/code-points";
import { ignoresCase } from "../text/collated-pattern";
import { firstMatch, javaPattern, nextMatch } from "../text/java-regex";
import { plainPattern } from "../text/plain-pattern";
import { jaroWinkler, levenshtein, soundex } from "../text/similarity";

const doc = document("string");
const TEXTS: DataType = { kind: "array", element: STRING, containsNull: false };
const EITHER = { anyOf: ["string", "binary"] } as const;

type Fold = (text: string) => string;

/** How the collation of a call's strings makes letters one; null where they all differ. */
function foldOf(call: Call): Fold | null {
  const type = call.args.find((arg) => arg.type.kind === "string")?.type;
  return type?.kind === "string" && type.collation !== undefined ? collationOf(type).fold : null;
}

/** Its lower case has two characters, i and a dot: the only letter of which neither form is found inside of the other. */
const DOTTED = /\u0130|i\u0307/;

function withDots(text: string): string {
  return text.replaceAll("i\u0307", "\u0130");
}

/** A test of two strings under the collation of a call. */
function folded<R>(call: Call, f: (a: string, b: string) => R): (a: string, b: string) => R {
  const type = call.args.find((arg) => arg.type.kind === "string")?.type;
  if (type?.kind !== "string" || type.collation === undefined) return f;
  const { fold, trimmed } = collationOf(type);
  const seen = (text: string): string => trimmed(fold?.(text) ?? text);
  return (a, b) => {
    const [x, y] = [seen(a), seen(b)];
    return DOTTED.test(x) && DOTTED.test(y) ? f(withDots(x), withDots(y)) : f(x, y);
  };
}

/** Binaries are told from strings by what the arguments are; both sides become the same. */
function test(
  name: string,
  usage: string,
  example: readonly [string, string],
  strings: (text: string, part: string) => boolean,
  bytes: (value: Buffer, part: Buffer) => boolean,
): FunctionEntry {
  const entry = scalar({
    names: [name],
    doc: doc(usage, example),
    inputs: [EITHER, EITHER],
    collated: "search",
    result: BOOLEAN,
    nullable: (args) => args.some((arg) => arg.nullable || arg.type.kind === "binary"),
    evaluate: made((call) =>
      (call.args[0] as Expression).type.kind === "binary"
        ? (value: Uint8Array, part: Uint8Array) =>
            bytes(Buffer.from(value.buffer, value.byteOffset, value.length), Buffer.from(part))
        : folded(call, strings),
    ),
  });
  // Two binaries are compared as bytes; one of them counts as text.
  return {
    ...entry,
    bind: (args, context) => {
      const bytes = args.every((arg) => arg.type.kind === "binary");
      const binary = args.some((arg) => arg.type.kind === "binary");
      const isText = (type: DataType): boolean => closestInput(type, "string", context.settings) !== null;
      const texts = args.map((arg) => (binary && !bytes && isText(arg.type) ? coerced(arg, STRING, context) : arg));
      return entry.bind(texts, context);
    },
  };
}

const tests = [
  test(
    "contains",
    "Whether the second string or binary is somewhere in the first.",
    ["contains('Spark SQL', 'Spark')", "true"],
    (text, part) => text.includes(part),
    (value, part) => value.includes(part),
  ),
  test(
    "startswith",
    "Whether the first string or binary begins with the second.",
    ["startswith('Spark SQL', 'Spark')", "true"],
    (text, part) => text.startsWith(part),
    (value, part) => Buffer.compare(value.subarray(0, part.length), part) === 0,
  ),
  test(
    "endswith",
    "Whether the first string or binary ends with the second.",
    ["endswith('Spark SQL', 'SQL')", "true"],
    (text, part) => text.endsWith(part),
    (value, part) => part.length <= value.length && Buffer.compare(value.subarray(value.length - part.length), part) === 0,
  ),
];

const places = [
  scalar({
    names: ["instr"],
    doc: doc("Place of the first occurrence of the second string in the first, from 1; 0 where there is none.", [
      "instr('SparkSQL', 'SQL')",
      "6",
    ]),
    inputs: ["string", "string"],
    collated: "search",
    result: INT,
    evaluate: made((call) => folded(call, (text, part) => indexOfCodePoints(text, part, 0) + 1)),
  }),
  scalar({
    names: ["locate", "position"],
    doc: doc(
      "Place of the first occurrence of the first string in the second, at or after a place; 0 where there is none.",
      ["locate('bar', 'foobarbar')", "4"],
      ["locate('bar', 'foobarbar', 5)", "7"],
    ),
    parameters: ["substr", "str", "pos"],
    inputs: ["string", "string", "int"],
    optional: 1,
    collated: "search",
    defaults: (args) => [...args, literal(1, INT)],
    result: INT,
    nullable: (args) => args.slice(0, 2).some((arg) => arg.nullable),
    nulls: "custom",
    evaluate: (call) => {
      const index = folded(call, (text, part) => [text, part] as const);
      return (part, text, start) => {
        if (start === null) return 0;
        if (part === null || text === null) return null;
        const from = start as number;
        return from < 1 ? 0 : indexOfCodePoints(...index(text as string, part as string), from - 1) + 1;
      };
    },
  }),
  scalar({
    names: ["find_in_set"],
    doc: doc("Place of a string in a list with commas, from 1; 0 where it is not there or has a comma.", [
      "find_in_set('ab', 'abc,b,ab,c,def')",
      "3",
    ]),
    inputs: ["string", "string"],
    collated: "search",
    result: INT,
    evaluate: made((call) => folded(call, (text, list) => (text.includes(",") ? 0 : list.split(",").indexOf(text) + 1))),
  }),
];

/** Looked for in `folded`, cut out of `text`. */
function substringIndex(text: string, delimiter: string, count: number, folded: string): string {
  if (delimiter === "" || count === 0) return "";
  if (count > 0) {
    let at = -1;
    for (let i = 0; i < count; i++) {
      at = folded.indexOf(delimiter, at + 1);
      if (at < 0) return text;
    }
    return text.slice(0, at);
  }
  let at = text.length - delimiter.length + 1;
  for (let i = 0; i > count; i--) {
    at = at <= 0 ? -1 : folded.lastIndexOf(delimiter, at - 1);
    if (at < 0) return text;
  }
  return text.slice(at + delimiter.length);
}

/** The parts of `text` between the places of a delimiter in `folded`. */
function splitAt(text: string, delimiter: string, folded: string): readonly string[] {
  if (folded === text) return text.split(delimiter);
  const parts: string[] = [];
  let from = 0;
  for (;;) {
    const at = folded.indexOf(delimiter, from);
    if (at < 0) break;
    parts.push(text.slice(from, at));
    from = at + delimiter.length;
  }
  return [...parts, text.slice(from)];
}

/** As splitAt; both forms of the letter with two characters in lower case are one. Where no letters are one `folded` is null. */
function cutAt(text: string, delimiter: string, folded: string | null): readonly string[] {
  if (folded === null) return text.split(delimiter);
  if (!DOTTED.test(delimiter) || !DOTTED.test(folded)) return splitAt(text, delimiter, folded);
  const letters = withDots(delimiter).replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return text.split(new RegExp(letters.replaceAll("\u0130", "(?:\u0130|[iI]\u0307)"), "iu"));
}

/** Every occurrence as it stands. */
function replaced(text: string, search: string, replacement: string): string {
  let at = text.indexOf(search);
  if (at < 0) return text;
  let result = "";
  let from = 0;
  do {
    result += text.slice(from, at) + replacement;
    from = at + search.length;
    at = text.indexOf(search, from);
  } while (at >= 0);
  return from === 0 ? result : result + text.slice(from);
}

/** Evaluators that get the text and a search string as the collation sees them, too; null for the text where it tells all letters apart. */
function searching<A extends readonly never[]>(
  f: (text: string, search: string, folded: string | null, ...rest: A) => Boxed,
): NonNullable<ScalarFunction["evaluate"]> {
  return (call) => {
    const fold = foldOf(call);
    const evaluate =
      fold === null
        ? (text: string, search: string, ...rest: A): Boxed => f(text, search, null, ...rest)
        : (text: string, search: string, ...rest: A): Boxed => f(text, fold(search), fold(text), ...rest);
    // The signature of the function in the registry has made sure of what the arguments are.
    return evaluate as unknown as (...args: Boxed[]) => Boxed;
  };
}

/** The pattern that was asked for last, and what it matches if that is one text. */
const last: { pattern: string; plain: string | null } = { pattern: "", plain: null };

/** With a limit: at most so many parts, the last with all that is left. */
export function splitJava(text: string, pattern: string, limit: number): readonly string[] {
  if (text !== "" && pattern === "") {
    const characters = Array.from(text);
    const count = limit > characters.length || limit <= 0 ? characters.length : limit;
    return [...characters.slice(0, count - 1), characters.slice(count - 1).join("")];
  }
  if (pattern !== last.pattern) {
    last.pattern = pattern;
    last.plain = plainPattern(pattern);
  }
  if (limit <= 0 && last.plain !== null) return text.split(last.plain);
  const { regex } = javaPattern(pattern, "split");
  const parts: string[] = [];
  let from = 0;
  for (let match = firstMatch(regex, text); match !== null; match = nextMatch(regex, text, match)) {
    if (limit > 0 && parts.length === limit - 1) break;
    const end = match.index + match[0].length;
    // An empty match at the start does not make an empty part; one at the end does.
    if (end === 0) continue;
    parts.push(text.slice(from, match.index));
    from = end;
  }
  parts.push(text.slice(from));
  return parts;
}

const cuts = [
  scalar({
    names: ["substring_index"],
    doc: doc(
      "What stands before so many occurrences of a delimiter, counted from the left, or after them, counted from the right where negative.",
      ["substring_index('www.apache.org', '.', 2)", "www.apache"],
      ["substring_index('www.apache.org', '.', -1)", "org"],
    ),
    inputs: ["string", "string", "int"],
    collated: "search",
    result: (types) => types[0] as DataType,
    evaluate: (call, context) => {
      const { type } = call.args[0] as Expression;
      const { trimmed } = collationOf(type.kind === "string" ? type : {});
      return searching((text, search, folded, count: number) => substringIndex(text, trimmed(search), count, folded ?? text))(
        call,
        context,
      );
    },
  }),
  scalar({
    names: ["split"],
    doc: doc(
      "The parts of a string between the matches of a regular expression; at most `limit` of them where that is positive.",
      ["split('oneAtwoBthreeC', '[ABC]', 2)", '["one","twoBthreeC"]'],
    ),
    parameters: ["str", "regex", "limit"],
    inputs: ["stringOfCharacters", "string", "int"],
    optional: 1,
    defaults: (args) => [...args, literal(-1, INT)],
    result: (types) => ({ ...TEXTS, element: types[0] as DataType }),
    evaluate: made(
      (call) => (text: string, pattern: string, limit: number) =>
        splitJava(text, ignoresCase(call) ? `(?ui)${pattern}` : pattern, limit),
    ),
  }),
  scalar({
    names: ["split_part"],
    doc: doc(
      "The part at a place of a string that a delimiter divides, from 1, or from the end where negative; empty where there is none.",
      ["split_part('11.12.13', '.', 3)", "13"],
    ),
    parameters: ["str", "delimiter", "partNum"],
    inputs: ["string", "string", "int"],
    result: (types) => types[0] as DataType,
    nullable: true,
    collated: "cut",
    evaluate: (call, context) =>
      searching((text, delimiter, folded, at: number) => {
        if (at === 0) throw new QueryError("INVALID_INDEX_OF_ZERO", {}, call.at);
        const parts = delimiter === "" ? [text] : cutAt(text, delimiter, folded);
        return parts[at > 0 ? at - 1 : parts.length + at] ?? "";
      })(call, context),
  }),
  scalar({
    names: ["replace"],
    doc: doc("The string with every occurrence of a string replaced, or taken out.", [
      "replace('ABCabc', 'abc', 'DEF')",
      "ABCDEF",
    ]),
    parameters: ["src", "search", "replace"],
    inputs: ["string", "string", "string"],
    optional: 1,
    defaults: (args) => [...args, literal("", STRING)],
    result: (types) => types[0] as DataType,
    collated: "search",
    evaluate: searching((text, search, folded, replacement: string) =>
      search === ""
        ? text
        : folded === null
          ? replaced(text, search, replacement)
          : cutAt(text, search, folded).join(replacement),
    ),
  }),
  scalar({
    names: ["translate"],
    doc: doc("The string with each character of the second replaced by the one in its place in the third, or taken out.", [
      "translate('AaBbCc', 'abc', '123')",
      "A1B2C3",
    ]),
    inputs: ["string", "string", "string"],
    result: (types) => types[0] as DataType,
    collated: "search",
    evaluate: made((call) => {
      const fold = foldOf(call) ?? ((c: string): string => c);
      const map = new Map<string, string>();
      let known: readonly string[] = [];
      return (text: string, from: string, to: string) => {
        if (from !== known[0] || to !== known[1]) {
          known = [from, to];
          const targets = Array.from(to);
          map.clear();
          Array.from(from).forEach((c, i) => {
            if (!map.has(fold(c))) map.set(fold(c), targets[i] ?? "");
          });
        }
        let result = "";
        for (const c of text) result += map.get(fold(c)) ?? c;
        return result;
      };
    }),
  }),
];

const similarities = [
  scalar({
    names: ["levenshtein"],
    doc: doc(
      "Number of characters to insert, delete or change between two strings; -1 where it is more than a threshold.",
      ["levenshtein('kitten', 'sitting')", "3"],
      ["levenshtein('kitten', 'sitting', 2)", "-1"],
    ),
    inputs: ["string", "string", "int"],
    optional: 1,
    collated: "value",
    result: INT,
    evaluate: plain((left: string, right: string, threshold?: number) => levenshtein(left, right, threshold)),
  }),
  scalar({
    names: ["jaro_winkler_similarity"],
    doc: doc("How alike two strings are, from 0 to 1; a common beginning counts more.", [
      "jaro_winkler_similarity('abc', 'abc')",
      "1.0",
    ]),
    inputs: ["string", "string"],
    result: { kind: "double" },
    evaluate: plain(jaroWinkler),
  }),
  scalar({
    names: ["soundex"],
    uncast: true,
    doc: doc("The Soundex code of a string.", ["soundex('Miller')", "M460"]),
    inputs: ["string"],
    result: STRING,
    evaluate: plain(soundex),
  }),
  scalar({
    names: ["luhn_check"],
    doc: doc("Whether the digits satisfy Luhn's check.", ["luhn_check('8112189876')", "true"]),
    inputs: ["string"],
    result: BOOLEAN,
    nullable: true,
    evaluate: plain(luhn),
  }),
];

function luhn(digits: string): boolean {
  if (!/^[0-9]+$/.test(digits)) return false;
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 48;
    sum += i % 2 === 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2;
  }
  return sum % 10 === 0;
}

/** One sentence, whose words no rule of a locale divides. */
const WORDS_AND_BLANKS = /^[A-Za-z0-9_ ]*$/;

/** Words by the rules of Unicode for a locale; sentences likewise. */
const sentences = scalar({
  names: ["sentences"],
  doc: doc("The words of each sentence of a text.", [
    "sentences('Hi there! Good morning.')",
    '[["Hi","there"],["Good","morning"]]',
  ]),
  parameters: ["str", "lang", "country"],
  inputs: ["string", "string", "string"],
  optional: 2,
  defaults: (args) => [...args, ...[literal("", STRING), literal("", STRING)].slice(args.length - 1)],
  result: (types) => {
    const words: DataType = { kind: "array", element: types[0] as DataType, containsNull: false };
    return { kind: "array", element: words, containsNull: false };
  },
  nullable: true,
  nulls: "custom",
  evaluate: () => (text, language, country) => {
    if (text === null) return null;
    if (WORDS_AND_BLANKS.test(text as string)) {
      const words = (text as string).split(" ").filter((word) => word !== "" && !word.startsWith("_"));
      return words.length === 0 ? [] : [words];
    }
    const [sentenceParts, wordParts] = segmenters(localeOf((language ?? "") as string, (country ?? "") as string));
    const result: Boxed[] = [];
    for (const { segment } of sentenceParts.segment(text as string)) {
      const words: string[] = [];
      for (const word of wordParts.segment(segment)) if (/^[\p{L}\p{N}]/u.test(word.segment)) words.push(word.segment);
      if (words.length > 0) result.push(words);
    }
    return result;
  },
});

const segmentersOf = new Map<string, readonly [sentences: Intl.Segmenter, words: Intl.Segmenter]>();

function segmenters(locale: string): readonly [sentences: Intl.Segmenter, words: Intl.Segmenter] {
  let known = segmentersOf.get(locale);
  if (known === undefined) {
    known = [new Intl.Segmenter(locale, { granularity: "sentence" }), new Intl.Segmenter(locale, { granularity: "word" })];
    segmentersOf.set(locale, known);
  }
  return known;
}

function localeOf(language: string, country: string): string {
  if (language === "") return "en-US";
  try {
    return new Intl.Locale(country === "" ? language : `${language}-${country}`).toString();
  } catch {
    return "en-US";
  }
}

export const stringSearchFunctions: readonly FunctionEntry[] = [...tests, ...places, ...cuts, ...similarities, sentences];
