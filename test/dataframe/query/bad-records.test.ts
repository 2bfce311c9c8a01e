/** What users are told of records that are not of the schema. */
import { log } from "../../../src/common/log";
import { BadRecords } from "../../../src/dataframe/query/bad-records";
import { firesteel, testSession } from "../../support/built-session";

const { functions: F } = firesteel;
const spark = testSession();

test("their number over all tasks, and the first five", () => {
  const warn = jest.spyOn(log, "warn").mockImplementation(() => undefined);
  const found = new BadRecords();
  const samples = (from: number, n: number): string[] => Array.from({ length: n }, (_, i) => `f.csv: ${String(from + i)}`);
  found.add(["csv file:/a", "PERMISSIVE", 3, samples(0, 3)]);
  found.add(["json file:/b", "DROPMALFORMED", 1, [`b.json: ${"x".repeat(500)}`]]);
  found.add(["csv file:/a", "PERMISSIVE", 1200, samples(10, 5)]);
  found.tell();
  found.tell();
  expect(warn).toHaveBeenCalledTimes(2);
  const [first, second] = warn.mock.calls.map(([text]) => String(text).split("\n"));
  expect(first![0]).toMatch(
    /^1,203 records are not of the schema of csv file:\/a\. NULL, or the default of its column, stands for .* The first:$/,
  );
  expect(first!.slice(1)).toEqual(["  f.csv: 0", "  f.csv: 1", "  f.csv: 2", "  f.csv: 10", "  f.csv: 11"]);
  expect(second![0]).toMatch(/^1 record is not of the schema of json file:\/b\. It was left out, .* Found:$/);
  expect(second![1]!.length).toBeLessThan(210);
  warn.mockRestore();
});

test("what operators tell is not lost where user functions add to accumulators", async () => {
  const seen = spark().sparkContext.longAccumulator("seen");
  const next = F.udf((x: number) => {
    seen.add(1);
    return x + 1;
  }, "double");
  const observation = new firesteel.Observation("rows");
  const df = spark()
    .range(0, 100, 1, 2)
    .observe(observation, F.count(F.lit(1)).as("n"));
  await df.select(next(F.col("id").cast("double"))).collect();
  expect([await observation.get, seen.value]).toEqual([{ n: 100 }, 100]);
});
