/** How threads answer for the partitions of a dataset together, as seen by the one that leads. */
import { assistRounds, ENDED_AT, GONE_AT, newBoard, RoundsLeader, TooLong } from "../../../src/mllib/compute/rounds";

const bytes = (text: string): Uint8Array => Buffer.from(text);
const text = (of: Uint8Array): string => Buffer.from(of).toString();
const never = (): boolean => false;

/** @param atHand partitions that the leader has at hand */
function crew(partitions: number, members = 2, atHand: readonly number[] = []) {
  const memory = newBoard(partitions, members);
  const cell = (at: number): Int32Array => new Int32Array(memory.buffer, at, 1);
  const leader = new RoundsLeader(
    memory,
    (partition) => atHand.includes(partition),
    () => undefined,
  );
  const run = (ask: string, answer: (partition: number) => string): string[] => leader.run(bytes(ask), answer, text);
  /** Another thread comes, does what there is to do, and goes. */
  const visit = (answer: (ask: string, partition: number) => string): void => {
    assistRounds(
      memory,
      (ask, _, partition) => bytes(answer(text(ask), partition)),
      never,
      () => void Atomics.store(cell(ENDED_AT), 0, 1),
      never,
    );
    Atomics.store(cell(ENDED_AT), 0, 0);
  };
  return { memory, cell, leader, run, visit };
}

test("a leader that is alone answers for all partitions, round after round", () => {
  const { run } = crew(5);
  for (const ask of ["a", "b", "c"])
    expect(run(ask, (partition) => ask + partition)).toEqual([0, 1, 2, 3, 4].map((p) => `${ask}${p}`));
});

test("whoever comes in a round takes what is left of it, and is asked the same; answers are in the order of partitions", () => {
  const { run, visit } = crew(6);
  const answered = run("why", (partition) => {
    if (partition === 2) visit((ask, other) => `${ask} ${other}`);
    return `own ${partition}`;
  });
  expect(answered).toEqual(["own 0", "why 1", "own 2", "why 3", "why 4", "why 5"]);
  expect(run("again", (partition) => `own ${partition}`)).toEqual([0, 1, 2, 3, 4, 5].map((p) => `own ${p}`));
});

test("between rounds there is nothing to take", () => {
  const { run, visit } = crew(3);
  run("a", String);
  visit(() => {
    throw new Error("nothing to do");
  });
  expect(run("b", (partition) => `b${partition}`)).toEqual(["b0", "b1", "b2"]);
});

test("what a thread could not answer, the leader answers, or says why not", () => {
  const { run, visit } = crew(4);
  const failing = (): void =>
    visit(() => {
      throw new Error("of the other thread");
    });
  expect(
    run("a", (partition) => {
      if (partition === 0) failing();
      return `own ${partition}`;
    }),
  ).toEqual(["own 0", "own 1", "own 2", "own 3"]);
  expect(() =>
    run("a", (partition) => {
      if (partition === 0) failing();
      else throw new Error("bad row");
      return "";
    }),
  ).toThrow("bad row");
});

test("an answer without room in the shared memory is told", () => {
  const { run, visit } = crew(2);
  const long = "x".repeat((1 << 20) + 1);
  expect(() =>
    run("a", () => {
      visit(() => long);
      return "";
    }),
  ).toThrow(TooLong);
  expect(() => run("y".repeat((1 << 20) + 1), String)).toThrow(TooLong);
});

test("where a thread was ended at work, the leader does what it left undone, and goes on alone", () => {
  const { run, visit, cell } = crew(4);
  const lost = run("a", (partition) => {
    if (partition === 0)
      // It takes one partition and is ended in it: nothing says that it goes, and the executor sees that it is over.
      try {
        assistOnce();
      } catch {
        Atomics.add(cell(GONE_AT), 0, 1);
      }
    return `own ${partition}`;
  });
  expect(lost).toEqual(["own 0", "own 1", "own 2", "own 3"]);
  expect(Atomics.load(cell(ENDED_AT), 0)).toBe(1);
  visit(() => "too late");
  expect(run("b", (partition) => `own ${partition}`)).toEqual(["own 0", "own 1", "own 2", "own 3"]);

  /** Makes the claim of partition 1 that of the first round, as a thread does that takes it. */
  function assistOnce(): void {
    const CLAIMS = 16;
    Atomics.store(new Int32Array(cell(0).buffer as ArrayBuffer, 4 * CLAIMS, 4), 1, 1);
    throw new Error("ended");
  }
});

test("a leader that is told to stop does not wait for the others", () => {
  const memory = newBoard(2, 2);
  const leader = new RoundsLeader(memory, never, () => {
    throw new Error("stopped");
  });
  const claims = new Int32Array(memory.buffer, 4 * 16, 2);
  expect(() =>
    leader.run(
      bytes("a"),
      () => {
        Atomics.store(claims, 1, 1);
        return "";
      },
      text,
    ),
  ).toThrow("stopped");
});

test("what a thread has at hand it takes first; the rest, of which others are late, it takes in the end", () => {
  const { run, visit } = crew(5, 2, [3, 4]);
  const order: string[] = [];
  const answers = run("a", (partition) => {
    order.push(`own ${partition}`);
    if (partition === 4)
      visit((_, other) => {
        order.push(`other ${other}`);
        if (other === 1) throw new Error("ends in the middle of the round");
        return `other ${other}`;
      });
    return `own ${partition}`;
  });
  expect(order.slice(0, 3)).toEqual(["own 3", "own 4", "other 1"]);
  expect(answers).toEqual(["other 0", "own 1", "other 2", "own 3", "own 4"]);
  // Nobody comes.
  expect(run("b", (partition) => `own ${partition}`)).toEqual([0, 1, 2, 3, 4].map((p) => `own ${p}`));
});

test("whoever is alone takes what it has at hand, its own, and the rest from the end", () => {
  const { run } = crew(7, 3, [4]);
  const order: number[] = [];
  run("a", (partition) => String(order.push(partition)));
  expect(order).toEqual([4, 0, 3, 6, 5, 2, 1]);
});
