/** Regular expressions with Java's syntax, and LIKE. */
import type { Boxed, DataType } from "../../../columnar/types";
import { QueryError } from "../../errors";
import { BOOLEAN, INT, literal } from "../../expressions/build";
import type { Call, Expression } from "../../expressions/expression";
import { lowerKey } from "../../expressions/collation";
import { document, made } from "../documented";
import type { BindContext, FunctionEntry, ScalarFunction } from "../registry";
import { constantOf, mismatch, scalar } from "../signature";
import { countCodePoints, sliceCodePoints } from "../text/code-points";
import { ignoresCase, patternFor } from "../text/collated-pattern";
import { firstMatch, javaReplacement, nextMatch } from "../text/java-regex";
import type { JavaPattern } from "../text/java-regex";
import { likePattern } from "../text/like-pattern";

const doc = document("string");
const predicate = document("predicate");

/** Patterns of LIKE are mostly constants: the last one is kept. */
function liker(call: Call, caseInsensitive: boolean): (text: Boxed, pattern: Boxed) => boolean {
  const escape = (call.options?.["escape"] as string | undefined) ?? "\\";
  const fold = ignoresCase(call);
  let last: string | null = null;
  let regex = /^/;
  return (text, pattern) => {
    if (pattern !== last) {
      regex = likePattern(fold ? lowerKey(pattern as string) : (pattern as string), escape, caseInsensitive);
      last = pattern as string;
    }
    return regex.test(fold ? lowerKey(text as string) : (text as string));
  };
}

/** The third argument, where given, is a constant character. */
function likeFunction(name: "like" | "ilike", usage: string, examples: readonly (readonly [string, string])[]): ScalarFunction {
  const entry = scalar({
    names: [name],
    doc: predicate(usage, ...examples),
    parameters: ["str", "pattern", "escape"],
    inputs: ["stringOfCharacters", "string"],
    result: BOOLEAN,
    evaluate: made((call) => liker(call, name === "ilike")),
    print: (call, args) => {
      const escape = (call.options?.["escape"] as string | undefined) ?? "\\";
      if (name === "ilike") return `ilike(${args.join(", ")})`;
      return escape === "\\" ? `${args[0]} LIKE ${args[1]}` : `${args[0]} LIKE ${args[1]} ESCAPE '${escape}'`;
    },
  });
  return {
    ...entry,
    bind: (args, context) => {
      if (args.length !== 3) return entry.bind(args, context);
      const escape = context.fold(args[2] as Expression).value;
      if (typeof escape !== "string" || Array.from(escape).length !== 1) {
        throw mismatch("INVALID_ESCAPE_CHAR", args, context, { sqlExpr: `"${typeof escape === "string" ? escape : "NULL"}"` });
      }
      const call = entry.bind(args.slice(0, 2), context) as Call;
      return { ...call, options: { escape } };
    },
  };
}

/** Patterns of LIKE ANY and LIKE ALL: the text first. Nulls count as in OR and AND. */
function likeMany(name: string, all: boolean, negated: boolean): FunctionEntry {
  return scalar({
    names: [name],
    doc: predicate(`Whether a text is ${negated ? "not " : ""}like ${all ? "all" : "any"} of the patterns.`, [
      `'abc' ${negated ? "NOT " : ""}LIKE ${all ? "ALL" : "ANY"} ('a%', '%d')`,
      negated ? (all ? "false" : "true") : all ? "false" : "true",
    ]),
    inputs: ["stringOfCharacters"],
    rest: "string",
    atLeast: 1,
    result: BOOLEAN,
    nullable: true,
    nulls: "custom",
    evaluate: (call) => {
      const like = liker(call, false);
      return (text, ...patterns) => {
        if (text === null) return null;
        let unknown = false;
        for (const pattern of patterns) {
          if (pattern === null) unknown = true;
          else if ((like(text, pattern) !== negated) !== all) return !all;
        }
        return unknown ? null : all;
      };
    },
    print: (_, args) => `${name}(${args[0]})`,
  });
}

const likes = [
  likeFunction("like", "Whether a string matches a pattern with % and _.", [
    ["'Spark' LIKE '_park'", "true"],
    ["like('Spark', '_park')", "true"],
  ]),
  likeFunction("ilike", "Whether a string matches a pattern with % and _, whatever the case of letters.", [
    ["ilike('Spark', '_PARK')", "true"],
  ]),
  likeMany("likeany", false, false),
  likeMany("likeall", true, false),
  likeMany("notlikeany", false, true),
  likeMany("notlikeall", true, true),
];

/** Whether a pattern is found in a text. */
const rlike = scalar({
  names: ["rlike", "regexp", "regexp_like"],
  doc: predicate("Whether a regular expression matches somewhere in a string.", ["regexp_like('Spark SQL', 'S.*k')", "true"]),
  parameters: ["str", "regexp"],
  inputs: ["stringOfCharacters", "string"],
  result: BOOLEAN,
  evaluate: made((call) => (text: string, pattern: string) => {
    const { regex } = patternFor(call, pattern);
    regex.lastIndex = 0;
    return regex.test(text);
  }),
  print: (call, args) => `${(call.alias ?? call.fn).toUpperCase()}(${args.join(", ")})`,
});

function groupOf(match: RegExpExecArray, pattern: JavaPattern, group: number): string {
  return match[pattern.groups[group] as number] ?? "";
}

function checkGroup(name: string, pattern: JavaPattern, group: number): void {
  if (group >= 0 && group < pattern.groups.length) return;
  throw new QueryError("INVALID_PARAMETER_VALUE.REGEX_GROUP_INDEX", {
    parameter: "`idx`",
    functionName: `\`${name}\``,
    groupCount: String(pattern.groups.length - 1),
    groupIndex: String(group),
  });
}

const ONE = literal(1, INT);
const ZERO = literal(0, INT);

const extracts = [
  scalar({
    names: ["regexp_extract"],
    doc: doc("The first match of a regular expression, or a group of it; empty where there is none.", [
      "regexp_extract('100-200', '([0-9]+)-([0-9]+)', 1)",
      "100",
    ]),
    parameters: ["str", "regexp", "idx"],
    inputs: ["stringOfCharacters", "string", "int"],
    optional: 1,
    defaults: (args) => [...args, ONE],
    result: (types) => types[0] as DataType,
    evaluate: made((call) => (text: string, regexp: string, group: number) => {
      const pattern = patternFor(call, regexp);
      pattern.regex.lastIndex = 0;
      const match = pattern.regex.exec(text);
      if (match === null) return "";
      checkGroup("regexp_extract", pattern, group);
      return groupOf(match, pattern, group);
    }),
  }),
  scalar({
    names: ["regexp_extract_all"],
    doc: doc("All matches of a regular expression, or of a group of it.", [
      "regexp_extract_all('100-200, 300-400', '([0-9]+)-([0-9]+)', 1)",
      '["100","300"]',
    ]),
    parameters: ["str", "regexp", "idx"],
    inputs: ["stringOfCharacters", "string", "int"],
    optional: 1,
    defaults: (args) => [...args, ONE],
    result: (types) => ({ kind: "array", element: types[0] as DataType, containsNull: true }),
    evaluate: made((call) => (text: string, regexp: string, group: number) => {
      const pattern = patternFor(call, regexp);
      const { regex } = pattern;
      const found: string[] = [];
      for (let match = firstMatch(regex, text); match !== null; match = nextMatch(regex, text, match)) {
        checkGroup("regexp_extract_all", pattern, group);
        found.push(groupOf(match, pattern, group));
      }
      return found;
    }),
  }),
  scalar({
    names: ["regexp_instr"],
    doc: doc("Place of the first match of a regular expression, from 1; 0 where there is none.", [
      "regexp_instr('user@spark.apache.org', '@[^.]*')",
      "5",
    ]),
    parameters: ["str", "regexp", "idx"],
    inputs: ["stringOfCharacters", "string", "int"],
    optional: 1,
    defaults: (args) => [...args, ZERO],
    result: INT,
    evaluate: made((call) => (text: string, regexp: string, _group: number) => {
      const { regex } = patternFor(call, regexp);
      regex.lastIndex = 0;
      const match = regex.exec(text);
      return match === null ? 0 : countCodePoints(text.slice(0, match.index)) + 1;
    }),
  }),
  scalar({
    names: ["regexp_count"],
    doc: doc("Number of matches of a regular expression.", ["regexp_count('abcdefghijklmnopqrstuvwxyz', '[a-z]{3}')", "8"]),
    parameters: ["str", "regexp"],
    inputs: ["stringOfCharacters", "string"],
    result: INT,
    evaluate: made((call) => (text: string, regexp: string) => {
      const { regex } = patternFor(call, regexp);
      let count = 0;
      for (let match = firstMatch(regex, text); match !== null; match = nextMatch(regex, text, match)) count++;
      return count;
    }),
  }),
  scalar({
    names: ["regexp_substr"],
    doc: doc("The first match of a regular expression; null where there is none or it is empty.", [
      "regexp_substr('Steven Jones and Stephen Smith', 'Ste(v|ph)en')",
      "Steven",
    ]),
    parameters: ["str", "regexp"],
    inputs: ["stringOfCharacters", "string"],
    result: (types) => types[0] as DataType,
    nullable: true,
    evaluate: made((call) => (text: string, regexp: string) => {
      const { regex } = patternFor(call, regexp);
      regex.lastIndex = 0;
      const match = regex.exec(text);
      return match === null || match[0] === "" ? null : match[0];
    }),
  }),
];

const replace = scalar({
  names: ["regexp_replace"],
  doc: doc("The string with every match of a regular expression replaced, from a place on; $1 is the first group.", [
    "regexp_replace('100-200', '([0-9]+)', 'num')",
    "num-num",
  ]),
  parameters: ["str", "regexp", "rep", "position"],
  inputs: ["stringOfCharacters", "string", "string", "int"],
  optional: 1,
  defaults: (args) => [...args, ONE],
  collated: "value",
  check: (args, context) => checkPosition(args, context),
  result: (types) => types[0] as DataType,
  evaluate: made((call) => {
    // What the last replacement means in its pattern.
    let known: { readonly replacement: string; readonly pattern: JavaPattern; readonly write: Replacement } | null = null;
    return (text: string, regexp: string, replacement: string, position: number) => {
      const pattern = patternFor(call, regexp);
      const head = position === 1 ? "" : sliceCodePoints(text, 0, position - 1);
      if (position !== 1 && head.length >= text.length) return text;
      const tail = position === 1 ? text : text.slice(head.length);
      const { regex } = pattern;
      let match = firstMatch(regex, tail);
      if (match === null) return text;
      if (known?.replacement !== replacement || known.pattern !== pattern) {
        known = { replacement, pattern, write: replacementOf(replacement, pattern, text, regexp, position) };
      }
      const { write } = known;
      let result = head;
      let from = 0;
      for (; match !== null; match = nextMatch(regex, tail, match)) {
        if (match.index > from) result += tail.slice(from, match.index);
        result += write(match);
        from = match.index + match[0].length;
      }
      return from === tail.length ? result : result + tail.slice(from);
    };
  }),
});

type Replacement = (match: RegExpExecArray) => string;

function replacementOf(replacement: string, pattern: JavaPattern, source: string, regexp: string, position: number): Replacement {
  try {
    return javaReplacement(replacement, pattern);
  } catch (cause) {
    throw new QueryError(
      "INVALID_REGEXP_REPLACE",
      { source, pattern: regexp, replacement, position: String(position) },
      undefined,
      { cause },
    );
  }
}

function checkPosition(args: readonly Expression[], context: BindContext): void {
  const position = args[3] as Expression;
  const value = constantOf("position", position, args, context) as number | null;
  if (value === null || value > 0) return;
  throw mismatch("VALUE_OUT_OF_RANGE", args, context, {
    exprName: "position",
    valueRange: "(0, 2147483647]",
    currentValue: String(value),
  });
}

export const regexpFunctions: readonly FunctionEntry[] = [...likes, rlike, ...extracts, replace];
