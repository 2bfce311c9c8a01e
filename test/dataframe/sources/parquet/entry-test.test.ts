/** Places of codes whose entries are marked: by the kernel and by the loop, beside a filter over an array. */
import fc from "fast-check";
import { placesMarked } from "../../../../src/dataframe/sources/parquet/entry-test";

test.each([
  [Uint8Array, 200],
  [Uint16Array, 30_000],
  [Int32Array, 90_000],
])("%p: all places, some of them, and few", (kind, entries) => {
  const marks = fc.uint8Array({ minLength: 1, maxLength: 7, max: 1 }).map((few) => {
    return Uint8Array.from({ length: entries }, (_, i) => few[i % few.length]!);
  });
  fc.assert(
    fc.property(marks, fc.nat(3000), fc.nat(1e9), fc.constantFrom(1, 2, 3, 9), (marked, count, seed, every) => {
      const codes = Array.from({ length: count }, (_, i) => (Math.imul(i + seed, 0x9e3779b1) >>> 3) % entries);
      // A page's codes may begin at any place of their memory.
      const values = kind.from([0, ...codes]).subarray(1);
      const passes = (place: number): boolean => marked[codes[place]!] === 1;
      const all = Array.from(codes.keys());
      const out = new Int32Array(count);
      const left = placesMarked(values, marked, null, count, out);
      expect(Array.from(out.subarray(0, left))).toEqual(all.filter(passes));
      // In place.
      const asked = all.filter((place) => place % every === 0);
      const places = Int32Array.from([...asked, ...asked.map(() => -1)]);
      const kept = placesMarked(values, marked, places, asked.length, places);
      expect(Array.from(places.subarray(0, kept))).toEqual(asked.filter(passes));
    }),
  );
});
