/** Words as a shell splits them, and properties files as Java reads them. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { readProperties, splitWords } from "../../src/common/submit-options";

test.each<[string, string[]]>([
  ["", []],
  ["  a   b\tc\n", ["a", "b", "c"]],
  [`--name "two words" 'and three more'`, ["--name", "two words", "and three more"]],
  [`a"b"'c'd`, ["abcd"]],
  [`'' ""`, ["", ""]],
  [`a\\ b \\"c\\"`, ["a b", `"c"`]],
  [`"a \\"b\\" \\\\"`, [`a "b" \\`]],
  [`'a \\ b'`, ["a \\ b"]],
])("%p", (text, words) => expect(splitWords(text)).toEqual(words));

test("quoted words come back", () => {
  const quote = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "binary" })), (words) =>
      expect(splitWords(words.map(quote).join(" "))).toEqual(words),
    ),
  );
});

test("a quote that is not closed is named", () => expect(() => splitWords(`a "b`)).toThrow(/Unclosed "/));

test("properties", () => {
  const folder = mkdtempSync(join(tmpdir(), "firesteel-test-"));
  const file = join(folder, "some.properties");
  writeFileSync(
    file,
    [
      "# comment",
      "! another",
      "",
      "a b",
      "c=d",
      "e: f g ",
      "  h   =  i=j",
      "k \\",
      "    l",
      "m",
      "n=",
      "o\tp\r",
      "spark.x.y-z=1",
    ].join("\n"),
  );
  expect(readProperties(file)).toEqual([
    ["a", "b"],
    ["c", "d"],
    ["e", "f g"],
    ["h", "i=j"],
    ["k", "l"],
    ["m", ""],
    ["n", ""],
    ["o", "p"],
    ["spark.x.y-z", "1"],
  ]);
  expect(() => readProperties(join(folder, "none"))).toThrow(/Cannot read the properties file .*none/);
  rmSync(folder, { recursive: true });
});
