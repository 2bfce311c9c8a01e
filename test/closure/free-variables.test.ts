/** Scope analysis: a table of what is free and what is assigned, and the language itself as the judge. */
import { analyzeFunction } from "../../src/closure/free-variables";

const CASES: readonly (readonly [source: string, free: readonly string[], assigned?: readonly string[]])[] = [
  ["(x) => x + y", ["y"]],
  ["x => { if (x) { let factor = 1; factor } return factor }", ["factor"]],
  ["() => { if (a) { var hoisted = 1 } return hoisted }", ["a"]],
  ["() => { inner(); function inner() { return deep } }", ["deep"]],
  ["() => { { function block() {} block() } }", []],
  ["({ a, b: { c = d }, ...e }, [f, , ...g]) => a + c + e + f + g + h", ["d", "h"]],
  ["(a = b, c = a) => c", ["b"]],
  ["function self(n) { return n ? self(n - 1) : other }", ["other"]],
  [
    "() => { for (let i = 0; i < n; i++) i; for (const k of list) k; for (const k in object) k; return i + k }",
    ["n", "list", "object", "i", "k"],
  ],
  ["() => { for (k of list) k; for ({ m } of list) m }", ["list", "k", "m"], ["k", "m"]],
  ["() => { try { f() } catch ({ message }) { message } finally { message } }", ["f", "message"]],
  ["() => { try { f() } catch { g } }", ["f", "g"]],
  ["() => { label: for (;;) { break label } }", []],
  [
    "() => ({ short, long: value, [computed]: 1, method() { return short }, get g() { return value } })",
    ["short", "value", "computed"],
  ],
  ["() => object.property?.[key]?.call(target).name", ["object", "key", "target"]],
  ["() => `a ${b} ${`${c}`}` + tag`x ${d}`", ["b", "c", "tag", "d"]],
  [
    "() => { n++; m += 1; [p, { q: o.r }] = s; ({ t, u = v } = w) }",
    ["n", "m", "p", "o", "s", "t", "u", "v", "w"],
    ["n", "m", "p", "t", "u"],
  ],
  ["() => { n ??= 1; delete o[k]; typeof undeclared }", ["n", "o", "k", "undeclared"], ["n"]],
  [
    "() => class Named extends Parent { static s = init; [key] = field; #p = priv; m() { return Named && this.#p } static { blockUse } }",
    ["Parent", "init", "key", "field", "priv", "blockUse"],
  ],
  ["() => { switch (x) { case y: let z = 1; z; break; default: z } return z }", ["x", "y", "z"]],
  ["async () => { for await (const x of source) await use(x) }", ["source", "use"]],
  ["function* () { yield* other; const r = yield value; return r }", ["other", "value"]],
  ["method(a) { return a + outside }", ["outside"]],
  ["async *[Symbol.iterator]() { yield outside }", ["outside"]],
  ["get value() { return outside }", ["outside"]],
  ["class A { x = outer; m(p = q) { return p + A } }", ["outer", "q"]],
  ["class B extends Base { static skipped = notNeeded; static { alsoNot } used() { return needed } }", ["__fs_parent", "needed"]],
  ["() => import(name).then((m) => m.x + import.meta.url)", ["name"]],
  ["(x) => new Thing(x).go()", ["Thing"]],
  ["function () { return arguments.length + new.target }", []],
  ["() => a?.b ?? (c || d && e)", ["a", "c", "d", "e"]],
  ["(async) => async (await_) => await_ + async + of", ["of"]],
];

const TABLE = CASES.map(([source, free, assigned = []]) => ({ source, free, assigned }));

test.each(TABLE)("$source", ({ source, free, assigned }) => {
  const analysis = analyzeFunction(source);
  expect([...analysis.free].filter((name) => name !== "__fs_parent").sort()).toEqual(
    free.filter((name) => name !== "__fs_parent").sort(),
  );
  expect([...analysis.assigned].sort()).toEqual([...assigned].sort());
});

/** Each name that a running function looks up outside of itself, told by a `with` around it. */
function namesLookedUp(source: string): Set<string> {
  const seen = new Set<string>();
  const anything: unknown = new Proxy(function () {}, {
    get: (_target, key) =>
      key === Symbol.toPrimitive ? () => 1 : key === Symbol.iterator ? () => [][Symbol.iterator]() : anything,
    apply: () => anything,
    construct: () => anything as object,
  });
  const outside = new Proxy(
    {},
    {
      has: (_target, key) => {
        if (typeof key === "string") seen.add(key);
        return true;
      },
      get: (_target, key) => (key === Symbol.unscopables ? undefined : anything),
      set: () => true,
    },
  );
  // Sloppy code, which `with` needs; the function runs with arguments that answer everything.
  const run = new Function("outside", `with (outside) { return (${source}); }`) as (
    outside: object,
  ) => (...args: unknown[]) => unknown;
  const fn = run(outside);
  seen.clear();
  try {
    fn(anything, anything);
  } catch {
    // What was looked up until then counts.
  }
  return seen;
}

test.each(
  TABLE.filter(
    ({ source }) => /^(?:\(?[\w,({ ]*\)? ?=>|function self|\(|x =>)/.test(source) && !/import|for \(;;\)|async/.test(source),
  ),
)("nothing else is looked up by $source", ({ source }) => {
  const { free } = analyzeFunction(source);
  for (const name of namesLookedUp(source)) expect(free).toContain(name);
});

test("uses of this, super, arguments and private names outside of themselves", () => {
  const uses = (source: string): unknown => {
    const { thisEdits, usesSuper, usesArguments, foreignPrivate } = analyzeFunction(source);
    return [thisEdits.length, usesSuper, usesArguments, foreignPrivate];
  };
  expect(uses("() => this.a + [1].map(() => this.b)")).toEqual([2, false, false, undefined]);
  expect(uses("function () { return this.a + (() => this.b)() }")).toEqual([0, false, false, undefined]);
  expect(uses("() => function () { return this + arguments }")).toEqual([0, false, false, undefined]);
  expect(uses("() => arguments[0]")).toEqual([0, false, true, undefined]);
  expect(uses("() => super.m()")).toEqual([0, true, false, undefined]);
  expect(uses("() => object.#secret")).toEqual([0, false, false, "secret"]);
  expect(uses("() => ({ m() { return this } })")).toEqual([0, false, false, undefined]);
});

test("text that is no function is refused", () => {
  expect(() => analyzeFunction("1 + 1")).toThrow(/cannot be read/);
  expect(() => analyzeFunction("x => {")).toThrow(/cannot be read/);
});
