import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  AccumulatorV2,
  CollectionAccumulator,
  DoubleAccumulator,
  LongAccumulator,
  makeBroadcast,
  registerAccumulator,
  TaskContext,
} from "../../src/rdd";
import { InlineContext } from "../support/inline-context";

let sc: InlineContext;
beforeEach(() => (sc = new InlineContext(2, true)));
afterEach(() => sc.stop());

test("accumulators add up what tasks added", async () => {
  const evens = new LongAccumulator();
  const total = new DoubleAccumulator();
  const seen = new CollectionAccumulator<number>();
  for (const [accumulator, name] of [
    [evens, "evens"],
    [total, "total"],
    [seen, "seen"],
  ] as const)
    registerAccumulator(sc, accumulator, name);
  await sc.range(0, 100, 1, 4).foreach((i) => {
    if (i % 2 === 0) evens.add(1);
    total.add(i / 2);
    if (i % 25 === 0) seen.add(i);
  });
  expect([evens.value, evens.name, evens.count, total.value, total.avg]).toEqual([50, "evens", 50, 2475, 24.75]);
  expect(seen.value.sort((a, b) => a - b)).toEqual([0, 25, 50, 75]);
});

test("an accumulator with #private members is refused when it is registered", () => {
  class Hidden extends LongAccumulator {
    #last = 0;
    override add(value: number): void {
      this.#last = value;
      super.add(this.#last);
    }
  }
  expect(() => registerAccumulator(sc, new Hidden())).toThrow(/register: Hidden has #private members.*plain fields/s);
});

test("an accumulator of the user's own", async () => {
  class Longest extends AccumulatorV2<string, string> {
    longest = "";
    isZero(): boolean {
      return this.longest === "";
    }
    copy(): Longest {
      const copy = new Longest();
      copy.longest = this.longest;
      return copy;
    }
    reset(): void {
      this.longest = "";
    }
    add(word: string): void {
      if (word.length > this.longest.length) this.longest = word;
    }
    merge(other: Longest): void {
      this.add(other.longest);
    }
    get value(): string {
      return this.longest;
    }
  }
  const longest = new Longest();
  expect(() =>
    sc.parallelize(["a"]).map((w) => {
      longest.add(w);
      return w;
    }),
  ).toThrow(/register/);
  registerAccumulator(sc, longest, "longest");
  await sc.parallelize(["a", "ccc", "bb"], 3).foreach((w) => longest.add(w));
  expect(longest.value).toBe("ccc");
  expect(() => registerAccumulator(sc, longest)).toThrow(/already/);
});

test("an accumulator that lacks a method is refused when it is registered", () => {
  const lacking = new LongAccumulator();
  Object.defineProperty(lacking, "isZero", { value: true });
  expect(() => registerAccumulator(sc, lacking)).toThrow(/register: LongAccumulator must have a method isZero/);
});

test("an accumulator whose methods fail makes the tasks fail that use it, and no others", async () => {
  class Broken extends LongAccumulator {
    override isZero(): boolean {
      if (this.sum > 0) throw new Error("isZero fails");
      return true;
    }
  }
  const broken = new Broken();
  registerAccumulator(sc, broken);
  const using = (): Promise<void> => sc.parallelize([1, 2], 2).foreach((x) => broken.add(x));
  for (let i = 0; i < 2; i++) await expect(using()).rejects.toThrow("isZero fails");
  expect(await sc.range(0, 4, 1, 2).count()).toBe(4);
});

test("a failed task adds nothing, and the next one starts from zero", async () => {
  const calls = new LongAccumulator();
  registerAccumulator(sc, calls);
  await expect(
    sc.parallelize([1, 2], 1).foreach((x) => {
      calls.add(1);
      if (x === 2) throw new Error("no");
    }),
  ).rejects.toThrow("no");
  expect(calls.value).toBe(0);
  await sc.parallelize([1, 2], 1).foreach(() => calls.add(1));
  expect(calls.value).toBe(2);
});

test("broadcasts are read in tasks until they are destroyed", async () => {
  const words = makeBroadcast(sc, { list: [10, 20, 30], shout: (s: string) => s.toUpperCase() });
  expect(
    await sc
      .range(0, 3)
      .map((i) => words.value.list[i]! + words.value.shout("x"))
      .collect(),
  ).toEqual(["10X", "20X", "30X"]);
  await words.unpersist();
  await words.destroy();
  expect(() => words.value).toThrow(/destroyed/);
  expect(() => sc.range(0, 3).map(() => words.value)).toThrow(/destroyed/);
});

test("records of user classes keep their class, from collections and through a shuffle", async () => {
  class Point {
    constructor(
      readonly x: number,
      readonly y: number,
    ) {}
    norm(): number {
      return Math.hypot(this.x, this.y);
    }
  }
  const given = sc.parallelize([new Point(3, 4), new Point(6, 8)], 2);
  expect(await given.map((p) => p.norm()).collect()).toEqual([5, 10]);
  const back = await given
    .keyBy((p) => p.x)
    .partitionBy(2)
    .values()
    .sortBy((p) => p.x)
    .collect();
  expect(back[1]).toBeInstanceOf(Point);
  expect(back[1]!.norm()).toBe(10);
});

test("RDDs inside of functions are refused at the call", () => {
  const other = sc.range(3);
  expect(() => sc.range(3).map((x) => other.id + x)).toThrow(/RDD/);
});

test("the task context tells about the running task, and calls listeners in reverse", async () => {
  // Imported from "firesteel" the class travels by name; here it is a file of the test's own.
  const Task = TaskContext;
  const facts = await sc
    .range(0, 4, 1, 2)
    .map((x) => {
      const task = Task.get();
      return [x, task.partitionId(), task.numPartitions(), task.attemptNumber(), Task.getPartitionId()];
    })
    .collect();
  expect(facts).toEqual([
    [0, 0, 2, 0, 0],
    [1, 0, 2, 0, 0],
    [2, 1, 2, 0, 1],
    [3, 1, 2, 0, 1],
  ]);
  expect(() => TaskContext.get()).toThrow(/task context/);
  const order = new CollectionAccumulator<string>();
  registerAccumulator(sc, order);
  await sc.parallelize([1], 1).foreach(() => {
    Task.get()
      .addTaskCompletionListener(() => order.add("first"))
      .addTaskCompletionListener(() => order.add("second"));
  });
  expect(order.value).toEqual(["second", "first"]);
  const failures = await mkdtemp(join(tmpdir(), "firesteel-test-"));
  await expect(
    sc.parallelize([1], 1).foreach(() => {
      Task.get().addTaskFailureListener((_task, error) => writeFileSync(join(failures, "told"), (error as Error).message));
      throw new Error("told");
    }),
  ).rejects.toThrow("told");
  expect(readFileSync(join(failures, "told"), "utf8")).toBe("told");
  rmSync(failures, { recursive: true });
});
