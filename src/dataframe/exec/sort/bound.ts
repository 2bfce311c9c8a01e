/** The first key of the worst row that is wanted so far: rows behind it can be dropped before more of them is looked at. */
import { boxedReader, gather } from "../../../columnar/batch";
import { selectingLoop } from "../../../columnar/selecting-loops";
import type { Boxed } from "../../../columnar/types";
import type { Vector } from "../../../columnar/vector";
import { compareBytes } from "../../codegen/bytes";
import { BOOLEAN, call, literal } from "../../expressions/build";
import { compareValues } from "../../expressions/compare";
import type { Attribute, Expression, SortOrder } from "../../expressions/expression";
import type { MovingBound } from "../../sources/data-source";
import { isBinaryString } from "../../types/families";

/** The value, in the forms in which vectors have it. */
interface Limit {
  readonly boxed: Boxed;
  readonly number: number | null;
  readonly bytes: Uint8Array | null;
}

type Values = "all" | "none" | "compared";

export class KeyBound implements MovingBound {
  version = 0;
  #limit: Limit = { boxed: null, number: null, bytes: null };
  readonly #order: SortOrder;
  /** Rows as good as the bound may be dropped: what came before them stays before them, and no other key decides. */
  readonly #strict: boolean;
  #marked: Vector | null = null;
  #marks = new Uint8Array(0);

  constructor(order: readonly SortOrder[]) {
    this.#order = order[0]!;
    this.#strict = order.length === 1;
  }

  /** Row `row` of the first key is the worst that is wanted. Bounds only get narrower. */
  move(key: Vector, row: number): void {
    const one = gather(key, Int32Array.of(row), 1);
    const value = one.form === "dictionary" ? gather(one.dictionary, one.codes, 1) : one;
    this.version++;
    this.#marked = null;
    this.#limit = {
      boxed: boxedReader(one, this.#order.child.type)(0),
      number: value.form === "fixed" ? value.values[0]! : null,
      bytes: value.form === "bytes" ? value.bytes.slice(value.starts[0], value.ends[0]) : null,
    };
  }

  select(vector: Vector, from: Int32Array | null, count: number, out: Int32Array): number {
    const nulls = this.#nullsPass;
    const values = this.#values;
    const { valid } = vector;
    if (values === "compared" && vector.form === "fixed" && this.#limit.number !== null) {
      const { condition, limit } = this.#comparison(this.#limit.number);
      if (valid === null) return selectingLoop(condition, vector.values)(vector.values, null, limit, 0, from, count, out);
      if (nulls) return selectingLoop(`${condition} or missing`, vector.values)(vector.values, valid, limit, 0, from, count, out);
      const there = selectingLoop("valid", valid)(valid, valid, 0, 0, from, count, out);
      return selectingLoop(condition, vector.values)(vector.values, null, limit, 0, out, there, out);
    }
    let test: (row: number) => boolean;
    if (values !== "compared") test = () => values === "all";
    else if (vector.form !== "dictionary") test = this.#testOf(vector);
    else {
      const { codes, dictionary } = vector;
      const entry = this.#testOf(dictionary);
      if (dictionary.length > vector.length) test = (row) => entry(codes[row]!);
      else {
        if (this.#marked !== dictionary) {
          this.#marked = dictionary;
          this.#marks = Uint8Array.from({ length: dictionary.length }, (_, i) => Number(entry(i)));
        }
        const marks = this.#marks;
        if (valid === null) return selectingLoop("entry", codes)(codes, marks, 0, 0, from, count, out);
        test = (row) => marks[codes[row]!] === 1;
      }
    }
    const passes = valid === null ? test : (row: number): boolean => (valid[row] === 0 ? nulls : test(row));
    return selectingLoop("row")(null, passes, 0, 0, from, count, out);
  }

  condition(column: Attribute): Expression | null {
    const { boxed, bytes } = this.#limit;
    const values = this.#values;
    const nulls = this.#nullsPass;
    if (this.version === 0) return null;
    // Other bytes than text has: the text of the limit is another value.
    if (typeof boxed === "string" && !(bytes !== null && Buffer.from(boxed, "utf8").equals(bytes))) return null;
    const is = (fn: string, ...args: readonly Expression[]): Expression => call(fn, [column, ...args], BOOLEAN, false);
    if (values === "all") return nulls ? null : is("isnotnull");
    if (values === "none") return nulls ? is("isnull") : literal(false, BOOLEAN);
    const within = is(`${this.#order.ascending ? "<" : ">"}${this.#strict ? "" : "="}`, literal(boxed, column.type));
    return nulls ? call("or", [is("isnull"), within], BOOLEAN, false) : within;
  }

  get #nullsPass(): boolean {
    return this.#limit.boxed === null ? !this.#strict : this.#order.nullsFirst;
  }

  get #values(): Values {
    if (this.#limit.boxed !== null) return "compared";
    return this.#order.nullsFirst ? "none" : "all";
  }

  /** NaN is above all numbers. */
  #comparison(limit: number): { readonly condition: string; readonly limit: number } {
    const strict = this.#strict;
    if (limit === limit) {
      const ascending = strict ? "below" : "atMost";
      return { condition: this.#order.ascending ? ascending : strict ? "notAtMost" : "notBelow", limit };
    }
    // Before NaN are all numbers; NaN and what comes before it are all there is.
    if (this.#order.ascending) return strict ? { condition: "atMost", limit: Infinity } : { condition: "notBelow", limit };
    return strict ? { condition: "atMost", limit } : { condition: "notAtMost", limit: Infinity };
  }

  /** Of rows that have values. */
  #testOf(vector: Vector): (row: number) => boolean {
    const { child, ascending } = this.#order;
    const { boxed, bytes } = this.#limit;
    const most = this.#strict ? -1 : 0;
    const sign = ascending ? 1 : -1;
    if (vector.form === "bytes" && bytes !== null && isBinaryString(child.type)) {
      const { bytes: all, starts, ends } = vector;
      return (row) => sign * compareBytes(all, starts[row]!, ends[row]!, bytes, 0, bytes.length) <= most;
    }
    const read = boxedReader({ ...vector, valid: null } as Vector, child.type);
    const compare = compareValues(child.type);
    return (row) => sign * compare(read(row), boxed) <= most;
  }
}
