/** The fast way through CSV gives what the careful one gives, whatever is in the file and wherever it is cut. */
import { writeFileSync } from "node:fs";
import type { Boxed, DataType } from "../../../src/columnar/types";
import { columnsNamed, Sources, struct, withConf } from "./support";

const sources = new Sources("csv");
afterAll(() => sources.close());

const types: Readonly<Record<string, DataType>> = {
  s: { kind: "string" },
  i: { kind: "int" },
  l: { kind: "long" },
  b: { kind: "byte" },
  h: { kind: "short" },
  d: { kind: "decimal", precision: 9, scale: 2 },
  w: { kind: "decimal", precision: 30, scale: 4 },
  x: { kind: "double" },
  f: { kind: "float" },
  t: { kind: "timestamp" },
  n: { kind: "timestamp_ntz" },
  day: { kind: "date" },
  o: { kind: "boolean" },
};
const schema = struct(types);

const usual: Readonly<Record<string, readonly string[]>> = {
  s: ["abc", "", "ü", "a b", '"q,r"', '""'],
  i: ["1", "-2147483648", "007", "", "+5"],
  l: ["12345678901", "-1", "", "0"],
  b: ["-128", "127", ""],
  h: ["-32768", "32767", ""],
  d: ["1.5", "-0.25", "3", "", ".5", "7."],
  w: ["123456.7891", "-1", ""],
  x: ["0.1", "-2.5", "1", "", "123456.789"],
  f: ["0.1", "3", ""],
  t: ["2024-02-29T12:34:56.789Z", "1969-12-31T23:59:59.5+02:00", "2024-01-01 00:00:00", ""],
  n: ["2024-02-29T12:34:56.123456", "2024-01-01 00:00:00", ""],
  day: ["2024-02-29", "1969-01-01", "", "0001-01-01"],
  o: ["true", "FALSE", ""],
};
const unusual = [
  "x",
  '"a""b"',
  '"a\\"b"',
  '"open',
  'mid"dle',
  '"closed"x',
  "\\",
  " 5 ",
  "1e5",
  "NaN",
  "Inf",
  "2147483648",
  "9223372036854775807",
  "99999999999999999999",
  "1.005",
  "2024-02-30",
  "2024-2-9",
  "12:30",
  "\u00ff",
  '"1"',
  '"2024-02-29"',
  "TRUE ",
];

function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ;) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    yield (state >>> 8) / 2 ** 24;
  }
}

function textOf(seed: number, rows: number, odd: number, lineEnd: string): string {
  const source = numbers(seed);
  const random = (): number => source.next().value;
  const pick = (from: readonly string[]): string => from[Math.floor(random() * from.length)]!;
  let text = "";
  for (let row = 0; row < rows; row++) {
    const fields = Object.keys(types).map((name) => (random() < odd ? pick(unusual) : pick(usual[name]!)));
    if (random() < odd) fields.pop();
    if (random() < odd) fields.push("more");
    if (random() < odd) text += pick(["", "  "]) + lineEnd;
    text += fields.join(",") + (row === rows - 1 && random() < 0.5 ? "" : lineEnd);
  }
  return text;
}

async function rowsOf(
  path: string,
  options: Record<string, string>,
  names: readonly string[],
  bytes: string,
): Promise<Boxed[][]> {
  const relation = await sources.load(path, options, schema);
  const conf = withConf({ "spark.sql.files.maxPartitionBytes": bytes, "spark.sql.files.openCostInBytes": "1" });
  return sources.scan(relation, { columns: columnsNamed(relation, names), conf });
}

const careful = { maxCharsPerColumn: "1000000" };
const all = Object.keys(types);

test.each([
  ["plain lines", 1, 0, "\n", {}],
  ["unusual lines among them", 2, 0.02, "\n", {}],
  ["mostly unusual", 3, 0.3, "\n", {}],
  ["Windows' line ends", 4, 0.02, "\r\n", {}],
  ["old line ends", 5, 0.02, "\r", {}],
  ["a header", 6, 0.02, "\n", { header: "true" }],
  ["bad records dropped", 7, 0.05, "\n", { mode: "DROPMALFORMED" }],
  ["quotes that escape themselves", 8, 0.1, "\n", { escape: '"' }],
  ["no quotes", 9, 0.1, "\n", { quote: "" }],
  ["single quotes", 10, 0.1, "\n", { quote: "'" }],
] as const)("%s", async (_name, seed, odd, lineEnd, options) => {
  const path = sources.at(`t${seed}.csv`);
  writeFileSync(path, textOf(seed, 400, odd, lineEnd));
  for (const names of [all, ["i", "s"], ["o", "day", "w"]]) {
    const expected = await rowsOf(path, { ...options, ...careful }, names, "100000000");
    for (const bytes of ["100000000", "1500", "333"]) expect(await rowsOf(path, options, names, bytes)).toEqual(expected);
  }
});

test("more rows than a batch, more bytes than a window, long lines", async () => {
  const path = sources.at("long.csv");
  const two = struct({ a: { kind: "int" }, s: { kind: "string" } });
  const line = (i: number): string => `${i},${i % 1000 === 0 ? "x".repeat(400_000) : `value ${i}`}\n`;
  writeFileSync(path, Array.from({ length: 30_000 }, (_, i) => line(i)).join(""));
  const relation = await sources.load(path, {}, two);
  const rows = await sources.scan(relation);
  expect(rows).toHaveLength(30_000);
  rows.forEach((row, i) => {
    if (row[0] !== i || `${i},${row[1] as string}\n` !== line(i)) throw new Error(`row ${i} is ${String(row[0])}`);
  });
});

test("a bad record that must not be names file and record", async () => {
  const path = sources.at("bad.csv");
  writeFileSync(path, "1,x\noops,y\n");
  const relation = await sources.load(path, { mode: "FAILFAST" }, struct({ a: { kind: "int" }, s: { kind: "string" } }));
  await expect(sources.scan(relation)).rejects.toThrow(/bad\.csv.*MALFORMED_RECORD/s);
});
