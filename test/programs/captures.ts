// Functions that use what is around them: variables, modules, classes, and what cannot travel.
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import * as os from "node:os";
import { inspect } from "node:util";
import { SparkConf, SparkContext } from "firesteel";
import * as geometry from "./lib/geometry.ts";
import { Polygon, Regular, digest, inCentimetres, names } from "./lib/geometry.ts";

const sc = SparkContext.getOrCreate(new SparkConf().setAppName("captures"));
const few = sc.parallelize([3, 4, 5], 2);

// modules, their state and their classes
assert.deepEqual(await few.map((n) => new Polygon(n).name()).collect(), ["triangle", "square", "5-gon"]);
assert.deepEqual(await few.map((n) => new Regular(n, 2).perimeter() + Polygon.least().corners).collect(), [9, 11, 13]);
assert.deepEqual(await few.map((n) => new geometry.Regular(n, 1).name()).collect(), [
  "regular triangle",
  "regular square",
  "regular 5-gon",
]);
assert.deepEqual(await few.map((n) => inCentimetres(n) + names.size).collect(), [302, 402, 502]);
assert.deepEqual(await few.map((n) => digest(String(n))).collect(), ["77de68", "1b6453", "ac3478"]);
assert.deepEqual(await few.map((n) => typeof os.hostname() === "string" && inspect({ n })).collect(), [
  "{ n: 3 }",
  "{ n: 4 }",
  "{ n: 5 }",
]);
await assert.rejects(
  () => few.map((n) => new Polygon(n - 3).name()).collect(),
  (error: Error) => error.cause instanceof RangeError && /no [012] corners/.test(error.cause.message),
);

// values, frozen when the transformation is called
let step = 1;
const plusStep = few.map((n) => n + step);
step = 100;
assert.deepEqual(await plusStep.collect(), [4, 5, 6]);
const { limit, ...rest } = {
  limit: 4,
  deep: { list: [1, , 3], set: new Set(["x"]) },
  raw: Buffer.from("né"),
  err: new TypeError("kept"),
  far: -0,
  sym: Symbol.for("shared"),
};
const text = await few
  .filter((n) => n >= limit)
  .map(() => [
    rest.raw.toString(),
    rest.err.message,
    rest.err instanceof TypeError,
    Object.is(rest.far, -0),
    rest.sym === Symbol.for("shared"),
    1 in rest.deep.list,
    rest.deep.set.has("x"),
  ])
  .first();
assert.deepEqual(text, ["né", "kept", true, true, true, false, true]);
function outer(this: { base: number }, ...more: number[]) {
  const total = more.reduce((a, b) => a + b, 0);
  const { base } = this;
  return few.map((n, extra = 7) => n + base + total + extra);
}
assert.deepEqual(await outer.call({ base: 1000 }, 1, 2).collect(), [1013, 1014, 1015]);
const compose =
  <A, B, C>(f: (a: A) => B, g: (b: B) => C) =>
  (a: A): C =>
    g(f(a));
assert.deepEqual(
  await few
    .map(
      compose(
        (n: number) => n * 2,
        (n) => `<${n}>`,
      ),
    )
    .collect(),
  ["<6>", "<8>", "<10>"],
);
function* countdown(n: number): Generator<number> {
  while (n > 0) yield n--;
}
assert.deepEqual(await few.flatMap(countdown).collect(), [3, 2, 1, 4, 3, 2, 1, 5, 4, 3, 2, 1]);
const collatz = (n: number): number => (n === 1 ? 0 : 1 + collatz(n % 2 ? 3 * n + 1 : n / 2));
assert.deepEqual(await few.map(collatz).collect(), [7, 2, 5]);
label: for (const factor of [2, 3]) {
  for (const offset of [0, 1]) {
    assert.equal(await few.map((n) => n * factor + offset).first(), 3 * factor + offset);
    if (factor === 3) break label;
  }
}

// classes of the program: instances there and back
abstract class Account {
  static opened = 0;
  protected constructor(
    readonly owner: string,
    public cents: number,
  ) {}
  abstract fee(): number;
  get net(): number {
    return this.cents - this.fee();
  }
}
class Savings extends Account {
  static readonly rate = 2;
  constructor(owner: string, cents: number) {
    super(owner, cents);
  }
  override fee(): number {
    return Math.floor((this.cents * Savings.rate) / 100);
  }
}
const account = new Savings("ada", 1000);
assert.deepEqual(await few.map((n) => account.net + n).collect(), [983, 984, 985]);
const returned = await few.map((n) => new Savings("bob", n * 100)).collect();
assert.ok(returned.every((one) => one instanceof Savings && one instanceof Account) && returned[0]!.net === 294);
const later = await import("./lib/units.ts");
assert.deepEqual(await few.map((n) => n * later.perMetre(later.default.centimetre)).collect(), [300, 400, 500]);
assert.deepEqual(await few.map(async (n) => (await import("node:path")).posix.join("a", "..", String(n))).collect(), [
  "3",
  "4",
  "5",
]);

// what cannot travel is refused on the spot, by its path
const holder = { inner: [{ promise: Promise.resolve(1) }] };
assert.throws(() => few.map((n) => [n, holder.inner[0]]), /holder\.inner.*promise/);
const bound = collatz.bind(null);
assert.throws(() => few.map((n) => bound(n)), /bound/);
assert.throws(() => few.map((n) => [n, sc.appName]), /SparkContext/);
assert.throws(() => few.map(() => few.count()), /RDD/);

// shared variables
const table = sc.broadcast(
  new Map([
    [3, "three"],
    [4, "four"],
  ]),
);
const misses = sc.collectionAccumulator<number>("misses");
assert.deepEqual(await few.map((n) => table.value.get(n) ?? (misses.add(n), "?")).collect(), ["three", "four", "?"]);
assert.deepEqual(misses.value, [5]);
await sc.stop();
console.log("ok");
