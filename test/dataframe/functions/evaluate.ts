/** Text of an expression without columns → bound by the registry → its value: what tests of functions are written with. */
import type { Boxed, DataType } from "../../../src/columnar/types";
import { cast, literal } from "../../../src/dataframe/expressions/build";
import type { Expression, Lambda, LambdaVariable } from "../../../src/dataframe/expressions/expression";
import { foldExpression } from "../../../src/dataframe/expressions/fold";
import { interpreter } from "../../../src/dataframe/expressions/interpret";
import { builtins } from "../../../src/dataframe/functions/index";
import type { BindContext } from "../../../src/dataframe/functions/registry";
import type { SqlSettings } from "../../../src/dataframe/settings";
import { parseExpression } from "../../../src/dataframe/sql/parse";
import type { UnresolvedExpression } from "../../../src/dataframe/syntax/expression";
import { hiveText } from "../../../src/dataframe/types/hive-text";
import { literalSql } from "../../../src/dataframe/types/print";

export function settings(changes: Partial<SqlSettings> = {}): SqlSettings {
  return {
    ansi: true,
    timeZone: "America/Los_Angeles",
    caseSensitive: false,
    now: 1_700_000_000_000_000,
    currentUser: "someone",
    currentCatalog: "spark_catalog",
    currentDatabase: "default",
    conf: {},
    ...changes,
  };
}

type Variables = ReadonlyMap<string, LambdaVariable>;

let nextId = 1000;

/** Only what has no columns: names are lambda variables, or functions without parentheses. */
export function bind(
  syntax: UnresolvedExpression,
  given: SqlSettings = settings(),
  variables: Variables = new Map(),
): Expression {
  const lambdas = new Map<Expression, Extract<UnresolvedExpression, { kind: "lambda" }>>();
  const again = (child: UnresolvedExpression): Expression => bind(child, given, variables);
  const contextFor = (name: string): BindContext => ({
    settings: given,
    name,
    at: undefined,
    nextId: () => nextId++,
    fold: (expression) => foldExpression(expression, given),
    bindLambda: (argument, parameters) => {
      const lambda = lambdas.get(argument);
      if (lambda === undefined) {
        const params = parameters.map(({ type, nullable }): LambdaVariable => ({
          kind: "lambdaVariable",
          id: nextId++,
          name: "_",
          type,
          nullable,
        }));
        return { kind: "lambda", params, body: argument, type: argument.type, nullable: argument.nullable };
      }
      const params = lambda.params.map((paramName, i): LambdaVariable => {
        const { type, nullable } = parameters[i] as { type: DataType; nullable: boolean };
        return { kind: "lambdaVariable", id: nextId++, name: paramName, type, nullable };
      });
      const body = bind(lambda.body, given, new Map([...variables, ...params.map((param) => [param.name, param] as const)]));
      return { kind: "lambda", params, body, type: body.type, nullable: body.nullable };
    },
  });
  switch (syntax.kind) {
    case "literal":
      return syntax.type.kind === "timestamp" && syntax.value !== null
        ? { ...literal(syntax.value, syntax.type), printed: literalSql(syntax.value, syntax.type, given) }
        : literal(syntax.value, syntax.type);
    case "cast":
      return cast(again(syntax.child), syntax.type, syntax.mode === "try" ? "try" : given.ansi ? "ansi" : "legacy");
    case "name": {
      const [name = ""] = syntax.parts;
      const variable = variables.get(name);
      const root: Expression = variable ?? builtins.scalar(name.toLowerCase()).bind([], contextFor(name.toLowerCase()));
      return syntax.parts
        .slice(1)
        .reduce<Expression>((child, part) => extract(child, literal(part, { kind: "string" }), contextFor), root);
    }
    case "extract":
      return extract(again(syntax.child), again(syntax.index), contextFor);
    case "alias":
      return again(syntax.child);
    case "call": {
      const name = (syntax.name.at(-1) as string).toLowerCase();
      const args = syntax.args.map((arg) => {
        if (arg.kind !== "lambda") return again(arg);
        const placeholder: Lambda = {
          kind: "lambda",
          params: arg.params.map((param) => ({
            kind: "lambdaVariable",
            id: -1,
            name: param,
            type: { kind: "null" },
            nullable: true,
          })),
          body: literal(null, { kind: "null" }),
          type: { kind: "null" },
          nullable: true,
        };
        lambdas.set(placeholder, arg);
        return placeholder;
      });
      return builtins.scalar(name).bind(args, { ...contextFor(name), ...(syntax.operator && { operator: true }) });
    }
    default:
      throw new Error(`The harness has no ${syntax.kind}.`);
  }
}

function extract(child: Expression, index: Expression, contextFor: (name: string) => BindContext): Expression {
  return builtins.scalar("extract_item").bind([child, index], contextFor("extract_item"));
}

export function bindText(text: string, given: SqlSettings = settings()): Expression {
  return bind(parseExpression(text, { timeZone: given.timeZone }), given);
}

export function valueOf(expression: Expression, given: SqlSettings = settings()): Boxed {
  return interpreter(expression, [], { settings: given, partition: 0, inputFile: () => null })([]);
}

/** The value of an expression as spark-sql prints it. */
export function evaluate(text: string, given: SqlSettings = settings()): string {
  const expression = bindText(text, given);
  return hiveText(valueOf(expression, given), expression.type, given);
}
