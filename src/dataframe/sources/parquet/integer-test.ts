/** Conditions on a column of integers (dates, decimals and timestamps too) as bounds and sets. */
import type { Boxed, DataType } from "../../../columnar/types";
import type { FixedVector } from "../../../columnar/vector";
import type { Attribute, Expression } from "../../expressions/expression";
import { isIntLike, isLongLike } from "../../types/families";
import type { KeySet } from "../data-source";
import { BitSet, type Bits } from "./bit-set";
import { selectingLoop } from "../../../columnar/selecting-loops";

type Numbers = FixedVector["values"];

/** Types whose values are integers in a FixedVector, in the order of the numbers. */
export function isInteger(type: DataType): boolean {
  return isIntLike(type) || isLongLike(type);
}

/** Whether equal numbers of the two types are equal values. */
export function sameIntegers(a: DataType, b: DataType): boolean {
  if (!isInteger(a)) return false;
  if (a.kind === "decimal" && b.kind === "decimal") return a.scale === b.scale;
  return a.kind === b.kind;
}

/** Lists of constants over a longer range are looked up one value at a time. */
const MOST_LIST_BITS = 1 << 20;

const FLIPPED: Readonly<Record<string, string>> = { "<": ">", "<=": ">=", ">": "<", ">=": "<=" };

export class IntegerTest {
  #low = -Infinity;
  #high = Infinity;
  readonly #sets: BitSet[] = [];
  /** Lists whose values are too far apart for bits. */
  readonly #lists: ReadonlySet<number>[] = [];
  #isEmpty = true;

  constructor(private readonly attribute: Attribute) {}

  /** No condition was added. Otherwise a missing value does not pass. */
  get isEmpty(): boolean {
    return this.#isEmpty;
  }

  addKeys(keys: KeySet): void {
    this.#isEmpty = false;
    this.#addSet(keys);
  }

  /** False where the condition has another form. */
  add(filter: Expression): boolean {
    if (filter.kind !== "call") return false;
    const added = this.#add(filter.fn, filter.args);
    if (added) this.#isEmpty = false;
    return added;
  }

  #addSet(set: Bits): void {
    this.#bound(set.base, set.base + set.span - 1);
    this.#sets.push(new BitSet(set));
  }

  #add(fn: string, args: readonly Expression[]): boolean {
    const [first, second] = args;
    if (first === undefined || (fn === "isnotnull" ? false : second === undefined)) return false;
    if (fn === "isnotnull") return first.kind === "attribute";
    if (fn === "and") return args.every((arg) => arg.kind === "call" && this.#add(arg.fn, arg.args));
    if (fn === "in") {
      if (first.kind !== "attribute") return false;
      const values = args.slice(1).map((item) => this.#valueOf(item));
      // A null in the list makes no row pass.
      if (values.includes(undefined)) return false;
      const numbers = values.filter((value) => value !== null) as number[];
      if (numbers.length === 0) this.#bound(Infinity, -Infinity);
      else this.#addList(numbers);
      return true;
    }
    if (first.kind === "attribute") return this.#compare(fn, this.#valueOf(second!));
    return second!.kind === "attribute" && this.#compare(FLIPPED[fn] ?? fn, this.#valueOf(first));
  }

  #addList(numbers: readonly number[]): void {
    const base = numbers.reduce((a, b) => Math.min(a, b));
    const span = numbers.reduce((a, b) => Math.max(a, b)) - base + 1;
    if (span > MOST_LIST_BITS) {
      this.#bound(base, base + span - 1);
      this.#lists.push(new Set(numbers));
      return;
    }
    const bits = new Int32Array((span + 31) >>> 5);
    for (const value of numbers) bits[(value - base) >>> 5]! |= 1 << ((value - base) & 31);
    this.#addSet({ base, span, bits });
  }

  #compare(fn: string, value: number | null | undefined): boolean {
    if (value === undefined) return false;
    if (value === null) {
      if (!(fn in FLIPPED || fn === "=" || fn === "==")) return false;
      this.#bound(Infinity, -Infinity);
      return true;
    }
    switch (fn) {
      case "=":
      case "==":
      case "<=>":
        this.#bound(value, value);
        return true;
      case "<":
        this.#bound(-Infinity, value - 1);
        return true;
      case "<=":
        this.#bound(-Infinity, value);
        return true;
      case ">":
        this.#bound(value + 1, Infinity);
        return true;
      case ">=":
        this.#bound(value, Infinity);
        return true;
      default:
        return false;
    }
  }

  #bound(low: number, high: number): void {
    if (low > this.#low) this.#low = low;
    if (high < this.#high) this.#high = high;
  }

  /** The number of a constant of the column's type; undefined where it is none, or is beyond what doubles hold. */
  #valueOf(expression: Expression): number | null | undefined {
    if (expression.kind !== "literal" || !sameIntegers(this.attribute.type, expression.type)) return undefined;
    const value: Boxed = expression.value;
    if (value === null) return null;
    return typeof value === "number" && Number.isSafeInteger(value) ? value : undefined;
  }

  /** The places among from[0..count), or below `count`, whose values pass, to `out`, which may be `from`; how many. */
  select(values: Numbers, from: Int32Array | null, count: number, out: Int32Array): number {
    let left = from;
    let n = count;
    const keep = (passed: number): void => {
      left = out;
      n = passed;
    };
    if (this.#hasOwnBounds) keep(selectingLoop("range", values)(values, null, this.#low, this.#high, left, n, out));
    for (const set of this.#sets) keep(set.select(values, left, n, out));
    for (const list of this.#lists) {
      const has = (value: number): boolean => list.has(value);
      keep(selectingLoop("test", values)(values, has, 0, 0, left, n, out));
    }
    return n;
  }

  /** The bounds say more than those of the sets do. Without a set they are asked in any case: one loop has to be. */
  get #hasOwnBounds(): boolean {
    const sets = this.#sets;
    return sets.every(({ low }) => low < this.#low) || sets.every(({ high }) => high > this.#high);
  }

  /** For each value 1 where it passes, else 0. */
  marks(values: Numbers): Uint8Array {
    const [set, ...others] = this.#sets;
    if (set !== undefined && others.length === 0 && this.#lists.length === 0 && !this.#hasOwnBounds) {
      const marked = set.marks(values);
      if (marked !== null) return marked;
    }
    const marks = new Uint8Array(values.length);
    const places = new Int32Array(values.length);
    const count = this.select(values, null, values.length, places);
    for (let i = 0; i < count; i++) marks[places[i]!] = 1;
    return marks;
  }

  close(): void {
    for (const set of this.#sets) set.close();
  }
}
