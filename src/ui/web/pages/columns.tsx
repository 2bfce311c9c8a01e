/** Columns and tables that several pages have. */
import type { JobData, StageData } from "../../api-types";
import { timeNow } from "../api";
import { Badge, KillButton, TaskBar } from "../components/layout";
import { Table } from "../components/table";
import type { Column } from "../components/table";
import type { Scope } from "../context";
import { bytes, dateTime, duration, moments, shortSite, time } from "../lib/format";

export function jobDuration(job: JobData, now: number): number | undefined {
  const start = time(job.submissionTime);
  return start === null ? undefined : (time(job.completionTime) ?? now) - start;
}

export function stageDuration(stage: StageData, now: number): number | undefined {
  const start = time(stage.firstTaskLaunchedTime) ?? time(stage.submissionTime);
  return start === null ? undefined : (time(stage.completionTime) ?? now) - start;
}

/** When each of `rows` was submitted, in ms; dates are left out where all are of today. */
export function submitted<T>(rows: readonly T[], when: (row: T) => number | null): Column<T> {
  const text = moments(rows.map(when));
  return {
    key: "submitted",
    label: "Submitted",
    number: true,
    render: (row) => <span title={dateTime(when(row))}>{text(when(row))}</span>,
    sort: when,
  };
}

/** Bytes; none is a dash, so that what there is stands out. */
export function sizeColumn<T>(key: string, label: string, pick: (row: T) => number): Column<T> {
  return {
    key,
    label,
    number: true,
    render: (row) => (pick(row) === 0 ? <span class="quiet">–</span> : bytes(pick(row))),
    sort: pick,
  };
}

export function JobTable({ jobs, scope, label }: { jobs: readonly JobData[]; scope: Scope; label: string }) {
  const now = timeNow();
  const columns: Column<JobData>[] = [
    {
      key: "id",
      label: "Job",
      number: true,
      render: (job) => <a href={scope.href(["jobs", job.jobId])}>{job.jobId}</a>,
      sort: (job) => job.jobId,
    },
    {
      key: "name",
      label: "Description",
      grow: true,
      render: (job) => (
        <a href={scope.href(["jobs", job.jobId])} class="clip" title={job.description ?? job.name}>
          {shortSite(job.description ?? job.name)}
        </a>
      ),
      sort: (job) => job.description ?? job.name,
    },
    { key: "state", label: "State", render: (job) => <Badge state={job.status} />, sort: (job) => job.status },
    submitted(jobs, (job) => time(job.submissionTime)),
    {
      key: "duration",
      label: "Duration",
      number: true,
      render: (job) => duration(jobDuration(job, now)),
      sort: (job) => jobDuration(job, now),
    },
    ...(jobs.some(({ jobGroup }) => jobGroup !== undefined)
      ? [
          {
            key: "group",
            label: "Group",
            render: (job: JobData) => job.jobGroup ?? "",
            sort: (job: JobData) => job.jobGroup ?? "",
          },
        ]
      : []),
    {
      key: "stages",
      label: "Stages",
      number: true,
      render: (job) =>
        `${job.numCompletedStages} / ${job.stageIds.length - job.numSkippedStages}` +
        (job.numSkippedStages > 0 ? `, ${job.numSkippedStages} skipped` : ""),
      sort: (job) => job.stageIds.length,
    },
    {
      key: "tasks",
      label: "Tasks",
      render: (job) => (
        <TaskBar
          of={{
            done: job.numCompletedTasks,
            running: job.numActiveTasks,
            failed: job.numFailedTasks,
            skipped: job.numSkippedTasks,
            total: job.numTasks - job.numSkippedTasks,
          }}
        />
      ),
      sort: (job) => job.numTasks,
    },
  ];
  if (jobs.some((job) => job.status === "RUNNING") && scope.identity.killEnabled) {
    columns.push({
      key: "end",
      label: "",
      render: (job) =>
        job.status === "RUNNING" && <KillButton path={`${scope.mine}/jobs/${job.jobId}/kill`} what={`job ${job.jobId}`} />,
    });
  }
  return (
    <Table label={label} rows={jobs} rowKey={(job) => job.jobId} order={{ key: "id", descending: true }} columns={columns} />
  );
}

/** @param among all stages of the page: a figure that none of them has gets no column. */
export function StageTable({
  stages,
  among = stages,
  scope,
  label,
}: {
  stages: readonly StageData[];
  among?: readonly StageData[];
  scope: Scope;
  label: string;
}) {
  const now = timeNow();
  const size = (key: string, label: string, pick: (stage: StageData) => number) =>
    among.some((stage) => pick(stage) > 0) ? [sizeColumn(key, label, pick)] : [];
  const columns: Column<StageData>[] = [
    {
      key: "id",
      label: "Stage",
      number: true,
      render: (stage) => (
        <a href={scope.href(["stages", stage.stageId, stage.attemptId])}>
          {stage.stageId}
          {stage.attemptId > 0 && <span class="quiet"> ({stage.attemptId})</span>}
        </a>
      ),
      sort: (stage) => stage.stageId + stage.attemptId / 1000,
    },
    {
      key: "name",
      label: "Name",
      grow: true,
      render: (stage) => (
        <a href={scope.href(["stages", stage.stageId, stage.attemptId])} class="clip" title={stage.description ?? stage.name}>
          {shortSite(stage.name)}
        </a>
      ),
      sort: (stage) => stage.name,
    },
    {
      key: "state",
      label: "State",
      render: (stage) => <Badge state={stage.status} />,
      sort: (stage) => stage.status,
    },
    submitted(among, (stage) => time(stage.submissionTime)),
    {
      key: "duration",
      label: "Duration",
      number: true,
      render: (stage) => duration(stageDuration(stage, now)),
      sort: (stage) => stageDuration(stage, now),
    },
    {
      key: "tasks",
      label: "Tasks",
      render: (stage) => (
        <TaskBar
          of={{
            done: stage.numCompleteTasks,
            running: stage.numActiveTasks,
            failed: stage.numFailedTasks,
            total: stage.numTasks,
          }}
        />
      ),
      sort: (stage) => stage.numTasks,
    },
    ...size("input", "Input", (stage) => stage.inputBytes),
    ...size("output", "Output", (stage) => stage.outputBytes),
    ...size("read", "Shuffle read", (stage) => stage.shuffleReadBytes),
    ...size("write", "Shuffle write", (stage) => stage.shuffleWriteBytes),
    ...size("spill", "Spilled", (stage) => stage.diskBytesSpilled),
  ];
  // Also where none of these runs: lists of stages stand below each other.
  if (scope.live && scope.identity.killEnabled) {
    columns.push({
      key: "end",
      label: "",
      render: (stage) =>
        stage.status === "ACTIVE" && (
          <KillButton path={`${scope.mine}/stages/${stage.stageId}/kill`} what={`stage ${stage.stageId}`} />
        ),
    });
  }
  return (
    <Table
      label={label}
      rows={stages}
      rowKey={(stage) => `${stage.stageId}.${stage.attemptId}`}
      order={{ key: "id", descending: true }}
      columns={columns}
      note={(stage) => stage.failureReason?.split("\n", 1)[0]}
    />
  );
}
