/** What searches plan before anything runs: grids, draws, rounds. */
import { ParamGridBuilder } from "../../../src/mllib/tuning";
import { sampledMaps } from "../../../src/mllib/tuning/distributions";
import { halvingRounds, hyperbandPlan } from "../../../src/mllib/tuning/hyperband-plan";
import { isPlateau } from "../../../src/mllib/tuning/incremental-race";
import { Limit } from "../../../src/mllib/tuning/limit";
import { bestOf, meanAndDeviation } from "../../../src/mllib/tuning/search-run";
import { SGDClassifier } from "../../../src/mllib/incremental";

const sgd = new SGDClassifier();

describe("ParamGridBuilder", () => {
  it("changes the last parameter first, as Spark does", () => {
    const maps = new ParamGridBuilder().addGrid(sgd.alpha, [1, 2]).addGrid(sgd.eta0, [10, 20, 30]).build();
    expect(maps.map((map) => [map.get(sgd.alpha), map.get(sgd.eta0)])).toEqual([[1, 10], [1, 20], [1, 30], [2, 10], [2, 20], [2, 30]]); // prettier-ignore
  });

  it("sets a base in all, and refuses values at once", () => {
    const maps = new ParamGridBuilder().baseOn([sgd.penalty, "l1"]).addGrid(sgd.alpha, [1, 2]).build();
    expect(maps.map((map) => map.get(sgd.penalty))).toEqual(["l1", "l1"]);
    expect(() => new ParamGridBuilder().addGrid(sgd.alpha, [-1])).toThrow(/alpha must be greater than 0/);
    expect(new ParamGridBuilder().build()).toHaveLength(1);
  });
});

describe("candidates drawn at random", () => {
  const space = { alpha: [1e-3, 1e-2], eta0: { low: 0.001, high: 1, distribution: "loguniform" }, nIterNoChange: { low: 1, high: 4, distribution: "randint" } } as const; // prettier-ignore

  it("are the same for the same seed, and within their ranges", () => {
    const draw = (seed: number) => sampledMaps(sgd, space, 50, seed).map((map) => map.toObject());
    expect(draw(3)).toEqual(draw(3));
    expect(draw(3)).not.toEqual(draw(4));
    const drawn = draw(3) as { eta0: number; nIterNoChange: number }[];
    expect(drawn.every(({ eta0 }) => eta0 >= 0.001 && eta0 < 1)).toBe(true);
    expect(new Set(drawn.map(({ nIterNoChange }) => nIterNoChange))).toEqual(new Set([1, 2, 3]));
    // Evenly by magnitude: about a third of the draws in each of three decades.
    expect(drawn.filter(({ eta0 }) => eta0 < 0.01).length).toBeGreaterThan(8);
  });

  it("come once each of lists", () => {
    const maps = sampledMaps(sgd, { alpha: [1, 2, 3], penalty: ["l1", "l2"] }, 10, 1);
    expect(new Set(maps.map((map) => JSON.stringify(map.toObject()))).size).toBe(6);
  });

  it("need parameters that there are", () => {
    expect(() => sampledMaps(sgd, { alpah: [1] }, 1, 1)).toThrow(/Did you mean alpha/);
  });
});

describe("Hyperband", () => {
  it.each([
    [9, [9, 5, 3]],
    [27, [27, 12, 6, 4]],
    [81, [81, 34, 15, 8, 5]],
  ])("of R = %i has the published brackets", (most, models) => {
    const plan = hyperbandPlan(most, 3);
    expect(plan.brackets.map(({ rounds }) => rounds[0]!.models)).toEqual(models);
    expect(plan.totalModels).toBe(models.reduce((sum, each) => sum + each, 0));
    expect(plan.brackets.every(({ rounds }) => rounds.at(-1)!.calls === most)).toBe(true);
  });

  it("halves to one", () => {
    expect(halvingRounds(27, 1, 3)).toEqual([{ models: 27, calls: 1 }, { models: 9, calls: 3 }, { models: 3, calls: 9 }, { models: 1, calls: 27 }]); // prettier-ignore
    expect(halvingRounds(10, 2, 3, 1).map(({ models }) => models)).toEqual([10, 3]);
  });
});

it("patience ends what gains no more than tol", () => {
  const history = (scores: readonly number[]) => scores.map((score, i) => ({ partialFitCalls: i + 1, score }));
  expect(isPlateau(history([0.5, 0.6]), 3, 0.01, true)).toBe(false);
  expect(isPlateau(history([0.5, 0.6, 0.605, 0.6, 0.604]), 3, 0.01, true)).toBe(true);
  expect(isPlateau(history([0.5, 0.6, 0.605, 0.6, 0.65]), 3, 0.01, true)).toBe(false);
  expect(isPlateau(history([2, 1, 1, 1, 1]), 3, 0.01, false)).toBe(true);
});

it("the best is the first of equal ones, and a number", () => {
  expect(bestOf([NaN, 1, 3, 3], true)).toEqual({ index: 2, score: 3 });
  expect(bestOf([NaN, 1, 3, 3], false)).toEqual({ index: 1, score: 1 });
  expect(bestOf([NaN], true)).toBeNull();
  expect(meanAndDeviation([1, 3])).toEqual({ mean: 2, deviation: 1 });
});

it("a limit lets so many run, in order, also after failures", async () => {
  const limit = new Limit(2);
  let running = 0;
  let most = 0;
  const started: number[] = [];
  const work = async (i: number): Promise<number> => {
    started.push(i);
    most = Math.max(most, ++running);
    await new Promise((resolve) => setImmediate(resolve));
    running--;
    if (i === 1) throw new Error("one");
    return i;
  };
  const results = await Promise.allSettled([0, 1, 2, 3, 4].map((i) => limit.run(() => work(i))));
  expect(most).toBe(2);
  expect(started).toEqual([0, 1, 2, 3, 4]);
  expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled", "fulfilled", "fulfilled"]);
});

test("who goes ahead waits for a place only", async () => {
  const limit = new Limit(1);
  const order: string[] = [];
  const note = (what: string) => () => new Promise<void>((resolve) => setImmediate(() => resolve(void order.push(what))));
  const first = limit.run(note("first"));
  const others = ["second", "third"].map((what) => limit.run(note(what)));
  await Promise.all([first, ...others, limit.run(note("ahead"), { ahead: true })]);
  expect(order).toEqual(["first", "ahead", "second", "third"]);
});
