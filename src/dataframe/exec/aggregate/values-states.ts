/**
 * States that hold all values of their groups, in columns over all groups: the values in the order in which they came, and the group of
 * each. They are put group by group when they leave.
 */
import { vectorBuilder } from "../../../columnar/batch";
import type { DataType } from "../../../columnar/types";
import type { FixedVector, ListVector, Vector } from "../../../columnar/vector";
import { InternalError } from "../../../common/errors";
import { ByteSink } from "../../codegen/bytes";
import { compareNumbers, isSameNumber } from "../../functions/sketches/counted-values";
import { grown } from "./grown";

const FIRST_VALUES = 256;

/** Where the values of groups are: those of group g are at order[offsets[g], offsets[g + 1]), in the order in which they came. */
interface ByGroup {
  readonly offsets: Int32Array;
  readonly order: Int32Array;
}

/** The group of each value. */
class GroupOfValue {
  count = 0;
  groups = new Int32Array(FIRST_VALUES);
  #known: { readonly count: number; readonly byGroup: ByGroup } | null = null;

  byGroup(): ByGroup {
    if (this.#known?.count === this.count) return this.#known.byGroup;
    const { groups, count } = this;
    let most = -1;
    for (let i = 0; i < count; i++) if (groups[i]! > most) most = groups[i]!;
    const offsets = new Int32Array(most + 2);
    for (let i = 0; i < count; i++) offsets[groups[i]! + 1]!++;
    for (let group = 0; group <= most; group++) offsets[group + 1]! += offsets[group]!;
    const next = offsets.slice();
    const order = new Int32Array(count);
    for (let i = 0; i < count; i++) order[next[groups[i]!]!++] = i;
    const byGroup = { offsets, order };
    this.#known = { count, byGroup };
    return byGroup;
  }

  forget(): void {
    this.#known = null;
  }
}

/** Where group g's values begin; groups behind the last one that has some have none. */
function offsetOf(offsets: Int32Array, group: number): number {
  return offsets[Math.min(group, offsets.length - 1)]!;
}

/** Lists for groups [from, to), of a child that holds no values but theirs. */
function listsOf(child: Vector, offsets: Int32Array, from: number, to: number): ListVector {
  const length = to - from;
  const starts = new Int32Array(length);
  const ends = new Int32Array(length);
  const base = offsetOf(offsets, from);
  for (let i = 0; i < length; i++) {
    starts[i] = offsetOf(offsets, from + i) - base;
    ends[i] = offsetOf(offsets, from + i + 1) - base;
  }
  return { form: "list", length, starts, ends, child, valid: null };
}

/** Numbers that are exact as doubles. */
export class NumbersState {
  readonly kind = "numbers";
  readonly #of = new GroupOfValue();
  #values = new Float64Array(FIRST_VALUES);

  /** Values make room for themselves. */
  grow(): void {}

  add(group: number, value: number): void {
    const at = this.#of.count;
    if (at === this.#values.length) this.#more();
    this.#of.groups[at] = group;
    this.#values[at] = value;
    this.#of.count = at + 1;
  }

  #more(): void {
    const capacity = this.#values.length * 2;
    this.#values = grown(this.#values, capacity);
    this.#of.groups = grown(this.#of.groups, capacity);
  }

  /** The list at a row of a column. */
  addList(group: number, vector: Vector, row: number): void {
    if (vector.form !== "list") throw notLists(vector);
    const end = vector.ends[row]!;
    const { child } = vector;
    if (child.form === "fixed") {
      const { values } = child;
      for (let at = vector.starts[row]!; at < end; at++) this.add(group, values[at]!);
    } else if (child.form === "dictionary" && child.dictionary.form === "fixed") {
      const { values } = child.dictionary;
      for (let at = vector.starts[row]!; at < end; at++) this.add(group, values[child.codes[at]!]!);
    } else if (vector.starts[row]! < end) throw notLists(child);
  }

  /** Lists of values of `type`. */
  lists(type: DataType, from: number, to: number): Vector {
    const { offsets, order } = this.#of.byGroup();
    const [start, end] = [offsetOf(offsets, from), offsetOf(offsets, to)];
    const values = this.#values;
    const child = vectorBuilder(type, end - start);
    for (let i = start; i < end; i++) child.append(values[order[i]!]!);
    return listsOf(child.finish(), offsets, from, to);
  }

  get bytes(): number {
    return this.#values.length * 12;
  }
}

/** Values among which equal ones are looked for before there is room for more. */
const FIRST_COUNTED = 1 << 18;

/** Doubles, and how many there are of each: where there are many, equal ones of a group are put together. */
export class CountedNumbersState {
  readonly kind = "countedNumbers";
  readonly #of = new GroupOfValue();
  #values = new Float64Array(FIRST_VALUES);
  /** Null: one of each. */
  #counts: Float64Array | null = null;
  #countAt = FIRST_COUNTED;
  /** Values stand group by group, the least first, each once. */
  #isCounted = true;

  /** Values make room for themselves. */
  grow(): void {}

  add(group: number, value: number): void {
    if (this.#of.count === this.#values.length) this.#more();
    const at = this.#of.count++;
    this.#of.groups[at] = group;
    this.#values[at] = value;
    if (this.#counts !== null) this.#counts[at] = 1;
    this.#isCounted = false;
  }

  #more(): void {
    const { length } = this.#values;
    if (length >= this.#countAt) {
      this.#count();
      const worthIt = this.#of.count * 2 <= length;
      // Where hardly any were equal it is not looked again soon.
      this.#countAt = worthIt ? length : length * 8;
      if (worthIt) return;
    }
    this.#values = grown(this.#values, length * 2);
    this.#of.groups = grown(this.#of.groups, length * 2);
    if (this.#counts !== null) this.#counts = grown(this.#counts, length * 2);
  }

  #count(): void {
    const { offsets, order } = this.#of.byGroup();
    const { values, counts } = this.#sorted(offsets, order);
    const { groups } = this.#of;
    let end = 0;
    for (let group = 0; group + 1 < offsets.length; group++) {
      const start = end;
      for (let i = offsets[group]!; i < offsets[group + 1]!; i++) {
        const count = counts === null ? 1 : counts[i]!;
        if (end > start && isSameNumber(values[end - 1]!, values[i]!)) {
          this.#counts ??= new Float64Array(this.#values.length).fill(1);
          this.#counts[end - 1]! += count;
          continue;
        }
        values[end] = values[i]!;
        groups[end] = group;
        if (this.#counts !== null) this.#counts[end] = count;
        end++;
      }
    }
    this.#values.set(values.subarray(0, end));
    this.#of.count = end;
    this.#of.forget();
    this.#isCounted = true;
  }

  /** Each group's values, the least first, in memory of their own. `order` is used up. */
  #sorted(offsets: Int32Array, order: Int32Array): { readonly values: Float64Array; readonly counts: Float64Array | null } {
    const before = this.#counts;
    if (before !== null) {
      const of = this.#values;
      const compare = (a: number, b: number): number => compareNumbers(of[a]!, of[b]!);
      for (let group = 0; group + 1 < offsets.length; group++) order.subarray(offsets[group], offsets[group + 1]).sort(compare);
    }
    const values = new Float64Array(order.length);
    for (let i = 0; i < order.length; i++) values[i] = this.#values[order[i]!]!;
    if (before !== null) return { values, counts: Float64Array.from(order, (at) => before[at]!) };
    // Typed arrays sort -0.0 before 0.0 and NaN behind all others.
    for (let group = 0; group + 1 < offsets.length; group++) values.subarray(offsets[group], offsets[group + 1]).sort();
    return { values, counts: null };
  }

  /** For groups [from, to): their values, the least first, each once, and how many there are of each, empty where there is one of each. */
  lists(from: number, to: number): readonly [values: ListVector, counts: ListVector] {
    if (!this.#isCounted) this.#count();
    const { offsets } = this.#of.byGroup();
    const [start, end] = [offsetOf(offsets, from), offsetOf(offsets, to)];
    const values = listsOf(doubles(this.#values.slice(start, end)), offsets, from, to);
    const counts = listsOf(doubles(this.#counts?.slice(start, end) ?? new Float64Array(0)), offsets, from, to);
    for (let i = 0; i < to - from; i++) {
      if (this.#counts === null || values.ends[i]! - values.starts[i]! === total(this.#counts, start, values, i))
        counts.starts[i] = counts.ends[i] = 0;
    }
    return [values, counts];
  }

  get bytes(): number {
    return this.#values.length * (this.#counts === null ? 12 : 20);
  }
}

function doubles(values: Float64Array): FixedVector {
  return { form: "fixed", length: values.length, values, valid: null };
}

/** Of the counts of list i, which stand behind place `start`. */
function total(counts: Float64Array, start: number, { starts, ends }: ListVector, i: number): number {
  let sum = 0;
  for (let at = starts[i]!; at < ends[i]!; at++) sum += counts[start + at]!;
  return sum;
}

/** Strings and binaries. */
export class BytesState {
  readonly kind = "bytes";
  readonly #of = new GroupOfValue();
  readonly #sink = new ByteSink();
  #ends = new Int32Array(FIRST_VALUES);

  /** Values make room for themselves. */
  grow(): void {}

  add(group: number, bytes: Uint8Array, start: number, end: number): void {
    const at = this.#of.count;
    if (at === this.#ends.length) this.#more();
    this.#of.groups[at] = group;
    this.#sink.append(bytes, start, end);
    this.#ends[at] = this.#sink.used;
    this.#of.count = at + 1;
  }

  #more(): void {
    this.#ends = grown(this.#ends, this.#ends.length * 2);
    this.#of.groups = grown(this.#of.groups, this.#ends.length);
  }

  /** The list at a row of a column. */
  addList(group: number, vector: Vector, row: number): void {
    if (vector.form !== "list") throw notLists(vector);
    const { child } = vector;
    const [start, end] = [vector.starts[row]!, vector.ends[row]!];
    if (start === end) return;
    const strings = child.form === "dictionary" ? child.dictionary : child;
    if (strings.form !== "bytes") throw notLists(child);
    const { bytes, starts, ends } = strings;
    for (let at = start; at < end; at++) {
      const entry = child.form === "dictionary" ? child.codes[at]! : at;
      this.add(group, bytes, starts[entry]!, ends[entry]!);
    }
  }

  lists(from: number, to: number): Vector {
    const { offsets, order } = this.#of.byGroup();
    const own = order.subarray(offsetOf(offsets, from), offsetOf(offsets, to));
    const child: Vector = {
      form: "bytes",
      length: own.length,
      bytes: this.#sink.bytes.subarray(0, this.#sink.used),
      starts: own.map((at) => this.#startOf(at)),
      ends: own.map((at) => this.#ends[at]!),
      valid: null,
    };
    return listsOf(child, offsets, from, to);
  }

  /** The values of each group one after the other with `delimiter` between them; null without values. */
  joined(delimiter: Uint8Array, from: number, to: number): Vector {
    const { offsets, order } = this.#of.byGroup();
    const length = to - from;
    const starts = new Int32Array(length);
    const ends = new Int32Array(length);
    const valid = new Uint8Array(length);
    const { bytes } = this.#sink;
    let most = 1;
    for (let at = offsetOf(offsets, from); at < offsetOf(offsets, to); at++)
      most += this.#ends[order[at]!]! - this.#startOf(order[at]!) + delimiter.length;
    const out = new ByteSink(most);
    for (let i = 0; i < length; i++) {
      const first = offsetOf(offsets, from + i);
      const end = offsetOf(offsets, from + i + 1);
      valid[i] = end > first ? 1 : 0;
      starts[i] = out.used;
      for (let at = first; at < end; at++) {
        if (at > first) out.append(delimiter, 0, delimiter.length);
        out.append(bytes, this.#startOf(order[at]!), this.#ends[order[at]!]!);
      }
      ends[i] = out.used;
    }
    return { form: "bytes", length, bytes: out.bytes.subarray(0, out.used), starts, ends, valid };
  }

  #startOf(at: number): number {
    return at === 0 ? 0 : this.#ends[at - 1]!;
  }

  get bytes(): number {
    return this.#sink.used + this.#ends.length * 8;
  }
}

function notLists(vector: Vector): InternalError {
  return new InternalError(`A column of form ${vector.form} came where lists of values were expected.`);
}
