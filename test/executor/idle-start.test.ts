/** What starts when there is no work: not beside tasks, but not never. */
import { IdleStart } from "../../src/executor/process/idle-start";

const LOOK = 300;

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

function armed(): { readonly state: { busy: boolean; started: number }; readonly start: IdleStart } {
  const state = { busy: true, started: 0 };
  const start = new IdleStart(
    () => state.busy,
    () => void state.started++,
  );
  start.arm();
  return { state, start };
}

test("it waits while there are tasks, and starts once", () => {
  const { state, start } = armed();
  jest.advanceTimersByTime(2 * LOOK);
  expect(state.started).toBe(0);
  state.busy = false;
  jest.advanceTimersByTime(LOOK);
  expect(state.started).toBe(1);
  start.arm();
  jest.advanceTimersByTime(20 * LOOK);
  expect(state.started).toBe(1);
});

test("beside tasks that never end it starts all the same", () => {
  const { state } = armed();
  jest.advanceTimersByTime(9 * LOOK);
  expect(state.started).toBe(0);
  jest.advanceTimersByTime(LOOK);
  expect(state.started).toBe(1);
});

test("not after it was stopped", () => {
  const { state, start } = armed();
  state.busy = false;
  start.stop();
  jest.advanceTimersByTime(20 * LOOK);
  expect(state.started).toBe(0);
});
