/** Exact percentiles: values with their counts, in order, however they came. */
import { CountedValues } from "../../../src/dataframe/functions/sketches/counted-values";

const KINDS = [0, -0, NaN, Infinity, -Infinity, 1.5, -1.5];

function counted(state: CountedValues): (readonly [number, number])[] {
  const { values, counts } = state.ordered();
  return values.map((value, i) => [value, counts.length === 0 ? 1 : counts[i]!]);
}

test("the values of many states, the least first, each once", () => {
  let seed = 7;
  const random = (below: number): number => (seed = (seed * 48271) % 2147483647) % below;
  const wanted = new Map<string, [number, number]>();
  const states = Array.from({ length: 5 }, () => {
    const state = new CountedValues();
    for (let i = 0; i < 6000; i++) {
      const value = random(10) === 0 ? KINDS[random(KINDS.length)]! : random(5000) / 8;
      const times = random(4) === 0 ? random(100) + 2 : 1;
      state.add(value, times);
      const key = Object.is(value, -0) ? "-0" : String(value);
      wanted.set(key, [value, (wanted.get(key)?.[1] ?? 0) + times]);
    }
    return state;
  });
  const all = new CountedValues();
  for (const state of states) {
    const { values, counts } = state.ordered();
    all.take(new CountedValues(values, counts));
  }
  const order = ([a]: readonly [number, number], [b]: readonly [number, number]): number =>
    Number.isNaN(a) ? 1 : Number.isNaN(b) ? -1 : a - b || (Object.is(a, -0) ? -1 : 1);
  expect(counted(all)).toEqual([...wanted.values()].sort(order));
});

test("counts are told where there is not one of each", () => {
  const state = new CountedValues();
  expect(state.ordered()).toEqual({ values: [], counts: [] });
  for (const value of [3, 1, 2]) state.add(value, 1);
  expect(state.ordered()).toEqual({ values: [1, 2, 3], counts: [] });
  state.add(2, 1);
  expect(state.ordered()).toEqual({ values: [1, 2, 3], counts: [1, 2, 1] });
  state.add(0.5, 4);
  expect(state.ordered()).toEqual({ values: [0.5, 1, 2, 3], counts: [4, 1, 2, 1] });
});
