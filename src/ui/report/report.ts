/**
 * The performance report: one HTML file with the web application and what the server would answer to it, that needs no
 * server and no other file. Pages find the answers by path in the element `#firesteel-report`, and the time of writing (ms) in its `data-written`.
 */
import { SPARK_VERSION } from "../../common/spark-version";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Identity, Profile } from "../api-types";
import { addApiFiresteel, addIdentity } from "../server/api-firesteel";
import { addApiV1 } from "../server/api-v1";
import { Routes } from "../server/routes";
import type { AppStore } from "../store/app-store";
import { applicationInfo } from "../views/application";

/** Stages, jobs and queries of which the report has all details: the newest. */
const MOST_DETAILED = 200;
/** Tasks in the report's list of each stage: the slowest ones are among the findings. */
const MOST_TASKS = 1000;
/** How many the pages ask for at once: of lists, of bars. */
const BLOCK = 100;
const STREAM = 100_000;

/** @param webFolder the web application's files. @param profile what was sampled, if anything was. @param page opened at first, as "/individual/task-stream" */
export async function reportHtml(
  store: AppStore,
  webFolder: string,
  version: string,
  profile?: Profile,
  page?: string,
): Promise<string> {
  const written = Date.now();
  const answers = await collect(store, version);
  const mine = `api/firesteel/v1/applications/${encodeURIComponent(store.application.id)}`;
  if (profile !== undefined) answers[`${mine}/profile`] = profile;
  // In a script element nothing but "</script" and "<!--" has a meaning.
  const data = JSON.stringify(answers).replace(/</g, "\\u003c");
  return inlined(webFolder).replace(
    "</head>",
    () =>
      `<script type="application/json" id="firesteel-report" data-written="${written}">${data}</script>\n` +
      (page === undefined ? "" : `<script>location.hash ||= ${JSON.stringify(page)}</script>\n`) +
      "</head>",
  );
}

async function collect(store: AppStore, version: string): Promise<Record<string, unknown>> {
  const routes = new Routes();
  const applications = { list: () => [applicationInfo(store)], find: () => Promise.resolve(store) };
  addIdentity(routes, () => identity(store, version));
  addApiV1(routes, applications);
  addApiFiresteel(routes, applications, () => Promise.reject(new Error("A report holds no report.")));
  const answers: Record<string, unknown> = {};
  for (const path of paths(store)) {
    const url = new URL(path, "http://report/");
    const reply = await routes.answer("GET", url.pathname, url.searchParams);
    if (reply.status === 200 && typeof reply.body === "string") answers[path] = JSON.parse(reply.body);
  }
  return answers;
}

function identity(store: AppStore, version: string): Identity {
  const { id, name, sparkVersion } = store.application;
  return {
    kind: "driver",
    title: name,
    applicationId: id,
    version,
    sparkVersion: sparkVersion || SPARK_VERSION,
    killEnabled: false,
    links: [],
  };
}

/** What the pages ask for: as they write it. */
function paths(store: AppStore): string[] {
  const id = encodeURIComponent(store.application.id);
  const api = `api/v1/applications/${id}`;
  const mine = `api/firesteel/v1/applications/${id}`;
  const found = [
    "api/firesteel/v1/identity",
    ...["jobs", "stages", "allexecutors", "storage/rdd", "environment"].map((path) => `${api}/${path}`),
    `${api}/sql?details=false&planDescription=false&length=10000`,
    ...["summary", "attention", "timeline", "progress", "executors/memory", "searches"].map((path) => `${mine}/${path}`),
    `${mine}/taskStream?limit=${STREAM}`,
  ];
  for (const job of [...store.work.jobs.keys()].slice(-MOST_DETAILED))
    found.push(`${api}/jobs/${job}`, `${mine}/jobs/${job}/dag`, `${mine}/jobs/${job}/findings`);
  const stages = [...store.work.stages.values()].filter(({ status }) => status !== "SKIPPED").slice(-MOST_DETAILED);
  for (const { id: stage, attempt, tasks } of stages) {
    const at = `${stage}/${attempt}`;
    found.push(
      `${api}/stages/${stage}?details=false`,
      `${api}/stages/${at}?details=false`,
      `${api}/stages/${at}?details=true&taskStatus=running`,
      `${api}/stages/${at}/taskSummary?quantiles=0,0.25,0.5,0.75,1.0`,
      `${mine}/stages/${at}/findings`,
      `${mine}/stages/${at}/dag`,
      `${mine}/stages/${at}/taskStream?limit=${STREAM}`,
    );
    for (let offset = 0; offset < Math.min(MOST_TASKS, tasks.length); offset += BLOCK)
      found.push(`${api}/stages/${at}/taskList?sortBy=index&offset=${offset}&length=${BLOCK}`);
  }
  for (const execution of [...store.queries.executions.keys()].slice(-MOST_DETAILED))
    found.push(
      `${api}/sql/${execution}?details=false&planDescription=false`,
      `${mine}/sql/${execution}/graph`,
      `${mine}/sql/${execution}/plans`,
    );
  for (const rdd of store.nodes.rdds.keys()) found.push(`${api}/storage/rdd/${rdd}`);
  for (const search of store.searches.searches.keys()) found.push(`${mine}/searches/${encodeURIComponent(search)}`);
  return found;
}

/** The page with its scripts and styles inside. */
function inlined(folder: string): string {
  const read = (path: string): string => readFileSync(join(folder, path.replace(/^\.?\//, "")), "utf8");
  return read("index.html")
    .replace(/<link\s[^>]*rel="stylesheet"[^>]*href="([^"]+)"[^>]*>/g, (_, path: string) => `<style>${read(path)}</style>`)
    .replace(/<script([^>]*)\ssrc="([^"]+)"([^>]*)><\/script>/g, (_, before: string, path: string, after: string) => {
      const kind = /type="module"/.test(before + after) ? ' type="module"' : "";
      return `<script${kind}>${read(path)
        .replace(/<\/script/gi, "<\\/script")
        .replace(/<!--/g, "<\\!--")}</script>`;
    });
}
