import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

let results: Record<string, unknown>;
beforeAll(async () => {
  const program = join(__dirname, "programs/cleaner.mts");
  const { stdout } = await promisify(execFile)(process.execPath, ["--expose-gc", "--import", "tsx", program]);
  results = JSON.parse(stdout) as Record<string, unknown>;
});

test("what no handle stands for any more is released", () => {
  expect(results["dropped"]).toEqual(["broadcast 0", "rdd 1", "shuffle 0", "shuffle 1", "shuffle 2", "shuffle 3", "shuffle 4"]);
});

test("a shuffle lives as long as something made from it", () => {
  expect(results["in use"]).toEqual({ before: [], count: 10, stages: 1 });
});

test("a function whose scope reaches the handle does not keep it", () => {
  expect(results["reaches itself"]).toEqual({ count: 10, released: ["shuffle 0"] });
});

test("what a tree aggregation leaves behind is released", () => {
  expect(results["tree aggregation"]).toEqual({ sum: 4950, released: ["shuffle 0"] });
});

test("a broadcast lives as long as a function that uses it", () => {
  expect(results["broadcast"]).toEqual({ before: [], sum: 6 });
});
