import fc from "fast-check";
import type { StructType } from "../../../src/columnar/types";
import { csvColumnNames, CsvInference } from "../../../src/dataframe/csv/infer";
import { csvOptions } from "../../../src/dataframe/csv/options";
import { csvRecordParser } from "../../../src/dataframe/csv/parse";
import { CsvScanner, csvLineTokenizer } from "../../../src/dataframe/csv/tokenize";
import type { CsvTokens } from "../../../src/dataframe/csv/tokenize";
import { csvHeader, csvLineWriter } from "../../../src/dataframe/csv/write";
import { parseTableSchema } from "../../../src/dataframe/sql/parse-type";
import { simpleString } from "../../../src/dataframe/types/text";
import { settings } from "../functions/evaluate";

const given = settings({ timeZone: "UTC" });
const options = (map: Readonly<Record<string, string>> = {}): ReturnType<typeof csvOptions> => csvOptions(map, given);

describe("the scanner", () => {
  const records = (text: string, map: Readonly<Record<string, string>> = {}): CsvTokens[] => {
    const scanner = new CsvScanner(text, options(map));
    const found: CsvTokens[] = [];
    for (let tokens = scanner.next(); tokens !== null; tokens = scanner.next()) found.push(tokens);
    return found;
  };

  test("goes from record to record", () => {
    expect(records('a,b\r\n1,"x\ny"\n\n2,\n')).toEqual([
      ["a", "b"],
      ["1", "x\ny"],
      ["2", ""],
    ]);
    expect(records("#c\na,b", { comment: "#" })).toEqual([["a", "b"]]);
    expect(records("a;b|c;d", { sep: ";", lineSep: "|" })).toEqual([
      ["a", "b"],
      ["c", "d"],
    ]);
  });

  test("gives the record's text", () => {
    const scanner = new CsvScanner('a,"b\nc"\nd', options());
    scanner.next();
    expect(scanner.record).toBe('a,"b\nc"');
    scanner.next();
    expect(scanner.record).toBe("d");
  });

  test("line ends in a line mean nothing to the tokenizer of lines", () => {
    expect(csvLineTokenizer(options())("a\nb,c")).toEqual(["a\nb", "c"]);
    expect(csvLineTokenizer(options())("")).toBeNull();
  });
});

test("what is written is read again", () => {
  const schema: StructType = parseTableSchema("a STRING, b INT, c STRING, d DECIMAL(6, 2), e BOOLEAN, f DATE");
  // A token of nothing, or of the null value, is null; spaces around stay only if they are asked to.
  const text = fc.string({ unit: "binary" }).filter((each) => each !== "" && each !== "N");
  const row = fc.tuple(
    fc.option(text),
    fc.option(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
    fc.option(text),
    fc.option(fc.integer({ min: -999999, max: 999999 })),
    fc.option(fc.boolean()),
    fc.option(fc.integer({ min: -10000, max: 10000 })),
  );
  const styles = fc.constantFrom<Readonly<Record<string, string>>>(
    { escape: '"' },
    {},
    { sep: "||" },
    { quote: "'", sep: "\t" },
    { quoteAll: "true" },
  );
  fc.assert(
    fc.property(row, styles, (values, style) => {
      const all = options({ ...style, nullValue: "N", ignoreLeadingWhiteSpace: "false", ignoreTrailingWhiteSpace: "false" });
      const line = csvLineWriter(schema, all, given)(values);
      // Characters that CSV has no way to escape, and records that are null throughout, do not come back.
      fc.pre(!/[\r\0]/.test(line));
      expect(csvRecordParser(schema, all, given)(line)).toEqual([values]);
    }),
  );
});

test("the header and the names of columns", () => {
  const schema = parseTableSchema("`a,b` INT, c STRING");
  expect(csvHeader(schema, options())).toBe('"a,b",c');
  expect(csvColumnNames(["a", "A", null, "b"], options({ header: "true" }), false)).toEqual(["a0", "A1", "_c2", "b"]);
  expect(csvColumnNames(["a", "b"], options(), false)).toEqual(["_c0", "_c1"]);
});

function inferred(records: readonly CsvTokens[]): string {
  const width = records[0]!.length;
  const inference = new CsvInference(width, options(), given);
  for (const record of records) inference.add(record);
  return simpleString(inference.schema(Array.from({ length: width }, (_, i) => String.fromCharCode(97 + i))));
}

test("types widen from record to record", () => {
  const records = [
    ["1", "1", "2020-01-01", "true", "", "1"],
    ["2.5", "3000000000", "2020-01-01 10:00:00", "x", "", "123456789012345678901"],
  ];
  expect(inferred(records)).toBe("struct<a:double,b:bigint,c:timestamp,d:string,e:string,f:decimal(21,0)>");
});

const widened: readonly (readonly [soFar: string, token: string, type: string])[] = [
  ["1", "999999999", "int"],
  ["1", "2147483648", "bigint"],
  ["1", "1.5", "double"],
  ["1", "", "int"],
  ["1", "1.", "decimal(10,0)"],
  ["1", "1-", "string"],
  ["3000000000", "999999999999999999", "bigint"],
  ["3000000000", "9223372036854775808", "decimal(20,0)"],
  ["1.5", "12345678901234567890123", "double"],
  ["1.5", "1.5.1", "string"],
  ["1.5", ".5", "double"],
  ["1.5", "1e5", "double"],
  ["2020-01-01", "2019-12-28", "date"],
  ["2020-01-01", "2020-02-29", "date"],
  ["2020-01-01", "2021-02-29", "string"],
  ["2020-01-01", "2020-13-01", "string"],
  ["2020-01-01", "0000-01-01", "date"],
  ["2020-01-01", "2020-1-1", "timestamp"],
];

test.each(widened)("%s, then %s: %s", (soFar, token, type) => {
  expect(inferred([[soFar], [token]])).toBe(`struct<a:${type}>`);
});

test("numbers with commas are text: 3,5 is 35 to nobody who writes it", () => {
  expect(inferred([["3,5", "1,234,567", "123456789012345678901"]])).toBe("struct<a:string,b:string,c:decimal(21,0)>");
});
