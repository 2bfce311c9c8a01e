/** `*`, `t.*`, `s.*`, EXCEPT, and regular expressions of names: the columns that a list means. */
import type { StructType } from "../../columnar/types";
import { AnalysisError } from "../errors";
import { alias, call as callOf } from "../expressions/build";
import type { Attribute, Expression } from "../expressions/expression";
import type { UnresolvedExpression } from "../syntax/expression";
import { bindContext } from "./bind-context";
import type { Binder, Scope } from "./binder";
import { fieldOf } from "./fields";
import { idText, qualifiedName } from "./messages";
import { asOuter } from "./names";
import { unresolvedColumn } from "./suggestions";
import { javaPattern } from "../functions/text/java-regex";

type Star = Extract<UnresolvedExpression, { kind: "star" }>;

export function expandStar(binder: Binder, star: Star, scope: Scope): readonly Expression[] {
  const base = starColumns(binder, star, scope);
  const kept = star.except.length === 0 ? base : withoutExcepted(binder, star, base);
  const replaced = star.replace;
  if (replaced === undefined || replaced.length === 0) return kept;
  const fold = folding(binder);
  return kept.map((column) => {
    const replacement = replaced.find((one) => fold(one.name) === fold(nameOf(column)));
    if (replacement === undefined) return column;
    const value = binder.expression(replacement.expression, scope);
    return alias(value.kind === "alias" ? value.child : value, replacement.name, binder.nextId());
  });
}

function starColumns(binder: Binder, star: Star, scope: Scope): readonly Expression[] {
  const { qualifier } = star;
  if (qualifier.length === 0) return scope.columns.all;
  const fold = folding(binder);
  const matches = (attribute: Attribute): boolean =>
    qualifier.length <= attribute.qualifier.length &&
    qualifier.every(
      (part, i) => fold(attribute.qualifier[attribute.qualifier.length - qualifier.length + i] as string) === fold(part),
    );
  const ofTable = [...scope.columns.hidden, ...scope.columns.all].filter(matches);
  if (ofTable.length > 0) return ofTable;
  const struct = findStruct(binder, star, scope);
  if (struct !== null) return struct;
  const around =
    scope.env.outer === null
      ? []
      : outerColumns(binder, star, { ...scope.env.outer, env: { ...scope.env.outer.env, outer: null } });
  if (around.length > 0) return around;
  const columns = [...new Set(scope.columns.candidates.map((one) => `\`${one.name}\``))].sort().join(", ");
  throw new AnalysisError("CANNOT_RESOLVE_STAR_EXPAND", { targetString: idText(qualifier), columns }, star.at);
}

/** `t.*` of a table around a subquery. */
function outerColumns(binder: Binder, star: Star, outer: Scope): readonly Expression[] {
  const found = attempt(() => starColumns(binder, star, outer));
  return found.map((column) => alias(asOuter(column.kind === "alias" ? column.child : column), nameOf(column), binder.nextId()));
}

function attempt(columns: () => readonly Expression[]): readonly Expression[] {
  try {
    return columns();
  } catch (error) {
    if (error instanceof AnalysisError) return [];
    throw error;
  }
}

/** `s.*`: the fields of a struct column. */
function findStruct(binder: Binder, star: Star, scope: Scope): readonly Expression[] | null {
  const column = scope.columns.find(star.qualifier, { at: star.at });
  if (column === null) return null;
  if (column.type.kind !== "struct") {
    throw new AnalysisError("_LEGACY_ERROR_TEMP_1050", { attributes: `List(${star.qualifier.join(".")})` }, star.at);
  }
  return column.type.fields.map((field) => alias(fieldOf(binder, column, [field.name], star.at), field.name, binder.nextId()));
}

/** EXCEPT takes columns and fields of structs; each must be there, and no two may overlap. */
function withoutExcepted(binder: Binder, star: Star, columns: readonly Expression[]): readonly Expression[] {
  const fold = folding(binder);
  const paths = star.except.map((parts) => exceptPath(binder, star, parts, columns));
  paths.forEach((one, i) => {
    for (const other of paths.slice(i + 1)) {
      if (one.index !== other.index) continue;
      const shorter = Math.min(one.fields.length, other.fields.length);
      if (!one.fields.slice(0, shorter).every((field, k) => fold(field) === fold(other.fields[k] as string))) continue;
      throw new AnalysisError(
        "EXCEPT_OVERLAPPING_COLUMNS",
        { columns: star.except.map((parts) => parts.join(".")).join(", ") },
        star.at,
      );
    }
  });
  return columns.flatMap((column, index) => {
    const mine = paths.filter((path) => path.index === index).map((path) => path.fields);
    if (mine.length === 0) return [column];
    if (mine.some((fields) => fields.length === 0)) return [];
    return [alias(structWithout(binder, column, mine, star), nameOf(column), binder.nextId())];
  });
}

function exceptPath(
  binder: Binder,
  star: Star,
  parts: readonly string[],
  columns: readonly Expression[],
): { readonly index: number; readonly fields: readonly string[] } {
  const fold = folding(binder);
  for (let start = Math.min(3, parts.length - 1); start >= 0; start--) {
    const found = columns.flatMap((column, index) => {
      if (fold(nameOf(column)) !== fold(parts[start] as string)) return [];
      const qualifier = column.kind === "attribute" ? column.qualifier : [];
      const fits = parts.slice(0, start).every((part, i) => fold(qualifier[qualifier.length - start + i] ?? "\0") === fold(part));
      return fits ? [index] : [];
    });
    if (found.length > 1) {
      const references = found.map((index) => {
        const column = columns[index] as Expression;
        return idText(column.kind === "attribute" ? qualifiedName(column) : [nameOf(column)]);
      });
      throw new AnalysisError(
        "AMBIGUOUS_REFERENCE",
        { name: idText(parts), referenceNames: `[${references.sort().join(", ")}]` },
        star.at,
      );
    }
    const index = found[0];
    if (index === undefined) continue;
    const fields = parts.slice(start + 1);
    checkFields(binder, star, parts, columns[index] as Expression, fields);
    return { index, fields };
  }
  throw unresolvedColumn(
    parts,
    columns.flatMap((column) => (column.kind === "attribute" ? [column] : [])),
    star.at,
  );
}

function checkFields(binder: Binder, star: Star, parts: readonly string[], column: Expression, fields: readonly string[]): void {
  const fold = folding(binder);
  let type = column.type;
  for (const name of fields) {
    const field = type.kind === "struct" ? type.fields.find((one) => fold(one.name) === fold(name)) : undefined;
    if (field !== undefined) {
      type = field.type;
      continue;
    }
    if (type.kind !== "struct") {
      throw new AnalysisError(
        "INVALID_EXTRACT_BASE_FIELD_TYPE",
        { base: `"${nameOf(column)}"`, other: `"${type.kind.toUpperCase()}"` },
        star.at,
      );
    }
    throw new AnalysisError(
      "UNRESOLVED_COLUMN.WITH_SUGGESTION",
      { objectName: idText(parts), proposal: type.fields.map((one) => `\`${one.name}\``).join(", ") },
      star.at,
    );
  }
}

/** named_struct of the fields that stay. */
function structWithout(binder: Binder, column: Expression, excepted: readonly (readonly string[])[], star: Star): Expression {
  const fold = folding(binder);
  const { fields } = column.type as StructType;
  const args = fields.flatMap((field): Expression[] => {
    const mine = excepted.filter((path) => fold(path[0] as string) === fold(field.name)).map((path) => path.slice(1));
    if (mine.some((path) => path.length === 0)) return [];
    const value = fieldOf(binder, column, [field.name], star.at);
    const kept = mine.length === 0 ? value : structWithout(binder, value, mine, star);
    return [{ kind: "literal", value: field.name, type: { kind: "string" }, nullable: false }, kept];
  });
  if (args.length === 0) return callOf("named_struct", [], { kind: "struct", fields: [] }, false);
  const call = binder.context.functions.scalar("named_struct");
  return call.bind(args, bindContext(binder, "named_struct", star.at));
}

export function expandRegex(
  binder: Binder,
  syntax: Extract<UnresolvedExpression, { kind: "regex" }>,
  scope: Scope,
): readonly Expression[] {
  const fold = folding(binder);
  const flags = binder.context.settings.caseSensitive ? "" : "(?i)";
  const { regex } = javaPattern(`${flags}^(?:${syntax.pattern})$`, "colRegex");
  return scope.columns.all.filter((attribute) => {
    const { qualifier } = attribute;
    const fits = syntax.qualifier.every(
      (part, i) => fold(qualifier[qualifier.length - syntax.qualifier.length + i] ?? "\0") === fold(part),
    );
    regex.lastIndex = 0;
    return fits && regex.test(attribute.name);
  });
}

function folding(binder: Binder): (text: string) => string {
  return binder.context.settings.caseSensitive ? (text) => text : (text) => text.toLowerCase();
}

function nameOf(column: Expression): string {
  return column.kind === "attribute" || column.kind === "alias" ? column.name : "";
}
