/** Spark's own answers to queries about collections, aggregates, JSON, CSV and variants (test/golden/collections). */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { analyze } from "../../../src/dataframe/analysis/analyze";
import type { AnalysisContext } from "../../../src/dataframe/analysis/context";
import type { Expression } from "../../../src/dataframe/expressions/expression";
import { foldExpression } from "../../../src/dataframe/expressions/fold";
import { builtins } from "../../../src/dataframe/functions";
import { outputOf } from "../../../src/dataframe/logical/output";
import { parseQuery } from "../../../src/dataframe/sql/parse";
import { hiveText } from "../../../src/dataframe/types/hive-text";
import { typeToJson } from "../../../src/dataframe/types/text";
import { PlanEvaluator } from "../support/evaluate-plan";
import { settings } from "./evaluate";

type Answer =
  | {
      readonly query: string;
      readonly schema: readonly (readonly [string, unknown, boolean])[];
      readonly rows: readonly string[];
    }
  | { readonly query: string; readonly error: string | null };

const given = settings();
let id = 0;
const context = {
  settings: given,
  functions: builtins,
  nextId: () => ++id,
  relation: () => null,
  routine: () => null,
  variable: () => null,
  isFileFormat: () => false,
  evaluate: (expression: Expression) => foldExpression(expression, given),
} as unknown as AnalysisContext;

function run(sql: string): Omit<Extract<Answer, { rows: unknown }>, "query"> {
  const plan = analyze(parseQuery(sql, { timeZone: given.timeZone }), context);
  const output = outputOf(plan);
  const rows = new PlanEvaluator(given, () => []).rows(plan);
  return {
    schema: output.map((column) => [column.name, typeToJson(column.type), column.nullable]),
    rows: rows.map((row) => output.map((column, i) => hiveText(row[i]!, column.type, given)).join("\t")),
  };
}

/** Printed names show timestamps in the session's zone, which names do not know here. */
const withoutTimes = (schema: readonly (readonly [string, unknown, boolean])[]): unknown =>
  schema.map(([name, type, nullable]) => [name.replaceAll(/TIMESTAMP '[^']*'/g, "TIMESTAMP"), type, nullable]);

const folder = join(__dirname, "../../golden/collections");

describe.each(["arrays", "aggregates", "texts"])("%s as Spark answers", (group) => {
  const answers = JSON.parse(readFileSync(join(folder, `${group}.json`), "utf8")) as Answer[];
  test.each(answers.map((answer) => [answer.query, answer] as const))("%s", (query, answer) => {
    if ("error" in answer) {
      const expected: unknown = answer.error === null ? expect.anything() : expect.objectContaining({ errorClass: answer.error });
      let thrown: unknown;
      try {
        run(query);
      } catch (error) {
        thrown = error;
      }
      expect(thrown).toEqual(expected);
      return;
    }
    const result = run(query);
    expect(result.rows).toEqual(answer.rows);
    expect(withoutTimes(result.schema)).toEqual(withoutTimes(answer.schema));
  });
});
