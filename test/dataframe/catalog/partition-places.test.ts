/** Partitions that do not lie where their name says, with the answers of PySpark 4.2. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { answersOf } from "../../support/answers";
import { testSession } from "../../support/built-session";

const folder = mkdtempSync(join(tmpdir(), "partition-places-"));
const spark = testSession({ "spark.sql.warehouse.dir": join(folder, "warehouse") });
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const { answer, refusal } = answersOf(spark);
const place = (name: string): string => join(folder, name);
const partitions = async (table: string): Promise<unknown[]> => (await answer(`SHOW PARTITIONS ${table}`)).map(([one]) => one);

test("rows of a partition with a LOCATION are written and read there, and replaced there", async () => {
  await answer("CREATE TABLE p (id INT, d STRING, h INT) USING parquet PARTITIONED BY (d, h)");
  await answer("INSERT INTO p VALUES (1, 'x', 1), (2, 'x', 2), (3, 'y', 1)");
  await answer(`ALTER TABLE p ADD PARTITION (d = 'z', h = 1) LOCATION '${place("z")}'`);
  await answer("INSERT INTO p PARTITION (d = 'z', h = 1) VALUES (4)");
  await answer("INSERT INTO p VALUES (5, 'z', 1)");
  expect(await answer("SELECT id FROM p WHERE d = 'z' ORDER BY id")).toEqual([[4], [5]]);
  expect(existsSync(join(folder, "warehouse", "p", "d=z"))).toBe(false);
  await answer("INSERT OVERWRITE p PARTITION (d = 'z', h = 1) VALUES (6)");
  expect(await answer("SELECT * FROM p ORDER BY id")).toEqual([
    [1, "x", 1],
    [2, "x", 2],
    [3, "y", 1],
    [6, "z", 1],
  ]);
});

test("partitions below those that a statement fixes are replaced; IF NOT EXISTS leaves one that is there", async () => {
  await answer("INSERT OVERWRITE p PARTITION (d = 'x', h) VALUES (7, 3)");
  expect(await answer("SELECT id FROM p ORDER BY id")).toEqual([[3], [6], [7]]);
  await answer("INSERT OVERWRITE p PARTITION (d = 'x', h = 3) SELECT 1 WHERE false");
  expect(await answer("SELECT id FROM p ORDER BY id")).toEqual([[3], [6]]);
  await answer("INSERT OVERWRITE p PARTITION (d = 'y', h = 1) IF NOT EXISTS VALUES (8)");
  await answer("INSERT OVERWRITE p PARTITION (d = 'y', h = 2) IF NOT EXISTS VALUES (9)");
  expect(await answer("SELECT id FROM p ORDER BY id")).toEqual([[3], [6], [9]]);
});

test("a partition, and a table, take another location; partitions stay where they are", async () => {
  await answer(`ALTER TABLE p PARTITION (d = 'y', h = 1) SET LOCATION '${place("y")}'`);
  expect(await answer("SELECT id FROM p ORDER BY id")).toEqual([[6], [9]]);
  await answer(`ALTER TABLE p SET LOCATION '${place("moved")}'`);
  await answer("INSERT INTO p VALUES (10, 'y', 1), (11, 'r', 1)");
  expect(await answer("SELECT id FROM p ORDER BY id")).toEqual([[6], [9], [10], [11]]);
  expect(await partitions("p")).toEqual(["d=r/h=1", "d=y/h=1", "d=y/h=2", "d=z/h=1"]);
  expect(existsSync(place("y"))).toBe(true);
  await answer("TRUNCATE TABLE p PARTITION (d = 'y', h = 1)");
  expect(await answer("SELECT id FROM p ORDER BY id")).toEqual([[6], [9], [11]]);
  await answer("INSERT OVERWRITE p VALUES (20, 'r', 1)");
  expect(await answer("SELECT id FROM p")).toEqual([[20]]);
  expect(await partitions("p")).toEqual(["d=r/h=1"]);
});

test("what a table of the user's files loses as a partition stays as files", async () => {
  await answer(`CREATE TABLE e (id INT, d STRING) USING csv PARTITIONED BY (d) LOCATION '${place("e")}'`);
  expect(await answer("SELECT * FROM e")).toEqual([]);
  await answer("INSERT INTO e VALUES (1, 'a'), (2, 'b')");
  await answer("ALTER TABLE e DROP PARTITION (d = 'a')");
  await answer("ALTER TABLE e PARTITION (d = 'b') RENAME TO PARTITION (d = 'c')");
  expect(await answer("SELECT * FROM e")).toEqual([[2, "c"]]);
  expect(await partitions("e")).toEqual(["d=c"]);
  await answer("MSCK REPAIR TABLE e");
  expect(await answer("SELECT * FROM e ORDER BY id, d")).toEqual([
    [1, "a"],
    [2, "b"],
    [2, "c"],
  ]);
  rmSync(place("e"), { recursive: true });
  await answer("MSCK REPAIR TABLE e SYNC PARTITIONS");
  expect(await partitions("e")).toEqual([]);
  expect(await answer("SELECT * FROM e")).toEqual([]);
});

test("partitions that are there, or are none", async () => {
  await answer("CREATE TABLE q (id INT, d STRING) USING json PARTITIONED BY (d)");
  await answer("ALTER TABLE q ADD PARTITION (d = 'a') PARTITION (d = 'b')");
  expect(await refusal("ALTER TABLE q ADD PARTITION (d = 'a')")).toBe("PARTITIONS_ALREADY_EXIST");
  expect(await refusal("ALTER TABLE q PARTITION (d = 'a') RENAME TO PARTITION (d = 'b')")).toBe("PARTITIONS_ALREADY_EXIST");
  expect(await refusal("ALTER TABLE q DROP PARTITION (d = 'c')")).toBe("PARTITIONS_NOT_FOUND");
  expect(await refusal("ANALYZE TABLE q PARTITION (d = 'c') COMPUTE STATISTICS")).toBe("PARTITIONS_NOT_FOUND");
  await answer("CREATE TABLE plain (a INT) USING parquet");
  expect(await refusal("ALTER TABLE plain ADD PARTITION (a = 1)")).toBe("_LEGACY_ERROR_TEMP_1251");
  expect(await refusal("ALTER TABLE plain RECOVER PARTITIONS")).toBe("NOT_A_PARTITIONED_TABLE");
  expect(await refusal("TRUNCATE TABLE plain PARTITION (a = 1)")).toBe("_LEGACY_ERROR_TEMP_1267");
});
