/** What the driver finds before a query is planned. */
import type { BoxedRow } from "../../../src/columnar/vector";
import { planText } from "../../../src/dataframe/logical/print";
import type { LogicalPlan } from "../../../src/dataframe/logical/plan";
import { optimize } from "../../../src/dataframe/optimizer/optimize";
import { resolveBeforePlanning } from "../../../src/dataframe/physical/resolve";
import { PlanEvaluator } from "../support/evaluate-plan";
import { TestSession, tables } from "../support/session";

const TABLES = tables({ t: "a INT, b INT", sales: "amount INT, p_day INT", days: "d INT, month INT" });
const ROWS: Readonly<Record<string, readonly BoxedRow[]>> = {
  t: [
    [1, 10],
    [2, 20],
  ],
  sales: [
    [5, 1],
    [6, 2],
    [7, 3],
  ],
  days: [
    [1, 1],
    [2, 2],
    [3, 1],
  ],
};

async function resolved(
  sql: string,
  conf: Readonly<Record<string, string>> = {},
): Promise<{ plan: LogicalPlan; rows: readonly BoxedRow[] }> {
  const session = new TestSession(TABLES, conf);
  const evaluator = new PlanEvaluator(session.settings, (name) => ROWS[name] as readonly BoxedRow[]);
  const run = async (plan: LogicalPlan): Promise<readonly BoxedRow[]> =>
    evaluator.rows(await resolveBeforePlanning(optimize(plan, session.optimizer), session.settings, run));
  const plan = await resolveBeforePlanning(session.optimized(sql), session.settings, run);
  return { plan, rows: evaluator.rows(plan) };
}

test("scalar subqueries become values", async () => {
  const { plan, rows } = await resolved("select a from t where b > (select min(b) from t)");
  expect(planText(plan)).toContain("(b#2 > 10)");
  expect(rows).toEqual([[2]]);
});

test("subqueries in subqueries are found first", async () => {
  const { rows } = await resolved("select a from t where b = (select max(b) from t where a < (select max(a) from t))");
  expect(rows).toEqual([[1]]);
});

test("a scalar subquery of several rows is an error", async () => {
  await expect(resolved("select (select a from t)")).rejects.toMatchObject({ errorClass: "SCALAR_SUBQUERY_TOO_MANY_ROWS" });
});

test("recursion ends when a round gives nothing", async () => {
  const sql = "with recursive r(n) as (select 1 union all select n + 1 from r where n < 5) select sum(n) from r";
  expect((await resolved(sql)).rows).toEqual([[15]]);
});

test("recursion that goes too deep is an error", async () => {
  const sql = "with recursive r(n) as (select 1 union all select n + 1 from r) select n from r";
  await expect(resolved(sql)).rejects.toMatchObject({ errorClass: "RECURSION_LEVEL_LIMIT_EXCEEDED" });
});

test("recursion ends where a limit has enough", async () => {
  const sql = "with recursive r(n) as (select 1 union all select n + 1 from r) select n from r limit 3";
  expect((await resolved(sql)).rows).toEqual([[1], [2], [3]]);
});

test("recursion that gives too many rows is an error", async () => {
  const sql = "with recursive r(n) as (select 1 union all select n + 1 from r where n < 50) select n from r";
  await expect(resolved(sql, { "spark.sql.cteRecursionRowLimit": "10" })).rejects.toMatchObject({
    errorClass: "RECURSION_ROW_LIMIT_EXCEEDED",
  });
});

test("limits of recursions: rows must be fewer, LIMIT ALL lifts that, and a LIMIT is enough once there are more", async () => {
  const conf = { "spark.sql.cteRecursionRowLimit": "10" };
  const to = (last: number, query: string): string =>
    `with recursive r(n) as (select 1 union all select n + 1 from r where n < ${last}) ${query}`;
  expect((await resolved(to(9, "select count(*) from r"), conf)).rows).toEqual([[9]]);
  const tooMany = { errorClass: "RECURSION_ROW_LIMIT_EXCEEDED" };
  await expect(resolved(to(10, "select count(*) from r"), conf)).rejects.toMatchObject(tooMany);
  expect((await resolved(to(20, "select count(*) from r limit all"), conf)).rows).toEqual([[20]]);
  await expect(resolved(to(20, "select distinct n from r limit all"), conf)).rejects.toMatchObject(tooMany);
  await expect(resolved(to(20, ", s as (select * from r) select n from s limit all"), conf)).rejects.toMatchObject(tooMany);
  const endless = (limit: number): string =>
    `with recursive r(n) max recursion level 5 as (select 1 union all select n + 1 from r) select n from r limit ${limit}`;
  expect((await resolved(endless(5))).rows).toHaveLength(5);
  await expect(resolved(endless(6))).rejects.toMatchObject({ errorClass: "RECURSION_LEVEL_LIMIT_EXCEEDED" });
});

test("a filtered table chooses partitions", async () => {
  const { plan, rows } = await resolved("select amount from sales join days on p_day = d where month = 1");
  expect(planText(plan)).toMatch(/PartitionFilters: \[p_day#\d+ IN \(1,3\)\]/);
  expect(rows).toEqual([[5], [7]]);
});
