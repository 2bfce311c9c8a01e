/**
 * Addresses of pages without a "#", which browsers do not send: Spark's and Dask's, which bookmarks, schedulers and mails have, and those of single figures.
 * All are answered with our page's own address, relative to what was asked for, so that they hold behind proxies.
 */
import { redirect, type Request, type Routes } from "./routes";

/** Behind "#"; from the query's parameters that Spark's page takes. */
type Page = (query: URLSearchParams) => readonly string[];

const list =
  (name: string): Page =>
  () => [name];

/** The page of one thing, or the list where none is named. */
const one =
  (name: string, ...parameters: readonly string[]): Page =>
  (query) => [name, ...parameters.map((parameter) => query.get(parameter)).filter((value) => value !== null)];

/** By Spark's paths. */
const SPARK_PAGES: Readonly<Record<string, Page>> = {
  jobs: list("jobs"),
  "jobs/job": one("jobs", "id"),
  stages: list("stages"),
  "stages/stage": one("stages", "id", "attempt"),
  "stages/pool": list("stages"),
  storage: list("storage"),
  "storage/rdd": one("storage", "id"),
  environment: list("environment"),
  executors: list("executors"),
  "executors/threadDump": one("executors", "executorId"),
  SQL: list("sql"),
  "SQL/execution": one("sql", "id"),
};

const figure =
  (name: string): Page =>
  () => ["individual", name];

/** By Dask's paths, of those pages and plots that have their like. */
const DASK_PAGES: Readonly<Record<string, Page>> = {
  status: list("status"),
  workers: list("executors"),
  profile: list("profile"),
  system: () => ["executors", "driver"],
  exceptions: list("status"),
  graph: figure("graph"),
  groups: figure("graph"),
  tasks: figure("task-stream"),
  "individual-task-stream": figure("task-stream"),
  "individual-progress": figure("progress"),
  "individual-graph": figure("graph"),
  "individual-workers": figure("workers"),
  "individual-workers-memory": figure("workers-memory"),
  "individual-cluster-memory": figure("cluster-memory"),
  "individual-cpu": figure("cpu"),
  "individual-profile": figure("profile"),
};

/** Of the application that is shown. */
export function addPageAddresses(routes: Routes): void {
  for (const [path, page] of Object.entries({ ...SPARK_PAGES, ...DASK_PAGES })) {
    routes.get(`/${path}`, (request) => toPage(request, page(request.query)));
  }
  // Dask's pages without JavaScript: its list of workers, and what it leads to.
  routes.get("/info/main/:page", ({ path }) => redirect(`${above(path)}plain`));
  routes.get("/individual", (request) => toPage(request, ["individual"]));
  routes.get("/individual/:figure", (request) => toPage(request, ["individual", request.parameters["figure"]!]));
}

/** Of the applications that a history server has. */
export function addHistoryAddresses(routes: Routes): void {
  const ofApplication = ({ parameters }: Request): readonly string[] => ["app", parameters["app"]!];
  routes.get("/history/:app", (request) => toPage(request, ofApplication(request)));
  for (const [path, page] of Object.entries(SPARK_PAGES)) {
    routes.get(`/history/:app/${path}`, (request) => toPage(request, [...ofApplication(request), ...page(request.query)]));
  }
}

function toPage({ path }: Request, parts: readonly string[]): ReturnType<typeof redirect> {
  return redirect(`${above(path) || "./"}#/${parts.map(encodeURIComponent).join("/")}`);
}

/** From the path to the root. */
function above(path: string): string {
  return "../".repeat(path.split("/").length - 2);
}
