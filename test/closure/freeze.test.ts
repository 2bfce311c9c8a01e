/** What freezing promises besides carrying values: equal hashes, reuse, references, messages, cost. */
import { configureClosures, freeze, freezeValue } from "../../src/closure/freeze";
import { Reviver } from "../../src/closure/reviver";
import { TaskError } from "../../src/common/errors";

const engine = { makeMark: () => "driver", Mark: class Mark {} };
configureClosures({ engine });

function reviver(options: Partial<ConstructorParameters<typeof Reviver>[0]> = {}): Reviver {
  return new Reviver({
    resolveRef: (ref, id) => ({ ref, id }),
    engineModule: { makeMark: () => "worker", Mark: class WorkerMark {} },
    ...options,
  });
}

test("equal captures have equal hashes, others have not", () => {
  const make = (factor: number) => (x: number) => x * factor;
  expect(freeze(make(2)).hash).toBe(freeze(make(2)).hash);
  expect(freeze(make(2)).hash).not.toBe(freeze(make(3)).hash);
});

describe("reusable", () => {
  const number = 5;
  const helper = (x: number): number => x + number;
  const list = [1];
  const frozenList = Object.freeze([1, 2]);
  const pattern = /a/;
  const sticky = /a/g;
  let count = 0;

  test.each([
    ["no captures", (x: number) => x, true],
    ["primitives and functions", (x: number) => helper(x) * number, true],
    ["builtins", (x: string) => Math.max(Number(x)), true],
    ["frozen arrays", () => frozenList.length, true],
    ["an array", () => list.length, false],
    ["a pattern without a position", () => pattern.test("a"), true],
    ["a pattern with a position", () => sticky.test("a"), false],
    ["a variable that it assigns", () => ++count, false],
    ["a variable that an inner function assigns", () => [1].map(() => (count = 1)), false],
  ] as const)("%s", (_title, fn, expected) => {
    expect(freeze(fn).reusable).toBe(expected);
  });

  test("reusable captures are revived once, others for each call", () => {
    const thread = reviver();
    const shared = freeze((x: number) => helper(x));
    const own = freeze(() => list);
    expect(thread.revive(shared)).toBe(thread.revive(shared));
    expect(thread.revive(own)).not.toBe(thread.revive(own));
  });
});

test("objects that travel by reference are resolved for every revival", () => {
  const asked: unknown[] = [];
  const thread = reviver({
    resolveRef: (ref, id) => {
      asked.push([ref, id]);
      return { value: 42 };
    },
  });
  class Broadcast {
    readonly value = 1;
    [Symbol.for("firesteel.travel")](): object {
      return { ref: "broadcast", id: { number: 7 } };
    }
  }
  const words = new Broadcast();
  const frozen = freeze(() => words.value);
  expect((thread.revive(frozen) as () => number)()).toBe(42);
  expect((thread.revive(frozen) as () => number)()).toBe(42);
  expect(asked).toEqual([
    ["broadcast", { number: 7 }],
    ["broadcast", { number: 7 }],
  ]);
});

test("what firesteel exports is the worker's own", () => {
  const { makeMark } = engine;
  const mark = new engine.Mark();
  expect((reviver().revive(freeze(() => makeMark())) as () => string)()).toBe("worker");
  const revived = (reviver().revive(freeze(() => mark)) as () => object)();
  expect(revived.constructor.name).toBe("WorkerMark");
});

test("values freeze as well, and refuse as well", () => {
  const value = { list: [1, new Map([["a", new Date(0)]])] };
  expect(reviver().revive(freezeValue(value))).toEqual(value);
  expect(() => freezeValue({ a: [Promise.resolve()] }, { name: "zero value" })).toThrow(
    /The zero value cannot be sent .*`a\[0\]`, which is a Promise/,
  );
});

test("a refusal names the call, the place, the path, the reason and the remedy", () => {
  const holder = { deep: { list: [{ promise: Promise.resolve(1) }] } };
  const error = thrown(() => freeze(() => holder.deep, { name: "map" }));
  expect(error).toBeInstanceOf(TaskError);
  expect((error as TaskError).errorClass).toBe("TASK_NOT_SERIALIZABLE");
  expect((error as TaskError).message).toMatch(
    /The function of map \(freeze\.test\.ts:\d+:\d+\) cannot be sent to the executors: it captures `holder\.deep\.list\[0\]\.promise`, which is a Promise\. Await it/,
  );
  expect((error as TaskError).parameters).toMatchObject({ path: "holder.deep.list[0].promise" });
});

test("the place is the line of the user's file", () => {
  const promise = Promise.resolve(1);
  const error = thrown(() => freeze(() => promise)) as TaskError; // here
  const line = Number(/freeze\.test\.ts:(\d+):/.exec(error.message)?.[1]);
  const own = Number(/freeze\.test\.ts:(\d+):/.exec(new Error().stack ?? "")?.[1]);
  expect(line).toBe(own - 2);
});

test("a method on its own, its computed key and its super", () => {
  const parent = { base: () => 10 };
  const key = "dynamic";
  const object = {
    __proto__: parent,
    [key](x: number): number {
      return x + (super.base as () => number)();
    },
  };
  const revived = reviver().revive(freezeValue(object)) as typeof object;
  expect(revived.dynamic(1)).toBe(11);
  const alone = ((): number => 3) as (() => number) & { helper?: unknown };
  expect((reviver().revive(freeze(alone)) as () => number).name).toBe("alone");
});

test("text of the user's is never run as code", () => {
  const texts = ["x => process.exit(1)", "`${process.exit(1)}`", "__proto__"];
  expect((reviver().revive(freeze(() => texts)) as () => string[])()).toEqual(texts);
});

test("damaged bytes are refused", () => {
  const { hash, bytes } = freeze(() => 1);
  expect(() => reviver().revive({ hash, bytes: bytes.slice(0, 10) })).toThrow(/FROZEN_VALUE_DAMAGED/);
});

function thrown(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

test("what an object says of why it cannot travel is a sentence of the message", () => {
  const context = { [Symbol.for("firesteel.travel")]: () => ({ refuse: "a context stays on the driver" }) };
  expect(() => freeze(() => context)).toThrow(/which cannot be used in a task\. A context stays on the driver\.$/);
});
