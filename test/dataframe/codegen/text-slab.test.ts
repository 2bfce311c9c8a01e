/** Strings in the slab of a thread, and digests of short and long values. */
import { createHash } from "node:crypto";
import { md5, sha1 } from "../../../src/dataframe/codegen/digests";
import { slab } from "../../../src/dataframe/codegen/text-slab";

function stored(start: number): string {
  return Buffer.from(slab.bytes.slice(start, slab.end)).toString("utf8");
}

test("what was put stays while more is put", () => {
  const texts = Array.from(
    { length: 5000 },
    (_, i) => "aé𝄞"[i % 3]! + "x".repeat((i * 7919) % 50) + "日".repeat(i % 997 === 0 ? 6000 : i % 3),
  );
  const places = texts.map((text) => {
    const start = slab.put(text);
    return { bytes: slab.bytes, start, end: slab.end };
  });
  const kept = places.map(({ bytes, start, end }) => Buffer.from(bytes.slice(start, end)).toString("utf8"));
  expect(kept).toEqual(texts.map((text) => Buffer.from(text, "utf8").toString("utf8")));
});

test("halves of pairs become the replacement character", () => {
  expect(stored(slab.put("a\ud800b"))).toBe("a\ufffdb");
});

test.each([
  ["md5", md5],
  ["sha1", sha1],
] as const)("%s of every length through the blocks' ends", (name, digest) => {
  for (let length = 0; length < 300; length++) {
    const bytes = Uint8Array.from({ length: length + 3 }, (_, i) => (i * 31 + length) & 255);
    expect(stored(digest(bytes, 3, length + 3))).toBe(createHash(name).update(bytes.subarray(3)).digest("hex"));
  }
});
