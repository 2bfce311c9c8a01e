import fc from "fast-check";
import { doubleOfBytes } from "../../../src/dataframe/codegen/parsed-numbers";
import { printedDouble } from "../../../src/dataframe/codegen/printed-numbers";
import { slab } from "../../../src/dataframe/codegen/text-slab";
import { valueMemory } from "../../../src/dataframe/functions/kernels/host";
import { doubleText } from "../../../src/dataframe/types/java-floats";

function printed(value: number): string {
  const start = printedDouble(value);
  return Buffer.from(slab.bytes.subarray(start, slab.end)).toString("latin1");
}

function read(text: string): number {
  const bytes = Buffer.from(`<${text}>`);
  return doubleOfBytes(bytes, 1, bytes.length - 1);
}

const ofBits = fc
  .bigInt(0n, 2n ** 64n - 1n)
  .map((bits) => new Float64Array(BigUint64Array.of(bits).buffer)[0]!)
  .filter((value) => !Number.isNaN(value));
const everyday = fc.oneof(
  fc.double({ min: -1e8, max: 1e8, noNaN: true }),
  fc.double({ min: 1e-5, max: 1, noNaN: true }),
  fc.tuple(fc.integer({ min: -(10 ** 9), max: 10 ** 9 }), fc.integer({ min: -12, max: 12 })).map(([n, power]) => n * 10 ** power),
  fc.tuple(fc.integer(), fc.integer({ min: 1, max: 1000 })).map(([n, divisor]) => n / divisor),
  fc.maxSafeInteger(),
);

describe("doubles in generated code", () => {
  test("are written as text has them elsewhere", () => {
    fc.assert(
      fc.property(fc.oneof(ofBits, everyday), (value) => {
        expect(printed(value)).toBe(doubleText(value));
      }),
      { numRuns: 20000 },
    );
  });

  test("are written as text has them elsewhere at the ends of ranges", () => {
    const ends = [0, 1e-3, 1, 10, 1e7, 2 ** 53, 1e-291, 1e-292, 2 ** -1022, 1e23, 5e-324, Number.MAX_VALUE, Infinity];
    for (let power = -323; power <= 308; power++) ends.push(Number(`1e${power}`), Number(`9.999999999999999e${power}`));
    const one = new Float64Array(1);
    const bits = new BigInt64Array(one.buffer);
    for (const end of ends) {
      for (let away = -3n; away <= 3n; away++) {
        one[0] = end;
        bits[0]! += away;
        expect(printed(one[0])).toBe(doubleText(one[0]));
        expect(printed(-one[0])).toBe(doubleText(-one[0]));
      }
    }
  });

  test("are mostly written by the kernel", () => {
    const { textOfDouble } = valueMemory().kernels;
    expect([0, -0, 12, 1 / 7, -2e-9 / 3, 123456789.5].map((value) => textOfDouble(value) > 0)).toEqual(Array(6).fill(true));
    expect([NaN, Infinity, 2 ** -5, 1e10, 2 ** 60 / 3, 5e-324].map(textOfDouble)).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test("are read as they are written, in other forms too", () => {
    fc.assert(
      fc.property(fc.oneof(ofBits, everyday), fc.integer({ min: 1, max: 21 }), (value, digits) => {
        if (!Number.isFinite(value)) return;
        for (const text of [printed(value), value.toPrecision(digits), value.toExponential()])
          expect(read(text)).toBe(Number(text));
      }),
      { numRuns: 5000 },
    );
  });

  test.each([".5", "5.", "+7", "-0", "00012.50", "1e5", "1E-7", "1e+3", `${"0".repeat(40)}1.5`, "1e400", "1e-400"])(
    "%s is a number",
    (text) => {
      expect(read(text)).toBe(Number(text));
    },
  );

  test.each(["", ".", "-", "+", "1e", "e5", "1.2.3", "--1", "1 ", "NaN", "Infinity", "1d", "0x10", "1_0", "1e5.0"])(
    "%j is left to the cast",
    (text) => {
      expect(read(text)).toBeNaN();
    },
  );
});
