import { concatArrays, concatEnds } from "../../../src/mllib/compute/arrays";
import { blockOf, listsFor, sentLists } from "../../../src/mllib/compute/sending";

test("ends of lists are moved by the arrays before theirs", () => {
  const arrays = [Float64Array.of(1, 2, 3), new Float64Array(0), Float64Array.of(4)];
  const ends = [Int32Array.of(1, 3), Int32Array.of(0), Int32Array.of(0, 1)];
  expect([...concatArrays(arrays, Float64Array)]).toEqual([1, 2, 3, 4]);
  expect([...concatEnds(ends, arrays)]).toEqual([1, 3, 3, 3, 4]);
  expect(concatEnds(ends.slice(0, 1), arrays)).toBe(ends[0]);
});

test("numbers go to their blocks, also negative ones, and to no block that gets none", () => {
  const parts = listsFor(3, "id", "twice");
  for (const id of [-1, 2, -3]) {
    parts[blockOf(id, 3)]!.id.push(id);
    parts[blockOf(id, 3)]!.twice.push(2 * id);
  }
  expect([...sentLists(parts)]).toEqual([
    { to: 0, record: { id: Float64Array.of(-3), twice: Float64Array.of(-6) } },
    { to: 2, record: { id: Float64Array.of(-1, 2), twice: Float64Array.of(-2, 4) } },
  ]);
});
