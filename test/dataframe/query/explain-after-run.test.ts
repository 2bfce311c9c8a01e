/** explain() of a DataFrame whose rows have been collected: the final plan, and the rows that each operator gave. */
import { firesteel, testSession } from "../../support/built-session";

const spark = testSession();
const { functions: F } = firesteel;

/** Operators in the order of the listing, with their rows. */
function rowsOf(text: string): string[] {
  return text.split(/\n\n+/).flatMap((block) => {
    const [, name, rows] = /^\(\d+\) (\S+)[^]*number of output rows: (\d+)/.exec(block) ?? [];
    return name === undefined ? [] : [`${name} ${rows}`];
  });
}

test("rows of operators that are one loop: each as it would have counted alone", async () => {
  const left = spark().range(0, 1000, 1, 2).where("id % 10 < 5").selectExpr("id AS a", "id % 7 AS k").where("a > 99");
  const right = spark().sql("SELECT * FROM VALUES (0, 'a'), (1, 'a'), (2, 'b'), (4, 'b') AS t(k, v)");
  const joined = left.join(F.broadcast(right), "k").groupBy("v").agg(F.count("*").alias("n"));
  expect(await joined.explainString("formatted")).not.toContain("number of output rows");
  const found = await joined.collect();
  const text = await joined.explainString("formatted");
  expect(text).toContain("Arguments: isFinalPlan=true");
  const rows = rowsOf(text);
  const passed = Array.from({ length: 1000 }, (_, id) => id).filter((id) => id % 10 < 5 && id > 99);
  const met = passed.filter((id) => [0, 1, 2, 4].includes(id % 7));
  expect(rows).toContain("Range 1000");
  expect(rows).toContain(`Filter ${passed.length}`);
  expect(rows).toContain(`BroadcastHashJoin ${met.length}`);
  expect(rows.filter((one) => one.startsWith("HashAggregate")).at(-1)).toBe(`HashAggregate ${found.length}`);
});

test("plans that are final from the start are no adaptive ones; others show both plans", async () => {
  const plain = spark().range(10).where("id > 3");
  expect(await plain.explainString()).toMatch(/^== Physical Plan ==\nFilter /);
  await plain.collect();
  expect(rowsOf(await plain.explainString("formatted"))).toEqual(["Range 10", "Filter 6"]);
  const grouped = spark().range(0, 100, 1, 2).groupBy(F.expr("id % 3").alias("k")).count();
  expect(await grouped.explainString()).toContain("AdaptiveSparkPlan isFinalPlan=false\n+- ");
  await grouped.collect();
  expect(await grouped.explainString()).toMatch(
    /AdaptiveSparkPlan isFinalPlan=true\n\+- == Final Plan ==\n {3}\S[^]*\n\+- == Initial Plan ==\n {3}\S/,
  );
});

test("what is cached afterwards is shown", async () => {
  const df = spark().range(10).where("id > 5");
  await df.collect();
  df.cache();
  expect(await df.explainString()).toContain("InMemoryTableScan");
  df.unpersist();
});
