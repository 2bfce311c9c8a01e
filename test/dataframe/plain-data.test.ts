/** Plans as plain data: walked, rewritten, as bytes and back. */
import { CalendarInterval, MapValue } from "../../src/columnar/types";
import { planFromBytes, planToBytes } from "../../src/dataframe/exec/plan-bytes";
import { mapObjects, someObjectIn } from "../../src/dataframe/plain-data";

test("objects inside of others are found in lists and properties, but not in bytes", () => {
  const inner = { kind: "literal" };
  const seen: object[] = [];
  const all = (value: object): boolean => seen.push(value) < 0 || someObjectIn(value, all);
  const bytes = new Uint8Array(3);
  const list = [1, inner, null, bytes];
  expect(someObjectIn({ list, text: "x", none: null, inner }, all)).toBe(false);
  expect(seen).toEqual([list, inner, bytes, inner]);
  expect(someObjectIn([{ a: 1 }, inner], (value) => value === inner)).toBe(true);
  expect(someObjectIn([inner, null], () => false)).toBe(false);
});

test("what does not change is shared, and what an object holds comes before it", () => {
  const order: unknown[] = [];
  const left = { kind: "a", args: [{ kind: "b" }] };
  const plan = { left, right: { kind: "c", bytes: new Uint8Array(2) }, list: [1, { kind: "d" }, null] };
  const same = mapObjects(plan, (value) => {
    order.push((value as { kind?: string }).kind ?? Object.keys(value).length);
    return value;
  });
  expect(same).toBe(plan);
  expect(order).toEqual(["b", 1, "a", "c", "d", 3, 3]);
  const changed = mapObjects(plan, (value) => ((value as { kind?: string }).kind === "d" ? { kind: "e" } : value)) as typeof plan;
  expect(changed).toEqual({ ...plan, list: [1, { kind: "e" }, null] });
  expect(changed.left).toBe(left);
  expect(plan.list[1]).toEqual({ kind: "d" });
});

test("boxed values of classes come back from bytes as they were, wherever they stand", () => {
  const map = new MapValue(["k"], [[new CalendarInterval(1, 2, 3n)]]);
  const plan = { literals: [{ value: map }, { value: 7n }], one: new CalendarInterval(0, 1, 2), bytes: Uint8Array.of(1, 2) };
  const back = planFromBytes<typeof plan>(planToBytes(plan));
  expect(back).toEqual(plan);
  expect(back.literals[0]!.value).toBeInstanceOf(MapValue);
  expect(back.one).toBeInstanceOf(CalendarInterval);
});
