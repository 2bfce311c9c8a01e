/** Deadlines in running time, with the clock in the test's hands. */
import { afterRunning, type RunningClock } from "../../src/common/running-time";

class World implements RunningClock {
  time = 0;
  interval = 0;
  running = true;
  readonly unread: (() => void)[] = [];
  #run: () => void = () => undefined;

  now(): number {
    return this.time;
  }

  every(ms: number, run: () => void): { stop(): void } {
    this.interval = ms;
    this.#run = run;
    return { stop: () => (this.running = false) };
  }

  afterReading(run: () => void): void {
    for (const read of this.unread.splice(0)) read();
    run();
  }

  /** The timer comes after `ms`. */
  pass(ms: number): void {
    this.time += ms;
    if (this.running) this.#run();
  }

  run(ms: number): void {
    for (let at = 0; at < ms; at += this.interval) this.pass(this.interval);
  }
}

test("it is late after so much running time, once", () => {
  const world = new World();
  const late = jest.fn();
  afterRunning(1600, late, world);
  world.run(1500);
  expect(late).not.toHaveBeenCalled();
  world.run(200);
  expect(late).toHaveBeenCalledTimes(1);
  world.run(5000);
  expect(late).toHaveBeenCalledTimes(1);
});

test("a process that was stopped, or whose clock leaps, has not waited", () => {
  const world = new World();
  const late = jest.fn();
  afterRunning(1600, late, world);
  for (let i = 0; i < 7; i++) world.pass(1_000_000);
  expect(late).not.toHaveBeenCalled();
  world.run(1600);
  expect(late).toHaveBeenCalledTimes(1);
});

test("what waits to be read when the time is over is in time", () => {
  const world = new World();
  const late = jest.fn();
  const inTime = afterRunning(1600, late, world);
  world.unread.push(inTime);
  world.run(10_000);
  expect(late).not.toHaveBeenCalled();
});

test("the real clock comes to an end", async () => {
  await new Promise<void>((resolve) => afterRunning(20, resolve) && setTimeout(() => undefined, 200_000).unref());
});
