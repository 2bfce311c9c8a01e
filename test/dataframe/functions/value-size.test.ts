/** Calls whose results have no room in the thread are refused before anything is made. */
import { QueryError } from "../../../src/dataframe/errors";
import { evaluate } from "./evaluate";

/** Class of the error; fails where there is none. */
function refusal(text: string): string {
  try {
    evaluate(text);
  } catch (error) {
    if (error instanceof QueryError) return error.errorClass;
    throw error;
  }
  throw new Error(`${text} has a value.`);
}

test.each([
  "repeat('abc', 2147483647)",
  "space(2147483647)",
  "lpad('a', 2147483647, 'xy')",
  "format_string('%2147483647d', 1)",
  "randstr(2147483647, 0)",
  "sequence(1, 2147483630)",
  "sequence(TIMESTAMP'0001-01-01 00:00:00', TIMESTAMP'0060-01-01 00:00:00', INTERVAL '1' SECOND)",
  "array_repeat(1, 2147483632)",
  "array_insert(array(1), 2147483632, 1)",
  "array_insert(array(1), -2147483631, 1)",
])("%s", (text) => {
  expect(refusal(text)).toBe("UNABLE_TO_ACQUIRE_MEMORY");
});

test("arrays longer than any of Spark's have its error", () => {
  expect(refusal("sequence(0, 2147483647)")).toBe("COLLECTION_SIZE_LIMIT_EXCEEDED.PARAMETER");
  expect(refusal("array_repeat('a', 2147483647)")).toBe("COLLECTION_SIZE_LIMIT_EXCEEDED.PARAMETER");
});

test("what has room is made", () => {
  expect(evaluate("length(repeat('ab', 1000000))")).toBe("2000000");
  expect(evaluate("repeat('', 2147483647)")).toBe("");
  expect(evaluate("lpad('a', 2147483647, '')")).toBe("a");
  expect(evaluate("size(sequence(1, 100000))")).toBe("100000");
  expect(evaluate("size(array_repeat(NULL, 100000))")).toBe("100000");
});

test("digits beyond those of any number are all rounded away", () => {
  expect(evaluate("round(1.5D, -2147483648)")).toBe("0.0");
  expect(evaluate("bround(12345, -2147483648)")).toBe("0");
});
