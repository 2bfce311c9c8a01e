/** Batches of scans lie in memory that is used again: whoever keeps rows has copied them. Every query beside the same one over local rows. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testSession } from "../../support/built-session";

const spark = testSession();
const directory = mkdtempSync(join(tmpdir(), "firesteel-test-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const ROWS = 5000;
beforeAll(async () => {
  const rows = Array.from({ length: ROWS }, (_, i) => [
    i,
    (i * 7919) % 1009,
    (i % 97) / 4,
    i % 5 === 0 ? null : `w${i % 11}`,
    i * 3,
  ]);
  const local = spark().createDataFrame(rows, "id INT, k BIGINT, x DOUBLE, w STRING, d BIGINT");
  await local.createOrReplaceTempView("local_rows");
  await local.coalesce(1).write.option("parquet.page.size", "2000").parquet(join(directory, "t"));
  await spark().read.parquet(join(directory, "t")).createOrReplaceTempView("file_rows");
});

test.each([
  "SELECT * FROM t",
  "SELECT k, d FROM t",
  "SELECT k + 1 AS k1, d, w FROM t",
  "SELECT id, w FROM t WHERE k < 300",
  "SELECT id, k FROM t ORDER BY k, id LIMIT 50",
  "SELECT k, sum(x), count(w), min(w), max(d), first(d) FROM (SELECT * FROM t ORDER BY id) GROUP BY k",
  "SELECT w, count(*), collect_set(k % 7) FROM t WHERE id % 3 = 1 GROUP BY w",
  "SELECT a.id, b.d FROM t a JOIN t b ON a.id = b.k WHERE b.x > 20",
  "SELECT a.id, b.w FROM t a LEFT JOIN t b ON a.k = b.id AND b.k > 500",
  "SELECT id FROM t a WHERE NOT EXISTS (SELECT 1 FROM t b WHERE b.k = a.id AND b.w = 'w3')",
  "SELECT id, sum(d) OVER (PARTITION BY k ORDER BY id) FROM t",
  "SELECT DISTINCT w, k % 10 FROM t UNION ALL SELECT w, k FROM t WHERE x = 1.5",
  "SELECT /*+ MERGE(b) */ a.id, b.id FROM t a JOIN t b ON a.k = b.d",
])("%s", async (query) => {
  const rowsOf = async (table: string): Promise<string[]> => {
    const rows = await spark()
      .sql(query.replace(/\bt\b(?=$| WHERE| a\b| b\b| ORDER| UNION|\)| GROUP)/g, table))
      .toJSON()
      .collect();
    return rows.map(String).sort();
  };
  const found = await rowsOf("file_rows");
  expect(found.length).toBeGreaterThan(0);
  expect(found).toEqual(await rowsOf("local_rows"));
});
