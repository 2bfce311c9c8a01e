import { parseTableSchema, parseType } from "../../../src/dataframe/sql/parse-type";

test.each([
  ["int", { kind: "int" }],
  ["DECIMAL", { kind: "decimal", precision: 10, scale: 0 }],
  ["decimal(5,2)", { kind: "decimal", precision: 5, scale: 2 }],
  [
    "array<array<int>>",
    { kind: "array", containsNull: true, element: { kind: "array", containsNull: true, element: { kind: "int" } } },
  ],
  ["map<string,bigint>", { kind: "map", key: { kind: "string" }, value: { kind: "long" }, valueContainsNull: true }],
  ["struct<>", { kind: "struct", fields: [] }],
  ["varchar(3)", { kind: "string", length: { kind: "varchar", n: 3 } }],
  ["string collate utf8_lcase", { kind: "string", collation: "UTF8_LCASE" }],
  ["interval day to second", { kind: "dayTimeInterval", start: 0, end: 3 }],
  ["interval year", { kind: "yearMonthInterval", start: 0, end: 0 }],
  ["timestamp_ntz", { kind: "timestamp_ntz" }],
  ["time(3) without time zone", { kind: "time", precision: 3 }],
])("%s", (text, expected) => expect(parseType(text)).toEqual(expected));

test("schemas of tables", () => {
  expect(parseTableSchema("a INT NOT NULL COMMENT 'k', b STRUCT<c: STRING, `d e` DOUBLE>")).toEqual({
    kind: "struct",
    fields: [
      { name: "a", type: { kind: "int" }, nullable: false, metadata: { comment: "k" } },
      {
        name: "b",
        nullable: true,
        type: {
          kind: "struct",
          fields: [
            { name: "c", type: { kind: "string" }, nullable: true },
            { name: "d e", type: { kind: "double" }, nullable: true },
          ],
        },
      },
    ],
  });
});

test.each([
  ["foo", "UNSUPPORTED_DATATYPE"],
  ["array", "INCOMPLETE_TYPE_DEFINITION.ARRAY"],
  ["char", "DATATYPE_MISSING_SIZE"],
  ["decimal(40)", "DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION"],
  ["int int", "PARSE_SYNTAX_ERROR"],
])("%s is refused", (text, errorClass) => {
  expect(() => parseType(text)).toThrow(expect.objectContaining({ errorClass }) as Error);
});
