/** Schemas that are found in files: what Spark finds in odd ones, and that every way of looking finds the same. */
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import fc from "fast-check";
import { CsvInference } from "../../../src/dataframe/csv/infer";
import { csvOptions } from "../../../src/dataframe/csv/options";
import { JsonInference } from "../../../src/dataframe/json/infer";
import { jsonOptions } from "../../../src/dataframe/json/options";
import { type CsvSurvey, lookAtCsv, lookAtLines as csvLines } from "../../../src/dataframe/sources/csv/infer";
import type { FileSplit } from "../../../src/dataframe/sources/files/packing";
import type { SurveyEnv } from "../../../src/dataframe/sources/files/survey";
import { lookAtJson, lookAtLines as jsonLines } from "../../../src/dataframe/sources/json/infer";
import type { SourceOptions } from "../../../src/dataframe/sources/data-source";
import { simpleString } from "../../../src/dataframe/types/text";
import { settings, Sources } from "./support";

const sources = { csv: new Sources("csv"), json: new Sources("json") };
afterAll(() => Object.values(sources).forEach((one) => one.close()));

interface Case {
  readonly name: string;
  readonly format: "csv" | "json";
  readonly options: SourceOptions;
  readonly files: readonly string[];
  readonly schema?: string;
  readonly error?: string;
}

const cases = JSON.parse(readFileSync(join(__dirname, "../../golden/inference.json"), "utf8")) as readonly Case[];
let folders = 0;

test.each(cases)("as Spark: $format, $name", async ({ format, options, files, schema, error }) => {
  const of = sources[format];
  const folder = of.at(String(folders++));
  mkdirSync(folder);
  files.forEach((text, i) => writeFileSync(join(folder, `${i}.txt`), text));
  const found = of.load(folder, options);
  if (error !== undefined) await expect(found).rejects.toThrow(error);
  else expect(simpleString((await found).schema)).toBe(schema);
});

describe("the kernels' way finds what the careful one finds", () => {
  const env = (options: SourceOptions): SurveyEnv => ({
    options,
    settings,
    storage: sources.csv.storage,
    checkInterrupted: () => {},
  });
  const splitsOf = (path: string, cuts: readonly number[]): FileSplit[] => {
    const { size } = statSync(path);
    const places = [0, ...cuts.map((cut) => Math.min(size, cut)).sort((a, b) => a - b), size];
    const splits = places.slice(1).map((end, i) => ({ start: places[i]!, length: end - places[i]! }));
    return splits
      .filter(({ length }) => length > 0)
      .map((part) => ({ path: pathToFileURL(path).href, ...part, fileLength: size, modified: 0, partition: [] }));
  };
  const lineEnd = fc.constantFrom("\n", "\n", "\r\n", "\r");
  const cuts = fc.array(fc.nat(3000), { maxLength: 3 });
  const ratio = fc.constantFrom("1", "1", "0.5", "0.05");

  const tokens: Readonly<Record<string, readonly string[]>> = {
    int: ["1", "-5", "+7", "0", "2147483647", "-2147483648", "007", "-"],
    long: ["2147483648", "-99999999999", "999999999999999999", "9223372036854775807"],
    decimal: ["9223372036854775808", "99999999999999999999", "-99999999999999999999", "99999999999999999999999999999999999999"],
    double: [
      "1.5",
      "-0.25",
      ".5",
      "5.",
      "1e3",
      "NaN",
      "Inf",
      "-Inf",
      "123456789012345.25",
      "1.2.3",
      "1234567890123456789.5",
      "--1.5",
    ],
    date: ["2020-01-01", "2020-02-29", "2021-02-29", "0000-01-01", "-2020-01-01", "2020-1-1"],
    timestamp: [
      "2020-01-01 10:00:00",
      "2020-01-01T10:00:00.123456Z",
      "2020-01-01T10:00:00+02:00",
      "2020-01-01T10:00:00+18:30",
      "2020-01-01T10:00",
      "2020-01-01 24:00:00",
    ],
    boolean: ["true", "FALSE", "tRue", "yes"],
    text: ["x", "ü", " 1", "1 ", '"1"', '"2020-01-01"', '"a,b"', '"a""b"', '"a\\"b"', 'a"b', '"open', '""', " ", "\ufffd"],
  };
  const kinds = Object.keys(tokens);
  const token = (kind: string, rate: number): fc.Arbitrary<string> =>
    fc.oneof(
      { weight: 60, arbitrary: fc.constantFrom(...tokens[kind]!) },
      { weight: 6, arbitrary: fc.constant("") },
      { weight: rate, arbitrary: fc.constantFrom(...kinds.flatMap((other) => tokens[other]!)) },
    );
  const table = fc.record({
    columns: fc.array(fc.constantFrom(...kinds), { minLength: 2, maxLength: 6 }),
    rate: fc.constantFrom(0, 1, 20),
  });
  const csvFile = table.chain(({ columns, rate }) =>
    fc.record({
      width: fc.constantFrom(columns.length, columns.length, 2, columns.length + 2),
      rows: fc.array(
        fc.oneof(
          { weight: 40, arbitrary: fc.tuple(...columns.map((kind) => token(kind, rate))).map((fields) => fields.join(",")) },
          { weight: rate, arbitrary: fc.constantFrom("", "  ", "1", "1,2,3,4,5,6,7,8", "a,b", '"', ",", "#1,2") },
        ),
        { maxLength: 60, size: "max" },
      ),
      lineEnd,
      cuts,
      ratio,
      options: fc.constantFrom<SourceOptions>(
        {},
        {},
        { preferDate: "false" },
        { timestampFormat: "yyyy-MM-dd HH:mm:ss" },
        { dateFormat: "yyyy-MM-dd" },
        { escape: '"' },
        { quote: "" },
        { nanValue: "1", unescapedQuoteHandling: "STOP_AT_CLOSING_QUOTE" },
      ),
    }),
  );

  test("in CSV", () => {
    const path = sources.csv.at("random.csv");
    const check = fc.property(csvFile, fc.boolean(), (file, header) => {
      writeFileSync(path, [...(header ? ["a,b"] : []), ...file.rows, ""].join(file.lineEnd));
      const given = { ...file.options, inferSchema: "true", header: String(header), samplingRatio: file.ratio };
      const options = csvOptions(given, settings);
      const spec: CsvSurvey = { width: file.width, header: header ? "a,b" : null };
      for (const split of splitsOf(path, file.cuts)) {
        const careful = new CsvInference(file.width, options, settings);
        csvLines(split, spec, options, careful, env(given));
        expect(lookAtCsv(split, spec, env(given)).found).toEqual(careful.types);
      }
    });
    fc.assert(check, { numRuns: 400 });
  });

  test("in CSV of many rows and columns, of which some become text", () => {
    const path = sources.csv.at("wide.csv");
    const row = (i: number): string => Array.from({ length: 300 }, (_, c) => (i === 2000 && c % 7 === 0 ? "x" : i * c)).join(",");
    writeFileSync(path, Array.from({ length: 3000 }, (_, i) => row(i)).join("\n"));
    const [split] = splitsOf(path, []);
    const { found } = lookAtCsv(split!, { width: 300, header: null }, env({ inferSchema: "true" }));
    expect(found.map(({ kind }) => kind)).toEqual(Array.from({ length: 300 }, (_, c) => (c % 7 === 0 ? "string" : "int")));
  });

  const scalar = fc.constantFrom(
    ...[
      "null",
      "true",
      "false",
      "1",
      "-0",
      "123456789012345678",
      "1234567890123456789",
      "9223372036854775808",
      "1.5",
      "-1e3",
      "1E-2",
    ],
    ...['""', '"x"', '"\\n"', '"ü\\u00fc"', '"a\\"b"', '"2020-01-01T00:00:00Z"', "{}", "[]", "[ ]", "{ }"],
  );
  const damaged = fc.constantFrom(
    "NaN",
    "01",
    "1.",
    "tru",
    "'x'",
    '"\t"',
    "x",
    "",
    "[1,]",
    '{"a":1,}',
    "{a:1}",
    "1 2",
    '"\\x"',
    "-",
    "+1",
    "nulls",
  );
  const name = fc.constantFrom("a", "a", "b", "c", "Ab", "", "ü", "a name that is longer than sixteen bytes", "\\u0061", "d.e");
  const space = fc.constantFrom("", "", "", "", " ", "\t ");
  const { value } = fc.letrec<{ value: string; array: string; object: string }>((tie) => ({
    value: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      { weight: 8, arbitrary: scalar },
      { weight: 2, arbitrary: tie("array") },
      { weight: 3, arbitrary: tie("object") },
    ),
    array: fc
      .tuple(fc.array(tie("value"), { maxLength: 3 }), space)
      .map(([items, gap]) => `[${gap}${items.join(`${gap},${gap}`)}${gap}]`),
    object: objectOf(tie("value"), name, space),
  }));
  const jsonLine = (rate: number): fc.Arbitrary<string> =>
    fc.oneof(
      { weight: 50, arbitrary: objectOf(value, name, space) },
      { weight: 50, arbitrary: fc.tuple(scalar, value, value).map(([a, b, c]) => `{"a":${a},"b":${b},"Ab":${c}}`) },
      { weight: rate, arbitrary: damaged.map((text) => `{"a":1,"b":${text},"new":1}`) },
      {
        weight: rate,
        arbitrary: fc.oneof(value, fc.constantFrom("", "  ", '{"a":1} x', '[{"a":1},{"z":2}]', '{"a":1', '{"a":1,"a":2}')),
      },
    );
  const jsonFile = fc.record({
    lines: fc.constantFrom(0, 2, 30).chain((rate) => fc.array(jsonLine(rate), { maxLength: 40, size: "max" })),
    lineEnd,
    cuts,
    ratio,
    options: fc.constantFrom<SourceOptions>(
      {},
      {},
      { primitivesAsString: "true", prefersDecimal: "true" },
      { mode: "DROPMALFORMED", allowSingleQuotes: "false" },
      {
        allowNumericLeadingZeros: "true",
        allowUnquotedControlChars: "true",
        allowComments: "true",
        allowNonNumericNumbers: "false",
      },
    ),
  });

  test("in JSON", () => {
    const path = sources.json.at("random.json");
    const check = fc.property(jsonFile, (file) => {
      writeFileSync(path, [...file.lines, ""].join(file.lineEnd));
      const given = { ...file.options, samplingRatio: file.ratio };
      const options = jsonOptions(given, settings);
      for (const split of splitsOf(path, file.cuts)) {
        const careful = new JsonInference(options, settings);
        jsonLines(split, options, careful, env(given));
        expect(lookAtJson(split, null, env(given)).found).toEqual(careful.found);
      }
    });
    fc.assert(check, { numRuns: 400 });
  });

  test("in JSON of more names, values and odd lines than the kernel has room for", () => {
    const path = sources.json.at("many.json");
    const names = Array.from({ length: 66_000 }, (_, i) => `{"n${i}":${i}}`);
    const values = `{"list":[${Array.from({ length: 40_000 }, (_, i) => (i % 2 === 0 ? i : `"${i}"`)).join(",")}]}`;
    const wide = `{${Array.from({ length: 20_000 }, (_, i) => `"w${i}":true`).join(",")}}`;
    writeFileSync(path, [...names, values, wide, ...Array.from({ length: 3000 }, () => "{'odd':1}")].join("\n"));
    const [split] = splitsOf(path, []);
    const inference = new JsonInference(jsonOptions({}, settings), settings);
    inference.merge(lookAtJson(split!, null, env({})).found);
    const { fields } = inference.schema();
    expect(fields).toHaveLength(86_002);
    expect(new Set(fields.map(({ type }) => simpleString(type)))).toEqual(new Set(["bigint", "boolean", "array<string>"]));
  });
});

function objectOf(value: fc.Arbitrary<string>, name: fc.Arbitrary<string>, space: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .tuple(fc.uniqueArray(fc.tuple(name, value), { maxLength: 4, selector: ([key]) => key }), space, space)
    .map(([fields, a, b]) => `{${a}${fields.map(([key, text]) => `"${key}"${b}:${a}${text}`).join(`${b},${a}`)}${b}}`);
}
