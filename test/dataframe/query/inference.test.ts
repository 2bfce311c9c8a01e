/** Schemas that are found by jobs: files are large enough for several tasks. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { testSession } from "../../support/built-session";

const spark = testSession({ "spark.sql.files.maxPartitionBytes": "700k", "spark.sql.files.openCostInBytes": "1k" });
const directory = mkdtempSync(join(tmpdir(), "firesteel-inference-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function file(name: string, lines: readonly string[], zipped = false): string {
  const path = join(directory, name);
  const bytes = Buffer.from(`${lines.join("\n")}\n`);
  writeFileSync(path, zipped ? gzipSync(bytes) : bytes);
  return path;
}

const MARK = 13;

/** The tasks of the jobs that the body starts. */
async function tasksOf<T>(body: () => Promise<T>): Promise<{ readonly tasks: number; readonly result: T }> {
  const { sparkContext } = spark();
  let tasks = 0;
  let listener: Parameters<typeof sparkContext.addSparkListener>[0] = {};
  // Events come in their order: those before the mark are of the body.
  const marked = new Promise<void>((resolve) => {
    listener = {
      onJobStart: ({ stageInfos }) => {
        const count = stageInfos.reduce((sum, { numTasks }) => sum + numTasks, 0);
        if (count === MARK) resolve();
        else tasks += count;
      },
    };
  });
  sparkContext.addSparkListener(listener);
  const result = await body();
  await sparkContext.range(0, MARK, 1, MARK).count();
  await marked;
  sparkContext.removeSparkListener(listener);
  return { tasks, result };
}

const ROWS = 60_000;
const text = "some text that makes the lines longer";

test("CSV: types of all splits together, and the header wherever it is", async () => {
  const rows = Array.from({ length: ROWS }, (_, i) => `${i},${i === ROWS - 1 ? "1.5" : i},${text},2024-01-0${(i % 9) + 1}`);
  rows.splice(30_000, 0, "a,b,c,d");
  const path = file("large.csv", ["a,b,c,d", ...rows]);
  const read = (options: Record<string, unknown>) => spark().read.csv(path, { header: true, inferSchema: true, ...options });
  const { tasks, result } = await tasksOf(() => read({}).dtypes());
  expect(result).toEqual([["a", "int"], ["b", "double"], ["c", "string"], ["d", "date"]]); // prettier-ignore
  expect(tasks).toBeGreaterThan(2);
  // What was found is known.
  expect((await tasksOf(() => read({}).dtypes())).tasks).toBe(0);
  // Records that are passed over say nothing.
  expect(await read({ samplingRatio: 0.0001 }).dtypes()).toEqual([["a", "int"], ["b", "int"], ["c", "string"], ["d", "date"]]); // prettier-ignore
  expect(await read({ inferSchema: false }).dtypes()).toEqual(["a", "b", "c", "d"].map((name) => [name, "string"]));
});

test("CSV in one piece: compressed, and with records over several lines", async () => {
  const rows = Array.from({ length: ROWS }, (_, i) => `${i},"${text}${i % 3 === 0 ? "\n" : ""}",${i % 2 === 0}`);
  const options = { inferSchema: true, multiLine: true };
  const types = [["_c0", "int"], ["_c1", "string"], ["_c2", "boolean"]]; // prettier-ignore
  expect(await spark().read.csv(file("lines.csv", rows), options).dtypes()).toEqual(types);
  const random = Array.from({ length: 120_000 }, (_, i) => `${(i * 7919) % 1_000_003},${text},${Math.imul(i, 2654435761)}`);
  expect(
    await spark()
      .read.csv(file("zipped.csv.gz", random, true), { inferSchema: true })
      .dtypes(),
  ).toEqual([
    ["_c0", "int"],
    ["_c1", "string"],
    ["_c2", "int"],
  ]);
});

test("JSON: what all splits have together; bad records and the mode to fail", async () => {
  const lines = Array.from({ length: ROWS }, (_, i) => `{"id":${i},"text":"${text}","in":{"list":[${i}]}}`);
  const { tasks, result } = await tasksOf(() =>
    spark()
      .read.json(file("large.json", [...lines, '{"late":true,"in":{"list":[1.5],"more":"x"}}']))
      .dtypes(),
  );
  expect(result).toEqual([
    ["id", "bigint"],
    ["in", "struct<list:array<double>,more:string>"],
    ["late", "boolean"],
    ["text", "string"],
  ]);
  expect(tasks).toBeGreaterThan(2);
  const bad = file("bad.json", [...lines, '{"id":']);
  expect((await spark().read.json(bad).dtypes()).map(([name]) => name)).toEqual(["_corrupt_record", "id", "in", "text"]);
  await expect(spark().read.json(bad, { mode: "FAILFAST" }).dtypes()).rejects.toThrow(/MALFORMED_RECORD_IN_PARSING.*FAILFAST/s);
});
