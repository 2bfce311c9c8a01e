/** What somebody who looks for trouble should see first: what failed, what was lost, which stages lost the most time and why. */
import type { Attention, Finding } from "../api-types";
import type { AppStore } from "../store/app-store";
import { type ExecutorEntry, GAUGE, type JobEntry, type SqlEntry, type StageEntry } from "../store/entries";
import { stageFindings } from "./findings";

/** Listed of each kind. */
const MOST = 3;
/** Stages that are looked at: all that run, and of those that ended so many that took longest. None lost more than it took. */
const LONGEST_STAGES = 100;
/** Less wall clock lost (ms) is not worth a line. */
const NOTABLE_COST = 1000;
/** Findings of a stage that runs are made again after so long, ms. */
const FRESH = 2000;

export function attention(store: AppStore, now: number): Attention[] {
  return [
    ...waiting(store),
    ...failedJobs(store),
    ...failedQueries(store),
    ...lostExecutors(store),
    ...pausedExecutors(store),
    ...slowStages(store, now),
  ];
}

/** The newest first, with the number of those left out on the last. */
function listed<T>(found: readonly T[], tell: (item: T) => Omit<Attention, "more">): Attention[] {
  const more = Math.max(0, found.length - MOST);
  const shown = found.slice(-MOST).reverse();
  return shown.map((item, at) => ({ ...tell(item), more: at === shown.length - 1 ? more : 0 }));
}

function waiting({ nodes, application }: AppStore): Attention[] {
  if (nodes.awaited === null || application.endTime !== undefined) return [];
  const text = `Initial job has not accepted any resources: ${nodes.awaited}`;
  return [
    {
      kind: "noExecutor",
      severity: "serious",
      subject: "No executor",
      name: "",
      text,
      advice: "",
      cost: 0,
      page: ["executors"],
      more: 0,
    },
  ];
}

function failedJobs({ work }: AppStore): Attention[] {
  const failed = [...work.jobs.values()].filter(({ status }) => status === "FAILED");
  return listed<JobEntry>(failed, (job) => ({
    kind: "failedJob",
    severity: "serious",
    subject: `Job ${job.id} failed`,
    name: job.description ?? job.name,
    text: cause(job.failure ?? ""),
    advice: "",
    cost: 0,
    page: ["jobs", String(job.id)],
  }));
}

/** Queries that failed without a failed job: before, between or after their jobs. */
function failedQueries({ queries }: AppStore): Attention[] {
  const failed = [...queries.executions.values()].filter(
    ({ status, jobs }) => status === "FAILED" && ![...jobs.values()].includes("FAILED"),
  );
  return listed<SqlEntry>(failed, (query) => ({
    kind: "failedQuery",
    severity: "serious",
    subject: `Query ${query.id} failed`,
    name: query.description,
    text: firstLine(query.error ?? ""),
    advice: "",
    cost: 0,
    page: ["sql", String(query.id)],
  }));
}

/** Executors that went while the application ran, other than those that were given back or retired on purpose. */
function lostExecutors({ nodes, application }: AppStore): Attention[] {
  const end = application.endTime ?? Infinity;
  const lost = [...nodes.executors.values()].filter(
    ({ isActive, removeTime, removeReason }) =>
      !isActive && removeTime !== undefined && removeTime < end && !ON_PURPOSE.test(removeReason ?? ""),
  );
  return listed<ExecutorEntry>(lost, (executor) => ({
    kind: "lostExecutor",
    severity: "warning",
    subject: `Executor ${executor.id} was lost`,
    name: executor.hostPort,
    text: firstLine(executor.removeReason ?? ""),
    advice: "",
    cost: 0,
    page: ["executors", executor.id],
  }));
}

function pausedExecutors({ nodes }: AppStore): Attention[] {
  const paused = [...nodes.executors.values()].filter(({ isActive, samples }) => isActive && samples.last?.[GAUGE.paused] === 1);
  return listed<ExecutorEntry>(paused, (executor) => ({
    kind: "pausedExecutor",
    severity: "warning",
    subject: `Executor ${executor.id} is paused`,
    name: executor.hostPort,
    text: `Its memory is short: no further task begins until some is given back.`,
    advice:
      "Give executors more memory (spark.executor.memory) or fewer cores, or make partitions smaller; Buffers and typed arrays that functions keep count.",
    cost: 0,
    page: ["executors", executor.id],
  }));
}

const ON_PURPOSE =
  /decommission|idle|no longer needed|application (?:has )?(?:ended|finished|stopped)|killed by driver|shut ?down/i;

function slowStages({ work, application }: AppStore, now: number): Attention[] {
  const ended = [...work.stages.values()].filter(({ status }) => status === "COMPLETE" || status === "FAILED");
  const running = [...work.stages.values()].filter(({ status }) => status === "ACTIVE");
  const end = application.endTime ?? now;
  ended.sort((a, b) => tookOf(b, end) - tookOf(a, end));
  const found = [...ended.slice(0, LONGEST_STAGES), ...running].flatMap((stage) => {
    const finding = costliest(stage, end);
    return finding === undefined ? [] : [{ stage, finding }];
  });
  // `listed` shows the last ones.
  found.sort((a, b) => a.finding.cost - b.finding.cost);
  return listed(found, ({ stage, finding }) => ({
    kind: "slowStage",
    severity: "warning",
    subject: `Stage ${stage.id}`,
    name: stage.info.name,
    text: finding.text,
    advice: finding.advice,
    cost: finding.cost,
    page: ["stages", String(stage.id), String(stage.attempt)],
  }));
}

/** From the first task's start, ms. */
function tookOf({ info, firstTaskLaunched }: StageEntry, now: number): number {
  return (info.completionTime ?? now) - (firstTaskLaunched ?? now);
}

const known = new WeakMap<StageEntry, { readonly ended: boolean; readonly at: number; readonly finding: Finding | undefined }>();

/** Of a stage that ended it is found once: its tasks may be forgotten later. */
function costliest(stage: StageEntry, now: number): Finding | undefined {
  const ended = stage.status !== "ACTIVE";
  const before = known.get(stage);
  if (before?.ended === true || (before !== undefined && !ended && now - before.at < FRESH)) return before.finding;
  const finding =
    tookOf(stage, now) >= NOTABLE_COST
      ? stageFindings(stage, now).findings.find(({ cost, severity }) => cost >= NOTABLE_COST && severity !== "info")
      : undefined;
  known.set(stage, { ended, at: now, finding });
  return finding;
}

/** Of a job's failure the error itself: what the scheduler says about the task around it is on the job's page. */
function cause(failure: string): string {
  const line = firstLine(failure);
  // Of Python, what it raised stands below its traceback and above the stack of the JVM.
  const python = /Traceback \(most recent call last\):\n(?:[ \t].*\n)+([^\s].*)/.exec(failure);
  if (python !== null) return python[1]!;
  return /most recent failure: .*?\((?:TID|tid) \d+\) \([^)]*\): (.+)$/.exec(line)?.[1] ?? line;
}

function firstLine(text: string): string {
  return text.trim().split("\n", 1)[0]!;
}
