/** From the aggregates of a plan to the states that a table keeps, and from states to columns. */
import { boxedReader, vectorOfBoxed } from "../../../columnar/batch";
import type { Boxed, DataType } from "../../../columnar/types";
import type { ListVector, Vector } from "../../../columnar/vector";
import { InternalError } from "../../../common/errors";
import { utf8 } from "../../codegen/bytes";
import { dividedHalfUp, timesPowerOfTen } from "../../codegen/integers";
import { isBinaryString, isFloating, isIntLike, isLongLike } from "../../types/families";
import { keyOf } from "../../codegen/emitter-keys";
import type { AggregateCall, Expression } from "../../expressions/expression";
import type { Accumulator, FunctionRegistry } from "../../functions/registry";
import type { AggregateItem, HashAggregateExec } from "../../physical/plan";
import type {
  BoxedState,
  BytesExtremeState,
  CountState,
  DoubleSumState,
  IntegerSumState,
  MomentsState,
  NumberExtremeState,
} from "./states";
import { validOf, vectorOf, type State, type StatePlan } from "./states";
import type { BytesState, CountedNumbersState, NumbersState } from "./values-states";

/** Columns of an aggregate for groups [from, to): of states, or the one of results. */
type Columns = (
  states: readonly State[],
  from: number,
  to: number,
  accumulatorOf: (call: AggregateCall) => Accumulator,
) => readonly Vector[];

export interface AggregatePlan {
  /** Without equals. */
  readonly states: readonly StatePlan[];
  /** For each aggregate of the node: what it gives, and its states where they are spilled. */
  readonly columns: readonly Columns[];
  readonly stateColumns: readonly Columns[];
}

export function planAggregates(node: Pick<HashAggregateExec, "mode" | "aggregates">, functions: FunctionRegistry): AggregatePlan {
  const states: StatePlan[] = [];
  const places = new Map<string, number>();
  const place = (plan: StatePlan): number => {
    const key = keyOfState(plan, functions);
    const known = key === null ? undefined : places.get(key);
    if (known !== undefined) return known;
    states.push(plan);
    if (key !== null) places.set(key, states.length - 1);
    return states.length - 1;
  };
  const merges = node.mode === "merge" || node.mode === "final";
  const gives = node.mode === "partial" || node.mode === "merge" ? "states" : "results";
  const each = node.aggregates.map((item): Native => {
    const native = item.call.distinct || item.call.user !== undefined ? null : nativeAggregate(item, merges, place);
    if (native !== null) return native;
    const { call } = item;
    const at = place({
      kind: "boxed",
      call,
      args: merges ? item.state : call.args,
      merges,
      filter: merges ? null : call.filter,
    });
    return { states: boxedColumns(item, at, "states"), results: boxedColumns(item, at, "results") };
  });
  return {
    states,
    columns: each.map((one) => (gives === "states" ? one.states : one.results)),
    stateColumns: each.map((one) => one.states),
  };
}

function keyOfState(plan: StatePlan, functions: FunctionRegistry): string | null {
  if (plan.kind === "boxed") return null;
  const filter = plan.filter === null ? "" : keyOf(plan.filter, functions);
  const args = "args" in plan ? plan.args.map((arg) => keyOf(arg, functions)) : [keyOf(plan.arg, functions)];
  const lists = "lists" in plan && plan.lists ? "lists " : "";
  return filter === null || args.includes(null) ? null : `${lists}${plan.kind}(${args.join(",")})${filter}`;
}

interface Native {
  readonly states: Columns;
  readonly results: Columns;
}

/** The aggregates that have states of their own; null for all others. */
function nativeAggregate(item: AggregateItem, merges: boolean, place: (plan: StatePlan) => number): Native | null {
  const { call, state } = item;
  const filter = merges ? null : call.filter;
  const arg = merges ? state[0] : call.args[0];
  switch (call.fn) {
    case "count": {
      if (state.length !== 1) return null;
      if (merges) {
        const at = place({ kind: "sumInteger", arg: state[0]!, filter });
        const columns: Columns = (states, from, to) => [integers(states[at] as IntegerSumState, LONG, from, to, null)];
        return { states: columns, results: columns };
      }
      const args = call.args.filter((one) => one.kind !== "literal" || one.value === null);
      const at = place({ kind: "count", args, filter });
      const columns: Columns = (states, from, to) => [counts(states[at] as CountState, from, to)];
      return { states: columns, results: columns };
    }
    case "sum":
    case "try_sum":
      return arg === undefined ? null : nativeSum(item, arg, merges, filter, place);
    case "avg":
    case "try_avg":
      return arg === undefined ? null : nativeAverage(item, arg, merges, filter, place);
    case "min":
    case "max": {
      if (arg === undefined || state.length !== 1 || !hasNativeOrder(call.type)) return null;
      const at = place({ kind: call.fn, arg, filter });
      if (isBytes(call.type)) {
        const columns: Columns = (states, from, to) => [(states[at] as BytesExtremeState).vector(from, to)];
        return { states: columns, results: columns };
      }
      const count = place({ kind: "count", args: [arg], filter });
      const columns: Columns = (states, from, to) => {
        const extreme = states[at] as NumberExtremeState;
        const { counts } = states[count] as CountState;
        return [vectorOf(call.type, from, to, (group) => (counts[group] === 0 ? null : extreme.value(group)))];
      };
      return { states: columns, results: columns };
    }
    case "collect_list":
      return arg === undefined ? null : nativeList(call, arg, merges, filter, place);
    case "listagg":
      return arg === undefined ? null : nativeJoin(item, arg, filter, place);
    case "percentile":
    case "median":
    case "percentile_cont":
    case "percentile_disc":
      return arg === undefined || merges ? null : nativePercentile(item, arg, filter, place);
    case "stddev_samp":
    case "stddev_pop":
    case "var_samp":
    case "var_pop":
    case "skewness":
    case "kurtosis":
    case "corr":
    case "covar_pop":
    case "covar_samp":
    case "regr_sxy":
    case "regr_r2":
      return merges ? null : nativeMoments(item, call.args, filter, place);
    case "regr_slope":
    case "regr_intercept":
      return merges ? null : nativeMoments(item, call.args.toReversed(), filter, place);
    default:
      return null;
  }
}

/** Moments of one argument or of x and y, of which the function's own accumulator makes the result. */
function nativeMoments(
  { call, result }: AggregateItem,
  args: readonly Expression[],
  filter: Expression | null,
  place: (plan: StatePlan) => number,
): Native {
  const at = place({ kind: "moments", args, filter });
  const state = (states: readonly State[]): MomentsState => states[at] as MomentsState;
  return {
    states: (states, from, to) => state(states).columns(from, to),
    results: (states, from, to, accumulatorOf) => {
      const accumulator = accumulatorOf(call);
      const each = (group: number): Boxed => accumulator.finish(accumulator.fromColumns(state(states).cells(group)));
      return [vectorOf(result.type, from, to, each)];
    },
  };
}

function nativeList(
  call: AggregateCall,
  arg: Expression,
  merges: boolean,
  filter: Expression | null,
  place: (plan: StatePlan) => number,
): Native | null {
  if (call.type.kind !== "array") return null;
  const { element } = call.type;
  const exact = isFloating(element) || isIntLike(element) || element.kind === "boolean";
  if (!exact && !isBytes(element)) return null;
  const at = place({ kind: exact ? "numbers" : "bytes", arg, filter, lists: merges });
  const columns: Columns = (states, from, to) => {
    const state = states[at] as NumbersState | BytesState;
    return [state.kind === "bytes" ? state.lists(from, to) : state.lists(element, from, to)];
  };
  return { states: columns, results: columns };
}

/** Strings in the order in which they come. What has been joined in a part is a value of the whole. */
function nativeJoin(
  { call, state }: AggregateItem,
  arg: Expression,
  filter: Expression | null,
  place: (plan: StatePlan) => number,
): Native | null {
  const delimiter = call.args[1];
  // The state of values that are in an order, or that are binaries, is a list of them.
  if (state.length !== 2 || delimiter?.kind !== "literal") return null;
  const text = (delimiter.value ?? "") as string;
  const bytes = utf8(text);
  const at = place({ kind: "bytes", arg, filter, lists: false });
  const joined = (states: readonly State[], from: number, to: number): Vector =>
    (states[at] as BytesState).joined(bytes, from, to);
  return {
    states: (states, from, to) => [joined(states, from, to), vectorOf(state[1]!.type, from, to, () => text)],
    results: (states, from, to) => [joined(states, from, to)],
  };
}

/** Values with their counts, of which the function's own accumulator makes the result. */
function nativePercentile(
  { call, result }: AggregateItem,
  arg: Expression,
  filter: Expression | null,
  place: (plan: StatePlan) => number,
): Native | null {
  const frequency = call.args[2];
  if (frequency !== undefined && (frequency.kind !== "literal" || frequency.value !== 1)) return null;
  const at = place({ kind: "countedNumbers", arg, filter });
  const lists = (states: readonly State[], from: number, to: number): readonly [ListVector, ListVector] =>
    (states[at] as CountedNumbersState).lists(from, to);
  return {
    states: lists,
    results: (states, from, to, accumulatorOf) => {
      const accumulator = accumulatorOf(call);
      const columns = lists(states, from, to);
      const readers = columns.map((column) => boxedReader(column, LISTS));
      const each = (group: number): Boxed =>
        accumulator.finish(accumulator.fromColumns(readers.map((read) => read(group - from))));
      return [vectorOf(result.type, from, to, each)];
    },
  };
}

const LISTS: DataType = { kind: "array", element: { kind: "double" }, containsNull: false };

const LONG: DataType = { kind: "long" };

function isBytes(type: DataType): boolean {
  return type.kind === "string" || type.kind === "binary";
}

function hasNativeOrder(type: DataType): boolean {
  return isBinaryString(type) || type.kind === "boolean" || isFloating(type) || isIntLike(type) || isLongLike(type);
}

/** Of sum and avg: the sum so far (null: beyond its type) and the number of values. */
interface Totals {
  readonly sum: number;
  readonly rows: number;
  /** Where states are merged: how many there were, and how many had a sum. */
  readonly merged: number | null;
  readonly present: number | null;
}

function placeTotals(
  item: AggregateItem,
  arg: Expression,
  merges: boolean,
  filter: Expression | null,
  floating: boolean,
  place: (plan: StatePlan) => number,
): Totals {
  const sum = place({ kind: floating ? "sumDouble" : "sumInteger", arg, filter });
  if (!merges) return { sum, rows: place({ kind: "count", args: [arg], filter }), merged: null, present: null };
  const rows = item.state[1]!;
  return {
    sum,
    rows: place({ kind: "sumInteger", arg: rows, filter }),
    merged: place({ kind: "count", args: [rows], filter }),
    present: place({ kind: "count", args: [arg], filter }),
  };
}

function rowsOf(states: readonly State[], totals: Totals): Float64Array {
  const rows = states[totals.rows] as CountState | IntegerSumState;
  return rows.kind === "count" ? rows.counts : rows.sums;
}

/** The sum of a group; null where a merged state had overflowed. */
function sumOf(states: readonly State[], { sum, merged, present }: Totals, group: number): number | bigint | null {
  if (merged !== null && (states[merged] as CountState).counts[group] !== (states[present!] as CountState).counts[group])
    return null;
  return (states[sum] as IntegerSumState).value(group);
}

/** No state that was merged into these groups had overflowed. */
function allHaveSums(states: readonly State[], { merged, present }: Totals, from: number, to: number): boolean {
  if (merged === null || present === null || merged === present) return true;
  const all = (states[merged] as CountState).counts;
  const there = (states[present] as CountState).counts;
  for (let group = from; group < to; group++) if (all[group] !== there[group]) return false;
  return true;
}

/** Sums of integers that cannot be outside of their type: those that are exact doubles. */
function isPlainSum(type: DataType, value: number | bigint | null): value is number {
  return typeof value === "number" && (type.kind !== "decimal" || type.precision >= 16);
}

function nativeSum(
  item: AggregateItem,
  arg: Expression,
  merges: boolean,
  filter: Expression | null,
  place: (plan: StatePlan) => number,
): Native | null {
  const { call, state } = item;
  const { type } = call;
  const floating = type.kind === "double";
  if (state.length !== 2 || state[1]!.type.kind !== "long") return null;
  if (!floating && type.kind !== "long" && type.kind !== "decimal" && type.kind !== "dayTimeInterval") return null;
  if (floating ? !isFloating(arg.type) : !isIntLike(arg.type) && !isLongLike(arg.type)) return null;
  const totals = placeTotals(item, arg, merges, filter, floating, place);
  return {
    states: totalStates(item, totals, floating),
    results: (states, from, to, accumulatorOf) => {
      const rows = rowsOf(states, totals);
      const valid = validOf(rows, from, to);
      if (floating) return [doubles(states[totals.sum] as DoubleSumState, from, to, valid)];
      const sums = states[totals.sum] as IntegerSumState;
      const plain = sums.isNarrow && isPlainSum(type, 0) && allHaveSums(states, totals, from, to);
      if (plain) return [integers(sums, type, from, to, valid)];
      const accumulator = accumulatorOf(call);
      return [
        vectorOf(type, from, to, (group) => {
          if (rows[group] === 0) return null;
          const value = sumOf(states, totals, group);
          return isPlainSum(type, value) ? value : accumulator.finish(totalState(accumulator, value, rows[group]!));
        }),
      ];
    },
  };
}

/** As the function's own accumulator would have it: with its checks of overflow. */
function totalState(accumulator: Accumulator, sum: number | bigint | null, rows: number): unknown {
  return accumulator.merge(accumulator.init(), accumulator.fromColumns([sum, rows]));
}

function totalStates(item: AggregateItem, totals: Totals, floating: boolean): Columns {
  const { call, state } = item;
  const sumType = state[0]!.type;
  return (states, from, to, accumulatorOf) => {
    const rows = rowsOf(states, totals);
    const counted: Vector = { form: "fixed", length: to - from, values: rows.slice(from, to), valid: null };
    if (floating) return [doubles(states[totals.sum] as DoubleSumState, from, to, null), counted];
    const sums = states[totals.sum] as IntegerSumState;
    if (sums.isNarrow && isPlainSum(sumType, 0) && allHaveSums(states, totals, from, to)) {
      return [integers(sums, sumType, from, to, null), counted];
    }
    const accumulator = accumulatorOf(call);
    const sum = vectorOf(sumType, from, to, (group) => {
      const value = sumOf(states, totals, group);
      if (isPlainSum(sumType, value)) return value;
      return accumulator.toColumns(totalState(accumulator, value, rows[group]!))[0]!;
    });
    return [sum, counted];
  };
}

function nativeAverage(
  item: AggregateItem,
  arg: Expression,
  merges: boolean,
  filter: Expression | null,
  place: (plan: StatePlan) => number,
): Native | null {
  const { call, state } = item;
  const { type } = call;
  if (state.length !== 2 || state[1]!.type.kind !== "long") return null;
  const [from, scale] = merges ? [state[0]!.type, call.args[0]?.type] : [arg.type, arg.type];
  if (type.kind === "double") {
    const numeric =
      isFloating(from) || from.kind === "long" || from.kind === "int" || from.kind === "short" || from.kind === "byte";
    if (!numeric) return null;
  } else if (type.kind !== "decimal" || from.kind !== "decimal" || scale?.kind !== "decimal") return null;
  const floating = type.kind === "double";
  const totals = placeTotals(item, arg, merges, filter, floating, place);
  return {
    states: totalStates(item, totals, floating),
    results: (states, from, to, accumulatorOf) => {
      const rows = rowsOf(states, totals);
      if (type.kind !== "decimal" || scale?.kind !== "decimal") {
        const { sums } = states[totals.sum] as DoubleSumState;
        const values = new Float64Array(to - from);
        for (let group = from; group < to; group++) if (rows[group] !== 0) values[group - from] = sums[group]! / rows[group]!;
        return [{ form: "fixed", length: to - from, values, valid: validOf(rows, from, to) }];
      }
      const digits = type.scale - scale.scale;
      const accumulator = accumulatorOf(call);
      return [
        vectorOf(type, from, to, (group) => {
          if (rows[group] === 0) return null;
          const sum = sumOf(states, totals, group);
          if (digits >= 0 && isPlainSum(type, sum)) {
            // Spark rounds twice, first at 38 digits: with as few rows as there can be that is the same.
            const average = dividedHalfUp(timesPowerOfTen(sum, digits), rows[group]!);
            if (isPlainSum(type, average)) return average;
          }
          return accumulator.finish(totalState(accumulator, sum, rows[group]!));
        }),
      ];
    },
  };
}

function counts(state: CountState, from: number, to: number): Vector {
  return { form: "fixed", length: to - from, values: state.counts.slice(from, to), valid: null };
}

function doubles(state: DoubleSumState, from: number, to: number, valid: Uint8Array | null): Vector {
  return { form: "fixed", length: to - from, values: state.sums.slice(from, to), valid };
}

function integers(state: IntegerSumState, type: DataType, from: number, to: number, valid: Uint8Array | null): Vector {
  if (state.isNarrow) return { form: "fixed", length: to - from, values: state.sums.slice(from, to), valid };
  return vectorOf(type, from, to, (group) => (valid !== null && valid[group - from] === 0 ? null : state.value(group)));
}

function boxedColumns(item: AggregateItem, at: number, gives: "states" | "results"): Columns {
  return (states, from, to) => {
    const boxed = states[at] as BoxedState;
    const { accumulator } = boxed;
    if (gives === "results") {
      return [vectorOf(item.result.type, from, to, (group) => accumulator.finish(boxed.state(group)))];
    }
    const rows = Array.from({ length: to - from }, (_, i) => accumulator.toColumns(boxed.state(from + i)));
    return item.state.map((attribute, column) => {
      const values = rows.map((row) => {
        const value = row[column];
        if (value === undefined) throw new InternalError(`The state of ${item.call.fn} has no column ${column}.`);
        return value;
      });
      return vectorOfBoxed(values, attribute.type);
    });
  };
}
