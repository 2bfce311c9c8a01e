/**
 * Expressions evaluated one row at a time on boxed values: what generated code is held against, and what folds constants
 * and evaluates on the driver. Fast enough for that; not the way of tasks.
 */
import type { Boxed } from "../../columnar/types";
import type { BoxedRow } from "../../columnar/vector";
import { InternalError, unreachable } from "../../common/errors";
import type { EvaluationContext } from "../functions/registry";
import type { LogicalPlan } from "../logical/plan";
import type { UserFunction } from "../syntax/expression";
import { makeCast } from "../types/cast";
import type { Attribute, Call, Expression, ExprId, Lambda } from "./expression";
import { functionTable } from "./function-table";

/** What expressions may need beyond the row; where a hook is missing, what needs it is refused. */
export interface InterpreterContext extends EvaluationContext {
  readonly userFunction?: (fn: UserFunction) => (...args: Boxed[]) => Boxed;
  /** The value of an uncorrelated subquery. */
  readonly scalarSubquery?: (plan: LogicalPlan) => Boxed;
}

export type Evaluator = (row: BoxedRow) => Boxed;

type LambdaValue = (...args: Boxed[]) => Boxed;

/** `input` says which attribute is in which place of the row. */
export function interpreter(expression: Expression, input: readonly Attribute[], context: InterpreterContext): Evaluator {
  return new Compiler(input, context).compile(expression);
}

class Compiler {
  readonly #places = new Map<ExprId, number>();
  /** Variables of the lambdas that are being applied. */
  readonly #variables = new Map<ExprId, { value: Boxed }>();

  constructor(
    input: readonly Attribute[],
    private readonly context: InterpreterContext,
  ) {
    input.forEach((attribute, place) => this.#places.set(attribute.id, place));
  }

  compile(expression: Expression): Evaluator {
    switch (expression.kind) {
      case "attribute": {
        const place = this.#places.get(expression.id);
        if (place === undefined) throw new InternalError(`Column ${expression.name}#${expression.id} is not in the row.`);
        return (row) => row[place] as Boxed;
      }
      case "literal": {
        const { value } = expression;
        return () => value;
      }
      case "alias":
        return this.compile(expression.child);
      case "cast": {
        const child = this.compile(expression.child);
        const convert = makeCast(expression.child.type, expression.type, expression.mode, this.context.settings, expression.at);
        return (row) => {
          const value = child(row);
          return value === null ? null : convert(value);
        };
      }
      case "call":
        return this.#call(expression);
      case "lambdaVariable": {
        const cell = this.#variables.get(expression.id);
        if (cell === undefined) throw new InternalError(`Lambda variable ${expression.name} outside of its lambda.`);
        return () => cell.value;
      }
      case "userCall": {
        const fn = this.context.userFunction?.(expression.fn);
        if (fn === undefined) throw new InternalError(`No user functions here: ${expression.fn.name}.`);
        const args = expression.args.map((arg) => this.compile(arg));
        return (row) => fn(...args.map((arg) => arg(row)));
      }
      case "scalarSubquery": {
        const run = this.context.scalarSubquery;
        if (run === undefined) throw new InternalError("No subqueries here.");
        let value: Boxed | undefined;
        return () => (value === undefined ? (value = run(expression.plan)) : value);
      }
      case "lambda":
      case "aggregate":
      case "window":
      case "windowFunction":
      case "generator":
      case "outer":
      case "exists":
      case "inSubquery":
      case "routineCall":
        throw new InternalError(`An expression of kind ${expression.kind} has no value of its own.`);
      default:
        return unreachable(expression);
    }
  }

  #call(call: Call): Evaluator {
    const entry = functionTable().scalar(call.fn);
    const nulls = entry.nulls ?? "propagate";
    if (nulls === "lazy") {
      if (entry.evaluateLazy === undefined) throw new InternalError(`${call.fn} has no evaluator.`);
      const evaluate = entry.evaluateLazy(call, this.context);
      const args = call.args.map((arg) => this.compile(arg));
      return (row) => evaluate(args.map((arg) => () => arg(row)));
    }
    if (entry.evaluate === undefined) throw new InternalError(`${call.fn} has no evaluator.`);
    const evaluate = entry.evaluate(call, this.context);
    const args = call.args.map((arg): ((row: BoxedRow) => Boxed | LambdaValue) =>
      arg.kind === "lambda" ? this.#lambda(arg) : this.compile(arg),
    );
    const propagate = nulls === "propagate";
    const n = args.length;
    return (row) => {
      const values = new Array<Boxed>(n);
      for (let i = 0; i < n; i++) {
        const value = (args[i] as Evaluator)(row);
        if (propagate && value === null) return null;
        values[i] = value;
      }
      return evaluate(...values);
    };
  }

  /** A function of the row that gives a function of the parameters. */
  #lambda(lambda: Lambda): (row: BoxedRow) => LambdaValue {
    const cells = lambda.params.map((param) => {
      const cell = { value: null as Boxed };
      this.#variables.set(param.id, cell);
      return cell;
    });
    const body = this.compile(lambda.body);
    return (row) =>
      (...args) => {
        for (let i = 0; i < cells.length; i++) (cells[i] as { value: Boxed }).value = args[i] ?? null;
        return body(row);
      };
  }
}
