import { planText } from "../../../src/dataframe/logical/print";
import { CommandHarness } from "./session";

async function table(definition: string): Promise<CommandHarness> {
  const harness = new CommandHarness();
  await harness.run(`CREATE TABLE t (${definition})`);
  return harness;
}

const text = (harness: CommandHarness): string =>
  planText(harness.written[0]!.query)
    .split("\n")[0]!
    .replace(/#\d+L?/g, "");

test("columns by position, with the casts that the assignment policy allows", async () => {
  const harness = await table("a BIGINT, b STRING) USING parquet PARTITIONED BY (b");
  await harness.run("INSERT INTO t VALUES (1, 2)");
  expect(text(harness)).toBe("Project [cast(col1 as bigint) AS a, cast(col2 as string) AS b]");
  expect(harness.written[0]).toMatchObject({ mode: "append", below: "", dynamicOverwrite: false });
});

test("columns by name; what is not given is the default or null", async () => {
  const harness = await table("a INT, b STRING DEFAULT 'q', c DOUBLE) USING parquet PARTITIONED BY (c");
  await harness.run("INSERT INTO t (c, a) VALUES (1.5D, 2)");
  expect(text(harness)).toBe("Project [col2 AS a, q AS b, col1 AS c]");
});

test("BY NAME", async () => {
  const harness = await table("a INT, b INT) USING parquet OPTIONS ('k' = 'v'");
  await harness.run("INSERT INTO t BY NAME SELECT 1 AS b, 2 AS a");
  expect(text(harness)).toBe("Project [a AS a, b AS b]");
  await expect(harness.run("INSERT INTO t BY NAME SELECT 1 AS z, 2 AS a")).rejects.toThrow("EXTRA_COLUMNS");
});

test("fixed partitions take no column of the query", async () => {
  const harness = await table("a INT, p INT, q STRING) USING parquet PARTITIONED BY (p, q");
  await harness.run("INSERT OVERWRITE t PARTITION (p = 3, q) SELECT 1, 'x'");
  expect(text(harness)).toBe("Project [1 AS a, 3 AS p, x AS q]");
  expect(harness.written[0]).toMatchObject({ mode: "overwrite", below: "p=3" });
  await expect(harness.run("INSERT INTO t PARTITION (a = 1) SELECT 1, 2")).rejects.toThrow("PARTITIONS_NOT_FOUND");
});

test("DEFAULT in VALUES", async () => {
  const harness = await table("a INT DEFAULT 7, b INT) USING parquet OPTIONS ('k' = 'v'");
  await harness.run("INSERT INTO t VALUES (DEFAULT, DEFAULT)");
  expect(planText(harness.written[0]!.query)).toContain("[col1");
  expect(harness.written[0]!.query).toMatchObject({ child: { rows: [[7, null]] } });
});

test("a table of a query has its columns, partitions last", async () => {
  const harness = new CommandHarness();
  await harness.run("CREATE TABLE t USING parquet PARTITIONED BY (p) AS SELECT 1 AS p, 'x' AS a");
  expect(await harness.schema("SELECT * FROM t")).toBe("struct<a:string,p:int>");
  expect(text(harness)).toBe("Project [a, p]");
});
