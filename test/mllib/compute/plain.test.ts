import fc from "fast-check";
import { decodePlain, encodePlain } from "../../../src/mllib/compute/plain";

const leaf = fc.oneof(
  fc.double(),
  fc.string(),
  fc.boolean(),
  fc.constant(null),
  fc.bigInt(),
  fc.float64Array({ maxLength: 20 }),
  fc.int32Array({ maxLength: 20 }),
  fc.uint8Array({ maxLength: 20 }),
  fc.uint16Array({ maxLength: 20 }),
);
const plain = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(fc.string({ minLength: 2, maxLength: 5 }), tie("value"), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value;

test("plain data survive, wherever their bytes lie", () => {
  fc.assert(
    fc.property(plain, fc.integer({ min: 0, max: 9 }), (value, offset) => {
      const bytes = encodePlain(value);
      const moved = new Uint8Array(bytes.length + offset);
      moved.set(bytes, offset);
      expect(decodePlain(moved.subarray(offset))).toEqual(value);
    }),
  );
});

test("arrays are views of the bytes, and parts of larger arrays are written alone", () => {
  const large = Float64Array.from({ length: 1000 }, (_, i) => i);
  const bytes = encodePlain({ part: large.subarray(10, 13) });
  expect(bytes.length).toBeLessThan(200);
  const { part } = decodePlain<{ part: Float64Array }>(bytes);
  expect(part).toEqual(Float64Array.of(10, 11, 12));
  expect(part.buffer).toBe(bytes.buffer);
});

test("what is not plain is refused", () => {
  expect(() => encodePlain({ f: new BigUint64Array(1) })).toThrow("cannot hold a BigUint64Array");
  expect(() => encodePlain({ f: () => 1 })).toThrow();
});
