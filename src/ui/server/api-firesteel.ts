/** `/api/firesteel/v1`: what pages need and Spark's REST API has no name for. */
import type { ExecutorThreads, Identity, LogText } from "../api-types";
import type { AppStore } from "../store/app-store";
import { applicationSummary, timeline } from "../views/application";
import { attention } from "../views/attention";
import { jobDag, stageDag } from "../views/dag";
import { executorMemory } from "../views/executors";
import { stageFindings } from "../views/findings";
import { searchData } from "../views/searches";
import { sqlPlanGraph, sqlPlanTexts } from "../views/sql";
import { stageProgress, stageTaskStream, taskStream } from "../views/task-stream";
import { ApplicationPaths, executionOf, jobOf, stageOf, unknownStage } from "./application-paths";
import type { ApplicationControl, Applications } from "./applications";
import { HttpError, integer, json, type Routes } from "./routes";

/** Whoever may change nothing gets no token for it. */
export function addIdentity(routes: Routes, identity: () => Identity): void {
  routes.get("/api/firesteel/v1/identity", ({ visitor }) => {
    const { token, ...all } = identity();
    return json(visitor.mayModify ? { ...all, token } : { ...all, killEnabled: false });
  });
}

/** `report` makes the one file that has all that is known of an application. */
export function addApiFiresteel(routes: Routes, applications: Applications, report: (store: AppStore) => Promise<string>): void {
  const paths = new ApplicationPaths(routes, applications, "/api/firesteel/v1/applications/:app");
  paths.get("/summary", (store) => json(applicationSummary(store, Date.now())));
  paths.get("/attention", (store) => json(attention(store, endOrNow(store))));
  paths.get("/progress", (store) => json(stageProgress(store, endOrNow(store))));
  paths.get("/timeline", (store) => json(timeline(store)));
  addJobsAndStages(paths);
  addQueries(paths);
  addSearches(paths);
  addExecutors(paths, applications);
  addProfile(paths, applications);
  addKills(paths, applications);
  paths.get("/report", async (store) => ({
    status: 200,
    type: "text/html; charset=utf-8",
    body: await report(store),
    headers: { "content-disposition": `attachment; filename=${JSON.stringify(`${store.application.id}.html`)}` },
  }));
}

/** Milliseconds since the epoch. */
function endOrNow({ application }: AppStore): number {
  return application.endTime ?? Date.now();
}

function addJobsAndStages(paths: ApplicationPaths): void {
  paths.get("/jobs/:job/dag", (store, request) => json(jobDag(store, jobOf(store, request))));
  paths.get("/jobs/:job/findings", (store, request) => {
    const stages = jobOf(store, request).stageIds.flatMap((id) => store.work.attempts(id));
    return json(stages.map((stage) => stageFindings(stage, endOrNow(store))));
  });
  paths.get("/stages/:stage/:attempt/dag", (store, request) => json(stageDag(store, stageOf(store, request))));
  paths.get("/stages/:stage/:attempt/findings", (store, request) =>
    json(stageFindings(stageOf(store, request), endOrNow(store))),
  );
  paths.get("/stages/:stage/:attempt/taskStream", (store, request) => {
    const limit = integer(request.query.get("limit"), "limit", 20_000);
    return json(stageTaskStream(stageOf(store, request), limit));
  });
  paths.get("/taskStream", (store, { query }) =>
    json(taskStream(store, integer(query.get("since"), "since", 0), integer(query.get("limit"), "limit", 5000))),
  );
}

function addQueries(paths: ApplicationPaths): void {
  paths.get("/sql/:execution/graph", (store, request) => json(sqlPlanGraph(executionOf(store, request))));
  paths.get("/sql/:execution/plans", (store, request) => json(sqlPlanTexts(executionOf(store, request))));
}

function addSearches(paths: ApplicationPaths): void {
  paths.get("/searches", (store) => json([...store.searches.searches.values()].map((one) => searchData(one, false))));
  paths.get("/searches/:search", (store, { parameters: { search } }) => {
    const found = store.searches.searches.get(search!);
    if (found === undefined) throw new HttpError(404, `unknown search: ${search}`);
    return json(searchData(found, true));
  });
}

function addExecutors(paths: ApplicationPaths, applications: Applications): void {
  paths.get("/executors/memory", (store, { query }) => json(executorMemory(store, integer(query.get("since"), "since", 0))));
  paths.get("/executors/threads", async () => json(await allThreads(controlOf(applications))));
  paths.get("/executors/:executor/logs", async (_, { parameters: { executor }, query }) => {
    const stream = query.get("stream") ?? "stderr";
    if (stream !== "stdout" && stream !== "stderr") throw new HttpError(400, `stream must be stdout or stderr, not "${stream}".`);
    const from = query.get("offset");
    const offset = from === null ? null : integer(from, "offset", 0);
    const length = Math.min(2 ** 20, integer(query.get("length"), "length", 65_536));
    const piece = await controlOf(applications).log(executor!, stream, offset, length);
    if (piece === null) throw new HttpError(404, `Executor ${executor} has no log of its own: it writes where the program does.`);
    const log: LogText = { name: `${executor} ${stream}`, ...piece };
    return json(log);
  });
}

function addProfile(paths: ApplicationPaths, applications: Applications): void {
  paths.get("/profile", async (_, { query }) => json(await controlOf(applications).profile(query.get("executor") ?? undefined)));
  paths.post("/profile/start", async () => {
    await controlOf(applications).startProfile();
    return json({ running: true });
  });
  paths.post("/profile/stop", async () => {
    await controlOf(applications).stopProfile();
    return json({ running: false });
  });
}

function addKills(paths: ApplicationPaths, applications: Applications): void {
  paths.post("/jobs/:job/kill", (store, request) => json({ killed: controlOf(applications).killJob(jobOf(store, request).id) }));
  paths.post("/stages/:stage/kill", (store, { parameters: { stage } }) => {
    const found = store.work.latest(integer(stage, "stageId", -1));
    if (found === undefined) throw unknownStage(store, stage!);
    return json({ killed: controlOf(applications).killStage(found.id) });
  });
}

function controlOf({ control }: Applications): ApplicationControl {
  if (control === undefined) throw new HttpError(404, "That is known only of an application that runs.");
  return control;
}

async function allThreads(control: ApplicationControl): Promise<ExecutorThreads[]> {
  return Promise.all(
    control.executorIds().map(async (executorId) => {
      try {
        return { executorId, threads: [...(await control.threads(executorId))] };
      } catch (error) {
        return { executorId, threads: [], error: error instanceof Error ? error.message : String(error) };
      }
    }),
  );
}
