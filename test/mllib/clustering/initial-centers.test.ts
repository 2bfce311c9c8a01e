import { type InitialOptions, initialCenters } from "../../../src/mllib/clustering/initial-centers";
import type { InstanceBlock } from "../../../src/mllib/compute/instances";
import type { ProgramTask } from "../../../src/mllib/compute/programs";

/** One block of points of one coordinate. */
function blockOf(values: readonly number[]): InstanceBlock {
  const dense = Float64Array.from(values);
  return { rows: dense.length, width: 1, dense, sparse: null, label: null, weight: null, extra: [] };
}

/** The centers, and how often the points were looked at. */
function begun(values: readonly number[], options: Omit<InitialOptions, "initMode" | "initSteps">) {
  const blocks = [blockOf(values)];
  const steps = initialCenters({ initMode: "k-means||", initSteps: 2, ...options }, "test");
  let looks = 0;
  let step = steps.next();
  for (; step.done !== true; looks++) step = steps.next(step.value.program.run(blocks, step.value.spec, {} as ProgramTask));
  return { centers: step.value.map((center) => center[0]!), looks };
}

const LINE = Array.from({ length: 500 }, (_, i) => i);

it("k-means‖ gives k different centers with every seed", () => {
  for (let seed = 0; seed < 60; seed++) {
    const { centers } = begun(LINE, { k: 2, seed });
    expect(new Set(centers).size).toBe(2);
  }
});

it("k-means‖ gives all points where there are fewer than k different ones", () => {
  for (let seed = 0; seed < 20; seed++)
    expect(begun([3, 5, 3, 5, 3, 3], { k: 4, seed }).centers.sort((a, b) => a - b)).toEqual([3, 5]);
});

it("k-means‖ ends where distances are too large to be told apart", () => {
  const { centers, looks } = begun([1e200, -1e200, 2e200], { k: 2, seed: 1 });
  expect(centers).toHaveLength(1);
  expect(looks).toBeLessThan(60);
});
