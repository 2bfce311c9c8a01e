import fc from "fast-check";
import { doubleText, floatText } from "../../../src/dataframe/types/java-floats";

test.each([
  [0, "0.0"],
  [-0, "-0.0"],
  [1, "1.0"],
  [-1.5, "-1.5"],
  [0.001, "0.001"],
  [0.0009, "9.0E-4"],
  [9999999, "9999999.0"],
  [10000000, "1.0E7"],
  [12345678.9, "1.23456789E7"],
  [1e21, "1.0E21"],
  [9.223372036854775e18, "9.2233720368547748E18"],
  [2 ** 63, "9.223372036854776E18"],
  [5e-324, "4.9E-324"],
  [1.7976931348623157e308, "1.7976931348623157E308"],
  [NaN, "NaN"],
  [-Infinity, "-Infinity"],
])("%d prints as Java does", (value, text) => {
  expect(doubleText(value)).toBe(text);
});

test.each([
  [1.1, "1.1"],
  [2147483648, "2.14748365E9"],
  [1e10, "1.0E10"],
  [1e-5, "1.0E-5"],
  [3.4028234663852886e38, "3.4028235E38"],
  [1.401298464324817e-45, "1.4E-45"],
  [16777216, "1.6777216E7"],
  [0.1, "0.1"],
])("the float nearest to %d prints as Java does", (value, text) => {
  expect(floatText(Math.fround(value))).toBe(text);
});

test("text names the number", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true }), (value) => {
      expect(Number(doubleText(value))).toBe(value);
      const float = Math.fround(value);
      expect(Math.fround(Number(floatText(float)))).toBe(float);
    }),
    { numRuns: 2000 },
  );
});

test("without an exponent from a thousandth to ten millions, with one digit before the point beyond", () => {
  const magnitudes = fc.oneof(fc.double({ noNaN: true, min: 1e-5, max: 1 }), fc.double({ noNaN: true, min: 1, max: 1e9 }));
  fc.assert(
    fc.property(magnitudes, fc.boolean(), (size, negative) => {
      const text = doubleText(negative ? -size : size);
      expect(text).toMatch(size >= 1e-3 && size < 1e7 ? /^-?(0|[1-9]\d*)\.(0|\d*[1-9])$/ : /^-?[1-9]\.(0|\d*[1-9])E-?[1-9]\d*$/);
    }),
    { numRuns: 5000 },
  );
});
