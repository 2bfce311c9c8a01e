/** The registry as a whole: names are unique, everything is documented, and the examples give what they say. */
import { builtins } from "../../../src/dataframe/functions/index";
import type { FunctionEntry } from "../../../src/dataframe/functions/registry";
import { parseExpression } from "../../../src/dataframe/sql/parse";
import { evaluate } from "./evaluate";

const entries = [...new Set(builtins.names().map((name) => builtins.find(name) as FunctionEntry))];

/** Aggregates and the like need rows: tests of queries run their examples. */
const scalars = entries.filter((entry) => entry.kind === "scalar");

test("every entry says what it gives", () => {
  const silent = entries.filter((entry) => !/^\S.*[.…]$/s.test(entry.doc.usage)).map((entry) => entry.names[0]);
  expect(silent).toEqual([]);
});

test("examples of scalar functions give what they say", () => {
  const wrong: unknown[] = [];
  for (const entry of scalars) {
    for (const [sql, expected] of entry.doc.examples) {
      // With rows: tests of queries run them.
      if (/\bFROM\s+VALUES|\bFROM\s*\(/i.test(sql)) continue;
      const text = sql.replace(/^SELECT\s+/i, "");
      let actual: string;
      try {
        parseExpression(text);
        actual = evaluate(text);
      } catch (error) {
        actual = String(error);
      }
      if (actual !== expected) wrong.push([entry.names[0], sql, actual, expected]);
    }
  }
  expect(wrong).toEqual([]);
});
