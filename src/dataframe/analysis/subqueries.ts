/** Subqueries in expressions: bound with the scope around them, so that their names may be columns of the query around. */
import { AnalysisError } from "../errors";
import type { QueryContext } from "../errors";
import { alias, coerced } from "../expressions/build";
import type { Expression, NamedExpression } from "../expressions/expression";
import { exists } from "../expressions/traverse";
import { outputIds, outputOf } from "../logical/output";
import type { LogicalPlan } from "../logical/plan";
import { existsPlan, expressionsOf, subqueryPlans } from "../logical/traverse";
import type { UnresolvedExpression } from "../syntax/expression";
import type { UnresolvedPlan } from "../syntax/plan";
import { commonType } from "../types/coercion";
import { sameType } from "../types/text";
import { bindContext } from "./bind-context";
import { exactly } from "./binder";
import type { Binder, Scope } from "./binder";
import { exprText, typeText } from "./messages";
import { checkCorrelation } from "./correlation";
import { enclosed } from "./ctes";

function inner(binder: Binder, plan: UnresolvedPlan, scope: Scope): LogicalPlan {
  const { lateral: _, ...around } = scope;
  const bound = binder.plan(plan, { ...enclosed(binder, scope.env), outer: around, windows: {} });
  return exactly(bound);
}

export function bindScalarSubquery(
  binder: Binder,
  syntax: Extract<UnresolvedExpression, { kind: "scalarSubquery" }>,
  scope: Scope,
): Expression {
  const plan = inner(binder, syntax.plan, scope);
  const output = outputOf(plan);
  const column = output[0];
  if (column === undefined || output.length !== 1) {
    throw new AnalysisError(
      "INVALID_SUBQUERY_EXPRESSION.SCALAR_SUBQUERY_RETURN_MORE_THAN_ONE_OUTPUT_COLUMN",
      { number: String(output.length) },
      syntax.at,
    );
  }
  const result: Expression = {
    kind: "scalarSubquery",
    plan,
    type: column.type,
    nullable: true,
    ...(syntax.at && { at: syntax.at }),
  };
  checkCorrelation(result, plan, binder.context.settings, syntax.at);
  return result;
}

export function bindExists(binder: Binder, syntax: Extract<UnresolvedExpression, { kind: "exists" }>, scope: Scope): Expression {
  const plan = inner(binder, syntax.plan, scope);
  const result: Expression = {
    kind: "exists",
    plan,
    type: { kind: "boolean" },
    nullable: false,
    ...(syntax.at && { at: syntax.at }),
  };
  checkCorrelation(result, plan, binder.context.settings, syntax.at);
  return result;
}

/** Values and columns of the subquery become one type, pair by pair. */
export function bindInSubquery(
  binder: Binder,
  syntax: Extract<UnresolvedExpression, { kind: "inSubquery" }>,
  scope: Scope,
): Expression {
  const values = syntax.values.map((value) => {
    const one = binder.expression(value, scope);
    return one.kind === "alias" ? one.child : one;
  });
  const plan = inner(binder, syntax.plan, scope);
  const columns = outputOf(plan);
  const at = syntax.at && { at: syntax.at };
  const unchecked: Expression = { kind: "inSubquery", values, plan, type: { kind: "boolean" }, nullable: true, ...at };
  if (columns.length !== values.length) {
    throw new AnalysisError(
      "DATATYPE_MISMATCH.IN_SUBQUERY_LENGTH_MISMATCH",
      {
        sqlExpr: exprText(unchecked),
        leftLength: String(values.length),
        rightLength: String(columns.length),
        leftColumns: values.map(exprText).join(", "),
        rightColumns: columns.map(exprText).join(", "),
      },
      syntax.at,
    );
  }
  const types = values.map((value, i) => {
    const column = columns[i] as (typeof columns)[number];
    const common = sameType(value.type, column.type)
      ? value.type
      : commonType([value.type, column.type], binder.context.settings);
    if (common === null) throw mismatch(unchecked, values, columns, syntax.at);
    return common;
  });
  const context = bindContext(binder, "in", syntax.at);
  const cast = columns.map((column, i): NamedExpression => {
    const value = coerced(column, types[i] as typeof column.type, context);
    return value === column ? column : alias(value, column.name, binder.nextId());
  });
  const widened: LogicalPlan = cast.every((one, i) => one === columns[i])
    ? plan
    : { kind: "project", child: plan, expressions: cast };
  const coercedValues = values.map((value, i) => coerced(value, types[i] as typeof value.type, context));
  const nullable = coercedValues.some((value) => value.nullable) || outputOf(widened).some((column) => column.nullable);
  checkCorrelation(unchecked, plan, binder.context.settings, syntax.at);
  return { kind: "inSubquery", values: coercedValues, plan: widened, type: { kind: "boolean" }, nullable, ...at };
}

function mismatch(
  expression: Expression,
  values: readonly Expression[],
  columns: readonly Expression[],
  at: QueryContext | undefined,
): AnalysisError {
  const pairs = values.flatMap((value, i) => {
    const column = columns[i] as Expression;
    return sameType(value.type, column.type)
      ? []
      : [`(${exprText(value)}:${typeText(value.type)}, ${exprText(column)}:${typeText(column.type)})`];
  });
  return new AnalysisError(
    "DATATYPE_MISMATCH.IN_SUBQUERY_DATA_TYPE_MISMATCH",
    {
      sqlExpr: exprText(expression),
      mismatchedColumns: pairs.join(", "),
      leftType: values.map((value) => typeText(value.type)).join(", "),
      rightType: columns.map((column) => typeText(column.type)).join(", "),
    },
    at,
  );
}

/** Whether a plan, its subqueries included, reads columns of `around`. */
export function readsOuter(plan: LogicalPlan, around: LogicalPlan): boolean {
  return readsColumns(plan, outputIds(around));
}

function readsColumns(plan: LogicalPlan, ids: ReadonlySet<number>): boolean {
  return existsPlan(plan, (node) => {
    const direct = expressionsOf(node).some((expression) =>
      exists(expression, (one) => one.kind === "outer" && ids.has(one.attribute.id)),
    );
    return direct || subqueryPlans(node).some((inside) => readsColumns(inside, ids));
  });
}
