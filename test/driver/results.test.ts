/** Results that are long, and what the driver does not take. */
import { resultOf, submit, temporaryDirectory } from "./support/submit";

const directory = temporaryDirectory();

test("long results are kept by executors, fetched and removed; short ones come at once", async () => {
  const program = `
    import { SparkContext } from "firesteel";
    await using sc = new SparkContext();
    let fetched = 0;
    const executors = new Map<string, number>();
    sc.addSparkListener({ onTaskGettingResult: () => fetched++ });
    const long = await sc.range(0, 6, 1, 6).flatMap((i) => Array.from({ length: 50_000 }, (_, k) => "row " + i + " " + k)).collect();
    const ok = long.every((row, n) => row === "row " + Math.floor(n / 50_000) + " " + (n % 50_000));
    await sc.flushListeners();
    const afterLong = fetched;
    await sc.range(0, 6, 1, 6).collect();
    await sc.flushListeners();
    console.log(JSON.stringify({ length: long.length, ok, afterLong, afterShort: fetched }));
  `;
  const conf = { "spark.task.maxDirectResultSize": "100k" };
  const result = await resultOf(submit(directory, "long.ts", program, { master: "local-cluster[2,1,512]", conf }));
  expect(result).toEqual({ length: 300_000, ok: true, afterLong: 6, afterShort: 6 });
});

test("a partition that is collected may be larger than the memory of its task; rows of queries too", async () => {
  const program = `
    import { SparkContext, SparkSession } from "firesteel";
    await using sc = new SparkContext();
    const fetched = new Set<number>();
    const failures: string[] = [];
    sc.addSparkListener({
      onTaskGettingResult: ({ taskInfo }) => fetched.add(taskInfo.taskId),
      onTaskEnd: ({ reason }) => { if (reason.reason !== "Success") failures.push(JSON.stringify(reason)); },
      onExecutorRemoved: ({ reason }) => failures.push(reason),
    });
    const long = await sc.range(0, 260, 1, 1).map((i) => String.fromCharCode(97 + (i % 26)).repeat(1_000_000)).collect();
    const ok = long.every((row, i) => row.length === 1_000_000 && row.endsWith(String.fromCharCode(97 + (i % 26))));
    const spark = await SparkSession.builder.getOrCreate();
    const rows = await spark.range(0, 400_000, 1, 1).selectExpr("id", "concat('row ', id) text").collect();
    await sc.flushListeners();
    console.log(JSON.stringify({ length: long.length, ok, rows: rows.length, last: rows.at(-1)!.text, fetched: fetched.size, failures }));
  `;
  const result = await resultOf(submit(directory, "larger.ts", program, { master: "local-cluster[1,1,256]" }));
  expect(result).toEqual({ length: 260, ok: true, rows: 400_000, last: "row 399999", fetched: 2, failures: [] });
});

test("a result whose executor died before it was fetched is computed again", async () => {
  // The listener runs on the driver's thread right before the fetch: the executor is gone by then.
  const program = `
    import { SparkContext } from "firesteel";
    await using sc = new SparkContext();
    const pids = await sc.range(0, 8, 1, 8).map(() => process.pid).collect();
    let killed = 0;
    sc.addSparkListener({ onTaskGettingResult: () => { if (killed === 0) process.kill((killed = pids[0]!), "SIGKILL"); } });
    const rows = await sc.range(0, 40, 1, 4).map((i) => i + " " + "x".repeat(400_000)).collect();
    console.log(JSON.stringify({ killed: killed > 0, rows: rows.map((row) => row.length > 400_000 && Number.parseInt(row)) }));
  `;
  const result = await resultOf(submit(directory, "lost.ts", program, { master: "local-cluster[2,1,512]" }));
  expect(result).toEqual({ killed: true, rows: Array.from({ length: 40 }, (_, i) => i) });
});

test("more than spark.driver.maxResultSize fails the job in words, whether fetched apart or not", async () => {
  const program = `
    import { SparkContext } from "firesteel";
    await using sc = new SparkContext();
    const failures: string[] = [];
    for (const slices of [2, 40]) {
      const rows = sc.range(0, 40, 1, slices).map((i) => i + "x".repeat(100_000));
      await rows.collect().catch((error: Error) => failures.push(error.message));
      failures.push(String(await rows.map((row) => row.length).reduce((a, b) => a + b)));
    }
    console.log(JSON.stringify(failures));
  `;
  const failures = await resultOf<string[]>(
    submit(directory, "large.ts", program, { conf: { "spark.driver.maxResultSize": "1m" } }),
  );
  expect(failures).toEqual([
    expect.stringMatching(
      /^\[RESULT_TOO_LARGE\] .*results of [12] tasks? \((1\.9|3\.8) MiB\) is bigger than spark\.driver\.maxResultSize \(1\.0 MiB\)\. Collect less .*, write the data out, or raise spark\.driver\.maxResultSize\.\n {4}at collect \(large\.ts:7:18\)$/,
    ),
    "4000070",
    expect.stringMatching(/results of 1[01] tasks \(1\.0 MiB\) is bigger than spark\.driver\.maxResultSize \(1\.0 MiB\)/),
    "4000070",
  ]);
});
