/** ADD FILE and LIST FILES: files for tasks, from SQL. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { firesteel, testSession } from "../../support/built-session";

const spark = testSession();
const directory = mkdtempSync(join(tmpdir(), "resources-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

test("files that were added are listed, and tasks can read them", async () => {
  const [first, second] = ["first.txt", "second one.txt"].map((name) => join(directory, name)) as [string, string];
  writeFileSync(first, "in a task");
  writeFileSync(second, "");
  const run = async (sql: string): Promise<unknown[]> => (await spark().sql(sql).collect()).map((row) => row.get(0));
  expect(await run(`ADD FILE ${first}`)).toEqual([]);
  expect(await run(`ADD FILES '${second}'`)).toEqual([]);
  expect(await run("LIST FILES")).toEqual([`file:${first}`, `file:${second}`]);
  expect(await spark().sql("LIST FILES").columns()).toEqual(["Results"]);
  expect(await run(`LIST FILE ${first}`)).toEqual([`file:${first}`]);
  expect(await run("LIST JARS")).toEqual([]);
  const { SparkFiles } = firesteel;
  const read = firesteel.functions.udf(
    () => require("node:fs").readFileSync(SparkFiles.get("first.txt"), "utf8") as string,
    "string",
  );
  expect((await spark().range(1).select(read()).collect())[0]!.get(0)).toBe("in a task");
  const folder = join(directory, "folder");
  mkdirSync(folder);
  writeFileSync(join(folder, "third.txt"), "in a folder");
  expect(await run(`ADD FILE ${folder}`)).toEqual([]);
  const deep = firesteel.functions.udf(
    () => require("node:fs").readFileSync(SparkFiles.get("folder/third.txt"), "utf8") as string,
    "string",
  );
  expect((await spark().range(1).select(deep()).collect())[0]!.get(0)).toBe("in a folder");
  await expect(run("ADD FILE /nowhere/at/all")).rejects.toThrow("PATH_NOT_FOUND");
  await expect(run("ADD JAR /some.jar")).rejects.toThrow("UNSUPPORTED_FEATURE.ADD_RESOURCE");
});
