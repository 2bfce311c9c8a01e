import { inspect } from "node:util";
import fc from "fast-check";
import { travelled } from "./travel";
import { Decimal } from "../../../src/dataframe/types/decimal";

const decimal = fc
  .tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.integer({ min: 0, max: 20 }))
  .map(([unscaled, scale]) => new Decimal(unscaled, scale));

test("arithmetic is exact", () => {
  expect(Decimal.of("0.1").plus("0.2").toString()).toBe("0.3");
  expect(Decimal.of("1.10").times("1.1").toString()).toBe("1.210");
  expect(Decimal.of(1).dividedBy(3, 4).toString()).toBe("0.3333");
  expect(Decimal.of("2").dividedBy("3", 2).toString()).toBe("0.67");
  expect(Decimal.of("-7.5").modulo(2).toString()).toBe("-1.5");
  expect(Decimal.of("2.345").round(2).toString()).toBe("2.35");
  expect(Decimal.of("2.345").round(2, "halfEven").toString()).toBe("2.34");
});

test("laws of arithmetic", () => {
  fc.assert(
    fc.property(decimal, decimal, (a, b) => {
      expect(a.plus(b).minus(b).equals(a)).toBe(true);
      expect(a.times(b).equals(b.times(a))).toBe(true);
      expect(Math.sign(a.compareTo(b))).toBe(Math.sign(-b.compareTo(a)) + 0);
      expect(Decimal.of(a.toString()).equals(a)).toBe(true);
      expect(a.normalized().equals(a)).toBe(true);
    }),
  );
});

test("prints and compares as its value", () => {
  const [a, b] = [Decimal.of("1.50"), Decimal.of(2)];
  expect([a.toString(), JSON.stringify({ a }), inspect(a), String(a)]).toEqual(["1.50", '{"a":"1.50"}', "Decimal(1.50)", "1.50"]);
  expect([a < b, a.equals("1.5"), a.compareTo(1.4), a.sign(), a.negated().abs().toNumber()]).toEqual([true, true, 1, 1, 1.5]);
  expect([a.unscaled, a.scale, a.precision, a.toBigInt()]).toEqual([150n, 2, 3, 1n]);
  expect(Decimal.of("1e3").toString()).toBe("1000");
});

test("travels", () => {
  const back = travelled([Decimal.of("1.50"), new Decimal(10n ** 30n, 4)]);
  expect(back.map(String)).toEqual(["1.50", new Decimal(10n ** 30n, 4).toString()]);
  expect(back[0]).toBeInstanceOf(Decimal);
});

test.each(["", "abc", "1,5", NaN, Infinity])("%p is no decimal", (value) => {
  expect(() => Decimal.of(value)).toThrow("not a decimal number");
});

test("a division by zero is an error", () => {
  expect(() => Decimal.of(1).dividedBy(0)).toThrow("divided by zero");
});
