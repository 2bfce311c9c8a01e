/** Functions written in SQL: the body in the call's place, arguments in the places of parameters. */
import type { StructType } from "../../columnar/types";
import { AnalysisError } from "../errors";
import { alias, attribute, cast, coerced } from "../expressions/build";
import type { Attribute, Expression } from "../expressions/expression";
import { printed } from "../expressions/print";
import { exists } from "../expressions/traverse";
import { outputOf } from "../logical/output";
import type { LogicalPlan } from "../logical/plan";
import type { UnresolvedExpression } from "../syntax/expression";
import { canCast } from "../types/cast";
import { sameType } from "../types/text";
import { aliased } from "./alias";
import { bindContext } from "./bind-context";
import { bound, EMPTY_ENV, exactly } from "./binder";
import type { Binder, Bound, Clause, Scope } from "./binder";
import { attributeColumns, columnsOf } from "./columns";
import type { Routine } from "./context";
import { DOCS } from "./documentation";
import { planWithArguments, withArguments } from "./expand-routines";
import { exprText, idText, quoted, typeText } from "./messages";
import { slotted } from "./named-arguments";

type SqlRoutine = Extract<Routine, { kind: "sql" }>;

interface RoutineCall {
  readonly args: readonly UnresolvedExpression[];
  readonly argNames?: readonly (string | null)[];
  readonly at?: UnresolvedExpression["at"];
}

export function callSqlRoutine(binder: Binder, routine: SqlRoutine, syntax: RoutineCall, scope: Scope): Expression {
  if (routine.body.kind === "query") {
    throw new AnalysisError("NOT_A_SCALAR_FUNCTION", { functionName: idText(routine.name) }, syntax.at);
  }
  const nodeName = NO_PLACE[scope.clause];
  if (nodeName !== undefined) {
    throw new AnalysisError("UNSUPPORTED_SQL_UDF_USAGE", { functionName: idText(routine.name), nodeName }, syntax.at);
  }
  const { given, values } = routineArguments(binder, routine, syntax, scope);
  const parameters = parameterColumns(
    binder,
    routine,
    values.map((value) => value.nullable),
  );
  const own = binder.under(routine.conf);
  const written = own.expression(routine.body.expression, bodyScope(own, routine, parameters));
  const value = written.kind === "alias" ? written.child : written;
  // A type that was not written is the body's own.
  const returns = routine.body.returns.kind === "null" ? value.type : routine.body.returns;
  const typed = sameType(value.type, returns) ? value : coerced(value, returns, bindContext(binder, "return", syntax.at));
  const text = `${routine.name.join(".")}(${given.map(printed).join(", ")})`;
  const body: Expression = {
    ...cast(typed, returns, binder.context.settings.ansi ? "ansi" : "legacy", { implicit: true }),
    printed: text,
  };
  if (!exists(body, isSubquery)) return withArguments(body, parameters, values);
  return {
    kind: "routineCall",
    routine: routine.name,
    args: values,
    parameters,
    body,
    type: body.type,
    nullable: body.nullable,
    printed: text,
    ...(syntax.at && { at: syntax.at }),
  };
}

function isSubquery({ kind }: Expression): boolean {
  return kind === "scalarSubquery" || kind === "exists" || kind === "inSubquery" || kind === "routineCall";
}

/** Nodes that Spark cannot put a function's body in. */
const NO_PLACE: Readonly<Partial<Record<Clause, string>>> = { order: "Sort", limit: "GlobalLimit", lateralView: "Generate" };

/** A function in FROM: its query, with the columns that it was declared to return. */
export function tableRoutine(binder: Binder, routine: SqlRoutine, syntax: RoutineCall, scope: Scope): Bound {
  if (routine.body.kind !== "query") {
    throw new AnalysisError("NOT_A_TABLE_FUNCTION", { functionName: idText(routine.name) }, syntax.at);
  }
  const { values } = routineArguments(binder, routine, syntax, scope);
  const parameters = parameterColumns(
    binder,
    routine,
    values.map(() => true),
  );
  const own = binder.under(routine.conf);
  const outer = bodyScope(own, routine, parameters);
  const inner = exactly(own.plan(routine.body.plan, { ...EMPTY_ENV, view: routine.scope, outer }));
  const body = planWithArguments(inner, parameters, values);
  return aliased(returned(binder, body, routine.body.returns), routine.name.slice(-1));
}

function returned(binder: Binder, body: LogicalPlan, schema: StructType): Bound {
  const context = bindContext(binder, "return", undefined);
  const expressions = outputOf(body).map((column, i) => {
    const field = schema.fields[i];
    if (field === undefined) return column;
    return alias(coerced(column, field.type, context), field.name, binder.nextId(), field.metadata);
  });
  const plan: LogicalPlan = { kind: "project", child: body, expressions };
  return bound(plan, outputOf(plan));
}

/** `given` as written, for printing; `values` one a parameter, of its type. */
function routineArguments(
  binder: Binder,
  routine: SqlRoutine,
  syntax: RoutineCall,
  scope: Scope,
): { readonly given: readonly Expression[]; readonly values: readonly Expression[] } {
  const { parameters } = routine;
  const wrongNumber = (): AnalysisError =>
    new AnalysisError(
      "WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
      {
        functionName: idText(routine.name),
        expectedNum: String(parameters.length),
        actualNum: String(syntax.args.length),
        docroot: DOCS,
      },
      syntax.at,
    );
  const spread = binder.list(syntax.args, scope);
  const starred = spread.length !== syntax.args.length;
  if (spread.length > parameters.length) throw wrongNumber();
  const slots = starred
    ? null
    : slotted(
        routine.name,
        parameters.map((one) => one.name),
        syntax,
      );
  const plain = (expression: Expression): Expression => (expression.kind === "alias" ? expression.child : expression);
  const generator = spread.find((one) => exists(one, (node) => node.kind === "generator"));
  if (generator !== undefined) {
    const expression = quoted(`${routine.name.join(".")}(${spread.map(plain).map(printed).join(", ")})`);
    throw new AnalysisError("UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS", { expression }, syntax.at);
  }
  const values = parameters.map((parameter, i) => {
    const slot = slots?.[i];
    const given = starred ? spread[i] : slot === undefined ? undefined : spread[syntax.args.indexOf(slot)];
    if (given !== undefined) return argument(binder, plain(given), parameter.type, syntax);
    if (parameter.defaultValue === undefined) throw wrongNumber();
    const value = binder.expression(parameter.defaultValue, { columns: columnsOf(binder), env: EMPTY_ENV, clause: "other" });
    return argument(binder, plain(value), parameter.type, syntax);
  });
  const given = slots?.flatMap((slot) => (slot === undefined ? [] : [spread[syntax.args.indexOf(slot)] as Expression])) ?? spread;
  return { given: given.map(plain), values };
}

function argument(binder: Binder, value: Expression, type: Expression["type"], syntax: RoutineCall): Expression {
  if (!canCast(value.type, type, "ansi")) {
    throw new AnalysisError(
      "DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION",
      { sqlExpr: exprText(value), srcType: typeText(value.type), targetType: typeText(type) },
      syntax.at,
    );
  }
  return coerced(value, type, bindContext(binder, "argument", syntax.at));
}

function parameterColumns(binder: Binder, routine: SqlRoutine, nullable: readonly boolean[]): readonly Attribute[] {
  const qualifier = routine.name.slice(-1);
  return routine.parameters.map(({ name, type }, i) => attribute(binder.nextId(), name, type, nullable[i] === true, qualifier));
}

function bodyScope(binder: Binder, routine: SqlRoutine, parameters: readonly Attribute[]): Scope {
  return { columns: attributeColumns(binder, parameters), env: { ...EMPTY_ENV, view: routine.scope }, clause: "other" };
}
