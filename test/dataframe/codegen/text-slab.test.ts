/** Strings in the slab of a thread. */
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
