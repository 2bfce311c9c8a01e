/** Jobs that a session makes on its own name the call of the program that they are for. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testSession } from "../../support/built-session";

const spark = testSession();

test("the job that finds the types of a file's columns is of the call that reads it, however late it runs", async () => {
  const directory = mkdtempSync(join(tmpdir(), "call-sites-"));
  try {
    const file = join(directory, "people.csv");
    // Of small files the types are found without a job.
    writeFileSync(file, `name,age\n${"ada,36\n".repeat(500_000)}`);
    const started = new Promise<readonly string[]>((resolve) =>
      spark().sparkContext.addSparkListener({ onJobStart: ({ stageInfos }) => resolve(stageInfos.map(({ name }) => name)) }),
    );
    const people = spark().read.option("header", true).option("inferSchema", true).csv(file);
    await new Promise((resolve) => setImmediate(resolve));
    await people.createOrReplaceTempView("people");
    expect((await spark().table("people").schema()).simpleString()).toBe("struct<name:string,age:int>");
    expect(await started).toEqual([expect.stringMatching(/^csv at call-sites\.test\.ts:\d+:\d+$/)]);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
