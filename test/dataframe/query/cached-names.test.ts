/** What listeners, the event log and the dashboard call cached results and the jobs of statements. */
import type { RddInfo } from "../../../src/events/listener-events";
import { testSession } from "../../support/built-session";

const spark = testSession();

async function heard(
  body: () => Promise<unknown>,
): Promise<{ readonly names: readonly string[]; readonly stages: readonly string[] }> {
  const kept = new Map<number, string>();
  const stages: string[] = [];
  const listener = {
    onStageSubmitted: ({
      stageInfo,
    }: {
      readonly stageInfo: { readonly name: string; readonly rddInfos: readonly RddInfo[] };
    }): void => {
      stages.push(stageInfo.name);
      for (const { id, name, storageLevel } of stageInfo.rddInfos) if (storageLevel.useMemory) kept.set(id, name);
    },
  };
  const { sparkContext } = spark();
  sparkContext.addSparkListener(listener);
  await body();
  await sparkContext.flushListeners();
  sparkContext.removeSparkListener(listener);
  return { names: [...kept.values()], stages };
}

test("a cached query is named by its plan, shortened as Spark shortens it", async () => {
  const short = spark().range(0, 10, 1, 2).where("id > 3").cache();
  expect((await heard(() => short.count())).names).toEqual([expect.stringMatching(/^Filter \(id#\d+L > 3\)\n\+- Range \(0, 10/)]);
  const columns = Array.from({ length: 200 }, (_, i) => `id + ${i} AS a_rather_long_name_${i}`);
  const [name] = (
    await heard(() =>
      spark()
        .range(3)
        .selectExpr(...columns)
        .cache()
        .count(),
    )
  ).names;
  expect([name!.length, name!.slice(-3)]).toEqual([1024, "..."]);
  await spark().catalog.clearCache();
});

test("a cached table is named as it, and its jobs by where the statement stands", async () => {
  const { names, stages } = await heard(() => spark().sql("CACHE TABLE tens AS SELECT id * 10 AS ten FROM range(5)").collect());
  expect(names).toEqual(["In-memory table tens"]);
  expect(stages.filter((stage) => !/ at cached-names\.test\.ts:\d+/.test(stage))).toEqual([]);
  expect(stages.length).toBeGreaterThan(0);
  await spark().catalog.clearCache();
});
