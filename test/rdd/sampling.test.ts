// Expected records come from Spark 4.2's Scala shell with the same seeds.
import { InlineContext } from "../support/inline-context";

let sc: InlineContext;
beforeEach(() => (sc = new InlineContext()));
afterEach(() => sc.stop());

test("samples without replacement take the records that Spark takes", async () => {
  expect((await sc.range(0, 1000, 1, 4).sample(false, 0.02, 42).collect()).join()).toBe(
    "67,140,202,212,214,217,240,241,280,425,477,499,618,629,698,746,772,821,903",
  );
  expect((await sc.range(0, 40, 1, 2).sample(false, 0.5, 7).collect()).join()).toBe(
    "0,1,3,4,7,11,12,14,15,17,21,23,25,26,27,28,29,34,37,38,39",
  );
  expect(await sc.range(0, 10).sample(false, 1.5, 1).count()).toBe(10);
});

test("samples with replacement: Spark's for small fractions, the right size for others", async () => {
  expect((await sc.range(0, 100, 1, 2).sample(true, 0.2, 7).collect()).join()).toBe(
    "11,19,20,20,21,24,26,28,32,36,39,41,49,49,52,61,75,83,86,87,96",
  );
  const twice = await sc.range(0, 10_000, 1, 2).sample(true, 1.5, 7).count();
  expect(Math.abs(twice - 15_000)).toBeLessThan(600);
});

test("randomSplit divides as Spark divides", async () => {
  const parts = sc.range(0, 30, 1, 3).randomSplit([3, 1], 7);
  expect((await Promise.all(parts.map((part) => part.collect()))).map(String)).toEqual([
    "0,1,3,4,6,8,10,11,12,13,15,16,17,18,19,20,21,22,23,25,26,28,29",
    "2,5,7,9,14,24,27",
  ]);
  expect(() => sc.range(3).randomSplit([-1, 2])).toThrow(/weight/);
});

test("takeSample gives Spark's records in Spark's order", async () => {
  expect((await sc.range(0, 100, 1, 4).takeSample(false, 5, 1)).join()).toBe("57,95,65,29,13");
  expect((await sc.range(0, 100, 1, 4).takeSample(true, 5, 1)).join()).toBe("2,95,18,8,53");
  expect((await sc.range(0, 10, 1, 4).takeSample(false, 20, 1)).join()).toBe("6,9,7,8,4,2,0,3,1,5");
  await expect(sc.range(3).takeSample(false, -1)).rejects.toThrow(/at least 0/);
});

test("sampleByKey takes each key with its own fraction", async () => {
  const pairs = sc.range(0, 2000, 1, 2).map((i) => [i % 2, i]);
  const counts = await pairs
    .sampleByKey(
      false,
      new Map([
        [0, 0.1],
        [1, 0.5],
      ]),
      3,
    )
    .countByKey();
  expect(Math.abs(counts.get(0)! - 100)).toBeLessThan(50);
  expect(Math.abs(counts.get(1)! - 500)).toBeLessThan(80);
  await expect(pairs.sampleByKey(false, new Map([[0, 0.1]]), 3).count()).rejects.toThrow(/no fraction is given for the key 1/);
  const named = pairs.map(([k, i]) => [k === 0 ? "a" : "b", i]);
  expect((await named.sampleByKey(false, { a: 0, b: 1 }, 3).countByKey()).get("b")).toBe(1000);
  expect(() => named.sampleByKey(false, 0.5 as never, 3)).toThrow(/fractions must be a Map, or an object/);
});

test("sampleByKeyExact takes exactly the ceiling of its fraction of each key", async () => {
  const pairs = sc.range(0, 3000, 1, 4).map((i) => [i % 3 === 0 ? "few" : i % 100 === 1 ? "rare" : "many", i]);
  const fractions = new Map([
    ["few", 0.1],
    ["many", 0.333],
    ["rare", 0.5],
  ]);
  const all = await pairs.countByKey();
  for (const seed of [1, 2, 3]) {
    const sample = pairs.sampleByKeyExact(false, fractions, seed);
    const counts = await sample.countByKey();
    for (const [key, fraction] of fractions) expect(counts.get(key)).toBe(Math.ceil(fraction * all.get(key)!));
    expect(new Set(await sample.values().collect()).size).toBe(await sample.count());
    // With replacement the same number, some of them twice, and the same ones each time.
    const draws = pairs.sampleByKeyExact(true, fractions, seed);
    const drawn = await draws.countByKey();
    for (const [key, fraction] of fractions) expect(drawn.get(key)).toBe(Math.ceil(fraction * all.get(key)!));
    const values = await draws.values().collect();
    expect(new Set(values).size).toBeLessThan(values.length);
    expect(await draws.values().collect()).toEqual(values);
  }
  const thrice = await pairs.sampleByKeyExact(true, new Map([...fractions].map(([key]) => [key, 3])), 1).countByKey();
  for (const [key, count] of all) expect(thrice.get(key)).toBe(3 * count);
  expect(await pairs.sampleByKeyExact(false, new Map([...fractions].map(([key]) => [key, 1])), 1).count()).toBe(3000);
  await expect(pairs.sampleByKeyExact(false, new Map([["few", 1]]), 1).count()).rejects.toThrow(
    "no fraction is given for the key",
  );
});
