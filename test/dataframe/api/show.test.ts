import { MapValue } from "../../../src/columnar/types";
import type { Boxed, DataType, StructType } from "../../../src/columnar/types";
import { showText } from "../../../src/dataframe/api/show";
import { treeText } from "../../../src/dataframe/api/tree-text";
import { parseTableSchema } from "../../../src/dataframe/sql/parse-type";

const shown = (
  schema: string,
  rows: readonly (readonly Boxed[])[],
  options: { count?: number; truncate?: number; vertical?: boolean } = {},
): string =>
  showText(parseTableSchema(schema), rows, { count: 20, truncate: 20, vertical: false, ...options }, { timeZone: "UTC" });

test("cells end at the right; nulls are NULL", () => {
  expect(shown("name STRING, age INT, pay DOUBLE", [["Ann", 34, 10.5], ["Bob", null, 7]])).toBe(
    "+----+----+----+\n|name| age| pay|\n+----+----+----+\n| Ann|  34|10.5|\n| Bob|NULL| 7.0|\n+----+----+----+\n",
  ); // prettier-ignore
});

test("long cells are cut, short limits without dots; all of them begin at the left", () => {
  expect(shown("a STRING", [["abcdefghijklmnopqrstuvwxyz"]])).toContain("|abcdefghijklmnopq...|");
  expect(shown("a STRING", [["abcdef"]], { truncate: 3 })).toContain("|abc|");
  expect(shown("a STRING, b INT", [["abcdef", 1]], { truncate: 0 })).toBe(
    "+------+---+\n|a     |b  |\n+------+---+\n|abcdef|1  |\n+------+---+\n",
  );
});

test("values of nested types", () => {
  const type: DataType = { kind: "map", key: { kind: "string" }, value: { kind: "int" }, valueContainsNull: true };
  const schema: StructType = { kind: "struct", fields: [{ name: "m", type, nullable: true }] };
  expect(
    showText(schema, [[new MapValue(["k"], [null])]], { count: 1, truncate: 20, vertical: false }, { timeZone: "UTC" }),
  ).toContain("|{k -> NULL}|");
  expect(
    shown("a ARRAY<INT>, s STRUCT<x: INT, y: STRING>, b BINARY", [[[1, null], [null, "q"], Uint8Array.of(0x61, 0x62)]]),
  ).toContain("|[1, NULL]|{NULL, q}|[61 62]|");
});

test("characters that take two columns count twice, and line breaks are shown", () => {
  expect(shown("y STRING, x STRING", [["你好", "a\nb\tc"]])).toBe(
    "+----+-------+\n|   y|      x|\n+----+-------+\n|你好|a\\nb\\tc|\n+----+-------+\n",
  );
});

test("rows beyond the limit are told", () => {
  expect(shown("id INT", [[0], [1]], { count: 1 })).toBe("+---+\n| id|\n+---+\n|  0|\n+---+\nonly showing top 1 row");
  expect(shown("id INT", [])).toBe("+---+\n| id|\n+---+\n+---+\n");
});

test("one line a column", () => {
  expect(shown("a STRING, bbbbbbb INT, c STRING", [["abcdefghijklmnop", 1, "你"]], { vertical: true })).toBe(
    "-RECORD 0-------------------\n a       | abcdefghijklmnop \n bbbbbbb | 1                \n c       | 你               \n",
  );
  expect(shown("id INT", [[0], [1], [2]], { vertical: true, count: 2 })).toBe(
    "-RECORD 0--\n id  | 0   \n-RECORD 1--\n id  | 1   \nonly showing top 2 rows",
  );
  expect(shown("id INT", [], { vertical: true })).toBe("(0 rows)\n");
});

test("schemas as trees", () => {
  const schema = parseTableSchema("a INT NOT NULL, s STRUCT<x: ARRAY<INT>>, m MAP<STRING, INT>");
  expect(treeText(schema)).toBe(
    `root
 |-- a: integer (nullable = false)
 |-- s: struct (nullable = true)
 |    |-- x: array (nullable = true)
 |    |    |-- element: integer (containsNull = true)
 |-- m: map (nullable = true)
 |    |-- key: string
 |    |-- value: integer (valueContainsNull = true)
`,
  );
  expect(treeText(schema, 1)).toBe(
    "root\n |-- a: integer (nullable = false)\n |-- s: struct (nullable = true)\n |-- m: map (nullable = true)\n",
  );
});

test("trees name collations, and write control characters of names as in source text", () => {
  const schema = parseTableSchema("s STRING COLLATE UNICODE_CI, `a\nb\tc` ARRAY<STRING COLLATE UTF8_LCASE>");
  expect(treeText(schema)).toBe(
    `root
 |-- s: string collate UNICODE_CI (nullable = true)
 |-- a\\nb\\tc: array (nullable = true)
 |    |-- element: string collate UTF8_LCASE (containsNull = true)
`,
  );
});
