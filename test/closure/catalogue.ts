/**
 * What functions may capture, one case each: either it works in another process, or it is refused when the function is
 * frozen, naming the path. `docs/closures.md` is generated from this file (tools/closure-docs.mjs) and the tests run it under every way to
 * start a program.
 */
import { createHash } from "node:crypto";
import { EventEmitter } from "node:events";
import { readFileSync } from "node:fs";
import { Socket } from "node:net";
import * as path from "node:path";
import { parse } from "acorn";
import * as pricing from "./fixtures/pricing";
import { Money, Temperature, table, tax } from "./fixtures/pricing";
import { countCall, seenCalls } from "./fixtures/counter";
import shout, { countThroughFolder } from "./fixtures/folder";
import { Cube, Shape } from "./fixtures/shapes";
import rates from "./fixtures/rates.json" with { type: "json" };

export interface CatalogueCase {
  readonly title: string;
  /** What to know beyond the code, for the documentation. */
  readonly note?: string;
  /** Makes the function that travels. */
  readonly make: () => (...args: never[]) => unknown;
  readonly args?: readonly unknown[];
  /** The result in the other process. */
  readonly expected?: unknown;
  /** Parts of the refusal's message. */
  readonly refused?: readonly string[];
}

export interface CatalogueSection {
  readonly title: string;
  readonly cases: readonly CatalogueCase[];
}

class Base {
  static made = 0;
  constructor(readonly name: string) {}
  greet(): string {
    return `I am ${this.name}`;
  }
  static create(name: string): Base {
    return new this(name);
  }
}

class Derived extends Base {
  #secret = 42;
  override greet(): string {
    return `${super.greet()}, ${this.#secret}`;
  }
  get upper(): string {
    return this.name.toUpperCase();
  }
  set upper(_value: string) {
    throw new Error("read only");
  }
  static override create(name: string): Derived {
    return super.create(`${name}!`) as Derived;
  }
}

enum Colour {
  Red = 1,
  Green,
}

function fib(n: number): number {
  return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

const isEven = (n: number): boolean => (n === 0 ? true : isOdd(n - 1));
const isOdd = (n: number): boolean => (n === 0 ? false : isEven(n - 1));

export const catalogue: readonly CatalogueSection[] = [
  {
    title: "Variables",
    cases: [
      {
        title: "constants, and `let` with the value it has now",
        make: () => {
          const factor = 10;
          let later = 1;
          later = 5;
          return (x: number) => x * factor + later;
        },
        args: [2],
        expected: 25,
      },
      {
        title: "each turn of a loop",
        make: () => {
          const functions: (() => number)[] = [];
          for (let step = 1; step < 4; step++) functions.push(() => step);
          return () => functions.map((f) => f());
        },
        expected: [1, 2, 3],
      },
      {
        title: "values are frozen when the transformation is called",
        note: "A later change of a captured variable or object is not seen: a recomputation after a loss gives what the first run gave.",
        make: () => {
          let rate = 1;
          const list = [1];
          const f = (): unknown => [rate, list];
          frozenEarly(f);
          rate = 2;
          list.push(2);
          return f;
        },
        expected: [1, [1]],
      },
      {
        title: "a counter of the function's own",
        note: "Each task has its own copy, which starts with the frozen value.",
        make: () => {
          let count = 10;
          return () => [++count, ++count];
        },
        expected: [11, 12],
      },
      {
        title: "a variable that several functions share and change",
        make: () => {
          let n = 0;
          const increment = (): void => {
            n++;
          };
          const state = { read: () => n };
          return () => {
            increment();
            increment();
            return state.read();
          };
        },
        expected: 2,
      },
      {
        title: "two counters of one maker stay apart",
        make: () => {
          const counter = () => {
            let n = 0;
            return { add: () => ++n, read: () => n };
          };
          const a = counter();
          const b = counter();
          return () => {
            a.add();
            a.add();
            b.add();
            return [a.read(), b.read()];
          };
        },
        expected: [2, 1],
      },
      {
        title: "destructuring, defaults, rest and shadowed names",
        make: (): ((first: { x?: number; y: number }, ...more: number[]) => unknown) => {
          const outer = 1;
          const { a, ...rest } = { a: 1, b: 2, c: 3 };
          return ({ x = outer, y }: { x?: number; y: number }, ...more: number[]) => {
            let inner = 0;
            {
              const outer = 100;
              inner += outer;
            }
            return [x, y, a, rest, more, outer + inner];
          };
        },
        args: [{ y: 2 }, 7, 8],
        expected: [1, 2, 1, { b: 2, c: 3 }, [7, 8], 101],
      },
      {
        title: "a variable whose declaration has not run is refused",
        make: () => {
          const f = (): number => late;
          frozenEarly(f);
          const late = 1;
          return f;
        },
        refused: ["`late`", "has no value yet"],
      },
    ],
  },
  {
    title: "Values",
    cases: [
      {
        title: "special numbers, BigInt, undefined, null",
        make: () => {
          const values = [NaN, -0, Infinity, 2n ** 70n, undefined, null];
          return () => [Object.is(values[1], -0), values];
        },
        expected: [true, [NaN, -0, Infinity, 2n ** 70n, undefined, null]],
      },
      {
        title: "nested objects and arrays, sparse arrays, keys like __proto__",
        make: () => {
          const config = { nested: { rate: 2 }, list: [1, [2]], ["__proto__"]: "own" };
          const sparse: number[] = [];
          sparse[3] = 3;
          return () => [config.nested.rate, config.list, Object.keys(config), 1 in sparse, sparse.length];
        },
        expected: [2, [1, [2]], ["nested", "list", "__proto__"], false, 4],
      },
      {
        title: "Map, Set, Date, RegExp",
        make: () => {
          const lookup = new Map<unknown, unknown>([
            ["odd", new Set([1, 3])],
            [{ key: 1 }, new Date(86_400_000)],
          ]);
          const pattern = /^a+$/gi;
          return () => [lookup, pattern.test("AAA"), pattern.lastIndex, pattern.flags];
        },
        expected: [
          new Map<unknown, unknown>([
            ["odd", new Set([1, 3])],
            [{ key: 1 }, new Date(86_400_000)],
          ]),
          true,
          3,
          "gi",
        ],
      },
      {
        title: "typed arrays that share a buffer, DataView, Buffer",
        make: () => {
          const bytes = new Uint8Array([1, 2, 3, 4]);
          const words = new Uint16Array(bytes.buffer);
          const view = new DataView(bytes.buffer, 1, 2);
          const text = Buffer.from("grüße");
          return () => {
            bytes[0] = 9;
            return [words[0], view.getUint8(0), text.toString("utf8"), Buffer.isBuffer(text)];
          };
        },
        expected: [0x0209, 2, "grüße", true],
      },
      {
        title: "SharedArrayBuffer becomes a copy in each process",
        make: () => {
          const shared = new Int32Array(new SharedArrayBuffer(8));
          shared[1] = 7;
          return () => [shared[1], shared.buffer instanceof SharedArrayBuffer];
        },
        expected: [7, true],
      },
      {
        title: "errors with cause, AggregateError",
        make: () => {
          const error = new TypeError("outer", { cause: new RangeError("inner") });
          const many = new AggregateError([new Error("one")], "many");
          return () => [
            error instanceof TypeError,
            error.message,
            (error.cause as Error).name,
            many.errors.length,
            typeof error.stack,
          ];
        },
        expected: [true, "outer", "RangeError", 1, "string"],
      },
      {
        title: "symbols: registered, well-known, unique ones by identity within the capture",
        make: () => {
          const unique = Symbol("mine");
          const object = { [unique]: 1, [Symbol.for("ours")]: 2, [Symbol.toPrimitive]: () => 3 };
          return () => [object[unique], object[Symbol.for("ours")], +object, unique.description];
        },
        expected: [1, 2, 3, "mine"],
      },
      {
        title: "cycles and shared references",
        make: () => {
          const cycle: { self?: unknown; n: number } = { n: 4 };
          cycle.self = cycle;
          const shared = { n: 1 };
          const pair = { a: shared, b: shared, list: [cycle] };
          return () => [cycle.self === cycle, pair.a === pair.b, pair.list[0] === cycle];
        },
        expected: [true, true, true],
      },
      {
        title: "a linked list of 20,000 nodes",
        make: () => {
          let head: { next: unknown } = { next: null };
          for (let i = 0; i < 20_000; i++) head = { next: head };
          return () => {
            let length = 0;
            for (let at: unknown = head; at !== null; at = (at as { next: unknown }).next) length++;
            return length;
          };
        },
        expected: 20_001,
      },
      {
        title: "accessors, frozen and sealed objects, hidden properties, null prototypes",
        make: () => {
          const object = {
            n: 2,
            get double(): number {
              return this.n * 2;
            },
          };
          Object.defineProperty(object, "hidden", { value: 1, enumerable: false });
          const frozen = Object.freeze({ list: Object.freeze([1]) });
          const bare = Object.assign(Object.create(null) as object, { a: 1 });
          return () => [
            object.double,
            Object.keys(object),
            Object.isFrozen(frozen),
            Object.isFrozen(frozen.list),
            Object.getPrototypeOf(bare),
            bare,
          ];
        },
        expected: [4, ["n", "double"], true, true, null, { a: 1 }],
      },
      {
        title: "boxed primitives, arguments objects, objects that inherit from objects",
        make: () => {
          const boxed = Object(5) as number;
          const parent = { hello: "parent" };
          const child = Object.create(parent) as { hello: string };
          const args = (function (..._rest: number[]): ArrayLike<number> {
            // eslint-disable-next-line prefer-rest-params
            return arguments;
          })(1, 2);
          return () => [typeof boxed, boxed + 1, child.hello, Object.hasOwn(child, "hello"), args.length, Array.from(args)];
        },
        expected: ["object", 6, "parent", false, 2, [1, 2]],
      },
      {
        title: "URL, URLSearchParams, TextDecoder, Intl formats",
        make: () => {
          const url = new URL("https://example.org/a?b=1");
          const decoder = new TextDecoder("utf-16le");
          const format = new Intl.NumberFormat("de-DE", { minimumFractionDigits: 2 });
          return () => [url.searchParams.get("b"), decoder.decode(new Uint8Array([65, 0])), format.format(1234.5)];
        },
        expected: ["1", "A", "1.234,50"],
      },
    ],
  },
  {
    title: "Functions",
    cases: [
      { title: "recursion", make: () => (x: number) => fib(x), args: [10], expected: 55 },
      { title: "mutual recursion", make: () => isEven, args: [7], expected: false },
      {
        title: "functions that return functions",
        make: () => {
          const make = (k: number) => {
            const inner = { k };
            return (x: number) => x * inner.k;
          };
          const functions = [make(2), make(3)];
          return (x: number) => functions.map((f) => f(x));
        },
        args: [5],
        expected: [10, 15],
      },
      {
        title: "a function declaration whose name was given another value",
        make: () => {
          const log: string[] = [];
          const twice = function self(n: number): number {
            log.push("called");
            return n > 3 ? n : self(n * 2);
          };
          return (x: number) => [twice(x), log.length, twice.name];
        },
        args: [1],
        expected: [4, 3, "self"],
      },
      {
        title: "generators, async functions, async generators",
        make: () => {
          function* numbers(n: number): Generator<number> {
            for (let i = 0; i < n; i++) yield i;
          }
          const later = async (x: number): Promise<number> => Promise.resolve(x + 1);
          async function* stream(): AsyncGenerator<number> {
            yield* numbers(2);
          }
          return async () => {
            const seen: number[] = [];
            for await (const x of stream()) seen.push(await later(x));
            return [...numbers(3), ...seen];
          };
        },
        expected: [0, 1, 2, 1, 2],
      },
      {
        title: "methods, getters, computed names and super in object literals",
        make: () => {
          const key = "computed";
          const parent = { hello: () => "parent" };
          const object = {
            __proto__: parent,
            scale(x: number): number {
              return x * 2;
            },
            [`${key}Name`]: () => "computed",
            [`${key}Method`](): string {
              return "method";
            },
            hello(): string {
              return `child of ${super.hello() as string}`;
            },
            *items(): Generator<number> {
              yield 1;
            },
          };
          return () => [object.scale(4), Object.keys(object), object.hello(), [...object.items()]];
        },
        expected: [8, ["scale", "computedName", "computedMethod", "hello", "items"], "child of parent", [1]],
      },
      {
        title: "functions with properties",
        make: () => {
          const f = Object.assign((x: number) => x + f.offset, { offset: 5 });
          return (x: number) => f(x);
        },
        args: [1],
        expected: 6,
      },
      {
        title: "`this` of methods and of plain functions",
        make: () => {
          const account = {
            rate: 3,
            times(x: number): number {
              return [x].map((y) => y * this.rate)[0] as number;
            },
          };
          return (x: number) => account.times(x);
        },
        args: [2],
        expected: 6,
      },
      {
        title: "an arrow function that is a field of an instance, with its `this`",
        make: () => {
          class Scaler {
            constructor(private readonly factor: number) {}
            readonly scale = (x: number): number => x * this.factor;
          }
          const scaler = new Scaler(3);
          return (x: number) => scaler.scale(x);
        },
        args: [5],
        expected: 15,
      },
      {
        title: "`this` of the method that calls the transformation",
        note: "Read from the method's call, which is still running. Once it is over, the arrow function is refused.",
        make: () => {
          class Job {
            factor = 4;
            run(): () => number {
              const f = (): number => this.factor * 2;
              frozenEarly(f);
              return f;
            }
          }
          return new Job().run();
        },
        expected: 8,
      },
      {
        title: "`this` of a method that is over is refused",
        make: () => {
          class Job {
            factor = 4;
            make(): () => number {
              return () => this.factor * 2;
            }
          }
          return new Job().make();
        },
        refused: ["`this`", "Copy what the function needs into a local constant"],
      },
      {
        title: "`arguments` of the function around is refused",
        make: () =>
          function (this: void, ..._all: number[]): () => number {
            return () => arguments.length;
          }.call(undefined, 1, 2),
        refused: ["`arguments`", "(...args)"],
      },
      {
        title: "native and bound functions are refused",
        make: () => {
          const bound = fib.bind(null, 3);
          return () => bound();
        },
        refused: ["`bound`", "bound function", "arrow function"],
      },
    ],
  },
  {
    title: "Classes",
    cases: [
      {
        title: "classes with inheritance, super, accessors, statics and #private members",
        make: () => () => {
          const one = Derived.create("ada");
          return [one.greet(), one.upper, one instanceof Base, Derived.made];
        },
        expected: ["I am ada!, 42", "ADA!", true, 0],
      },
      {
        title: "instances, with fields and methods",
        make: () => {
          const cube = new Cube(2);
          const shapes = new Map([["base", new Base("b")]]);
          return () => [cube.area(), cube.volume, cube instanceof Shape, shapes.get("base")?.greet()];
        },
        expected: [24, 8, true, "I am b"],
      },
      {
        title: "static fields and static blocks do not run again",
        note: "What they left in the class travels instead. Private static fields cannot be read and start anew.",
        make: () => {
          const log: string[] = [];
          class Registry {
            static entries = new Map([["a", 1]]);
            static {
              log.push("block");
              this.entries.set("b", 2);
            }
          }
          Registry.entries.set("later", 3);
          return () => [[...Registry.entries.keys()], log.length];
        },
        expected: [["a", "b", "later"], 1],
      },
      {
        title: "a class made by a function, computed keys, fields",
        make: () => {
          const key = Symbol("key");
          const mixin = (base: new (name: string) => Base, tag: string) =>
            class Mixed extends base {
              extra = tag;
              [key](): string {
                return `${this.greet()} ${this.extra}`;
              }
            };
          const One = mixin(Base, "one");
          const Two = mixin(One, "two");
          const two = new Two("t");
          return () => [two[key](), two instanceof One, new One("o")[key](), One.name];
        },
        expected: ["I am t two", true, "I am o one", "Mixed"],
      },
      {
        title: "subclasses of Array, Map, Error and EventEmitter",
        make: () => {
          class Stack extends Array<number> {
            top(): number | undefined {
              return this.at(-1);
            }
          }
          class Fault extends Error {
            code = 7;
          }
          class Bus extends EventEmitter {
            label = "bus";
          }
          const stack = Stack.from([1, 2]) as Stack;
          const fault = new Fault("broken");
          const bus = new Bus();
          return () => [
            stack.top(),
            stack instanceof Stack,
            fault.code,
            fault instanceof Fault,
            fault.message,
            bus.label,
            bus.emit("none"),
          ];
        },
        expected: [2, true, 7, true, "broken", "bus", false],
      },
      {
        title: "constructor functions with prototypes",
        make: () => {
          function Point(this: { x: number }, x: number): void {
            this.x = x;
          }
          Point.prototype.double = function (this: { x: number }): number {
            return this.x * 2;
          };
          const Constructor = Point as unknown as new (x: number) => { x: number; double(): number };
          const point = new Constructor(4);
          return () => [point.double(), point instanceof Constructor, new Constructor(1).double()];
        },
        expected: [8, true, 2],
      },
      {
        title: "methods added to a class later",
        make: () => {
          class Plain {
            n = 1;
          }
          Object.defineProperty(Plain.prototype, "added", {
            value(this: Plain): number {
              return this.n + 1;
            },
            configurable: true,
            writable: true,
          });
          return () => (new Plain() as unknown as { added(): number }).added();
        },
        expected: 2,
      },
      {
        title: "an instance with #private members is refused",
        make: () => {
          const price = new Money(3);
          return () => price.toString();
        },
        refused: ["`price`", "Money", "#private", "firesteel.serialize"],
      },
      {
        title: "an instance with #private members and hooks travels",
        make: () => {
          const outside = new Temperature(300);
          return () => [Math.round(outside.celsius * 100), outside instanceof Temperature];
        },
        expected: [2685, true],
      },
    ],
  },
  {
    title: "Modules",
    cases: [
      {
        title: "builtin modules: named imports and namespaces",
        make: () => (x: string) => [createHash("md5").update(x).digest("hex").slice(0, 4), path.join("a", x)],
        args: ["1"],
        expected: ["c4ca", "a/1"],
      },
      {
        title: "builtin functions that a variable holds",
        make: () => {
          const join = path.posix.join;
          const { floor, max } = Math;
          const own = Object.prototype.hasOwnProperty;
          return () => [join("a", "b"), floor(1.5), max(1, 2), own.call({ a: 1 }, "a"), typeof readFileSync];
        },
        expected: ["a/b", 1, 2, true, "function"],
      },
      {
        title: "globals: console, process, Buffer, URL, structuredClone",
        make: () => () => [
          typeof console.log,
          typeof process.pid,
          Buffer.from("a").length,
          new URL("a:b").protocol,
          structuredClone({ a: 1 }),
          typeof globalThis,
        ],
        expected: ["function", "number", 1, "a:", { a: 1 }, "object"],
      },
      {
        title: "relative modules",
        make: () => (x: number) => [tax(x), table.size, new Money(x).toString()],
        args: [1],
        expected: [1.2, 2, "€1.00"],
      },
      {
        title: "namespaces of relative modules",
        make: () => (x: number) => [pricing.tax(x), Object.keys(pricing).includes("Money")],
        args: [1],
        expected: [1.2, true],
      },
      { title: "default exports and folders", make: () => (x: string) => shout(x), args: ["hi"], expected: "HI!" },
      {
        title: "a module has one state per thread",
        note: "Functions of a module share it, however they are reached; other threads have their own.",
        make: () => () => {
          const before = seenCalls();
          countCall();
          countThroughFolder();
          return seenCalls() - before;
        },
        expected: 2,
      },
      {
        title: "functions of modules inside captured objects",
        make: () => {
          const rules = { tax, classes: [Cube] };
          return (x: number) => [rules.tax(x), new (rules.classes[0] as typeof Cube)(2).volume];
        },
        args: [2],
        expected: [2.4, 8],
      },
      { title: "JSON modules", make: () => (x: number) => x * rates.low, args: [100], expected: 5 },
      {
        title: "npm packages",
        make: () => (code: string) => parse(code, { ecmaVersion: 2022 }).body.length,
        args: ["a; b"],
        expected: 2,
      },
      {
        title: "import() of relative modules, packages and builtins inside the function",
        make: () => async (x: number) => {
          const module = await import("./fixtures/pricing");
          const os = await import("node:os");
          const acorn = await import("acorn");
          return [module.tax(x), typeof os.cpus, typeof acorn.parse];
        },
        args: [1],
        expected: [1.2, "function", "function"],
      },
      {
        title: "TypeScript enums",
        make: () => (x: Colour) => [Colour[x], x === Colour.Green],
        args: [2],
        expected: ["Green", true],
      },
    ],
  },
  {
    title: "What is refused",
    cases: [
      {
        title: "promises",
        make: () => {
          const holder = { deep: { promise: Promise.resolve(1) } };
          return () => holder.deep.promise;
        },
        refused: ["`holder.deep.promise`", "Promise", "Await it"],
      },
      {
        title: "sockets, streams, servers",
        make: () => {
          const socket = new Socket();
          return () => socket.destroyed;
        },
        refused: ["`socket`", "Socket", "mapPartitions"],
      },
      {
        title: "timers and other objects inside Node",
        make: () => {
          const timer = setTimeout(() => undefined, 0);
          clearTimeout(timer);
          return () => timer.hasRef();
        },
        refused: ["`timer", "Timeout"],
      },
      {
        title: "weak collections and references",
        make: () => {
          const cache = new Map([["k", { memo: new WeakMap() }]]);
          return () => cache;
        },
        refused: ['`cache.get("k").memo`', "WeakMap"],
      },
      {
        title: "running generators and iterators",
        make: () => {
          const list = [{ iterator: new Set([1]).values() }];
          return () => list;
        },
        refused: ["`list[0].iterator`", "iterator"],
      },
      {
        title: "proxies",
        make: () => {
          const proxy = new Proxy({}, {});
          return () => proxy;
        },
        refused: ["`proxy`", "Proxy"],
      },
      {
        title: "message ports",
        make: () => {
          const { port1, port2 } = new MessageChannel();
          port1.close();
          port2.close();
          return () => port1;
        },
        refused: ["`port1`", "MessagePort"],
      },
      {
        title: "abort signals",
        make: () => {
          const { signal } = new AbortController();
          return () => signal.aborted;
        },
        refused: ["`signal`", "AbortSignal"],
      },
      {
        title: "what a captured function captures",
        make: () => {
          const connection = { socket: new Socket() };
          const helper = (): boolean => connection.socket.destroyed;
          return () => helper();
        },
        refused: ["`helper → connection.socket`"],
      },
      {
        title: "objects that say so themselves",
        note: 'An object with the method `[Symbol.for("firesteel.travel")]` answers a reference (broadcasts, accumulators) or a refusal (SparkContext, RDD).',
        make: () => {
          const context = { [Symbol.for("firesteel.travel")]: () => ({ refuse: "A SparkContext stays on the driver." }) };
          return () => context;
        },
        refused: ["`context`", "A SparkContext stays on the driver."],
      },
    ],
  },
];

/** Stands for the call of a transformation where a case goes on after it: whoever runs the catalogue freezes here. */
function frozenEarly(fn: Function): void {
  (globalThis as { freezeEarly?: (fn: Function) => void }).freezeEarly?.(fn);
}
