import { join } from "node:path";
import type { Held } from "../../src/driver/collection-pressure";
import { CollectionPressure } from "../../src/driver/collection-pressure";
import { resultOf, submit, temporaryDirectory } from "./support/submit";

const GIB = 2 ** 30;
const directory = temporaryDirectory();

/** A driver whose collections free all that is not `live` and take `takes` ms. */
class Driver {
  held: Held = { handles: 0, bytes: 0 };
  live: Held = { handles: 0, bytes: 0 };
  now = 0;
  takes = 10;
  collections = 0;
  #later: (() => void)[] = [];
  readonly pressure = new CollectionPressure(() => this.held, {
    now: () => this.now,
    later: (act) => void this.#later.push(act),
    collect: () => {
      this.collections++;
      this.now += this.takes;
      this.held = this.live;
    },
  });

  /** A job ends after `ms` that made so much; collections that were asked for run after it. */
  job(handles: number, bytes = 0, ms = 1000): void {
    this.now += ms;
    this.held = { handles: this.held.handles + handles, bytes: this.held.bytes + bytes };
    this.pressure.look();
    for (const act of this.#later.splice(0)) act();
  }

  jobs(count: number, handles: number, bytes = 0, ms = 1000): number {
    const before = this.collections;
    for (let i = 0; i < count; i++) this.job(handles, bytes, ms);
    return this.collections - before;
  }
}

test("what is dropped is collected each time that a hundred handles have come together", () => {
  const driver = new Driver();
  expect(driver.jobs(49, 2)).toBe(0);
  expect(driver.jobs(1, 2)).toBe(1);
  expect(driver.held.handles).toBe(0);
  expect(driver.jobs(51 * 9, 2)).toBe(9); // what the first job after one holds counts as left by it
});

test("a gibibyte of map outputs is enough, however few shuffles they are", () => {
  const driver = new Driver();
  expect(driver.jobs(3, 1, GIB / 4)).toBe(0);
  expect(driver.jobs(1, 1, GIB / 4)).toBe(1);
});

test("where most is in use, collections become rare as it grows", () => {
  const driver = new Driver();
  for (let i = 0; i < 10_000; i++) {
    driver.live = { handles: driver.held.handles + 1, bytes: 0 };
    driver.job(1);
  }
  expect(driver.held.handles).toBe(10_000);
  expect(driver.collections).toBe(7); // at 100, 200, 400, …, 6,400
});

test("what V8 has collected by itself, or the program released, does not count", () => {
  const driver = new Driver();
  for (let i = 0; i < 20; i++) {
    driver.jobs(90, 1);
    driver.held = { handles: 0, bytes: 0 };
    driver.job(0);
  }
  expect(driver.collections).toBe(0);
});

test("collections take a fiftieth of the time at most", () => {
  const driver = new Driver();
  driver.takes = 1000;
  driver.jobs(1000, 100, GIB, 1000);
  expect(driver.collections).toBeGreaterThan(10);
  expect((driver.collections * driver.takes) / driver.now).toBeLessThan(0.021);
});

test("asked for once, however many jobs end before it runs", () => {
  const acts: (() => void)[] = [];
  let collections = 0;
  const pressure = new CollectionPressure(() => ({ handles: 1000, bytes: 0 }), {
    now: () => 0,
    later: (act) => void acts.push(act),
    collect: () => void collections++,
  });
  for (let i = 0; i < 5; i++) pressure.look();
  expect(acts).toHaveLength(1);
  acts[0]!();
  expect(collections).toBe(1);
});

test("a program that drops one shuffle after the other loses their files long before V8's heap is full", async () => {
  const local = join(directory, "local");
  const program = `
    import { readdirSync } from "node:fs";
    import { constants, PerformanceObserver } from "node:perf_hooks";
    import { setTimeout as sleep } from "node:timers/promises";
    import { SparkContext } from "firesteel";
    let asked = 0;
    new PerformanceObserver((list) => {
      for (const { detail } of list.getEntries() as unknown as { detail: { flags: number } }[])
        if ((detail.flags & constants.NODE_PERFORMANCE_GC_FLAGS_FORCED) !== 0) asked++;
    }).observe({ entryTypes: ["gc"] });
    await using sc = new SparkContext();
    // A directory may go away while it is read.
    const files = (): number => {
      for (;;)
        try {
          return readdirSync(process.argv[2]!, { recursive: true }).filter((path) => /shuffle_0_/.test(String(path))).length;
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
        }
    };
    const job = () => sc.range(0, 10, 1, 2).map((i) => [i % 3, 1] as [number, number]).reduceByKey((a, b) => a + b, 2).count();
    await job();
    const first = files();
    let jobs = 1;
    for (; asked === 0 && jobs < 400; jobs++) await job();
    for (let i = 0; files() > 0 && i < 3000; i++) await sleep(10);
    console.log(JSON.stringify({ first, asked: asked > 0, enough: jobs >= 100, left: files() }));
  `;
  const run = submit(directory, "drops.ts", program, { master: "local[2]", conf: { "spark.local.dir": local }, args: [local] });
  expect(await resultOf(run)).toEqual({ first: 2, asked: true, enough: true, left: 0 });
});
