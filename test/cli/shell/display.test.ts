/** Tables of records, errors in a few lines, the history. */
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { briefly, fully } from "../../../src/cli/shell/errors";
import { History, historyFile } from "../../../src/cli/shell/history";
import { partsOf } from "../../../src/cli/shell/piped";
import { Cancelled } from "../../../src/cli/shell/running-cell";
import { tableOf } from "../../../src/cli/shell/table";
import { CellSyntaxError } from "../../../src/cli/shell/transform";
import { programOf } from "../../../src/cli/shell/type-of";

const limits = { maxRows: 2, truncate: 8 };
const table = (values: readonly unknown[]): string | undefined => tableOf(values, () => undefined, limits);

test("objects and tuples are tables", () => {
  expect(
    table([
      { a: 1, b: "x\ny" },
      { a: 22, b: "long enough" },
      { a: 3, b: "" },
    ]),
  ).toBe(
    [
      "+--+--------+",
      "|a |b       |",
      "+--+--------+",
      "| 1|x\\ny    |",
      "|22|long en…|",
      "+--+--------+",
      "the first 2 of 3",
      "",
    ]
      .join("\n")
      .replace("|a |", "| a|"),
  );
  expect(table([["a", null]])).toContain("|a |null|");
});

test.each([[[]], [[1, 2]], [[{ a: 1 }, { b: 1 }]], [[[1], [1, 2]]], [[new Date()]], [[{}]]])("%j is none", (values) => {
  expect(table(values)).toBeUndefined();
});

const sources = {
  textOf: (path: string) => (path === "/w/prompt-1" ? "const a = 1\nf(x)" : undefined),
  mapStack: (stack: string) => stack,
};

test("an error names its class, message and line", () => {
  const error = new RangeError("too much");
  error.stack = "RangeError: too much\n    at node:internal/x:1:1\n    at f (/w/prompt-1:2:3)";
  expect(briefly(error, sources)).toBe("RangeError: too much\n  prompt-1:2  f(x)\n                ^\n");
  expect(briefly(new CellSyntaxError("no", "/w/prompt-1", 1, 6, false), sources)).toContain("  prompt-1:1  const a = 1\n");
  expect(briefly(new Cancelled(2), sources)).toBe("Cancelled, with 2 jobs that ran.\n");
  expect(briefly({ not: "an error" }, sources)).toBe("Thrown: { not: 'an error' }\n");
});

test("long messages and causes are left to .error", () => {
  const error = new Error(Array.from({ length: 30 }, (_, i) => `line ${i}`).join("\n"), { cause: new Error("why") });
  expect(briefly(error, sources).split("\n")).toHaveLength(10);
  expect(briefly(error, sources)).toContain(".error shows all of it");
  expect(fully(error, sources)).toMatch(/line 29[^]*Caused by: Error: why/);
});

test("the history keeps what was entered, and only for its owner", () => {
  const folder = mkdtempSync(join(tmpdir(), "firesteel-history-"));
  const file = join(folder, "state", "history");
  const history = new History(file);
  expect(history.read()).toEqual([]);
  for (const line of ["a", "b", "b", " secret", ""]) history.add(line);
  expect(readFileSync(file, "utf8")).toBe("a\nb\n");
  expect(statSync(file).mode & 0o077).toBe(0);
  expect(new History(file).read()).toEqual(["b", "a"]);
  rmSync(folder, { recursive: true });
  expect(historyFile("history", { FIRESTEEL_HISTORY: "" })).toBeNull();
  expect(historyFile("history", { XDG_STATE_HOME: "/s" })).toBe("/s/firesteel/history");
  expect(historyFile("history", {})).toMatch(/\.firesteel_history$/);
  expect(historyFile("sql_history", { FIRESTEEL_HISTORY: "", FIRESTEEL_SQL_HISTORY: "/h" })).toBe("/h");
  expect(historyFile("sql_history", {})).toMatch(/\.firesteel_sql_history$/);
});

test("commands stand between parts of a script", () => {
  expect(partsOf("a\n  .load x\n.load y\n.count()\nb")).toEqual(["a\n  .load x", ".load y", "\n\n\n.count()\nb"]);
});

test("for .type, each cell stands inside of the one before", () => {
  const program = programOf(['import { a } from "x";\nconst b = a', "const b = 1"], "b");
  expect(program).toMatch(/^import \{ a \} from "x";$/m);
  expect(program.indexOf("const b = 1")).toBeGreaterThan(program.indexOf("const b = a"));
});
