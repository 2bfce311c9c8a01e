/** count, min, max, first, last and the aggregates over truth values and bits. */
import type { Boxed, DataType } from "../../../columnar/types";
import { AnalysisError } from "../../errors";
import { BOOLEAN, LONG } from "../../expressions/build";
import { compareValues } from "../../expressions/compare";
import type { Expression } from "../../expressions/expression";
import { aggregate } from "../aggregate";
import { document } from "../documented";
import type { Accumulator, AggregateFunction, BindContext } from "../registry";
import { requireOrderable } from "../signature";

const doc = document("agg");

/** A state of one value of `type`, null at first. */
function single(
  type: DataType,
  step: (state: Boxed, value: Boxed) => Boxed,
  finish: (state: Boxed) => Boxed = (state) => state,
): Accumulator<Boxed> {
  const next = (state: Boxed, value: Boxed): Boxed => (value === null ? state : state === null ? value : step(state, value));
  return {
    stateTypes: [type],
    init: () => null,
    update: (state, args) => next(state, args[0] as Boxed),
    merge: next,
    finish,
    toColumns: (state) => [state],
    fromColumns: (columns) => columns[0] as Boxed,
  };
}

/** A count: of the rows that `counts` accepts. */
function counter(counts: (args: readonly Boxed[]) => boolean): Accumulator<number> {
  return {
    stateTypes: [LONG],
    init: () => 0,
    update: (state, args) => (counts(args) ? state + 1 : state),
    retract: (state, args) => (counts(args) ? state - 1 : state),
    merge: (state, other) => state + other,
    finish: (state) => state,
    toColumns: (state) => [state],
    fromColumns: (columns) => columns[0] as number,
  };
}

const noNull = (args: readonly Boxed[]): boolean => {
  for (let i = 0; i < args.length; i++) if (args[i] === null) return false;
  return true;
};

const count = aggregate({
  names: ["count"],
  doc: doc("Number of rows in which no argument is null; count(*) counts all rows.", [
    "count(col) FROM VALUES (NULL), (5), (5), (20) AS tab(col)",
    "3",
  ]),
  inputs: [],
  rest: "any",
  prepare: (args, context) => {
    if (args.length === 0) {
      throw new AnalysisError(
        "WRONG_NUM_ARGS.WITH_SUGGESTION",
        {
          functionName: "`count`",
          expectedNum: " >= 1",
          actualNum: "0",
          legacyNum: "0",
          legacyConfKey: '"spark.sql.legacy.allowParameterlessCount"',
          legacyConfValue: '"true"',
        },
        context.at,
      );
    }
    return args;
  },
  result: LONG,
  nullable: false,
  accumulator: () => counter(noNull),
});

const countIf = aggregate({
  names: ["count_if"],
  doc: doc("Number of rows in which the condition is true.", [
    "count_if(col % 2 = 0) FROM VALUES (NULL), (0), (1), (2), (3) AS tab(col)",
    "2",
  ]),
  inputs: ["boolean"],
  result: LONG,
  nullable: false,
  accumulator: () => counter((args) => args[0] === true),
});

function extremum(name: "min" | "max", usage: string, result: string): AggregateFunction {
  const sign = name === "min" ? 1 : -1;
  return aggregate({
    names: [name],
    doc: doc(usage, [`${name}(col) FROM VALUES (10), (-1), (20) AS tab(col)`, result]),
    inputs: ["any"],
    result: (types) => types[0] as DataType,
    check: (args, context) => requireOrderable((args[0] as Expression).type, args, context),
    accumulator: (call) => {
      const compare = compareValues(call.type);
      return single(call.type, (state, value) => (sign * compare(value, state) < 0 ? value : state));
    },
  });
}

const truth = [
  aggregate({
    names: ["bool_and", "every"],
    doc: doc("Whether all values are true.", ["bool_and(col) FROM VALUES (true), (false), (true) AS tab(col)", "false"]),
    inputs: ["boolean"],
    result: BOOLEAN,
    accumulator: () => single(BOOLEAN, (state, value) => state === true && value === true),
  }),
  aggregate({
    names: ["bool_or", "any", "some"],
    doc: doc("Whether some value is true.", ["bool_or(col) FROM VALUES (true), (false), (false) AS tab(col)", "true"]),
    inputs: ["boolean"],
    result: BOOLEAN,
    accumulator: () => single(BOOLEAN, (state, value) => state === true || value === true),
  }),
];

type Integer = number | bigint;

const WORD = 2 ** 32;

/** Of longs that are safe the two halves, by the function of 32 bits; others go through BigInt. */
function ofLongs(
  small: (a: number, b: number) => number,
  large: (a: bigint, b: bigint) => bigint,
): (a: Integer, b: Integer) => Integer {
  return (a, b) => {
    if (typeof a === "bigint" || typeof b === "bigint") return narrow(large(BigInt(a), BigInt(b)));
    const bits = small(Math.floor(a / WORD), Math.floor(b / WORD)) * WORD + (small(a, b) >>> 0);
    return Number.isSafeInteger(bits) ? bits : BigInt(bits);
  };
}

function bits(
  names: readonly string[],
  usage: string,
  result: string,
  small: (a: number, b: number) => number,
  large: (a: bigint, b: bigint) => bigint,
): AggregateFunction {
  return aggregate({
    names,
    doc: doc(usage, [`${names[0]}(col) FROM VALUES (3), (5) AS tab(col)`, result]),
    inputs: ["integral"],
    result: (types) => types[0] as DataType,
    accumulator: (call) =>
      single(call.type, (call.type.kind === "long" ? ofLongs(small, large) : small) as (state: Boxed, value: Boxed) => Boxed),
  });
}

function narrow(value: bigint): Integer {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** `[value, seen]`: a null may be the first value. */
interface Seen {
  value: Boxed;
  seen: boolean;
}

function edge(names: readonly string[], usage: string, last: boolean, result: string): AggregateFunction {
  return aggregate({
    names,
    doc: doc(`${usage} With a second argument of true, or IGNORE NULLS, nulls do not count.`, [
      `${names[0]}(col) FROM VALUES (10), (5), (20) AS tab(col)`,
      result,
    ]),
    inputs: ["any", "any"],
    optional: 1,
    deterministic: false,
    result: (types) => types[0] as DataType,
    options: (args, context) => ({
      ignoreNulls: context.ignoreNulls === true || nullsIgnored(args, context),
      ...(context.ignoreNulls !== undefined && { nullsWritten: true }),
    }),
    // IGNORE NULLS makes a call of its own, which prints under the first name.
    print: (call, args) =>
      `${call.options?.["nullsWritten"] === true ? call.fn : (call.alias ?? call.fn)}(${call.distinct ? "DISTINCT " : ""}${args[0]})`,
    accumulator: (call): Accumulator<Seen> => {
      const ignore = call.options?.["ignoreNulls"] === true;
      return {
        stateTypes: [call.type, BOOLEAN],
        init: () => ({ value: null, seen: false }),
        update: (state, args) => {
          const value = args[0] as Boxed;
          if ((ignore && value === null) || (state.seen && !last)) return state;
          state.value = value;
          state.seen = true;
          return state;
        },
        merge: (state, other) => (other.seen && (last || !state.seen) ? other : state),
        finish: (state) => state.value,
        toColumns: (state) => [state.value, state.seen],
        fromColumns: (columns) => ({ value: columns[0] as Boxed, seen: columns[1] === true }),
      };
    },
  });
}

function nullsIgnored(args: readonly Expression[], context: BindContext): boolean {
  const flag = args[1];
  if (flag === undefined) return false;
  if (flag.kind === "literal" && typeof flag.value === "boolean") return flag.value;
  throw new AnalysisError("_LEGACY_ERROR_TEMP_1210", { funcName: context.name }, context.at);
}

export const basicAggregates: readonly AggregateFunction[] = [
  count,
  countIf,
  extremum("min", "The smallest value.", "-1"),
  extremum("max", "The largest value.", "20"),
  ...truth,
  bits(
    ["bit_and"],
    "Bitwise AND of all values.",
    "1",
    (a, b) => a & b,
    (a, b) => a & b,
  ),
  bits(
    ["bit_or"],
    "Bitwise OR of all values.",
    "7",
    (a, b) => a | b,
    (a, b) => a | b,
  ),
  bits(
    ["bit_xor"],
    "Bitwise exclusive OR of all values.",
    "6",
    (a, b) => a ^ b,
    (a, b) => a ^ b,
  ),
  edge(["first", "first_value"], "The first value of the group, in the order of its rows.", false, "10"),
  edge(["last", "last_value"], "The last value of the group, in the order of its rows.", true, "20"),
  edge(["any_value"], "Some value of the group.", false, "10"),
];
