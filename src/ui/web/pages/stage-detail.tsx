/** One attempt of a stage: its totals, why it is slow, tasks over time, spread of their figures, executors, every task. */
import { useMemo, useState } from "preact/hooks";
import type { Dag, StageData, StageFindings, TaskMetricDistributions, Topic } from "../../api-types";
import { useApi } from "../api";
import { DagView } from "../components/dag-view";
import { Badge, Card, Facts, KillButton, Page, TaskBar } from "../components/layout";
import { Empty, Loading, Problem, Shown } from "../components/state";
import { Table } from "../components/table";
import type { Column } from "../components/table";
import { TaskStreamView } from "../components/task-stream";
import { useTaskStream } from "../components/use-task-stream";
import { useScope } from "../context";
import { bytes, count, dateTime, duration, elapsed, plural, shortSite, time } from "../lib/format";
import { sizeColumn, stageDuration } from "./columns";
import { FindingList } from "./findings";
import { TaskTable } from "./task-table";
import { useNow } from "./use-now";

export function StageDetail({ parts }: { parts: readonly string[] }) {
  const scope = useScope();
  const id = parts[0] ?? "";
  const attempts = useApi<StageData[]>(`${scope.api}/stages/${id}?details=false`, ["stages", "tasks"]);
  const attempt = parts[1] ?? String(attempts.data?.[attempts.data.length - 1]?.attemptId ?? 0);
  const stage = useApi<StageData>(`${scope.api}/stages/${id}/${attempt}?details=false`, ["stages", "tasks"]);
  const active = stage.data?.status === "ACTIVE" && scope.live;
  const now = useNow(active ? 500 : null);
  return (
    <Page
      title={<>Stage {id}</>}
      above={<a href={scope.href(["stages"])}>Stages</a>}
      aside={
        <>
          {(attempts.data?.length ?? 0) > 1 && (
            <span class="attempts">
              Attempts{" "}
              {attempts.data?.map(({ attemptId }) => (
                <a
                  key={attemptId}
                  href={scope.href(["stages", id, attemptId])}
                  aria-current={String(attemptId) === attempt ? "page" : undefined}
                >
                  {attemptId}
                </a>
              ))}
            </span>
          )}
          {active && <KillButton path={`${scope.mine}/stages/${id}/kill`} what={`stage ${id}`} />}
        </>
      }
    >
      <Shown of={stage} height={140}>
        {(data) => (
          <>
            <p class="lead" title={data.details || data.name}>
              {shortSite(data.name)}
            </p>
            <StageFacts stage={data} now={now} />
            {data.failureReason !== undefined && (
              <Card title="Why it failed">
                <pre class="trace">{data.failureReason}</pre>
              </Card>
            )}
            {data.status === "SKIPPED" ? (
              <Empty title="This stage was skipped">Its output was there from an earlier job: nothing had to run.</Empty>
            ) : data.status === "PENDING" ? (
              <Empty title="This stage has not begun">It waits for the stages that it reads from.</Empty>
            ) : (
              <StageBody stage={data} now={now} active={active} />
            )}
          </>
        )}
      </Shown>
    </Page>
  );
}

function StageFacts({ stage, now }: { stage: StageData; now: number }) {
  const io = (title: string, size: number, records: number): [string, string] | false =>
    (size > 0 || records > 0) && [title, records > 0 ? `${bytes(size)} / ${plural(records, "row")}` : bytes(size)];
  return (
    <Facts
      items={[
        ["State", <Badge state={stage.status} />],
        ["Submitted", dateTime(time(stage.submissionTime))],
        ["Duration", duration(stageDuration(stage, now))],
        ["Task time", duration(stage.executorRunTime)],
        [
          "Tasks",
          <TaskBar
            of={{
              done: stage.numCompleteTasks,
              running: stage.numActiveTasks,
              failed: stage.numFailedTasks,
              total: stage.numTasks,
            }}
          />,
        ],
        io("Input", stage.inputBytes, stage.inputRecords),
        io("Output", stage.outputBytes, stage.outputRecords),
        io("Shuffle read", stage.shuffleReadBytes, stage.shuffleReadRecords),
        io("Shuffle write", stage.shuffleWriteBytes, stage.shuffleWriteRecords),
        stage.diskBytesSpilled > 0 && [
          "Spilled",
          `${bytes(stage.diskBytesSpilled)} (${bytes(stage.memoryBytesSpilled)} in memory)`,
          "warn",
        ],
        stage.schedulingPool !== "default" && stage.schedulingPool !== "" && ["Pool", stage.schedulingPool],
      ]}
    />
  );
}

function StageBody({ stage, now, active }: { stage: StageData; now: number; active: boolean }) {
  const scope = useScope();
  const at = `${stage.stageId}/${stage.attemptId}`;
  // What has ended does not change, whatever else runs.
  const topics: Topic[] = active ? ["stages", "tasks"] : [];
  const findings = useApi<StageFindings>(`${scope.mine}/stages/${at}/findings`, topics, 2000);
  const succeeded = stage.numCompleteTasks > 0;
  const summary = useApi<TaskMetricDistributions>(
    // Spark answers 404 until there is something to sum up.
    succeeded ? `${scope.api}/stages/${at}/taskSummary?quantiles=0,0.25,0.5,0.75,1.0` : null,
    topics,
    2000,
  );
  // The details without the tasks themselves, which the table asks for piece by piece.
  const details = useApi<StageData>(`${scope.api}/stages/${at}?details=true&taskStatus=running`, topics, 2000);
  const dag = useApi<Dag>(`${scope.mine}/stages/${at}/dag`, topics, 1000);
  const stream = useTaskStream(`${scope.mine}/stages/${at}/taskStream`, { incremental: false, live: active });
  const [task, setTask] = useState<number | null>(null);
  const show = (id: number) => {
    setTask(id);
    document.getElementById("tasks")?.scrollIntoView({ block: "start" });
  };
  return (
    <>
      <Card title="What takes time">
        <Shown of={findings} height={72}>
          {({ findings }) =>
            findings.length === 0 ? (
              <p class="quiet">Nothing stands out: no skew, no spill, no long waits, and little garbage collection.</p>
            ) : (
              <FindingList findings={findings} taskHref={show} />
            )
          }
        </Shown>
      </Card>
      <Card title="Tasks over time" aside={!stream.pending && <span class="quiet">{count(stream.tasks.total)} tasks</span>}>
        {stream.tasks.size > 0 ? (
          <TaskStreamView
            tasks={stream.tasks}
            version={stream.version}
            now={active ? now : stream.tasks.to}
            maxHeight={420}
            onTask={(one) => show(one.taskId)}
          />
        ) : stream.pending ? (
          <Loading height={180} />
        ) : stream.error !== undefined ? (
          <Problem text={stream.error} />
        ) : (
          <Empty title="No task has been started yet" />
        )}
      </Card>
      {succeeded && (
        <Card title="Spread over tasks that succeeded" flush>
          <Shown of={summary} height={200}>
            {(data) => <Quantiles data={data} />}
          </Shown>
        </Card>
      )}
      <Card title="Executors" flush>
        <Shown of={details} height={120}>
          {(data) => <StageExecutors stage={data} />}
        </Shown>
      </Card>
      {stage.accumulatorUpdates.length > 0 && (
        <Card title="Accumulators" flush>
          <Table
            label="Accumulators"
            rows={stage.accumulatorUpdates}
            rowKey={(row) => row.id}
            columns={[
              { key: "name", label: "Name", grow: true, render: (row) => row.name, sort: (row) => row.name },
              { key: "value", label: "Value", number: true, render: (row) => row.value, sort: (row) => Number(row.value) },
            ]}
          />
        </Card>
      )}
      <Card title="Graph">
        <Shown of={dag} height={200}>
          {(graph) => <DagView dag={graph} stageHref={({ stageId, attempt }) => scope.href(["stages", stageId, attempt])} />}
        </Shown>
      </Card>
      <div id="tasks">
        <TaskTable stage={stage} only={task} clear={() => setTask(null)} />
      </div>
    </>
  );
}

type Figure = readonly [name: string, values: readonly number[], format: (value: number) => string];

function Quantiles({ data }: { data: TaskMetricDistributions }) {
  const rows = useMemo(() => {
    const ns = (value: number) => duration(value / 1e6);
    const all: Figure[] = [
      ["Duration", data.duration, elapsed],
      ["Scheduler delay", data.schedulerDelay, duration],
      ["Deserialise", data.executorDeserializeTime, duration],
      ["Run time", data.executorRunTime, elapsed],
      ["CPU time", data.executorCpuTime, ns],
      ["Garbage collection", data.jvmGcTime, duration],
      ["Serialise result", data.resultSerializationTime, duration],
      ["Getting result", data.gettingResultTime, duration],
      ["Result size", data.resultSize, bytes],
      ["Peak execution memory", data.peakExecutionMemory, bytes],
      ["Spilled from memory", data.memoryBytesSpilled, bytes],
      ["Spilled to disk", data.diskBytesSpilled, bytes],
      ["Input", data.inputMetrics.bytesRead, bytes],
      ["Input rows", data.inputMetrics.recordsRead, count],
      ["Output", data.outputMetrics.bytesWritten, bytes],
      ["Output rows", data.outputMetrics.recordsWritten, count],
      ["Shuffle fetch wait", data.shuffleReadMetrics.fetchWaitTime, duration],
      ["Shuffle read", data.shuffleReadMetrics.readBytes, bytes],
      ["Shuffle rows read", data.shuffleReadMetrics.readRecords, count],
      ["Shuffle write", data.shuffleWriteMetrics.writeBytes, bytes],
      ["Shuffle rows written", data.shuffleWriteMetrics.writeRecords, count],
      ["Shuffle write time", data.shuffleWriteMetrics.writeTime, ns],
    ];
    // What a stage does not do at all says nothing.
    return all.filter(([name, values]) => name === "Duration" || values.some((value) => value > 0));
  }, [data]);
  if (data.duration.length === 0) return <p class="quiet pad">No task has succeeded yet.</p>;
  return <Table label="Spread of task figures" rows={rows} rowKey={([name]) => name} columns={QUANTILES} />;
}

const QUANTILES: readonly Column<Figure>[] = [
  { key: "figure", label: "Figure", render: ([name]) => name },
  ...["Least", "25 %", "Median", "75 %", "Most"].map((label, at): Column<Figure> => ({
    key: label,
    label,
    number: true,
    render: ([, values, format]) => format(values[at] ?? NaN),
  })),
  { key: "spread", label: "Spread", render: ([, values]) => <BoxPlot values={values} /> },
];

/** Least, quartiles and most on a line from 0: skew is seen before it is read. */
function BoxPlot({ values }: { values: readonly number[] }) {
  const [least = 0, low = 0, middle = 0, high = 0, most = 0] = values;
  // All are the same: there is no spread to see.
  if (least === most) return null;
  const x = (value: number) => (value / most) * 118 + 1;
  return (
    <svg class="box-plot" width="120" height="14" aria-hidden="true">
      <line x1={x(least)} x2={x(most)} y1="7" y2="7" />
      <rect x={x(low)} width={Math.max(1, x(high) - x(low))} y="2" height="10" rx="1.5" />
      <line class="median" x1={x(middle)} x2={x(middle)} y1="1" y2="13" />
    </svg>
  );
}

function StageExecutors({ stage }: { stage: StageData }) {
  const scope = useScope();
  const rows = useMemo(() => Object.entries(stage.executorSummary ?? {}).map(([id, figures]) => ({ id, ...figures })), [stage]);
  const size = (key: string, label: string, pick: (row: (typeof rows)[number]) => number) =>
    rows.some((row) => pick(row) > 0) ? [sizeColumn(key, label, pick)] : [];
  return (
    <Table
      label="Executors of the stage"
      rows={rows}
      rowKey={(row) => row.id}
      order={{ key: "id", descending: false }}
      columns={[
        {
          key: "id",
          label: "Executor",
          render: (row) => <a href={scope.href(["executors", row.id])}>{row.id}</a>,
          sort: (row) => row.id,
        },
        { key: "time", label: "Task time", number: true, render: (row) => duration(row.taskTime), sort: (row) => row.taskTime },
        {
          key: "ok",
          label: "Succeeded",
          number: true,
          render: (row) => count(row.succeededTasks),
          sort: (row) => row.succeededTasks,
        },
        { key: "bad", label: "Failed", number: true, render: (row) => count(row.failedTasks), sort: (row) => row.failedTasks },
        { key: "killed", label: "Killed", number: true, render: (row) => count(row.killedTasks), sort: (row) => row.killedTasks },
        ...size("input", "Input", (row) => row.inputBytes),
        ...size("read", "Shuffle read", (row) => row.shuffleRead),
        ...size("write", "Shuffle write", (row) => row.shuffleWrite),
        ...size("spill", "Spilled", (row) => row.diskBytesSpilled),
        ...(rows.some((row) => row.isExcludedForStage)
          ? [
              {
                key: "excluded",
                label: "Excluded",
                render: (row: (typeof rows)[number]) =>
                  row.isExcludedForStage ? <Badge state="EXCLUDED" /> : <span class="quiet">no</span>,
                sort: (row: (typeof rows)[number]) => (row.isExcludedForStage ? 0 : 1),
              },
            ]
          : []),
      ]}
    />
  );
}
