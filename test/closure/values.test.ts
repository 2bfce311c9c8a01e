/** Whatever values a function captures come back the same: random graphs, with sharing and cycles. */
import { inspect, isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { freezeValue } from "../../src/closure/freeze";
import { Reviver } from "../../src/closure/reviver";

const reviver = new Reviver({ resolveRef: () => undefined, engineModule: {} });

function there(value: unknown): unknown {
  return reviver.revive(freezeValue(value));
}

test("anything that is data", () => {
  const anything = fc.anything({
    withBigInt: true,
    withBoxedValues: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withTypedArray: true,
    withNullPrototype: true,
    withSparseArray: true,
    withObjectString: true,
    withUnicodeString: true,
  } as fc.ObjectConstraints);
  fc.assert(
    fc.property(anything, (value) => {
      // Node 20 finds that two invalid dates differ.
      fc.pre(!inspect(value, { depth: Infinity }).includes("Invalid Date"));
      const back = there(value);
      if (!isDeepStrictEqual(back, value)) throw new Error(`came back as ${String(back)}`);
    }),
    { numRuns: 1000 },
  );
});

test("a date that is none", () => {
  const back = there({ at: new Date(NaN) }) as { at: Date };
  expect([Object.prototype.toString.call(back.at), back.at.getTime()]).toEqual(["[object Date]", NaN]);
});

test("graphs with shared nodes and cycles", () => {
  const graph = fc.array(
    fc.record({ kind: fc.constantFrom("object", "array", "map", "set"), edges: fc.array(fc.nat(30), { maxLength: 4 }) }),
    { minLength: 1, maxLength: 20 },
  );
  fc.assert(
    fc.property(graph, (nodes) => {
      const made = nodes.map(({ kind }) =>
        kind === "object" ? {} : kind === "array" ? [] : kind === "map" ? new Map() : new Set(),
      );
      nodes.forEach(({ edges }, at) => {
        edges.forEach((edge, i) => {
          link(made[at] as object, made[edge % made.length] as object, i);
        });
      });
      expect(shapeOf(there(made[0]))).toEqual(shapeOf(made[0]));
    }),
    { numRuns: 300 },
  );
});

test("objects with every kind of property", () => {
  const flags = fc.record({ enumerable: fc.boolean(), configurable: fc.boolean(), writable: fc.boolean() });
  const key = fc.oneof(
    fc.string(),
    fc.constantFrom("__proto__", "constructor", "toString", "length", "0"),
    fc.constant(Symbol.for("shared")),
  );
  const integrity = fc.constantFrom("none", "preventExtensions", "seal", "freeze");
  fc.assert(
    fc.property(fc.array(fc.tuple(key, flags, fc.integer())), integrity, (properties, level) => {
      const object = {};
      for (const [name, flag, value] of properties) {
        if (!Object.hasOwn(object, name)) Object.defineProperty(object, name, { ...flag, value });
      }
      if (level !== "none") Object[level as "seal"](object);
      const back = there(object) as object;
      expect(Object.getOwnPropertyDescriptors(back)).toEqual(Object.getOwnPropertyDescriptors(object));
      expect(Reflect.ownKeys(back).sort(byText)).toEqual(Reflect.ownKeys(object).sort(byText));
      expect([Object.isExtensible(back), Object.isSealed(back), Object.isFrozen(back)]).toEqual([
        Object.isExtensible(object),
        Object.isSealed(object),
        Object.isFrozen(object),
      ]);
    }),
    { numRuns: 500 },
  );
});

test("large arrays and typed arrays keep what was added to them", () => {
  const list = Object.assign(
    Array.from({ length: 1000 }, (_, i) => i),
    { label: "list" },
  );
  const typed = Object.assign(new Float64Array(1000).fill(2), { [Symbol.for("tag")]: "typed" });
  const back = there({ list, typed }) as { list: typeof list; typed: typeof typed };
  expect(back.list.label).toBe("list");
  expect(back.list[999]).toBe(999);
  expect(back.typed[Symbol.for("tag")]).toBe("typed");
  expect(Object.keys(back.list)).toHaveLength(1001);
});

function byText(a: PropertyKey, b: PropertyKey): number {
  return String(a) < String(b) ? -1 : 1;
}

function link(from: object, to: object, i: number): void {
  if (from instanceof Map) from.set(i % 2 === 0 ? i : to, to);
  else if (from instanceof Set) from.add(to);
  else if (Array.isArray(from)) from.push(to);
  else (from as Record<string, unknown>)[`k${i}`] = to;
}

/** Every node reached, numbered in order of first visit, with the numbers it leads to. */
function shapeOf(root: unknown): string[] {
  const numbers = new Map<unknown, number>([[root, 0]]);
  const order = [root];
  const shape: string[] = [];
  const numberOf = (value: unknown): string => {
    if (typeof value !== "object") return String(value);
    if (!numbers.has(value)) numbers.set(value, order.push(value) - 1);
    return `#${numbers.get(value)}`;
  };
  for (const node of order) {
    const inner: unknown[] =
      node instanceof Map ? [...node].flat() : node instanceof Set ? [...node] : Object.entries(node as object).flat();
    shape.push(`${Object.prototype.toString.call(node)}: ${inner.map(numberOf).join()}`);
  }
  return shape;
}
