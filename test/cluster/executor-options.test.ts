import { executorNodeOptions } from "../../src/cluster/executor-options";

const compilers = (cores: number): string[] =>
  executorNodeOptions(cores).filter((option) => option.startsWith("--v8-pool-size="));

test("compilers of V8 take half of an executor's cores at most, and there is one at least, four at most", () => {
  expect([1, 2, 3, 4, 6, 8, 64].flatMap(compilers)).toEqual([1, 1, 1, 2, 3, 4, 4].map((size) => `--v8-pool-size=${size}`));
});

test("the other options are those of every executor", () => {
  const others = (cores: number): string[] => executorNodeOptions(cores).filter((option) => !compilers(cores).includes(option));
  expect(others(64)).toEqual(others(1));
  expect(others(1)).toContain("--single-threaded-gc");
  expect(others(1)).toContain("--max-inlined-bytecode-size-cumulative=500");
});
