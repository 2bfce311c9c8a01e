/** How the threads of a crew share items, as seen by the one that leads. */
import { assist, CONTROL, CrewLeader, CrewLost, ENDED_AT, GONE_AT, type Kernels } from "../../../src/mllib/kernels/crew";

const TICKET_AT = CONTROL;

function crew(kernels: (cells: { at(place: number): Int32Array; buffer: SharedArrayBuffer }) => Kernels) {
  const buffer = new SharedArrayBuffer(65_536);
  const own = kernels({ buffer, at: (place) => new Int32Array(buffer, place, 1) });
  return { buffer, kernels: own, leader: new CrewLeader(buffer, own, () => undefined) };
}

const numbers = (count: number): number[][] => Array.from({ length: count }, (_, i) => [i]);

test("a leader that is alone does all items, round after round", () => {
  const { leader } = crew(() => ({ square: (x) => x * x, negate: (x) => -x }));
  for (let round = 0; round < 3; round++) {
    expect([...leader.run("square", numbers(64))]).toEqual(numbers(64).map(([x]) => x! * x!));
    expect([...leader.run("negate", numbers(3))]).toEqual([-0, -1, -2]);
  }
});

test("whoever comes late to a round, or between rounds, takes nothing", () => {
  let comes = 0;
  const { leader, buffer, kernels } = crew((memory) => ({
    id: (x) => {
      // Another thread joins in the middle of the round, finds what is left of it, and goes when it has none.
      if (x === 2 && comes++ === 0) {
        const ended = memory.at(ENDED_AT);
        assist(memory.buffer, { id: (y) => y + 100 }, () => void Atomics.store(ended, 0, 1));
        Atomics.store(ended, 0, 0);
      }
      return x;
    },
  }));
  expect([...leader.run("id", numbers(5))]).toEqual([0, 1, 2, 103, 104]);
  expect([...leader.run("id", numbers(2))]).toEqual([0, 1]);
  expect(leader.size).toBe(1);
  leader.end();
  assist(buffer, kernels, () => undefined);
  expect(new Int32Array(buffer, TICKET_AT, 1)[0]! & 0xfff).toBe(2);
});

test("a thread that was ended in the middle of an item is told apart from a slow one", () => {
  let stopped = 0;
  const { leader } = crew((memory) => ({
    id: (x) => {
      if (x !== 0) return x;
      // Another thread takes the next item, and is ended.
      Atomics.add(memory.at(TICKET_AT), 0, 1);
      Atomics.add(memory.at(GONE_AT), 0, 1);
      stopped++;
      return x;
    },
  }));
  expect(() => leader.run("id", numbers(4))).toThrow(CrewLost);
  expect(stopped).toBe(1);
});
