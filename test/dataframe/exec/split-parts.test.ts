/** Arrays that `split` makes for explode, beside those that its evaluator makes. */
import fc from "fast-check";
import { boxedReader, slice, vectorOfBoxed } from "../../../src/columnar/batch";
import type { DataType } from "../../../src/columnar/types";
import type { BytesVector, Vector } from "../../../src/columnar/vector";
import { splitTexts } from "../../../src/dataframe/exec/rows/split-parts";
import { literal } from "../../../src/dataframe/expressions/build";
import { builtins } from "../../../src/dataframe/functions";
import { splitJava } from "../../../src/dataframe/functions/families/string-search";
import { attribute, bindContext, call, int, nextId, run, Table } from "./harness";

const STRING: DataType = { kind: "string" };
const TEXTS: DataType = { kind: "array", element: STRING, containsNull: false };
const text = attribute("text", STRING);
const splitBy = (pattern: string, limit = -1): ReturnType<typeof splitTexts> =>
  splitTexts(call("split", text, literal(pattern, STRING), int(limit)));

function boxed(vector: Vector): unknown[] {
  const read = boxedReader(vector, TEXTS);
  return Array.from({ length: vector.length }, (_, row) => read(row));
}

const PATTERNS = ["_", ", ", "\\.", "äö", "\\s", "\\s+", "\\W+", "[,; ]", "[,;\\s]+", " +", "[.]", "aba"];
const pieces = fc.constantFrom("_", ",", " ", "\t", ";", ".", "ä", "ö", "äö", "a", "ab", "aba", "b", "\u{1f600}", "\u2003");
const line = fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join(""));

test("parts are those of the regular expression, of texts and of dictionaries of texts", () => {
  fc.assert(
    fc.property(fc.constantFrom(...PATTERNS), fc.array(fc.option(line), { maxLength: 20 }), (pattern, lines) => {
      const expected = lines.map((line) => (line === null ? null : [...splitJava(line, pattern, -1)]));
      const { parts } = splitBy(pattern)!;
      const texts = vectorOfBoxed(["before", ...lines], STRING);
      expect(boxed(parts(slice(texts, 1, lines.length + 1)))).toEqual(expected);
      const dictionary = vectorOfBoxed(
        lines.map((line) => line ?? ""),
        STRING,
      ) as BytesVector;
      const codes = Uint8Array.from(lines, (_, row) => row).reverse();
      const valid = Uint8Array.from(lines, (line) => (line === null ? 0 : 1)).reverse();
      expect(boxed(parts({ form: "dictionary", length: lines.length, codes, dictionary, valid }))).toEqual(expected.toReversed());
    }),
    { numRuns: 300 },
  );
});

test("texts that are all null have no arrays", () => {
  const texts: Vector = { form: "null", length: 2, valid: new Uint8Array(2) };
  expect(boxed(splitBy("_")!.parts(texts))).toEqual([null, null]);
});

test.each(["", "a|b", "a.c", "[a-z]", "[^a]", "\\W", "\\d+", "(a)", "a+b", "ab+", "[ä]", "^a", "a{2}", "\\\\+", "[[:a]]"])(
  "matches of %j are left to the regular expression",
  (pattern) => {
    expect(splitBy(pattern)).toBeNull();
  },
);

test("a limit, a pattern that is no constant, and a collation are left to the evaluator", () => {
  expect(splitBy("_", 2)).toBeNull();
  expect(splitTexts(call("split", text, text, int(-1)))).toBeNull();
  const folded = attribute("folded", { kind: "string", collation: "UTF8_LCASE" });
  expect(splitTexts(call("split", folded, literal("_", STRING), int(-1)))).toBeNull();
});

test("posexplode_outer of the parts, with a row for each null", () => {
  const lines = new Table([text], [["a_b"], [null], [""], ["_"]]);
  const generator = builtins.generator("posexplode_outer").bind([call("split", text, literal("_", STRING), int(-1))], { ...bindContext(), name: "posexplode_outer" }); // prettier-ignore
  const generated = [attribute("place", { kind: "int" }), attribute("part", STRING)];
  const plan = { kind: "generate", id: nextId(), child: lines.scan, generator, outer: false, generated, output: [text, ...generated] } as const; // prettier-ignore
  expect(run(plan, [lines]).rows).toEqual([
    ["a_b", 0, "a"],
    ["a_b", 1, "b"],
    [null, null, null],
    ["", 0, ""],
    ["_", 0, ""],
    ["_", 1, ""],
  ]);
});
