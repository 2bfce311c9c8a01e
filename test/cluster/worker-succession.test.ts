import { type Lifetime, lifetimeOfOne, WorkerSuccession } from "../../src/cluster/worker/worker-succession";
import { setLogLevel } from "../../src/common/log";

const HOUR = 3_600_000;
const MINUTE = 60_000;

/** A worker that is told things, and ends when the test says so. */
class ToldWorker {
  webUrl = "";
  readonly told: string[] = [];
  finish!: () => void;
  readonly ended = new Promise<void>((resolve) => (this.finish = resolve));
  start(): Promise<never> {
    this.told.push(`start ${this.webUrl}`);
    return Promise.resolve(this as never);
  }
  decommission(reason: string, withinMs: number): void {
    this.told.push(`decommission within ${withinMs}: ${reason}`);
  }
  stop(reason: string): Promise<void> {
    this.told.push(`stop: ${reason}`);
    return Promise.resolve();
  }
}

function succession(lifetime: Lifetime | null, random = () => 0.5) {
  const workers: ToldWorker[] = [];
  const make = (): ToldWorker => {
    const worker = new ToldWorker();
    workers.push(worker);
    return worker;
  };
  const all = new WorkerSuccession(make, lifetime, 120_000, random);
  const begun: ToldWorker[] = [];
  const over = jest.fn();
  const run = all.run("http://w:8081", (worker) => begun.push(worker)).then(over);
  return { all, workers, begun, over, run };
}

beforeEach(() => {
  setLogLevel("OFF");
  jest.useFakeTimers();
});
afterEach(() => jest.useRealTimers());

const START = "start http://w:8081";
const OVER = "decommission within 120000: its lifetime is over";

test("lengths lie evenly around the mean, within the stagger", () => {
  const of = (random: number): number =>
    lifetimeOfOne({ ms: HOUR, staggerMs: 5 * MINUTE, restart: false }, () => random) / MINUTE;
  expect([0, 0.25, 0.5, 0.75].map(of)).toEqual([55, 57.5, 60, 62.5]);
});

test("a worker is decommissioned when its lifetime is over; none follows", async () => {
  const { workers, over, run } = succession({ ms: HOUR, staggerMs: 10 * MINUTE, restart: false }, () => 0.25);
  await jest.advanceTimersByTimeAsync(55 * MINUTE - 1);
  expect(workers[0]!.told).toEqual([START]);
  await jest.advanceTimersByTimeAsync(1);
  expect(workers[0]!.told).toEqual([START, OVER]);
  expect(over).not.toHaveBeenCalled();
  workers[0]!.finish();
  await run;
  expect(workers).toHaveLength(1);
});

test("with restart another begins once the first has ended, and lives as long", async () => {
  const { all, workers, begun, over } = succession({ ms: HOUR, staggerMs: 0, restart: true });
  await jest.advanceTimersByTimeAsync(2 * HOUR);
  expect(workers.map(({ told }) => told)).toEqual([[START, OVER]]);
  workers[0]!.finish();
  await jest.advanceTimersByTimeAsync(HOUR - 1);
  expect(workers.map(({ told }) => told)).toEqual([[START, OVER], [START]]);
  expect(begun).toEqual(workers);
  expect(all.current).toBe(workers[1]);
  await jest.advanceTimersByTimeAsync(1);
  expect(workers[1]!.told).toEqual([START, OVER]);
  expect(over).not.toHaveBeenCalled();
});

test("none follows one that is ended from outside, and its lifetime counts no more", async () => {
  const { all, workers, over } = succession({ ms: HOUR, staggerMs: 0, restart: true });
  await jest.advanceTimersByTimeAsync(MINUTE);
  void all.end("SIGTERM", true);
  await jest.advanceTimersByTimeAsync(2 * HOUR);
  expect(workers[0]!.told).toEqual([START, "decommission within 120000: SIGTERM"]);
  workers[0]!.finish();
  await jest.advanceTimersByTimeAsync(0);
  expect(over).toHaveBeenCalled();
  expect(workers).toHaveLength(1);

  const other = succession(null);
  await other.all.end("SIGINT", false);
  expect(other.workers[0]!.told).toEqual([START, "stop: SIGINT"]);
});

test("a lifetime may be longer than Node's longest timer; without one a worker lives on", async () => {
  const { workers } = succession({ ms: 60 * 24 * HOUR, staggerMs: 0, restart: false });
  const immortal = succession(null);
  await jest.advanceTimersByTimeAsync(60 * 24 * HOUR - 1);
  expect(workers[0]!.told).toEqual([START]);
  await jest.advanceTimersByTimeAsync(1);
  expect(workers[0]!.told).toEqual([START, OVER]);
  expect(immortal.workers[0]!.told).toEqual([START]);
});

test("a master's refusal ends the succession with its error", async () => {
  const refused = new ToldWorker();
  refused.start = () => Promise.reject(new Error("wrong secret"));
  await expect(new WorkerSuccession(() => refused, null, 0).run("", () => undefined)).rejects.toThrow("wrong secret");
});

test.each([
  [0, 0, "--lifetime must be longer than no time"],
  [MINUTE, MINUTE, "--lifetime-stagger must be at least 0 and shorter than --lifetime"],
  [MINUTE, -1, "--lifetime-stagger must be at least 0"],
])("refuses a lifetime of %d ms with a stagger of %d ms", (ms, staggerMs, words) => {
  expect(() => new WorkerSuccession(() => new ToldWorker(), { ms, staggerMs, restart: false }, 0)).toThrow(words);
});
