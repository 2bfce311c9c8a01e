import { sqlStateOf } from "../../src/dataframe/error-classes";
import { AnalysisError, QueryError, type QueryContext } from "../../src/dataframe/errors";
import { overflow } from "../../src/dataframe/functions/numeric/arithmetic";
import { parseQuery } from "../../src/dataframe/sql/parse";

const parameters = { expression: "'a'", sourceType: '"STRING"', targetType: '"INT"', ansiConfig: '"spark.sql.ansi.enabled"' };
const context: QueryContext = { fragment: "cast(a AS INT)", startIndex: 7, stopIndex: 20, line: 1, column: 7 };

test("an error says what, where and what to do", () => {
  const error = new QueryError("CAST_INVALID_INPUT", parameters, context);
  expect(error.message).toBe(
    `[CAST_INVALID_INPUT] 'a' ("STRING") cannot be read as "INT". Correct the value, or use try_cast to get NULL instead.
  line 1, column 8:
    cast(a AS INT)
    ^^^^^^^^^^^^^^`,
  );
  expect([error.sqlState, error.parameters]).toEqual(["22018", parameters]);
});

function syntaxError(text: string): string {
  try {
    parseQuery(text);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("it is SQL");
}

test("an error of syntax shows the line, with carets beneath what is wrong", () => {
  expect(syntaxError("SELECT id,\n\tid * FROM range(3)\nORDER BY id")).toBe(
    `[PARSE_SYNTAX_ERROR] '(' does not belong here: extra input '('.
  line 2, column 17:
    \tid * FROM range(3)
    \t               ^`,
  );
  expect(syntaxError("SELECT 1 +")).toBe(
    `[PARSE_SYNTAX_ERROR] end of input does not belong here.
  line 1, column 11:
    SELECT 1 +
              ^`,
  );
});

test.each([0, 30, 300])("of a long line it shows the part around it (after %d names)", (before) => {
  const names = (n: number): string => "name, ".repeat(n);
  const lines = syntaxError(`SELECT ${names(before)} ] ${names(300)} 1`).split("\n");
  expect(lines.at(-2)!.length).toBeLessThan(140);
  expect(lines.at(-2)![lines.at(-1)!.indexOf("^")]).toBe("]");
});

test("a call of the API is named with its place", () => {
  const at: QueryContext = { fragment: "select", startIndex: -1, stopIndex: -1, callSite: "app.ts:3:7" };
  expect(new QueryError("DIVIDE_BY_ZERO", {}, at).message).toMatch(/\n {2}in select at app\.ts:3:7$/);
});

test("messages are short, whatever the query", () => {
  const fragment = `${"x".repeat(500)}\nsecond line`;
  const { message } = new QueryError("DIVIDE_BY_ZERO", {}, { ...context, fragment });
  expect(message.split("\n").length).toBeLessThanOrEqual(6);
  expect(Math.max(...message.split("\n").map((line) => line.length))).toBeLessThan(140);
});

test("a class without a message lists its parameters", () => {
  expect(new AnalysisError("SOMETHING_ELSE", { a: "1", b: "2" }).message).toBe("[SOMETHING_ELSE] a: 1, b: 2.");
  expect(new AnalysisError("SOMETHING_ELSE").message).toBe("[SOMETHING_ELSE] something else.");
});

test("a message with a hole that was not filled lists its parameters", () => {
  expect(new QueryError("CAST_OVERFLOW", { value: "1" }).message).toBe("[CAST_OVERFLOW] value: 1.");
});

test("parts of classes have the state of the whole", () => {
  expect([sqlStateOf("DATATYPE_MISMATCH.UNEXPECTED_NULL"), sqlStateOf("NOTHING"), sqlStateOf("DATATYPE_MISMATCH")]).toEqual([
    { sqlState: "42K09" },
    {},
    { sqlState: "42K09" },
  ]);
});

test.each([
  ["DUPLICATE_CLAUSES", { clauseName: "OPTIONS" }, "OPTIONS is written twice."],
  [
    "FORBIDDEN_OPERATION",
    { statement: "DROP", objectType: "FUNCTION", objectName: "`abs`" },
    "DROP is not possible for the FUNCTION `abs`.",
  ],
  [
    "_LEGACY_ERROR_TEMP_1251",
    { action: "ALTER TABLE ADD PARTITION", tableName: "t" },
    "ALTER TABLE ADD PARTITION is for partitioned tables; t is none.",
  ],
] as const)("%s has words of its own", (errorClass, given, message) => {
  expect(new AnalysisError(errorClass, given).message).toBe(`[${errorClass}] ${message}`);
});

test("an overflow says what is too large, and what gives NULL where there is such a function", () => {
  expect(overflow(undefined, "try_add").message).toBe(
    "[ARITHMETIC_OVERFLOW] overflow: the result is too large for its type, operands of a wider one have room. Use 'try_add' to tolerate overflow and return NULL instead.",
  );
  expect(overflow(undefined).message).toBe(
    "[ARITHMETIC_OVERFLOW] overflow: the result is too large for its type, operands of a wider one have room.",
  );
});
