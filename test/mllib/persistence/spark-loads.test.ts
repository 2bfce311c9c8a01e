/** What is saved here is loaded by PySpark and gives the same: runs only where FIRESTEEL_PYSPARK names a Python that has PySpark 4.2 and a JVM (jest.config.js). */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { testSession } from "../../support/built-session";
import { dataset, GOLDEN, golden, stageOf } from "../feature/golden";

const python = process.env["FIRESTEEL_PYSPARK"]!;
const spark = testSession();

test("every transformer and model of the golden cases", async () => {
  const directory = mkdtempSync(join(tmpdir(), "firesteel-to-spark-"));
  try {
    for (const one of golden.cases) {
      const stage = stageOf(one);
      const transformer = one.fit === undefined ? stage : await stage.fit!(dataset(spark(), one.fit));
      await transformer.write().save(join(directory, one.id));
    }
    const { stdout } = await promisify(execFile)(python, [join(GOLDEN, "load.py"), directory]);
    expect(JSON.parse(stdout.trim().split("\n").at(-1)!)).toEqual({ cases: golden.cases.length, failures: [] });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}, 600_000);
