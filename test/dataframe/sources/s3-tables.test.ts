/** Tables in s3://, written and read by executors. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type S3Server, startS3Server } from "../../filesystem/s3-server";
import { type DataFrame, firesteel, type Session } from "../../support/built-session";

let directory: string;
let server: S3Server;
let spark: Session;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "s3-tables-"));
  server = await startS3Server(directory, ["bucket"]);
  spark = firesteel.SparkSession.builder
    .master("local[2]")
    .config("spark.ui.showConsoleProgress", false)
    .config("spark.hadoop.fs.s3a.endpoint", `http://${server.endpoint}`)
    .config("spark.hadoop.fs.s3a.access.key", "S3RVER")
    .config("spark.hadoop.fs.s3a.secret.key", "S3RVER")
    .getOrCreate();
});
afterAll(async () => {
  await spark.stop();
  await server.close();
  rmSync(directory, { recursive: true });
});

const rows = (count: number): DataFrame =>
  spark.range(0, count, 1, 3).selectExpr("id", "concat('text ', id % 11) AS text", "id % 3 AS part");
const texts = async (df: DataFrame): Promise<string[]> =>
  (await df.orderBy("id").collect()).map((row) => row.toArray().map(String).join("|"));

describe.each(["parquet", "csv", "json"])("%s", (format) => {
  const read = (path: string): DataFrame =>
    spark.read.format(format).schema("id BIGINT, text STRING, part INT").load(`s3://bucket/${format}/${path}`);
  const write = (df: DataFrame, path: string, mode: "append" | "overwrite" | "error", options: Record<string, string> = {}) =>
    df.write.format(format).mode(mode).options(options).partitionBy("part").save(`s3://bucket/${format}/${path}`);

  test("partitions are written, found and pruned", async () => {
    await write(rows(1000), "table", "error");
    const table = read("table");
    expect(await texts(table)).toEqual(await texts(rows(1000).selectExpr("id", "text", "part")));
    const files = await table.inputFiles();
    expect(files.every((file) => /^s3:\/\/bucket\/\w+\/table\/part=[012]\//.test(file))).toBe(true);
    const one = table.filter("part = 1 AND id < 100");
    expect(await one.count()).toBe(33);
    await expect(write(rows(1), "table", "error")).rejects.toThrow(firesteel.AnalysisError);
    await write(rows(10), "table", "append");
    expect(await read("table").count()).toBe(1010);
    await write(rows(5).filter("part = 2"), "table", "overwrite", { partitionOverwriteMode: "dynamic" });
    expect(await read("table").filter("part = 2").count()).toBe(1);
    expect(await read("table").filter("part <> 2").count()).toBe(674);
    await write(rows(7), "table", "overwrite");
    expect(await read("table").count()).toBe(7);
  });
});

test("a write that fails leaves nothing that is seen", async () => {
  const path = "s3://bucket/kept";
  await rows(20).write.parquet(path);
  const failing = rows(300).selectExpr("if(id = 250, raise_error('no more'), id) AS id", "text", "part");
  for (const mode of ["append", "overwrite"] as const)
    await expect(failing.write.mode(mode).parquet(path)).rejects.toThrow("no more");
  expect(await spark.read.parquet(path).count()).toBe(20);
});
