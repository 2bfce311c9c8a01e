/**
 * Classes keep one identity per thread and one id in all threads.
 *
 * @jest-environment node
 */
import { AssertionError } from "node:assert";
import { createHash } from "node:crypto";
import { EventEmitter } from "node:events";
import { Stats } from "node:fs";
import { Readable } from "node:stream";
import { runInThisContext } from "node:vm";
import { ClassRegistry } from "../../src/closure/class-registry";
import { driverClasses } from "../../src/closure/driver-classes";
import { classesOf, freeze, freezeValue, modulesOf } from "../../src/closure/freeze";
import { Reviver } from "../../src/closure/reviver";
import { DataError, TaskError } from "../../src/common/errors";
import { Money, Temperature, tax } from "./fixtures/pricing";
import { Cube } from "./fixtures/shapes";

class Point {
  constructor(
    readonly x: number,
    readonly y: number,
  ) {}
  norm(): number {
    return Math.hypot(this.x, this.y);
  }
}

class Point3 extends Point {
  z = 0;
}

/** A worker thread's reviver, here in the same thread. */
function workerReviver(options: Partial<ConstructorParameters<typeof Reviver>[0]> = {}): Reviver {
  return new Reviver({ resolveRef: (ref, id) => ({ ref, id }), engineModule: {}, ...options });
}

function revive<T>(reviver: Reviver, value: unknown): T {
  const frozen = typeof value === "function" ? freeze(value) : freezeValue(value);
  reviver.addModules(modulesOf([frozen]));
  return reviver.revive(frozen) as T;
}

test("a class by value: another constructor in the worker, the same id, the driver's own class back", () => {
  const reviver = workerReviver();
  const make = revive<(x: number) => Point>(reviver, (x: number) => new Point(x, 4));
  const instance = make(3);
  expect(instance).not.toBeInstanceOf(Point);
  expect(instance.norm()).toBe(5);
  const id = reviver.classes.classId(instance.constructor);
  expect(id).toBe(driverClasses.classId(Point));
  expect(driverClasses.classOf(id)).toBe(Point);
  expect(reviver.classes.classOf(id)).toBe(instance.constructor);
});

test("two functions with the same class share its constructor in a thread", () => {
  const reviver = workerReviver();
  const make = revive<() => Point>(reviver, () => new Point3(1, 2));
  const isPoint = revive<(value: unknown) => boolean[]>(reviver, (value: unknown) => [
    value instanceof Point,
    value instanceof Point3,
  ]);
  expect(isPoint(make())).toEqual([true, true]);
});

test("copies of a function for several tasks share the class and start from the frozen statics", () => {
  const reviver = workerReviver();
  class Counter {
    static made = 7;
    constructor() {
      Counter.made++;
    }
  }
  const frozen = freeze(() => {
    const counter = new Counter();
    return [Counter.made, counter] as const;
  });
  expect(frozen.reusable).toBe(false);
  const [first, one] = (reviver.revive(frozen) as () => readonly [number, Counter])();
  const [second, two] = (reviver.revive(frozen) as () => readonly [number, Counter])();
  expect([first, second]).toEqual([8, 8]);
  expect(one.constructor).toBe(two.constructor);
  expect(Counter.made).toBe(7);
});

test("a class with another environment gets the environment of the function that was revived last", () => {
  const reviver = workerReviver();
  let rate = 2;
  class Priced {
    price(x: number): number {
      return x * rate;
    }
  }
  const early = freeze(() => new Priced().price(10));
  rate = 3;
  const late = freeze(() => new Priced().price(10));
  expect((reviver.revive(early) as () => number)()).toBe(20);
  expect((reviver.revive(late) as () => number)()).toBe(30);
  expect((reviver.revive(early) as () => number)()).toBe(20);
});

test("classes that one function makes at one place have ids of their own", () => {
  const make = (): new () => object => class Made {};
  const [One, Two] = [make(), make()];
  expect(driverClasses.classId(One)).not.toBe(driverClasses.classId(Two));
  expect(driverClasses.classOf(driverClasses.classId(Two))).toBe(Two);
});

test("a class of a module: found through any function of the module", () => {
  const reviver = workerReviver();
  const make = revive<(x: number) => Cube>(reviver, (x: number) => new Cube(x));
  const instance = make(2);
  expect(instance.volume).toBe(8);
  const id = reviver.classes.classId(instance.constructor);
  expect(id).toMatch(/^module:[0-9a-f]+#Cube$/);
  expect(driverClasses.classOf(id)).toBe(Cube);
  const parentId = reviver.classes.classId(Object.getPrototypeOf(instance.constructor) as Function);
  expect(driverClasses.classOf(parentId)).toBe(Object.getPrototypeOf(Cube));
});

test("a class of a module that only another function of the module named", () => {
  const reviver = workerReviver();
  revive(reviver, () => tax(1));
  const [file] = modulesOf([freeze(() => tax(1))]);
  expect(driverClasses.classOf(`module:${String(file?.hash)}#Temperature`)).toBe(Temperature);
});

test("a class that a worker meets only in data comes from its definition", () => {
  class Sent {
    constructor(readonly n: number) {}
    twice(): number {
      return this.n * 2;
    }
  }
  const id = driverClasses.classId(Sent);
  const asked: string[] = [];
  const fetching = workerReviver({
    fetchClass: (wanted) => {
      asked.push(wanted);
      return freezeValue(driverClasses.known(wanted));
    },
  });
  const Fetched = fetching.classes.classOf(id) as typeof Sent;
  expect(new Fetched(4).twice()).toBe(8);
  expect(fetching.classes.classOf(id)).toBe(Fetched);
  expect(asked).toEqual([id]);

  const declared = workerReviver();
  const frozen = freeze(() => new Sent(1));
  expect(classesOf(frozen)).toEqual([id]);
  declared.declareClasses(frozen);
  expect(new (declared.classes.classOf(id) as typeof Sent)(5).twice()).toBe(10);
});

test("unknown ids and classes made inside a task are named", () => {
  const reviver = workerReviver();
  expect(() => reviver.classes.classOf("class:0123456789abcdef")).toThrow(DataError);
  expect(() => driverClasses.classOf("class:0123456789abcdef")).toThrow(/UNKNOWN_CLASS/);
  const inside = revive<() => object>(reviver, () => {
    class Inside {}
    return new Inside();
  })();
  expect(() => reviver.classes.classId(inside.constructor)).toThrow(/class Inside cannot leave the task/);
});

test("classes with private state and no hooks are refused in data", () => {
  expect(() => driverClasses.classId(Money)).toThrow(TaskError);
  expect(() => driverClasses.classId(Money)).toThrow(/#private/);
  expect(driverClasses.classId(Temperature)).toMatch(/^module:/);
});

test("builtin classes whose state nobody can read are refused in data, and classes that extend them", () => {
  class Tagged extends Headers {}
  class Page extends URL {}
  class Feed extends Readable {}
  class Guarded extends URL {
    static [Symbol.for("firesteel.serialize")](page: URL): string {
      return page.href;
    }
  }
  for (const [opaque, words] of [
    [Headers, /instance of the built-in class Headers, whose inner state/],
    [Blob, /built-in class Blob/],
    [TextDecoder, /built-in class TextDecoder/],
    [AbortController, /built-in class AbortController/],
    [Intl.NumberFormat, /built-in class NumberFormat/],
    [createHash("md5").constructor, /built-in class Hash/],
    [Tagged, /instance of Tagged, which extends the built-in class Headers/],
    [Page, /instance of Page, which extends the built-in class URL/],
    [Feed, /open resource \(Feed\)/],
  ] as [Function, RegExp][]) {
    expect(() => driverClasses.classId(opaque)).toThrow(words);
  }
  class Listener extends EventEmitter {}
  class Failure extends DOMException {}
  for (const data of [URL, URLSearchParams, DOMException, Stats, Listener, Guarded, AssertionError, class extends Map {}]) {
    expect(typeof driverClasses.classId(data)).toBe("string");
  }
  expect(() => driverClasses.classId(Failure)).toThrow(/extends the built-in class DOMException/);
});

test("private members that a transpiler moved into WeakMaps are private still", () => {
  const Lowered = runInThisContext(`(() => {
    var _cents = new WeakMap();
    var __privateAdd = (object, member, value) => member.set(object, value);
    var __privateGet = (object, member) => member.get(object);
    return class Lowered {
      constructor(x) { __privateAdd(this, _cents, x); }
      get cents() { return __privateGet(this, _cents); }
    };
  })()`) as new (x: number) => { cents: number };
  const price = new Lowered(3);
  expect(() => freeze(() => price.cents)).toThrow(/`price`.*#private/);
  expect(revive<() => number>(workerReviver(), () => new Lowered(4).cents)()).toBe(4);
});

test("a class with private members that functions capture is refused in records all the same", () => {
  class Sealed {
    #cents = 1;
    get cents(): number {
      return this.#cents;
    }
  }
  const worker = workerReviver();
  const OfThread = revive<() => typeof Sealed>(worker, () => Sealed)();
  expect(new OfThread().cents).toBe(1);
  for (const [registry, type] of [
    [worker.classes, OfThread],
    [driverClasses, Sealed],
  ] as const)
    expect(() => registry.classId(type)).toThrow(/instance of Sealed, which has #private members/);
});

test("builtin classes go by name", () => {
  expect(driverClasses.classId(Map)).toBe("builtin:Map");
  expect(driverClasses.classOf("builtin:Map")).toBe(Map);
});

test("a class that is met again and again is noted once", () => {
  const noted = jest.spyOn(FinalizationRegistry.prototype, "register");
  try {
    const registry = new ClassRegistry({ identify: () => undefined, find: () => undefined }, "weak");
    class Marker {}
    for (let i = 0; i < 3; i++) registry.register("class:marker", Marker);
    expect(registry.known("class:marker")).toBe(Marker);
    expect(noted).toHaveBeenCalledTimes(1);
  } finally {
    noted.mockRestore();
  }
});
