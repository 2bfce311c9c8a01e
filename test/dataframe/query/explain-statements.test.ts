/** EXPLAIN of what is not a plain query, and the plans of DataFrames as they were written. */
import { firesteel, testSession } from "../../support/built-session";

const spark = testSession();
const { functions: F } = firesteel;

async function plan(sql: string): Promise<string> {
  return (await spark().sql(sql).collect())[0]!.plan as string;
}

function parsed(text: string): readonly string[] {
  const section = /== Parsed Logical Plan ==\n([^]*?)\n\n?==/.exec(text)?.[1] ?? "";
  return section.trimEnd().split("\n");
}

test("a query that cannot be analysed: how it was read, and what is wrong", async () => {
  const text = await plan("EXPLAIN EXTENDED SELECT nosuch FROM VALUES (1) AS t(a)");
  expect(parsed(text)).toEqual(["'Project ['nosuch]", "+- SubqueryAlias t", "   +- LocalRelation [a#0]"]);
  expect(text).toMatch(/\n\n== Analyzed Logical Plan ==\n\[UNRESOLVED_COLUMN/);
});

test("a recursive query: a loop stands for its rows, and nothing runs", async () => {
  const text = await plan(
    "EXPLAIN EXTENDED WITH RECURSIVE q(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM q) SELECT raise_error('ran') FROM q",
  );
  expect(parsed(text)[0]).toBe("CTE [q]");
  expect(text).toMatch(/== Physical Plan ==\n[^]*UnionLoop \[/);
});

test("DESCRIBE QUERY", async () => {
  const command = "DescribeQueryCommand SELECT 1 AS a";
  const physical = `== Physical Plan ==\nExecute DescribeQueryCommand\n   +- ${command}\n`;
  expect(await plan("EXPLAIN DESC QUERY SELECT 1 AS a")).toBe(`${physical}\n`);
  expect(await plan("EXPLAIN EXTENDED DESC QUERY SELECT 1 AS a")).toBe(
    [
      `== Parsed Logical Plan ==\n${command}\n`,
      `== Analyzed Logical Plan ==\ncol_name: string, data_type: string, comment: string\n${command}\n`,
      `== Optimized Logical Plan ==\n${command}\n`,
      physical,
    ].join("\n"),
  );
});

test("DataFrames: all of the program's calls, none of them analysed", async () => {
  const t = spark().range(5).withColumn("b", F.col("id").plus(1));
  const of = async (df: { explainString(mode: "extended"): Promise<string> }): Promise<readonly string[]> =>
    parsed(await df.explainString("extended"));
  const range = "Range (0, 5, step=1)";
  const added = ["'Project [unresolvedstarwithcolumns(b, ('id + 1), None)]", `+- ${range}`];
  const below = added.map((line) => line.replace(/^/, line.startsWith("'") ? "+- " : "   "));
  expect(await of(t)).toEqual(added);
  expect(await of(t.groupBy("id").agg(F.sum("b")))).toEqual(["'Aggregate ['id], ['id, unresolvedalias('sum('b))]", ...below]);
  expect(await of(t.rollup("id", "b").count())).toEqual([
    "'Aggregate [rollup(Vector(0), Vector(1), 'id, 'b)], ['id, 'b, 'count(1) AS count#0]",
    ...below,
  ]);
  expect(await of(t.orderBy(F.col("b").desc()).limit(2))).toEqual([
    "'GlobalLimit 2",
    "+- 'LocalLimit 2",
    "   +- 'Sort ['b DESC NULLS LAST], true",
    ...below.map((line) => `      ${line}`),
  ]);
});
