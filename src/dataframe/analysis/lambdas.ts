/** Lambdas wait among a call's arguments until the call knows the types of their parameters. */
import type { DataType } from "../../columnar/types";
import { AnalysisError } from "../errors";
import type { QueryContext } from "../errors";
import { literal, NULL } from "../expressions/build";
import type { Expression, Lambda, LambdaVariable } from "../expressions/expression";
import { exists } from "../expressions/traverse";
import type { UnresolvedExpression } from "../syntax/expression";
import type { Binder, LambdaScope, Scope } from "./binder";

type LambdaSyntax = Extract<UnresolvedExpression, { kind: "lambda" }>;

/** What was written, by the placeholder that stands for it. */
const written = new WeakMap<Expression, LambdaSyntax>();

export function placeholderLambda(syntax: LambdaSyntax): Lambda {
  const params = syntax.params.map((name): LambdaVariable => ({
    kind: "lambdaVariable",
    id: -1,
    name,
    type: NULL,
    nullable: true,
  }));
  const lambda: Lambda = {
    kind: "lambda",
    params,
    body: literal(null, NULL),
    type: NULL,
    nullable: true,
    ...(syntax.at && { at: syntax.at }),
  };
  written.set(lambda, syntax);
  return lambda;
}

const SUBQUERIES: ReadonlySet<string> = new Set(["scalarSubquery", "exists", "inSubquery", "routineCall"]);

export function bindLambda(
  binder: Binder,
  argument: Expression,
  parameters: readonly { readonly type: DataType; readonly nullable: boolean }[],
  scope: Scope,
  at: QueryContext | undefined,
): Lambda {
  const syntax = written.get(argument);
  const names = syntax?.params ?? parameters.map((_, i) => `_${i}`);
  if (syntax !== undefined) checkParameters(binder, names, parameters.length, syntax.at ?? at);
  const params = names.map((name, i): LambdaVariable => {
    const { type, nullable } = parameters[i] as { type: DataType; nullable: boolean };
    return { kind: "lambdaVariable", id: binder.nextId(), name, type, nullable };
  });
  const body = syntax === undefined ? argument : bodyOf(binder, syntax, params, scope);
  if (exists(body, (node) => SUBQUERIES.has(node.kind)))
    throw new AnalysisError("UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.HIGHER_ORDER_FUNCTION", {}, at);
  return {
    kind: "lambda",
    params,
    body,
    type: body.type,
    nullable: body.nullable,
    ...(argument.kind === "lambda" && argument.at && { at: argument.at }),
  };
}

function bodyOf(binder: Binder, syntax: LambdaSyntax, params: readonly LambdaVariable[], scope: Scope): Expression {
  const fold = (name: string): string => (binder.context.settings.caseSensitive ? name : name.toLowerCase());
  const lambdas: LambdaScope = {
    variables: new Map(params.map((param) => [fold(param.name), param])),
    ...(scope.lambdas && { parent: scope.lambdas }),
  };
  const body = binder.expression(syntax.body, { ...scope, lambdas });
  return body.kind === "alias" ? body.child : body;
}

function checkParameters(binder: Binder, names: readonly string[], expected: number, at: QueryContext | undefined): void {
  if (names.length !== expected) {
    throw new AnalysisError(
      "INVALID_LAMBDA_FUNCTION_CALL.NUM_ARGS_MISMATCH",
      { expectedNumArgs: String(names.length), actualNumArgs: String(expected) },
      at,
    );
  }
  const fold = (name: string): string => (binder.context.settings.caseSensitive ? name : name.toLowerCase());
  if (new Set(names.map(fold)).size < names.length) {
    throw new AnalysisError(
      "INVALID_LAMBDA_FUNCTION_CALL.DUPLICATE_ARG_NAMES",
      { args: names.map((name) => `\`${name}\``).join(", "), caseSensitiveConfig: '"spark.sql.caseSensitive"' },
      at,
    );
  }
}

/** A lambda whose call does not know its parameters' types yet. */
export function isPlaceholder(expression: Expression): boolean {
  return written.has(expression);
}
