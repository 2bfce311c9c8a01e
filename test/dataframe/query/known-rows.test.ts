/** Queries that only name values have their rows without a job; all others have one. */
import { testSession } from "../../support/built-session";

const spark = testSession();

/** Rows of a query, and how many jobs it took. */
async function jobsOf(sql: string): Promise<{ readonly rows: unknown[]; readonly jobs: number }> {
  const { sparkContext } = spark();
  const df = spark().sql(sql);
  sparkContext.setJobGroup(sql, "");
  try {
    const rows = (await df.collect()).map((row) => row.toArray());
    return { rows, jobs: sparkContext.statusTracker.getJobIdsForGroup(sql).length };
  } finally {
    sparkContext.clearJobGroup();
  }
}

test("constants", async () => {
  expect(await jobsOf("SELECT 1, 'a' || 'b', CAST(NULL AS INT), array(1, 2)")).toEqual({
    rows: [[1, "ab", null, [1, 2]]],
    jobs: 0,
  });
  expect(await jobsOf("SELECT 'x' FROM VALUES (1), (2), (3) t(a)")).toEqual({ rows: [["x"], ["x"], ["x"]], jobs: 0 });
});

test("what is computed of rows, or anew each time, is computed by tasks", async () => {
  expect(await jobsOf("SELECT a + 1 FROM VALUES (1), (2) t(a)")).toEqual({ rows: [[2], [3]], jobs: 1 });
  expect(await jobsOf("SELECT rand() < 2")).toEqual({ rows: [[true]], jobs: 1 });
  await expect(jobsOf("SELECT 1 / 0")).rejects.toThrow(/DIVIDE_BY_ZERO/);
});

test("limits", async () => {
  const sql = "SELECT 7 FROM VALUES (1), (2), (3) t(a)";
  expect(await spark().sql(sql).take(2)).toHaveLength(2);
  expect((await jobsOf(`${sql} LIMIT 5`)).rows).toEqual([[7], [7], [7]]);
  expect((await jobsOf(`${sql} LIMIT 1 OFFSET 1`)).rows).toEqual([[7]]);
});
