import assert from "node:assert/strict";
import fc from "fast-check";
import { ByteWriter } from "../../src/columnar/bytes";
import type { Chunk, ChunkSource } from "../../src/columnar/chunk";
import { FunctionBuilder, iterate, rowsOf } from "../../src/columnar/read-code";
import { decodeBatches } from "../../src/columnar/rows/decoder";
import { BatchEncoder } from "../../src/columnar/rows/encoder";
import { inferShape, internShape, mergeShapes, parseShape, shapeKey } from "../../src/columnar/rows/shapes";
import { DataError } from "../../src/common/errors";
import { context, Point } from "./support/classes";
import { hostileValue, plainValue } from "./support/values";

function encode(rows: readonly unknown[]): Buffer {
  const out = new ByteWriter(64);
  new BatchEncoder(context).encodeRows(rows, 0, rows.length, out);
  return out.copy();
}

const chunks = (source: ChunkSource): Chunk[] => {
  const list: Chunk[] = [];
  for (let chunk = source.next(); chunk !== null; chunk = source.next()) list.push(chunk);
  return list;
};
const decode = (bytes: Uint8Array): unknown[] => chunks(decodeBatches(bytes, context)).flatMap((chunk) => [...rowsOf(chunk)]);
const forms = (bytes: Uint8Array): string[] =>
  chunks(decodeBatches(bytes, context)).map((chunk) => (chunk.kind === "columns" ? shapeKey(chunk.shape) : chunk.kind));

describe("the form that records take", () => {
  test.each([
    ["numbers", [1, 2.5, -0, NaN, 1e300, 2 ** 31], `"n"`],
    ["strings of every kind", ["", "ascii", "latin é", "wide 中", "\ud800 lone"], `"s"`],
    ["booleans", [true, false], `"b"`],
    [
      "pairs",
      [
        ["a", 1],
        ["b", 2],
      ],
      `["t","s","n"]`,
    ],
    [
      "nested pairs",
      [
        [["a", true], 1],
        [["b", false], 2],
      ],
      `["t",["t","s","b"],"n"]`,
    ],
    [
      "records",
      [
        { a: 1, b: "x" },
        { a: 2, b: "y" },
      ],
      `["r","a","n","b","s"]`,
    ],
    [
      "records whose keys need care",
      [{ ["__proto__"]: 1, 'é\n"': 2, "\ud800": 3 }],
      `["r","__proto__","n","\\u00e9\\n\\"","n","\\ud800","n"]`,
    ],
    [
      "a leaf that differs",
      [
        ["a", 1],
        ["b", null],
      ],
      `["t","s","a"]`,
    ],
    [
      "groups",
      [
        ["a", [1, 2, 3]],
        ["b", [1]],
      ],
      `["t","s","a"]`,
    ],
    [
      "class instances as values",
      [
        ["a", new Point(1, 2)],
        ["b", new Point(3, 4)],
      ],
      `["t","s","a"]`,
    ],
    [
      "records with keys in other orders",
      [
        { a: 1, b: 2 },
        { b: 1, a: 2 },
      ],
      "rows",
    ],
    ["mixtures", [1, "a", null, undefined, [1]], "rows"],
    ["empty arrays and objects", [[], {}], "rows"],
    ["holes", [[1, 2], [1, , 2].slice(0, 2)], "rows"],
    ["objects without a prototype", [Object.assign(Object.create(null), { a: 1 })], "rows"],
    ["match results", ["ab".match(/(?<first>a)(b)/)], "rows"],
    ["one array twice in a record", [((pair) => [pair, pair])([1, 2])], "rows"],
    ["records that contain themselves", [((row: unknown[]) => (row.push(row), row))([1])], "rows"],
    ["records that their own leaf refers to", [((row: unknown[]) => (row.push(new Map([[1, row]])), row))([1])], "rows"],
  ])("%s", (_, rows, form) => {
    const bytes = encode(rows);
    expect(forms(bytes)).toEqual([form]);
    expect(decode(bytes)).toStrictEqual(rows);
    expect(bytes.length % 8).toBe(0);
  });

  test("sharing within a record survives wherever it is", () => {
    const shared = { deep: [1] };
    const pair = [1, 2];
    const [first, second, third] = decode(encode([[shared, "a", shared]])).concat(
      decode(encode([[pair, pair]])),
      decode(encode([{ a: pair, b: new Set([pair]) }])),
    ) as [unknown[], unknown[], { a: unknown; b: Set<unknown> }];
    expect(first[0]).toBe(first[2]);
    expect(second[0]).toBe(second[1]);
    expect(third.b.has(third.a)).toBe(true);
  });

  test("a getter is read, and a symbol or a hidden property left behind", () => {
    const row = Object.defineProperty(
      {
        get a() {
          return 7;
        },
        [Symbol("s")]: 1,
      },
      "hidden",
      { value: 1 },
    );
    expect(decode(encode([row]))).toStrictEqual([{ a: 7 }]);
  });

  test("ints are kept in 32 bits, others in 64", () => {
    const [chunk] = chunks(
      decodeBatches(
        encode([
          [1, 0.5],
          [2, 1],
        ]),
        context,
      ),
    );
    expect(chunk).toMatchObject({
      kind: "columns",
      columns: [{ values: Int32Array.of(1, 2) }, { values: Float64Array.of(0.5, 1) }],
    });
  });

  test("batches end where text grows large, and after 4,096 records", () => {
    const long = "x".repeat(9_000_000);
    const rows = [
      ["a", long],
      ["b", long],
      ["c", long],
    ];
    const bytes = encode(rows);
    expect(forms(bytes)).toHaveLength(3);
    expect(decode(bytes)).toEqual(rows);
    expect(forms(encode(Array.from({ length: 10_000 }, (_, i) => i)))).toHaveLength(3);
  });

  test("batches end where values of the general format grow large", () => {
    const bytes = (i: number): Uint8Array => new Uint8Array(6_000_000).fill(i);
    for (const rows of [[1, 2, 3, 4, 5].map(bytes), [1, 2, 3, 4, 5].map((i) => [i, bytes(i)])]) {
      const encoded = encode(rows);
      expect(forms(encoded).length).toBe(2);
      assert.deepStrictEqual(decode(encoded), rows);
    }
  });

  test("the shape of one batch does not bind the next", () => {
    const out = new ByteWriter();
    const encoder = new BatchEncoder(context);
    for (const rows of [[1, 2], ["a"], [["a", 1]], [["a", null]], [["a", 1]], [null], [3]])
      encoder.encodeRows(rows, 0, rows.length, out);
    expect(forms(out.written())).toEqual([`"n"`, `"s"`, `["t","s","n"]`, `["t","s","a"]`, `["t","s","n"]`, "rows", `"n"`]);
  });

  test("what cannot be written names its path, and leaves nothing behind", () => {
    const out = new ByteWriter();
    const rows = [
      ["a", 1],
      ["b", { deep: [Promise.resolve()] }],
    ];
    expect(() => new BatchEncoder(context).encodeRows(rows, 0, 2, out)).toThrow(/record.*deep\[0\] .*a promise/);
    expect(out.length).toBe(0);
  });
});

describe("round trips", () => {
  const cell = fc.oneof(fc.integer(), fc.double(), fc.string({ unit: "binary" }), fc.boolean());
  const like = fc.oneof(
    fc.array(fc.tuple(fc.string({ unit: "binary" }), fc.double())),
    fc.array(fc.record({ a: fc.integer(), b: fc.string(), c: fc.boolean(), d: fc.tuple(fc.double(), fc.string()) })),
    fc.array(fc.tuple(cell, fc.option(cell))),
    fc.array(fc.oneof({ weight: 50, arbitrary: fc.constant("a") }, { weight: 1, arbitrary: fc.constant(null) })),
  );

  test("records alike, and records of any kind", () => {
    fc.assert(
      fc.property(fc.oneof(like, fc.array(plainValue), fc.array(hostileValue)), (rows) => {
        assert.deepStrictEqual(decode(encode(rows)), rows);
      }),
      { numRuns: 1000 },
    );
  });

  test("blocks put together, at any alignment", () => {
    fc.assert(
      fc.property(fc.array(like, { maxLength: 4 }), fc.nat(7), (blocks, offset) => {
        const parts = blocks.map(encode);
        const bytes = new Uint8Array(Buffer.concat([Buffer.alloc(offset), ...parts])).subarray(offset);
        assert.deepStrictEqual(decode(bytes), blocks.flat());
      }),
    );
  });

  test("chunks of every kind", () => {
    fc.assert(
      fc.property(like, fc.array(fc.string().map((line) => line.replace(/[\r\n]/g, ""))), fc.integer(), (rows, lines, start) => {
        const list: Chunk[] = [
          ...chunks(decodeBatches(encode(rows), context)),
          { kind: "rows", rows, start: Math.min(1, rows.length), end: rows.length },
          { kind: "range", start, step: 3, length: 5 },
          { kind: "lines", text: lines.map((line) => `${line}\n`).join("") },
        ];
        for (const chunk of list) {
          const out = new ByteWriter();
          new BatchEncoder(context).encodeChunk(chunk, out);
          expect(decode(out.copy())).toStrictEqual([...rowsOf(chunk)]);
        }
        expect(rowsOf(list.at(-1)!)).toEqual(lines);
      }),
    );
  });

  test("columns that a writer holds, more than one batch of them", () => {
    const count = 5000;
    const offsets = Int32Array.from({ length: count + 1 }, (_, i) => i * 2 + 3);
    const text = `abc${"xé".repeat(count)}`;
    const out = new ByteWriter();
    new BatchEncoder(context).encodeColumns(
      { type: "tuple", items: [{ type: "string" }, { type: "number" }, { type: "any" }, { type: "boolean" }] },
      [
        { type: "string", text, offsets },
        { type: "number", values: Int32Array.from({ length: count }, (_, i) => i) },
        { type: "any", values: Array.from({ length: count }, (_, i) => (i % 2 ? null : { i })) },
        { type: "boolean", values: new Uint8Array(count).fill(1) },
      ],
      count,
      out,
    );
    expect(decode(out.written())).toEqual(Array.from({ length: count }, (_, i) => ["xé", i, i % 2 ? null : { i }, true]));
  });
});

describe("shapes", () => {
  test("merging holds for both sides, and its written form is read back", () => {
    fc.assert(
      fc.property(hostileValue, hostileValue, (left, right) => {
        const merged = mergeShapes(inferShape(left), inferShape(right));
        expect(shapeKey(mergeShapes(merged, inferShape(left)))).toBe(shapeKey(merged));
        expect(shapeKey(mergeShapes(merged, inferShape(right)))).toBe(shapeKey(merged));
        expect(parseShape(shapeKey(merged))).toBe(internShape(merged));
      }),
    );
  });
});

describe("damaged bytes", () => {
  const rows = [
    ...Array.from({ length: 40 }, (_, i) => [`key ${i}`, i / 3, { tags: ["é中", i], when: new Date(i) }]),
    ...Array.from({ length: 20 }, (_, i) => ({ n: i, s: "x".repeat(i * 20), b: i % 2 === 0 })),
    null,
    [1],
    new Map([[1, { a: new Float64Array(3) }]]),
    /x/g,
    10n ** 30n,
  ];
  const parts = [rows.slice(0, 40), rows.slice(40, 60), rows.slice(60)].map(encode);
  const whole = Buffer.concat(parts);

  test("end in a DataError or in other records, never otherwise", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        fc.option(fc.nat(whole.length - 1)),
        (changes, cut) => {
          const bytes = Buffer.from(whole);
          for (const [at, byte] of changes) bytes[at] = byte;
          try {
            decode(cut === null ? bytes : bytes.subarray(0, cut));
          } catch (error) {
            if (!(error instanceof DataError)) throw error;
          }
        },
      ),
      { numRuns: 20_000 },
    );
  });

  test("are told from whole ones where the header is damaged or the end is missing", () => {
    for (const at of [0, 1, 2, 4, 9]) {
      const bytes = Buffer.from(whole);
      bytes[at]! ^= 0x40;
      expect(() => decode(bytes)).toThrow(DataError);
    }
    for (let cut = 1; cut < parts[0]!.length; cut += 7) expect(() => decode(whole.subarray(0, cut))).toThrow(DataError);
  });
});

describe("reading", () => {
  test("a source one by one, closed at its end or when left", () => {
    let closed = 0;
    const source = (): ChunkSource => {
      const inner = decodeBatches(whole(10_000), context);
      return { next: () => inner.next(), close: () => void closed++ };
    };
    expect([...iterate(source())]).toEqual(Array.from({ length: 10_000 }, (_, i) => [i, `s${i}`]));
    expect(closed).toBe(1);
    for (const row of iterate(source())) if ((row as number[])[0] === 5000) break;
    expect(closed).toBe(2);
  });

  const whole = (count: number): Buffer => encode(Array.from({ length: count }, (_, i) => [i, `s${i}`]));

  test("a closed source gives nothing more", () => {
    const source = decodeBatches(whole(1), context);
    source.close();
    source.close();
    expect(source.next()).toBeNull();
  });

  test("names in generated code do not repeat", () => {
    const builder = new FunctionBuilder();
    const names = [builder.local("a"), builder.local("a"), builder.bind(1, "a-b"), builder.local("a-b")];
    expect(new Set(names).size).toBe(4);
    expect(builder.compile<(x: number) => number>(["x"], `return x + ${names[2]};`)(2)).toBe(3);
  });
});
