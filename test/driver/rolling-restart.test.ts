/** Executors that are replaced one after the other while jobs go on. */
import { restartInTurn, type Restartable } from "../../src/driver/rolling-restart";
import { resultOf, submit, temporaryDirectory } from "./support/submit";

const directory = temporaryDirectory();

/** A cluster where what is decommissioned goes, unless it is `busy`, and what goes is replaced, while there is `room`. */
class Cluster implements Restartable {
  readonly executors = new Map<string, unknown>();
  readonly told: string[] = [];
  #next = 0;
  #awaiting: (() => void)[] = [];

  constructor(
    count: number,
    private readonly busy: readonly string[] = [],
    private room = Infinity,
  ) {
    for (let i = 0; i < count; i++) this.#add();
  }

  wantedExecutors(): number {
    return this.executors.size;
  }

  decommission(executorId: string): void {
    this.told.push(`decommission ${executorId} of ${[...this.executors.keys()].join()}`);
    if (!this.busy.includes(executorId)) setImmediate(() => this.#lose(executorId));
  }

  replace(executorId: string, reason: string): void {
    this.told.push(`replace ${executorId}: ${reason}`);
    this.#lose(executorId);
  }

  async until(condition: () => boolean): Promise<boolean> {
    while (!condition()) {
      const change = new Promise<boolean>((resolve) => this.#awaiting.push(() => resolve(true)));
      // All that can happen has happened: the time passes.
      const idle = new Promise<boolean>((resolve) => setTimeout(resolve, 20, false));
      if (!(await Promise.race([change, idle]))) return false;
    }
    return true;
  }

  #add(): void {
    this.executors.set(String(this.#next++), null);
    for (const tell of this.#awaiting.splice(0)) tell();
  }

  #lose(executorId: string): void {
    this.executors.delete(executorId);
    if (this.room-- > 0) setImmediate(() => this.#add());
    for (const tell of this.#awaiting.splice(0)) tell();
  }
}

const OPTIONS = { withinMs: 60_000, isReplaced: true };

test("each goes when the one before it was replaced", async () => {
  const cluster = new Cluster(3);
  await restartInTurn(["0", "1", "17", "2"], OPTIONS, cluster);
  expect(cluster.told).toEqual(["decommission 0 of 0,1,2", "decommission 1 of 1,2,3", "decommission 2 of 2,3,4"]);
  expect([...cluster.executors.keys()]).toEqual(["3", "4", "5"]);
});

test("one that does not come to an end in time is ended", async () => {
  const cluster = new Cluster(2, ["0"]);
  await restartInTurn(["0", "1"], OPTIONS, cluster);
  expect(cluster.told).toEqual(["decommission 0 of 0,1", "replace 0: its restart has taken 1 min", "decommission 1 of 1,2"]);
});

test("where none comes in its place the others stay", async () => {
  const cluster = new Cluster(3, [], 1);
  await expect(restartInTurn(["0", "1", "2"], OPTIONS, cluster)).rejects.toThrow(
    /^\[EXECUTOR_NOT_REPLACED\] No executor took the place of 1 within .*; 1 were not restarted/,
  );
  expect([...cluster.executors.keys()]).toEqual(["2", "3"]);
});

test("with dynamic allocation none is waited for", async () => {
  const cluster = new Cluster(2, [], 0);
  await restartInTurn(["0", "1"], { ...OPTIONS, isReplaced: false }, cluster);
  expect(cluster.executors.size).toBe(0);
});

test("jobs go on, cached blocks and map outputs move, and every executor is another one", async () => {
  const program = `
    import { SparkContext } from "firesteel";
    await using sc = new SparkContext();
    const made = sc.longAccumulator("made");
    const kept = sc.range(0, 2000, 1, 8).map((n) => (made.add(1), n)).cache();
    const grouped = kept.keyBy((n) => n % 10).reduceByKey((a, b) => a + b, 4);
    await grouped.collect();
    while (sc.getExecutorIds().length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    const before = sc.getExecutorIds();
    let restarting = true;
    const restart = sc.restartExecutors().finally(() => (restarting = false));
    const sums = new Set<number>();
    let jobs = 0;
    for (; restarting || jobs < 2; jobs++) {
      sums.add(await kept.sum());
      sums.add(await grouped.values().sum());
    }
    await restart;
    const after = sc.getExecutorIds();
    console.log(JSON.stringify({ sums: [...sums], made: made.value, count: after.length, old: after.filter((id) => before.includes(id)) }));
  `;
  expect(await resultOf(submit(directory, "restart.ts", program, { master: "local-cluster[2,1,512]" }))).toEqual({
    sums: [1999000],
    made: 2000,
    count: 2,
    old: [],
  });
});

test("the executor of local[N] is replaced, too; what cannot be is refused", async () => {
  const program = `
    import { SparkContext } from "firesteel";
    await using sc = new SparkContext();
    const kept = sc.range(0, 100, 1, 4).cache();
    const sums = [await kept.sum()];
    const [before] = sc.getExecutorIds();
    await sc.restartExecutors({ timeout: 60 });
    const [after, ...more] = sc.getExecutorIds();
    sums.push(await kept.sum());
    await sc.restartExecutors({ executorIds: [before!] });
    const refused = await sc.restartExecutors({ timeout: "0s" }).catch((error: Error) => error.message);
    console.log(JSON.stringify({ sums, fresh: before !== after, more, same: sc.getExecutorIds()[0] === after, refused }));
  `;
  expect(await resultOf(submit(directory, "local-restart.ts", program, { master: "local[2]" }))).toEqual({
    sums: [4950, 4950],
    fresh: true,
    more: [],
    same: true,
    refused: "[INVALID_ARGUMENT] restartExecutors: timeout must be more than 0, not 0s.",
  });
  const inProcess = `
    import { SparkContext } from "firesteel";
    await using sc = new SparkContext();
    console.log(JSON.stringify(await sc.restartExecutors().catch((error: Error) => error.message)));
  `;
  const conf = { "firesteel.local.inProcess": "true" };
  expect(await resultOf(submit(directory, "in-process-restart.ts", inProcess, { conf }))).toMatch(/^\[NOT_IN_PROCESS\]/);
});
