/** The history server over a directory of logs: of a real Spark, of ours, of an application that was killed, and of nothing. */
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EventLogWriter } from "../../src/events/event-log-writer";
import type { ListenerEvent } from "../../src/events/listener-events";
import type { ApplicationInfo, HistoryEntry, Identity, JobData } from "../../src/ui/api-types";
import { HistoryUi, type HistoryOptions } from "../../src/ui/history/history-ui";
import { Listing } from "../../src/ui/history/listing";
import { SAMPLES } from "../events/samples";

const GOLDEN = join(__dirname, "../golden/rest");
let directory: string;
let cacheFolder: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "history-"));
  cacheFolder = mkdtempSync(join(tmpdir(), "history-cache-"));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
  rmSync(cacheFolder, { recursive: true });
});

function writeLog(applicationId: string, ended = true, time = Date.now()): EventLogWriter {
  const log = new EventLogWriter({ directory, applicationId, compress: true, rollAt: 10 * 2 ** 20 });
  const start = { ...SAMPLES.ApplicationStart, appId: applicationId, time };
  for (const event of [start, SAMPLES.JobStart, SAMPLES.StageSubmitted, SAMPLES.TaskStart] as ListenerEvent[]) log.onOther(event);
  if (ended) for (const event of [SAMPLES.JobEnd, SAMPLES.ApplicationEnd] as ListenerEvent[]) log.onOther(event);
  log.flush();
  if (ended) log.close();
  return log;
}

async function serve(
  body: (get: <T>(path: string) => Promise<T>, base: string) => Promise<void>,
  more: Partial<HistoryOptions> = {},
): Promise<void> {
  const ui = new HistoryUi({
    version: "0",
    webFolder: directory,
    directory,
    cacheFolder,
    host: "127.0.0.1",
    port: 0,
    allowedHosts: [],
    framedBy: [],
    updateInterval: 50,
    retained: 2,
    cleaner: null,
    ...more,
  });
  const base = await ui.listen();
  try {
    await body(async <T>(path: string) => (await (await fetch(base + path)).json()) as T, base);
  } finally {
    await ui.close();
  }
}

test("how many applications there are is told to Prometheus", async () => {
  writeLog("app-1");
  writeLog("app-2", false);
  await serve(async (get, base) => {
    await get("/api/v1/applications/app-1/jobs");
    const answer = await fetch(`${base}/metrics/prometheus`);
    expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    const text = await answer.text();
    expect(text).toContain("# TYPE firesteel_history_applications_completed gauge\nfiresteel_history_applications_completed 1\n");
    expect(text).toContain("firesteel_history_applications_incomplete 1\n");
    expect(text).toContain("firesteel_history_applications_loaded 1\n");
    expect(text).toMatch(/^firesteel_history_resident_memory_bytes \d+$/m);
  });
});

test("lists finished and unfinished applications, and shows each from its log", async () => {
  cpSync(join(GOLDEN, "event-log.jsonl"), join(directory, "app-plain"));
  const rolling = readdirSync(join(GOLDEN, "rolling"))[0]!;
  cpSync(join(GOLDEN, "rolling", rolling), join(directory, rolling), { recursive: true });
  writeLog("app-done");
  writeLog("app-killed", false);
  await serve(async (get, base) => {
    expect((await get<Identity>("/api/firesteel/v1/identity")).kind).toBe("history");
    const all = await get<HistoryEntry[]>("/api/firesteel/v1/history");
    expect(all.map(({ id, completed }) => [id, completed])).toEqual(
      expect.arrayContaining([
        ["app-done", true],
        ["app-killed", false],
      ]),
    );
    expect(all).toHaveLength(4);
    const completed = await get<ApplicationInfo[]>("/api/v1/applications?status=completed");
    expect(completed.map(({ id }) => id)).not.toContain("app-killed");
    const killed = await get<JobData[]>("/api/v1/applications/app-killed/jobs");
    expect(killed).toMatchObject([{ status: "RUNNING", numActiveTasks: 1 }]);
    const ofSpark = completed.filter(({ name }) => name === "rest golden");
    expect(ofSpark).toHaveLength(2);
    for (const { id, attempts } of ofSpark) {
      expect((await get<JobData[]>(`/api/v1/applications/${id}/jobs`)).length).toBe(14);
      expect(attempts[0]!.endTimeEpoch - attempts[0]!.startTimeEpoch).toBe(attempts[0]!.duration);
      const zip = Buffer.from(await (await fetch(`${base}/api/v1/applications/${id}/logs`)).arrayBuffer());
      expect(zip.subarray(0, 4).toString("latin1")).toBe("PK\x03\x04");
    }
    expect((await fetch(`${base}/api/v1/applications/nothing/jobs`)).status).toBe(404);
    expect((await fetch(`${base}/api/v1/applications/${ofSpark[0]!.id}/executors/1/threads`)).status).toBe(404);
  });
});

test("Spark's addresses of an application's pages lead to the pages", async () => {
  await serve(async (_, base) => {
    const place = async (path: string): Promise<string | null> =>
      (await fetch(base + path, { redirect: "manual" })).headers.get("location");
    expect(await place("/history/app-1/")).toBe("../../#/app/app-1");
    expect(await place("/history/app-1/stages/stage/?id=3&attempt=0")).toBe("../../../../#/app/app-1/stages/3/0");
  });
});

test("sees applications that come, grow and end while it runs", async () => {
  await serve(async (get) => {
    expect(await get("/api/v1/applications")).toEqual([]);
    const log = writeLog("app-new", false);
    // Asked for by its id it is there at once.
    expect(await get("/api/v1/applications/app-new/jobs")).toMatchObject([{ status: "RUNNING" }]);
    log.onOther(SAMPLES.JobEnd);
    log.onOther({ ...SAMPLES.ApplicationEnd, time: Date.now() });
    log.close();
    let found: HistoryEntry[];
    do found = await get("/api/firesteel/v1/history");
    while (!found[0]!.completed);
    expect(await get("/api/v1/applications/app-new/jobs")).toMatchObject([{ status: "SUCCEEDED" }]);
  });
});

test("a log is looked into again only when it has changed", () => {
  for (let i = 0; i < 5; i++) writeLog(`app-${i}`);
  const first = new Listing(directory, cacheFolder);
  first.refresh();
  // What the log says now is not what is remembered; as its size and time are the same, nobody looks.
  const part = join(directory, "eventlog_v2_app-3/events_1_app-3.zstd");
  const { size, modified } = first.find("app-3")!.files;
  writeFileSync(part, "x".repeat(size));
  for (const path of [part, join(directory, "eventlog_v2_app-3/appstatus_app-3")])
    utimesSync(path, modified / 1000, modified / 1000);
  const second = new Listing(directory, cacheFolder);
  second.refresh();
  expect(second.applications.map(({ entry }) => entry.id).sort()).toEqual(["app-0", "app-1", "app-2", "app-3", "app-4"]);
  appendFileSync(part, "y");
  second.refresh();
  expect(second.find("app-3")!.entry.error).toContain("zstd");
  expect(second.version).toBeGreaterThan(0);
});

test("old logs are deleted where that is wanted", async () => {
  const now = Date.now();
  for (let i = 0; i < 4; i++) writeLog(`app-${i}`, true, now - i);
  // The one that began last: it goes by its age and does not count among those kept.
  const old = join(directory, "eventlog_v2_app-0");
  for (const name of readdirSync(old)) utimesSync(join(old, name), 1000, 1000);
  await serve(
    async (get) => {
      expect((await get<HistoryEntry[]>("/api/firesteel/v1/history")).map(({ id }) => id)).toEqual(["app-1", "app-2"]);
      expect(existsSync(old)).toBe(false);
    },
    { cleaner: { maxAge: 3_600_000, maxCount: 2, interval: 1_000_000 } },
  );
});

test("what is no log is passed over, one that cannot be read says why; a directory that is not there is an error", () => {
  writeFileSync(join(directory, "notes.txt"), "hello\n");
  mkdirSync(join(directory, "folder"));
  writeFileSync(join(directory, "app-1.lz4"), "x");
  const listing = new Listing(directory, null);
  listing.refresh();
  expect(listing.applications.map(({ entry }) => entry.error)).toEqual([expect.stringContaining("lz4")]);
  const options = {
    version: "0",
    webFolder: "",
    cacheFolder: null,
    host: "127.0.0.1",
    port: 0,
    allowedHosts: [],
    framedBy: [],
    updateInterval: 1000,
    retained: 1,
  };
  expect(() => new HistoryUi({ ...options, directory: join(directory, "none"), cleaner: null })).toThrow(/cannot be read/);
});

test("without JavaScript: from the application to the stage, the failed task and its error; nothing of a log becomes markup", async () => {
  cpSync(join(GOLDEN, "event-log.jsonl"), join(directory, "app-plain"));
  await serve(async (_get, base) => {
    const seen = new Set<string>();
    const todo = [`${base}/plain`];
    const texts: string[] = [];
    while (todo.length > 0 && seen.size < 60) {
      const url = todo.shift()!;
      if (seen.has(url)) continue;
      seen.add(url);
      const response = await fetch(url);
      const text = await response.text();
      expect([url, response.status, response.headers.get("content-type")]).toEqual([url, 200, "text/html; charset=utf-8"]);
      texts.push(text);
      for (const [, href] of text.matchAll(/<a href="([^"]+)"/g)) todo.push(new URL(href!, url).href);
    }
    const paths = [...seen].map((url) =>
      url
        .slice(base.length)
        .replace(/^\/plain\/[^/]+/, "")
        .replace(/\d+/g, "N"),
    );
    for (const path of ["", "/jobs", "/jobs/N", "/stages", "/stages/N/N", "/sql", "/executors"]) expect(paths).toContain(path);
    expect(paths.some((path) => path.startsWith("/stages/N/N/tasks/N"))).toBe(true);
    expect(texts.join("").match(/<script|<svg|javascript:/)).toBeNull();
    expect((await fetch(`${base}/plain/no-such-app/jobs`)).status).toBe(404);
  });
});
