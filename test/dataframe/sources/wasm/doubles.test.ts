/** Texts of doubles by the kernel: the nearest double, or a mark that another must read it. */
import fc from "fast-check";
import { powersOfFive } from "../../../../src/dataframe/types/powers-of-five";
import { heap } from "../../../../src/dataframe/sources/wasm/heap";

/** NaN for texts that are marked. */
function read(texts: readonly string[]): number[] {
  const { bytes, kernels } = heap();
  const powers = new Uint8Array(powersOfFive().buffer);
  const fives = heap().allocate(powers.length);
  const text = Buffer.from(`${texts.join(",")},`);
  const count = texts.length;
  const [src, starts, ends, to, odd] = [text.length, 4 * count, 4 * count, 8 * count, count].map((size) =>
    heap().allocate(size + 64),
  ) as [number, number, number, number, number];
  heap().bytes.set(powers, fives);
  bytes.set(text, src);
  bytes.fill(0, odd, odd + count);
  let at = 0;
  texts.forEach((one, i) => {
    bytes.writeInt32LE(at, starts + 4 * i);
    bytes.writeInt32LE(at + one.length, ends + 4 * i);
    at += one.length + 1;
  });
  kernels.doubleFields(src, starts, ends, count, fives, to, odd);
  const values = texts.map((_, i) => (bytes[odd + i] === 1 ? NaN : bytes.readDoubleLE(to + 8 * i)));
  for (const address of [fives, src, starts, ends, to, odd]) heap().free(address);
  return values;
}

const bits = fc.bigInt(0n, 2n ** 64n - 1n).map((pattern) => new Float64Array(BigUint64Array.of(pattern).buffer)[0]!);
const normal = bits.filter((value) => Number.isFinite(value) && Math.abs(value) >= 2.3e-308);

test("doubles as programs write them", () => {
  const shown = fc.oneof(
    normal,
    fc.double({ min: -1e6, max: 1e6, noNaN: true }).filter((x) => x === 0 || Math.abs(x) > 1e-300),
  );
  const forms = (value: number): string[] => [
    String(value),
    value.toExponential(),
    value.toPrecision(17),
    value.toExponential(18).replace("e", "E"),
  ];
  fc.assert(
    fc.property(fc.array(shown, { minLength: 50, maxLength: 100 }), (values) => {
      const texts = values.flatMap(forms).filter((text) => text.replace(/e.*/i, "").replace(/^[-0.]*|\./g, "").length <= 19);
      expect(read(texts)).toEqual(texts.map(Number));
    }),
    { numRuns: 200 },
  );
});

test("digits of any number and power, and those between two doubles: nearest, or marked", () => {
  const digits = fc.bigInt(0n, 10n ** 19n - 1n).map(String);
  const power = fc.oneof(fc.integer({ min: -360, max: 330 }), fc.integer({ min: -40, max: 40 }));
  const pointed = fc
    .tuple(digits, fc.nat(19), power)
    .map(([text, at, e]) => `${text.slice(0, at) || "0"}.${text.slice(at) || "0"}e${e}`);
  // Halves between 2^53 and 2^64 are whole numbers: odd multiples of half a step.
  const halves = fc
    .tuple(fc.bigInt(2n ** 52n, 2n ** 53n - 1n), fc.integer({ min: 0, max: 10 }), fc.integer({ min: -1, max: 1 }))
    .map(([mantissa, step, more]) => String(((2n * mantissa + 1n) << BigInt(step)) + BigInt(more)));
  const fractions = fc.tuple(fc.bigInt(2n ** 52n, 2n ** 53n - 1n), fc.integer({ min: 1, max: 3 })).map(([m, p]) => {
    const text = String((2n * m + 1n) * 5n ** BigInt(p)).padStart(p + 1, "0");
    return `${text.slice(0, -p)}.${text.slice(-p)}`;
  });
  fc.assert(
    fc.property(fc.array(fc.oneof(pointed, halves, fractions), { minLength: 100, maxLength: 200 }), (texts) => {
      const values = read(texts);
      expect(values).toEqual(texts.map((text, i) => (Number.isNaN(values[i]) ? NaN : Number(text))));
    }),
    { numRuns: 300 },
  );
});

test("what is no such number is marked", () => {
  const odd = [
    ".",
    "-",
    "+",
    "e5",
    "1e",
    "1e+",
    "1e-",
    "1e5x",
    "1.2.3",
    "--1",
    "1e12345",
    "0x1",
    "NaN",
    "1f",
    " 1",
    "1 ",
    "-.e1",
    "99999999999999999999",
  ];
  expect(read(odd)).toEqual(odd.map(() => NaN));
  const good = [
    "0",
    "-0",
    ".5",
    "5.",
    "+1e3",
    "1E-5",
    "0e0",
    "00012",
    "1e22",
    "1e23",
    "9007199254740993",
    "179769313486231570e291",
    "0.000e5",
  ];
  expect(read(good)).toEqual(good.map(Number));
});
