/** States of all values of groups: numbers that come often are held once, with how often they came. */
import type { ListVector } from "../../../src/columnar/vector";
import { CountedNumbersState } from "../../../src/dataframe/exec/aggregate/values-states";

/** For each group its values with their counts. */
function counted(state: CountedNumbersState, from: number, to: number): [number, number][][] {
  const [values, counts] = state.lists(from, to);
  const numbers = (list: ListVector): Float64Array => (list.child as { readonly values: Float64Array }).values;
  return Array.from({ length: to - from }, (_, i) =>
    Array.from({ length: values.ends[i]! - values.starts[i]! }, (_, k): [number, number] => {
      const several = counts.ends[i]! > counts.starts[i]!;
      return [numbers(values)[values.starts[i]! + k]!, several ? numbers(counts)[counts.starts[i]! + k]! : 1];
    }),
  );
}

test("values of all kinds, the least first, each once", () => {
  const state = new CountedNumbersState();
  for (const value of [0, NaN, -0, 3, -Infinity, NaN, 3, Infinity, 3]) state.add(2, value);
  state.add(0, 5);
  expect(counted(state, 0, 5)).toEqual([
    [[5, 1]],
    [],
    [
      [-Infinity, 1],
      [-0, 1],
      [0, 1],
      [3, 3],
      [Infinity, 1],
      [NaN, 2],
    ],
    [],
    [],
  ]);
  state.add(4, 7);
  state.add(2, 3);
  expect(counted(state, 1, 5)[1]![3]).toEqual([3, 4]);
  expect(counted(state, 4, 5)).toEqual([[[7, 1]]]);
});

test("many rows with few different values need little memory", () => {
  const state = new CountedNumbersState();
  const rows = 1_500_000;
  for (let row = 0; row < rows; row++) state.add(row % 3, (row * 31) % 100);
  expect(state.bytes).toBeLessThan(8 << 20);
  const groups = counted(state, 0, 3);
  for (const group of groups) {
    expect(group.map(([value]) => value)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(new Set(group.map(([, count]) => count))).toEqual(new Set([rows / 300]));
  }
});

test("many different values are all held, and those that come again are counted", () => {
  const state = new CountedNumbersState();
  const different = 600_000;
  for (let row = 0; row < different; row++) state.add(0, -row);
  for (let row = 0; row < 5; row++) state.add(0, -7);
  const [values] = counted(state, 0, 1) as [[number, number][]];
  expect(values).toHaveLength(different);
  expect(values.filter(([, count]) => count > 1)).toEqual([[-7, 6]]);
  expect(values[0]).toEqual([1 - different, 1]);
});
