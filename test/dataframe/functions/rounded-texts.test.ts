/** Fast ways to round give what the exact ones do. */
import fc from "fast-check";
import {
  exactDouble,
  formatDecimal,
  formatDouble,
  parseDecimalPattern,
} from "../../../src/dataframe/functions/numeric/decimal-format";
import { bindText, valueOf } from "./evaluate";

const doubles = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.double({ min: -1e6, max: 1e6, noNaN: true }),
  // Halves, and what stands next to them.
  fc.tuple(fc.integer({ min: -2_000_000, max: 2_000_000 }), fc.constantFrom(2, 20, 200, 2000)).map(([n, unit]) => n / unit),
);

test("format_number rounds by the exact value of a double", () => {
  const patterns = ["#,##0", "#,##0.0", "#,##0.00", "#,##0.000000", "0.##", "#,###.00000000", "0.0%"].map(parseDecimalPattern);
  fc.assert(
    fc.property(doubles, fc.constantFrom(...patterns), (value, pattern) => {
      const { unscaled, scale } = exactDouble(value);
      expect(formatDouble(value, pattern)).toBe(formatDecimal(unscaled, scale, pattern));
    }),
    { numRuns: 2000 },
  );
});

test("months_between rounds the digits that print, at the eighth, halves away from zero", () => {
  const seconds = fc.integer({ min: -5e9, max: 5e9 });
  fc.assert(
    fc.property(seconds, seconds, (a, b) => {
      const args = `timestamp_seconds(${a}), timestamp_seconds(${b})`;
      const exact = valueOf(bindText(`months_between(${args}, false)`)) as number;
      const digits = Math.round(Number(`${String(Math.abs(exact))}e8`));
      const expected = Math.sign(exact) * Number(`${digits}e-8`) + 0;
      expect(valueOf(bindText(`months_between(${args})`))).toBe(expected);
    }),
    { numRuns: 500 },
  );
});
