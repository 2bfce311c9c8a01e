/** All that is known of an application and its executors at one time, as data: for a look at what hangs, later and elsewhere. */
import type { StoryEvent } from "../../events/diagnostics";
import type { ThreadStackTrace } from "../api-types";
import { addApiV1 } from "../server/api-v1";
import { Routes } from "../server/routes";
import type { AppStore } from "../store/app-store";
import { applicationInfo } from "../views/application";
import { stories } from "../views/task-records";

/** Of a stage, partitions whose stories are told. */
const MOST_STORIES = 10_000;

/** What is under Spark's REST paths has its fields (`api-types/spark.ts`). */
export interface ClusterState {
  /** Seconds since the epoch. */
  readonly time: number;
  readonly versions: { readonly firesteel: string; readonly node: string };
  readonly application: unknown;
  /** How many there are to be. */
  readonly wantedExecutors: number;
  readonly executors: unknown;
  /** By executor, "driver" among them: what its threads do, or why that cannot be said. */
  readonly threads: Readonly<Record<string, readonly ThreadStackTrace[] | string>>;
  readonly jobs: unknown;
  readonly stages: unknown;
  readonly storage: unknown;
  readonly environment: unknown;
  /** What happened to each partition of stages that run or have failed, by its key. */
  readonly stories: Readonly<Record<string, readonly StoryEvent[]>>;
}

export interface ClusterStateOptions {
  readonly version: string;
  readonly wantedExecutors: number;
  readonly executorIds: readonly string[];
  threads(executorId: string): Promise<readonly ThreadStackTrace[]>;
}

export async function clusterState(store: AppStore, options: ClusterStateOptions): Promise<ClusterState> {
  const { version, wantedExecutors, executorIds } = options;
  const routes = new Routes();
  const info = applicationInfo(store);
  addApiV1(routes, { list: () => [info], find: () => Promise.resolve(store) });
  const ask = async (path: string): Promise<unknown> => {
    const { body } = await routes.answer(
      "GET",
      `/api/v1/applications/${encodeURIComponent(info.id)}/${path}`,
      new URLSearchParams(),
    );
    return JSON.parse(body as string) as unknown;
  };
  const threads = executorIds.map(async (id) => {
    const told = await options.threads(id).catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
    return [id, told] as const;
  });
  const unfinished = [...store.work.stages.values()].filter(({ status }) => status === "ACTIVE" || status === "FAILED");
  return {
    time: Date.now() / 1000,
    versions: { firesteel: version, node: process.version },
    application: info,
    wantedExecutors,
    executors: await ask("allexecutors"),
    threads: Object.fromEntries(await Promise.all(threads)),
    jobs: await ask("jobs"),
    stages: await ask("stages"),
    storage: await ask("storage/rdd"),
    environment: await ask("environment"),
    stories: Object.assign({}, ...unfinished.map((stage) => stories(store, stage, MOST_STORIES))) as ClusterState["stories"],
  };
}
