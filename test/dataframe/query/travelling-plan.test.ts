/** What travels of a stage's plan. */
import { planFromBytes } from "../../../src/dataframe/exec/plan-bytes";
import type { ShippedPlan } from "../../../src/dataframe/exec/runtime";
import type { StageSink } from "../../../src/dataframe/physical/plan";
import { QueryRun } from "../../../src/dataframe/physical/stages";
import { travellingPlan } from "../../../src/dataframe/query/travelling-plan";
import { TestSession, tables } from "../support/session";

const session = new TestSession(tables({ t: ["k INT", 1000] }));
const { settings } = session;
const rootOf = (sql: string) => new QueryRun(session.optimized(sql), settings, session.services(4, 4)).next().root;
const SINK: StageSink = { kind: "collect", limit: null };

test("is made once of a stage, whatever the time of the query", () => {
  const root = rootOf("select k from t where k > 1");
  const first = travellingPlan(root, SINK, settings);
  expect(travellingPlan(root, { ...SINK }, { ...settings, now: settings.now + 1 })).toBe(first);
  const { stage } = planFromBytes<ShippedPlan>(first.bytes);
  expect([stage.sink, stage.settings.now]).toEqual([SINK, 0]);
});

test("is another where the rows go elsewhere, or a setting differs", () => {
  const root = rootOf("select k from t where k > 1");
  const first = travellingPlan(root, SINK, settings);
  const limited = travellingPlan(root, { kind: "collect", limit: 3 }, settings);
  expect(planFromBytes<ShippedPlan>(limited.bytes).stage.sink).toEqual({ kind: "collect", limit: 3 });
  const zoned = travellingPlan(root, SINK, { ...settings, timeZone: "Asia/Tokyo" });
  expect(planFromBytes<ShippedPlan>(zoned.bytes).stage.settings.timeZone).toBe("Asia/Tokyo");
  expect(Buffer.compare(travellingPlan(root, SINK, settings).bytes, first.bytes)).toBe(0);
});

test("says whether the order of its input matters", () => {
  expect(travellingPlan(rootOf("select k from t where k > 1"), SINK, settings).orderSensitive).toBe(false);
  expect(travellingPlan(rootOf("select rand() from t"), SINK, settings).orderSensitive).toBe(true);
});
