import { batchOfBoxed, hashBoxed, hashRows } from "../../src/columnar/batch";
import { type Boxed, CalendarInterval, type DataType } from "../../src/columnar/types";
import type { Vector } from "../../src/columnar/vector";

const struct: DataType = {
  kind: "struct",
  fields: [
    { name: "a", type: { kind: "int" }, nullable: true },
    { name: "b", type: { kind: "string" }, nullable: true },
  ],
};
const ints: DataType = { kind: "array", element: { kind: "int" }, containsNull: true };

/** What Spark 4.2 gives for hash(value). */
const golden: readonly (readonly [DataType, Boxed, number])[] = [
  [{ kind: "int" }, 1, -559580957],
  [{ kind: "long" }, 1, -1712319331],
  [{ kind: "long" }, 5_000_000_000, 537337141],
  [{ kind: "long" }, -7, 222034016],
  [{ kind: "long" }, 9223372036854775807n, -1604625029],
  [{ kind: "double" }, 1.5, 1290763749],
  [{ kind: "double" }, NaN, -1281358385],
  [{ kind: "double" }, -0, -1670924195],
  [{ kind: "double" }, 0, -1670924195],
  [{ kind: "float" }, 1.5, -221251528],
  [{ kind: "boolean" }, true, -559580957],
  [{ kind: "string" }, "hello", -1008564952],
  [{ kind: "string" }, "näme €", 2105961648],
  [{ kind: "decimal", precision: 3, scale: 2 }, 150, -2056712946],
  [{ kind: "decimal", precision: 22, scale: 2 }, 1234567890123456789012n, -2030013727],
  [{ kind: "decimal", precision: 22, scale: 2 }, -1234567890123456789012n, 333635401],
  [ints, [1, 2, null], -222940379],
  [struct, [1, "x"], -1305545736],
  [{ kind: "binary" }, Uint8Array.of(1, 2), 1964783052],
  [{ kind: "date" }, 19723, -456589419],
  [{ kind: "timestamp" }, 1704067200000000, 1545358984],
  [{ kind: "calendarInterval" }, new CalendarInterval(14, 25, 18367500000), -504672070],
];

test.each(golden)("%j %p", (type, value, hash) => {
  expect(hashBoxed(value, type, 42)).toBe(hash);
  const batch = batchOfBoxed([[value], [null]], [type]);
  expect([...hashRows(batch.columns, [type], 2)]).toEqual([hash, 42]);
});

test("columns seed each other, and nulls do nothing", () => {
  const types: DataType[] = [{ kind: "int" }, { kind: "string" }, { kind: "null" }];
  expect([...hashRows(batchOfBoxed([[1, "a", null]], types).columns, types, 1)]).toEqual([-936062819]);
});

test.each<DataType>([{ kind: "long" }, { kind: "decimal", precision: 18, scale: 2 }])(
  "words of 64 bits as their values: %j",
  (type) => {
    const values = BigInt64Array.of(0n, -1n, 2n ** 62n, -(2n ** 63n), 2n ** 63n - 1n, 2n ** 53n + 1n, 3n);
    const valid = Uint8Array.of(1, 1, 1, 1, 1, 1, 0);
    // Words may begin anywhere in their memory.
    const all = new BigInt64Array(9);
    all.set(values, 2);
    const vector: Vector = { form: "wide", words: 1, length: 7, values: all.subarray(2), valid };
    const first: Vector = { form: "fixed", length: 7, values: Int32Array.from(values, (_, i) => i), valid: null };
    const expected = Array.from(values, (value, i) => {
      const seed = hashBoxed(i, { kind: "int" }, 42);
      return valid[i] === 0 ? seed : hashBoxed(value, type, seed);
    });
    expect([...hashRows([first, vector], [{ kind: "int" }, type], 7)]).toEqual(expected);
  },
);
