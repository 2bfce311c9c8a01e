/** Queries that are interrupted by their session, and statements that wait for one another. */
import { firesteel, testSession } from "../../support/built-session";

const { functions: F } = firesteel;
const spark = testSession();

/** A query whose one task waits until its thread is ended, and when it has begun. */
function endless(): { readonly ended: Promise<unknown>; readonly begun: Promise<void> } {
  const { sparkContext } = spark();
  let listener: { onTaskStart(): void };
  const begun = new Promise<void>((resolve) => {
    listener = { onTaskStart: () => resolve() };
    sparkContext.addSparkListener(listener);
  });
  const wait = F.udf((x: number) => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 600_000);
    return x;
  }, "bigint");
  const ended = spark().range(0, 1, 1, 1).select(wait(F.col("id"))).collect().catch((error: unknown) => error); // prettier-ignore
  return { ended, begun: begun.finally(() => sparkContext.removeSparkListener(listener)) };
}

test("queries are interrupted by tag, by number, and all at once", async () => {
  const session = spark();
  session.addTag("slow");
  session.addTag("other");
  expect(session.getTags()).toEqual(new Set(["slow", "other"]));
  session.removeTag("other");
  const byTag = endless();
  session.clearTags();
  expect(session.getTags()).toEqual(new Set());
  await byTag.begun;
  expect(session.interruptTag("other")).toEqual([]);
  const ids = session.interruptTag("slow");
  expect(ids).toEqual([expect.stringMatching(/^\d+$/)]);
  expect(await byTag.ended).toMatchObject({
    name: "CancelledError",
    message: expect.stringContaining(`operation ${ids[0]} was interrupted`),
  });

  const all = endless();
  await all.begun;
  expect(session.newSession().interruptAll()).toEqual([]);
  expect(session.interruptOperation("999999")).toEqual([]);
  const [id] = session.interruptAll();
  expect(await all.ended).toMatchObject({ errorClass: "JOB_CANCELLED" });
  expect(session.interruptOperation(id!)).toEqual([]);
  expect(session.interruptAll()).toEqual([]);
  expect(await session.range(3).count()).toBe(3);
});

test("a script that waits for nothing is interrupted, and no handler of it goes on from that", async () => {
  const session = spark();
  const script = (body: string) => {
    const ended = session
      .sql(`BEGIN DECLARE i INT DEFAULT 0; DECLARE EXIT HANDLER FOR SQLEXCEPTION SELECT 1; WHILE true DO ${body} END WHILE; END`)
      .collect();
    return ended.catch((error: unknown) => error);
  };
  session.addTag("scripts");
  for (const body of ["", "SET i = i + 1;"]) {
    const running = script(body);
    // It leaves the event loop to others.
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(session.interruptTag("others")).toEqual([]);
    expect(session.interruptTag("scripts")).toEqual([]);
    expect(await running).toMatchObject({ name: "CancelledError", errorClass: "OPERATION_CANCELED", sqlState: "HY008" });
  }
  session.clearTags();
  expect(await session.sql("BEGIN SELECT 2 AS two; END").first()).toMatchObject({ two: 2 });
});

test("scripts and EXECUTE IMMEDIATE with values of markers", async () => {
  const session = spark();
  const script = "BEGIN DECLARE i INT DEFAULT :x; SET i = i + 1; EXECUTE IMMEDIATE 'SELECT ? AS i' USING i; END";
  expect(await session.sql(script, { x: 5 }).first()).toMatchObject({ i: 6 });
  expect(await session.sql("EXECUTE IMMEDIATE 'SELECT 7 AS seven'", { x: 5 }).first()).toMatchObject({ seven: 7 });
  await expect(session.sql("BEGIN SELECT ?; END", [5]).collect()).rejects.toMatchObject({
    errorClass: "UNSUPPORTED_FEATURE.SQL_SCRIPTING_WITH_POSITIONAL_PARAMETERS",
  });
});

test("work under a tag or group is a function", () => {
  const { sparkContext } = spark();
  expect(() => sparkContext.withJobGroup("g", "description" as never)).toThrow(
    "withJobGroup: the second argument must be a function that starts jobs, such as () => rdd.count(), not 'description'.",
  );
  expect(() => sparkContext.withJobTag("t", undefined as never)).toThrow(/withJobTag: .* not undefined\./);
});

test("a new session does not become the active one", async () => {
  const session = spark();
  const { SparkSession } = firesteel;
  SparkSession.setActiveSession(session);
  const other = session.newSession();
  expect(await other.sql("SELECT 1").count()).toBe(1);
  expect(SparkSession.getActiveSession()).toBe(session);
  expect(SparkSession.builder.getOrCreate()).toBe(session);
  await expect(other.catalog.getFunction("nothing")).rejects.toThrow(
    "There is no function `nothing` in [`system`.`builtin`, `system`.`session`, `spark_catalog`.`default`].",
  );
});

test("executions are numbered without gaps, and their jobs have the tags of the session, the execution and the caller", async () => {
  const session = spark();
  const { sparkContext } = session;
  const started: { executionId: number; jobTags: readonly string[] }[] = [];
  const jobs: string[][] = [];
  const listener = {
    onOther: (event: { type: string }) => {
      if (event.type === "SQLExecutionStart") started.push(event as never);
    },
    onJobStart: ({ properties }: { properties: Readonly<Record<string, string>> }) =>
      void jobs.push((properties["spark.job.tags"] ?? "").split(",")),
  };
  sparkContext.addSparkListener(listener);
  try {
    sparkContext.addJobTag("mine");
    session.addTag("nightly");
    await session.range(4).count();
    // A plan that no execution is of: its tasks belong to the job of the RDD.
    expect(await session.range(3).rdd.count()).toBe(3);
    await session.range(5).count();
    await sparkContext.flushListeners();
  } finally {
    sparkContext.clearJobTags();
    session.clearTags();
    sparkContext.removeSparkListener(listener);
  }
  const [first, second] = started;
  expect(started).toHaveLength(2);
  expect(second!.executionId).toBe(first!.executionId + 1);
  const tag = /^spark-session-[\da-f-]{36}$/.exec(first!.jobTags[0]!)![0];
  expect(first!.jobTags).toEqual([
    tag,
    `${tag}-execution-root-id-${first!.executionId}`,
    expect.stringMatching(new RegExp(`^${tag}-thread-.*-nightly$`)),
  ]);
  expect(jobs).toEqual([["mine", ...first!.jobTags], ["mine"], ["mine", ...second!.jobTags]]);
});

test("tags and numbers that are none", () => {
  for (const tag of ["", "a,b", null]) expect(() => spark().addTag(tag as string)).toThrow(/INVALID_TAG/);
  expect(() => spark().interruptOperation("x")).toThrow(/the number of a query is text of digits/);
});

test("plans that depend on data are made within the statements that need them", async () => {
  const df = spark().createDataFrame([["a", "x", 1], ["b", "y", 2]], "a STRING, b STRING, c INT"); // prettier-ignore
  const crossed = df.crosstab("a", "b");
  // Not awaited: the second statement waits for the first, and the query for both.
  const first = crossed.createOrReplaceTempView("crossed");
  const filled = df.na.fill("z").createOrReplaceTempView("filled");
  expect(await spark().sql("SELECT count(*) FROM crossed, filled").first()).toMatchObject({ "count(1)": 4 });
  const counted = df.select("a", "b").transpose();
  const count = counted.count();
  await counted.createOrReplaceTempView("transposed");
  expect(await count).toBe(1);
  await Promise.all([first, filled]);
});
