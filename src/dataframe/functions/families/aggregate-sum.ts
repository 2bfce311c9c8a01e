/**
 * sum, avg and what they become under try_: exact for integers, decimals and intervals. A sum that has overflowed is null with
 * `rows` above 0; what that means is decided when the group is finished, as partial sums may come in any order.
 */
import type { Boxed, DataType } from "../../../columnar/types";
import { QueryError } from "../../errors";
import { DOUBLE, LONG, coerced, decimalType } from "../../expressions/build";
import type { AggregateCall, Expression } from "../../expressions/expression";
import { aggregate } from "../aggregate";
import { document } from "../documented";
import { isIntegral, isNumeric } from "../input-types";
import type { Accumulator, AggregateFunction, BindContext } from "../registry";
import { mismatch, ordinal } from "../signature";
import { printed } from "../../expressions/print";
import {
  add,
  decimalToNumber,
  divideRounded,
  fitsLong,
  fitsPrecision,
  longMax,
  negate,
  rescale,
  wrapLong,
} from "../../types/exact";
import type { Exact } from "../../types/exact";
import { sqlName } from "../../types/text";

const doc = document("agg");

interface Total {
  /** null: overflowed. */
  sum: Exact | null;
  /** Values that are not null. */
  rows: number;
}

/** Exact totals; `step` adds, and gives null for what has no place. */
function exactTotals(
  stateTypes: readonly DataType[],
  step: (a: Exact, b: Exact) => Exact | null,
  finish: (total: Total) => Boxed,
): Accumulator<Total> {
  const plus = (a: Exact | null, b: Exact | null): Exact | null => (a === null || b === null ? null : step(a, b));
  return {
    stateTypes,
    init: () => ({ sum: 0, rows: 0 }),
    update: (state, args) => {
      const value = args[0] as Exact | null;
      if (value === null) return state;
      state.sum = plus(state.sum, value);
      state.rows++;
      return state;
    },
    merge: (state, other) => ({ sum: plus(state.sum, other.sum), rows: state.rows + other.rows }),
    finish,
    toColumns: (state) => [state.sum, state.rows],
    fromColumns: (columns) => ({ sum: columns[0] as Exact | null, rows: columns[1] as number }),
  };
}

/** Sums of doubles, added as they come: Spark's digits. */
function doubleTotals(
  finish: (sum: number, rows: number) => Boxed,
  value: (arg: Boxed) => number,
): Accumulator<{ sum: number; rows: number }> {
  return {
    stateTypes: [DOUBLE, LONG],
    init: () => ({ sum: 0, rows: 0 }),
    update: (state, args) => {
      const arg = args[0] as Boxed;
      if (arg === null) return state;
      state.sum += value(arg);
      state.rows++;
      return state;
    },
    merge: (state, other) => ({ sum: state.sum + other.sum, rows: state.rows + other.rows }),
    finish: (state) => finish(state.sum, state.rows),
    toColumns: (state) => [state.sum, state.rows],
    fromColumns: (columns) => ({ sum: columns[0] as number, rows: columns[1] as number }),
  };
}

/** What happens to a result that has no place in its type. */
type Mode = "ansi" | "try" | "legacy";

function modeOf(call: AggregateCall): Mode {
  return call.options?.["mode"] as Mode;
}

function overflow(message: string, alternative: string, call: AggregateCall): QueryError {
  return new QueryError(
    "ARITHMETIC_OVERFLOW",
    {
      message,
      alternative: ` ${alternative} gives NULL instead.`,
      config: '"spark.sql.ansi.enabled"',
    },
    call.at,
  );
}

function intervalOverflow(call: AggregateCall): QueryError {
  return new QueryError("INTERVAL_ARITHMETIC_OVERFLOW.WITH_SUGGESTION", { functionName: "`try_add`" }, call.at);
}

function sumAccumulator(call: AggregateCall): Accumulator<Total> | Accumulator<{ sum: number; rows: number }> {
  const type = (call.args[0] as Expression).type;
  const mode = modeOf(call);
  switch (call.type.kind) {
    case "long":
      if (mode === "legacy") return wrappingSum();
      return type.kind === "long" ? longSum(call, mode) : revocable(longSum(call, mode));
    case "decimal":
      return call.type.precision < 38 ? revocable(decimalSum(call, call.type.precision, mode)) : decimalSum(call, 38, mode);
    case "yearMonthInterval":
      return intervalSum(call, 2147483647n, mode);
    case "dayTimeInterval":
      return intervalSum(call, longMax, mode);
    default:
      return doubleTotals((sum, rows) => (rows === 0 ? null : sum), numberOf(type));
  }
}

function wrappingSum(): Accumulator<Total> {
  const step = (a: Exact, b: Exact): Exact => wrapLong(add(a, b));
  return {
    ...exactTotals([LONG, LONG], step, (total) => (total.rows === 0 ? null : total.sum)),
    retract: (state, args) => retracted(state, args[0] as Exact | null, step),
  };
}

function retracted(state: Total, value: Exact | null, step: (a: Exact, b: Exact) => Exact | null): Total {
  if (value === null) return state;
  state.sum = state.sum === null ? null : step(state.sum, negate(value));
  state.rows--;
  return state;
}

/** Sums that have room for more rows than there can be take back what was added. */
function revocable(totals: Accumulator<Total>): Accumulator<Total> {
  return { ...totals, retract: (state, args) => retracted(state, args[0] as Exact | null, add) };
}

/** Spark adds in the order of the rows and stops at the first overflow, even where later values would bring the sum back. */
function longSum(call: AggregateCall, mode: Mode): Accumulator<Total> {
  const step = (a: Exact, b: Exact): Exact | null => {
    const sum = add(a, b);
    if (fitsLong(sum)) return sum;
    if (mode === "try") return null;
    throw overflow("Overflow in sum of integers", "try_sum", call);
  };
  return exactTotals([LONG, LONG], step, (total) => (total.rows === 0 ? null : total.sum));
}

/** Partial sums of decimals are kept to 38 digits, whatever the result's precision. */
function decimalTotals(finish: (total: Total) => Boxed): Accumulator<Total> {
  const step = (a: Exact, b: Exact): Exact | null => {
    const sum = add(a, b);
    return fitsPrecision(sum, 38) ? sum : null;
  };
  return exactTotals([decimalType(38, 0), LONG], step, finish);
}

function decimalSum(call: AggregateCall, precision: number, mode: Mode): Accumulator<Total> {
  return decimalTotals((total) => {
    if (total.rows === 0) return null;
    if (total.sum !== null && fitsPrecision(total.sum, precision)) return total.sum;
    if (mode !== "ansi") return null;
    throw overflow("Overflow in sum of decimals", "try_sum", call);
  });
}

function intervalSum(call: AggregateCall, most: bigint, mode: Mode): Accumulator<Total> {
  const step = (a: Exact, b: Exact): Exact | null => {
    const sum = add(a, b);
    if (sum <= most && sum >= -most - 1n) return sum;
    if (mode === "try") return null;
    throw intervalOverflow(call);
  };
  return exactTotals([call.type, LONG], step, (total) => (total.rows === 0 ? null : total.sum));
}

function numberOf(type: DataType): (arg: Boxed) => number {
  if (type.kind !== "decimal") return Number;
  const { scale } = type;
  return (arg) => decimalToNumber(arg as Exact, scale);
}

function avgAccumulator(call: AggregateCall, side = 0): Accumulator<Total> | Accumulator<{ sum: number; rows: number }> {
  const type = (call.args[side] as Expression).type;
  const mode = modeOf(call);
  switch (call.type.kind) {
    case "decimal":
      return type.kind === "decimal" && type.precision < 28
        ? revocable(decimalAvg(call, type.scale, mode))
        : decimalAvg(call, type.kind === "decimal" ? type.scale : 0, mode);
    case "yearMonthInterval":
      return intervalAvg(call, 2147483647n, mode);
    case "dayTimeInterval":
      return intervalAvg(call, longMax, mode);
    default: {
      const average = doubleTotals((sum, rows) => (rows === 0 ? null : sum / rows), numberOf(type));
      // Exacts below 2^53 add and subtract without rounding.
      return isIntegral(type) && type.kind !== "long" ? { ...average, retract: retractNumber } : average;
    }
  }
}

function retractNumber(state: { sum: number; rows: number }, args: readonly Boxed[]): { sum: number; rows: number } {
  if (args[0] === null) return state;
  state.sum -= args[0] as number;
  state.rows--;
  return state;
}

/** Spark divides at 38 digits after the point, then rounds to the result's scale, half up both times. */
function decimalAvg(call: AggregateCall, scale: number, mode: Mode): Accumulator<Total> {
  const result = call.type as Extract<DataType, { kind: "decimal" }>;
  const sumPrecision = Math.min((call.options?.["sumPrecision"] as number | undefined) ?? 38, 38);
  return decimalTotals((total) => {
    if (total.rows === 0) return null;
    if (total.sum !== null && fitsPrecision(total.sum, sumPrecision)) {
      const quotient = divideRounded(rescale(total.sum, scale, 38), total.rows, "halfUp");
      const rounded = rescale(quotient, 38, result.scale);
      if (fitsPrecision(rounded, result.precision)) return rounded;
    }
    if (mode !== "ansi") return null;
    throw overflow("Overflow in sum of decimals", "try_avg", call);
  });
}

function intervalAvg(call: AggregateCall, most: bigint, mode: Mode): Accumulator<Total> {
  const sum = intervalSum(call, most, mode);
  return {
    ...sum,
    finish: (total) => (total.rows === 0 || total.sum === null ? null : divideRounded(total.sum, total.rows, "halfUp")),
  };
}

/** Numbers and ANSI intervals; strings are read as doubles, timestamps as seconds. */
function numericOrInterval(args: readonly Expression[], context: BindContext): readonly Expression[] {
  const arg = args[0];
  if (arg === undefined || args.length > 1) return args;
  const { kind } = arg.type;
  if (kind === "string" || kind === "null" || kind === "timestamp") return [coerced(arg, DOUBLE, context)];
  if (isNumeric(arg.type) || kind === "yearMonthInterval" || kind === "dayTimeInterval") return args;
  throw mismatch("UNEXPECTED_INPUT_TYPE", args, context, {
    paramIndex: ordinal(0),
    requiredType: '("NUMERIC" or "ANSI INTERVAL")',
    inputSql: `"${printed(arg)}"`,
    inputType: `"${sqlName(arg.type)}"`,
  });
}

function sumType(type: DataType): DataType {
  switch (type.kind) {
    case "decimal":
      return decimalType(Math.min(type.precision + 10, 38), type.scale);
    case "byte":
    case "short":
    case "int":
    case "long":
      return LONG;
    case "yearMonthInterval":
    case "dayTimeInterval":
      return type;
    default:
      return DOUBLE;
  }
}

function avgType(type: DataType): DataType {
  switch (type.kind) {
    case "decimal":
      return decimalType(Math.min(type.precision + 4, 38), Math.min(type.scale + 4, 38));
    case "yearMonthInterval":
      return { kind: "yearMonthInterval", start: 0, end: 1 };
    case "dayTimeInterval":
      return { kind: "dayTimeInterval", start: 0, end: 3 };
    default:
      return DOUBLE;
  }
}

function avgOptions(type: DataType, context: BindContext): Readonly<Record<string, unknown>> {
  return {
    mode: context.settings.ansi ? "ansi" : "legacy",
    ...(type.kind === "decimal" && { sumPrecision: type.precision + 10 }),
  };
}

function total(name: "sum" | "try_sum", usage: string, example: readonly [string, string]): AggregateFunction {
  return aggregate<never>({
    names: [name],
    doc: doc(usage, example),
    inputs: ["any"],
    prepare: numericOrInterval,
    result: (types) => sumType(types[0] as DataType),
    options: (_, context) => ({ mode: name === "try_sum" ? "try" : context.settings.ansi ? "ansi" : "legacy" }),
    accumulator: (call) => sumAccumulator(call) as Accumulator<never>,
  });
}

function average(names: readonly string[], usage: string, example: readonly [string, string]): AggregateFunction {
  return aggregate<never>({
    names,
    doc: doc(usage, example),
    inputs: ["any"],
    prepare: numericOrInterval,
    result: (types) => avgType(types[0] as DataType),
    options: (args, context) => ({
      ...avgOptions((args[0] as Expression).type, context),
      ...(names[0] === "try_avg" && { mode: "try" }),
    }),
    accumulator: (call) => avgAccumulator(call) as Accumulator<never>,
  });
}

/** The mean of one of two arguments, over the rows in which neither is null. */
function pairedAverage(name: string, usage: string, side: 0 | 1, result: string): AggregateFunction {
  return aggregate<never>({
    names: [name],
    doc: doc(usage, [`${name}(y, x) FROM VALUES (1, 2), (2, 2), (2, 3), (2, 4) AS tab(y, x)`, result]),
    inputs: ["numeric", "numeric"],
    result: (types) => avgType(types[side] as DataType),
    options: (args, context) => avgOptions((args[side] as Expression).type, context),
    accumulator: (call) => {
      const average = avgAccumulator(call, side) as Accumulator<never>;
      const paired: Accumulator<never> = {
        ...average,
        update: (state, args) => (args[0] === null || args[1] === null ? state : average.update(state, [args[side] as Boxed])),
      };
      return "retract" in paired ? { ...paired, retract: pairedRetract(paired, side) } : paired;
    },
  });
}

function pairedRetract(accumulator: Accumulator<never>, side: 0 | 1): NonNullable<Accumulator<never>["retract"]> {
  return (state, args) =>
    args[0] === null || args[1] === null ? state : (accumulator.retract?.(state, [args[side] as Boxed]) ?? state);
}

const product = aggregate<number | null>({
  names: ["product"],
  doc: doc("The product of all values, as a double."),
  inputs: ["double"],
  result: DOUBLE,
  accumulator: () => {
    const times = (a: number | null, b: number | null): number | null => (a === null ? b : b === null ? a : a * b);
    return {
      stateTypes: [DOUBLE],
      init: () => null,
      update: (state, args) => times(state, args[0] as number | null),
      merge: times,
      finish: (state) => state,
      toColumns: (state) => [state],
      fromColumns: (columns) => columns[0] as number | null,
    };
  },
});

export const sumAggregates: readonly AggregateFunction[] = [
  total("sum", "The sum of the values.", ["sum(col) FROM VALUES (5), (10), (15) AS tab(col)", "30"]),
  total("try_sum", "The sum of the values, null where it has no place in its type.", [
    "try_sum(col) FROM VALUES (9223372036854775807L), (1L) AS tab(col)",
    "NULL",
  ]),
  average(["avg", "mean"], "The mean of the values.", ["avg(col) FROM VALUES (1), (2), (3) AS tab(col)", "2.0"]),
  average(["try_avg"], "The mean of the values, null where their sum has no place in its type.", [
    "try_avg(col) FROM VALUES (1), (2), (NULL) AS tab(col)",
    "1.5",
  ]),
  pairedAverage("regr_avgx", "The mean of x where neither y nor x is null.", 1, "2.75"),
  pairedAverage("regr_avgy", "The mean of y where neither y nor x is null.", 0, "1.75"),
  product,
];
