/** A query that runs again answers from what is there now, whatever its plan was before. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { firesteel, testSession } from "../../support/built-session";
import { until } from "../../support/until";

const spark = testSession();
const directory = mkdtempSync(join(tmpdir(), "firesteel-kept-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const values = async (text: string): Promise<unknown[][]> => (await spark().sql(text).collect()).map((row) => row.toArray());
const run = async (text: string): Promise<void> => void (await spark().sql(text).collect());

/** What the text gives before, again, and after `change`. */
async function around(text: string, change: () => unknown): Promise<unknown[]> {
  const before = await values(text);
  expect(await values(text)).toEqual(before);
  await change();
  return [before, await values(text)];
}

async function files(name: string, rows: number): Promise<string> {
  const path = join(directory, name);
  await spark().range(rows).write.mode("overwrite").parquet(path);
  return path;
}

/** Whether a second run of the text has the plans of the first. */
async function isKept(text: string): Promise<boolean> {
  const { session } = (spark() as unknown as Internals).core.port;
  const plans = async (): Promise<readonly unknown[]> => {
    const { analyzed, optimized } = await session.query((spark().sql(text) as unknown as { readonly plan: unknown }).plan, {
      scope: "collect",
      site: "",
    });
    return [analyzed, optimized];
  };
  const [first, second] = [await plans(), await plans()];
  return first.every((plan, i) => plan === second[i]);
}

interface Internals {
  readonly core: {
    readonly port: {
      readonly session: {
        query(plan: unknown, call: unknown): Promise<{ readonly analyzed: unknown; readonly optimized: unknown }>;
      };
    };
  };
}

test("plans are kept where nothing that they depend on can differ unseen", async () => {
  const path = await files("plans", 3);
  await spark().read.parquet(path).createOrReplaceTempView("plans");
  await run("CREATE OR REPLACE TEMP FUNCTION plus_one(x BIGINT) RETURNS BIGINT RETURN x + 1");
  const kept = [
    "SELECT id % 2 AS a, count(*) FROM plans WHERE id > (SELECT min(id) FROM plans) GROUP BY ALL ORDER BY a LIMIT 2",
    "SELECT DATE'2024-01-01' + INTERVAL 1 DAY, CAST('2024-01-01' AS DATE), TIMESTAMP'2024-01-01 00:00:00' FROM plans",
    `WITH c AS (SELECT * FROM parquet.\`${path}\`) SELECT * FROM c JOIN plans USING (id)`,
  ];
  const made = [
    "SELECT rand() FROM plans",
    "SELECT TIMESTAMP'now' FROM plans",
    "SELECT TIMESTAMP'T10:00' FROM plans",
    "SELECT CAST('today' AS DATE) FROM plans",
    "SELECT id FROM plans LIMIT year(current_date()) - 2000",
    "SELECT plus_one(id) FROM plans",
    "SELECT * FROM plans TABLESAMPLE (50 PERCENT)",
    "SELECT * FROM plans WHERE id IN (SELECT floor(rand() * 3) FROM plans)",
    "SELECT * FROM VALUES (1) t(a)",
  ];
  for (const text of kept) expect([text, await isKept(text)]).toEqual([text, true]);
  for (const text of made) expect([text, await isKept(text)]).toEqual([text, false]);
});

test("files that were written again are read as they are", async () => {
  const path = await files("again", 10);
  await spark().read.parquet(path).createOrReplaceTempView("again");
  const text = "SELECT count(*), max(id) FROM again";
  expect(await around(text, () => files("again", 30))).toEqual([[[10, 9]], [[30, 29]]]);
  const direct = `SELECT count(*) FROM parquet.\`${path}\``;
  expect(await around(direct, () => files("again", 4))).toEqual([[[30]], [[4]]]);
  const frame = spark().read.parquet(path);
  const rows = async (): Promise<number> => (await frame.collect()).length;
  expect([await rows(), await rows()]).toEqual([4, 4]);
  await files("again", 6);
  expect(await rows()).toBe(6);
});

test("columns that files have since are there", async () => {
  const path = await files("columns", 2);
  const text = `SELECT * FROM parquet.\`${path}\` ORDER BY id`;
  const wider = async (): Promise<void> => spark().sql("SELECT 7 AS id, 'x' AS word").write.mode("overwrite").parquet(path);
  expect(await around(text, wider)).toEqual([[[0], [1]], [[7, "x"]]]);
});

test("views, tables, functions and variables are those of now", async () => {
  const view = (value: string) => () => run(`CREATE OR REPLACE TEMP VIEW few AS SELECT ${value} AS a`);
  await view("1")();
  expect(await around("SELECT a + 1 FROM few", view("5"))).toEqual([[[2]], [[6]]]);

  const range = (rows: number) => () => spark().range(rows).createOrReplaceTempView("some");
  await range(3)();
  expect(await around("SELECT count(*) FROM some", range(8))).toEqual([[[3]], [[8]]]);
  await run("DROP VIEW some");
  await expect(values("SELECT count(*) FROM some")).rejects.toThrow("TABLE_OR_VIEW_NOT_FOUND");

  await run("CREATE TABLE kept_rows (a INT) USING parquet");
  try {
    await run("INSERT INTO kept_rows VALUES (1), (2)");
    expect(await around("SELECT sum(a) FROM kept_rows", () => run("INSERT INTO kept_rows VALUES (4)"))).toEqual([[[3]], [[7]]]);
    await run("CREATE OR REPLACE VIEW kept_view AS SELECT max(a) AS m FROM kept_rows");
    const min = (): Promise<void> => run("CREATE OR REPLACE VIEW kept_view AS SELECT min(a) AS m FROM kept_rows");
    expect(await around("SELECT m FROM kept_view", min)).toEqual([[[4]], [[1]]]);
    await run("DROP VIEW kept_view");
  } finally {
    await run("DROP TABLE kept_rows");
  }

  const twice = (body: string) => () => run(`CREATE OR REPLACE TEMP FUNCTION changed(x INT) RETURNS INT RETURN ${body}`);
  await twice("x * 2")();
  expect(await around("SELECT changed(10)", twice("x * 3"))).toEqual([[[20]], [[30]]]);

  await run("DECLARE OR REPLACE VARIABLE limited INT DEFAULT 1");
  expect(await around("SELECT limited + 1", () => run("SET VAR limited = 41"))).toEqual([[[2]], [[42]]]);
});

test("settings, and what is cached, are those of now", async () => {
  const session = spark();
  const text = "SELECT CAST(concat('x', id) AS INT) AS a FROM range(1)";
  session.conf.set("spark.sql.ansi.enabled", false);
  expect(await around(text, () => undefined)).toEqual([[[null]], [[null]]]);
  session.conf.unset("spark.sql.ansi.enabled");
  await expect(values(text)).rejects.toThrow("CAST_INVALID_INPUT");

  const zone = (name: string) => () => session.conf.set("spark.sql.session.timeZone", name);
  zone("UTC")();
  const hour = "SELECT hour(TIMESTAMP'2024-01-01 00:00:00 UTC') FROM range(1)";
  expect(await around(hour, zone("+03:00"))).toEqual([[[0]], [[3]]]);
  session.conf.unset("spark.sql.session.timeZone");

  const path = await files("cached", 5);
  const counted = `SELECT count(*) FROM parquet.\`${path}\``;
  const cache = (): Promise<void> => run(`CACHE TABLE cached_rows AS SELECT * FROM parquet.\`${path}\``);
  expect(await around(counted, cache)).toEqual([[[5]], [[5]]]);
  await run("UNCACHE TABLE cached_rows");
});

test("time goes on, and what is drawn is drawn again", async () => {
  for (const text of [
    "SELECT current_timestamp()",
    "SELECT unix_micros(TIMESTAMP'now')",
    "SELECT unix_micros(CAST('now' AS TIMESTAMP))",
    "SELECT max(current_timestamp()) FROM range(3)",
    "SELECT rand() FROM range(1)",
    "SELECT uuid()",
    "SELECT uniform(0, 1000000000)",
  ]) {
    const first = await values(text);
    const ended = Date.now();
    await until(() => Date.now() > ended, "another millisecond");
    const second = await values(text);
    expect([text, second]).not.toEqual([text, first]);
  }
  await spark().range(100).createOrReplaceTempView("many");
  const samples = new Set<string>();
  for (let i = 0; i < 20; i++) samples.add(JSON.stringify(await values("SELECT id FROM many TABLESAMPLE (10 PERCENT)")));
  expect(samples.size).toBeGreaterThan(1);
});

test("values of markers and references are those of the call", async () => {
  const session = spark();
  const limited = async (most: number): Promise<unknown> =>
    (await session.sql("SELECT max(id) FROM range(:most)", { most }).collect())[0]!.get(0);
  expect([await limited(5), await limited(9)]).toEqual([4, 8]);
  const counted = async (rows: number): Promise<unknown> =>
    (await session.sql("SELECT count(*) FROM {t}", {}, { t: session.range(rows) }).collect())[0]!.get(0);
  expect([await counted(2), await counted(3)]).toEqual([2, 3]);
});

test("frames of one text are frames of their own", async () => {
  const session = spark();
  const text = "SELECT id AS a, id % 2 AS b FROM range(4)";
  const [left, right] = [session.sql(text), session.sql(text)];
  await left.collect();
  const joined = left.join(right, left.col("a").equalTo(right.col("b")));
  expect((await joined.select(left.col("a"), right.col("a")).collect()).map((row) => row.toArray()).sort()).toEqual([
    [0, 0],
    [0, 2],
    [1, 1],
    [1, 3],
  ]);
  const both = await Promise.all([left.collect(), right.collect(), left.filter(firesteel.functions.col("a").gt(1)).collect()]);
  expect(both.map((rows) => rows.length)).toEqual([4, 4, 2]);
});

describe("stages of a query that runs again", () => {
  interface Execution {
    runner(): Promise<{
      stage(sink: { kind: "collect"; limit: null }): Promise<{ plan: Uint8Array; payloads: readonly Uint8Array[] }>;
      release(): void;
      readonly run: { together(): readonly unknown[] };
    }>;
    rows(): Promise<readonly (readonly unknown[])[]>;
  }

  async function execution(text: string): Promise<Execution> {
    const { session } = (spark() as unknown as Internals).core.port;
    const { plan } = spark().sql(text) as unknown as { readonly plan: unknown };
    return (await session.query(plan, { scope: "collect", site: "" })) as unknown as Execution;
  }

  async function lastStage(text: string): Promise<{ plan: Uint8Array; payloads: readonly Uint8Array[] }> {
    const runner = await (await execution(text)).runner();
    const stage = await runner.stage({ kind: "collect", limit: null });
    runner.release();
    return stage;
  }

  test("are the same bytes; what belongs to the run is told with the tasks", async () => {
    const rows = `parquet.\`${await files("stages", 100)}\``;
    const text = `SELECT a.id % 7 AS k, count(*), avg(b.id) FROM ${rows} a JOIN ${rows} b ON a.id = b.id + 1 GROUP BY 1`;
    const [first, second] = [await lastStage(text), await lastStage(text)];
    expect(Buffer.compare(first.plan, second.plan)).toBe(0);
    expect(Buffer.compare(first.payloads[0]!, second.payloads[0]!)).not.toBe(0);
    expect(await values(`SELECT sum(k), sum(\`count(1)\`) FROM (${text})`)).toEqual([[21, 99]]);
  });

  test("are not planned again while they measure the same", async () => {
    const path = await files("again", 100);
    const text = `SELECT id % 7 AS k, count(*) FROM parquet.\`${path}\` GROUP BY 1 ORDER BY 1`;
    const stages = async (): Promise<readonly unknown[]> => {
      const runner = await (await execution(text)).runner();
      const found = runner.run.together();
      runner.release();
      return found;
    };
    const answer = await values(text);
    const [first] = await stages();
    expect(await values(text)).toEqual(answer);
    expect((await stages())[0]).toBe(first);
    await spark().range(1000).write.mode("overwrite").parquet(path);
    expect((await stages())[0]).not.toBe(first);
    expect(await values(text)).toEqual([143, 143, 143, 143, 143, 143, 142].map((count, k) => [k, count]));
  });

  test("know the time of the query that runs", async () => {
    const path = join(directory, "clock");
    await spark().sql("SELECT '10:00' AS s").write.parquet(path);
    const text = `SELECT CAST(s AS TIMESTAMP) FROM parquet.\`${path}\``;
    expect(await isKept(text)).toBe(true);
    const on = async (day: string): Promise<unknown> => {
      // The time of a query is that of its plan: nothing else is to see another clock.
      const clock = jest.spyOn(Date, "now").mockReturnValue(Date.parse(`${day}T12:00:00Z`));
      const query = await execution(text).finally(() => clock.mockRestore());
      const [[at]] = (await query.rows()) as [[number]];
      return new Date(at / 1000).toISOString().slice(0, 10);
    };
    // More often than there are task threads, so that one of them has the stage of another day.
    const days = ["2030-01-05", "2030-02-06", "2030-03-07", "2030-04-08"];
    for (const day of days) expect(await on(day)).toBe(day);
  });
});
