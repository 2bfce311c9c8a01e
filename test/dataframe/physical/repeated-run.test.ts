/** Stages of a query that has run before. */
import { operatorName, exchangesOf, PrintedPlan } from "../../../src/dataframe/physical/print";
import type { PhysicalPlan } from "../../../src/dataframe/physical/plan";
import { KeptSteps, RepeatedRun, type StagedQuery } from "../../../src/dataframe/physical/repeated-run";
import { QueryRun, type Stage, type StageOutcome } from "../../../src/dataframe/physical/stages";
import { childrenOf } from "../../../src/dataframe/physical/traverse";
import { TestSession, tables } from "../support/session";

const TABLES = tables({
  large: ["k INT, v INT", 50_000_000],
  other: ["x INT, y INT", 40_000_000],
});
const MB = 1 << 20;
/** Two exchanges, then the join's own way, then the aggregate's exchange. */
const QUERY = "select v, count(*) from large join other on k = x group by v";

function names(plan: PhysicalPlan): string {
  const exchanges = exchangesOf(plan);
  const visit = (node: PhysicalPlan): readonly string[] => [operatorName(node, exchanges), ...childrenOf(node).flatMap(visit)];
  return visit(plan).join(" ");
}

/** Runs of one query, and how often it was planned from its start. */
function repeated(sql = QUERY): {
  readonly kept: KeptSteps;
  readonly begun: () => number;
  run(): RepeatedRun;
  fresh(): QueryRun;
} {
  const session = new TestSession(TABLES);
  const plan = session.optimized(sql);
  const kept = new KeptSteps();
  let begun = 0;
  const fresh = (): QueryRun => {
    let drawn = 10_000;
    return new QueryRun(plan, session.settings, { ...session.services(4, 4), nextId: () => ++drawn });
  };
  const begin = (): QueryRun => {
    begun++;
    return fresh();
  };
  return { kept, begun: () => begun, run: () => new RepeatedRun(kept, begin), fresh };
}

/** What the n-th exchange measures: of each partition. */
type Sizes = (stage: number) => { readonly bytes: number } & Partial<Omit<StageOutcome, "bytes">>;

function outcome(stage: Stage, measured: ReturnType<Sizes>): [id: number, outcome: StageOutcome] {
  if (stage.kind !== "exchange") throw new Error("A result is not measured.");
  const { id, partitioning } = stage;
  const count = "numPartitions" in partitioning ? partitioning.numPartitions : 1;
  return [id, { rows: 1000, ...measured, bytes: new Array<number>(count).fill(measured.bytes) }];
}

/** Carries a query out; gives the stages in the order in which they began. */
function carriedOut(run: StagedQuery, sizes: Sizes, driverTakes = true): Stage[] {
  const stages: Stage[] = [];
  for (;;) {
    const together = run.together(driverTakes);
    const before = stages.length;
    stages.push(...together);
    if (together[0]!.kind === "result") return stages;
    together.forEach((stage, i) => run.finished(...outcome(stage, sizes(before + i))));
  }
}

const LARGE: Sizes = () => ({ bytes: 64 * MB });

test("the same measurements give the same stages, which nobody plans", () => {
  const { run, begun } = repeated();
  const first = run();
  const stages = carriedOut(first, LARGE);
  expect(stages.length).toBeGreaterThan(2);
  expect(begun()).toBe(1);
  for (let i = 0; i < 3; i++) {
    const again = run();
    const repeats = carriedOut(again, LARGE);
    expect(repeats).toHaveLength(stages.length);
    repeats.forEach((stage, at) => expect(stage).toBe(stages[at]));
  }
  expect(begun()).toBe(1);
});

test("the plan of a run is that of the run before, at each step", () => {
  const { run, begun } = repeated();
  const first = run();
  const shown = [first.plan];
  carriedOut(first, LARGE);
  shown.push(first.plan);
  expect(shown[0]).not.toBe(shown[1]);
  const again = run();
  expect(again.plan).toBe(shown[0]);
  carriedOut(again, LARGE);
  expect(again.plan).toBe(shown[1]);
  expect(PrintedPlan.of(again.plan)).toBe(PrintedPlan.of(shown[1]!));
  expect(begun()).toBe(1);
  // Runs that nobody asks pass it on.
  carriedOut(run(), LARGE);
  expect(run().plan).toBe(shown[0]);
  expect(begun()).toBe(1);
  // Where nobody asked before, it is planned until there.
  const { run: other, begun: planned } = repeated();
  carriedOut(other(), LARGE);
  const asked = other();
  const stages = carriedOut(asked, LARGE);
  expect(planned()).toBe(1);
  expect(names(asked.plan)).toBe(names(shown[1]!));
  expect(stages.at(-1)!.kind).toBe("result");
  expect(planned()).toBe(2);
});

describe("what measures something else", () => {
  const SMALL_FIRST: Sizes = (stage) => ({ bytes: stage === 0 ? 1000 : 64 * MB });
  const SMALL_SECOND: Sizes = (stage) => ({ bytes: stage === 1 ? 1000 : 64 * MB });
  const FEWER_ROWS: Sizes = (stage) => ({ bytes: 64 * MB, rows: stage === 1 ? 7 : 1000 });
  const FROM_MAPS =
    (bytes: number): Sizes =>
    (stage) => ({ bytes: 64 * MB, ...(stage === 1 && { mapBytes: () => [bytes, 64 * MB - bytes] }) });

  const CASES: readonly (readonly [what: string, before: Sizes, now: Sizes])[] = [
    ["the first stage", LARGE, SMALL_FIRST],
    ["the second stage", LARGE, SMALL_SECOND],
    ["back to before", SMALL_FIRST, LARGE],
    ["rows", LARGE, FEWER_ROWS],
    ["the parts of map tasks", FROM_MAPS(MB), FROM_MAPS(2 * MB)],
    ["parts of map tasks where there were none", LARGE, FROM_MAPS(MB)],
  ];
  test.each(CASES)("%s: the rest is as of a query that was never run", (_, before, now) => {
    const { run, fresh, begun } = repeated();
    carriedOut(run(), before);
    const changed = run();
    const stages = carriedOut(changed, now);
    expect(begun()).toBe(2);
    const untouched = fresh();
    expect(JSON.stringify(stages)).toBe(JSON.stringify(carriedOut(untouched, now)));
    expect(names(changed.plan)).toBe(names(untouched.plan));
    // From then on, this is what is expected.
    const again = carriedOut(run(), now);
    again.forEach((stage, at) => expect(stage).toBe(stages[at]));
    expect(begun()).toBe(2);
  });
});

test("a run that fails leaves the one before it as what is known", () => {
  const { run, begun } = repeated();
  const stages = carriedOut(run(), LARGE);
  const failed = run();
  failed.together();
  expect(carriedOut(run(), LARGE)[0]).toBe(stages[0]);
  expect(begun()).toBe(1);
});

test("two runs at the same time do not see each other", () => {
  const { run, begun } = repeated();
  const stages = carriedOut(run(), LARGE);
  const slow = run();
  const [first] = slow.together();
  carriedOut(run(), () => ({ bytes: 1000 }));
  expect(begun()).toBe(2);
  slow.finished(...outcome(first!, LARGE(0)));
  expect(slow.together()[0]).toBe(stages[1]);
});

test("a limit that the driver takes is not that of a write", () => {
  const { run, fresh } = repeated("select v from large order by v limit 3");
  const taken = carriedOut(run(), LARGE, true);
  const written = carriedOut(run(), LARGE, false);
  expect(JSON.stringify(taken)).toBe(JSON.stringify(carriedOut(fresh(), LARGE, true)));
  expect(JSON.stringify(written)).toBe(JSON.stringify(carriedOut(fresh(), LARGE, false)));
});

test("a run of very many tasks is not kept, and what they wrote for whom is not looked at", () => {
  const session = new TestSession(TABLES);
  const plan = session.optimized(QUERY);
  const kept = new KeptSteps();
  const run = (tasks: number): RepeatedRun =>
    new RepeatedRun(kept, () => new QueryRun(plan, session.settings, session.services(tasks, 4)));
  let looked = 0;
  const many: Sizes = () => ({
    bytes: MB,
    mapBytes: () => {
      looked++;
      return [];
    },
  });
  carriedOut(run(5000), many);
  expect(looked).toBe(0);
  expect(kept.steps).toHaveLength(0);
  carriedOut(run(4), many);
  expect(looked).toBeGreaterThan(0);
  expect(kept.steps.length).toBeGreaterThan(1);
});
