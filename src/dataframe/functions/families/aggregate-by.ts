/** max_by and min_by, and mode. */
import type { Boxed, DataType } from "../../../columnar/types";
import { AnalysisError } from "../../errors";
import { BOOLEAN, LONG } from "../../expressions/build";
import { compareValues } from "../../expressions/compare";
import type { AggregateCall, Expression } from "../../expressions/expression";
import { printed } from "../../expressions/print";
import { isFoldable } from "../../expressions/traverse";
import { aggregate, outOfRange } from "../aggregate";
import { document } from "../documented";
import type { Accumulator, AggregateFunction, BindContext } from "../registry";
import { constantOf, mismatch, ordinal, requireOrderable, wrongNumArgs } from "../signature";
import { sqlName } from "../../types/text";
import { ValueCounts } from "../sketches/value-counts";
import { hashCodeOf } from "../sketches/hash-code";

const doc = document("agg");

const MOST = 100000;

function by(name: "max_by" | "min_by", usage: string, result: string): AggregateFunction {
  const sign = name === "max_by" ? -1 : 1;
  return aggregate<never>({
    names: [name],
    doc: doc(`${usage} With a third argument k, an array of the first k such values.`, [
      `${name}(x, y) FROM VALUES ('a', 10), ('b', 50), ('c', 20) AS tab(x, y)`,
      result,
    ]),
    inputs: ["any", "any", "int"],
    optional: 1,
    result: (types) => {
      const type = types[0] as DataType;
      return types.length === 2 ? type : { kind: "array", element: type, containsNull: true };
    },
    check: (args, context) => {
      requireOrderable((args[1] as Expression).type, args, context);
      const k = args[2];
      if (k === undefined) return;
      const value = constantOf("k", k, args, context) as number | null;
      if (value === null || value < 1 || value > MOST) throw outOfRange("k", `[1, ${MOST}]`, k, args, context);
    },
    options: (args, context) => (args[2] === undefined ? {} : { k: context.fold(args[2]).value }),
    accumulator: (call) => {
      const k = call.options?.["k"] as number | undefined;
      const compare = compareValues((call.args[1] as Expression).type);
      const better = (a: Boxed, b: Boxed): number => sign * compare(a, b);
      return (k === undefined ? best(call, better) : bestOf(call, k, better)) as Accumulator<never>;
    },
  });
}

/** The value beside the best order so far; where two are equal the later one. */
function best(call: AggregateCall, better: (a: Boxed, b: Boxed) => number): Accumulator<[value: Boxed, order: Boxed]> {
  const next = (state: [Boxed, Boxed], value: Boxed, order: Boxed): [Boxed, Boxed] => {
    if (order === null || (state[1] !== null && better(order, state[1]) > 0)) return state;
    return [value, order];
  };
  return {
    stateTypes: [call.type, (call.args[1] as Expression).type],
    init: () => [null, null],
    update: (state, args) => next(state, args[0] as Boxed, args[1] as Boxed),
    merge: (state, other) => next(state, other[0], other[1]),
    finish: (state) => state[0],
    toColumns: (state) => state,
    fromColumns: (columns) => [columns[0] as Boxed, columns[1] as Boxed],
  };
}

interface Ranked {
  readonly value: Boxed;
  readonly order: Boxed;
}

/** The k best in order; among equals the earlier ones. */
function bestOf(call: AggregateCall, k: number, better: (a: Boxed, b: Boxed) => number): Accumulator<Ranked[]> {
  const insert = (state: Ranked[], item: Ranked): void => {
    if (state.length === k && better(item.order, (state[k - 1] as Ranked).order) >= 0) return;
    let low = 0;
    let high = state.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (better((state[middle] as Ranked).order, item.order) <= 0) low = middle + 1;
      else high = middle;
    }
    state.splice(low, 0, item);
    if (state.length > k) state.pop();
  };
  const [value, order] = call.args as readonly [Expression, Expression];
  const list = (type: DataType): DataType => ({ kind: "array", element: type, containsNull: true });
  return {
    stateTypes: [list(value.type), list(order.type)],
    init: () => [],
    update: (state, args) => {
      if (args[1] !== null) insert(state, { value: args[0] as Boxed, order: args[1] as Boxed });
      return state;
    },
    merge: (state, other) => {
      for (const item of other) insert(state, item);
      return state;
    },
    finish: (state) => (state.length === 0 ? null : state.map((item) => item.value)),
    toColumns: (state) => [state.map((item) => item.value), state.map((item) => item.order)],
    fromColumns: (columns) => {
      const [values, orders] = columns as readonly [readonly Boxed[], readonly Boxed[]];
      return values.map((one, i) => ({ value: one, order: orders[i] as Boxed }));
    },
  };
}

/** Which of several most frequent values it is: the least, the greatest, or the one that a hash table comes to first. */
type Ties = "least" | "greatest" | "any";

const mode = aggregate<ValueCounts>({
  names: ["mode"],
  doc: doc(
    "The most frequent value. With a second argument of true the least of several such values; mode() WITHIN GROUP (ORDER BY col) the first in that order.",
    ["mode(col) FROM VALUES (0), (10), (10) AS tab(col)", "10"],
  ),
  parameters: ["expr", "deterministic"],
  inputs: ["any", "boolean"],
  optional: 1,
  ordered: true,
  deterministic: false,
  prepare: (args, context) => {
    const within = context.withinGroup;
    if (args.length > 2) throw wrongNumArgs("0", args.length, context);
    if (context.distinct === true) throw withinGroupError("DISTINCT_UNSUPPORTED", context);
    if (args.length > 0 && within !== undefined) throw withinGroupError("WRONG_NUM_ORDERINGS", context, 0, within.length);
    if (args.length > 0) {
      checkFlag(args, context);
      return args;
    }
    if (within === undefined) throw withinGroupError("WITHIN_GROUP_MISSING", context);
    if (within.length !== 1) throw withinGroupError("WRONG_NUM_ORDERINGS", context, 1, within.length);
    return within.map((order) => order.child);
  },
  result: (types) => types[0] as DataType,
  check: (args, context) => {
    const flag = args[1];
    if (flag !== undefined && constantOf("deterministic", flag, args, context) === null) {
      throw mismatch("UNEXPECTED_NULL", args, context, { exprName: "`deterministic`" });
    }
  },
  options: (args, context) => {
    const order = context.withinGroup?.[0];
    const ties: Ties = order !== undefined ? (order.ascending ? "least" : "greatest") : least(args[1], context) ? "least" : "any";
    return { ties, within: ties !== "any" };
  },
  // Spark names the order of its hash table's search, which is the opposite of what was written.
  print: (call, args) => {
    if (call.options?.["within"] !== true) return `mode(${args[0]})`;
    return `mode() WITHIN GROUP (ORDER BY ${args[0]}${call.options["ties"] === "least" ? " DESC" : ""})`;
  },
  accumulator: (call) => {
    const { type } = call;
    const hash = hashCodeOf(type);
    const compare = compareValues(type.kind === "map" ? BOOLEAN : type);
    const ties = call.options?.["ties"] as Ties;
    const list: DataType = { kind: "array", element: type, containsNull: false };
    return {
      stateTypes: [list, { kind: "array", element: LONG, containsNull: false }],
      init: () => new ValueCounts(type, hash),
      update: (state, args) => {
        // -0.0 counts as 0.0, and shows as that.
        if (args[0] !== null) state.add(args[0] === 0 ? 0 : (args[0] as Boxed), 1);
        return state;
      },
      merge: (state, other) => {
        for (const [value, count] of other.entries()) state.add(value, count);
        return state;
      },
      finish: (state) => {
        let found: Boxed = null;
        let most = 0;
        for (const [value, count] of state.entries()) {
          if (count < most) continue;
          const take =
            count > most || (ties !== "any" && (ties === "least" ? compare(value, found) < 0 : compare(value, found) > 0));
          if (!take) continue;
          found = value;
          most = count;
        }
        return found;
      },
      toColumns: (state) => {
        const entries = [...state.entries()];
        return [entries.map(([value]) => value), entries.map(([, count]) => count)];
      },
      fromColumns: (columns) => {
        const state = new ValueCounts(type, hash);
        const [values, counts] = columns as readonly [readonly Boxed[], readonly number[]];
        values.forEach((value, i) => state.add(value, counts[i] as number));
        return state;
      },
    };
  },
});

/** The second argument of mode is a constant boolean as it is written. */
function checkFlag(args: readonly Expression[], context: BindContext): void {
  const flag = args[1];
  if (flag === undefined) return;
  if (flag.type.kind !== "boolean" && flag.type.kind !== "null") throw wrongFlag(flag, context);
  if (isFoldable(flag)) return;
  throw new AnalysisError(
    "NON_FOLDABLE_ARGUMENT",
    { funcName: "`mode`", paramName: "`deterministic`", paramType: '"BOOLEAN"' },
    context.at,
  );
}

function wrongFlag(flag: Expression, context: BindContext): AnalysisError {
  const requiredType = '"BOOLEAN"';
  return new AnalysisError(
    "UNEXPECTED_INPUT_TYPE",
    {
      functionName: "`mode`",
      paramIndex: ordinal(1),
      requiredType,
      inputSql: `"${printed(flag)}"`,
      inputType: `"${sqlName(flag.type)}"`,
    },
    context.at,
  );
}

function least(flag: Expression | undefined, context: BindContext): boolean {
  return flag !== undefined && context.fold(flag).value === true;
}

/** INVALID_WITHIN_GROUP_EXPRESSION; `expected` and `actual`: how many orderings, where their number is wrong. */
export function withinGroupError(reason: string, context: BindContext, expected?: number, actual?: number): AnalysisError {
  const counts = expected === undefined ? {} : { expectedNum: String(expected), actualNum: String(actual) };
  return new AnalysisError(
    `INVALID_WITHIN_GROUP_EXPRESSION.${reason}`,
    { funcName: `\`${context.name}\``, ...counts },
    context.at,
  );
}

export const byAggregates: readonly AggregateFunction[] = [
  by("max_by", "The value of the first argument where the second is greatest.", "b"),
  by("min_by", "The value of the first argument where the second is least.", "a"),
  mode,
];
