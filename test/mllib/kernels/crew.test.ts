/** How the threads of a crew share items, as seen by the one that leads. */
import { assist, CONTROL, CrewLeader, CrewLost, ENDED_AT, GONE_AT, type Kernels, reopen } from "../../../src/mllib/kernels/crew";

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

test("a memory is another leader's once the tasks of the first one's crew are over, and no ticket comes again", () => {
  const { leader, buffer, kernels } = crew((memory) => ({
    id: (x) => {
      if (x === 0 && Atomics.load(memory.at(ENDED_AT), 0) === 0) {
        const check = (): void => void Atomics.store(memory.at(ENDED_AT), 0, 2);
        assist(memory.buffer, { id: (y) => y }, check);
        Atomics.store(memory.at(ENDED_AT), 0, 0);
      }
      return x;
    },
  }));
  const at = (place: number): Int32Array => new Int32Array(buffer, place, 1);
  leader.run("id", numbers(4));
  expect(reopen(buffer)).toBe(false);
  leader.end();
  expect(reopen(buffer)).toBe(false);
  // The executor says that the leader's task is over, and then the other's.
  Atomics.store(at(ENDED_AT), 0, 1);
  expect(reopen(buffer)).toBe(false);
  Atomics.add(at(GONE_AT), 0, 1);
  expect(reopen(buffer)).toBe(true);
  const [first] = at(TICKET_AT);
  const next = new CrewLeader(buffer, kernels, () => undefined);
  expect([...next.run("id", numbers(3))]).toEqual([0, 1, 2]);
  expect(at(TICKET_AT)[0]! >> 12).toBe((first! >> 12) + 1);
});

test("a memory in which a thread was stopped at work is nobody's", () => {
  const { leader, buffer } = crew(() => ({ id: (x) => x }));
  leader.run("id", numbers(2));
  leader.end();
  Atomics.add(new Int32Array(buffer, GONE_AT, 1), 0, 1);
  Atomics.store(new Int32Array(buffer, ENDED_AT, 1), 0, 1);
  expect(reopen(buffer)).toBe(false);
});
