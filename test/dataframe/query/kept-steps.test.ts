/** Which runs of a plan are compared with the run before. */
import { KeptPlan, type PlannedScans } from "../../../src/dataframe/query/kept-plans";
import { Asked } from "../../../src/dataframe/analysis/asked";
import type { AnalysisContext } from "../../../src/dataframe/analysis/context";
import { TestSession, tables } from "../support/session";

const session = new TestSession(tables({ t: ["k INT", 1000] }));
const plan = session.optimized("select k from t where k > 1");

function keptPlan(): { readonly kept: KeptPlan; readonly optimized: ReturnType<KeptPlan["optimized"]> } {
  const kept = new KeptPlan(plan, new Asked({ settings: session.settings } as AnalysisContext));
  return { kept, optimized: kept.optimized({ settings: session.settings, nextId: session.nextId }) };
}

const scans = (splits: readonly (readonly unknown[])[], bytes: number | null = null): PlannedScans =>
  new Map([["t", { splits, parts: bytes === null ? null : { parts: [{ bytes, bounds: [[1, 2]] }], splits: () => [] } }]]);

test("runs of the kept plan whose work is cut alike share what they know", () => {
  const { kept, optimized } = keptPlan();
  const first = kept.stepsOf(optimized, session.settings, { parallelism: 2, scans: scans([[{ path: "a", from: 0 }], []], 5) });
  expect(first).not.toBeNull();
  expect(kept.stepsOf(optimized, session.settings, { parallelism: 2, scans: scans([[{ path: "a", from: 0 }], []], 5) })).toBe(
    first,
  );
});

test.each([
  ["another number of slots", { parallelism: 3, scans: scans([[{ path: "a", from: 0 }], []], 5) }],
  ["other splits", { parallelism: 2, scans: scans([[{ path: "a", from: 9 }], []], 5) }],
  ["splits in other tasks", { parallelism: 2, scans: scans([[], [{ path: "a", from: 0 }]], 5) }],
  ["other parts", { parallelism: 2, scans: scans([[{ path: "a", from: 0 }], []], 6) }],
  ["no parts", { parallelism: 2, scans: scans([[{ path: "a", from: 0 }], []]) }],
  ["other scans", { parallelism: 2, scans: new Map([...scans([[{ path: "a", from: 0 }], []], 5)].map(([, cut]) => ["u", cut])) }],
  [
    "more scans",
    { parallelism: 2, scans: new Map([...scans([[{ path: "a", from: 0 }], []], 5), ["u", { splits: [], parts: null }]]) },
  ],
])("%s: nothing is known of the run", (_, work) => {
  const { kept, optimized } = keptPlan();
  const first = kept.stepsOf(optimized, session.settings, { parallelism: 2, scans: scans([[{ path: "a", from: 0 }], []], 5) });
  const other = kept.stepsOf(optimized, session.settings, work);
  expect(other).not.toBeNull();
  expect(other).not.toBe(first);
});

test("another plan, as with cached parts or values of subqueries, other settings and very many splits are not compared", () => {
  const { kept, optimized } = keptPlan();
  expect(kept.stepsOf({ ...optimized }, session.settings, { parallelism: 2, scans: scans([]) })).toBeNull();
  expect(
    kept.stepsOf(optimized, session.settings, { parallelism: 2, scans: scans([new Array<number>(2000).fill(1)]) }),
  ).toBeNull();
  const { conf } = session.settings;
  const settings = { ...session.settings, conf: { ...conf, "spark.sql.shuffle.partitions": "7" } };
  expect(kept.stepsOf(optimized, settings, { parallelism: 2, scans: scans([]) })).toBeNull();
});
