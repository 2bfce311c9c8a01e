/** Aggregates that keep a summary: approx_count_distinct, approx_percentile, histogram_numeric. */
import type { Boxed, DataType } from "../../../columnar/types";
import { QueryError } from "../../errors";
import { BINARY, DOUBLE, INT, LONG, coerced, literal } from "../../expressions/build";
import type { AggregateCall, Expression } from "../../expressions/expression";
import { aggregate, outOfRange } from "../aggregate";
import { document } from "../documented";
import { countMinSketch } from "./count-min-sketch";
import type { Accumulator, AggregateFunction } from "../registry";
import { closestInput } from "../input-types";
import { constantOf, mismatch, unexpectedInputType } from "../signature";
import { addHash, estimate, mergeRegisters, precisionFor } from "../sketches/hyper-log-log";
import { NumericHistogram } from "../sketches/numeric-histogram";
import { QuantileSummary } from "../sketches/quantile-summary";
import { xxHash64, xxhash64 } from "../sketches/xxhash64";
import { checkedPercentages, percentagesOf } from "./aggregate-percentile";

const doc = document("agg");

const DEFAULT_ERROR = 0.05;
/** 32 MiB of registers, for each group. */
const MOST_PRECISE = 25;

const approxCountDistinct = aggregate<Uint8Array>({
  names: ["approx_count_distinct"],
  doc: doc("About how many different values there are (HyperLogLog++), within the relative error of the second argument.", [
    "approx_count_distinct(col1) FROM VALUES (1), (1), (2), (2), (3) AS tab(col1)",
    "3",
  ]),
  inputs: ["any", "double"],
  optional: 1,
  result: LONG,
  nullable: false,
  options: (args, context) => {
    const relative = args[1] === undefined ? DEFAULT_ERROR : (constantOf("relativeSD", args[1], args, context) as number);
    const precision = precisionFor(relative);
    if (!(precision >= 4 && precision <= MOST_PRECISE))
      throw new QueryError("FAILED_FUNCTION_CALL", { funcName: "`approx_count_distinct`" }, context.at);
    return { precision };
  },
  print: (call, args) => `approx_count_distinct(${call.distinct ? "DISTINCT " : ""}${args[0]})`,
  accumulator: (call) => {
    const precision = call.options?.["precision"] as number;
    const hash = xxHash64();
    const addTo = xxhash64((call.args[0] as Expression).type);
    return {
      stateTypes: [BINARY],
      init: () => new Uint8Array(2 ** precision),
      update: (state, args) => {
        const value = args[0] as Boxed;
        if (value === null) return state;
        hash.seed(42);
        addTo(value, hash);
        addHash(state, precision, hash.words[0]!, hash.words[1]!);
        return state;
      },
      merge: (state, other) => {
        mergeRegisters(state, other);
        return state;
      },
      finish: (state) => estimate(state, precision),
      toColumns: (state) => [state],
      fromColumns: (columns) => Uint8Array.from(columns[0] as Uint8Array),
    };
  },
});

const list = (type: DataType): DataType => ({ kind: "array", element: type, containsNull: false });

/** Values on their way to doubles and back. */
function asDouble(type: DataType): { readonly to: (value: Boxed) => number; readonly from: (value: number) => Boxed } {
  switch (type.kind) {
    case "float":
    case "double":
      return { to: Number, from: (value) => value };
    case "decimal": {
      const unit = 10 ** type.scale;
      return { to: (value) => Number(value) / unit, from: (value) => Math.round(value * unit) };
    }
    default:
      return { to: Number, from: (value) => Math.trunc(value) };
  }
}

const DEFAULT_ACCURACY = 10000;

const NUMBERS_AND_TIMES = {
  anyOf: ["numeric", "date", "timestamp", "timestamp_ntz", "yearMonthInterval", "dayTimeInterval"],
} as const;

const approxPercentile = aggregate<QuantileSummary>({
  names: ["approx_percentile", "percentile_approx"],
  doc: doc("A value of the column about at the given share of its rows; a higher accuracy costs memory.", [
    "approx_percentile(col, array(0.5, 0.4, 0.1), 100) FROM VALUES (0), (1), (2), (10) AS tab(col)",
    "[1,1,0]",
  ]),
  inputs: ["any", "any", "integral"],
  optional: 1,
  prepare: (args, context) => {
    if (args.length < 2 || args.length > 3) return args;
    const [value, percentages, accuracy = literal(DEFAULT_ACCURACY, INT)] = args as readonly [
      Expression,
      Expression,
      Expression?,
    ];
    if (closestInput(accuracy.type, "integral", context.settings) === null) {
      throw unexpectedInputType("integral", 2, args, context);
    }
    return [
      value.type.kind === "string" || value.type.kind === "null" ? coerced(value, DOUBLE, context) : value,
      percentagesOf([value, percentages, accuracy], context),
      coerced(accuracy, LONG, context),
    ];
  },
  check: (args, context) => {
    const [value, , accuracy] = args as readonly [Expression, Expression, Expression];
    if (!isMeasured(value.type)) {
      throw mismatch("UNEXPECTED_INPUT_TYPE", args, context, {
        paramIndex: "first",
        requiredType:
          '("NUMERIC" or "DATE" or "TIMESTAMP" or "TIMESTAMP_NTZ" or "INTERVAL YEAR TO MONTH" or "INTERVAL DAY TO SECOND")',
        inputSql: "",
        inputType: "",
      });
    }
    const most = constantOf("accuracy", accuracy, args, context) as number | bigint | null;
    if (most === null) throw mismatch("UNEXPECTED_NULL", args, context, { exprName: "`accuracy`" });
    if (most <= 0 || most > 2147483647) throw outOfRange("accuracy", "(0, 2147483647]", accuracy, args, context);
  },
  result: (types) => (types[1]?.kind === "array" ? list(types[0] as DataType) : (types[0] as DataType)),
  options: (args, context) => ({
    percentages: checkedPercentages(args, context),
    accuracy: Number(context.fold(args[2] as Expression).value),
  }),
  accumulator: percentileSketch,
});

function isMeasured(type: DataType): boolean {
  return ["byte", "short", "int", "long", "float", "double", "decimal", ...NUMBERS_AND_TIMES.anyOf].includes(type.kind);
}

function percentileSketch(call: AggregateCall): Accumulator<QuantileSummary> {
  const { to, from } = asDouble((call.args[0] as Expression).type);
  const percentages = call.options?.["percentages"] as number | readonly number[];
  const error = 1 / (call.options?.["accuracy"] as number);
  return {
    stateTypes: [LONG, list(DOUBLE), list(LONG), list(LONG)],
    init: () => new QuantileSummary(error),
    update: (state, args) => {
      const value = args[0] as Boxed;
      if (value !== null) state.insert(to(value));
      return state;
    },
    merge: (state, other) => {
      state.compress();
      other.compress();
      return state.merged(other);
    },
    finish: (state) => {
      state.compress();
      const found = state.query(typeof percentages === "number" ? [percentages] : percentages);
      if (found === null || found.length === 0) return null;
      const values = found.map(from);
      return typeof percentages === "number" ? (values[0] as Boxed) : values;
    },
    toColumns: (state) => {
      state.compress();
      const { count, values, gs, deltas } = state.lists();
      return [count, values, gs, deltas];
    },
    fromColumns: (columns) => {
      const [count, values, gs, deltas] = columns as readonly [number, number[], number[], number[]];
      return QuantileSummary.ofLists(error, { count, values, gs, deltas });
    },
  };
}

const histogramNumeric = aggregate<NumericHistogram>({
  names: ["histogram_numeric"],
  doc: doc("A histogram of at most that many bins, each its centre x and its height y.", [
    "histogram_numeric(col, 5) FROM VALUES (0), (1), (2), (10) AS tab(col)",
    '[{"x":0,"y":1.0},{"x":1,"y":1.0},{"x":2,"y":1.0},{"x":10,"y":1.0}]',
  ]),
  inputs: [NUMBERS_AND_TIMES, "int"],
  result: (types) => ({
    kind: "array",
    containsNull: true,
    element: {
      kind: "struct",
      fields: [
        { name: "x", type: types[0] as DataType, nullable: true },
        { name: "y", type: DOUBLE, nullable: true },
      ],
    },
  }),
  options: (args, context) => {
    const bins = args[1] as Expression;
    const value = constantOf("nb", bins, args, context) as number | null;
    if (value === null) throw mismatch("UNEXPECTED_NULL", args, context, { exprName: "`nb`" });
    if (value < 2) throw outOfRange("nb", "[2, 2147483647]", bins, args, context);
    return { bins: value };
  },
  accumulator: (call) => {
    const { to, from } = asDouble((call.args[0] as Expression).type);
    const bins = call.options?.["bins"] as number;
    return {
      stateTypes: [list(DOUBLE), list(DOUBLE)],
      init: () => new NumericHistogram(bins),
      update: (state, args) => {
        const value = args[0] as Boxed;
        if (value !== null) state.add(to(value));
        return state;
      },
      merge: (state, other) => {
        state.merge(other);
        return state;
      },
      finish: (state) => (state.bins.length === 0 ? null : state.bins.map(({ x, y }) => [from(x), y])),
      toColumns: (state) => [state.bins.map(({ x }) => x), state.bins.map(({ y }) => y)],
      fromColumns: (columns) => {
        const [xs, ys] = columns as readonly [readonly number[], readonly number[]];
        return new NumericHistogram(
          bins,
          xs.map((x, i) => ({ x, y: ys[i] as number })),
        );
      },
    };
  },
});

export const approximateAggregates: readonly AggregateFunction[] = [
  approxCountDistinct,
  approxPercentile,
  histogramNumeric,
  countMinSketch,
];
