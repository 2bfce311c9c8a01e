/** Expressions: every kind of syntax and what it becomes. Calls of functions are in calls.ts. */
import { literalSql } from "../types/print";
import { unreachable } from "../../common/errors";
import type { DataType } from "../../columnar/types";
import { AnalysisError } from "../errors";
import type { QueryContext } from "../errors";
import { alias, cast, literal, specialDatetimeCast } from "../expressions/build";
import type { Expression } from "../expressions/expression";
import { isFoldable } from "../expressions/traverse";
import { withoutLengths } from "../functions/char-types";
import type { UnresolvedExpression } from "../syntax/expression";
import { bindCall, bindMultiUnitInterval, bindUserFunction } from "./calls";
import { checkCast } from "./casts";
import type { Binder, Scope } from "./binder";
import { columnsOf } from "./columns";
import { itemOf } from "./fields";
import { identifierParts } from "./identifiers";
import { placeholderLambda } from "./lambdas";
import { bindName, findName } from "./names";
import { bindParameter } from "./parameters";
import { bindExists, bindInSubquery, bindScalarSubquery } from "./subqueries";
import { updateFields } from "./update-fields";

function columnAt(position: number, { columns }: Scope, at: QueryContext | undefined): Expression {
  const found = columns.candidates[position - 1];
  if (found !== undefined) return found;
  const size = String(columns.candidates.length);
  throw new AnalysisError("GROUP_BY_POS_OUT_OF_RANGE", { index: String(position), size }, at);
}

export function bindExpression(binder: Binder, expression: UnresolvedExpression, scope: Scope): Expression {
  const at = expression.at;
  switch (expression.kind) {
    case "literal":
      return {
        ...literal(expression.value, expression.type),
        // Moments are named as the session's clock shows them.
        ...(expression.type.kind === "timestamp" &&
          expression.value !== null && { printed: literalSql(expression.value, expression.type, binder.context.settings) }),
        ...(at && { at }),
      };
    case "name":
      return bindName(binder, expression, scope);
    case "place":
      return columnAt(expression.position, scope, at);
    case "star":
    case "regex":
      return bindLoneStar(binder, expression, scope);
    case "call":
      return bindCall(binder, expression, scope);
    case "cast":
      return bindCast(binder, binder.expression(expression.child, scope), expression.type, expression.mode, at);
    case "alias": {
      const name = expression.names[0] as string;
      const child = stripAlias(binder.expression(expression.child, scope));
      return alias(child, name, binder.nextId(), expression.metadata);
    }
    case "extract": {
      const child = stripAlias(binder.expression(expression.child, scope));
      return itemOf(binder, child, binder.expression(expression.index, scope), at);
    }
    case "lambda":
      return placeholderLambda(expression);
    case "sortOrder":
      throw new AnalysisError("INVALID_SQL_SYNTAX.UNSUPPORTED_FUNC_NAME", { funcName: "ORDER BY" }, at);
    case "scalarSubquery":
      return bindScalarSubquery(binder, expression, scope);
    case "exists":
      return bindExists(binder, expression, scope);
    case "inSubquery":
      return bindInSubquery(binder, expression, scope);
    case "updateFields":
      return updateFields(
        binder,
        binder.expression(expression.child, scope),
        expression.path,
        expression.value === null ? null : binder.expression(expression.value, scope),
        at,
      );
    case "parameter":
      return bindParameter(binder, expression, scope);
    case "identifier": {
      if (expression.call?.args.some((arg) => arg.kind === "star") === true) {
        const prettyName = "expression `expressionwithunresolvedidentifier`";
        throw new AnalysisError("INVALID_USAGE_OF_STAR_OR_REGEX", { elem: "'*'", prettyName }, at);
      }
      const parts = identifierParts(binder, expression.expression, scope);
      if (expression.call !== undefined) return bindCall(binder, { ...expression.call, name: parts }, scope);
      return bindName(binder, { parts, ...(at && { at }) }, scope);
    }
    case "userFunction":
      return bindUserFunction(binder, expression, scope);
    case "outer":
      return bindOuter(binder, expression, scope);
    case "multiUnitInterval":
      return bindMultiUnitInterval(binder, expression, scope);
    case "all":
      return bindName(binder, { parts: ["all"], ...(at && { at }) }, scope);
    case "default": {
      const column = findName(binder, { parts: ["DEFAULT"], ...(at && { at }) }, scope);
      if (column !== null) return column;
      throw new AnalysisError("DEFAULT_PLACEMENT_INVALID", {}, at);
    }
    default:
      return unreachable(expression);
  }
}

export function bindCast(
  binder: Binder,
  child: Expression,
  type: DataType,
  mode: "cast" | "try",
  at: QueryContext | undefined,
): Expression {
  const settings = binder.context.settings;
  const castMode = mode === "try" ? "try" : settings.ansi ? "ansi" : "legacy";
  const inner = stripAlias(child);
  const target = withoutLengths(type);
  checkCast(settings, inner, target, castMode, at);
  const written = cast(inner, target, castMode, at && { at });
  if (inner.type.kind !== "string" || !DAYS_AND_TIMES.has(target.kind) || !isFoldable(inner)) return written;
  return specialDatetimeCast(written, binder.context.evaluate(inner), settings) ?? written;
}

const DAYS_AND_TIMES: ReadonlySet<string> = new Set(["date", "timestamp", "timestamp_ntz"]);

/** An alias inside an expression says nothing. */
export function stripAlias(expression: Expression): Expression {
  return expression.kind === "alias" ? expression.child : expression;
}

/** A star where one value stands: `(*)` and the like mean the columns only in lists. */
function bindLoneStar(
  binder: Binder,
  expression: Extract<UnresolvedExpression, { kind: "star" | "regex" }>,
  scope: Scope,
): Expression {
  if (expression.kind === "star") {
    const one = binder.list([expression], scope);
    if (one.length === 1 && scope.clause === "select") return one[0] as Expression;
  }
  const elem = expression.kind === "star" ? "'*'" : `regular expression '${expression.pattern}'`;
  const place = {
    where: "Filter",
    having: "Filter",
    order: "Sort",
    join: "Join",
    group: "Aggregate",
    select: "Project",
    values: "expression",
    limit: "GlobalLimit",
    lateralView: "Generate",
    other: "expression",
  };
  throw new AnalysisError("INVALID_USAGE_OF_STAR_OR_REGEX", { elem, prettyName: place[scope.clause] }, expression.at);
}

/** `col("x").outer()`: only the query around is looked at. */
function bindOuter(binder: Binder, expression: Extract<UnresolvedExpression, { kind: "outer" }>, scope: Scope): Expression {
  const empty: Scope = { ...scope, columns: columnsOf(binder) };
  return binder.expression(expression.child, empty);
}
