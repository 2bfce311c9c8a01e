import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { hashKey, hashNumbers, hashStrings, nonNegativeMod } from "../../src/columnar/keys/hash";
import { KeyMap } from "../../src/columnar/keys/key-map";
import { hashInt, hashLong, hashText } from "../../src/columnar/keys/murmur3";
import { compareKeys } from "../../src/columnar/keys/order";
import { sameKey } from "../../src/columnar/keys/same";
import { UsageError } from "../../src/common/errors";
import { Money, Point, Point3, Registry, Secret, Stack } from "./support/classes";

/** Equality of keys said another way: by walking both at once. */
function equal(left: unknown, right: unknown): boolean {
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null)
    return left === right || (left !== left && right !== right);
  if (left instanceof Date || right instanceof Date)
    return left instanceof Date && right instanceof Date && equal(left.getTime(), right.getTime());
  if (ArrayBuffer.isView(left) || ArrayBuffer.isView(right)) {
    if (
      !ArrayBuffer.isView(left) ||
      !ArrayBuffer.isView(right) ||
      Object.prototype.toString.call(left) !== Object.prototype.toString.call(right)
    )
      return false;
    return equal([...(left as Uint8Array)], [...(right as Uint8Array)]);
  }
  if (Array.isArray(left) !== Array.isArray(right)) return false;
  if (Array.isArray(left) && Array.isArray(right))
    return left.length === right.length && left.every((item, i) => equal(item, right[i]));
  const plain = (value: object): unknown => Object.getPrototypeOf(value) ?? Object.prototype;
  if (plain(left) !== plain(right)) return false;
  if (left instanceof Money) return left.cents === (right as Money).cents;
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every(
      (key) =>
        Object.hasOwn(right, key) && equal((left as Record<string, unknown>)[key], (right as Record<string, unknown>)[key]),
    )
  );
}

/** Few different leaves, so that equal keys are common. */
const leaf = fc.constantFrom<unknown>(
  0,
  -0,
  1,
  1.5,
  NaN,
  2 ** 40,
  "",
  "0",
  "1",
  "a",
  "\u0001",
  "\u0001[",
  "\u0001s\u0001",
  "u",
  "n1;",
  null,
  undefined,
  true,
  false,
  1n,
  0n,
  2n ** 70n,
  "é",
  "中",
  "\ud800",
  new Date(0),
  new Date(1),
  new Date(NaN),
);
const shuffled = (entries: readonly (readonly [string, unknown])[]): fc.Arbitrary<object> =>
  fc.shuffledSubarray([...entries], { minLength: entries.length }).map((list) => Object.fromEntries(list));
const anyKey: fc.Arbitrary<unknown> = fc.letrec<{ key: unknown }>((tie) => ({
  key: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    { weight: 4, arbitrary: leaf },
    fc.array(tie("key"), { maxLength: 3 }),
    fc
      .uniqueArray(fc.tuple(fc.constantFrom("a", "b", "1", "__proto__"), tie("key")), {
        maxLength: 3,
        selector: ([name]) => name,
      })
      .chain(shuffled),
    fc.tuple(tie("key"), tie("key")).map(([x, y]) => new Point(x, y)),
    fc.tuple(leaf, leaf, leaf).map(([x, y, z]) => new Point3(x, y, z)),
    fc.nat(2).map((cents) => new Money(cents)),
    fc
      .array(fc.nat(1), { maxLength: 2 })
      .chain((items) =>
        fc.constantFrom(Uint8Array.from(items), Float64Array.from(items), Buffer.from(items), Int8Array.from(items)),
      ),
  ),
})).key;

describe("keys are the same exactly when their content is", () => {
  test("and have equal hashes then", () => {
    fc.assert(
      fc.property(anyKey, anyKey, (a, b) => {
        expect(sameKey(a, b)).toBe(equal(a, b));
        if (equal(a, b)) expect(hashKey(a)).toBe(hashKey(b));
      }),
      { numRuns: 20_000 },
    );
  });

  test("copies are the same", () => {
    fc.assert(
      fc.property(anyKey, (key) => {
        expect(sameKey(key, structuredClonePlain(key))).toBe(true);
        expect(hashKey(key)).toBe(hashKey(structuredClonePlain(key)));
      }),
      { numRuns: 2000 },
    );
  });

  /** A copy with other objects but the same classes. */
  function structuredClonePlain(value: unknown): unknown {
    if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
    if (value instanceof Date) return new Date(value.getTime());
    if (value instanceof Money) return new Money(value.cents);
    if (Array.isArray(value)) return value.map(structuredClonePlain);
    const copy = Object.create(Object.getPrototypeOf(value)) as object;
    for (const key of Object.keys(value).reverse()) {
      Object.defineProperty(copy, key, {
        value: structuredClonePlain((value as Record<string, unknown>)[key]),
        enumerable: true,
      });
    }
    return copy;
  }

  test.each<[string, unknown, unknown, boolean]>([
    ['1 and "1"', 1, "1", false],
    ["1 and true", 1, true, false],
    ["1 and 1n", 1, 1n, false],
    ["null and undefined", null, undefined, false],
    ["NaN and NaN", NaN, 0 / 0, true],
    ["0 and -0", 0, -0, true],
    ["[0] and [-0]", [0], [-0], true],
    ['[1] and ["1"]', [1], ["1"], false],
    ["[[1],2] and [1,[2]]", [[1], 2], [1, [2]], false],
    ["other order of properties", { a: 1, b: 2 }, { b: 2, a: 1 }, true],
    ["a property that is undefined", { a: undefined }, {}, false],
    ["a hole and undefined", [, 1], [undefined, 1], true],
    ["null prototype", Object.assign(Object.create(null), { a: 1 }), { a: 1 }, true],
    ["an array and an object like it", [1], { 0: 1 }, false],
    ["a class and a plain object", new Point(1, 2), { x: 1, y: 2 }, false],
    ["a class and one that extends it", new Point(1, 2), Object.assign(Object.create(Point3.prototype), { x: 1, y: 2 }), false],
    ["a Buffer and its bytes", Buffer.of(1), Uint8Array.of(1), true],
    ["regular expressions", /a/g, /a/g, true],
    ["other flags", /a/g, /a/i, false],
    ["keys with the same hash", [null], [], false],
    ["dates", new Date(1), new Date(1), true],
    ["dates that are none", new Date(NaN), new Date(NaN), true],
    ["a bigint and its like", [10n ** 30n], [10n ** 30n], true],
    ["arrays of other lengths", [1], [1, undefined], false],
    ["an inherited property", { a: 1 }, { toString: 1 }, false],
    ["0 in typed arrays", Float64Array.of(0, NaN), Float64Array.of(-0, NaN), true],
    ["ArrayBuffers", new ArrayBuffer(2), new ArrayBuffer(2), true],
    ["URLs", new URL("http://a"), new URL("http://A/"), true],
    ["other URLs", new URL("http://a"), new URL("http://b"), false],
    ["a view and its buffer", new DataView(new ArrayBuffer(2)), new ArrayBuffer(2), false],
  ])("%s", (_, left, right, same) => {
    expect(sameKey(left, right)).toBe(same);
    expect(sameKey(right, left)).toBe(same);
    expect(new KeyMap([[left, 1]]).has(right)).toBe(same);
    if (same) expect(hashKey(left)).toBe(hashKey(right));
  });

  test.each<[string, unknown]>([
    ["a Map", new Map()],
    ["a Set", new Set()],
    ["a function", () => 1],
    ["a symbol", Symbol("s")],
    ["a promise", Promise.resolve()],
    ["a WeakMap", new WeakMap()],
    ["an error", new Error()],
    ["a class that extends a built-in one", Stack.of(1)],
    ["one that extends Map", new Registry()],
    ["private state", new Secret("x")],
    ["a class of Node's that keeps its state to itself", new Headers()],
    ["inside of an array", [1, [new Map()]]],
    ["inside of an object", { a: { b: () => 1 } }],
    ["no class", Object.create({ x: 1 })],
    ["itself inside", ((list: unknown[]) => (list.push(list), list))([])],
    ["a boxed number", Object(1)],
  ])("refused: %s", (_, key) => {
    expect(() => hashKey(key)).toThrow(UsageError);
    expect(() => sameKey(key, key)).toThrow(UsageError);
    expect(() => new KeyMap().set(key, 1)).toThrow(UsageError);
  });

  test("the refusal says which class, and what to do", () => {
    expect(() => hashKey(new Secret("x"))).toThrow(/An instance of Secret cannot be a key: its class keeps #private state/);
    expect(() => hashKey(new Map())).toThrow(/An instance of Map cannot be a key/);
    expect(() => hashKey(Promise.resolve())).toThrow(/A promise cannot be a key/);
  });
});

test("keys of another realm are the same as those of this one", () => {
  const foreign = runInNewContext(`[[1, "a"], { b: 1, a: [new Date(5)] }, new Uint8Array([1])]`) as unknown[];
  const own: unknown[] = [[1, "a"], { a: [new Date(5)], b: 1 }, Uint8Array.of(1)];
  own.forEach((key, i) => {
    expect(sameKey(key, foreign[i])).toBe(true);
    expect(new KeyMap([[key, i]]).get(foreign[i])).toBe(i);
  });
  expect(compareKeys([1], foreign[0])).toBeLessThan(0);
});

describe("KeyMap", () => {
  test("does as a Map whose keys compare by content", () => {
    type Step = readonly ["set" | "delete" | "get", unknown];
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom("set", "delete", "get"), anyKey) as fc.Arbitrary<Step>), (steps) => {
        const map = new KeyMap<number>();
        const model: [unknown, number][] = [];
        steps.forEach(([step, key], value) => {
          const at = model.findIndex(([known]) => equal(known, key));
          if (step === "set") {
            map.set(key, value);
            if (at < 0) model.push([key, value]);
            else model[at]![1] = value;
          } else if (step === "delete") {
            expect(map.delete(key)).toBe(at >= 0);
            if (at >= 0) model.splice(at, 1);
          } else {
            expect(map.get(key)).toBe(model[at]?.[1]);
            expect(map.has(key)).toBe(at >= 0);
          }
        });
        expect(map.size).toBe(model.length);
        // A Map makes 0 of -0.
        expect([...map]).toEqual(model.map(([key, value]) => [Object.is(key, -0) ? 0 : key, value]));
      }),
      { numRuns: 1000 },
    );
  });

  test("keeps the first of equal keys, and forgets it when it is deleted", () => {
    const [first, second] = [[1], [1]];
    const map = new KeyMap<string, number[]>([[first, "a"]]);
    map.set(second, "b");
    expect([...map.keys()][0]).toBe(first);
    expect([...map.values()]).toEqual(["b"]);
    map.delete([1]);
    map.set(second, "c");
    const seen: unknown[] = [];
    map.forEach((value, key) => seen.push([key, value]));
    expect(seen).toEqual([[second, "c"]]);
    expect((seen[0] as unknown[])[0]).toBe(second);
    map.clear();
    expect([map.size, ...map]).toEqual([0]);
  });
});

/** Spark's hashUnsafeBytes, said once more with big integers. */
function murmur3(bytes: Uint8Array, seed: number): number {
  const wrap = (n: bigint): bigint => BigInt.asUintN(32, n);
  const rotate = (n: bigint, by: bigint): bigint => wrap((n << by) | (wrap(n) >> (32n - by)));
  const mix = (hash: bigint, word: bigint): bigint =>
    wrap(rotate(hash ^ wrap(rotate(wrap(wrap(word) * 0xcc9e2d51n), 15n) * 0x1b873593n), 13n) * 5n + 0xe6546b64n);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const whole = bytes.length - (bytes.length % 4);
  let hash = wrap(BigInt(seed));
  for (let at = 0; at < whole; at += 4) hash = mix(hash, BigInt(view.getInt32(at, true)));
  for (let at = whole; at < bytes.length; at++) hash = mix(hash, BigInt(view.getInt8(at)));
  hash ^= BigInt(bytes.length);
  hash = wrap((hash ^ (hash >> 16n)) * 0x85ebca6bn);
  hash = wrap((hash ^ (hash >> 13n)) * 0xc2b2ae35n);
  return Number(BigInt.asIntN(32, hash ^ (hash >> 16n)));
}

describe("hashes", () => {
  // SELECT hash(1), hash(0), hash(-1), hash(''), hash('Spark'), hash('ABC'), hash(true), hash(1L)
  test("are Spark's where Spark has them", () => {
    expect(hashKey(1)).toBe(-559580957);
    expect(hashKey(0)).toBe(933211791);
    expect(hashKey(-1)).toBe(-1604776387);
    expect(hashKey("")).toBe(142593372);
    expect(hashKey("Spark")).toBe(228093765);
    expect(hashKey("ABC")).toBe(-757602832);
    expect(hashKey(true)).toBe(-559580957);
    expect(hashLong(1, 0, 42)).toBe(-1712319331);
  });

  test("of strings are those of their UTF-8", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.integer(), (text, seed) => {
        const bytes = Buffer.from(text);
        expect(hashText(text, 0, text.length, seed)).toBe(murmur3(bytes, seed));
      }),
    );
    const long = "x".repeat(5000) + "中".repeat(2000);
    expect(hashKey(long)).toBe(murmur3(Buffer.from(long), 42));
  });

  test("of null and undefined are 0", () => {
    expect([hashKey(null), hashKey(undefined)]).toEqual([0, 0]);
  });

  test("of columns are those of their values", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.double(), fc.integer(), fc.constantFrom(-0, NaN, 2 ** 40, -(2 ** 52)))),
        fc.array(fc.string({ unit: "binary" })),
        (numbers, strings) => {
          const out = new Int32Array(numbers.length);
          hashNumbers(Float64Array.from(numbers), numbers.length, out);
          expect([...out]).toEqual(numbers.map(hashKey));
          hashNumbers(Int32Array.from(numbers), numbers.length, out);
          expect([...out]).toEqual([...Int32Array.from(numbers)].map(hashKey));
          const offsets = new Int32Array(strings.length + 1);
          strings.forEach((string, i) => {
            offsets[i + 1] = offsets[i]! + string.length;
          });
          const hashes = new Int32Array(strings.length);
          hashStrings(strings.join(""), offsets, strings.length, hashes);
          expect([...hashes]).toEqual(strings.map(hashKey));
        },
      ),
    );
  });

  test("spread keys over partitions", () => {
    for (const key of [
      (i: number) => i,
      (i: number) => i * 1024,
      (i: number) => `key${i}`,
      (i: number) => [i, "x"],
      (i: number) => i + 0.5,
      (i: number) => ({ a: i }),
    ]) {
      const counts = new Array<number>(8).fill(0);
      for (let i = 0; i < 8000; i++) counts[nonNegativeMod(hashKey(key(i)), 8)]!++;
      expect(Math.min(...counts)).toBeGreaterThan(800);
    }
    expect([nonNegativeMod(-7, 4), nonNegativeMod(7, 4), nonNegativeMod(-8, 4)]).toEqual([1, 3, 0]);
    expect(hashInt(1, 42)).toBe(hashKey(1));
  });
});

describe("the natural order", () => {
  const groups = [
    fc.oneof(fc.double(), fc.bigInt(), fc.constantFrom(NaN, 0, -0, null, undefined, 1n, 1)),
    fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom(null, undefined)),
    fc.boolean(),
    fc.date({ noInvalidDate: false }),
    fc.array(fc.oneof(fc.nat(2), fc.constant(null)), { maxLength: 3 }),
    fc.tuple(fc.constantFrom("a", "b"), fc.double()),
    fc.uint8Array({ maxLength: 3 }),
  ] as const;

  test.each(groups.map((group, index) => [index, group as fc.Arbitrary<unknown>] as const))("is one, in group %d", (_, group) => {
    fc.assert(
      fc.property(group, group, group, (a, b, c) => {
        const sign = (left: unknown, right: unknown): number => Math.sign(compareKeys(left, right)) + 0;
        expect(sign(a, a)).toBe(0);
        expect(sign(a, b)).toBe(-sign(b, a) + 0);
        if (sign(a, b) <= 0 && sign(b, c) <= 0) expect(sign(a, c)).toBeLessThanOrEqual(0);
        if (equal(a, b)) expect(sign(a, b)).toBe(0);
      }),
      { numRuns: 1000 },
    );
  });

  test.each<[string, readonly unknown[]]>([
    ["missing ones, numbers, NaN", [null, undefined, -Infinity, -1n, -0.5, 0, 1, 2n, 2.5, 10n ** 30n, Infinity, NaN]],
    ["strings by UTF-16 units", ["", "A", "a", "a\0", "ab", "é", "\ud83d\ude00", "\uff00"]],
    ["booleans", [false, true]],
    ["dates", [new Date(-1), new Date(0), new Date(NaN)]],
    ["arrays", [[], [null], [1], [1, "a"], [1, "b"], [2]]],
    ["bytes", [Buffer.of(), Buffer.of(1), Buffer.of(1, 0), Uint8Array.of(200)]],
  ])("%s", (_, list) => {
    for (let i = 0; i < list.length; i++)
      for (let j = 0; j < list.length; j++) expect(Math.sign(compareKeys(list[i], list[j]))).toBe(Math.sign(i - j));
  });

  test("0 and -0 are equal", () => {
    expect(compareKeys(0, -0)).toBe(0);
  });

  test.each<[unknown, unknown, RegExp]>([
    [1, "a", /a number and a string have no order between them/],
    [true, 1, /a boolean and a number/],
    [new Date(0), 1, /an instance of Date and a number/],
    [1n, "1", /a bigint and a string/],
    [[1], 1, /an array and a number/],
    [[1], ["a"], /a number and a string/],
    [{ a: 1 }, { a: 1 }, /an object has no natural order.*sortBy/],
    [new Point(1, 2), 1, /an instance of Point has no natural order/],
    [null, {}, /no natural order/],
    [() => 1, null, /no natural order/],
    [Symbol("s"), Symbol("s"), /no natural order/],
    [new Map(), new Map(), /no natural order/],
  ])("%p and %p have none", (left, right, message) => {
    expect(() => compareKeys(left, right)).toThrow(message);
    expect(() => compareKeys(right, left)).toThrow(UsageError);
  });
});
