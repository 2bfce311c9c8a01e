/** Functions in FROM: range, generators, functions whose rows the driver knows, and SQL functions that return tables. */
import type { Boxed } from "../../columnar/types";
import { AnalysisError } from "../errors";
import type { QueryContext } from "../errors";
import { attribute, coerced, LONG } from "../expressions/build";
import type { Expression, GeneratorCall } from "../expressions/expression";
import { printed } from "../expressions/print";
import { isFoldable, mapChildren } from "../expressions/traverse";
import { outputOf } from "../logical/output";
import type { LogicalPlan } from "../logical/plan";
import type { UnresolvedPlan } from "../syntax/plan";
import { implicitlyCastable } from "../types/coercion";
import { bindContext } from "./bind-context";
import { bound } from "./binder";
import type { Binder, Bound, Env } from "./binder";
import { findFunction, generatorAsRow, holdsGenerator } from "./calls";
import { DOCS } from "./documentation";
import { generatorOutput, isOuterGenerator } from "./generators";
import { exprText, idText, ordinalWord, typeText } from "./messages";
import { withNamedArguments, withParameterNames } from "./named-arguments";
import { fieldColumn, noColumns, oneRow, tableName } from "./relations";
import { tableRoutine } from "./routines";
import { overTable } from "./table-argument";

type Written = Extract<UnresolvedPlan, { kind: "tableFunction" }>;
type TableFunctionSyntax = Written & { readonly name: readonly string[] };

export function bindTableFunction(binder: Binder, written: Written, env: Env): Bound {
  const plan: TableFunctionSyntax = { ...written, name: tableName(binder, written.name, env) };
  const scope = { ...noColumns(binder, env), clause: "select" as const };
  const name = (plan.name.at(-1) as string).toLowerCase();
  const args = (call: Pick<TableFunctionSyntax, "args">): readonly Expression[] =>
    binder.list(call.args, scope).map((arg) => (arg.kind === "alias" ? arg.child : arg));
  if (name === "range" && plan.name.length === 1) return rangeFunction(binder, args(plan), plan);
  const found = plan.fn !== undefined ? ({ kind: "user", fn: plan.fn } as const) : findFunction(binder, plan, scope);
  if (found === null) throw new AnalysisError("UNRESOLVABLE_TABLE_VALUED_FUNCTION", { name: idText(plan.name) }, plan.at);
  if (found.kind === "sql") return tableRoutine(binder, found, plan, scope);
  if (found.kind === "user") {
    const { parameters: _, ...fn } = found.fn;
    if (fn.form !== "table") throw notATableFunction(plan);
    if (plan.tables !== undefined) return binder.plan(overTable(found.fn, plan, plan.tables), env);
    const given = args(withParameterNames(found.fn, plan));
    return generated(
      binder,
      { kind: "generator", fn: fn.name, args: given, type: fn.returnType, nullable: false, user: fn },
      plan.at,
    );
  }
  const call = withNamedArguments(found, plan, name);
  if (found.kind === "generatorFunction") {
    const given = args(call);
    if (given.some(holdsGenerator)) {
      const expression = `"${name}(${given.map((arg) => printed(generatorAsRow(arg))).join(", ")})"`;
      throw new AnalysisError("UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS", { expression }, plan.at);
    }
    const generator = found.bind(given, bindContext(binder, name, plan.at));
    return generated(binder, generator, plan.at);
  }
  if (found.kind !== "tableFunction") throw notATableFunction(plan);
  const { schema, rows } = found.bind(args(call), bindContext(binder, name, plan.at));
  const output = schema.fields.map((field) => fieldColumn(binder, field, []));
  return bound({ kind: "localRelation", output, rows: [...rows] }, output);
}

function notATableFunction(plan: TableFunctionSyntax): AnalysisError {
  return new AnalysisError("NOT_A_TABLE_FUNCTION", { functionName: idText(plan.name) }, plan.at);
}

function generated(binder: Binder, generator: GeneratorCall, at: QueryContext | undefined): Bound {
  const output = generatorOutput(binder, generator, [], at);
  const plan: LogicalPlan = {
    kind: "generate",
    child: oneRow(),
    generator,
    outer: isOuterGenerator(generator),
    output,
    unrequired: [],
  };
  return bound(plan, outputOf(plan));
}

/** A generator in FROM that reads the table before it is a generator over that table. */
export function generatorOverLeft(left: LogicalPlan, right: LogicalPlan, outerJoin: boolean): LogicalPlan | null {
  if (right.kind === "subqueryAlias") {
    const inner = generatorOverLeft(left, right.child, outerJoin);
    if (inner?.kind !== "generate") return null;
    return { ...inner, output: inner.output.map((column) => ({ ...column, qualifier: right.name })) };
  }
  if (right.kind !== "generate" || right.child.kind !== "localRelation" || right.child.output.length > 0) return null;
  const own = new Set(outputOf(left).map((column) => column.id));
  let foreign = false;
  const asColumns = (node: Expression): Expression => {
    if (node.kind !== "outer") return mapChildren(node, asColumns);
    if (own.has(node.attribute.id)) return node.attribute;
    foreign = true;
    return node;
  };
  const generator = asColumns(right.generator) as GeneratorCall;
  if (foreign) return null;
  return { ...right, child: left, generator, outer: right.outer || outerJoin };
}

const RANGE_PARAMETERS = ["start", "end", "step", "numSlices"] as const;

/** range(end), range(start, end[, step[, numSlices]]). */
function rangeFunction(binder: Binder, args: readonly Expression[], plan: TableFunctionSyntax): Bound {
  if (args.length < 1 || args.length > 4) {
    throw new AnalysisError(
      "WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
      { functionName: "`range`", expectedNum: "[1, 2, 3, 4]", actualNum: String(args.length), docroot: DOCS },
      plan.at,
    );
  }
  const values = args.map((arg, i) => rangeArgument(binder, arg, args.length === 1 ? 1 : i, plan.at));
  const [start, end, step, slices] =
    values.length === 1 ? [0n, values[0], 1n, null] : [values[0], values[1], values[2] ?? 1n, values[3] ?? null];
  if (step === 0n) throw new AnalysisError("FAILED_FUNCTION_CALL", { funcName: "`range`" }, plan.at);
  const output = [attribute(binder.nextId(), "id", LONG, false)];
  return bound(
    {
      kind: "range",
      output,
      start: start as bigint,
      end: end as bigint,
      step: step,
      numPartitions: slices === null || slices === undefined ? null : Number(slices),
    },
    output,
  );
}

function rangeArgument(binder: Binder, arg: Expression, position: number, at: QueryContext | undefined): bigint {
  const parameter = RANGE_PARAMETERS[position] as string;
  const type = position === 3 ? ({ kind: "int" } as const) : LONG;
  const paramType = typeText(type);
  if (!isFoldable(arg)) {
    throw new AnalysisError("NON_FOLDABLE_ARGUMENT", { funcName: "`range`", paramName: `\`${parameter}\``, paramType }, at);
  }
  const castable = arg.type.kind !== "null" && implicitlyCastable(arg.type, type, binder.context.settings);
  const value: Boxed = castable ? binder.context.evaluate(coerced(arg, type, bindContext(binder, "range", at))).value : null;
  if (typeof value !== "number" && typeof value !== "bigint") {
    throw new AnalysisError(
      "UNEXPECTED_INPUT_TYPE",
      {
        functionName: "`range`",
        paramIndex: ordinalWord(position + 1),
        inputSql: exprText(arg),
        inputType: typeText(arg.type),
        requiredType: paramType,
      },
      at,
    );
  }
  return BigInt(value);
}
