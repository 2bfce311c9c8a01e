/**
 * Which rows of a batch may pass the filters of a scan, found from the columns that filters look at before the others are decoded. What is
 * left out is certain; what stays is looked at again by whoever filters. Conditions on integers are tested in loops over the column, those
 * on dictionaries once an entry. A filter that lets most rows pass is not worth its time, and is given up.
 */
import { boxedReader } from "../../../columnar/batch";
import type { Boxed } from "../../../columnar/types";
import type { DictionaryVector, FixedVector, Vector } from "../../../columnar/vector";
import type { Attribute, Expression } from "../../expressions/expression";
import { type Evaluator, interpreter } from "../../expressions/interpret";
import { attributesOf, childrenOf, isDeterministic } from "../../expressions/traverse";
import type { EvaluationContext } from "../../functions/registry";
import type { SqlSettings } from "../../settings";
import type { ColumnBound, KeySet, MovingBound } from "../data-source";
import { placesMarked } from "./entry-test";
import type { Selection } from "./page-decoder";
import { IntegerTest, isInteger, sameIntegers } from "./integer-test";
import { selectingLoop } from "../../../columnar/selecting-loops";

/** Rows after which a filter is judged. */
const TRIAL_ROWS = 50_000;
/** Filters that let a larger part of their rows pass are left out; all together, of all rows. */
const MOST_PASSING = 0.9;
const MOST_SELECTED = 0.7;
/** Larger dictionaries of what are no integers are not looked through. */
const MOST_ENTRIES = 4096;

/** One column of a scan's batches, as filters name it. */
export interface FilterColumn {
  readonly attribute: Attribute;
  readonly place: number;
}

export class RowFilter {
  readonly #filters: PartFilter[];
  /** Those that were given up, too. */
  readonly #all: readonly PartFilter[];
  readonly #selection = { places: new Int32Array(0), count: 0 };
  #seen = 0;
  #passed = 0;

  /** Null where no filter can be tested here. */
  static of(
    columns: readonly FilterColumn[],
    filters: readonly Expression[],
    keys: readonly KeySet[],
    settings: SqlSettings,
    bound?: ColumnBound,
  ): RowFilter | null {
    const parts: PartFilter[] = [];
    for (const column of columns) {
      const { id } = column.attribute;
      const own = filters.filter((filter) => isDeterministic(filter) && isOver(filter, id));
      const sets = keys.filter((set) => set.column.id === id);
      const filter = ColumnFilter.of(column, own, sets, settings);
      if (filter !== null) parts.push(filter);
    }
    for (const filter of filters) {
      const pair = PairFilter.of(columns, filter);
      if (pair !== null) parts.push(pair);
    }
    const bounded = columns.find(({ attribute }) => attribute.id === bound?.column.id);
    const moving = bounded === undefined ? null : new BoundFilter(bounded, bound!.by);
    if (moving !== null) parts.push(moving);
    return parts.length === 0 ? null : new RowFilter(parts, moving);
  }

  private constructor(
    filters: PartFilter[],
    private readonly moving: BoundFilter | null,
  ) {
    this.#filters = filters;
    this.#all = [...filters];
  }

  /** Whether it leaves out enough rows. */
  get isWorthwhile(): boolean {
    if (this.moving?.hasMoved === true) return true;
    const useful = this.#filters.some((filter) => filter !== this.moving || this.moving.isKnown);
    return useful && (this.#seen < TRIAL_ROWS || this.#passed <= this.#seen * MOST_SELECTED);
  }

  /** Of the next `rows` those that may pass; null for all. `column` reads one. The selection is valid until the next call. */
  select(rows: number, column: (place: number) => Vector): Selection | null {
    const selection = this.#selection;
    if (selection.places.length < rows) selection.places = new Int32Array(rows);
    let from: Int32Array | null = null;
    let count = rows;
    // What passed a wider bound says little of this one.
    if (this.moving?.hasMoved === true) this.#seen = this.#passed = 0;
    for (const filter of this.#filters) {
      if (count === 0) break;
      const before = count;
      const left = filter.select(column, from, count, selection.places);
      if (left === null) continue;
      filter.seen += before;
      filter.passed += left;
      from = selection.places;
      count = left;
    }
    this.#seen += rows;
    this.#passed += count;
    this.#judge();
    if (from === null || count === rows) return null;
    selection.count = count;
    return selection;
  }

  /** Whether it looks at the integers of a column, which it does once an entry where they come with a dictionary. */
  testsIntegersOf(place: number): boolean {
    return this.#filters.some((filter) => filter.testsIntegersOf(place));
  }

  close(): void {
    for (const filter of this.#all) filter.close();
  }

  /** The filters that leave out most come first. */
  #judge(): void {
    const filters = this.#filters;
    let order = true;
    for (let i = filters.length - 1; i >= 0; i--) {
      const { seen, passed } = filters[i]!;
      const fails = seen >= TRIAL_ROWS && passed > seen * MOST_PASSING;
      if (fails && filters[i] !== this.moving) filters.splice(i, 1);
      else if (i + 1 < filters.length && rate(filters[i]!) > rate(filters[i + 1]!)) order = false;
    }
    if (!order) filters.sort((a, b) => rate(a) - rate(b));
  }
}

function rate({ seen, passed }: PartFilter): number {
  return seen === 0 ? 0.5 : passed / seen;
}

abstract class PartFilter {
  seen = 0;
  passed = 0;

  testsIntegersOf(_place: number): boolean {
    return false;
  }

  /**
   * Writes the places that pass to `out` and gives their number; null where it can say nothing of such a vector. `from` has the places
   * that are left, and may be `out`; null for all below `count`.
   */
  abstract select(column: (place: number) => Vector, from: Int32Array | null, count: number, out: Int32Array): number | null;

  close(): void {}
}

/** All that is asked of one column. */
class ColumnFilter extends PartFilter {
  /** Of the dictionary that was met last: 1 for entries that pass. */
  #dictionary: Vector | null = null;
  #passing: Uint8Array | null = null;

  private constructor(
    private readonly column: FilterColumn,
    /** All conditions on the column, where they are on integers and of the simple forms. */
    private readonly integers: IntegerTest | null,
    /** Conditions to be evaluated for each entry of a dictionary. */
    private readonly others: readonly ((value: Boxed) => boolean)[],
    private readonly nullPasses: boolean,
  ) {
    super();
  }

  static of(
    column: FilterColumn,
    filters: readonly Expression[],
    keys: readonly KeySet[],
    settings: SqlSettings,
  ): ColumnFilter | null {
    const { attribute } = column;
    const integers = isInteger(attribute.type) ? new IntegerTest(attribute) : null;
    const rest = filters.filter((filter) => integers?.add(filter) !== true);
    for (const set of keys) integers?.addKeys(set);
    const context = { settings, partition: 0, inputFile: () => null };
    const others = rest.flatMap((filter) => {
      const evaluate = evaluator(filter, attribute, context);
      if (evaluate === null) return [];
      return [
        (value: Boxed): boolean => {
          try {
            return evaluate([value]) === true;
          } catch {
            // Whoever filters evaluates it again, and says what is wrong.
            return true;
          }
        },
      ];
    });
    const tested = integers?.isEmpty === false;
    if (!tested && others.length === 0) return null;
    const nullPasses = !tested && others.every((test) => test(null));
    return new ColumnFilter(column, tested ? integers : null, others, nullPasses);
  }

  override testsIntegersOf(place: number): boolean {
    return this.integers !== null && this.column.place === place;
  }

  select(column: (place: number) => Vector, from: Int32Array | null, count: number, out: Int32Array): number | null {
    const vector = column(this.column.place);
    if (vector.form === "null") return this.nullPasses ? null : 0;
    const { valid } = vector;
    if (valid !== null && this.nullPasses) return null;
    if (vector.form === "dictionary") {
      const passing = this.#entries(vector);
      if (passing === null) return null;
      const left = valid === null ? from : out;
      const there = valid === null ? count : selectingLoop("valid", valid)(valid, valid, 0, 0, from, count, out);
      return placesMarked(vector.codes, passing, left, there, out);
    }
    if (vector.form !== "fixed" || this.integers === null) return null;
    const left = valid === null ? from : out;
    const there = valid === null ? count : selectingLoop("valid", valid)(valid, valid, 0, 0, from, count, out);
    return this.integers.select(vector.values, left, there, out);
  }

  override close(): void {
    this.integers?.close();
  }

  #entries({ dictionary }: DictionaryVector): Uint8Array | null {
    if (dictionary === this.#dictionary) return this.#passing;
    this.#dictionary = dictionary;
    return (this.#passing = this.#passingOf(dictionary));
  }

  #passingOf(dictionary: DictionaryVector["dictionary"]): Uint8Array | null {
    const { integers, others } = this;
    if (integers !== null && dictionary.form !== "fixed") return null;
    const passing =
      integers === null ? new Uint8Array(dictionary.length).fill(1) : integers.marks((dictionary as FixedVector).values);
    if (others.length === 0) return passing;
    if (dictionary.length > MOST_ENTRIES) return integers === null ? null : passing;
    const read = boxedReader(dictionary, this.column.attribute.type);
    for (let i = 0; i < passing.length; i++) {
      if (passing[i] === 0) continue;
      const value = read(i);
      if (!others.every((test) => test(value))) passing[i] = 0;
    }
    return passing;
  }
}

/** What gets narrower is never given up. */
class BoundFilter extends PartFilter {
  #version = 0;

  constructor(
    private readonly column: FilterColumn,
    private readonly bound: MovingBound,
  ) {
    super();
  }

  get isKnown(): boolean {
    return this.bound.version > 0;
  }

  /** Since rows were selected last. */
  get hasMoved(): boolean {
    return this.bound.version !== this.#version;
  }

  select(column: (place: number) => Vector, from: Int32Array | null, count: number, out: Int32Array): number | null {
    if (!this.isKnown) return null;
    if (this.hasMoved) this.seen = this.passed = 0;
    this.#version = this.bound.version;
    return this.bound.select(column(this.column.place), from, count, out);
  }
}

function isOver(filter: Expression, id: number): boolean {
  const used = attributesOf(filter);
  return used.length > 0 && used.every((attribute) => attribute.id === id);
}

/** Null for what cannot be evaluated here: functions of the user. */
function evaluator(filter: Expression, attribute: Attribute, context: EvaluationContext): Evaluator | null {
  return isInterpretable(filter) ? interpreter(filter, [attribute], context) : null;
}

function isInterpretable(expression: Expression): boolean {
  switch (expression.kind) {
    case "attribute":
    case "literal":
    case "alias":
    case "cast":
    case "call":
      return childrenOf(expression).every(isInterpretable);
    default:
      return false;
  }
}

const COMPARISONS: Readonly<Record<string, "<" | "<=" | ">" | ">=" | "===">> = {
  "<": "<",
  "<=": "<=",
  ">": ">",
  ">=": ">=",
  "=": "===",
  "==": "===",
};

/** Two columns of integers compared. */
class PairFilter extends PartFilter {
  private constructor(
    private readonly left: FilterColumn,
    private readonly right: FilterColumn,
    private readonly operator: string,
  ) {
    super();
  }

  static of(columns: readonly FilterColumn[], filter: Expression): PairFilter | null {
    const operator = filter.kind === "call" ? COMPARISONS[filter.fn] : undefined;
    if (operator === undefined || filter.kind !== "call") return null;
    const [left, right] = filter.args.map((arg) =>
      arg.kind === "attribute" ? columns.find(({ attribute }) => attribute.id === arg.id) : undefined,
    );
    if (left === undefined || right === undefined || left === right) return null;
    return sameIntegers(left.attribute.type, right.attribute.type) ? new PairFilter(left, right, operator) : null;
  }

  select(column: (place: number) => Vector, from: Int32Array | null, count: number, out: Int32Array): number | null {
    const left = numbersOf(column(this.left.place));
    const right = numbersOf(column(this.right.place));
    if (left === null || right === null) return null;
    const loop = selectingLoop(`pair ${this.operator}`, left.codes, right.codes, left.values);
    return loop(left, right, 0, 0, from, count, out);
  }
}

/** Null where values may be missing, or are not in doubles or smaller. */
function numbersOf(
  vector: Vector,
): { readonly codes: DictionaryVector["codes"] | null; readonly values: FixedVector["values"] } | null {
  if (vector.valid !== null) return null;
  if (vector.form === "fixed") return { codes: null, values: vector.values };
  if (vector.form === "dictionary" && vector.dictionary.form === "fixed")
    return { codes: vector.codes, values: vector.dictionary.values };
  return null;
}
