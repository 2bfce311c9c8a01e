/** Events of a program that asks many short questions and then trains for ten minutes. */
import { Application, rdd } from "./fixture-events";
import type { StageKind } from "./fixture-events";

const SHORT = 36;
const WHY =
  "Job aborted due to stage failure: Task 3 in stage 36.0 failed 4 times, most recent failure: Lost task 3.3 in stage 36.0 (TID 219) " +
  "(10.0.0.6 executor 2): DataError: flights-2015-07.csv, line 48,211: the departure 24:75 is no time of day\n    at parse (/home/ada/flights/read.ts:31:11)";

/** 36 jobs in 12 s of which two run at a time now and then, one that fails, and one that runs since. */
export function longApplication(start: number): Application {
  const app = new Application(start);
  const question = (site: number, reads: boolean): StageKind => ({
    name: `${["count", "collect", "take", "reduce"][site % 4]} at /home/ada/flights/delays-of-carriers.ts:${12 + site * 7}:5`,
    tasks: 4,
    duration: (index) => 150 + index * 20,
    reads,
    writes: !reads,
    rdds: [rdd(site, "MapPartitions", `${site} map`, [])],
    parents: [],
  });
  for (let at = 0; at < SHORT; at++) {
    app.now = start + 1000 + at * 330 - (at % 6 === 5 ? 200 : 0);
    const stage = question(at % 12, at % 2 === 1);
    const id = app.nextStage();
    const job = app.startJob([[id, stage]], `question ${at + 1}: delays of a carrier`);
    app.runStage(id, stage);
    app.endJob(job);
  }
  const broken: StageKind = {
    ...question(5, true),
    name: "foreach at /home/ada/flights/check-the-departures.ts:9:3",
    duration: () => 700,
    fails: (index) => index === 3,
  };
  const id = app.nextStage();
  app.now += 40;
  const job = app.startJob([[id, broken]], "check the departures");
  app.runStage(id, broken, Infinity, WHY);
  app.endJob(job, WHY);
  app.now += 50;
  const fit = {
    ...question(20, true),
    name: "treeAggregate at /home/ada/flights/train.ts:73:18",
    tasks: 40,
    duration: () => 9000,
  };
  const fitId = app.nextStage();
  app.startJob([[fitId, fit]], "gradient-boosted trees: fit");
  app.runStage(fitId, fit, 20);
  app.now = start + 612_000;
  app.events.push({
    type: "FiresteelExecutorSample",
    time: app.now - 900,
    executorId: "1",
    rss: 700 * 2 ** 20,
    limit: 2048 * 2 ** 20,
    heap: 300 * 2 ** 20,
    storage: 100 * 2 ** 20,
    execution: 50 * 2 ** 20,
    cpu: 2.2,
    activeTasks: 4,
  });
  return app;
}
