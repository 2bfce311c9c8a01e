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
import { stageOf, unknown, unknownQuery, unknownStage, withStore } from "./api-v1";
import type { ApplicationControl, Applications } from "./applications";
import { HttpError, integer, json, type Request, type Routes } from "./routes";
import type { JobEntry, SqlEntry } from "../store/entries";

const MINE = "/api/firesteel/v1/applications/:app";

/** Whoever may change nothing gets no token for it. */
export function addIdentity(routes: Routes, identity: () => Identity): void {
  routes.get("/api/firesteel/v1/identity", ({ visitor }) => {
    const { token, ...all } = identity();
    return json(visitor.mayModify ? { ...all, token } : { ...all, killEnabled: false });
  });
}

/** `report` makes the one file that has all that is known of an application. */
export function addApiFiresteel(routes: Routes, applications: Applications, report: (store: AppStore) => Promise<string>): void {
  const of = withStore(applications);
  routes.get(
    `${MINE}/summary`,
    of((store) => json(applicationSummary(store, Date.now()))),
  );
  routes.get(
    `${MINE}/attention`,
    of((store) => json(attention(store, store.application.endTime ?? Date.now()))),
  );
  routes.get(
    `${MINE}/jobs/:job/dag`,
    of((store, request) => json(jobDag(store, jobOf(store, request)))),
  );
  routes.get(
    `${MINE}/jobs/:job/findings`,
    of((store, request) => {
      const stages = jobOf(store, request).stageIds.flatMap((id) => store.work.attempts(id));
      return json(stages.map((stage) => stageFindings(stage, store.application.endTime ?? Date.now())));
    }),
  );
  routes.get(
    `${MINE}/stages/:stage/:attempt/dag`,
    of((store, request) => json(stageDag(store, stageOf(store, request)))),
  );
  routes.get(
    `${MINE}/stages/:stage/:attempt/findings`,
    of((store, request) => json(stageFindings(stageOf(store, request), store.application.endTime ?? Date.now()))),
  );
  routes.get(
    `${MINE}/stages/:stage/:attempt/taskStream`,
    of((store, request) => {
      const limit = integer(request.query.get("limit"), "limit", 20_000);
      return json(stageTaskStream(stageOf(store, request), limit));
    }),
  );
  routes.get(
    `${MINE}/taskStream`,
    of((store, { query }) =>
      json(taskStream(store, integer(query.get("since"), "since", 0), integer(query.get("limit"), "limit", 5000))),
    ),
  );
  routes.get(
    `${MINE}/progress`,
    of((store) => json(stageProgress(store, store.application.endTime ?? Date.now()))),
  );
  routes.get(
    `${MINE}/timeline`,
    of((store) => json(timeline(store))),
  );
  routes.get(
    `${MINE}/sql/:execution/graph`,
    of((store, request) => json(sqlPlanGraph(executionOf(store, request)))),
  );
  routes.get(
    `${MINE}/sql/:execution/plans`,
    of((store, request) => json(sqlPlanTexts(executionOf(store, request)))),
  );
  routes.get(
    `${MINE}/executors/memory`,
    of((store, { query }) => json(executorMemory(store, integer(query.get("since"), "since", 0)))),
  );
  routes.get(
    `${MINE}/executors/threads`,
    of(async () => json(await allThreads(controlOf(applications)))),
  );
  routes.get(
    `${MINE}/executors/:executor/logs`,
    of(async (_, { parameters: { executor }, query }) => {
      const stream = query.get("stream") ?? "stderr";
      if (stream !== "stdout" && stream !== "stderr")
        throw new HttpError(400, `stream must be stdout or stderr, not "${stream}".`);
      const offset = query.get("offset");
      const length = Math.min(2 ** 20, integer(query.get("length"), "length", 65_536));
      const piece = await controlOf(applications).log(
        executor!,
        stream,
        offset === null ? null : integer(offset, "offset", 0),
        length,
      );
      if (piece === null)
        throw new HttpError(404, `Executor ${executor} has no log of its own: it writes where the program does.`);
      const log: LogText = { name: `${executor} ${stream}`, ...piece };
      return json(log);
    }),
  );
  routes.get(
    `${MINE}/searches`,
    of((store) => json([...store.searches.searches.values()].map((one) => searchData(one, false)))),
  );
  routes.get(
    `${MINE}/searches/:search`,
    of((store, { parameters: { search } }) => {
      const found = store.searches.searches.get(search!);
      if (found === undefined) throw new HttpError(404, `unknown search: ${search}`);
      return json(searchData(found, true));
    }),
  );
  routes.get(
    `${MINE}/profile`,
    of(async (_, { query }) => json(await controlOf(applications).profile(query.get("executor") ?? undefined))),
  );
  routes.post(
    `${MINE}/profile/start`,
    of(async () => {
      await controlOf(applications).startProfile();
      return json({ running: true });
    }),
  );
  routes.post(
    `${MINE}/profile/stop`,
    of(async () => {
      await controlOf(applications).stopProfile();
      return json({ running: false });
    }),
  );
  routes.post(
    `${MINE}/jobs/:job/kill`,
    of((store, request) => json({ killed: controlOf(applications).killJob(jobOf(store, request).id) })),
  );
  routes.post(
    `${MINE}/stages/:stage/kill`,
    of((store, { parameters: { stage } }) => {
      const found = store.work.latest(integer(stage, "stageId", -1));
      if (found === undefined) throw unknownStage(store, stage!);
      return json({ killed: controlOf(applications).killStage(found.id) });
    }),
  );
  routes.get(
    `${MINE}/report`,
    of(async (store) => ({
      status: 200,
      type: "text/html; charset=utf-8",
      body: await report(store),
      headers: { "content-disposition": `attachment; filename=${JSON.stringify(`${store.application.id}.html`)}` },
    })),
  );
}

function controlOf({ control }: Applications): ApplicationControl {
  if (control === undefined) throw new HttpError(404, "That is known only of an application that runs.");
  return control;
}

function jobOf(store: AppStore, { parameters: { job } }: Request): JobEntry {
  const found = store.work.jobs.get(integer(job, "jobId", -1));
  if (found === undefined) throw unknown("job", job!, store.work.jobs, "spark.ui.retainedJobs");
  return found;
}

function executionOf(store: AppStore, { parameters: { execution } }: Request): SqlEntry {
  const found = store.queries.executions.get(integer(execution, "executionId", -1));
  if (found === undefined) throw unknownQuery(store, execution!);
  return found;
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
