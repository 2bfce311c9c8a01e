/** The event log of a real Spark, replayed, gives the answers that Spark's history server gave: test/golden/rest says how they were made. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Json } from "../../src/events/event-json";
import { eventFromJson } from "../../src/events/event-from-json";
import { addApiV1 } from "../../src/ui/server/api-v1";
import type { Applications } from "../../src/ui/server/applications";
import { Routes } from "../../src/ui/server/routes";
import { AppStore } from "../../src/ui/store/app-store";
import { applicationInfo } from "../../src/ui/views/application";

const GOLDEN = join(__dirname, "../golden/rest");
const ANSWERS = JSON.parse(readFileSync(join(GOLDEN, "answers.json"), "utf8")) as Record<string, unknown>;

const store = new AppStore();
for (const line of readFileSync(join(GOLDEN, "event-log.jsonl"), "utf8").trim().split("\n")) {
  const event = eventFromJson(JSON.parse(line) as Json);
  if (event !== null) store.apply(event);
}

const routes = new Routes();
const applications: Applications = {
  list: () => [applicationInfo(store)],
  find: (id) => Promise.resolve(id === store.application.id ? store : null),
};
addApiV1(routes, applications);

async function ask(path: string): Promise<unknown> {
  const url = new URL(path, "http://localhost");
  const reply = await routes.answer("GET", url.pathname, url.searchParams);
  const answer = JSON.parse(reply.body as string) as unknown;
  return reply.status === 200 ? answer : { status: reply.status };
}

/** Both without what need not agree. */
function comparable(value: unknown, key = ""): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) => comparable(item, key));
    // Sets of which Spark promises no order.
    const unordered = SETS.has(key) || value.some((item) => typeof item === "object" && item !== null && "hostPort" in item);
    return unordered ? items.map((item) => JSON.stringify(item)).sort() : items;
  }
  if (typeof value !== "object" || value === null) return value;
  const left = Object.entries(value).filter(([name]) => !IGNORED.has(name));
  return Object.fromEntries(left.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, item]) => [name, comparable(item, name)]));
}

const SETS = new Set(["jobTags", "dataDistribution", "partitions", "executors", "successJobIds", "failedJobIds"]);

const IGNORED = new Set([
  // When the log's file changed, and where it lay.
  "lastUpdated",
  "lastUpdatedEpoch",
  "logSourceName",
  "logSourceFullPath",
  // New for each replay.
  "queryId",
  // Spark adds blocks of broadcasts, and never takes them off again (their removal says 0 bytes).
  "memoryUsed",
  "usedOnHeapStorageMemory",
  "memoryRemaining",
  "onHeapMemoryRemaining",
]);

/**
 * Stages with failed tasks. Spark's index of the times of successful tasks has the failed ones too, and its index of run times
 * has them with their sign changed: its quantiles and its order are of other tasks than those asked for.
 */
const WITH_FAILURES = /^\/stages\/[45]\/0\/task(Summary|List\?.*runtime)/;
const NOT_OF_SUCCESSFUL = ["duration", "schedulerDelay"];

function withoutQuirks(value: unknown, stage?: { numFailedTasks: number }): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutQuirks(item, stage));
  if (typeof value !== "object" || value === null) return value;
  const of = "numFailedTasks" in value ? (value as { numFailedTasks: number }) : stage;
  const quirky = "quantiles" in value && of !== undefined && of.numFailedTasks > 0;
  const entries = Object.entries(value).filter(([name]) => !(quirky && NOT_OF_SUCCESSFUL.includes(name)));
  return Object.fromEntries(entries.map(([name, item]) => [name, withoutQuirks(item, of)]));
}

const paths = Object.keys(ANSWERS).filter((path) => (path === "" || path.startsWith("/")) && !WITH_FAILURES.test(path));

test.each(paths)("GET …%s", async (path) => {
  const expected = ANSWERS[path] as { status?: unknown; error?: unknown };
  const answer = await ask(`/api/v1/applications/${store.application.id}${path}`);
  if (typeof expected.status === "number") expect((answer as { status: number }).status).toBe(expected.status);
  else expect(comparable(withoutQuirks(answer))).toEqual(comparable(withoutQuirks(expected)));
});

test("the list of applications", async () => {
  expect(comparable(await ask("/api/v1/applications"))).toEqual(comparable(ANSWERS["applications"]));
});
