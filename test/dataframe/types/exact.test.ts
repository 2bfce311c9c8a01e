import fc from "fast-check";
import {
  absolute,
  add,
  compare,
  decimalExponentText,
  decimalText,
  decimalToNumber,
  digits,
  divide,
  divideRounded,
  fitsLong,
  fitsPrecision,
  floorDivide,
  floorMod,
  multiply,
  negate,
  normalize,
  parseDecimal,
  remainder,
  rescale,
  subtract,
  wrapInt,
  wrapLong,
  type Exact,
} from "../../../src/dataframe/types/exact";

/** Integers around zero, the end of safe integers and of 64 and 128 bits. */
const integer = fc.oneof(
  fc.bigInt({ min: -1000n, max: 1000n }),
  fc.bigInt({ min: 2n ** 53n - 50n, max: 2n ** 53n + 50n }),
  fc.bigInt({ min: -(2n ** 53n) - 50n, max: -(2n ** 53n) + 50n }),
  fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n }),
  fc.bigInt({ min: -(10n ** 38n), max: 10n ** 38n }),
);

const isNormal = (value: Exact): boolean =>
  typeof value === "number"
    ? Number.isSafeInteger(value) && !Object.is(value, -0)
    : value > 2n ** 53n - 1n || value < 1n - 2n ** 53n;

const floor = (a: bigint, b: bigint): bigint => (a % b < 0n ? a / b - 1n : a / b);

test("arithmetic is that of integers, and results have one form", () => {
  const operations: [string, (a: Exact, b: Exact) => Exact, (a: bigint, b: bigint) => bigint][] = [
    ["+", add, (a, b) => a + b],
    ["-", subtract, (a, b) => a - b],
    ["*", multiply, (a, b) => a * b],
    ["/", (a, b) => (b === 0 ? 0 : divide(a, b)), (a, b) => (b === 0n ? 0n : a / b)],
    ["%", (a, b) => (b === 0 ? 0 : remainder(a, b)), (a, b) => (b === 0n ? 0n : a % b)],
    ["negate", (a) => negate(a), (a) => -a],
    ["absolute", (a) => absolute(a), (a) => (a < 0n ? -a : a)],
    ["wrap", (a) => wrapLong(a), (a) => BigInt.asIntN(64, a)],
    ["wrap int", (a) => wrapInt(a, 32), (a) => BigInt.asIntN(32, a)],
    ["wrap byte", (a) => wrapInt(a, 8), (a) => BigInt.asIntN(8, a)],
  ];
  fc.assert(
    fc.property(integer, integer, (a, b) => {
      for (const [name, ours, theirs] of operations) {
        const result = ours(normalize(a), normalize(b));
        expect([name, BigInt(result)]).toEqual([name, theirs(a, b)]);
        expect([name, result, isNormal(result)]).toEqual([name, result, true]);
      }
      expect(Math.sign(compare(normalize(a), normalize(b)))).toBe(a < b ? -1 : a > b ? 1 : 0);
      expect(fitsLong(normalize(a))).toBe(BigInt.asIntN(64, a) === a);
      expect(digits(normalize(a))).toBe((a < 0n ? -a : a).toString().length);
    }),
  );
});

test("floor division leaves a rest from zero on", () => {
  fc.assert(
    fc.property(integer, fc.bigInt({ min: 1n, max: 10n ** 20n }), (a, b) => {
      expect(BigInt(floorDivide(normalize(a), normalize(b)))).toBe(floor(a, b));
      expect(BigInt(floorMod(normalize(a), normalize(b)))).toBe(a - floor(a, b) * b);
    }),
  );
});

test("rounding is by half of the divisor", () => {
  fc.assert(
    fc.property(integer, fc.bigInt({ min: 1n, max: 10n ** 12n }), (a, b) => {
      const doubled = a * 2n;
      const up = floor(doubled + b, b * 2n);
      const tie = (doubled + b) % (b * 2n) === 0n;
      const halfUp = tie && a < 0n ? up - 1n : up;
      const halfEven = tie && up % 2n !== 0n ? up - 1n : up;
      expect(BigInt(divideRounded(normalize(a), normalize(b), "halfUp"))).toBe(halfUp);
      expect(BigInt(divideRounded(normalize(a), normalize(b), "halfEven"))).toBe(halfEven);
      expect(BigInt(divideRounded(normalize(a), normalize(b), "floor"))).toBe(floor(a, b));
      expect(BigInt(divideRounded(normalize(a), normalize(b), "ceiling"))).toBe(-floor(-a, b));
      expect(BigInt(divideRounded(normalize(a), normalize(b), "down"))).toBe(a / b);
    }),
  );
});

test("text of decimals reads back", () => {
  fc.assert(
    fc.property(integer, fc.integer({ min: 0, max: 38 }), (a, scale) => {
      const value = normalize(a);
      expect(parseDecimal(decimalText(value, scale))).toEqual({ unscaled: value, scale });
      const other = parseDecimal(decimalExponentText(value, scale))!;
      expect(rescale(other.unscaled, other.scale, scale)).toBe(value);
      expect(decimalToNumber(value, scale)).toBe(Number(decimalText(value, scale)) + 0);
    }),
  );
});

test("precision counts digits", () => {
  expect([fitsPrecision(99, 2), fitsPrecision(100, 2), fitsPrecision(-99, 2), fitsPrecision(10n ** 38n, 38)]).toEqual([
    true,
    false,
    true,
    false,
  ]);
});

test.each(["", ".", "1e", "e5", "1.2.3", "0x1", "1_0", "+-1", "1e99999999999"])("%j is no decimal", (text) => {
  expect(parseDecimal(text)).toBeNull();
});
