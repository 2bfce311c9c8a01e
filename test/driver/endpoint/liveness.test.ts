/** Deadlines, with time in the test's hands. */
import { Liveness } from "../../../src/driver/endpoint/liveness";
import type { RunningClock } from "../../../src/common/running-time";

class World implements RunningClock {
  time = 0;
  lost: string[] = [];
  /** Messages that lie in the sockets until they are read. */
  unread: string[] = [];
  #run: () => void = () => undefined;
  #next = 0;
  #interval = 0;
  readonly liveness = new Liveness(1000, (id) => this.lost.push(`${id}@${this.time}`), this);

  now(): number {
    return this.time;
  }

  every(ms: number, run: () => void): { stop(): void } {
    this.#run = run;
    this.#interval = ms;
    this.#next = ms;
    return { stop: () => undefined };
  }

  afterReading(run: () => void): void {
    for (const id of this.unread.splice(0)) this.liveness.heard(id);
    run();
  }

  /** Time passes while the process runs. */
  pass(ms: number, each: () => void = () => undefined): void {
    for (const end = this.time + ms; this.time < end;) {
      this.time = Math.min(this.#next, end);
      each();
      if (this.time === this.#next) this.#tick();
    }
  }

  /** Time passes while it does not: the timer fires late. */
  stall(ms: number): void {
    this.time += ms;
    this.#tick();
  }

  #tick(): void {
    this.#next = this.time + this.#interval;
    this.#run();
  }
}

test("an executor is lost after the timeout, once, the others are not", () => {
  const world = new World();
  world.liveness.heard("silent");
  world.pass(5000, () => world.liveness.heard("talks"));
  expect(world.lost).toHaveLength(1);
  expect(world.lost[0]).toMatch(/^silent@1(000|125|250)$/);
});

test("a stalled driver gives the lost time again", () => {
  const world = new World();
  world.liveness.heard("a");
  world.pass(500);
  world.stall(60_000);
  expect(world.lost).toEqual([]);
  world.pass(375);
  expect(world.lost).toEqual([]);
  world.pass(1000);
  expect(world.lost).toHaveLength(1);
});

test("what lies in the sockets is read first", () => {
  const world = new World();
  world.liveness.heard("a");
  world.pass(900, () => undefined);
  world.unread = ["a"];
  world.pass(600);
  expect(world.lost).toEqual([]);
});

test("one that was forgotten is not reported", () => {
  const world = new World();
  world.liveness.heard("a");
  world.liveness.forget("a");
  world.pass(5000);
  expect(world.lost).toEqual([]);
});
