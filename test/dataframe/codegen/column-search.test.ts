/** Parts of text found by the kernel for many rows at once: what a search row by row finds. */
import fc from "fast-check";
import { likeMatcher } from "../../../src/dataframe/codegen/byte-search";
import { ColumnSearch } from "../../../src/dataframe/codegen/column-search";

type Texts = Parameters<ColumnSearch["rows"]>[0];

const letters = (most: number, least = 0): fc.Arbitrary<Uint8Array> =>
  fc.array(fc.integer({ min: 97, max: 98 }), { minLength: least, maxLength: most }).map((values) => Uint8Array.from(values));

/** Texts one behind the other with `gap` bytes between them, which would match with what stands beside them. */
function column(texts: readonly Uint8Array[], gap: number): Texts {
  const starts = new Int32Array(texts.length);
  const ends = new Int32Array(texts.length);
  const bytes = new Uint8Array(texts.reduce((sum, text) => sum + text.length + gap, gap)).fill(97);
  let at = gap;
  texts.forEach((text, i) => {
    bytes.set(text, at);
    starts[i] = at;
    ends[i] = at + text.length;
    at += text.length + gap;
  });
  return { form: "bytes", length: texts.length, bytes, starts, ends, valid: null };
}

function expected({ bytes, starts, ends }: Texts, parts: readonly Uint8Array[], from: number, to: number): number[] {
  const matches = likeMatcher(parts);
  return Array.from({ length: to - from }, (_, i) => Number(matches(bytes, starts[from + i]!, ends[from + i]!)));
}

const anyParts = fc
  .tuple(letters(2), fc.array(letters(20, 1), { minLength: 1, maxLength: 3 }), letters(2))
  .map(([first, middle, last]) => [first, ...middle, last]);

test("texts one behind the other", () => {
  fc.assert(
    fc.property(
      fc.array(letters(50), { maxLength: 40 }),
      anyParts,
      fc.integer({ min: 0, max: 3 }),
      fc.nat(40),
      (texts, parts, gap, skipped) => {
        const all = column(texts, gap);
        const from = Math.min(skipped, texts.length);
        const found = new ColumnSearch(parts).rows(all, from, texts.length);
        expect([...found.subarray(0, texts.length - from)]).toEqual(expected(all, parts, from, texts.length));
      },
    ),
    { numRuns: Number(process.env["FC_RUNS"] ?? 1000) },
  );
});

test("texts in any order, some of them the same bytes, missing ones in no place", () => {
  fc.assert(
    fc.property(fc.array(letters(30), { minLength: 1, maxLength: 20 }), fc.array(fc.nat(19)), anyParts, (texts, order, parts) => {
      const all = column(texts, 0);
      const picked = order.map((place) => (place < texts.length ? place : -1));
      const some: Texts = {
        ...all,
        length: picked.length,
        starts: Int32Array.from(picked, (place) => (place < 0 ? 0 : all.starts[place]!)),
        ends: Int32Array.from(picked, (place) => (place < 0 ? 0 : all.ends[place]!)),
      };
      const found = new ColumnSearch(parts).rows(some, 0, some.length);
      expect([...found.subarray(0, some.length)]).toEqual(expected(some, parts, 0, some.length));
    }),
  );
});

test("more rows than are searched together, and texts that are too long for it", () => {
  const parts = ["x", "long", "needle", "y"].map((text) => new Uint8Array(Buffer.from(text)));
  const texts = Array.from(
    { length: 10_000 },
    (_, i) => new Uint8Array(Buffer.from(i % 3 === 0 ? `x a long ${"-".repeat(i % 100)} needle y` : `x a needle, long ${i} y`)),
  );
  texts[7000] = new Uint8Array(Buffer.from(`x long ${"-".repeat(1 << 21)} needle y`));
  const all = column(texts, 0);
  const search = new ColumnSearch(parts);
  expect([...search.rows(all, 0, all.length).subarray(0, all.length)]).toEqual(expected(all, parts, 0, all.length));
  // The rows before are not in the way.
  expect([...search.rows(all, 3, 5).subarray(0, 2)]).toEqual([1, 0]);
});
