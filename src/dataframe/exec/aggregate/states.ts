/**
 * States of aggregates over all groups: arrays by group number. Each kind writes the code that takes a row into it and knows
 * its column of results. Several aggregates share a state where they need the same: sum(x), avg(x) and count(x) have one sum
 * and one count.
 */
import { vectorBuilder } from "../../../columnar/batch";
import type { Boxed, DataType } from "../../../columnar/types";
import type { Vector } from "../../../columnar/vector";
import { unreachable } from "../../../common/errors";
import { ByteSink, compareBytes } from "../../codegen/bytes";
import { PairSums } from "../../codegen/pairs";
import type { AggregateCall, Expression } from "../../expressions/expression";
import type { Accumulator } from "../../functions/registry";
import { addMoment, addPair, MOMENTS, PAIR_MOMENTS } from "../../functions/numeric/moments";
import { grown } from "./grown";
import { BytesState, CountedNumbersState, NumbersState } from "./values-states";

/** Which state a query needs; plain enough to be told apart by its key. */
export type StatePlan =
  /** Rows where none of the arguments is null. */
  | { readonly kind: "count"; readonly args: readonly Expression[]; readonly filter: Expression | null }
  /** Exact, of integers and decimals. */
  | { readonly kind: "sumInteger"; readonly arg: Expression; readonly filter: Expression | null }
  | { readonly kind: "sumDouble"; readonly arg: Expression; readonly filter: Expression | null }
  | { readonly kind: "min" | "max"; readonly arg: Expression; readonly filter: Expression | null }
  /** All values that are not null; `lists`: the argument is a column of lists of them. */
  | {
      readonly kind: "numbers" | "bytes";
      readonly arg: Expression;
      readonly filter: Expression | null;
      readonly lists: boolean;
    }
  /** All values that are not null, as doubles. */
  | { readonly kind: "countedNumbers"; readonly arg: Expression; readonly filter: Expression | null }
  /** Of doubles: their moments, or those of pairs, x and y, of which neither is null. */
  | { readonly kind: "moments"; readonly args: readonly Expression[]; readonly filter: Expression | null }
  /** An accumulator on boxed values; `merges`: the arguments are columns of states. */
  | {
      readonly kind: "boxed";
      readonly call: AggregateCall;
      readonly args: readonly Expression[];
      readonly merges: boolean;
      readonly filter: Expression | null;
    };

export type State =
  | CountState
  | IntegerSumState
  | DoubleSumState
  | MomentsState
  | NumberExtremeState
  | BytesExtremeState
  | ValuesState
  | BoxedState;

/** A state that grows with the rows of a group. */
export type ValuesState = NumbersState | CountedNumbersState | BytesState;

export interface GroupArrays {
  grow(capacity: number): void;
}

export class CountState implements GroupArrays {
  readonly kind = "count";
  counts: Float64Array;

  constructor(capacity: number) {
    this.counts = new Float64Array(capacity);
  }

  grow(capacity: number): void {
    this.counts = grown(this.counts, capacity);
  }
}

/** A double that is a safe integer, and what was taken out of it before it could lose a bit; numbers that are not safe are kept there at once. */
export class IntegerSumState implements GroupArrays {
  readonly kind = "sumInteger";
  sums: Float64Array;
  #wide: PairSums | null = null;

  constructor(capacity: number) {
    this.sums = new Float64Array(capacity);
  }

  grow(capacity: number): void {
    this.sums = grown(this.sums, capacity);
    this.#wide?.grow(capacity);
  }

  /** All sums are in the doubles. */
  get isNarrow(): boolean {
    return this.#wide === null;
  }

  /** Adds where the sum in the double would no longer be exact. */
  spill(group: number, value: number | bigint): void {
    this.addPair(group, this.sums[group]!, 0);
    this.sums[group] = 0;
    if (typeof value === "number") this.addPair(group, value, 0);
    else this.#pairs().addBig(group, value);
  }

  /** Adds high + low, a pair. */
  addPair(group: number, high: number, low: number): void {
    this.#pairs().add(group, high, low);
  }

  #pairs(): PairSums {
    return (this.#wide ??= new PairSums(this.sums.length));
  }

  value(group: number): number | bigint {
    return this.#wide === null ? this.sums[group]! : this.#wide.value(group, this.sums[group]!);
  }
}

export class DoubleSumState implements GroupArrays {
  readonly kind = "sumDouble";
  sums: Float64Array;

  constructor(capacity: number) {
    this.sums = new Float64Array(capacity);
  }

  grow(capacity: number): void {
    this.sums = grown(this.sums, capacity);
  }
}

/** `MOMENTS` cells a group, or `PAIR_MOMENTS` where they are of pairs. */
export class MomentsState implements GroupArrays {
  readonly kind = "moments";
  #cells: Float64Array;

  constructor(
    readonly cellsOfGroup: number,
    capacity: number,
  ) {
    this.#cells = new Float64Array(cellsOfGroup * capacity);
  }

  grow(capacity: number): void {
    this.#cells = grown(this.#cells, this.cellsOfGroup * capacity);
  }

  add(group: number, x: number): void {
    addMoment(this.#cells, group * MOMENTS, x);
  }

  addPair(group: number, x: number, y: number): void {
    addPair(this.#cells, group * PAIR_MOMENTS, x, y);
  }

  /** What an accumulator makes of columns. */
  cells(group: number): readonly number[] {
    return [...this.#cells.subarray(group * this.cellsOfGroup, (group + 1) * this.cellsOfGroup)];
  }

  /** A column for each cell. */
  columns(from: number, to: number): readonly Vector[] {
    return Array.from({ length: this.cellsOfGroup }, (_, cell): Vector => {
      const values = new Float64Array(to - from);
      for (let group = from; group < to; group++) values[group - from] = this.#cells[group * this.cellsOfGroup + cell]!;
      return { form: "fixed", length: to - from, values, valid: null };
    });
  }

  get bytes(): number {
    return this.#cells.byteLength;
  }
}

/** Least or greatest number; NaN is above all others. Groups without a value hold what any value replaces. */
export class NumberExtremeState implements GroupArrays {
  readonly kind = "extreme";
  values: Float64Array;
  readonly bigs = new Map<number, bigint>();

  constructor(
    readonly which: "min" | "max",
    readonly type: DataType,
    capacity: number,
  ) {
    this.values = new Float64Array(capacity).fill(this.#none);
  }

  get #none(): number {
    return this.which === "max" ? -Infinity : NaN;
  }

  grow(capacity: number): void {
    const { length } = this.values;
    this.values = grown(this.values, capacity).fill(this.#none, length);
  }

  /** Where one of the two is no safe integer. */
  update(group: number, value: number | bigint): void {
    const current = this.bigs.get(group) ?? this.values[group]!;
    const better = this.which === "max" ? value > current : value < current || current !== current;
    if (!better) return;
    if (typeof value === "bigint") {
      this.bigs.set(group, value);
      this.values[group] = Number(value);
    } else {
      this.bigs.delete(group);
      this.values[group] = value;
    }
  }

  value(group: number): Boxed {
    if (this.type.kind === "boolean") return this.values[group] === 1;
    return this.bigs.get(group) ?? this.values[group]!;
  }
}

/** Least or greatest string or binary by bytes. What is replaced leaves a hole in the arena, which is packed when most of it is. */
export class BytesExtremeState implements GroupArrays {
  readonly kind = "extremeBytes";
  #starts: Int32Array;
  #ends: Int32Array;
  #has: Uint8Array;
  #sink = new ByteSink();
  #live = 0;

  constructor(
    readonly which: "min" | "max",
    readonly type: DataType,
    capacity: number,
  ) {
    this.#starts = new Int32Array(capacity);
    this.#ends = new Int32Array(capacity);
    this.#has = new Uint8Array(capacity);
  }

  grow(capacity: number): void {
    this.#starts = grown(this.#starts, capacity);
    this.#ends = grown(this.#ends, capacity);
    this.#has = grown(this.#has, capacity);
  }

  update(group: number, bytes: Uint8Array, start: number, end: number): void {
    const sink = this.#sink;
    if (this.#has[group] === 1) {
      const order = compareBytes(bytes, start, end, sink.bytes, this.#starts[group]!, this.#ends[group]!);
      if (this.which === "min" ? order >= 0 : order <= 0) return;
      this.#live -= this.#ends[group]! - this.#starts[group]!;
    }
    this.#has[group] = 1;
    this.#starts[group] = sink.append(bytes, start, end);
    this.#ends[group] = sink.used;
    this.#live += end - start;
    if (sink.used > 1 << 20 && sink.used > 4 * this.#live) this.#pack();
  }

  #pack(): void {
    const packed = new ByteSink(this.#live * 2);
    for (let group = 0; group < this.#has.length; group++) {
      if (this.#has[group] === 0) continue;
      this.#starts[group] = packed.append(this.#sink.bytes, this.#starts[group]!, this.#ends[group]!);
      this.#ends[group] = packed.used;
    }
    this.#sink = packed;
  }

  vector(from: number, to: number): Vector {
    return {
      form: "bytes",
      length: to - from,
      bytes: this.#sink.bytes.subarray(0, this.#sink.used),
      starts: this.#starts.subarray(from, to),
      ends: this.#ends.subarray(from, to),
      valid: this.#has.slice(from, to),
    };
  }
}

export class BoxedState implements GroupArrays {
  readonly kind = "boxed";
  readonly states: unknown[] = [];

  constructor(
    readonly accumulator: Accumulator,
    private readonly merges: boolean,
  ) {}

  /** States are made when a group's first row comes. */
  grow(): void {}

  update(group: number, args: readonly Boxed[]): void {
    const { accumulator, states } = this;
    const state = group in states ? states[group] : accumulator.init();
    states[group] = this.merges ? accumulator.merge(state, accumulator.fromColumns(args)) : accumulator.update(state, args);
  }

  state(group: number): unknown {
    return group in this.states ? this.states[group] : this.accumulator.init();
  }
}

/** Columns of numbers out of a function of the group, null where it gives null. */
export function vectorOf(type: DataType, from: number, to: number, value: (group: number) => Boxed): Vector {
  const builder = vectorBuilder(type, to - from);
  for (let group = from; group < to; group++) builder.append(value(group));
  return builder.finish();
}

/** Whether groups have a value: from the count of those that came. */
export function validOf(counts: Float64Array, from: number, to: number): Uint8Array | null {
  let missing = 0;
  for (let group = from; group < to; group++) if (counts[group] === 0) missing++;
  if (missing === 0) return null;
  const valid = new Uint8Array(to - from);
  for (let group = from; group < to; group++) valid[group - from] = counts[group] === 0 ? 0 : 1;
  return valid;
}

export function newState(plan: StatePlan, capacity: number, accumulator: () => Accumulator): State {
  switch (plan.kind) {
    case "count":
      return new CountState(capacity);
    case "sumInteger":
      return new IntegerSumState(capacity);
    case "sumDouble":
      return new DoubleSumState(capacity);
    case "min":
    case "max": {
      const { type } = plan.arg;
      return type.kind === "string" || type.kind === "binary"
        ? new BytesExtremeState(plan.kind, type, capacity)
        : new NumberExtremeState(plan.kind, type, capacity);
    }
    case "moments":
      return new MomentsState(plan.args.length === 1 ? MOMENTS : PAIR_MOMENTS, capacity);
    case "numbers":
      return new NumbersState();
    case "countedNumbers":
      return new CountedNumbersState();
    case "bytes":
      return new BytesState();
    case "boxed":
      return new BoxedState(accumulator(), plan.merges);
    default:
      return unreachable(plan);
  }
}
