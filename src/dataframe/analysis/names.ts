/**
 * What a name means, in Spark's order: a column of the input, a function that is called without parentheses, an alias to the
 * left in the select list, a column of a query around, a session variable.
 */
import { AnalysisError } from "../errors";
import type { QueryContext } from "../errors";
import type { Attribute, Expression, Literal } from "../expressions/expression";
import { transformUp } from "../expressions/traverse";
import { sqlValue } from "../types/print";
import { sqlName } from "../types/text";
import { bindContext } from "./bind-context";
import type { Binder, LambdaScope, Scope } from "./binder";
import { fieldOf } from "./fields";
import { columnNamed } from "./columns";
import type { SessionVariable } from "./context";
import { groupingNumber } from "./grouping-calls";
import { idText } from "./messages";
import { unresolvedColumn } from "./suggestions";

const WITHOUT_PARENTHESES: ReadonlySet<string> = new Set([
  "current_date",
  "current_timestamp",
  "current_user",
  "current_time",
  "session_user",
  "user",
]);

export interface NameSyntax {
  readonly parts: readonly string[];
  readonly planId?: number;
  readonly metadata?: boolean;
  readonly at?: QueryContext;
}

export function bindName(binder: Binder, name: NameSyntax, scope: Scope): Expression {
  const found = findName(binder, name, scope);
  if (found !== null) return found;
  const places = name.planId === undefined ? undefined : scope.columns.planIds.get(name.planId);
  if (places !== undefined) {
    const columns = places[0]?.columns ?? [];
    if (!name.parts.some((part) => columnNamed(binder, columns, part).length > 0)) {
      throw unresolvedColumn(name.parts, columns, name.at);
    }
  }
  if (name.planId !== undefined) {
    throw new AnalysisError("CANNOT_RESOLVE_DATAFRAME_COLUMN", { name: idText(name.parts) }, name.at);
  }
  throw unresolvedColumn(name.parts, scope.columns.candidates, name.at);
}

export function findName(binder: Binder, name: NameSyntax, scope: Scope): Expression | null {
  const { parts, at } = name;
  const use = { at, planId: name.planId, metadata: name.metadata, inAggregate: scope.inAggregate };
  if (name.planId === undefined) {
    const variable = lambdaVariable(binder, parts, scope.lambdas, at);
    if (variable !== null) return variable;
  }
  const column = scope.columns.find(parts, use);
  if (column !== null) return column;
  if (name.planId === undefined) {
    const plain = parts.length === 1 ? withoutParentheses(binder, parts[0] as string, at) : null;
    if (plain !== null) return plain;
    const lateral = scope.lateral?.find(parts, use) ?? null;
    if (lateral !== null) return lateral;
  }
  const outer = outerColumn(binder, name, scope);
  if (outer !== null) return outer;
  return name.planId === undefined ? sessionVariable(binder, parts, scope, at) : null;
}

function lambdaVariable(
  binder: Binder,
  parts: readonly string[],
  lambdas: LambdaScope | undefined,
  at: QueryContext | undefined,
): Expression | null {
  const name = binder.context.settings.caseSensitive ? (parts[0] as string) : (parts[0] as string).toLowerCase();
  for (let scope = lambdas; scope !== undefined; scope = scope.parent) {
    const variable = scope.variables.get(name);
    if (variable !== undefined) return fieldOf(binder, variable, parts.slice(1), at);
  }
  return null;
}

function withoutParentheses(binder: Binder, name: string, at: QueryContext | undefined): Expression | null {
  const lower = name.toLowerCase();
  if (lower === "grouping__id") return groupingNumber(binder, at);
  if (!WITHOUT_PARENTHESES.has(lower)) return null;
  const entry = binder.context.functions.find(lower);
  return entry?.kind === "scalar" ? entry.bind([], bindContext(binder, lower, at)) : null;
}

/** A column of the query around. */
function outerColumn(binder: Binder, name: NameSyntax, scope: Scope): Expression | null {
  const outer = scope.env.outer;
  if (outer === null) return null;
  // Spark's correlation is of one level: a subquery in a subquery sees its own surroundings only.
  const found = findName(binder, name, { ...outer, env: { ...outer.env, outer: null } });
  return found === null ? null : asOuter(found);
}

/** With the columns of an expression as references from a subquery. */
export function asOuter(expression: Expression): Expression {
  return transformUp(expression, (node) => (node.kind === "attribute" ? outerReference(node) : node));
}

export function outerReference(attribute: Attribute): Expression {
  return { kind: "outer", attribute, type: attribute.type, nullable: attribute.nullable };
}

function sessionVariable(
  binder: Binder,
  parts: readonly string[],
  scope: Scope,
  at: QueryContext | undefined,
): Expression | null {
  for (let length = Math.min(3, parts.length); length >= 1; length--) {
    const name = parts.slice(0, length);
    const known = scope.env.view?.temporary?.variables;
    if (known !== undefined && !known.some((one) => one.toLowerCase() === name.at(-1)?.toLowerCase())) continue;
    const variable = binder.context.variable(name);
    if (variable === null) continue;
    const value: Literal = {
      kind: "literal",
      value: variable.value,
      type: variable.type,
      nullable: variable.value === null,
      printed: `variablereference(${variable.name.join(".")}=${valueText(variable)})`,
    };
    return fieldOf(binder, value, parts.slice(length), at);
  }
  return null;
}

function valueText(variable: SessionVariable): string {
  return variable.value === null ? `CAST(NULL AS ${sqlName(variable.type)})` : sqlValue(variable.value, variable.type);
}
