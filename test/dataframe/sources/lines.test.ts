/** Lines that kernels make of batches are those of the careful writers. */
import fc from "fast-check";
import { vectorOfBoxed } from "../../../src/columnar/batch";
import type { Boxed, DataType, StructType } from "../../../src/columnar/types";
import type { BytesVector, ColumnBatch, DictionaryVector, FixedVector, Vector } from "../../../src/columnar/vector";
import { csvOptions } from "../../../src/dataframe/csv/options";
import { csvLineWriter } from "../../../src/dataframe/csv/write";
import { jsonOptions } from "../../../src/dataframe/json/options";
import { jsonWriter } from "../../../src/dataframe/json/write";
import { csvLines } from "../../../src/dataframe/sources/csv/lines";
import type { BatchLines } from "../../../src/dataframe/sources/files/lines-writer";
import { jsonLines } from "../../../src/dataframe/sources/json/lines";
import { settings } from "../functions/evaluate";

const given = settings({ timeZone: "America/Los_Angeles" });

const text = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 40 }),
  fc.string({ unit: fc.constantFrom(..."ab ,;|\"'\\\n\r\t\0\u0001#é😀"), maxLength: 40 }),
);
const double = fc.oneof(
  fc.double(),
  fc.integer({ min: -2e6, max: 2e6 }).map((units) => units / 100),
  fc.integer({ min: -1e9, max: 1e9 }).map((units) => units / 1e4),
  fc.constantFrom(0, -0, 0.001, 0.0001, 99999.9999, 1e5, 1e7, 0.5, 0.0625, 1e23),
);
const safe = fc.oneof(fc.maxSafeInteger(), fc.integer({ min: -1000, max: 1000 }));
const kinds: readonly (readonly [DataType, fc.Arbitrary<Boxed>])[] = [
  [{ kind: "string" }, text],
  [{ kind: "boolean" }, fc.boolean()],
  [{ kind: "byte" }, fc.integer({ min: -128, max: 127 })],
  [{ kind: "short" }, fc.integer({ min: -32768, max: 32767 })],
  [{ kind: "int" }, fc.integer()],
  [{ kind: "long" }, safe],
  [{ kind: "long" }, fc.constantFrom(-(2n ** 63n), 2n ** 63n - 1n)],
  [{ kind: "float" }, fc.float()],
  [{ kind: "double" }, double],
  [{ kind: "decimal", precision: 15, scale: 2 }, fc.integer({ min: -(10 ** 9), max: 10 ** 9 })],
  [{ kind: "decimal", precision: 18, scale: 18 }, safe],
  [{ kind: "decimal", precision: 38, scale: 10 }, fc.constantFrom(10n ** 30n, -5, 7n * 10n ** 20n)],
  [{ kind: "decimal", precision: 10, scale: 0 }, fc.integer()],
  [{ kind: "date" }, fc.integer({ min: -719_528, max: 2_932_896 })],
  [{ kind: "date" }, fc.integer({ min: -1_000_000, max: 4_000_000 })],
  [{ kind: "timestamp" }, fc.integer({ min: -(10 ** 9), max: 10 ** 9 }).map((seconds) => seconds * 1e6 + 1000)],
  [{ kind: "timestamp_ntz" }, fc.integer({ min: -(10 ** 9), max: 10 ** 9 }).map((seconds) => seconds * 1e6)],
];

/** The values as a column of entries of a dictionary. */
function coded(values: readonly Boxed[], type: DataType): DictionaryVector {
  const entries = [...new Set(values.filter((value) => value !== null))];
  const codes = values.map((value) => (value === null ? 0 : entries.indexOf(value)));
  return {
    form: "dictionary",
    length: values.length,
    codes: values.length % 2 === 0 ? Uint8Array.from(codes) : Int32Array.from(codes),
    dictionary: vectorOfBoxed(entries, type) as FixedVector | BytesVector,
    valid: values.includes(null) ? Uint8Array.from(values, (value) => Number(value !== null)) : null,
  };
}

/** The bytes of strings far apart. */
function scattered(vector: BytesVector): BytesVector {
  const gap = 70_000;
  const bytes = new Uint8Array(vector.bytes.length + gap * (vector.length + 1));
  const [starts, ends] = [new Int32Array(vector.length), new Int32Array(vector.length)];
  let at = gap;
  for (let i = 0; i < vector.length; i++) {
    const value = vector.bytes.subarray(vector.starts[i], vector.ends[i]);
    bytes.set(value, at);
    [starts[i], ends[i]] = [at, at + value.length];
    at = ends[i]! + gap;
  }
  return { form: "bytes", length: vector.length, bytes, starts, ends, valid: vector.valid };
}

interface Table {
  readonly schema: StructType;
  readonly rows: readonly (readonly Boxed[])[];
  readonly batch: ColumnBatch;
}

function tableOf(types: readonly DataType[], rows: readonly (readonly Boxed[])[], form: number): Table {
  const columns = types.map((type, i): Vector => {
    const values = rows.map((row) => row[i]!);
    const plain = vectorOfBoxed(values, type);
    // Neither -0 nor NaN is found again among entries.
    if (form === 1 && rows.length > 0 && plain.form !== "wide" && type.kind !== "double" && type.kind !== "float")
      return coded(values, type);
    return form === 2 && plain.form === "bytes" && plain.length < 20 ? scattered(plain) : plain;
  });
  return {
    schema: { kind: "struct", fields: types.map((type, i) => ({ name: `na"me ${i}é`, type, nullable: true })) },
    rows,
    batch: { length: rows.length, columns },
  };
}

const column = fc.constantFrom(...kinds);
const tables = fc.array(column, { minLength: 1, maxLength: 5 }).chain(
  (columns) =>
  fc
    .tuple(
      fc.array(fc.tuple(...columns.map(([, value]) => fc.option(value, { freq: 4 }))), { maxLength: 30 }),
      fc.integer({ min: 0, max: 2 }),
    )
    .map(([rows, form]) => tableOf(columns.map(([type]) => type), rows, form)), // prettier-ignore
);

function written(lines: BatchLines, batch: ColumnBatch): string {
  try {
    return Buffer.from(lines.of(batch)!).toString("utf8");
  } finally {
    lines.free();
  }
}

const csvSets: readonly Readonly<Record<string, string>>[] = [
  {},
  { sep: ";", quote: "'", escape: "'" },
  { sep: "\t", nullValue: "NULL", emptyValue: "EMPTY", ignoreLeadingWhiteSpace: "false" },
  { sep: "|", quote: "", lineSep: "\r\n", ignoreTrailingWhiteSpace: "false" },
  { escapeQuotes: "false", comment: ";" },
  { dateFormat: "dd.MM.yyyy", escape: "|", charToEscapeQuoteEscaping: "~" },
];

test("CSV", () => {
  fc.assert(
    fc.property(tables, fc.constantFrom(...csvSets), ({ schema, rows, batch }, map) => {
      const options = csvOptions(map, given);
      const line = csvLineWriter(schema, options, given);
      const lines = csvLines(schema, options, given)!;
      expect(lines).not.toBeNull();
      expect(written(lines, batch)).toBe(rows.map((row) => line(row) + (options.lineSep ?? "\n")).join(""));
    }),
    { numRuns: 400 },
  );
});

test("JSON", () => {
  fc.assert(
    fc.property(
      tables,
      fc.constantFrom({}, { ignoreNullFields: "false" }, { lineSep: "\r\n" }),
      ({ schema, rows, batch }, map) => {
        const options = jsonOptions(map, given);
        const write = jsonWriter(schema, options, given);
        const lines = jsonLines(schema, options, given)!;
        expect(written(lines, batch)).toBe(rows.map((row) => write(row) + (options.lineSep ?? "\n")).join(""));
      },
    ),
    { numRuns: 400 },
  );
});

test("one writer takes batch after batch, of vectors in any form", () => {
  const type: DataType = { kind: "string" };
  const schema: StructType = { kind: "struct", fields: [{ name: "a", type, nullable: true }] };
  const lines = jsonLines(schema, jsonOptions({}, given), given)!;
  const values = ["one", "two", null, "one", 'th"ree'];
  const dictionary = coded(values, type);
  const want = '{"a":"one"}\n{"a":"two"}\n{}\n{"a":"one"}\n{"a":"th\\"ree"}\n';
  for (const vector of [dictionary, vectorOfBoxed(values, type), dictionary, dictionary])
    expect(Buffer.from(lines.of({ length: 5, columns: [vector] })!).toString()).toBe(want);
  lines.free();
});

test("writers of one thread share their memory, one after the other", () => {
  const type: DataType = { kind: "string" };
  const schema: StructType = { kind: "struct", fields: [{ name: "a", type, nullable: true }] };
  const [one, other] = [csvLines(schema, csvOptions({}, given), given)!, csvLines(schema, csvOptions({}, given), given)!];
  const batch = (values: readonly string[]): ColumnBatch => ({ length: values.length, columns: [coded(values, type)] });
  const [few, more] = [batch(["a", "b", "a"]), batch(["longer", "texts", "longer"])];
  const text = (lines: BatchLines, of: ColumnBatch): string => Buffer.from(lines.of(of)!).toString();
  for (let i = 0; i < 2; i++) {
    expect(text(one, few)).toBe("a\nb\na\n");
    expect(text(other, more)).toBe("longer\ntexts\nlonger\n");
  }
  one.free();
  one.free();
  expect(text(other, few)).toBe("a\nb\na\n");
  other.free();
  expect(written(csvLines(schema, csvOptions({}, given), given)!, few)).toBe("a\nb\na\n");
});

test("bytes that are no text become U+FFFD", () => {
  const vector: BytesVector = {
    form: "bytes",
    length: 2,
    bytes: Uint8Array.of(0x61, 0xff, 0x62, 0x63),
    starts: Int32Array.of(0, 2),
    ends: Int32Array.of(2, 4),
    valid: null,
  };
  const schema: StructType = { kind: "struct", fields: [{ name: "a", type: { kind: "string" }, nullable: true }] };
  const lines = csvLines(schema, csvOptions({}, given), given)!;
  expect(written(lines, { length: 2, columns: [vector] })).toBe("a\ufffd\nbc\n");
});

test("what is too much at once, and options that mean digits, are for the careful way", () => {
  const schema: StructType = { kind: "struct", fields: [{ name: "a", type: { kind: "string" }, nullable: true }] };
  const lines = csvLines(schema, csvOptions({}, given), given)!;
  expect(lines.of({ length: 1, columns: [vectorOfBoxed(["x".repeat(1 << 26)], { kind: "string" })] })).toBeNull();
  lines.free();
  // An entry of a dictionary that all rows share: 8 GB of text.
  const dictionary = vectorOfBoxed(["y".repeat(1 << 20)], { kind: "string" }) as BytesVector;
  const many: Vector = { form: "dictionary", length: 8192, codes: new Uint8Array(8192), dictionary, valid: null };
  const objects = jsonLines(schema, jsonOptions({}, given), given)!;
  expect(objects.of({ length: 8192, columns: [many] })).toBeNull();
  objects.free();
  for (const map of [{ sep: "1" }, { sep: "::" }, { quoteAll: "true" }, { sep: "é" }, { quote: "-" }])
    expect(csvLines(schema, csvOptions(map as unknown as Record<string, string>, given), given)).toBeNull();
});
