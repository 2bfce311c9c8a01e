/** Data sources of programs, in the executors' own processes. */
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { firesteel, testSession } from "../../support/built-session";

const directory = mkdtempSync(join(tmpdir(), "user-source-"));
const warehouse = mkdtempSync(join(tmpdir(), "user-source-tables-"));
const spark = testSession({ "spark.sql.warehouse.dir": warehouse });
afterAll(() => rmSync(warehouse, { recursive: true }));
afterAll(() => rmSync(directory, { recursive: true }));

test("a source in a few lines", async () => {
  const factor = 3;
  spark().dataSource.register({
    name: "multiples",
    schema: "n BIGINT, times INT",
    partitions: ({ upTo = "10" }) => [
      [0, Number(upTo) / 2],
      [Number(upTo) / 2, Number(upTo)],
    ],
    *read([from, to]: [number, number]) {
      for (let n = from; n < to; n++) yield { n, times: n * factor };
    },
  });
  const multiples = spark().read.format("Multiples").option("upTo", 100).load();
  expect(await multiples.rdd.getNumPartitions()).toBe(2);
  expect(await multiples.count()).toBe(100);
  expect((await multiples.filter("n > 96").collect()).map((row) => row.toArray())).toEqual([[97, 291], [98, 294], [99, 297]]); // prettier-ignore
  expect((await multiples.agg({ times: "sum" }).collect())[0]!.get(0)).toBe(4950 * 3);
  await spark().sql("CREATE TABLE mult USING multiples OPTIONS (upTo '6')").collect();
  expect(await spark().table("mult").join(multiples, "n").count()).toBe(6);
  await spark().sql("DROP TABLE mult").collect();
});

test("what a scan asks for: columns, filters, options, a limit", async () => {
  spark().dataSource.register({
    name: "asked",
    schema: "a INT, b STRING, c DATE, asked STRING",
    read: (_, request) => [{ a: 1, b: "x", c: "2024-01-01", asked: JSON.stringify(request) }],
  });
  const asked = async (sql: string): Promise<Record<string, unknown>> => {
    await spark().read.format("asked").option("k", "v").load("p").createOrReplaceTempView("asked");
    return JSON.parse((await spark().sql(sql).collect())[0]!.get(0) as string) as Record<string, unknown>;
  };
  expect(
    await asked("SELECT asked FROM asked WHERE a IN (1, 2) AND b = 'x' AND 1 <= a AND b LIKE 'x%' AND c IS NOT NULL"),
  ).toEqual(
    expect.objectContaining({
      columns: expect.arrayContaining(["a", "b", "c", "asked"]) as unknown,
      options: { k: "v" },
      paths: ["p"],
      filters: expect.arrayContaining([
        { column: "a", operator: "in", value: [1, 2] },
        { column: "b", operator: "=", value: "x" },
        { column: "a", operator: ">=", value: 1 },
        { column: "b", operator: "startsWith", value: "x" },
        { column: "c", operator: "isNotNull" },
      ]) as unknown,
    }),
  );
  expect((await asked("SELECT asked FROM asked LIMIT 5"))["limit"]).toBe(5);
  expect((await asked("SELECT asked FROM asked"))["columns"]).toEqual(["asked"]);
});

describe("rows that come asynchronously", () => {
  beforeAll(() =>
    spark().dataSource.register({
      name: "later",
      schema: async ({ columns = "n BIGINT, text STRING" }) => columns,
      partitions: async () => [1, 2, 3],
      async *read(partition: number, { options }) {
        for (let i = 0; i < 10_000; i++) {
          if (i % 1000 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
          if (options["fail"] !== undefined && i === 5000) throw new Error(`partition ${partition} cannot be read`);
          yield { n: i, text: `${partition} ${"x".repeat(100)}` };
        }
      },
    }),
  );

  test("are read, cached, and read as an RDD", async () => {
    const later = spark().read.format("later").load();
    expect(await later.groupBy("text").count().count()).toBe(3);
    expect(await later.limit(4).count()).toBe(4);
    const cached = later.filter("n % 2 = 0").cache();
    expect(await cached.count()).toBe(15_000);
    expect(await cached.agg({ n: "sum" }).collect()).toEqual(await later.filter("n % 2 = 0").agg({ n: "sum" }).collect());
    cached.unpersist();
    expect(await later.rdd.map((row) => row.n as number).sum()).toBe((3 * 9999 * 10_000) / 2);
    const fromRdd = spark().createDataFrame(
      spark()
        .sparkContext.parallelize([1, 2, 3])
        .map(async (n) => [n]),
      "n INT",
    );
    expect(await fromRdd.agg({ n: "sum" }).collect()).toHaveLength(1);
  });

  test("fail as the source does", async () => {
    await expect(spark().read.format("later").option("fail", 1).load().count()).rejects.toThrow("cannot be read");
  });
});

test("values are checked against the schema", async () => {
  spark().dataSource.register({ name: "wrong", schema: "n INT", *read() { yield { n: "one" }; } }); // prettier-ignore
  await expect(spark().read.format("wrong").load().collect()).rejects.toThrow(/"one".*n/s);
  spark().dataSource.register({ name: "nothing", schema: "n INT", read: () => 5 as never });
  await expect(spark().read.format("nothing").load().collect()).rejects.toThrow(/iterable/);
  expect(() => spark().dataSource.register({ name: "parquet", schema: "n INT", read: () => [] })).toThrow(/another name/);
  expect(() => spark().dataSource.register({ name: "half" } as never)).toThrow(/name, schema and read/);
});

test("is written: tasks write, the driver commits", async () => {
  const target = directory;
  spark().dataSource.register({
    name: "lines",
    schema: "line STRING",
    read: (_, { paths }) => readFileSync(paths[0]!, "utf8").trim().split("\n"),
    write: {
      begin: ({ mode }) => ({ prefix: `${mode}-` }),
      async rows(rows, { state, partition, attempt }) {
        const name = `${state.prefix}${partition}-${attempt}`;
        writeFileSync(join(target, `.${name}`), [...rows].map((row: { line: string }) => `${row.line}\n`).join(""));
        await Promise.resolve();
        return name;
      },
      commit: (names) => (names as string[]).forEach((name) => renameSync(join(target, `.${name}`), join(target, name))),
      abort: (names) => (names as string[]).forEach((name) => rmSync(join(target, `.${name}`), { force: true })),
    },
  });
  const df = spark().range(0, 1000, 1, 4).selectExpr("concat('line ', id) AS line");
  await df.write.format("lines").mode("append").save();
  const files = readdirSync(directory);
  expect(files).toHaveLength(4);
  expect(files.flatMap((file) => readFileSync(join(directory, file), "utf8").trim().split("\n"))).toHaveLength(1000);
  expect(await spark().read.format("lines").load(join(directory, files[0]!)).count()).toBe(250);
  const failing = df.selectExpr("if(line = 'line 999', raise_error('no'), line) AS line");
  await expect(failing.write.format("lines").mode("append").save()).rejects.toThrow("no");
  expect(readdirSync(directory).filter((name) => !name.startsWith("."))).toHaveLength(4);
  await spark().sql("CREATE TABLE some_lines (line STRING) USING lines").collect();
  await spark().sql("INSERT INTO some_lines VALUES ('one'), ('two')").collect();
  expect(readdirSync(directory).filter((name) => !name.startsWith(".")).length).toBeGreaterThan(4);
  await spark().sql("DROP TABLE some_lines").collect();
  await expect(spark().range(1).write.format("multiples").save()).rejects.toThrow(firesteel.AnalysisError);
});
