/** The form in which aggregates are written: inputs and result as of scalar functions (signature.ts), and an accumulator. */
import type { DataType } from "../../columnar/types";
import { AnalysisError } from "../errors";
import type { AggregateCall, Call, Expression } from "../expressions/expression";
import { printed } from "../expressions/print";
import type { Accumulator, AggregateFunction, BindContext, EvaluationContext, FunctionDoc } from "./registry";
import { mismatch, scalar } from "./signature";
import type { InputSpec } from "./signature";

export interface AggregateSpec<S> extends InputSpec {
  /** Lower case; the first is the primary name, the others are aliases. */
  readonly names: readonly string[];
  readonly doc: FunctionDoc;
  readonly parameters?: readonly string[];
  /** Before counting and coercing: WITHIN GROUP, IGNORE NULLS, defaults. */
  readonly prepare?: (args: readonly Expression[], context: BindContext) => readonly Expression[];
  readonly result: DataType | ((types: readonly DataType[], args: readonly Expression[], context: BindContext) => DataType);
  /** Default: true. */
  readonly nullable?: boolean | ((args: readonly Expression[], context: BindContext) => boolean);
  readonly check?: (args: readonly Expression[], context: BindContext) => void;
  readonly options?: (args: readonly Expression[], context: BindContext) => Readonly<Record<string, unknown>>;
  readonly deterministic?: boolean;
  /** WITHIN GROUP (ORDER BY …) may be written. */
  readonly ordered?: boolean;
  readonly accumulator: (call: AggregateCall, context: EvaluationContext) => Accumulator<S>;
  readonly print?: (call: AggregateCall, args: readonly string[]) => string;
}

export function aggregate<S>(spec: AggregateSpec<S>): AggregateFunction {
  const primary = spec.names[0] as string;
  const { prepare, accumulator, print, deterministic, ordered, ...signature } = spec;
  const typed = scalar({ ...signature, nullable: spec.nullable ?? true });
  return {
    kind: "aggregateFunction",
    names: spec.names,
    doc: spec.doc,
    ...(spec.parameters && { parameters: spec.parameters }),
    ...(deterministic !== undefined && { deterministic }),
    ...(print && { print }),
    accumulator,
    bind: (given, context) => {
      if (context.withinGroup !== undefined && ordered !== true) throw noWithinGroup(context);
      const args = prepare === undefined ? given : prepare(given, context);
      const bound = typed.bind(args, context) as Call;
      const call: AggregateCall = {
        kind: "aggregate",
        fn: primary,
        ...(bound.alias !== undefined && { alias: bound.alias }),
        args: bound.args,
        distinct: context.distinct === true,
        filter: null,
        type: bound.type,
        nullable: bound.nullable,
        ...(bound.options && { options: bound.options }),
        ...(bound.at && { at: bound.at }),
      };
      return call;
    },
  };
}

function noWithinGroup(context: BindContext): AnalysisError {
  return new AnalysisError(
    "INVALID_SQL_SYNTAX.FUNCTION_WITH_UNSUPPORTED_SYNTAX",
    { prettyName: `\`${context.name}\``, syntax: "`WITHIN GROUP (ORDER BY ...)`" },
    context.at,
  );
}

/** DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE for an argument. */
export function outOfRange(
  name: string,
  range: string,
  current: Expression,
  args: readonly Expression[],
  context: BindContext,
): AnalysisError {
  return mismatch("VALUE_OUT_OF_RANGE", args, context, {
    exprName: `\`${name}\``,
    valueRange: range,
    currentValue: printed(current),
  });
}
