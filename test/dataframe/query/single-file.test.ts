/** Writing one file under the path that was asked for. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DataFrame, testSession } from "../../support/built-session";

const spark = testSession();
const directory = mkdtempSync(join(tmpdir(), "firesteel-single-"));
afterAll(() => rmSync(directory, { recursive: true }));
const at = (name: string): string => join(directory, name);
const rows = (sql: string): DataFrame => spark().sql(sql);

test("a file is exactly there, with the rows of all partitions in their order, and nothing beside it", async () => {
  const sorted = spark().range(0, 1000, 1, 7).orderBy("id");
  await sorted.write.csv(at("out.csv"), { single: true, header: true });
  const text = readFileSync(at("out.csv"), "utf8");
  expect(text).toBe(`id\n${Array.from({ length: 1000 }, (_, i) => `${i}\n`).join("")}`);
  await sorted.write.json(at("out.json"), { single: true });
  await sorted.write.parquet(at("out.parquet"), { single: true });
  await sorted.write.option("single", true).format("arrow").save(at("out.arrow"));
  expect(readdirSync(directory).sort()).toEqual(["out.arrow", "out.csv", "out.json", "out.parquet"]);
  for (const read of [spark().read.json(at("out.json")), spark().read.parquet(at("out.parquet"))])
    expect(await read.agg({ id: "sum" }).first()).toMatchObject({ "sum(id)": 499_500 });
});

test("modes", async () => {
  const path = at("modes.csv");
  const one = rows("SELECT 1");
  await one.write.csv(path, { single: true });
  await expect(one.write.csv(path, { single: true })).rejects.toThrow(/PATH_ALREADY_EXISTS/);
  await rows("SELECT 2").write.csv(path, { single: true, mode: "ignore" });
  expect(readFileSync(path, "utf8")).toBe("1\n");
  await rows("SELECT 3").write.csv(path, { single: true, mode: "overwrite" });
  expect(readFileSync(path, "utf8")).toBe("3\n");
  mkdirSync(at("folder"));
  await expect(one.write.csv(at("folder"), { single: true, mode: "overwrite" })).rejects.toThrow(/is a directory/);
});

test("a write that fails leaves the old file, and nothing else", async () => {
  const path = at("kept.csv");
  await rows("SELECT 1").write.csv(path, { single: true });
  const wrong = rows("SELECT 1 / (id - 5) FROM range(10)");
  await expect(wrong.write.csv(path, { single: true, mode: "overwrite" })).rejects.toThrow(/DIVIDE_BY_ZERO/);
  expect(readFileSync(path, "utf8")).toBe("1\n");
  expect(readdirSync(directory).filter((name) => name.startsWith("."))).toEqual([]);
});

test("no rows: a file without rows", async () => {
  await rows("SELECT id FROM range(5) WHERE id > 7").write.csv(at("none.csv"), { single: true, header: true });
  expect(readFileSync(at("none.csv"), "utf8")).toBe("id\n");
});

test("what cannot be one file is refused in words", async () => {
  const one = rows("SELECT 1 a, 2 b");
  const path = at("refused.csv");
  await expect(one.write.csv(path, { single: true, mode: "append" })).rejects.toThrow("nothing can be added to a file");
  await expect(one.write.partitionBy("a").csv(path, { single: true })).rejects.toThrow("partitioned tables are many files");
  await expect(one.write.csv(path, { single: true, maxRecordsPerFile: 1 })).rejects.toThrow("maxRecordsPerFile");
  await expect(one.write.csv(path, { single: "maybe" })).rejects.toThrow("true or false");
});
