import assert from "node:assert/strict";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { ByteWriter } from "../../src/columnar/bytes";
import { decodeValue, encodeValue } from "../../src/columnar/values/codec";
import { ValueReader } from "../../src/columnar/values/reader";
import { ValueWriter } from "../../src/columnar/values/writer";
import { DataError, TaskError } from "../../src/common/errors";
import { context, Guarded, HttpError, Money, Point, Point3, Registry, Stack, Unknown } from "./support/classes";
import { hostileValue } from "./support/values";

const back = <T>(value: T): T => decodeValue(encodeValue(value, context), context) as T;

describe("values come back as they were", () => {
  test("of any kind", () => {
    fc.assert(
      fc.property(hostileValue, (value) => {
        const copy = back(value);
        assert.deepStrictEqual(copy, value);
        assert.deepStrictEqual(encodeValue(copy, context), encodeValue(value, context));
      }),
      { numRuns: 2000 },
    );
  });

  test.each<[string, unknown]>([
    ["-0", -0],
    ["NaN", NaN],
    ["the least int32", -(2 ** 31)],
    ["beyond int32", 2 ** 31],
    ["a lone surrogate", "a\udc00b"],
    ["63 and 64 characters", ["x".repeat(63), "x".repeat(64), "é".repeat(64), "中".repeat(64)]],
    ["negative bigint", -(2n ** 200n)],
    ["0n", 0n],
    ["a sparse array", Object.assign([], { 4_000_000_000: 1 })],
    ["only a length", Object.assign([], { length: 100 })],
    ["holes among elements", [1, , 3, , ,]],
    ["mostly holes", Object.assign([], { 10_000: "x" })],
    ["an own __proto__", JSON.parse('{"__proto__": {"x": 1}, "a": 2}')],
    ["an own constructor", { constructor: 1, toString: 2 }],
    ["a null prototype", Object.assign(Object.create(null), { a: 1 })],
    ["boxed", [Object(1), Object("ab"), Object(true), Object(3n), Object(Symbol.iterator)]],
    ["a regular expression at work", Object.assign(/a/g, { lastIndex: 3 })],
    ["an odd slice of a buffer", new Uint16Array(new ArrayBuffer(8), 2, 2)],
    ["a Buffer of the pool", Buffer.from("pooled")],
    ["a DataView", new DataView(new ArrayBuffer(3))],
    ["a map with a property", Object.assign(new Map([[1, 2]]), { note: "n" })],
    ["a match result", "ab".match(/(?<x>b)/)],
  ])("%s", (_, value) => {
    const copy = back(value);
    assert.deepStrictEqual(copy, value);
    if (typeof value === "object" && value !== null) expect(Object.getPrototypeOf(copy)).toBe(Object.getPrototypeOf(value));
  });

  test("an invalid date", () => {
    expect(back(new Date(NaN)).getTime()).toBeNaN();
  });

  test("match results keep what they matched in", () => {
    expect({ ...back("xab".match(/(?<first>a)b/)!) }).toEqual({ ..."xab".match(/(?<first>a)b/)! });
  });

  test("errors with class, message, stack, cause and properties", () => {
    const error = Object.assign(new RangeError("too far", { cause: new TypeError("inner") }), { code: 7 });
    const copy = back(error);
    expect(copy).toBeInstanceOf(RangeError);
    expect(copy).toMatchObject({ message: "too far", stack: error.stack, code: 7, cause: { message: "inner" } });
    expect(Object.keys(copy)).toEqual(["code"]);
    const several = back(new AggregateError([new Error("a"), 1], "many"));
    expect(several).toBeInstanceOf(AggregateError);
    expect(several.errors).toMatchObject([{ message: "a" }, 1]);
    const own = back(new HttpError(404, "not here"));
    expect(own).toBeInstanceOf(HttpError);
    expect(own).toMatchObject({ status: 404, message: "not here", name: "HttpError" });
    expect(Object.hasOwn(back(Object.assign(new Error(), { message: undefined })), "message")).toBe(true);
    const errorOfNode = (() => {
      try {
        return Buffer.alloc("x" as unknown as number);
      } catch (caught) {
        return caught as Error;
      }
    })();
    expect(() => encodeValue(errorOfNode, context)).toThrow(TaskError);
  });

  test("class instances, of classes that extend others and built-in ones", () => {
    expect(back(new Point3(1, [2], { z: 3 }))).toEqual(new Point3(1, [2], { z: 3 }));
    expect(back(new Point3(1, 2, 3))).toBeInstanceOf(Point);
    const stack = back(Object.assign(Stack.of(1, 2), { label: "top" }));
    expect(stack).toBeInstanceOf(Stack);
    expect([[...stack], stack.label]).toEqual([[1, 2], "top"]);
    const registry = back(Object.assign(new Registry([[1, 2]]), { owner: "me" }));
    expect(registry).toBeInstanceOf(Registry);
    expect([[...registry], registry.owner]).toEqual([[[1, 2]], "me"]);
  });

  test("fields are defined, not assigned, where the prototype has a setter", () => {
    const copy = back([new Guarded(1), new Guarded(2)]);
    expect(copy.map((guarded) => Object.getOwnPropertyDescriptor(guarded, "value")?.value)).toEqual([1, 2]);
  });

  test("a class's hooks see its private state, shared instances stay one", () => {
    const money = new Money(5);
    const [first, second] = back<readonly [Money, Money]>([money, money]);
    expect(first.cents).toBe(5);
    expect(second).toBe(first);
  });

  test("classes of Node that are data", () => {
    const url = new URL("https://example.org/a?b=1#c");
    const error = new DOMException("gone", "AbortError");
    const result = back({ url, again: url, query: new URLSearchParams("a=1&a=2"), error });
    expect(result.url).toBeInstanceOf(URL);
    expect(result.url.href).toBe(url.href);
    expect(result.again).toBe(result.url);
    expect([...result.query]).toEqual([
      ["a", "1"],
      ["a", "2"],
    ]);
    expect([result.error.name, result.error.message, result.error.code]).toEqual(["AbortError", "gone", 20]);
  });

  test("shared references and cycles", () => {
    const shared = { n: 1 };
    const root: Record<string, unknown> = {
      a: shared,
      b: [shared],
      m: new Map<unknown, unknown>([[shared, shared]]),
      point: new Point(shared, null),
    };
    root["self"] = root;
    (root["m"] as Map<unknown, unknown>).set("root", root);
    const error = new Error("e", { cause: root });
    root["error"] = error;
    const copy = back(root) as { a: object; b: object[]; m: Map<unknown, unknown>; self: unknown; point: Point; error: Error };
    expect(copy.self).toBe(copy);
    expect(copy.b[0]).toBe(copy.a);
    expect(copy.m.get(copy.a)).toBe(copy.a);
    expect(copy.m.get("root")).toBe(copy);
    expect(copy.point.x).toBe(copy.a);
    expect(copy.error.cause).toBe(copy);
  });

  test("views of one whole buffer share it again; a view of a part is alone", () => {
    const buffer = new ArrayBuffer(16);
    const [bytes, doubles, same, part] = back([
      new Uint8Array(buffer),
      new Float64Array(buffer),
      buffer,
      new Uint8Array(buffer, 8),
    ]) as [Uint8Array, Float64Array, ArrayBuffer, Uint8Array];
    expect(bytes.buffer).toBe(same);
    expect(doubles.buffer).toBe(same);
    expect(part.buffer.byteLength).toBe(8);
  });

  test("accessors by their value; symbols, hidden properties and named properties of arrays not at all", () => {
    const value = Object.defineProperty(
      {
        get a() {
          return [1];
        },
        [Symbol("s")]: 1,
      },
      "hidden",
      { value: 1 },
    );
    expect(back(value)).toStrictEqual({ a: [1] });
    expect(Object.keys(back(Object.assign([1], { name: "x" })))).toEqual(["0"]);
  });
});

test("values of another realm are what they are there", () => {
  const source = `({ a: [1, "x"], when: new Date(5), map: new Map([[1, new Set([2])]]), bytes: new Uint8Array([1]), e: new RangeError("r"), re: /x/g })`;
  const copy = back(runInNewContext(source) as Record<string, unknown>);
  const [error, expected] = [copy["e"], new RangeError("r")];
  expect(error).toBeInstanceOf(RangeError);
  expect(String(error)).toBe(String(expected));
  delete copy["e"];
  assert.deepStrictEqual(copy, {
    a: [1, "x"],
    when: new Date(5),
    map: new Map([[1, new Set([2])]]),
    bytes: Uint8Array.of(1),
    re: /x/g,
  });
});

describe("a run of values", () => {
  test("names keys once", () => {
    const writer = new ValueWriter(context);
    const sizes = [0, 1, 2].map((i) => {
      const before = writer.out.length;
      writer.write({ aLongName: i, anotherLongName: "x" });
      return writer.out.length - before;
    });
    expect(sizes).toEqual([sizes[0], 5, 5]);
    const reader = new ValueReader(writer.out.written(), context);
    expect([reader.read(), reader.read(), reader.read()]).toEqual([0, 1, 2].map((i) => ({ aLongName: i, anotherLongName: "x" })));
  });

  test("goes on after a value that was refused", () => {
    const writer = new ValueWriter(context);
    writer.write({ a: 1 });
    expect(() => writer.write({ b: 1, c: { d: () => 1 } })).toThrow(TaskError);
    writer.write({ b: 2, c: { d: 3 } });
    writer.write({ a: 4 });
    const reader = new ValueReader(writer.out.written(), context);
    expect([reader.read(), reader.read(), reader.read()]).toEqual([{ a: 1 }, { b: 2, c: { d: 3 } }, { a: 4 }]);
  });

  test("keys with separators in them are told apart", () => {
    const rows = [{ "a\0b": 1 }, { a: 1, b: 2 }, { "a\0b": 3 }, { a: 3, b: 4 }];
    expect(back(rows)).toEqual(rows);
  });
});

describe("what cannot travel is refused with its path", () => {
  const promise = Promise.resolve();
  test.each<[string, unknown, string | RegExp]>([
    [
      "a function",
      { holder: { deep: [1, function f() {}] } },
      "value.holder.deep[1] cannot travel to another thread or be stored: it is the function f",
    ],
    ["a class", [Point], "value[0] cannot travel to another thread or be stored: it is the class Point"],
    ["a promise", { holder: { deep: { promise } } }, "value.holder.deep.promise"],
    ["in a map", new Map([["k", [promise]]]), 'value.get("k")[0]'],
    ["in a set", new Set([promise]), "value.values(0)"],
    ["under an odd key", { "a-b": promise }, 'value["a-b"]'],
    ["in an error", new Error("e", { cause: promise }), "value.cause"],
    ["a WeakMap", new WeakMap(), "a WeakMap"],
    ["a WeakRef", new WeakRef({}), "a WeakRef"],
    ["a generator", (function* () {})(), "a running generator"],
    ["an iterator", new Map().keys(), "an iterator"],
    ["shared memory", new SharedArrayBuffer(1), "a SharedArrayBuffer"],
    ["a view of it", new Uint8Array(new SharedArrayBuffer(1)), "a view of a SharedArrayBuffer"],
    ["a unique symbol", [Symbol("mine")], "the symbol mine"],
    ["a class unknown here", { u: new Unknown() }, "value.u cannot travel"],
    ["a prototype of no class", Object.create({ inherited: 1 }), "belongs to no class"],
    [
      "a traveller",
      { [Symbol.for("firesteel.travel")]: () => ({ ref: "broadcast", id: 1 }), __proto__: { x: 1 } },
      "records cannot hold",
    ],
    [
      "a traveller that says why",
      { [Symbol.for("firesteel.travel")]: () => ({ refuse: "use it outside." }), __proto__: { x: 1 } },
      "use it outside.",
    ],
  ])("%s", (_, value, message) => {
    expect(() => encodeValue(value, context)).toThrow(message);
    expect(() => encodeValue(value, context)).toThrow(TaskError);
  });

  test("nesting beyond the stack is refused in words", () => {
    let list: unknown = null;
    for (let i = 0; i < 200_000; i++) list = { next: list };
    expect(() => encodeValue(list, context, "list")).toThrow(/list is nested too deeply/);
  });

  test("what a hook gives may not refer back", () => {
    class Loop {
      static [Symbol.for("firesteel.serialize")](loop: Loop): unknown {
        return [loop];
      }
      static [Symbol.for("firesteel.deserialize")](): Loop {
        return new Loop();
      }
    }
    expect(() => encodeValue(new Loop(), { ...context, classId: () => "Loop" })).toThrow(/refers back/);
  });

  test("a getter that throws throws what it threw", () => {
    expect(() =>
      encodeValue(
        {
          get a() {
            throw new EvalError("mine");
          },
        },
        context,
      ),
    ).toThrow(EvalError);
  });
});

describe("damaged bytes", () => {
  const bytes = encodeValue(
    [
      { a: 1, b: [1.5, "é中", new Map([[1, new Set([2n])]])] },
      { a: 2, b: [] },
      new Date(5),
      /x/g,
      new Float64Array(3),
      new Point(1, 2),
      new Money(3),
      Object.assign([], { 9000: 1 }),
      Array.from({ length: 20 }, (_, i) => i / 2),
      new HttpError(1, "m"),
      Stack.of(1),
      Buffer.from("abc"),
      Object.assign(new Map(), { x: 1 }),
      Object("boxed"),
      Symbol.iterator,
      Symbol.for("r"),
      -5,
      Object.create(null),
    ],
    context,
  );

  test("end in a DataError or another value", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        fc.nat(bytes.length),
        (changes, cut) => {
          const damaged = Buffer.from(bytes);
          for (const [at, byte] of changes) damaged[at] = byte;
          try {
            decodeValue(cut % 3 === 0 ? damaged.subarray(0, cut) : damaged, context);
          } catch (error) {
            if (!(error instanceof DataError)) throw error;
          }
        },
      ),
      { numRuns: 20_000 },
    );
  });

  test("of any kind", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (any) => {
        try {
          decodeValue(any, context);
        } catch (error) {
          if (!(error instanceof DataError)) throw error;
        }
      }),
      { numRuns: 20_000 },
    );
  });

  test("cut off, or with something behind them", () => {
    for (let cut = 0; cut < bytes.length; cut++) expect(() => decodeValue(bytes.subarray(0, cut), context)).toThrow(DataError);
    expect(() => decodeValue(Buffer.concat([bytes, Buffer.of(0)]), context)).toThrow(DataError);
  });

  test.each([
    ["a huge array", [0x10, 0xff, 0xff, 0xff, 0xff, 0x0f]],
    ["a huge string", [0x07, 0xff, 0xff, 0xff, 0xff, 0x0f]],
    ["a huge map", [0x18, 0xff, 0xff, 0xff, 0x7f]],
    ["a huge typed array", [0x1a, 8, 0, 0xff, 0xff, 0xff, 0xff, 0x0f]],
    ["a huge bigint", [0x06, 0xff, 0xff, 0xff, 0xff, 0x0f]],
    ["nesting without end", Array.from({ length: 100_000 }, () => [0x10, 1]).flat()],
    ["an unknown class", [0x14, 2, 0x41, 0x41, 0]],
    ["a number of too many bytes", [0x10, ...new Array<number>(12).fill(0xff)]],
    ["a hole", [0x0c]],
  ])("%s", (_, list) => {
    expect(() => decodeValue(Uint8Array.from(list), context)).toThrow(DataError);
  });
});

test("a writer grows, and drops what follows a length that was set back", () => {
  const out = new ByteWriter(1);
  for (let i = 0; i < 1000; i++) out.varint(i * 2 ** 40);
  const { length } = out;
  out.float64(1.5);
  out.length = length;
  out.align8();
  expect(out.length % 8).toBe(0);
  expect(out.copy()).toEqual(out.written());
  out.clear();
  expect(out.written()).toHaveLength(0);
});
