/** Exact percentiles, with or without interpolation, and the median. */
import type { Boxed, DataType } from "../../../columnar/types";
import { QueryError } from "../../errors";
import { DOUBLE, LONG, coerced, literal } from "../../expressions/build";
import type { AggregateCall, Expression } from "../../expressions/expression";
import { printed } from "../../expressions/print";
import { sqlName } from "../../types/text";
import { aggregate, outOfRange } from "../aggregate";
import { document } from "../documented";
import { closestInput, isNumeric } from "../input-types";
import type { Accumulator, AggregateFunction, BindContext } from "../registry";
import { constantOf, mismatch, ordinal, unexpectedInputType, wrongNumArgs } from "../signature";
import { CountedValues } from "../sketches/counted-values";
import { withinGroupError } from "./aggregate-by";

const doc = document("agg");

/** Lists of percentages have no place for nulls. */
export function percentagesOf(args: readonly Expression[], context: BindContext): Expression {
  const arg = args[1] as Expression;
  if (arg.type.kind === "array" && arg.type.containsNull) {
    throw mismatch("UNEXPECTED_INPUT_TYPE", args, context, {
      paramIndex: ordinal(1),
      requiredType: '"ARRAY<DOUBLE>"',
      inputSql: `"${printed(arg)}"`,
      inputType: `"${sqlName(arg.type)}"`,
    });
  }
  if (arg.type.kind !== "array" && closestInput(arg.type, "double", context.settings) === null) {
    throw unexpectedInputType({ anyOf: ["double", { arrayOf: "double" }] }, 1, args, context);
  }
  return coerced(arg, percentageType(arg), context);
}

/** Arguments: value, percentages, frequency. */
export function checkedPercentages(args: readonly Expression[], context: BindContext): number | readonly number[] {
  const percentages = args[1] as Expression;
  const value = constantOf("percentage", percentages, args, context) as number | readonly (number | null)[] | null;
  if (value === null) throw mismatch("UNEXPECTED_NULL", args, context, { exprName: "`percentage`" });
  const list = typeof value === "number" ? [value] : value;
  if (list.some((one) => one === null || !(one >= 0 && one <= 1))) {
    throw outOfRange("percentage", "[0.0, 1.0]", percentages, args, context);
  }
  return value as number | readonly number[];
}

function requireNumeric(arg: Expression, args: readonly Expression[], context: BindContext): Expression {
  const { kind } = arg.type;
  if (kind === "string" || kind === "null") return coerced(arg, DOUBLE, context);
  if (isNumeric(arg.type) || kind === "yearMonthInterval" || kind === "dayTimeInterval") return arg;
  throw mismatch("UNEXPECTED_INPUT_TYPE", args, context, {
    paramIndex: ordinal(0),
    requiredType: '("NUMERIC" or "INTERVAL DAY TO SECOND" or "INTERVAL YEAR TO MONTH")',
    inputSql: `"${printed(arg)}"`,
    inputType: `"${sqlName(arg.type)}"`,
  });
}

function percentageType(arg: Expression): DataType {
  return arg.type.kind === "array" ? { kind: "array", element: DOUBLE, containsNull: false } : DOUBLE;
}

function resultType(types: readonly DataType[]): DataType {
  const [value, percentages] = types as readonly [DataType, DataType];
  const one: DataType =
    value.kind === "yearMonthInterval"
      ? { kind: "yearMonthInterval", start: 0, end: 1 }
      : value.kind === "dayTimeInterval"
        ? { kind: "dayTimeInterval", start: 0, end: 3 }
        : DOUBLE;
  return percentages.kind === "array" ? { kind: "array", element: one, containsNull: false } : one;
}

function percentileAccumulator(call: AggregateCall): Accumulator<CountedValues> {
  const value = (call.args[0] as Expression).type;
  const divisor = value.kind === "decimal" ? 10 ** value.scale : 1;
  const percentages = call.options?.["percentages"] as number | readonly number[];
  const discrete = call.options?.["discrete"] === true;
  const descending = call.options?.["descending"] === true;
  const whole = call.type.kind === "array" ? call.type.element : call.type;
  const convert = whole.kind === "double" ? (x: number): number => x : (x: number): number => Math.trunc(x);
  const list = (type: DataType): DataType => ({ kind: "array", element: type, containsNull: false });
  return {
    stateTypes: [list(DOUBLE), list(LONG)],
    init: () => new CountedValues(),
    update: (state, args) => {
      const [x, , frequency] = args as readonly [number | bigint | null, Boxed, (number | bigint | null)?];
      if (x === null || frequency === null) return state;
      const times = frequency === undefined ? 1 : Number(frequency);
      if (times < 0) {
        throw new QueryError(
          "NEGATIVE_VALUES_IN_FREQUENCY_EXPRESSION",
          { frequencyExpression: `"${printed(call.args[2] as Expression)}"`, negativeValue: `${times}L` },
          call.at,
        );
      }
      if (times > 0) state.add(Number(x) / divisor, times);
      return state;
    },
    merge: (state, other) => {
      state.take(other);
      return state;
    },
    finish: (state) => {
      const { values, counts } = state.ordered();
      if (values.length === 0 || (Array.isArray(percentages) && percentages.length === 0)) return null;
      const ranks = descending ? new Ranks(values.toReversed(), counts.toReversed()) : new Ranks(values, counts);
      const at = (p: number): number => convert(discrete ? ranks.discrete(p) : ranks.continuous(p));
      return typeof percentages === "number" ? at(percentages) : percentages.map(at);
    },
    toColumns: (state) => {
      const { values, counts } = state.ordered();
      return [values, counts];
    },
    fromColumns: (columns) => {
      const [values, counts] = columns as readonly [number[], number[]];
      return new CountedValues(values, counts);
    },
  };
}

/** Values in order with how many there are up to each. */
class Ranks {
  readonly #upTo: readonly number[];
  readonly #last: number;

  /** `counts`: empty where there is one of each. */
  constructor(
    private readonly values: readonly number[],
    counts: readonly number[],
  ) {
    let total = 0;
    this.#upTo = counts.map((count) => (total += count));
    this.#last = (counts.length === 0 ? values.length : total) - 1;
  }

  continuous(percentage: number): number {
    const position = this.#last * percentage;
    const lower = Math.floor(position);
    const higher = Math.ceil(position);
    const low = this.#at(lower + 1);
    if (higher === lower) return low;
    const high = this.#at(higher + 1);
    if (high === low) return low;
    return (higher - position) * low + (position - lower) * high;
  }

  /** The first value up to which there are at least that many. */
  discrete(percentage: number): number {
    return this.#at(Math.ceil((this.#last + 1) * percentage));
  }

  /** The value of the rank, counted from 1. */
  #at(rank: number): number {
    if (this.#upTo.length === 0) return this.values[Math.max(0, rank - 1)] as number;
    let low = 0;
    let high = this.#upTo.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#upTo[middle] as number) >= rank) high = middle;
      else low = middle + 1;
    }
    return this.values[low] as number;
  }
}

const percentile = aggregate<CountedValues>({
  names: ["percentile"],
  doc: doc("The exact percentile of a column, between two values where it falls there; an array gives several.", [
    "percentile(col, array(0.25, 0.75)) FROM VALUES (0), (10) AS tab(col)",
    "[2.5,7.5]",
  ]),
  inputs: ["any", "any", "integral"],
  optional: 1,
  prepare: (args, context) => {
    if (args.length < 2 || args.length > 3) return args;
    const [value, percentages, frequency = literal(1, LONG)] = args as readonly [Expression, Expression, Expression?];
    const all = [value, percentages, frequency];
    return [requireNumeric(value, all, context), percentagesOf(all, context), frequency];
  },
  result: resultType,
  options: (args, context) => ({ percentages: checkedPercentages(args, context) }),
  accumulator: percentileAccumulator,
});

const median = aggregate<CountedValues>({
  names: ["median"],
  doc: doc("The median: the percentile at one half.", ["median(col) FROM VALUES (0), (10) AS tab(col)", "5.0"]),
  inputs: ["any"],
  prepare: (args, context) => (args.length === 1 ? [requireNumeric(args[0] as Expression, args, context)] : args),
  result: (types) => resultType([types[0] as DataType, DOUBLE]),
  options: () => ({ percentages: 0.5 }),
  accumulator: percentileAccumulator,
});

function inOrder(name: "percentile_cont" | "percentile_disc", usage: string, result: string): AggregateFunction {
  return aggregate<CountedValues>({
    names: [name],
    doc: doc(usage, [`${name}(0.25) WITHIN GROUP (ORDER BY col) FROM VALUES (0), (10) AS tab(col)`, result]),
    inputs: ["any", "any"],
    ordered: true,
    prepare: (args, context) => {
      const within = context.withinGroup;
      if (args.length !== 1) throw wrongNumArgs("1", args.length, context);
      if (within === undefined) throw withinGroupError("WITHIN_GROUP_MISSING", context);
      if (context.distinct === true) throw withinGroupError("DISTINCT_UNSUPPORTED", context);
      if (within.length !== 1) throw withinGroupError("WRONG_NUM_ORDERINGS", context, 1, within.length);
      const value = within[0]?.child as Expression;
      const percentage = args[0] as Expression;
      const all = [value, percentage];
      return [requireNumeric(value, all, context), percentagesOf(all, context)];
    },
    result: resultType,
    options: (args, context) => ({
      percentages: checkedPercentages(args, context),
      descending: context.withinGroup?.[0]?.ascending === false,
      discrete: name === "percentile_disc",
    }),
    print: (call, args) =>
      `${name}(${args[1]}) WITHIN GROUP (ORDER BY ${args[0]}${call.options?.["descending"] === true ? " DESC" : ""})`,
    accumulator: percentileAccumulator,
  });
}

export const percentileAggregates: readonly AggregateFunction[] = [
  percentile,
  median,
  inOrder("percentile_cont", "The percentile of the values in the given order, between two where it falls there.", "2.5"),
  inOrder("percentile_disc", "The first value, in the given order, up to which there is at least that share of all.", "0.0"),
];
