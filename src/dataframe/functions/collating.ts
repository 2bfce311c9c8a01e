/**
 * Which collation strings have that meet in a function or operator, by Spark's rules: what COLLATE says is explicit and wins, a
 * column's is implicit, that of literals and of what is made of other types is the default one. Two explicit ones are an error; two
 * implicit ones make the result indeterminate, which only functions that must compare refuse.
 */
import type { DataType, StringType } from "../../columnar/types";
import { AnalysisError } from "../errors";
import { coerced } from "../expressions/build";
import { INDETERMINATE } from "../expressions/collation";
import type { Expression } from "../expressions/expression";
import { printed } from "../expressions/print";
import { sqlName } from "../types/text";
import type { BindContext } from "./registry";

/**
 * What a function does with strings: "value" makes one of another, "search" looks for one in another (no indeterminate collation, none
 * that tells letters by case but not by accents), "cut" does so too but meets an indeterminate collation only when it runs, "compare"
 * orders or equates them (no indeterminate collation).
 */
export type CollationUse = "value" | "search" | "cut" | "compare";

type Strength = "explicit" | "implicit" | "default";

interface Collating {
  readonly strength: Strength;
  /** Undefined: UTF8_BINARY. */
  readonly collation: string | undefined;
}

/** Strings and arrays of strings with one collation. `text`: how the call prints, for errors. */
export function oneCollation(
  args: readonly Expression[],
  context: BindContext,
  use: CollationUse = "value",
  text: (args: readonly Expression[]) => string = (all) => `${context.name}(${all.map(printed).join(", ")})`,
): readonly Expression[] {
  if (args.every(({ type }) => collationIn(type) === undefined)) return args;
  const parts = args.flatMap((arg) => (stringIn(arg.type) === null ? [] : [collatingOf(arg)]));
  const { collation } = merged(parts, context);
  const unified = args.map((arg) => withCollation(arg, collation, context));
  if ((use === "search" || use === "compare") && collation === INDETERMINATE) {
    throw new AnalysisError("INDETERMINATE_COLLATION_IN_EXPRESSION", { expr: `"${text(args)}"` }, context.at);
  }
  if ((use === "search" || use === "cut") && collation !== undefined && isAccentInsensitiveOnly(collation)) {
    const first = args.findIndex(({ type }) => type.kind === "string");
    throw new AnalysisError(
      "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
      {
        sqlExpr: `"${text(unified)}"`,
        paramIndex: "first",
        requiredType: '"STRING"',
        inputSql: `"${printed(args[first] as Expression)}"`,
        inputType: `"${sqlName((unified[first] as Expression).type)}"`,
      },
      context.at,
    );
  }
  return unified;
}

function isAccentInsensitiveOnly(collation: string): boolean {
  const marks = collation.toUpperCase().split("_");
  return marks.includes("AI") && !marks.includes("CI");
}

/** The string type that a type has at its bottom: its own, or that of its elements. */
function stringIn(type: DataType): StringType | null {
  if (type.kind === "string") return type;
  return type.kind === "array" ? stringIn(type.element) : null;
}

function collationIn(type: DataType): string | undefined {
  return stringIn(type)?.collation;
}

function collatingOf(arg: Expression): Collating {
  return { strength: strengthOf(arg), collation: collationIn(arg.type) };
}

function strengthOf(arg: Expression): Strength {
  switch (arg.kind) {
    case "literal":
      return "default";
    case "cast":
      if (stringIn(arg.child.type) === null) return "default";
      return arg.implicit === true ? strengthOf(arg.child) : "implicit";
    case "call": {
      if (arg.fn === "collate") return "explicit";
      const strengths = arg.args.filter(({ type }) => stringIn(type) !== null).map(strengthOf);
      return (["explicit", "implicit"] as const).find((strength) => strengths.includes(strength)) ?? "default";
    }
    default:
      return "implicit";
  }
}

function merged(parts: readonly Collating[], context: BindContext): Collating {
  const explicit = parts.filter(({ strength }) => strength === "explicit");
  const [first] = explicit;
  if (first !== undefined) {
    const names = [...new Set(explicit.map(({ collation }) => collation))];
    if (names.length > 1) {
      const types = names.map((collation) => `"STRING COLLATE ${collation ?? "UTF8_BINARY"}"`);
      throw new AnalysisError("COLLATION_MISMATCH.EXPLICIT", { explicitTypes: types.join(", ") }, context.at);
    }
    return first;
  }
  const implicit = new Set(parts.filter(({ strength }) => strength === "implicit").map(({ collation }) => collation));
  if (implicit.size > 1) return { strength: "implicit", collation: INDETERMINATE };
  if (implicit.size === 1) return { strength: "implicit", collation: [...implicit][0] };
  return { strength: "default", collation: parts.map(({ collation }) => collation).find((name) => name !== undefined) };
}

function withCollation(arg: Expression, collation: string | undefined, context: BindContext): Expression {
  const type = collated(arg.type, collation);
  return type === arg.type ? arg : coerced(arg, type, context);
}

function collated(type: DataType, collation: string | undefined): DataType {
  if (type.kind === "array") {
    const element = collated(type.element, collation);
    return element === type.element ? type : { ...type, element };
  }
  if (type.kind !== "string" || type.collation === collation) return type;
  const { collation: _, ...plain } = type;
  return collation === undefined ? plain : { ...plain, collation };
}
