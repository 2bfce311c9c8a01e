import fc from "fast-check";
import { coGrouped, filteredByKeys, joined } from "../../src/shuffle";
import type { JoinKind } from "../../src/shuffle/join";
import { type MemoryTaskOptions, MemoryWorld } from "../support/memory-task-env";
import type { TaskEnv } from "../../src/storage/task-env";
import { asMap, groupsOf, KEY_KINDS, KEYS, maps, MEMORIES, type Pair, shown } from "./arbitraries";
import { readAll, rowsSource } from "./shuffle-harness";

/** Runs in one task and checks that it gives back its memory. */
function inTask<T>(options: MemoryTaskOptions, run: (env: TaskEnv) => T): { result: T; diskBytesSpilled: number } {
  const world = new MemoryWorld();
  try {
    const task = world.task(options);
    const result = run(task);
    expect(task.memory.used).toBe(0);
    return { result, diskBytesSpilled: task.metrics.diskBytesSpilled };
  } finally {
    world.dispose();
  }
}

function joinOracle(kind: JoinKind, left: readonly Pair[], right: readonly Pair[]): string[] {
  const [l, r] = [groupsOf(left), groupsOf(right)];
  const rows: string[] = [];
  for (const key of new Set([...l.keys(), ...r.keys()])) {
    const lefts = l.get(key) ?? (kind === "right" || kind === "full" ? [undefined] : []);
    const rights = r.get(key) ?? (kind === "left" || kind === "full" ? [undefined] : []);
    for (const a of lefts) for (const b of rights) rows.push(`${key} ${shown(a)} ${shown(b)}`);
  }
  return rows.sort();
}

function joinRows(rows: readonly unknown[]): string[] {
  return (rows as [unknown, [unknown, unknown]][]).map(([key, [a, b]]) => `${shown(key)} ${shown(a)} ${shown(b)}`).sort();
}

const JOINS: readonly JoinKind[] = ["inner", "left", "right", "full"];
const value = fc.oneof(fc.integer(), fc.string({ maxLength: 3 }));
const RUNS = { numRuns: 12 };
/** Cross products are kept small. */
const few = (tasks: Pair[][]): Pair[] => tasks.flat().slice(0, 300);

describe.each(MEMORIES)("with %s", (_name, memory) => {
  describe.each(KEY_KINDS)("%s keys", (kind) => {
    const inputs = fc.tuple(maps(KEYS[kind], value), maps(KEYS[kind], value));

    test.each(JOINS)("%s join", (join) => {
      fc.assert(
        fc.property(inputs, ([a, b]) => {
          const [left, right] = [few(a), few(b)];
          const { result } = inTask(memory, (env) => readAll(joined(env, join, rowsSource(left), rowsSource(right))));
          expect(joinRows(result)).toEqual(joinOracle(join, left, right));
        }),
        RUNS,
      );
    });

    test("cogroup of three", () => {
      fc.assert(
        fc.property(inputs, maps(KEYS[kind], value), ([a, b], c) => {
          const sides = [a.flat(), b.flat(), c.flat()];
          const { result } = inTask(memory, (env) => readAll(coGrouped(env, sides.map(rowsSource))));
          const groups = sides.map(groupsOf);
          const keys = new Set(groups.flatMap((side) => [...side.keys()]));
          expect(asMap(result)).toEqual(new Map([...keys].map((key) => [key, groups.map((side) => side.get(key) ?? [])])));
        }),
        RUNS,
      );
    });

    test.each(["present", "absent"] as const)("records whose key is %s", (keep) => {
      fc.assert(
        fc.property(inputs, fc.boolean(), ([a, b], bare) => {
          const [left, right] = [a.flat(), b.flat()];
          const input = bare
            ? { source: rowsSource(left.map(([key]) => key)), carries: "keys" as const }
            : { source: rowsSource(left), carries: "pairs" as const };
          const { result } = inTask(memory, (env) =>
            readAll(filteredByKeys(env, keep, input, { source: rowsSource(right), carries: "pairs" })),
          );
          const keys = groupsOf(right);
          const expected = left.filter(([key]) => keys.has(shown(key)) === (keep === "present"));
          const text = (row: unknown): string => (bare ? shown(row) : `${shown((row as Pair)[0])} ${shown((row as Pair)[1])}`);
          expect(result.map(text).sort()).toEqual((bare ? expected.map(([key]) => key) : expected).map(text).sort());
        }),
        RUNS,
      );
    });
  });
});

describe("many keys and little memory", () => {
  const many = (n: number, step: number, tag: string): Pair[] =>
    Array.from({ length: n }, (_, i) => [(i * step) % 30_011, `${tag}${i}`]);

  test.each(JOINS)("%s join divides both sides", (kind) => {
    const [left, right] = [many(20_000, 7, "l"), many(25_000, 11, "r")];
    const { result, diskBytesSpilled } = inTask({ memoryLimit: 100_000 }, (env) =>
      readAll(joined(env, kind, rowsSource(left), rowsSource(right))),
    );
    expect(diskBytesSpilled).toBeGreaterThan(100_000);
    expect(joinRows(result)).toEqual(joinOracle(kind, left, right));
  });

  test.each(JOINS)("%s join with one hot key on both sides goes piece by piece", (kind) => {
    const hot = (n: number, m: number, tag: string): Pair[] =>
      Array.from({ length: n }, (_, i) => [i % m === 0 ? i : -1, `${tag}${i % 3}`]);
    const left = hot(12_000, 2, "l").filter(([key], i) => key !== -1 || i % 2000 === 1);
    const right = hot(30_000, 3, "r");
    const { result, diskBytesSpilled } = inTask({ memoryLimit: 0 }, (env) =>
      readAll(joined(env, kind, rowsSource(left), rowsSource(right))),
    );
    expect(diskBytesSpilled).toBeGreaterThan(100_000);
    expect(joinRows(result)).toEqual(joinOracle(kind, left, right));
  });

  test("subtract divides", () => {
    const [left, right] = [many(20_000, 7, "l"), many(25_000, 11, "r")];
    const { result, diskBytesSpilled } = inTask({ memoryLimit: 0 }, (env) =>
      readAll(
        filteredByKeys(
          env,
          "absent",
          { source: rowsSource(left), carries: "pairs" },
          { source: rowsSource(right), carries: "pairs" },
        ),
      ),
    );
    const keys = groupsOf(right);
    expect(diskBytesSpilled).toBeGreaterThan(10_000);
    expect(asMap(result)).toEqual(asMap(left.filter(([key]) => !keys.has(shown(key)))));
  });

  test("a task that was told to stop stops, and gives everything back", () => {
    const world = new MemoryWorld();
    const task = world.task({ memoryLimit: 100_000 });
    const source = joined(task, "inner", rowsSource(many(20_000, 7, "l")), rowsSource(many(20_000, 7, "r")));
    expect(source.next()).not.toBeNull();
    task.interrupt();
    expect(() => readAll(source)).toThrow("interrupted");
    source.close();
    source.close();
    expect(task.memory.used).toBe(0);
    world.dispose();
  });
});
