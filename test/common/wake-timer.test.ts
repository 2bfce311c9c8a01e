/** The timer of state machines. */
import { LONGEST_TIMER, WakeTimer } from "../../src/common/wake-timer";

let woken: number[];
let timer: WakeTimer;

beforeEach(() => {
  jest.useFakeTimers({ now: 0 });
  woken = [];
  timer = new WakeTimer({ now: () => Date.now() }, () => woken.push(Date.now()));
});
afterEach(() => jest.useRealTimers());

test("the earliest time counts, and each wakes once", () => {
  timer.at(500);
  timer.at(200);
  timer.at(300);
  jest.advanceTimersByTime(1000);
  expect(woken).toEqual([200]);
  timer.at(1500);
  jest.advanceTimersByTime(1000);
  expect(woken).toEqual([200, 1500]);
});

test("a time that has passed wakes at once", () => {
  jest.setSystemTime(1000);
  timer.at(10);
  jest.advanceTimersByTime(0);
  expect(woken).toEqual([1000]);
});

test("a time beyond what Node's timers take is waited for", () => {
  const time = 2 * LONGEST_TIMER + 1000;
  timer.at(time);
  jest.advanceTimersByTime(time - 1);
  expect(woken).toEqual([]);
  jest.advanceTimersByTime(1);
  expect(woken).toEqual([time]);
});

test("a stopped timer does not wake, and can be set again", () => {
  timer.at(100);
  timer.stop();
  jest.advanceTimersByTime(1000);
  expect(woken).toEqual([]);
  timer.at(2000);
  jest.advanceTimersByTime(1000);
  expect(woken).toEqual([2000]);
});
