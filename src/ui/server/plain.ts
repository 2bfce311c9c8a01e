/**
 * The most needed figures as plain pages: for browsers without JavaScript, for text browsers, for curl. Made of what the
 * REST API answers; whatever has a place of its own (task, stage, query, executor) is a link.
 */
import type { AppStore } from "../store/app-store";
import { applicationSummary } from "../views/application";
import { attention } from "../views/attention";
import { executorList, storageList } from "../views/executors";
import { stageFindings } from "../views/findings";
import { bytesText, durationText } from "../views/format";
import { jobData, jobList } from "../views/jobs";
import { executionData } from "../views/sql";
import { stageData, taskList } from "../views/stages";
import { ApplicationPaths, executionOf, jobOf, stageOf } from "./application-paths";
import type { Applications } from "./applications";
import { html, type Html, MOST, page, type Part, ROOT, table } from "./plain-html";
import { HttpError, integer, type Reply, type Request, type Routes } from "./routes";

function link(parts: readonly (string | number)[], text: Part): Html {
  return html`<a href="${href(parts)}">${text}</a>`;
}

function href(parts: readonly (string | number)[]): string {
  return ROOT + ["plain", ...parts.map((part) => encodeURIComponent(part))].join("/");
}

function pageOf(path: string, title: string, body: Html, app: string): Reply {
  const pages = ["jobs", "stages", "sql", "storage", "executors"];
  const nav = html`<p>
    ${link([], "Applications")} · ${link([app], "Status")}${pages.map((one) => html` · ${link([app, one], one)}`)}
  </p>`;
  return page(path, title, body, nav);
}

export function addPlainPages(routes: Routes, applications: Applications): void {
  routes.get("/plain", ({ path }) => {
    const rows = applications
      .list()
      .map(({ id, name, attempts: [last] }) => [
        link([id], id),
        name,
        last?.startTime,
        last?.completed === true ? "ended" : "runs",
      ]);
    return page(path, "Applications", table(["Application", "Name", "Started", "State"], rows, "There is no application."));
  });
  const paths = new ApplicationPaths(routes, applications, "/plain/:app");
  const add = (
    path: string,
    title: (request: Request) => string,
    body: (store: AppStore, request: Request) => Part | Promise<Part>,
  ) =>
    paths.get(path, async (store, request) =>
      pageOf(request.path, title(request), html`${await body(store, request)}`, request.parameters["app"]!),
    );
  add("", () => "Status", statusOf);
  add("/jobs", () => "Jobs", jobsOf);
  add("/jobs/:job", ({ parameters }) => `Job ${parameters["job"]}`, jobPage);
  add("/stages", () => "Stages", stagesOf);
  add("/stages/:stage/:attempt", ({ parameters }) => `Stage ${parameters["stage"]}`, stagePage);
  add("/stages/:stage/:attempt/tasks/:task", ({ parameters }) => `Task ${parameters["task"]}`, taskPage);
  add("/sql", () => "Queries", queriesOf);
  add("/sql/:execution", ({ parameters }) => `Query ${parameters["execution"]}`, queryPage);
  add("/storage", () => "Storage", storageOf);
  add("/executors", () => "Executors", executorsOf);
  add(
    "/executors/:executor",
    ({ parameters }) => `Executor ${parameters["executor"]}`,
    (_, { parameters }) => executorPage(applications, parameters["app"]!, parameters["executor"]!),
  );
}

function statusOf(store: AppStore): Html {
  const { id } = store.application;
  const { name, jobs, stages, tasks, executors, shuffleWriteBytes, spilledBytes } = applicationSummary(store, Date.now());
  const rows = attention(store, store.application.endTime ?? Date.now()).map((one) => [
    link([id, ...one.page], one.subject),
    one.name,
    one.text,
  ]);
  return html`<p>${name}</p>
    <ul>
      <li>Jobs: ${jobs.active} active, ${jobs.succeeded} succeeded, ${jobs.failed} failed</li>
      <li>Stages: ${stages.active} active, ${stages.complete} complete, ${stages.skipped} skipped, ${stages.failed} failed</li>
      <li>Tasks: ${tasks.active} active, ${tasks.complete} complete, ${tasks.failed} failed, ${tasks.killed} killed</li>
      <li>Executors: ${executors.active} with ${executors.cores} cores; ${executors.removed} gone</li>
      <li>Shuffled ${bytesText(shuffleWriteBytes)}, spilled ${bytesText(spilledBytes)}</li>
    </ul>
    <h2>Look at this first</h2>
    ${table(["What", "Where", "Why"], rows, "Nothing failed, and no stage lost much time.")}`;
}

function jobsOf(store: AppStore): Html {
  const rows = jobList(store.work.jobs.values(), []).map((job) => [
    link([store.application.id, "jobs", job.jobId], job.jobId),
    job.description ?? job.name,
    job.status,
    job.submissionTime,
    `${job.numCompletedTasks} / ${job.numTasks}`,
    job.numFailedTasks,
  ]);
  return table(["Job", "Name", "State", "Submitted", "Tasks", "Failed tasks"], rows, "No job has been submitted.");
}

function jobPage(store: AppStore, request: Request): Html {
  const entry = jobOf(store, request);
  const job = jobData(entry);
  const stages = entry.stageIds.flatMap((stage) => store.work.attempts(stage));
  return html`<p>
      ${job.description ?? job.name}: ${job.status}, ${job.numCompletedTasks} of ${job.numTasks} tasks done, ${job.numFailedTasks}
      failed
    </p>
    ${entry.failure === undefined ? null : html`<pre>${entry.failure}</pre>`}
    <h2>Stages</h2>
    ${stageTable(store, stages)}`;
}

function stagesOf(store: AppStore): Html {
  return stageTable(store, [...store.work.stages.values()].reverse());
}

function stageTable(store: AppStore, stages: readonly Parameters<typeof stageData>[1][]): Html {
  const rows = stages.slice(0, MOST + 1).map((entry) => {
    const stage = stageData(store, entry);
    return [
      link([store.application.id, "stages", stage.stageId, stage.attemptId], `${stage.stageId}.${stage.attemptId}`),
      stage.name,
      stage.status,
      `${stage.numCompleteTasks} / ${stage.numTasks}`,
      stage.numFailedTasks,
      bytesText(stage.shuffleReadBytes),
      bytesText(stage.shuffleWriteBytes),
      bytesText(stage.diskBytesSpilled),
    ];
  });
  const heads = ["Stage", "Name", "State", "Tasks", "Failed", "Shuffle read", "Shuffle write", "Spilled"];
  return table(heads, rows, "There is no stage.");
}

function stagePage(store: AppStore, request: Request): Html {
  const entry = stageOf(store, request);
  const stage = stageData(store, entry);
  const { findings } = stageFindings(entry, store.application.endTime ?? Date.now());
  const options = { offset: 0, length: MOST, statuses: [] };
  const failed = taskList(store, entry, { ...options, statuses: ["FAILED"], sortBy: "ID" }) ?? [];
  const slowest = taskList(store, entry, { ...options, sortBy: "-duration" }) ?? [];
  const at = [store.application.id, "stages", entry.id, entry.attempt];
  const rows = (tasks: typeof slowest): Part[][] =>
    tasks.map((task) => [
      link([...at, "tasks", task.taskId], task.taskId),
      task.index,
      task.attempt,
      task.status,
      link([store.application.id, "executors", task.executorId], task.executorId),
      durationText(task.duration ?? 0),
      firstLine(task.errorMessage),
    ]);
  const heads = ["Task", "Index", "Attempt", "State", "Executor", "Duration", "Error"];
  return html`<p>
      ${stage.name}: ${stage.status}, ${stage.numCompleteTasks} of ${stage.numTasks} tasks done, ${stage.numFailedTasks} failed
    </p>
    ${stage.failureReason === undefined ? null : html`<pre>${stage.failureReason}</pre>`}
    <h2>What takes time</h2>
    ${
      findings.length === 0
        ? html`<p>Nothing stands out.</p>`
        : html`<ul>
            ${findings.map(({ text, advice }) => html`<li>${text} ${advice}</li>`)}
          </ul>`
    }
    ${
      failed.length === 0
        ? null
        : html`<h2>Failed tasks</h2>
            ${table(heads, rows(failed), "")}`
    }
    <h2>Slowest tasks</h2>
    ${table(heads, rows(slowest), "No task is known.")}`;
}

function taskPage(store: AppStore, request: Request): Html {
  const entry = stageOf(store, request);
  const id = integer(request.parameters["task"], "taskId", -1);
  const task = taskList(store, entry, { offset: 0, length: Number.MAX_SAFE_INTEGER, sortBy: "ID", statuses: [] })?.find(
    ({ taskId }) => taskId === id,
  );
  if (task === undefined) throw new HttpError(404, `unknown task: ${id}`);
  const app = store.application.id;
  const parents = entry.info.parentIds.flatMap((parent) => store.work.latest(parent) ?? []);
  return html`<p>
      ${task.status}, index ${task.index}, attempt ${task.attempt}, ${task.taskLocality} on
      ${link([app, "executors", task.executorId], `executor ${task.executorId}`)}, ${durationText(task.duration ?? 0)}
    </p>
    ${task.errorMessage === undefined ? null : html`<pre>${task.errorMessage}</pre>`}
    <h2>Reads from</h2>
    ${
      parents.length === 0
        ? html`<p>No other stage.</p>`
        : html`<ul>
            ${parents.map((one) => html`<li>${link([app, "stages", one.id, one.attempt], `Stage ${one.id}: ${one.info.name}`)}</li>`)}
          </ul>`
    }`;
}

function queriesOf(store: AppStore): Html {
  const rows = [...store.queries.executions.values()]
    .reverse()
    .map((entry) => [
      link([store.application.id, "sql", entry.id], entry.id),
      entry.description,
      entry.status,
      durationText((entry.endTime ?? Date.now()) - entry.startTime),
      firstLine(entry.error),
    ]);
  return table(["Query", "Description", "State", "Duration", "Error"], rows, "No query has run.");
}

function queryPage(store: AppStore, request: Request): Html {
  const entry = executionOf(store, request);
  const rows = (executionData(entry, { details: true, planDescription: false }).nodes ?? []).map(({ nodeName, metrics }) => [
    nodeName,
    metrics.map(({ name, value }) => `${name}: ${value.replace(/\s+/g, " ")}`).join("; "),
  ]);
  return html`<p>${entry.description}: ${entry.status}</p>
    ${entry.error ? html`<pre>${entry.error}</pre>` : null}
    <h2>Operators</h2>
    ${table(["Operator", "Figures"], rows, "No operator is known.")}
    <h2>Plan</h2>
    <pre>${entry.physicalPlan}</pre>`;
}

function storageOf(store: AppStore): Html {
  const rows = storageList(store).map((one) => [
    one.id,
    one.name,
    one.storageLevel,
    `${one.numCachedPartitions} / ${one.numPartitions}`,
    bytesText(one.memoryUsed),
    bytesText(one.diskUsed),
  ]);
  return table(["Dataset", "Name", "Level", "Partitions", "Memory", "Disk"], rows, "Nothing is cached.");
}

function executorsOf(store: AppStore): Html {
  const ended = store.application.endTime !== undefined;
  const rows = executorList(store, true).map((one) => [
    link([store.application.id, "executors", one.id], one.id),
    one.hostPort,
    !one.isActive ? `gone: ${one.removeReason ?? ""}` : ended ? "ended with the application" : "alive",
    ended ? 0 : one.activeTasks,
    one.completedTasks,
    one.failedTasks,
    bytesText(one.memoryUsed),
    durationText(one.totalGCTime),
  ]);
  return table(["Executor", "Address", "State", "Running", "Done", "Failed", "Cached", "GC"], rows, "There is no executor.");
}

async function executorPage(applications: Applications, app: string, id: string): Promise<Html> {
  const { control } = applications;
  if (control?.executorIds().includes(id) !== true) {
    const reason = (await applications.find(app))?.nodes.executors.get(id)?.removeReason;
    return html`<p>It runs no more, or cannot be asked. ${reason}</p>`;
  }
  const threads = await control.threads(id);
  const log = await control.log(id, "stderr", null, 16_384);
  return html`<h2>Threads</h2>
    ${threads.map(
      ({ threadName, threadState, stackTrace }) =>
        html`<h3>${threadName}: ${threadState}</h3>
          <pre>${stackTrace.elems.join("\n")}</pre>`,
    )}
    <h2>Log</h2>
    <pre>${log?.text ?? "It has none of its own."}</pre>`;
}

function firstLine(text: string | undefined): string {
  return (text ?? "").split("\n", 1)[0]!;
}
