/** Tables of databases: SQLite always, PostgreSQL where the system has a server. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DataFrame, firesteel, testSession } from "../../support/built-session";
import { until } from "../../support/until";
import { hasPostgres, type PostgresServer, startPostgres } from "./postgres-server";

const directory = mkdtempSync(join(tmpdir(), "jdbc-"));
const warehouse = mkdtempSync(join(tmpdir(), "jdbc-tables-"));
const spark = testSession({ "spark.sql.warehouse.dir": warehouse, "spark.sql.session.timeZone": "UTC" });
let server: PostgresServer | undefined;
beforeAll(async () => {
  if (hasPostgres) server = await startPostgres();
});
afterAll(async () => {
  await server?.stop();
  for (const folder of [directory, warehouse]) rmSync(folder, { recursive: true });
});

const databases = [
  ["sqlite", () => `jdbc:sqlite:${join(directory, "test.db")}`],
  ...(hasPostgres ? [["postgresql", () => server!.url] as const] : []),
] as const;

const texts = async (df: DataFrame): Promise<string[]> => (await df.collect()).map((row) => row.toArray().map(String).join("|"));

describe.each(databases)("%s", (name, urlOf) => {
  const read = (dbtable: string, more: Record<string, string | number> = {}): DataFrame =>
    spark()
      .read.format("jdbc")
      .options({ url: urlOf(), dbtable, ...more })
      .load();
  const rows = (count: number): DataFrame =>
    spark()
      .range(0, count, 1, 4)
      .selectExpr(
        "id",
        "if(id % 5 = 0, NULL, concat('name ', id % 7, ' ''\"ü')) AS name",
        "CAST(id * 1.5 AS DECIMAL(20,4)) AS price",
        "id % 2 = 0 AS even",
        "id / 4 AS ratio",
        "date_add(DATE'2024-01-01', CAST(id AS INT)) AS day",
        "timestamp_micros(1700000000123456 + id) AS moment",
        "CAST(concat('b', id) AS BINARY) AS bytes",
      );
  const write = (df: DataFrame, dbtable: string, mode: "append" | "overwrite" | "error" | "ignore"): Promise<void> =>
    df.write.format("jdbc").mode(mode).options({ url: urlOf(), dbtable, batchsize: 300 }).save();

  test("what is written is read back", async () => {
    await write(rows(2000), "things", "error");
    const things = read("things");
    expect(await things.columns()).toEqual(["id", "name", "price", "even", "ratio", "day", "moment", "bytes"]);
    const order = "id";
    const view = "id, name, price, even, ratio, day, moment, hex(bytes)";
    expect(await texts(things.orderBy(order).selectExpr(...view.split(", ")))).toEqual(
      await texts(
        rows(2000)
          .orderBy(order)
          .selectExpr(...view.split(", ")),
      ),
    );
    expect(await things.count()).toBe(2000);
    await expect(write(rows(1), "things", "error")).rejects.toThrow(firesteel.AnalysisError);
    await write(rows(1), "things", "ignore");
    await write(rows(10), "things", "append");
    expect(await read("things").count()).toBe(2010);
    await write(rows(30), "things", "overwrite");
    expect(await read("things").count()).toBe(30);
  });

  test("columns, filters and limits", async () => {
    await write(rows(1000), "filtered", "overwrite");
    const filtered = read("filtered");
    expect(await filtered.filter("id >= 990 AND name IS NOT NULL").count()).toBe(8);
    expect(await filtered.filter("name = 'name 1 ''\"ü'").count()).toBe(await rows(1000).filter("name = 'name 1 ''\"ü'").count());
    expect(await filtered.filter("name LIKE 'name 3%' AND day < DATE'2024-03-01'").count()).toBe(
      await rows(1000).filter("name LIKE 'name 3%' AND day < DATE'2024-03-01'").count(),
    );
    expect(await filtered.filter("price IN (1.5, 3, 4.5) OR moment IS NULL").count()).toBe(3);
    expect(await filtered.filter("NOT even AND id < 10").select("id").count()).toBe(5);
    expect(await filtered.limit(7).count()).toBe(7);
    expect(await texts(filtered.agg({ price: "sum" }))).toEqual(await texts(rows(1000).agg({ price: "sum" })));
    const query = spark().read.format("jdbc").options({ url: urlOf(), query: "SELECT id + 1 AS next FROM filtered WHERE id < 5" }).load(); // prettier-ignore
    expect(await texts(query.orderBy("next"))).toEqual(["1", "2", "3", "4", "5"]);
  });

  test("tasks read ranges of a column, rows without a value once", async () => {
    await write(rows(500).selectExpr("if(id < 20, NULL, id) AS key", "day", "id AS n"), "ranges", "overwrite");
    const ranges = read("ranges", { partitionColumn: "key", lowerBound: 100, upperBound: 300, numPartitions: 4 });
    expect(await ranges.rdd.getNumPartitions()).toBe(4);
    expect(await texts(ranges.agg({ n: "sum" }))).toEqual([String((499 * 500) / 2)]);
    const days = read("ranges", { partitionColumn: "day", lowerBound: "2024-02-01", upperBound: "2024-06-01", numPartitions: 3 });
    expect(await days.count()).toBe(500);
    await expect(
      read("ranges", { partitionColumn: "none", lowerBound: 1, upperBound: 2, numPartitions: 2 }).count(),
    ).rejects.toThrow(/partitionColumn.*key/s);
    await expect(read("ranges", { partitionColumn: "key" }).count()).rejects.toThrow(/lowerBound/);
  });

  test("a write that fails leaves the table as it was, and nothing else", async () => {
    await write(rows(5), "kept", "overwrite");
    const failing = rows(500).selectExpr("if(id = 400, raise_error('no more'), id) AS id", "name", "price", "even", "ratio", "day", "moment", "bytes"); // prettier-ignore
    for (const mode of ["append", "overwrite"] as const) await expect(write(failing, "kept", mode)).rejects.toThrow("no more");
    expect(await read("kept").count()).toBe(5);
    // An attempt that was still at it when the job failed takes its own away when it ends.
    await until(() => {
      const files = readdirSync(directory).filter((file) => file.includes("firesteel"));
      const tables = server?.query("SELECT count(*) FROM pg_tables WHERE tablename LIKE 'firesteel%'") ?? "0";
      return files.length === 0 && tables === "0";
    }, "the end of staging files and tables");
    await expect(write(spark().sql("SELECT array(1) AS list"), "lists", "error")).rejects.toThrow(/ARRAY<INT>/);
  });

  test("as a table of SQL", async () => {
    await write(rows(12), "named", "overwrite");
    const table = `db_${name}`;
    await spark().sql(`CREATE TABLE ${table} USING jdbc OPTIONS (url '${urlOf()}', dbtable 'named')`).collect();
    expect(await texts(spark().sql(`SELECT count(*), max(day) FROM ${table} WHERE id > 3`))).toEqual(["8|2024-01-12"]);
    await spark()
      .sql(`INSERT INTO ${table} SELECT id + 100, name, price, even, ratio, day, moment, bytes FROM ${table}`)
      .collect();
    expect(await spark().table(table).count()).toBe(24);
    const cached = spark().table(table).filter("id >= 100").cache();
    expect(await cached.count()).toBe(12);
    expect(await cached.join(spark().table(table), "id").count()).toBe(12);
    await spark().sql(`DROP TABLE ${table}`).collect();
    expect(await read("named").count()).toBe(24);
  });

  test("what the database refuses is told", async () => {
    await expect(read("no_such_table").count()).rejects.toThrow(/no_such_table/);
  });
});

test("what no database is meant by", async () => {
  const reader = (options: Record<string, string>): DataFrame => spark().read.format("jdbc").options(options).load();
  await expect(reader({ url: "jdbc:oracle:thin:@x", dbtable: "t" }).count()).rejects.toThrow(/url.*postgresql/s);
  await expect(reader({ url: "jdbc:sqlite:/nowhere/x.db", dbtable: "t" }).count()).rejects.toThrow(/no SQLite database/);
  await expect(reader({ url: `jdbc:sqlite:${directory}/test.db` }).count()).rejects.toThrow(/dbtable/);
  await expect(
    reader({ url: "jdbc:postgresql://127.0.0.1:1/x", dbtable: "t", user: "u", password: "secret" }).count(),
  ).rejects.toThrow(expect.objectContaining({ message: expect.not.stringContaining("secret") as unknown }));
});

(hasPostgres ? test : test.skip)("types of PostgreSQL", async () => {
  server!
    .query(`CREATE TABLE kinds AS SELECT 1::int2 AS a, 2::int4 AS b, 9223372036854775807::int8 AS c, 1.5::float4 AS d, 'NaN'::float8 AS e,
    12.30::numeric(8,2) AS f, 1.25::numeric AS g, true AS h, 'text'::varchar(9) AS i, '{"a": 1}'::jsonb AS j, '\\x00ff'::bytea AS k, '2024-02-29'::date AS l,
    '2024-02-29 12:00:00.5+02'::timestamptz AS m, '2024-02-29 12:00:00.25'::timestamp AS n, ARRAY[1,2] AS o, NULL::int AS p, 'ab'::char(4) AS q`);
  const kinds = spark().read.jdbc(server!.url, "kinds");
  expect((await kinds.dtypes()).map(([, type]) => type)).toEqual([
    "smallint", "int", "bigint", "float", "double", "decimal(8,2)", "decimal(38,18)", "boolean", "string", "string", "binary", "date", "timestamp",
    "timestamp_ntz", "string", "int", "string",
  ]); // prettier-ignore
  const shown = kinds.selectExpr("a", "b", "CAST(c AS STRING)", "d", "e", "f", "g", "h", "i", "j", "hex(k)", "l", "CAST(m AS STRING)", "CAST(n AS STRING)", "o", "p", "q"); // prettier-ignore
  expect(await texts(shown)).toEqual([
    '1|2|9223372036854775807|1.5|NaN|12.30|1.250000000000000000|true|text|{"a": 1}|00FF|2024-02-29|2024-02-29 10:00:00.5|2024-02-29 12:00:00.25|{1,2}|null|ab  ',
  ]);
});
