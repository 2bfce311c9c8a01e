/** Spark's REST API, `/api/v1`: paths, parameters and field names as in Spark's documentation of monitoring. */
import { SPARK_VERSION } from "../../common/spark-version";
import type { ApplicationInfo } from "../api-types";
import { applicationInfo } from "../views/application";
import { environmentInfo, executorList, rddStorage, storageList } from "../views/executors";
import { jobData, jobList } from "../views/jobs";
import { executionData } from "../views/sql";
import { DEFAULT_QUANTILES, stageData, type StageOptions, taskList, taskSummary } from "../views/stages";
import { ApplicationPaths, executionOf, jobOf, stageOf, storeOf, unknownStage } from "./application-paths";
import type { Applications } from "./applications";
import { choices, flag, HttpError, integer, json, numbers, type Reply, type Request, type Routes } from "./routes";

const JOB_STATUSES = ["RUNNING", "SUCCEEDED", "FAILED", "UNKNOWN"] as const;
const STAGE_STATUSES = ["ACTIVE", "COMPLETE", "FAILED", "PENDING", "SKIPPED"] as const;
const TASK_STATUSES = ["RUNNING", "SUCCESS", "FAILED", "KILLED"] as const;

export function addApiV1(routes: Routes, applications: Applications): void {
  routes.get("/api/v1/version", () => json({ spark: SPARK_VERSION }));
  routes.get("/api/v1/applications", ({ query }) => json(applicationList(applications.list(), query)));
  routes.get("/api/v1/applications/:app", (request) => oneApplication(applications, request));
  // Applications with several attempts have each under a path of its own.
  for (const base of ["/api/v1/applications/:app", "/api/v1/applications/:app/:appAttempt"]) {
    const paths = new ApplicationPaths(routes, applications, base);
    addJobs(paths);
    addStages(paths);
    addExecutors(paths, applications);
    addStorage(paths);
    paths.get("/environment", (store) => json(environmentInfo(store)));
    addQueries(paths);
    routes.get(`${base}/logs`, (request) => eventLog(applications, request));
  }
}

async function oneApplication(applications: Applications, { parameters: { app } }: Request): Promise<Reply> {
  const listed = applications.list().find(({ id }) => id === app);
  if (listed !== undefined) return json(listed);
  const store = await applications.find(app!);
  if (store === null) throw new HttpError(404, `unknown app: ${app}`);
  return json(applicationInfo(store));
}

function addJobs(paths: ApplicationPaths): void {
  paths.get("/jobs", (store, { query }) => json(jobList(store.work.jobs.values(), choices(query, "status", JOB_STATUSES))));
  paths.get("/jobs/:job", (store, request) => json(jobData(jobOf(store, request))));
}

function addStages(paths: ApplicationPaths): void {
  paths.get("/stages", (store, { query }) => {
    const statuses = choices(query, "status", STAGE_STATUSES);
    const options = stageOptions(query, false);
    const stages = [...store.work.stages.values()].filter(({ status }) => statuses.length === 0 || statuses.includes(status));
    stages.sort((a, b) => b.id - a.id || b.attempt - a.attempt);
    return json(stages.map((stage) => stageData(store, stage, options)));
  });
  paths.get("/stages/:stage", (store, { parameters: { stage }, query }) => {
    const attempts = store.work.attempts(integer(stage, "stageId", -1));
    if (attempts.length === 0) throw unknownStage(store, stage!);
    const options = stageOptions(query, true);
    return json(attempts.map((one) => stageData(store, one, options)));
  });
  paths.get("/stages/:stage/:attempt", (store, request) =>
    json(stageData(store, stageOf(store, request), stageOptions(request.query, true))),
  );
  paths.get("/stages/:stage/:attempt/taskSummary", (store, request) => {
    const quantiles = numbers(request.query.get("quantiles"), "quantiles") ?? DEFAULT_QUANTILES;
    const summary = taskSummary(stageOf(store, request), quantiles);
    if (summary === undefined) throw new HttpError(404, "No tasks reported metrics yet.");
    return json(summary);
  });
  paths.get("/stages/:stage/:attempt/taskList", (store, request) => {
    const { query } = request;
    const sortBy = query.get("sortBy") ?? "ID";
    const list = taskList(store, stageOf(store, request), {
      offset: integer(query.get("offset"), "offset", 0),
      length: integer(query.get("length"), "length", 20),
      sortBy,
      statuses: choices(query, "status", TASK_STATUSES),
    });
    if (list === null) throw new HttpError(400, `Tasks cannot be sorted by "${sortBy}".`);
    return json(list);
  });
}

function addExecutors(paths: ApplicationPaths, applications: Applications): void {
  paths.get("/executors", (store) => json(executorList(store, false)));
  paths.get("/allexecutors", (store) => json(executorList(store, true)));
  // Spark's name for processes of a cluster manager that are neither driver nor executor: there are none.
  paths.get("/allmiscellaneousprocess", () => json([]));
  paths.get("/executors/:executor/threads", async (store, { parameters: { executor } }) => {
    const { control } = applications;
    const known = store.nodes.executors.get(executor!);
    if (control === undefined || known === undefined)
      throw new HttpError(404, `No thread dump is available for executor ${executor}.`);
    if (!known.isActive) throw new HttpError(400, `Executor ${executor} is not active.`);
    return json(await control.threads(executor!));
  });
}

function addStorage(paths: ApplicationPaths): void {
  paths.get("/storage/rdd", (store) => json(storageList(store)));
  paths.get("/storage/rdd/:rdd", (store, { parameters: { rdd } }) => {
    const found = store.nodes.rdds.get(integer(rdd, "rddId", -1));
    if (found === undefined) throw new HttpError(404, `no rdd found w/ id ${rdd}`);
    return json(rddStorage(store, found));
  });
}

function addQueries(paths: ApplicationPaths): void {
  paths.get("/sql", (store, { query }) => {
    const offset = integer(query.get("offset"), "offset", 0);
    const length = integer(query.get("length"), "length", 20);
    const options = sqlOptions(query);
    const all = [...store.queries.executions.values()].slice(offset, offset + length);
    return json(all.map((entry) => executionData(entry, options)));
  });
  paths.get("/sql/:execution", (store, request) => json(executionData(executionOf(store, request), sqlOptions(request.query))));
}

/** The event log, compressed. Who may not see the application may not have its log either. */
async function eventLog(applications: Applications, request: Request): Promise<Reply> {
  const { app, appAttempt } = request.parameters;
  if (applications.refusal !== undefined) await storeOf(applications, request);
  const log = (await applications.download?.(app!, appAttempt)) ?? null;
  if (log === null) throw new HttpError(404, `Event logs are not available for app: ${app}.`);
  const disposition = `attachment; filename=${JSON.stringify(log.name)}`;
  return { status: 200, type: "application/octet-stream", body: log.content, headers: { "content-disposition": disposition } };
}

function stageOptions(query: URLSearchParams, details: boolean): StageOptions {
  const quantiles = numbers(query.get("quantiles"), "quantiles");
  return {
    details: flag(query.get("details"), "details", details),
    withSummaries: flag(query.get("withSummaries"), "withSummaries", false),
    ...(quantiles === undefined ? {} : { quantiles }),
    taskStatuses: choices(query, "taskStatus", TASK_STATUSES),
  };
}

function sqlOptions(query: URLSearchParams): { details: boolean; planDescription: boolean } {
  return {
    details: flag(query.get("details"), "details", true),
    planDescription: flag(query.get("planDescription"), "planDescription", true),
  };
}

/** As Spark filters: an application is listed when one of its attempts fits. */
export function applicationList(all: readonly ApplicationInfo[], query: URLSearchParams): ApplicationInfo[] {
  const statuses = choices(query, "status", ["COMPLETED", "RUNNING"]);
  const minDate = date(query, "minDate", false) ?? -Infinity;
  const maxDate = date(query, "maxDate", true) ?? Infinity;
  const minEndDate = date(query, "minEndDate", false);
  const maxEndDate = date(query, "maxEndDate", true);
  const limit = integer(query.get("limit"), "limit", Number.MAX_SAFE_INTEGER);
  const fits = all.filter(({ attempts }) => {
    const completed = attempts.length > 0 && attempts[0]!.completed;
    if (statuses.length > 0 && !statuses.includes(completed ? "COMPLETED" : "RUNNING")) return false;
    return attempts.some(({ startTimeEpoch, endTimeEpoch, completed: ended }) => {
      if (startTimeEpoch < minDate || startTimeEpoch > maxDate) return false;
      // An application that runs has its end in the future.
      const end = ended ? endTimeEpoch : Infinity;
      return (minEndDate === undefined || end >= minEndDate) && (maxEndDate === undefined || end <= maxEndDate);
    });
  });
  return fits.slice(0, limit);
}

/** "2015-02-03", "2015-02-03T16:42:40.000GMT" or with another zone's name left out; a day's end where it bounds from above. */
function date(query: URLSearchParams, name: string, above: boolean): number | undefined {
  const text = query.get(name);
  if (text === null || text === "") return undefined;
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text);
  const time = Date.parse(day ? `${text}T00:00:00.000Z` : text.replace(/GMT$/, "Z"));
  if (Number.isNaN(time)) throw new HttpError(400, `Couldn't parse date: ${text}`);
  return day && above ? time + 86_400_000 - 1 : time;
}
