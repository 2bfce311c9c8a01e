import fc from "fast-check";
import type { DataType } from "../../../src/columnar/types";
import { sameType, simpleString, sqlName, typeFromJson, typeToJson } from "../../../src/dataframe/types/text";

const atoms: DataType[] = [
  ...(
    [
      "null",
      "boolean",
      "byte",
      "short",
      "int",
      "long",
      "float",
      "double",
      "binary",
      "date",
      "timestamp",
      "timestamp_ntz",
      "calendarInterval",
      "variant",
    ] as const
  ).map((kind) => ({ kind })),
  { kind: "time", precision: 3 },
  { kind: "string" },
  { kind: "decimal", precision: 20, scale: 3 },
  { kind: "dayTimeInterval", start: 1, end: 3 },
  { kind: "yearMonthInterval", start: 1, end: 1 },
];

const { type } = fc.letrec<{ type: DataType }>((tie) => ({
  type: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom(...atoms),
    fc.record({ kind: fc.constant("array" as const), element: tie("type"), containsNull: fc.boolean() }),
    fc.record({ kind: fc.constant("map" as const), key: tie("type"), value: tie("type"), valueContainsNull: fc.boolean() }),
    fc.record({
      kind: fc.constant("struct" as const),
      fields: fc.array(fc.record({ name: fc.string({ minLength: 1 }), type: tie("type"), nullable: fc.boolean() }), {
        maxLength: 3,
      }),
    }),
  ),
}));

test("JSON of types reads back", () => {
  fc.assert(
    fc.property(type, (one) => {
      const back = typeFromJson(typeToJson(one));
      expect(back).toEqual(one);
      expect(sameType(back, one)).toBe(true);
    }),
  );
});

test("collations and lengths are kept", () => {
  const schema: DataType = {
    kind: "struct",
    fields: [
      {
        name: "a",
        type: { kind: "array", element: { kind: "string", collation: "UNICODE_CI" }, containsNull: true },
        nullable: true,
      },
      { name: "b", type: { kind: "string", length: { kind: "varchar", n: 5 } }, nullable: true },
    ],
  };
  expect(typeFromJson(typeToJson(schema))).toEqual(schema);
  expect(JSON.stringify(typeToJson(schema))).toContain('"__COLLATIONS":{"a.element":"icu.UNICODE_CI"}');
  expect(simpleString(schema)).toBe("struct<a:array<string collate UNICODE_CI>,b:varchar(5)>");
});

test("names in SQL are quoted where they must be", () => {
  const schema: DataType = {
    kind: "struct",
    fields: [{ name: "a b", type: { kind: "int" }, nullable: false, metadata: { comment: "c" } }],
  };
  expect(sqlName(schema)).toBe("STRUCT<`a b`: INT NOT NULL COMMENT 'c'>");
});

test.each([null, 1, "nonsense", { type: "nonsense" }, { type: "struct" }])("%j is no type", (json) => {
  expect(() => typeFromJson(json)).toThrow(SyntaxError);
});
