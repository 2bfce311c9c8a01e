/** Calls: which function a name means, its arguments, and what was written around them (DISTINCT, FILTER, OVER). */
import { AnalysisError } from "../errors";
import type { QueryContext } from "../errors";
import { INT, literal, NULL } from "../expressions/build";
import type { AggregateCall, Expression, GeneratorCall, SortOrder } from "../expressions/expression";
import { printed } from "../expressions/print";
import { exists, isDeterministic, mapChildren } from "../expressions/traverse";
import type { AggregateFunction, FunctionEntry } from "../functions/registry";
import type { UnresolvedExpression, UserFunction } from "../syntax/expression";
import { bindContext } from "./bind-context";
import type { Binder, Scope } from "./binder";
import type { AnalysisContext, Routine, ViewScope } from "./context";
import { groupingCall } from "./grouping-calls";
import { bindLambda, isPlaceholder } from "./lambdas";
import { exprText, idText, quoted, searchPath, tooManyParts } from "./messages";
import { withNamedArguments, withParameterNames } from "./named-arguments";
import { outerReference } from "./names";
import { callSqlRoutine } from "./routines";
import { timeWindowColumn } from "./time-windows";
import { bindWindow, overWindow } from "./windows";

export type CallSyntax = Extract<UnresolvedExpression, { kind: "call" }>;

export function bindCall(binder: Binder, syntax: CallSyntax, scope: Scope): Expression {
  const found = findFunction(binder, syntax, scope);
  if (found === null) {
    if (syntax.name.length === 1 && syntax.name[0]?.toLowerCase() === "range") throw notScalar("range", syntax.at);
    throw unresolvedRoutine(binder, syntax.name, syntax.at);
  }
  if (found.kind === "user") return callUser(binder, found.fn, syntax, scope);
  if (found.kind === "sql") {
    refuseModifiers(syntax, idText(found.name));
    return callSqlRoutine(binder, found, syntax, scope);
  }
  return bindEntry(binder, found, syntax, scope);
}

export function findFunction(
  binder: Binder,
  syntax: Pick<CallSyntax, "name" | "operator">,
  scope: Scope,
): FunctionEntry | Routine | null {
  return functionNamed(binder.context, syntax, scope.env.view);
}

/** Builtin functions come before those of the session, those before the catalog's; only for these is the catalog read. */
export function functionNamed(
  context: Pick<AnalysisContext, "functions" | "routine">,
  syntax: Pick<CallSyntax, "name" | "operator">,
  view: ViewScope | null,
): FunctionEntry | Routine | null {
  const name = syntax.name.map((part) => part.toLowerCase());
  const last = name.at(-1) as string;
  const qualifier = name.slice(0, -1).join(".");
  if (qualifier === "" || qualifier === "builtin" || qualifier === "system.builtin") {
    const builtin = context.functions.find(last);
    if (builtin !== undefined) return builtin;
    if (syntax.operator === true || qualifier !== "") return null;
  }
  return context.routine(syntax.name, view);
}

export function unresolvedRoutine(binder: Binder, name: readonly string[], at: QueryContext | undefined): AnalysisError {
  const tooMany = tooManyParts(name, at);
  if (tooMany !== null) return tooMany;
  return new AnalysisError("UNRESOLVED_ROUTINE", { routineName: idText(name), searchPath: searchPath(binder) }, at);
}

/** Arguments in their order, stars spread out, names resolved later. */
function boundArguments(binder: Binder, syntax: Pick<CallSyntax, "args">, scope: Scope): readonly Expression[] {
  return binder.list(syntax.args, scope).map((arg) => (arg.kind === "alias" ? arg.child : arg));
}

function bindEntry(binder: Binder, entry: FunctionEntry, written: CallSyntax, scope: Scope): Expression {
  const name = (written.name.at(-1) as string).toLowerCase();
  const syntax = withNamedArguments(entry, written, name);
  if (entry.kind === "scalar") return bindScalar(binder, entry, syntax, name, scope);
  if (entry.kind === "aggregateFunction") return bindAggregate(binder, entry, syntax, name, scope);
  if (entry.kind === "tableFunction") {
    throw notScalar(name, syntax.at);
  }
  if (entry.kind === "generatorFunction") {
    if (TABLE_ONLY.has(name) && scope.clause !== "lateralView") throw notScalar(name, syntax.at);
    refuseModifiers(syntax, idText([name]));
    const args = boundArguments(binder, syntax, scope);
    if (syntax.over === undefined && !args.some(holdsGenerator)) return entry.bind(args, bindContext(binder, name, syntax.at));
    const expression = quoted(`${name}(${args.map(printed).join(", ")})`);
    throw new AnalysisError("UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS", { expression }, syntax.at);
  }
  if (syntax.over === undefined) {
    const bound = entry.bind(boundArguments(binder, syntax, scope), bindContext(binder, name, syntax.at));
    throw new AnalysisError("WINDOW_FUNCTION_WITHOUT_OVER_CLAUSE", { funcName: exprText(bound) }, syntax.at);
  }
  if (syntax.distinct === true) throw unsupportedSyntax(idText([name]), "DISTINCT", syntax.at);
  if (syntax.filter !== undefined) throw unsupportedSyntax(idText([name]), "FILTER CLAUSE", syntax.at);
  if (syntax.ignoreNulls === true && !SKIPS_NULLS.has(entry.names[0] as string))
    throw unsupportedSyntax(idText([name]), "IGNORE NULLS", syntax.at);
  const bound = entry.bind(boundArguments(binder, syntax, scope), {
    ...bindContext(binder, name, syntax.at),
    ...(syntax.ignoreNulls !== undefined && { ignoreNulls: syntax.ignoreNulls }),
  });
  const withNulls =
    bound.kind === "windowFunction" && syntax.ignoreNulls !== undefined ? { ...bound, ignoreNulls: syntax.ignoreNulls } : bound;
  return overWindow(withNulls, bindWindow(binder, syntax.over, scope), syntax.at);
}

/** Generators that stand in FROM and LATERAL VIEW alone. */
const TABLE_ONLY: ReadonlySet<string> = new Set(["variant_explode", "variant_explode_outer"]);

function notScalar(name: string, at: QueryContext | undefined): AnalysisError {
  return new AnalysisError("NOT_A_SCALAR_FUNCTION", { functionName: idText([name]) }, at);
}

function bindScalar(
  binder: Binder,
  entry: Extract<FunctionEntry, { kind: "scalar" }>,
  syntax: CallSyntax,
  name: string,
  scope: Scope,
): Expression {
  if (syntax.over === undefined) refuseModifiers(syntax, idText([name]));
  refuseOrderWithin(syntax, idText([name]));
  // The names of a struct's fields are the aliases of its values.
  const args = name === "struct" ? binder.list(syntax.args, scope) : boundArguments(binder, syntax, scope);
  const span = timeWindowColumn(name, scope);
  if (span !== null) return span;
  if (name === "grouping" || name === "grouping_id") return groupingCall(binder, name, args, syntax.at);
  if (entry.lambdas === undefined && args.some(isPlaceholder)) {
    throw new AnalysisError("INVALID_LAMBDA_FUNCTION_CALL.NON_HIGHER_ORDER_FUNCTION", { class: name }, syntax.at);
  }
  if (args.some(holdsGenerator)) {
    if (scope.clause === "where") throw new AnalysisError("UNSUPPORTED_GENERATOR.OUTSIDE_SELECT", { plan: "Filter" }, syntax.at);
    const around = entry.bind(args.map(generatorAsRow), lambdaContext(binder, name, syntax, scope));
    throw new AnalysisError("UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS", { expression: exprText(around) }, syntax.at);
  }
  const bound = entry.bind(args, lambdaContext(binder, name, syntax, scope));
  const result = syntax.operator === true ? asOperator(name, bound, args) : bound;
  if (syntax.over !== undefined) {
    throw new AnalysisError("UNSUPPORTED_EXPR_FOR_WINDOW", { sqlExpr: exprText(result) }, syntax.at);
  }
  return result;
}

/** `(a, b)` prints as the named_struct that it is, `-a` as `(- a)`; the functions as they were written. */
function asOperator(name: string, bound: Expression, args: readonly Expression[]): Expression {
  if (bound.kind !== "call") return bound;
  if (name === "negative") return { ...bound, printed: `(- ${args.map(printed).join(", ")})` };
  if (name !== "struct") return bound;
  const { printed: _, ...call } = bound;
  return call;
}

function bindAggregate(binder: Binder, entry: AggregateFunction, syntax: CallSyntax, name: string, scope: Scope): Expression {
  const inner: Scope = { ...scope, inAggregate: true };
  const args = aggregateArguments(binder, syntax, name, inner);
  const filter = syntax.filter === undefined ? null : binder.expression(syntax.filter, inner);
  const withinGroup = syntax.withinGroup?.map((order): SortOrder => {
    const sort = order.kind === "sortOrder" ? order : null;
    const child = binder.expression(sort?.child ?? order, inner);
    const ascending = sort?.ascending ?? true;
    return { kind: "sortOrder", child, ascending, nullsFirst: sort?.nullsFirst ?? ascending };
  });
  const context = {
    ...lambdaContext(binder, name, syntax, inner),
    ...(syntax.ignoreNulls !== undefined && { ignoreNulls: syntax.ignoreNulls }),
    ...(withinGroup && { withinGroup }),
    ...(syntax.distinct === true && { distinct: true }),
  };
  if (syntax.ignoreNulls !== undefined && !TAKES_NULLS_CLAUSE.has(entry.names[0] as string)) {
    throw unsupportedSyntax(idText([name]), syntax.ignoreNulls ? "IGNORE NULLS" : "RESPECT NULLS", syntax.at);
  }
  if (args.some(holdsGenerator)) {
    const bound = entry.bind(args.map(generatorAsRow), context);
    throw new AnalysisError("UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS", { expression: exprText(bound) }, syntax.at);
  }
  const result = modified(entry.bind(args, context), args, syntax.distinct === true, filter);
  if (filter !== null) checkFilter(result, filter, syntax.at);
  if (syntax.over !== undefined) {
    const window = bindWindow(binder, syntax.over, scope);
    if (syntax.distinct === true) {
      const windowExpr = exprText(overWindow(result, window, syntax.at));
      throw new AnalysisError("DISTINCT_WINDOW_FUNCTION_UNSUPPORTED", { windowExpr }, syntax.at);
    }
    const called = entry.names[0] as string;
    const ordered = ORDERED_AGGREGATES.has(called) || (called === "listagg" && withinGroup !== undefined);
    if (ordered && (window.orderBy.length > 0 || window.frame !== null)) {
      const parameters = { aggFunc: exprText(result) };
      throw new AnalysisError("INVALID_WINDOW_SPEC_FOR_AGGREGATION_FUNC", parameters, syntax.at);
    }
    return overWindow(result, window, syntax.at);
  }
  checkArguments(result, args, syntax.at);
  return (scope.clause === "select" ? null : outerAggregate(result, args, filter, scope)) ?? result;
}

/** Aggregates with an order of their own: over a window they take whole partitions. */
const ORDERED_AGGREGATES: ReadonlySet<string> = new Set(["percentile_cont", "percentile_disc", "median"]);

/** Functions of windows alone with IGNORE NULLS. */
const SKIPS_NULLS: ReadonlySet<string> = new Set(["lag", "lead", "nth_value"]);

/** Aggregates with IGNORE NULLS. */
const TAKES_NULLS_CLAUSE: ReadonlySet<string> = new Set(["first", "last", "any_value", "collect_list", "collect_set"]);

export function holdsGenerator(arg: Expression): boolean {
  return exists(arg, (node) => node.kind === "generator");
}

/** A value of no type that prints as the generator. */
export function generatorAsRow(arg: Expression): Expression {
  return arg.kind === "generator"
    ? { ...literal(null, NULL), printed: exprText(arg).slice(1, -1) }
    : mapChildren(arg, generatorAsRow);
}

/** `count(*)` counts rows; another star means the columns. */
function aggregateArguments(binder: Binder, syntax: CallSyntax, name: string, scope: Scope): readonly Expression[] {
  const only = syntax.args[0];
  if (name === "count" && syntax.args.length === 1 && syntax.distinct !== true && only?.kind === "star") {
    if (only.qualifier.length === 0 && only.except.length === 0) return [literal(1, INT)];
    const allowed = binder.context.settings.conf["spark.sql.legacy.allowStarWithSingleTableIdentifierInCount"] === "true";
    if (only.qualifier.length === 1 && only.except.length === 0 && !allowed) {
      const tableName = only.qualifier[0] as string;
      throw new AnalysisError("INVALID_USAGE_OF_STAR_WITH_TABLE_IDENTIFIER_IN_COUNT", { tableName }, syntax.at);
    }
  }
  return boundArguments(binder, syntax, scope);
}

/** Sets DISTINCT and FILTER on the aggregates that `bind` gave, not on those within the arguments. */
function modified(result: Expression, args: readonly Expression[], distinct: boolean, filter: Expression | null): Expression {
  if (!distinct && filter === null) return result;
  const visit = (node: Expression): Expression => {
    if (args.includes(node)) return node;
    if (node.kind === "aggregate") return { ...node, distinct: distinct || node.distinct, filter: filter ?? node.filter };
    return mapChildren(node, visit);
  };
  const changed = visit(result);
  if (changed.kind !== "aggregate" && "printed" in changed && changed.printed !== undefined) {
    const text = changed.printed.replace(/^(\w+)\(/, distinct ? "$1(DISTINCT " : "$1(");
    return { ...changed, printed: filter === null ? text : `${text} FILTER (WHERE ${exprText(filter).slice(1, -1)})` };
  }
  return changed;
}

function checkFilter(aggregate: Expression, filter: Expression, at: QueryContext | undefined): void {
  const fail = (kind: string, extra: Record<string, string> = {}): never => {
    throw new AnalysisError(
      `INVALID_AGGREGATE_FILTER.${kind}`,
      { filterExpr: exprText(filter), aggExpr: exprText(aggregate), ...extra },
      at,
    );
  };
  if (!isDeterministic(filter)) fail("NON_DETERMINISTIC");
  if (filter.type.kind !== "boolean") fail("NOT_BOOLEAN");
  const window = find(filter, (node) => node.kind === "window");
  const inner = find(filter, (node) => node.kind === "aggregate");
  if (window !== null) fail("CONTAINS_WINDOW_FUNCTION", { windowExpr: exprText(window) });
  if (inner !== null) fail("CONTAINS_AGGREGATE", { aggExpr: exprText(inner) });
}

function find(expression: Expression, test: (node: Expression) => boolean): Expression | null {
  let found: Expression | null = null;
  exists(expression, (node) => {
    if (found === null && test(node)) found = node;
    return found !== null;
  });
  return found;
}

function checkArguments(result: Expression, args: readonly Expression[], at: QueryContext | undefined): void {
  for (const arg of args) {
    const lateral = find(arg, (node) => node.kind === "attribute" && node.name.startsWith("lateralAliasReference("));
    if (lateral !== null) {
      const lca = quoted(printed(lateral).replace(/^lateralAliasReference\((.*)\)$/s, "$1"));
      throw new AnalysisError(
        "UNSUPPORTED_FEATURE.LATERAL_COLUMN_ALIAS_IN_AGGREGATE_FUNC",
        { lca, aggFunc: exprText(result) },
        at,
      );
    }
    if (exists(arg, (node) => node.kind === "window")) throw new AnalysisError("_LEGACY_ERROR_TEMP_1031", {}, at);
    if (exists(arg, (node) => node.kind === "aggregate")) throw new AnalysisError("NESTED_AGGREGATE_FUNCTION", {}, at);
    if (!isDeterministic(arg)) {
      throw new AnalysisError("AGGREGATE_FUNCTION_WITH_NONDETERMINISTIC_EXPRESSION", { sqlExpr: exprText(result) }, at);
    }
  }
}

/** An aggregate in a subquery over columns of the query around belongs to that query, where its clause has room for it. */
function outerAggregate(
  result: Expression,
  args: readonly Expression[],
  filter: Expression | null,
  scope: Scope,
): Expression | null {
  const take = scope.env.outer?.outerAggregate;
  if (take === undefined || result.kind !== "aggregate") return null;
  const parts = filter === null ? args : [...args, filter];
  const mentions = (kind: Expression["kind"]): boolean => parts.some((part) => exists(part, (node) => node.kind === kind));
  if (!mentions("outer") || mentions("attribute")) return null;
  const attribute = take(asInner(result) as AggregateCall);
  return attribute === null ? null : outerReference(attribute);
}

function asInner(expression: Expression): Expression {
  if (expression.kind === "outer") return expression.attribute;
  return mapChildren(expression, asInner);
}

function lambdaContext(binder: Binder, name: string, syntax: CallSyntax, scope: Scope): ReturnType<typeof bindContext> {
  return bindContext(binder, name, syntax.at, {
    bindLambda: (argument, parameters) => bindLambda(binder, argument, parameters, scope, syntax.at),
    ...(syntax.seed !== undefined && { seed: syntax.seed }),
  });
}

function refuseModifiers(syntax: CallSyntax, prettyName: string): void {
  if (syntax.distinct === true) throw unsupportedSyntax(prettyName, "DISTINCT", syntax.at);
  if (syntax.filter !== undefined) throw unsupportedSyntax(prettyName, "FILTER CLAUSE", syntax.at);
  if (syntax.ignoreNulls === true) throw unsupportedSyntax(prettyName, "IGNORE NULLS", syntax.at);
  refuseOrderWithin(syntax, prettyName);
}

function refuseOrderWithin(syntax: CallSyntax, prettyName: string): void {
  if (syntax.withinGroup !== undefined && syntax.withinGroup.length > 0) {
    throw unsupportedSyntax(prettyName, "WITHIN GROUP (ORDER BY ...)", syntax.at);
  }
}

export function unsupportedSyntax(prettyName: string, syntax: string, at: QueryContext | undefined): AnalysisError {
  return new AnalysisError("INVALID_SQL_SYNTAX.FUNCTION_WITH_UNSUPPORTED_SYNTAX", { prettyName, syntax }, at);
}

/** A function of the program that was given a name. */
function callUser(binder: Binder, fn: UserFunction, syntax: CallSyntax, scope: Scope): Expression {
  return userCall(binder, fn, withParameterNames(fn, syntax), scope);
}

/** A function of the program, called through the API. */
export function bindUserFunction(
  binder: Binder,
  syntax: Extract<UnresolvedExpression, { kind: "userFunction" }>,
  scope: Scope,
): Expression {
  return userCall(binder, syntax.fn, syntax, scope);
}

/** The function as one call has it: with the type of its results for these arguments. */
function typedFor(fn: UserFunction, args: readonly Expression[]): UserFunction {
  const { resultType, parameters: _, ...plain } = fn;
  return resultType === undefined ? plain : { ...plain, returnType: resultType(args.map(({ type }) => type)) };
}

function userCall(
  binder: Binder,
  declared: UserFunction,
  syntax: Pick<CallSyntax, "args" | "distinct" | "filter" | "over" | "at">,
  scope: Scope,
): Expression {
  const at = syntax.at && { at: syntax.at };
  if (declared.form === "aggregate") {
    const inner: Scope = { ...scope, inAggregate: true };
    const args = boundArguments(binder, syntax, inner);
    const fn = typedFor(declared, args);
    const filter = syntax.filter === undefined ? null : binder.expression(syntax.filter, inner);
    const result: AggregateCall = {
      kind: "aggregate",
      fn: fn.name,
      args,
      distinct: syntax.distinct === true,
      filter,
      type: fn.returnType,
      nullable: fn.nullable,
      user: fn,
      ...at,
    };
    if (filter !== null) checkFilter(result, filter, syntax.at);
    if (syntax.over !== undefined) return overWindow(result, bindWindow(binder, syntax.over, scope), syntax.at);
    checkArguments(result, args, syntax.at);
    return result;
  }
  const args = boundArguments(binder, syntax, scope);
  const fn = typedFor(declared, args);
  if (syntax.distinct === true) throw unsupportedSyntax(idText([fn.name]), "DISTINCT", syntax.at);
  if (syntax.filter !== undefined) throw unsupportedSyntax(idText([fn.name]), "FILTER CLAUSE", syntax.at);
  if (fn.form === "table") {
    const generator: GeneratorCall = {
      kind: "generator",
      fn: fn.name,
      args,
      type: fn.returnType,
      nullable: false,
      user: fn,
      ...at,
    };
    return generator;
  }
  const result: Expression = { kind: "userCall", fn, args, type: fn.returnType, nullable: fn.nullable, ...at };
  if (syntax.over !== undefined) {
    throw new AnalysisError("UNSUPPORTED_EXPR_FOR_WINDOW", { sqlExpr: exprText(result) }, syntax.at);
  }
  return result;
}

const YEAR_MONTH: ReadonlySet<string> = new Set(["year", "years", "month", "months"]);
const DAY_TIME: readonly string[] = ["day", "hour", "minute", "second"];

/** INTERVAL (a) DAYS …: make_ym_interval, make_dt_interval, or make_interval where units of both kinds are mixed. */
export function bindMultiUnitInterval(
  binder: Binder,
  syntax: Extract<UnresolvedExpression, { kind: "multiUnitInterval" }>,
  scope: Scope,
): Expression {
  const unitOf = (unit: string): string => unit.toLowerCase().replace(/s$/, "");
  const units = syntax.parts.map((part) => unitOf(part.unit));
  const value = (unit: string): UnresolvedExpression => {
    const i = units.indexOf(unit);
    return i < 0 ? { kind: "literal", value: 0, type: INT } : (syntax.parts[i] as { value: UnresolvedExpression }).value;
  };
  const named = (name: string, args: readonly string[]): Expression =>
    bindCall(
      binder,
      { kind: "call", name: [name], args: args.map(value), operator: true, ...(syntax.at && { at: syntax.at }) },
      scope,
    );
  if (units.every((unit) => YEAR_MONTH.has(unit))) return named("make_ym_interval", ["year", "month"]);
  if (units.every((unit) => DAY_TIME.includes(unit))) return named("make_dt_interval", DAY_TIME);
  return named("make_interval", ["year", "month", "week", ...DAY_TIME]);
}
