import fc from "fast-check";
import { ByteWriter } from "../../src/columnar/bytes";
import { batchOfBoxed, boxedRows } from "../../src/columnar/batch/boxed";
import { decodeBatchesOf, encodeBatch, RowsEncoder, wholeNumbersOf } from "../../src/columnar/batch/codec";
import { concatBatches, gatherBatch, sliceBatch } from "../../src/columnar/batch/gather";
import { type Boxed, CalendarInterval, type DataType, MapValue } from "../../src/columnar/types";
import type { BytesVector, ColumnBatch } from "../../src/columnar/vector";

const safe = fc.maxSafeInteger();
const wide = fc.oneof(
  safe,
  fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }),
  fc.bigInt({ min: -(2n ** 63n), max: -(2n ** 53n) }),
);
const huge = fc.oneof(
  wide,
  fc.bigInt({ min: 10n ** 37n, max: 10n ** 38n - 1n }),
  fc.bigInt({ min: 1n - 10n ** 38n, max: -(10n ** 37n) }),
);

const kinds: readonly (readonly [DataType, fc.Arbitrary<Boxed>])[] = [
  [{ kind: "boolean" }, fc.boolean()],
  [{ kind: "short" }, fc.integer({ min: -32768, max: 32767 })],
  [{ kind: "int" }, fc.integer()],
  [{ kind: "double" }, fc.double()],
  [{ kind: "long" }, wide],
  [{ kind: "decimal", precision: 38, scale: 2 }, huge],
  [{ kind: "string" }, fc.string({ unit: "grapheme" })],
  [{ kind: "binary" }, fc.uint8Array()],
  [{ kind: "calendarInterval" }, fc.tuple(fc.integer(), fc.integer(), wide).map(([m, d, u]) => new CalendarInterval(m, d, u))],
  [{ kind: "array", element: { kind: "string" }, containsNull: true }, fc.array(fc.option(fc.string()))],
  [
    { kind: "map", key: { kind: "int" }, value: { kind: "long" }, valueContainsNull: true },
    fc
      .uniqueArray(fc.tuple(fc.integer(), fc.option(wide)), { selector: ([key]) => key })
      .map((entries) => new MapValue(entries.map(([key]) => key), entries.map(([, value]) => value))), // prettier-ignore
  ],
  [
    {
      kind: "struct",
      fields: [
        { name: "a", type: { kind: "int" }, nullable: true },
        { name: "b", type: { kind: "array", element: { kind: "double" }, containsNull: true }, nullable: true },
      ],
    },
    fc.tuple(fc.option(fc.integer()), fc.option(fc.array(fc.double()))) as fc.Arbitrary<Boxed>,
  ],
];
const types = kinds.map(([type]) => type);
const rows = fc.array(fc.tuple(...kinds.map(([, value]) => fc.option(value, { freq: 4 }))), { maxLength: 30 });

function roundTrip(batches: readonly ColumnBatch[]): ColumnBatch[] {
  const out = new ByteWriter(64);
  for (const batch of batches) encodeBatch(out, batch);
  return [...decodeBatchesOf(out.copy())];
}

test("rows come back from vectors and from bytes as they went in", () => {
  fc.assert(
    fc.property(rows, (given) => {
      const batch = batchOfBoxed(given, types);
      expect(boxedRows(batch, types)).toEqual(given);
      expect(roundTrip([batch, batch]).map((back) => boxedRows(back, types))).toEqual([given, given]);
    }),
  );
});

test("picked, cut and joined rows are those of arrays", () => {
  fc.assert(
    fc.property(rows, rows, fc.array(fc.nat()), fc.nat(), fc.nat(), (a, b, picks, x, y) => {
      const joined = concatBatches([batchOfBoxed(a, types), batchOfBoxed(b, types)]);
      const all = [...a, ...b];
      expect(boxedRows(joined, types)).toEqual(all);
      const indices = Int32Array.from(all.length === 0 ? [] : picks.map((pick) => pick % all.length));
      const picked = gatherBatch(joined, indices, indices.length);
      expect(boxedRows(picked, types)).toEqual([...indices].map((index) => all[index]));
      expect(boxedRows(roundTrip([picked])[0]!, types)).toEqual([...indices].map((index) => all[index]));
      const [from, to] = [x % (all.length + 1), y % (all.length + 1)].sort((p, q) => p - q) as [number, number];
      const cut = sliceBatch(joined, from, to);
      expect(boxedRows(roundTrip([cut])[0]!, types)).toEqual(all.slice(from, to));
    }),
  );
});

test("rows of a batch are written as the batches that they make", () => {
  fc.assert(
    fc.property(rows, fc.array(fc.array(fc.nat(), { minLength: 1 })), (given, parts) => {
      fc.pre(given.length > 0);
      const encoder = new RowsEncoder(batchOfBoxed(given, types));
      const wanted = parts.map((part) => part.map((row) => row % given.length));
      const out = new ByteWriter(64);
      for (const part of wanted) encoder.encode(out, Int32Array.from(part));
      const back = [...decodeBatchesOf(out.copy())];
      expect(back.map((batch) => boxedRows(batch, types))).toEqual(wanted.map((part) => part.map((row) => given[row])));
    }),
  );
});

test("rows are written from parts of longer arrays, and strings without those that stay behind", () => {
  const text = Buffer.from("abcdefghij");
  const strings: BytesVector = {
    form: "bytes",
    length: 3,
    bytes: text,
    starts: Int32Array.of(0, 3, 8),
    ends: Int32Array.of(3, 8, 10),
    valid: null,
    ascii: true,
  };
  const numbers = Float64Array.of(0.5, 1, 2, 3, 0.5).subarray(1, 4);
  const batch: ColumnBatch = { length: 3, columns: [strings, { form: "fixed", length: 3, values: numbers, valid: null }] };
  const out = new ByteWriter(64);
  new RowsEncoder(batch).encode(out, Int32Array.of(2, 0));
  const [back] = [...decodeBatchesOf(out.copy())];
  const [first, second] = back!.columns;
  expect(first).toMatchObject({ form: "bytes", starts: Int32Array.of(0, 2), ends: Int32Array.of(2, 5), ascii: true });
  expect(Buffer.from((first as BytesVector).bytes).toString()).toBe("ijabc");
  expect(second).toMatchObject({ form: "fixed", values: Float64Array.of(3, 1) });
});

test.each([
  ["16 bits", [-32768, 0, 32767], 2],
  ["32 bits", [-2147483648, 40000, 2147483647], 4],
  ["no integers of 32 bits", [1, 2147483648, 3], 8],
  ["-0", [1, -0, 3], 8],
  ["fractions", [1, 0.5, NaN], 8],
])("doubles in as few bytes as they need: %s", (_, values, size) => {
  const column = Float64Array.from({ length: 300 }, (__, i) => values[i % 3]!);
  const batch: ColumnBatch = { length: 300, columns: [{ form: "fixed", length: 300, values: column, valid: null }] };
  const out = new ByteWriter(64);
  encodeBatch(out, batch);
  expect(Math.round(out.length / 300)).toBe(size);
  new RowsEncoder(batch).encode(
    out,
    Int32Array.from(column, (__, i) => i),
  );
  expect(Math.floor(out.length / 600)).toBe(size);
  expect([...decodeBatchesOf(out.copy())]).toEqual([batch, batch]);
});

test("damaged bytes are refused", () => {
  const out = new ByteWriter(64);
  encodeBatch(out, batchOfBoxed([[1, "a"]], [{ kind: "int" }, { kind: "string" }]));
  const bytes = out.copy();
  for (let cut = 1; cut < bytes.length; cut++) expect(() => [...decodeBatchesOf(bytes.subarray(0, cut))]).toThrow("damaged");
});

test("elements of lists that are whole numbers are known as such, and are doubles to whoever asks for values", () => {
  const listsOf = (lists: readonly (readonly number[])[]) => {
    const out = new ByteWriter(64);
    const rows = lists.map((list) => [list]);
    encodeBatch(out, batchOfBoxed(rows, [{ kind: "array", element: { kind: "double" }, containsNull: false }]));
    const [batch] = decodeBatchesOf(out.written().slice());
    const [column] = batch!.columns;
    if (column?.form !== "list" || column.child.form !== "fixed") throw new Error("lists of numbers are expected");
    return column.child;
  };
  const whole = listsOf([[1, -2], [], [70000]]);
  expect(wholeNumbersOf(whole)).toEqual(Int32Array.of(1, -2, 70000));
  expect(whole.values).toEqual(Float64Array.of(1, -2, 70000));
  expect({ ...whole, valid: null }.values).toEqual(Float64Array.of(1, -2, 70000));
  expect(wholeNumbersOf(listsOf([[3], [4]]))).toEqual(Int16Array.of(3, 4));
  for (const lists of [[[0.5]], [[-0]], [[NaN]]]) {
    const child = listsOf(lists);
    expect(wholeNumbersOf(child)).toBeNull();
    expect(child.values).toEqual(Float64Array.from(lists[0]!));
  }
});

it("shared strings stay in the memory that all of them lie in, and are copied from several", () => {
  const types: DataType[] = [{ kind: "string" }, { kind: "int" }];
  const rows = Array.from({ length: 40 }, (_, i): Boxed[] => [i % 7 === 0 ? null : `text ${i}`, i]);
  const whole = batchOfBoxed(rows, types);
  const parts = [
    gatherBatch(whole, Int32Array.of(39, 3, 0), 3),
    gatherBatch(whole, Int32Array.of(8), 1),
    sliceBatch(whole, 20, 22),
  ];
  const expected = [39, 3, 0, 8, 20, 21].map((row) => rows[row]);
  const memoryOf = (batch: ColumnBatch): Uint8Array => (batch.columns[0] as BytesVector).bytes;
  const shared = concatBatches(parts, true);
  expect([...boxedRows(shared, types)]).toEqual(expected);
  expect(memoryOf(shared)).toBe(memoryOf(whole));
  const copied = concatBatches(parts);
  expect([...boxedRows(copied, types)]).toEqual(expected);
  expect(memoryOf(copied).length).toBeLessThan(memoryOf(whole).length / 2);
  const other = batchOfBoxed(rows.slice(0, 2), types);
  expect([...boxedRows(concatBatches([...parts, other], true), types)]).toEqual([...expected, rows[0], rows[1]]);
});
