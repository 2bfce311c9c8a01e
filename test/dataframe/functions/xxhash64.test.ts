import fc from "fast-check";
import { MOST_BYTES } from "../../../src/dataframe/functions/kernels/host";
import { xxHash64 } from "../../../src/dataframe/functions/sketches/xxhash64";

const hash = xxHash64();

const MASK = 2n ** 64n - 1n;
const [P1, P2, P3, P4, P5] = [
  0x9e3779b185ebca87n,
  0xc2b2ae3d27d4eb4fn,
  0x165667b19e3779f9n,
  0x85ebca77c2b2ae63n,
  0x27d4eb2f165667c5n,
] as const;
const rotated = (x: bigint, bits: bigint): bigint => ((x << bits) | (x >> (64n - bits))) & MASK;
const round = (sum: bigint, word: bigint): bigint => (rotated((sum + word * P2) & MASK, 31n) * P1) & MASK;

/** XXH64 as its specification has it (https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md). */
function specified(bytes: Uint8Array, seed: bigint): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  let sum = seed + P5;
  if (bytes.length >= 32) {
    const lanes = [seed + P1 + P2, seed + P2, seed, seed - P1].map((lane) => lane & MASK);
    for (; at + 32 <= bytes.length; at += 32)
      lanes.forEach((lane, i) => (lanes[i] = round(lane, view.getBigUint64(at + 8 * i, true))));
    sum = lanes.reduce((total, lane, i) => total + rotated(lane, [1n, 7n, 12n, 18n][i]!), 0n) & MASK;
    for (const lane of lanes) sum = ((sum ^ round(0n, lane)) * P1 + P4) & MASK;
  }
  sum = (sum + BigInt(bytes.length)) & MASK;
  for (; at + 8 <= bytes.length; at += 8) sum = (rotated(sum ^ round(0n, view.getBigUint64(at, true)), 27n) * P1 + P4) & MASK;
  if (at + 4 <= bytes.length) {
    sum = (rotated(sum ^ ((BigInt(view.getUint32(at, true)) * P1) & MASK), 23n) * P2 + P3) & MASK;
    at += 4;
  }
  for (; at < bytes.length; at++) sum = (rotated(sum ^ ((BigInt(bytes[at]!) * P5) & MASK), 11n) * P1) & MASK;
  sum = ((sum ^ (sum >> 33n)) * P2) & MASK;
  sum = ((sum ^ (sum >> 29n)) * P3) & MASK;
  return BigInt.asIntN(64, sum ^ (sum >> 32n));
}

function hashed(bytes: Uint8Array, start: number, end: number, seed: number): bigint {
  hash.seed(seed);
  hash.bytes(bytes, start, end);
  return BigInt(hash.value());
}

describe("XXH64", () => {
  test("of bytes is what the specification says, wherever they are", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 150 }), fc.integer(), fc.nat(20), fc.nat(20), (bytes, seed, from, less) => {
        const start = Math.min(from, bytes.length);
        const end = Math.max(start, bytes.length - less);
        expect(hashed(bytes, start, end, seed)).toBe(specified(bytes.slice(start, end), BigInt(seed)));
      }),
      { numRuns: 500 },
    );
  });

  test.each([-1, 0, 1, 31, 32, MOST_BYTES - 1, MOST_BYTES, MOST_BYTES + 13])(
    "of bytes that come in parts, %d more than a part",
    (more) => {
      const bytes = Uint8Array.from({ length: MOST_BYTES + more }, (_, i) => Math.imul(i, 0x9e3779b1) >>> 24);
      expect(hashed(bytes, 0, bytes.length, 42)).toBe(specified(bytes, 42n));
    },
  );

  test("of numbers is that of their bytes", () => {
    const bytes = new Uint8Array(8);
    const view = new DataView(bytes.buffer);
    fc.assert(
      fc.property(fc.integer(), fc.maxSafeInteger(), fc.double(), fc.integer(), (int, whole, double, seed) => {
        const checked = (length: number, take: () => void): void => {
          hash.seed(seed);
          take();
          expect(BigInt(hash.value())).toBe(specified(bytes.subarray(0, length), BigInt(seed)));
        };
        view.setInt32(0, int, true);
        checked(4, () => hash.int(int));
        view.setBigInt64(0, BigInt(whole), true);
        checked(8, () => hash.whole(whole));
        checked(8, () => hash.pair(view.getInt32(0, true), view.getInt32(4, true)));
        view.setFloat64(0, double === 0 ? 0 : double, true);
        checked(8, () => hash.double(double));
      }),
      { numRuns: 300 },
    );
  });

  test("goes on with the next value from the hash of the one before", () => {
    hash.seed(42);
    hash.int(-7);
    const first = BigInt(hash.value());
    hash.whole(2 ** 40 + 1);
    const bytes = new Uint8Array(BigInt64Array.of(2n ** 40n + 1n).buffer);
    expect(BigInt(hash.value())).toBe(specified(bytes, first));
  });
});
