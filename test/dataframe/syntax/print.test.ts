/** Queries as they were written, as text: Spark's forms, and those of the DataFrame API. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseQuery } from "../../../src/dataframe/sql/parse";
import { unresolvedPlanText } from "../../../src/dataframe/syntax/print";

interface Answer {
  readonly query: string;
  readonly plan: readonly string[];
}

const answers = JSON.parse(readFileSync(join(__dirname, "../../golden/parsed-plans.json"), "utf8")) as Answer[];

const ZONE = "America/Los_Angeles";

function printed(query: string): readonly string[] {
  const text = unresolvedPlanText(parseQuery(query, { timeZone: ZONE }), ZONE);
  return text.trimEnd().replace(/#\d+/g, "#").split("\n");
}

test.each(answers.map(({ query, plan }) => [query, plan] as const))("%s", (query, plan) => {
  expect(printed(query)).toEqual(plan);
});

test("aliases and subqueries are numbered in their order", () => {
  const text = unresolvedPlanText(parseQuery("SELECT 1 AS a, (SELECT 2 AS c) AS b"), "UTC");
  expect(text.trimEnd().split("\n")).toEqual([
    "'Project [1 AS a#0, scalar-subquery#1 [] AS b#2]",
    ":  +- Project [2 AS c#3]",
    ":     +- OneRowRelation",
    "+- OneRowRelation",
  ]);
});
