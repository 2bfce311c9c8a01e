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

test("damaged frames, and those that hold more than was said, throw; others are read after them", () => {
  const { compress, decompress } = zstd();
  const frame = compress(page(10_000, 1));
  const damaged = frame.slice();
  damaged[frame.length >> 1]! ^= 0xff;
  damaged[5]! ^= 0xff;
  expect(() => decompress(damaged, 10_000)).toThrow();
  expect(() => decompress(frame.subarray(0, 100), 10_000)).toThrow();
  expect(() => decompress(frame, 9_999)).toThrow();
  expect(Buffer.compare(decompress(frame, 10_000), page(10_000, 1))).toBe(0);
});
