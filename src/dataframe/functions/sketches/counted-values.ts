/** Numbers and how many there are of each, for exact percentiles. NaN is above all others; -0.0 is a value of its own, below 0.0. */

/** Values, the least first, each once; `counts` says how many there are of each, and is empty where there is one of each. */
interface Counted {
  readonly values: number[];
  readonly counts: number[];
}

/** Values that are not in order yet, at the least, before they are put there; where many are in order, as many as those. */
const FRESH = 4096;

export class CountedValues {
  #ordered: Counted;
  /** One of each. Arrays of JavaScript's, not typed ones: whoever holds states looks at the heap. */
  #fresh: number[] = [];
  /** Those of which several came at once. */
  #several: { readonly value: number; readonly count: number }[] = [];

  /** Values in order, as `ordered` gives them. */
  constructor(values: number[] = [], counts: number[] = []) {
    this.#ordered = { values, counts };
  }

  add(value: number, times: number): void {
    if (times === 1) this.#fresh.push(value);
    else this.#several.push({ value, count: times });
    if (this.#fresh.length + this.#several.length >= Math.max(FRESH, this.#ordered.values.length)) this.#order();
  }

  /** The other's values, too. */
  take(other: CountedValues): void {
    this.#ordered = merged(this.ordered(), other.ordered());
  }

  ordered(): Counted {
    if (this.#fresh.length > 0 || this.#several.length > 0) this.#order();
    return this.#ordered;
  }

  #order(): void {
    const several = this.#several.sort((a, b) => compareNumbers(a.value, b.value));
    const counts = several.map(({ count }) => count);
    const fresh = merged(
      inOrder(Float64Array.from(this.#fresh).sort(), null),
      inOrder(
        several.map(({ value }) => value),
        counts,
      ),
    );
    this.#ordered = merged(this.#ordered, fresh);
    this.#fresh = [];
    this.#several = [];
  }
}

/** NaN is itself, -0.0 is not 0.0. */
export function isSameNumber(a: number, b: number): boolean {
  return a === b ? a !== 0 || Object.is(a, b) : a !== a && b !== b;
}

function before(a: number, b: number): boolean {
  if (a === b) return a === 0 && Object.is(a, -0) && !Object.is(b, -0);
  return a < b || (b !== b && a === a);
}

/** -0.0 before 0.0, NaN behind all others. */
export function compareNumbers(a: number, b: number): number {
  return before(a, b) ? -1 : before(b, a) ? 1 : 0;
}

/** Of sorted values with their counts; null: one of each. Typed arrays sort -0.0 before 0.0 and NaN behind all others. */
function inOrder(sorted: Float64Array | readonly number[], countsOf: readonly number[] | null): Counted {
  const values: number[] = [];
  const counts: number[] = [];
  let unique = true;
  for (let i = 0; i < sorted.length;) {
    const value = sorted[i]!;
    let count = 0;
    for (; i < sorted.length && isSameNumber(sorted[i]!, value); i++) count += countsOf === null ? 1 : countsOf[i]!;
    values.push(value);
    counts.push(count);
    unique &&= count === 1;
  }
  return { values, counts: unique ? [] : counts };
}

function merged(a: Counted, b: Counted): Counted {
  if (a.values.length === 0) return b;
  if (b.values.length === 0) return a;
  const values: number[] = [];
  const counts: number[] = [];
  const countOf = (of: Counted, at: number): number => (of.counts.length === 0 ? 1 : of.counts[at]!);
  let unique = true;
  let i = 0;
  let j = 0;
  while (i < a.values.length || j < b.values.length) {
    const fromA = j === b.values.length || (i < a.values.length && !before(b.values[j]!, a.values[i]!));
    const value = fromA ? a.values[i]! : b.values[j]!;
    let count = fromA ? countOf(a, i++) : countOf(b, j++);
    if (fromA && j < b.values.length && isSameNumber(b.values[j]!, value)) count += countOf(b, j++);
    values.push(value);
    counts.push(count);
    unique &&= count === 1;
  }
  return { values, counts: unique ? [] : counts };
}
