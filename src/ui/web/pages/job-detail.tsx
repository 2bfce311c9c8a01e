/** One job: its stages as a graph that follows the run, on a time line, and in a table. */
import { useMemo } from "preact/hooks";
import type { Dag, ExecutionData, JobData, StageData, StageFindings, TimelineEvent } from "../../api-types";
import { useApi } from "../api";
import { Alone } from "../components/alone";
import { DagView } from "../components/dag-view";
import { Badge, Card, Facts, KillButton, Page, TaskBar } from "../components/layout";
import { Shown } from "../components/state";
import { useScope } from "../context";
import { dateTime, duration, shortSite, time } from "../lib/format";
import { StageTable, jobDuration } from "./columns";
import { EventTimeline } from "./event-timeline";
import { FindingList } from "./findings";
import { useNow } from "./use-now";

export function JobDetail({ parts }: { parts: readonly string[] }) {
  const scope = useScope();
  const id = parts[0] ?? "";
  const job = useApi<JobData>(`${scope.api}/jobs/${id}`, ["jobs", "tasks"]);
  const dag = useApi<Dag>(`${scope.mine}/jobs/${id}/dag`, ["stages", "tasks"]);
  const stages = useApi<StageData[]>(`${scope.api}/stages`, ["stages", "tasks"], 1000);
  const findings = useApi<StageFindings[]>(`${scope.mine}/jobs/${id}/findings`, ["stages"], 2000);
  const queries = useApi<ExecutionData[]>(`${scope.api}/sql?details=false&planDescription=false&length=10000`, ["sql"], 2000);
  const running = job.data?.status === "RUNNING" && scope.live;
  const now = useNow(running ? 500 : null);
  const query = queries.data?.find((one) =>
    [...one.runningJobIds, ...one.successJobIds, ...one.failedJobIds].includes(Number(id)),
  );
  const own = useMemo(() => {
    const ids = new Set(job.data?.stageIds ?? []);
    return (stages.data ?? []).filter((stage) => ids.has(stage.stageId));
  }, [job.data?.stageIds.join(), stages.data]);
  const events = useMemo(() => stageEvents(own), [own]);
  return (
    <Page
      title={<>Job {id}</>}
      above={<a href={scope.href(["jobs"])}>Jobs</a>}
      aside={running && <KillButton path={`${scope.mine}/jobs/${id}/kill`} what={`job ${id}`} />}
    >
      <Shown of={job} height={120}>
        {(data) => (
          <>
            <p class="lead" title={data.name}>
              {shortSite(data.description ?? data.name)}
            </p>
            <Facts
              items={[
                ["State", <Badge state={data.status} />],
                ["Submitted", dateTime(time(data.submissionTime))],
                ["Duration", duration(jobDuration(data, now))],
                ["Stages done", `${data.numCompletedStages} / ${data.stageIds.length - data.numSkippedStages}`],
                ["Skipped", data.numSkippedStages],
                data.numFailedStages > 0 && ["Failed", data.numFailedStages, "bad"],
                [
                  "Tasks",
                  <TaskBar
                    of={{
                      done: data.numCompletedTasks,
                      running: data.numActiveTasks,
                      failed: data.numFailedTasks,
                      skipped: data.numSkippedTasks,
                      total: data.numTasks - data.numSkippedTasks,
                    }}
                  />,
                ],
                query !== undefined && ["Query", <a href={scope.href(["sql", query.id])}>{query.id}</a>],
                data.jobGroup !== undefined && ["Group", data.jobGroup],
              ]}
            />
          </>
        )}
      </Shown>
      <Card
        title="Graph"
        aside={<Alone figure="graph" query={{ job: id }} title="Graph" />}
        note="Stages from left to right; in each the operations and their datasets. A skipped stage's output was there already."
      >
        <Shown of={dag} height={260}>
          {(graph) => <DagView dag={graph} stageHref={(stage) => scope.href(["stages", stage.stageId, stage.attempt])} />}
        </Shown>
      </Card>
      {findings.data?.some(({ findings }) => findings.length > 0) === true && (
        <Card title="What takes time">
          {findings.data
            .filter(({ findings }) => findings.length > 0)
            .map((stage) => (
              <div key={stage.stageId}>
                <h3 class="card-sub">
                  <a href={scope.href(["stages", stage.stageId, stage.attempt])}>Stage {stage.stageId}</a>
                </h3>
                <FindingList findings={stage.findings.slice(0, 3)} />
              </div>
            ))}
        </Card>
      )}
      {events.length > 0 && (
        <Card title="Timeline">
          <EventTimeline
            events={events}
            now={now}
            onEvent={(event) => (location.hash = scope.href(["stages", ...event.id.split(".")]))}
          />
        </Card>
      )}
      <Card title="Stages" flush>
        <Shown of={stages}>{() => <StageTable stages={own} scope={scope} label={`Stages of job ${id}`} />}</Shown>
      </Card>
    </Page>
  );
}

function stageEvents(stages: readonly StageData[]): TimelineEvent[] {
  return stages.flatMap((stage): TimelineEvent[] => {
    const start = time(stage.submissionTime);
    if (start === null) return [];
    return [
      {
        kind: "stage",
        id: `${stage.stageId}.${stage.attemptId}`,
        label: `${stage.stageId} ${stage.name}`,
        start,
        end: time(stage.completionTime),
        status: stage.status === "FAILED" ? "failed" : stage.status === "ACTIVE" ? "running" : "succeeded",
      },
    ];
  });
}
