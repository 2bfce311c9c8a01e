/** Paths that are about one application, and what they name in it. */
import type { AppStore } from "../store/app-store";
import type { JobEntry, SqlEntry, StageEntry } from "../store/entries";
import type { Applications } from "./applications";
import { HttpError, integer, type Reply, type Request, type Routes } from "./routes";

type StoreHandler = (store: AppStore, request: Request) => Reply | Promise<Reply>;

/** Paths below `base`, which has `:app`, and `:appAttempt` where it names an attempt of the application. */
export class ApplicationPaths {
  constructor(
    private readonly routes: Routes,
    private readonly applications: Applications,
    private readonly base: string,
  ) {}

  get(path: string, handler: StoreHandler): void {
    this.routes.get(`${this.base}${path}`, async (request) => handler(await storeOf(this.applications, request), request));
  }

  post(path: string, handler: StoreHandler): void {
    this.routes.post(`${this.base}${path}`, async (request) => handler(await storeOf(this.applications, request), request));
  }
}

/** The application that a request names. Throws an HttpError where there is none, or the visitor may not see it. */
export async function storeOf(applications: Applications, { parameters, visitor }: Request): Promise<AppStore> {
  const { app, appAttempt } = parameters;
  const store = await applications.find(app!, appAttempt);
  if (store === null) throw new HttpError(404, `no such app: ${app}`);
  const refusal = applications.refusal?.(store, visitor) ?? null;
  if (refusal !== null) throw new HttpError(403, refusal);
  return store;
}

/** Of a path with `:job`. */
export function jobOf({ work }: AppStore, { parameters: { job } }: Request): JobEntry {
  const found = work.jobs.get(integer(job, "jobId", -1));
  if (found === undefined) throw unknown("job", job!, work.jobs, "spark.ui.retainedJobs");
  return found;
}

/** Of a path with `:stage` and `:attempt`. */
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

/** Of a path with `:execution`. */
export function executionOf({ queries }: AppStore, { parameters: { execution } }: Request): SqlEntry {
  const found = queries.executions.get(integer(execution, "executionId", -1));
  if (found === undefined) throw unknown("query execution id", execution!, queries.executions, "spark.sql.ui.retainedExecutions");
  return found;
}

/** That there is none, in Spark's words; and whether there was one once. */
function unknown(what: string, id: string, known: ReadonlyMap<number, unknown>, setting: string): HttpError {
  const forgotten = Number(id) >= 0 && Number(id) < Math.max(-1, ...known.keys());
  const hint = forgotten ? `. It may have been forgotten: ${setting} says how many are kept.` : "";
  return new HttpError(404, `unknown ${what}: ${id}${hint}`);
}
