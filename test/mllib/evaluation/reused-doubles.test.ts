import { ReusedDoubles } from "../../../src/mllib/evaluation/reused-doubles";

test("memory serves again where it is long enough, and is kept within bounds", () => {
  const memory = new ReusedDoubles();
  const first = memory.of(0, 1000);
  expect(memory.of(0, 10)).toBe(first);
  expect(memory.of(1, 10)).not.toBe(first);
  const longer = memory.of(0, 2000);
  expect(longer).toHaveLength(2000);
  expect(memory.of(0, 1000)).toBe(longer);
  // 16 MB of one place are too many, and so are 40 MB of five.
  expect(memory.of(2, 2 << 20)).not.toBe(memory.of(2, 2 << 20));
  const kept = [3, 4, 5, 6, 7].map((place) => [memory.of(place, 1 << 20), memory.of(place, 1 << 20)] as const);
  expect(kept.map(([one, other]) => one === other)).toEqual([true, true, true, false, false]);
});
