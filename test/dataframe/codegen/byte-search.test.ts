import fc from "fast-check";
import { searchFor } from "../../../src/dataframe/codegen/byte-search";

const bytes = (alphabet: number, lengths: fc.ArrayConstraints): fc.Arbitrary<Uint8Array> =>
  fc.array(fc.integer({ min: 97, max: 96 + alphabet }), lengths).map((values) => Uint8Array.from(values));

test("a part is found where it first stands between two places", () => {
  fc.assert(
    fc.property(
      bytes(3, { maxLength: 40 }),
      bytes(3, { minLength: 1, maxLength: 6 }),
      fc.nat(40),
      fc.nat(40),
      (text, part, a, b) => {
        const start = Math.min(a, b, text.length);
        const end = Math.min(Math.max(a, b), text.length);
        const place = Buffer.from(text.subarray(start, end)).indexOf(part);
        expect(searchFor(part)(text, start, end)).toBe(place < 0 ? -1 : start + place);
      },
    ),
    { numRuns: 500 },
  );
});

test("parts of more than 255 bytes", () => {
  const part = Uint8Array.from({ length: 300 }, (_, i) => (i * 7) & 0xff);
  const text = Buffer.concat([Buffer.alloc(1000, 1), part, Buffer.alloc(10)]);
  expect(searchFor(part)(text, 0, text.length)).toBe(1000);
  expect(searchFor(part)(text, 1001, text.length)).toBe(-1);
});
