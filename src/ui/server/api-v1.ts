/** Spark's REST API, `/api/v1`: paths, parameters and field names as in Spark's documentation of monitoring. */
import { SPARK_VERSION } from "../../common/spark-version";
import type { ApplicationInfo } from "../api-types";
import type { AppStore } from "../store/app-store";
import type { StageEntry } from "../store/entries";
import { applicationInfo } from "../views/application";
import { environmentInfo, executorList, rddStorage, storageList } from "../views/executors";
import { jobData, jobList } from "../views/jobs";
import { executionData } from "../views/sql";
import { DEFAULT_QUANTILES, stageData, type StageOptions, taskList, taskSummary } from "../views/stages";
import type { Applications } from "./applications";
import { choices, flag, HttpError, integer, json, numbers, type Reply, type Request, type Routes } from "./routes";

const JOB_STATUSES = ["RUNNING", "SUCCEEDED", "FAILED", "UNKNOWN"] as const;
const STAGE_STATUSES = ["ACTIVE", "COMPLETE", "FAILED", "PENDING", "SKIPPED"] as const;
const TASK_STATUSES = ["RUNNING", "SUCCESS", "FAILED", "KILLED"] as const;

export type WithStore = (
  handler: (store: AppStore, request: Request) => Reply | Promise<Reply>,
) => (request: Request) => Promise<Reply>;

/** Handlers of paths with `:app`, and `:attempt` of the application where there is one. */
export function withStore(applications: Applications): WithStore {
  return (handler) => async (request) => {
    const { app, appAttempt } = request.parameters;
    const store = await applications.find(app!, appAttempt);
    if (store === null) throw new HttpError(404, `no such app: ${app}`);
    const refusal = applications.refusal?.(store, request.visitor) ?? null;
    if (refusal !== null) throw new HttpError(403, refusal);
    return handler(store, request);
  };
}

export function addApiV1(routes: Routes, applications: Applications): void {
  routes.get("/api/v1/version", () => json({ spark: SPARK_VERSION }));
  routes.get("/api/v1/applications", ({ query }) => json(applicationList(applications.list(), query)));
  routes.get("/api/v1/applications/:app", (request) => oneApplication(applications, request));
  // Applications with several attempts have each under a path of its own.
  addPaths(routes, applications, "/api/v1/applications/:app");
  addPaths(routes, applications, "/api/v1/applications/:app/:appAttempt");
}

async function oneApplication(applications: Applications, { parameters: { app } }: Request): Promise<Reply> {
  const listed = applications.list().find(({ id }) => id === app);
  if (listed !== undefined) return json(listed);
  const store = await applications.find(app!);
  if (store === null) throw new HttpError(404, `unknown app: ${app}`);
  return json(applicationInfo(store));
}

function addPaths(routes: Routes, applications: Applications, base: string): void {
  const of = withStore(applications);
  routes.get(
    `${base}/jobs`,
    of((store, { query }) => json(jobList(store.work.jobs.values(), choices(query, "status", JOB_STATUSES)))),
  );
  routes.get(
    `${base}/jobs/:job`,
    of((store, { parameters: { job } }) => {
      const found = store.work.jobs.get(integer(job, "jobId", -1));
      if (found === undefined) throw unknown("job", job!, store.work.jobs, "spark.ui.retainedJobs");
      return json(jobData(found));
    }),
  );
  routes.get(
    `${base}/stages`,
    of((store, { query }) => {
      const statuses = choices(query, "status", STAGE_STATUSES);
      const options = stageOptions(query, false);
      const stages = [...store.work.stages.values()].filter(({ status }) => statuses.length === 0 || statuses.includes(status));
      stages.sort((a, b) => b.id - a.id || b.attempt - a.attempt);
      return json(stages.map((stage) => stageData(store, stage, options)));
    }),
  );
  routes.get(
    `${base}/stages/:stage`,
    of((store, { parameters: { stage }, query }) => {
      const attempts = store.work.attempts(integer(stage, "stageId", -1));
      if (attempts.length === 0) throw unknownStage(store, stage!);
      const options = stageOptions(query, true);
      return json(attempts.map((one) => stageData(store, one, options)));
    }),
  );
  routes.get(
    `${base}/stages/:stage/:attempt`,
    of((store, request) => json(stageData(store, stageOf(store, request), stageOptions(request.query, true)))),
  );
  routes.get(
    `${base}/stages/:stage/:attempt/taskSummary`,
    of((store, request) => {
      const summary = taskSummary(
        stageOf(store, request),
        numbers(request.query.get("quantiles"), "quantiles") ?? DEFAULT_QUANTILES,
      );
      if (summary === undefined) throw new HttpError(404, "No tasks reported metrics yet.");
      return json(summary);
    }),
  );
  routes.get(
    `${base}/stages/:stage/:attempt/taskList`,
    of((store, request) => {
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
    }),
  );
  routes.get(
    `${base}/executors`,
    of((store) => json(executorList(store, false))),
  );
  routes.get(
    `${base}/allexecutors`,
    of((store) => json(executorList(store, true))),
  );
  // Spark's name for processes of a cluster manager that are neither driver nor executor: there are none.
  routes.get(
    `${base}/allmiscellaneousprocess`,
    of(() => json([])),
  );
  routes.get(
    `${base}/executors/:executor/threads`,
    of(async (store, { parameters: { executor } }) => {
      const { control } = applications;
      const known = store.nodes.executors.get(executor!);
      if (control === undefined || known === undefined)
        throw new HttpError(404, `No thread dump is available for executor ${executor}.`);
      if (!known.isActive) throw new HttpError(400, `Executor ${executor} is not active.`);
      return json(await control.threads(executor!));
    }),
  );
  routes.get(
    `${base}/storage/rdd`,
    of((store) => json(storageList(store))),
  );
  routes.get(
    `${base}/storage/rdd/:rdd`,
    of((store, { parameters: { rdd } }) => {
      const found = store.nodes.rdds.get(integer(rdd, "rddId", -1));
      if (found === undefined) throw new HttpError(404, `no rdd found w/ id ${rdd}`);
      return json(rddStorage(store, found));
    }),
  );
  routes.get(
    `${base}/environment`,
    of((store) => json(environmentInfo(store))),
  );
  routes.get(
    `${base}/sql`,
    of((store, { query }) => {
      const offset = integer(query.get("offset"), "offset", 0);
      const length = integer(query.get("length"), "length", 20);
      const options = sqlOptions(query);
      const all = [...store.queries.executions.values()].slice(offset, offset + length);
      return json(all.map((entry) => executionData(entry, options)));
    }),
  );
  routes.get(
    `${base}/sql/:execution`,
    of((store, { parameters: { execution }, query }) => {
      const found = store.queries.executions.get(integer(execution, "executionId", -1));
      if (found === undefined) throw unknownQuery(store, execution!);
      return json(executionData(found, sqlOptions(query)));
    }),
  );
  routes.get(`${base}/logs`, async (request) => {
    const { app, appAttempt } = request.parameters;
    if (applications.refusal !== undefined) await of(() => json(null))(request);
    const log = (await applications.download?.(app!, appAttempt)) ?? null;
    if (log === null) throw new HttpError(404, `Event logs are not available for app: ${app}.`);
    const disposition = `attachment; filename=${JSON.stringify(log.name)}`;
    return { status: 200, type: "application/octet-stream", body: log.content, headers: { "content-disposition": disposition } };
  });
}

export function stageOf(store: AppStore, { parameters: { stage, attempt } }: Request): StageEntry {
  const id = integer(stage, "stageId", -1);
  const found = store.work.stage(id, integer(attempt, "stageAttemptId", -1));
  if (found !== undefined) return found;
  const known = store.work.attempts(id).map((one) => one.attempt);
  if (known.length === 0) throw unknownStage(store, stage!);
  throw new HttpError(404, `unknown attempt for stage ${stage}.  Found attempts: [${known.join(",")}]`);
}

export function unknownStage({ work }: AppStore, stage: string): HttpError {
  const ids = [...work.stages.values()].map(({ id }) => [id, undefined] as const);
  return unknown("stage", stage, new Map(ids), "spark.ui.retainedStages");
}

/** That there is none, in Spark's words; and whether there was one once. */
export function unknown(what: string, id: string, known: ReadonlyMap<number, unknown>, setting: string): HttpError {
  const forgotten = Number(id) >= 0 && Number(id) < Math.max(-1, ...known.keys());
  const hint = forgotten ? `. It may have been forgotten: ${setting} says how many are kept.` : "";
  return new HttpError(404, `unknown ${what}: ${id}${hint}`);
}

export function unknownQuery({ queries }: AppStore, execution: string): HttpError {
  return unknown("query execution id", execution, queries.executions, "spark.sql.ui.retainedExecutions");
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
