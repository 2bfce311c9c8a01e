import type { Chunk, Shape } from "../../src/columnar/chunk";
import type { Term } from "../../src/columnar/loop";
import { chunkLoop, type ChunkForm, formKey, formOf, FunctionBuilder, rowsOf } from "../../src/columnar/read-code";

const STRING: Shape = { type: "string" };
const NUMBER: Shape = { type: "number" };
const pair: Shape = { type: "tuple", items: [STRING, NUMBER] };

const pairs: Chunk = {
  kind: "columns",
  shape: pair,
  length: 3,
  columns: [
    { type: "string", text: "abbccc", offsets: Int32Array.of(0, 1, 3, 6) },
    { type: "number", values: Float64Array.of(1, 2, 3) },
  ],
};

/** What a loop over the chunk collects. `row` says what to push for a record, as code. */
function collect(chunk: Chunk, row: (term: Term) => string, stopped?: string): unknown[] {
  const builder = new FunctionBuilder();
  const body = chunkLoop(formOf(chunk), builder, row, { chunk: "input", ...(stopped === undefined ? {} : { stopped }) });
  const out: unknown[] = [];
  builder.compile<(input: Chunk, out: unknown[]) => void>(["input", "out"], body)(chunk, out);
  return out;
}

const source = (form: ChunkForm, row: (term: Term) => string): string => chunkLoop(form, new FunctionBuilder(), row);

describe("a loop", () => {
  const chunks: readonly [string, Chunk, readonly unknown[]][] = [
    ["rows", { kind: "rows", rows: [0, 1, 2, 3], start: 1, end: 3 }, [1, 2]],
    ["a range", { kind: "range", start: 5, step: -2, length: 3 }, [5, 3, 1]],
    ["lines", { kind: "lines", text: "a\n\nb\n" }, ["a", "", "b"]],
    ["lines, the last without an end", { kind: "lines", text: "a\nb" }, ["a", "b"]],
    ["one empty line", { kind: "lines", text: "\n" }, [""]],
    ["no lines", { kind: "lines", text: "" }, []],
    [
      "pairs",
      pairs,
      [
        ["a", 1],
        ["bb", 2],
        ["ccc", 3],
      ],
    ],
    [
      "numbers",
      { kind: "columns", shape: NUMBER, columns: [{ type: "number", values: Int32Array.of(1, 2, 9) }], length: 2 },
      [1, 2],
    ],
    [
      "nested records",
      {
        kind: "columns",
        length: 1,
        shape: {
          type: "record",
          keys: ["__proto__", "a b"],
          fields: [{ type: "tuple", items: [NUMBER, { type: "boolean" }, { type: "any" }] }, STRING],
        },
        columns: [
          { type: "number", values: Int32Array.of(1) },
          { type: "boolean", values: Uint8Array.of(1) },
          { type: "any", values: [null] },
          { type: "string", text: "xyz", offsets: Int32Array.of(1, 3) },
        ],
      },
      [
        Object.defineProperty({ "a b": "yz" }, "__proto__", {
          value: [1, true, null],
          enumerable: true,
          writable: true,
          configurable: true,
        }),
      ],
    ],
  ];

  test.each(chunks)("over %s", (_, chunk, rows) => {
    expect(collect(chunk, ({ code }) => `out.push(${code});`)).toEqual(rows);
    expect(rowsOf(chunk)).toEqual(rows);
  });

  test.each(chunks)("over %s goes on at `continue` and ends where it is told", (_, chunk, rows) => {
    expect(
      collect(chunk, ({ code }) => `if (out.length === 1) { out.push(0); continue; } out.push(${code});`, "out.length >= 2"),
    ).toEqual(rows.length === 0 ? [] : rows.length === 1 ? [...rows] : [rows[0], 0]);
    expect(collect(chunk, ({ code }) => `out.push(${code});`, "true")).toEqual([]);
  });

  test("gives the elements of pairs, and reads only the columns that are used", () => {
    expect(collect(pairs, ({ pair: parts }) => `out.push(${parts![1]});`)).toEqual([1, 2, 3]);
    const code = source(pair, ({ pair: parts }) => `sum += ${parts![1]};`);
    expect(code).toContain("columns[1]");
    expect(code).not.toContain("columns[0]");
    expect(code).not.toContain("substring");
    expect(source(NUMBER, () => "count++;")).not.toContain("columns[");
  });

  test("over pairs, as source", () => {
    expect(source(pair, ({ pair: parts }) => `emit(${parts!.join(", ")});`)).toMatchInlineSnapshot(`
     "const text$2 = chunk.columns[0].text, offsets$3 = chunk.columns[0].offsets;
     const values$5 = chunk.columns[1].values;
     for (let i$0 = 0, end$1 = chunk.length; i$0 < end$1; i$0++) {
     const string$4 = text$2.substring(offsets$3[i$0], offsets$3[i$0 + 1]);
     const number$6 = values$5[i$0];
     emit(string$4, number$6);
     }"
    `);
  });
});

test("forms have names that are equal for equal ones", () => {
  expect(formKey(formOf(pairs))).toBe(formKey({ type: "tuple", items: [{ type: "string" }, { type: "number" }] }));
  expect(formKey("rows")).toBe("rows");
});
