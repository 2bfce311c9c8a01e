/** Pairs of doubles are exact: every operation beside BigInts, with values where bits could be lost. */
import fc from "fast-check";
import {
  dividePair,
  exactOf,
  hashPair,
  loadKey,
  loadLong,
  loadPair,
  MOST_PAIR,
  pair,
  PairSums,
  productCode,
  remainderPair,
  safeOf,
  storeBig,
  storePair,
  sumCode,
  wordsOf,
  type Declare,
  type PairCode,
} from "../../../src/dataframe/codegen/pairs";
import { hashInteger, narrowed } from "../../../src/dataframe/codegen/integers";
import { divideRounded } from "../../../src/dataframe/types/exact";

const most = BigInt(MOST_PAIR);

/** Near powers of two and of ten, where rounding changes; and anything. */
const values = (bits: number): fc.Arbitrary<bigint> =>
  fc
    .oneof(
      fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n }),
      fc.integer({ min: 0, max: bits }).chain((n) => fc.bigInt({ min: -(2n ** BigInt(n)), max: 2n ** BigInt(n) })),
      fc
        .tuple(fc.integer({ min: 0, max: bits - 1 }), fc.integer({ min: -3, max: 3 }), fc.boolean())
        .map(([n, more, negative]) => (negative ? -(2n ** BigInt(n)) : 2n ** BigInt(n)) + BigInt(more)),
      fc
        .tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: -5, max: 5 }))
        .map(([n, more]) => 10n ** BigInt(n) * 5n + BigInt(more)),
    )
    .map((value) =>
      value > 2n ** BigInt(bits) ? 2n ** BigInt(bits) : value < -(2n ** BigInt(bits)) ? -(2n ** BigInt(bits)) : value,
    );

function pairOf(value: bigint): readonly [number, number] {
  const high = Number(value);
  return [high, Number(value - BigInt(high))];
}

const given = (): bigint => BigInt(pair[0]!) + BigInt(pair[1]!);

/** The parts are those of the value, as it alone has them. */
function expectPair(value: bigint): void {
  expect(pair[0]!).toBe(Number(value));
  expect(given()).toBe(value);
}

/** A function of two pairs out of the code for it; it puts its result into `pair`. */
function compiled(write: (declare: Declare, a: PairCode, b: PairCode) => PairCode): (...parts: number[]) => void {
  const lines: string[] = [];
  const declare: Declare = (code, hint) => {
    const name = `${hint}_${lines.length}`;
    lines.push(`const ${name} = ${code};`);
    return name;
  };
  const { high, low } = write(declare, { high: "ah", low: "al" }, { high: "bh", low: "bl" });
  return new Function("pair", `return (ah, al, bh, bl) => {\n${lines.join("\n")}\npair[0] = ${high}; pair[1] = ${low};\n};`)(
    pair,
  ) as never;
}

const product = compiled(productCode);
const sum = compiled((declare, a, b) => sumCode(declare, "+", a, b));
const difference = compiled((declare, a, b) => sumCode(declare, "-", a, b));

describe("pairs of doubles", () => {
  test("add, subtract and multiply as BigInts do, up to 2^102", () => {
    fc.assert(
      fc.property(values(101), values(101), (a, b) => {
        sum(...pairOf(a), ...pairOf(b));
        expectPair(a + b);
        difference(...pairOf(a), ...pairOf(b));
        expectPair(a - b);
      }),
      { numRuns: 600 },
    );
    fc.assert(
      fc.property(values(102), values(102), (a, b) => {
        product(...pairOf(a), ...pairOf(b));
        if (a * b <= most && a * b >= -most) expectPair(a * b);
        else expect(Math.abs(pair[0]!)).toBeGreaterThanOrEqual(MOST_PAIR);
      }),
      { numRuns: 600 },
    );
    fc.assert(
      fc.property(values(51), values(51), (a, b) => {
        product(...pairOf(a), ...pairOf(b));
        expectPair(a * b);
      }),
      { numRuns: 600 },
    );
  });

  test("are divided with halves away from zero", () => {
    const divisors = fc.oneof(
      fc.integer({ min: 0, max: 22 }).map((n) => 10 ** n),
      fc.bigInt({ min: 1n, max: 2n ** 53n - 1n }).map(Number),
      fc.integer({ min: 1, max: 100 }),
    );
    fc.assert(
      fc.property(values(102), divisors, (a, b) => {
        dividePair(...pairOf(a), b);
        expectPair(BigInt(divideRounded(narrowed(a), narrowed(BigInt(b)), "halfUp")));
      }),
      { numRuns: 800 },
    );
    // Halves, and what is next to them.
    fc.assert(
      fc.property(values(60), fc.integer({ min: 1, max: 12 }), fc.integer({ min: -1, max: 1 }), (a, digits, more) => {
        const unit = 10n ** BigInt(digits);
        const value = a * unit + unit / 2n + BigInt(more);
        dividePair(...pairOf(value), Number(unit));
        expectPair(BigInt(divideRounded(narrowed(value), narrowed(unit), "halfUp")));
      }),
      { numRuns: 600 },
    );
  });

  test("leave the remainder that BigInts leave", () => {
    const divisors = fc
      .bigInt({ min: 1n, max: 2n ** 51n })
      .chain((n) => fc.constantFrom(Number(n), -Number(n), 1, 7, 1000, 2 ** 21 - 1, -(2 ** 21), 2 ** 21 + 1));
    fc.assert(
      fc.property(values(102), divisors, (a, b) => {
        expect(remainderPair(...pairOf(a), b)).toBe(Number(a % BigInt(b)));
      }),
      { numRuns: 800 },
    );
  });

  test("go to words and back, are boxed and hashed as the value is", () => {
    const wide = new BigInt64Array(6);
    const words = wordsOf(wide);
    const safe = new Function("high", "low", `return ${safeOf({ high: "high", low: "low" })};`) as (
      high: number,
      low: number,
    ) => number;
    fc.assert(
      fc.property(values(101), (value) => {
        const [high, low] = pairOf(value);
        storePair(words, 1, 2, high, low);
        expect(wide[2]).toBe(BigInt.asIntN(64, value));
        expect(wide[3]).toBe(value >> 64n);
        loadPair(words, 1);
        expectPair(value);
        const boxed = narrowed(value);
        expect(exactOf(high, low, null)).toBe(boxed);
        expect(safe(high, low)).toBe(typeof boxed === "number" ? boxed : NaN);
        if (typeof boxed === "bigint") expect(hashPair(high, low)).toBe(hashInteger(boxed));
      }),
      { numRuns: 600 },
    );
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        storePair(words, 4, 1, ...pairOf(value));
        expect(wide[4]).toBe(value);
        loadLong(words, 4);
        expectPair(value);
      }),
      { numRuns: 600 },
    );
  });

  test("of bigints are those of columns, and bigints are stored as pairs are", () => {
    const wide = new BigInt64Array(4);
    fc.assert(
      fc.property(values(110), (value) => {
        storeBig(wide, 1, 2, value);
        expect((wide[3]! << 64n) | BigInt.asUintN(64, wide[2]!)).toBe(value);
        loadKey(value);
        if (Math.abs(Number(value)) <= 2 ** 101) expectPair(value);
        else expect(pair[0]).toBeNaN();
      }),
      { numRuns: 600 },
    );
    storeBig(wide, 0, 1, -(2n ** 63n));
    expect(wide[0]).toBe(-(2n ** 63n));
  });

  test("know what is too large for them", () => {
    const wide = BigInt64Array.of(-1n, 2n ** 62n);
    loadPair(wordsOf(wide), 0);
    expect(pair[0]).toBeNaN();
    expect(exactOf(pair[0]!, pair[1]!, 10n ** 37n)).toBe(10n ** 37n);
  });

  test("sums of groups are exact, in pairs and beyond them", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(values(102), fc.constantFrom(most, -most)), { maxLength: 40 }), (all) => {
        const sums = new PairSums(1);
        sums.grow(3);
        for (const value of all) sums.add(2, ...pairOf(value));
        sums.addBig(2, 10n ** 37n);
        expect(sums.value(2, 5)).toBe(narrowed(all.reduce((a, b) => a + b, 10n ** 37n + 5n)));
        expect(sums.value(0, 7)).toBe(7);
      }),
      { numRuns: 500 },
    );
  });
});
