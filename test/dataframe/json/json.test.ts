import fc from "fast-check";
import type { Boxed, StructType } from "../../../src/columnar/types";
import { MapValue } from "../../../src/columnar/types";
import { JsonInference } from "../../../src/dataframe/json/infer";
import { jsonOptions } from "../../../src/dataframe/json/options";
import { jsonStructParser } from "../../../src/dataframe/json/parse";
import { JsonFault, JsonReader, LENIENT, STRICT } from "../../../src/dataframe/json/reader";
import { recordReader, withoutCorruptColumn } from "../../../src/dataframe/json/record-mode";
import { copiedValue, quotedJson } from "../../../src/dataframe/json/text";
import { jsonWriter } from "../../../src/dataframe/json/write";
import { parseTableSchema } from "../../../src/dataframe/sql/parse-type";
import { simpleString } from "../../../src/dataframe/types/text";
import { settings } from "../functions/evaluate";

const given = settings({ timeZone: "UTC" });

function tokens(text: string, options = STRICT): string[] {
  const reader = new JsonReader(text, options);
  const seen: string[] = [];
  for (let token = reader.next(); token !== "end"; token = reader.next()) {
    seen.push(["name", "string", "integer", "float", "nonNumeric"].includes(token) ? `${token} ${reader.text}` : token);
  }
  return seen;
}

describe("the reader", () => {
  test("gives tokens with their text", () => {
    expect(tokens('{"a": [1, -2.5e3, "x\\u00e9\\n"], "b": null}')).toEqual([
      "{",
      "name a",
      "[",
      "integer 1",
      "float -2.5e3",
      "string xé\n",
      "]",
      "name b",
      "null",
      "}",
    ]);
  });

  test.each(["{", "[1,]", '{"a" 1}', "01", "+1", "1.", "tru", "'a'", '"\n"', '{"a":1,}', "-", '"\\x"', "NaN", "{a:1}", "[1}"])(
    "refuses %j",
    (text) => {
      expect(() => tokens(text)).toThrow(JsonFault);
    },
  );

  test("allows what the options allow", () => {
    expect(tokens("{'a': 1}", LENIENT)).toEqual(["{", "name a", "integer 1", "}"]);
    expect(
      tokens("{a: 01 /* c */}", {
        ...STRICT,
        allowUnquotedFieldNames: true,
        allowNumericLeadingZeros: true,
        allowComments: true,
      }),
    ).toEqual(["{", "name a", "integer 01", "}"]);
    expect(tokens("[NaN, -Infinity]", { ...STRICT, allowNonNumericNumbers: true })).toEqual([
      "[",
      "nonNumeric NaN",
      "nonNumeric -Infinity",
      "]",
    ]);
  });

  test("stops at the end of the value", () => {
    const reader = new JsonReader("[1] x");
    expect(reader.next()).toBe("[");
    reader.skipChildren();
    expect(reader.next()).toBe("end");
    expect(() => reader.requireEnd()).toThrow(JsonFault);
  });

  test("reads what JSON.parse reads", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const reader = new JsonReader(text);
        reader.next();
        expect(JSON.parse(copiedValue(reader))).toEqual(JSON.parse(text));
      }),
    );
  });

  test("strings come back", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.boolean(), (text, asciiOnly) => {
        expect(tokens(quotedJson(text, asciiOnly))).toEqual([`string ${text}`]);
      }),
    );
  });
});

const value: Readonly<Record<string, fc.Arbitrary<Boxed>>> = {
  a: fc.integer({ min: -2147483648, max: 2147483647 }),
  b: fc.string(),
  c: fc.array(fc.option(fc.boolean())),
  d: fc.oneof(fc.maxSafeInteger(), fc.bigInt({ min: 2n ** 60n, max: 2n ** 62n })),
  e: fc
    .dictionary(fc.string(), fc.integer(), { noNullPrototype: true })
    .map((map) => new MapValue(Object.keys(map), Object.values(map))),
  f: fc.integer({ min: -99999, max: 99999 }),
  g: fc.integer({ min: 0, max: 20000 }),
  h: fc.integer({ min: 0, max: 10 ** 12 }).map((ms) => ms * 1000),
  i: fc.uint8Array(),
  j: fc.tuple(fc.option(fc.double({ noNaN: true })), fc.string()) as fc.Arbitrary<Boxed>,
};

const schema = parseTableSchema(
  "a INT, b STRING, c ARRAY<BOOLEAN>, d BIGINT, e MAP<STRING, INT>, f DECIMAL(5, 2), g DATE, h TIMESTAMP, i BINARY, j STRUCT<x: DOUBLE, y: STRING>",
);

test("what is written is read again", () => {
  const options = jsonOptions({ ignoreNullFields: "false" }, given);
  const write = jsonWriter(schema, options, given);
  const parse = jsonStructParser(schema, options, given, false);
  const row = fc.tuple(...schema.fields.map((field) => fc.option(value[field.name] as fc.Arbitrary<Boxed>)));
  fc.assert(
    fc.property(row, (fields) => {
      const [read] = parse(write(fields));
      expect(read).toEqual(fields.map((field) => (Object.is(field, -0) ? 0 : field)));
    }),
  );
});

function rows(
  text: string,
  ddl: string,
  options: Readonly<Record<string, string>> = {},
  arrays = true,
): readonly (readonly Boxed[])[] {
  const type: StructType = parseTableSchema(ddl);
  const all = jsonOptions(options, given);
  const parse = jsonStructParser(withoutCorruptColumn(type, all.columnNameOfCorruptRecord), all, given, arrays);
  return recordReader(parse, type, all.mode, all.columnNameOfCorruptRecord)(text);
}

describe("records", () => {
  test("an array of objects is so many rows", () => {
    expect(rows('[{"a":1},{"a":2}]', "a INT")).toEqual([[1], [2]]);
    expect(rows("", "a INT")).toEqual([]);
  });

  test("a bad record keeps what can be read, and its text", () => {
    expect(rows('{"a":"x","b":2}', "a INT, b INT, _corrupt_record STRING")).toEqual([[null, 2, '{"a":"x","b":2}']]);
    expect(rows('{"a":1', "a INT, _corrupt_record STRING")).toEqual([[null, '{"a":1']]);
    expect(rows('{"a":1}', "_corrupt_record STRING, a INT")).toEqual([[null, 1]]);
  });

  test("bytes are unsigned too, and binaries are whole groups of digits", () => {
    const bytes = [127, 128, 255, 256, -128, -129].map((value) => rows(`{"a":${value}}`, "a TINYINT")[0]![0]);
    expect(bytes).toEqual([127, -128, -1, null, -128, null]);
    const texts = ["aGk=", "aGk", "x", "", " aGk= ", "aG k=", "aGk=aGk=", "aG-_"];
    const binaries = texts.map((text) => rows(`{"a":"${text}"}`, "a BINARY")[0]![0]);
    const hi = Uint8Array.from([104, 105]);
    expect(binaries).toEqual([hi, null, null, new Uint8Array(0), hi, null, Uint8Array.from([...hi, ...hi]), null]);
  });

  test("the mode says what becomes of it", () => {
    expect(rows("{", "a INT", { mode: "dropmalformed" })).toEqual([]);
    expect(() => rows("{", "a INT", { mode: "FAILFAST" })).toThrow(
      expect.objectContaining({ errorClass: "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION" }) as Error,
    );
  });
});

describe("inference", () => {
  const infer = (texts: readonly string[], options: Readonly<Record<string, string>> = {}): string => {
    const inference = new JsonInference(jsonOptions(options, given), given);
    for (const text of texts) inference.add(text);
    return simpleString(inference.schema());
  };

  test("takes the type that holds all records", () => {
    expect(infer(['{"a":1,"b":{"x":1}}', '{"a":2.5,"b":{"y":"s"}}', '{"c":[null,true]}'])).toBe(
      "struct<a:double,b:struct<x:bigint,y:string>,c:array<boolean>>",
    );
    expect(infer(['{"a":1}', '{"a":"x"}', '{"a":null}', "[]"])).toBe("struct<a:string>");
  });

  test("gives a column for records that are no JSON", () => {
    expect(infer(['{"a":1}', "{"])).toBe("struct<_corrupt_record:string,a:bigint>");
    expect(infer(['{"a":1}', "{"], { mode: "DROPMALFORMED" })).toBe("struct<a:bigint>");
  });
});
