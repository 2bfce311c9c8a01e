/** Conditions on a column of integers (dates, decimals and timestamps too) as bounds and sets. */
import type { Boxed, DataType } from "../../../columnar/types";
import type { FixedVector } from "../../../columnar/vector";
import type { Attribute, Expression } from "../../expressions/expression";
import { isIntLike, isLongLike } from "../../types/families";
import type { KeySet } from "../data-source";
import { selectingLoop } from "./selecting-loops";

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

const FLIPPED: Readonly<Record<string, string>> = { "<": ">", "<=": ">=", ">": "<", ">=": "<=" };

export class IntegerTest {
  #low = -Infinity;
  #high = Infinity;
  readonly #keys: KeySet[] = [];
  readonly #lists: ReadonlySet<number>[] = [];
  #tests = 0;

  constructor(private readonly attribute: Attribute) {}

  /** No condition was added. Otherwise a missing value does not pass. */
  get isEmpty(): boolean {
    return this.#tests === 0;
  }

  addKeys(keys: KeySet): void {
    this.#tests++;
    this.#bound(keys.base, keys.base + keys.span - 1);
    this.#keys.push(keys);
  }

  /** False where the condition has another form. */
  add(filter: Expression): boolean {
    if (filter.kind !== "call") return false;
    const added = this.#add(filter.fn, filter.args);
    if (added) this.#tests++;
    return added;
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
      else this.#bound(Math.min(...numbers), Math.max(...numbers));
      if (numbers.length > 1) this.#lists.push(new Set(numbers));
      return true;
    }
    if (first.kind === "attribute") return this.#compare(fn, this.#valueOf(second!));
    return second!.kind === "attribute" && this.#compare(FLIPPED[fn] ?? fn, this.#valueOf(first));
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

  select(values: Numbers, from: Int32Array | null, count: number, out: Int32Array): number {
    let left = from;
    let n = count;
    const keep = (passed: number): void => {
      left = out;
      n = passed;
    };
    // Bits of a set have its bounds.
    if (this.#keys.length === 0) keep(selectingLoop("range", values)(values, null, this.#low, this.#high, left, n, out));
    for (const { base, span, bits } of this.#keys) keep(selectingLoop("set", values)(values, bits, base, span, left, n, out));
    if (this.#lists.length === 0 && (this.#keys.length === 0 || !this.#isBounded)) return n;
    const test = (value: number): boolean => this.#passes(value);
    return selectingLoop("test", values)(values, test, 0, 0, left, n, out);
  }

  /** There are bounds besides those of the sets. */
  get #isBounded(): boolean {
    return this.#tests > this.#keys.length;
  }

  #passes(value: number): boolean {
    return value >= this.#low && value <= this.#high && this.#lists.every((list) => list.has(value));
  }

  /** Takes the marks of values that do not pass. */
  mark(values: Numbers, passing: Uint8Array): void {
    const keys = this.#keys;
    for (let i = 0; i < passing.length; i++) {
      const value = values[i]!;
      if (!this.#passes(value) || !keys.every((set) => contains(set, value))) passing[i] = 0;
    }
  }
}

function contains({ base, span, bits }: KeySet, value: number): boolean {
  const k = value - base;
  return k >= 0 && k < span && ((bits[k >>> 5]! >>> (k & 31)) & 1) === 1;
}
