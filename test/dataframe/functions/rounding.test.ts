/** round and bround of doubles: by the digits that a double prints, which a reference here looks at one by one. */
import fc from "fast-check";
import { rounder } from "../../../src/dataframe/functions/numeric/rounding";
import type { DataType } from "../../../src/columnar/types";

const DOUBLE: DataType = { kind: "double" };

function made(scale: number, rounding: "halfUp" | "halfEven"): (value: number) => number {
  return rounder(DOUBLE, DOUBLE, scale, rounding, { mode: "ansi", at: undefined }) as (value: number) => number;
}

/** Digits of a plain or scientific number as an integer and its scale. */
function digitsOf(text: string): { readonly digits: bigint; readonly scale: number } {
  const [, whole = "", fraction = "", exponent = "0"] = /^(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/.exec(text) ?? [];
  return { digits: BigInt(whole + fraction), scale: fraction.length - Number(exponent) };
}

function reference(value: number, scale: number, even: boolean): number {
  const { digits, scale: given } = digitsOf(String(Math.abs(value)));
  if (given <= scale) return value + 0;
  const unit = 10n ** BigInt(given - scale);
  const [quotient, rest] = [digits / unit, digits % unit];
  const up = rest * 2n > unit || (rest * 2n === unit && (!even || quotient % 2n === 1n));
  const rounded = Number(`${quotient + (up ? 1n : 0n)}e${-scale}`);
  return value < 0 ? 0 - rounded : rounded;
}

const amounts = fc.tuple(fc.integer({ min: -1_000_000_000, max: 1_000_000_000 }), fc.integer({ min: 0, max: 9 }));
const values = fc.oneof(
  fc.double({ noNaN: true, min: -1e13, max: 1e13 }),
  fc.double({ noNaN: true, min: -1e-3, max: 1e-3 }),
  amounts.map(([n, scale]) => Number(`${n}e${-scale}`)),
  // Halves, and their neighbours.
  amounts.map(([n, scale]) => Number(`${n}5e${-scale}`)),
  amounts.map(([n, scale]) => Number(`${n}5e${-scale}`) * (1 + Number.EPSILON)),
);

test.each([
  ["halfUp", false],
  ["halfEven", true],
] as const)("%s", (rounding, even) => {
  fc.assert(
    fc.property(values, fc.integer({ min: 0, max: 17 }), (value, scale) => {
      expect(made(scale, rounding)(value)).toBe(reference(value, scale, even));
    }),
    { numRuns: 20_000 },
  );
});

test("what Spark 4.2 gives where doubles are not what they look like", () => {
  expect([2.5, -2.5, 0.285, 1.005].map((value, i) => made(i < 2 ? 0 : 2, "halfUp")(value))).toEqual([3, -3, 0.29, 1.01]);
  expect(made(0, "halfEven")(2.5)).toBe(2);
  expect([-0, -0.001, -0.004].map(made(2, "halfUp"))).toEqual([0, 0, 0]);
  expect(made(2, "halfUp")(1e300)).toBe(1e300);
  expect(made(1, "halfUp")(NaN)).toBeNaN();
});
