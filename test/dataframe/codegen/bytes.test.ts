import fc from "fast-check";
import { LONGEST_NUMBERED, numberOfBytes } from "../../../src/dataframe/codegen/bytes";

const few = fc.uint8Array({ maxLength: LONGEST_NUMBERED + 2 });

test("short bytes have one number each, wherever they lie; longer ones have none", () => {
  fc.assert(
    fc.property(few, few, fc.nat(3), (a, b, before) => {
      const own = numberOfBytes(a, 0, a.length);
      const head = b.subarray(0, before);
      const all = Uint8Array.from([...head, ...a, 7]);
      expect(numberOfBytes(all, head.length, head.length + a.length)).toBe(own);
      if (a.length > LONGEST_NUMBERED) expect(own).toBe(-1);
      else expect(numberOfBytes(b, 0, b.length) === own).toBe(Buffer.compare(a, b) === 0);
    }),
    { numRuns: 2000 },
  );
  const zeros = [0, 1, 2, 3].map((length) => numberOfBytes(new Uint8Array(3), 0, length));
  expect(new Set([...zeros, -1]).size).toBe(5);
});
