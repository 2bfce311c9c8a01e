/** Executors that a program gives up and asks for. */
import { resultOf, submit, temporaryDirectory } from "./support/submit";

const directory = temporaryDirectory();

const PROGRAM = `
  import { SparkContext } from "firesteel";
  await using sc = new SparkContext();
  const seen = async (count: number) => {
    while (sc.getExecutorIds().length !== count) await new Promise((resolve) => setTimeout(resolve, 5));
    return sc.getExecutorIds();
  };
  const rdd = sc.range(0, 100, 1, 8).cache();
  const jobs = [await rdd.sum()];
  const [first, second] = await seen(2);
  const known = sc.killExecutors([first!]);
  const left = await seen(1);
  jobs.push(await rdd.sum());
  const unknown = sc.killExecutors(["17"]);
  const asked = sc.requestExecutors(1);
  const again = await seen(2);
  jobs.push(await rdd.sum());
  sc.requestTotalExecutors(1);
  const application: string = rdd.context.applicationId;
  console.log(JSON.stringify({ jobs, known, unknown, asked, kept: left[0] === second, fresh: !again.includes(first!), same: application === sc.applicationId }));
`;

test("killed executors stay away until others are asked for", async () => {
  expect(await resultOf(submit(directory, "counts.ts", PROGRAM, { master: "local-cluster[2,1,512]" }))).toEqual({
    jobs: [4950, 4950, 4950],
    known: true,
    unknown: false,
    asked: true,
    kept: true,
    fresh: true,
    same: true,
  });
});

test("the only executor of local[N] stays", async () => {
  const program = `
    import { SparkContext } from "firesteel";
    await using sc = new SparkContext();
    const answers = [sc.killExecutors(sc.getExecutorIds()), sc.requestExecutors(1), sc.requestTotalExecutors(3)];
    console.log(JSON.stringify([answers, await sc.range(0, 10).count()]));
  `;
  expect(await resultOf(submit(directory, "local.ts", program, { master: "local[2]" }))).toEqual([[false, false, false], 10]);
});

test("where executors end as soon as they start, every job fails with the reason, not just the one that waits", async () => {
  const program = `
    import { SparkContext } from "firesteel";
    await using sc = new SparkContext();
    const failures: string[] = [];
    for (let i = 0; i < 2; i++) await sc.range(3).count().catch((error: Error) => failures.push(error.message));
    console.log(JSON.stringify(failures));
  `;
  const conf = { "spark.executor.extraNodeOptions": "--no-such-option" };
  const reason = expect.stringMatching(/^\[NO_EXECUTORS\] executors end as soon as they have started: .*code 9/);
  expect(await resultOf(submit(directory, "none.ts", program, { conf }))).toEqual([reason, reason]);
});
