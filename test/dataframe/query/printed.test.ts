/** What console.log shows of the objects that programs hold: what they are, nothing of their insides. */
import { inspect } from "node:util";
import { testSession } from "../../support/built-session";

const spark = testSession();

test("sessions, contexts, DataFrames, RDDs and broadcasts are shown in a line", () => {
  const sc = spark().sparkContext;
  const df = spark().range(3);
  const shown = [spark(), sc, df, df.groupBy("id"), sc.broadcast([1])].map((value) => inspect(value));
  expect(shown).toEqual([
    "SparkSession of SparkContext (test on local[2])",
    "SparkContext (test on local[2])",
    "DataFrame (range)",
    "GroupedData (of DataFrame (range))",
    expect.stringMatching(/^Broadcast\(\d+\)$/),
  ]);
  expect(inspect(sc.range(0, 3).map((x) => x + 1))).toMatch(/^MapPartitionsRDD\[\d+\] at map at /);
});
