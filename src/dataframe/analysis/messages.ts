/** How names, expressions and types are written in the parameters of errors, and the errors that several parts throw. */
import { AnalysisError } from "../errors";
import type { QueryContext } from "../errors";
import type { Attribute, Expression } from "../expressions/expression";
import { printed } from "../expressions/print";
import type { Binder } from "./binder";
import type { DataType } from "../../columnar/types";
import { SESSION_CATALOG } from "../catalog/table";
import { sqlName } from "../types/text";

export function quoted(part: string): string {
  return `\`${part.replaceAll("`", "``")}\``;
}

/** `a`.`b` */
export function idText(parts: readonly string[]): string {
  return parts.map(quoted).join(".");
}

/** The error of a name with more parts than a catalog, a database and an object; null where it has no more. */
export function tooManyParts(parts: readonly string[], at: QueryContext | undefined): AnalysisError | null {
  const catalog = (parts[0] as string).toLowerCase();
  const inCatalog = parts.slice(catalog === SESSION_CATALOG ? 1 : 0);
  if (inCatalog.length < 3 || (catalog === "system" && parts.length === 3)) return null;
  return new AnalysisError(
    "REQUIRES_SINGLE_PART_NAMESPACE",
    { sessionCatalog: SESSION_CATALOG, namespace: idText(inCatalog) },
    at,
  );
}

/** "(a + 1)" */
export function exprText(expression: Expression): string {
  return `"${printed(expression)}"`;
}

/** "DECIMAL(10,2)" */
export function typeText(type: DataType): string {
  return `"${sqlName(type)}"`;
}

export function qualifiedName(attribute: Attribute): readonly string[] {
  return [...attribute.qualifier, attribute.name];
}

/** An expression as error parameters without quotes show it: columns with their qualifiers. */
export function qualifiedText(expression: Expression): string {
  return printed(withQualifiers(expression));
}

function withQualifiers(expression: Expression): Expression {
  switch (expression.kind) {
    case "attribute":
      return { ...expression, name: qualifiedName(expression).join(".") };
    case "call":
    case "windowFunction":
    case "userCall":
      return { ...expression, args: expression.args.map(withQualifiers) };
    case "aggregate":
      return {
        ...expression,
        args: expression.args.map(withQualifiers),
        filter: expression.filter === null ? null : withQualifiers(expression.filter),
      };
    case "cast":
    case "alias":
      return { ...expression, child: withQualifiers(expression.child) };
    default:
      return expression;
  }
}

/** "first", "second", …, as column and table numbers are told. */
export function ordinalWord(index: number): string {
  const words = ["zeroth", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"];
  const word = words[index];
  if (word !== undefined) return word;
  const rest = index % 100;
  const suffix = rest >= 11 && rest <= 13 ? "th" : (["th", "st", "nd", "rd"][index % 10] ?? "th");
  return `${index}${suffix}`;
}

export function ambiguousReference(
  name: readonly string[],
  found: readonly Attribute[],
  at: QueryContext | undefined,
): AnalysisError {
  const references = found.map((attribute) => idText(qualifiedName(attribute))).sort();
  return new AnalysisError("AMBIGUOUS_REFERENCE", { name: idText(name), referenceNames: `[${references.join(", ")}]` }, at);
}

/** Where functions and tables without a qualifier are looked for. */
export function searchPath(binder: Pick<Binder, "context">): string {
  const { currentCatalog, currentDatabase } = binder.context.settings;
  return searchPathOf(currentCatalog, currentDatabase);
}

/** The same, as text of the current catalog and database. */
export function searchPathOf(currentCatalog: string, currentDatabase: string): string {
  return `[${[
    ["system", "builtin"],
    ["system", "session"],
    [currentCatalog, currentDatabase],
  ]
    .map(idText)
    .join(", ")}]`;
}
