/** Frames of zstd: one after the other, of all sizes, also behind one that is damaged. */
import { zstd } from "../../src/common/zstd";

function page(size: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let state = seed;
  for (let i = 0; i < size; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    bytes[i] = i % 3 === 0 ? (state >>> 24) & 15 : i & 255;
  }
  return bytes;
}

test("what is compressed is what comes back, whatever came before", () => {
  const { compress, decompress } = zstd();
  const sizes = [0, 1, 2500, 1 << 20, 17, 160_000, (1 << 20) + 1, 2500, 40_000];
  const pages = sizes.map(page);
  const frames = pages.map((bytes) => compress(bytes));
  pages.forEach((bytes, i) => expect(Buffer.compare(decompress(frames[i]!, bytes.length), bytes)).toBe(0));
  // The same bytes give the same frame: nothing is left of others.
  pages.forEach((bytes, i) => expect(Buffer.compare(compress(bytes), frames[i]!)).toBe(0));
});

test("what is no frame, and frames that hold far more than was said, throw; others are read after them", () => {
  const { compress, decompress } = zstd();
  const frame = compress(page(100_000, 1));
  expect(() => decompress(page(1000, 2), 100_000)).toThrow();
  expect(() => decompress(frame, 1000)).toThrow();
  expect(Buffer.compare(decompress(frame, 100_000), page(100_000, 1))).toBe(0);
});
