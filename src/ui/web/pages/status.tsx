/** What Dask's status page shows: memory, CPU, the task stream and the progress of stages, as they are now. */
import { useMemo } from "preact/hooks";
import type { ApplicationSummary, Attention, ExecutorMemory, StageProgress } from "../../api-types";
import { useApi } from "../api";
import { Chart } from "../components/chart";
import { Badge, Card, Facts, Page, TaskBar } from "../components/layout";
import { MemoryBars } from "../components/memory-bars";
import { Empty, Loading, Problem, Shown } from "../components/state";
import { TaskStreamView } from "../components/task-stream";
import { useTaskStream } from "../components/use-task-stream";
import { useScope } from "../context";
import { bytes, compact, count, duration, plural, shortSite } from "../lib/format";
import { clusterSeries } from "../lib/memory";
import { AttentionList } from "./attention";
import { useNow } from "./use-now";

/** Of an application that runs, so much of the task stream is in view at first. */
const FOLLOW = 60_000;

export function Status() {
  const scope = useScope();
  const summary = useApi<ApplicationSummary>(`${scope.mine}/summary`, ["jobs", "stages", "tasks", "executors"]);
  const attention = useApi<Attention[]>(`${scope.mine}/attention`, ["jobs", "stages", "executors"], 2000);
  const memory = useApi<ExecutorMemory[]>(`${scope.mine}/executors/memory`, ["executors"], 1000);
  const progress = useApi<StageProgress[]>(`${scope.mine}/progress`, ["stages", "tasks"]);
  const stream = useTaskStream(`${scope.mine}/taskStream`, { incremental: true, live: scope.live });
  const running = summary.data !== undefined && !summary.data.completed && scope.live;
  const busy = (summary.data?.tasks.active ?? 0) > 0;
  const now = useNow(running && busy ? 250 : null);
  // The driver runs no tasks: it is on its own page.
  const samples = useMemo(() => memory.data?.filter(({ executorId }) => executorId !== "driver"), [memory.data]);
  const used = useMemo(() => clusterSeries(samples ?? [], (sample) => sample.rss), [samples]);
  const cpu = useMemo(() => clusterSeries(samples ?? [], (sample) => sample.cpu), [samples]);
  const active = samples?.filter(({ isActive }) => isActive) ?? [];
  const limit = active.reduce((sum, sample) => sum + sample.limit, 0);
  return (
    <Page title="Status">
      <Shown of={summary} height={64}>
        {(data) => (
          <Figures data={data} now={running ? Date.now() : data.lastUpdated} memory={used[1][used[1].length - 1]} limit={limit} />
        )}
      </Shown>
      <Shown of={attention} height={0}>
        {(items) =>
          items.length > 0 && (
            <Card title="Look at this first">
              <AttentionList items={items} />
            </Card>
          )
        }
      </Shown>
      {/* Logs of other engines hold no samples of executors. */}
      {(scope.live || samples === undefined || used[0].length > 0) && (
        <div class="grid status">
          <Card title="Memory of executors" class="min-memory">
            <Shown of={memory}>
              {() =>
                active.length === 0 ? (
                  <Empty title="No executors">They have ended, or none has registered yet.</Empty>
                ) : (
                  <MemoryBars samples={active} href={(executor) => scope.href(["executors", executor])} />
                )
              }
            </Shown>
          </Card>
          <Card title="Memory" aside={<span class="quiet">{limit > 0 && `of ${bytes(limit)}`}</span>}>
            <Chart
              label="Memory of all executors"
              data={used}
              series={[{ label: "resident", colour: "accent", fill: true }]}
              height={176}
              format={bytes}
              binary
            />
          </Card>
          <Card title="CPU" aside={summary.data && <span class="quiet">of {plural(summary.data.executors.cores, "core")}</span>}>
            <Chart
              label="CPU of all executors, in cores"
              data={cpu}
              series={[{ label: "busy cores", colour: 1, fill: true }]}
              height={176}
              format={(value) => String(Math.round(value * 10) / 10)}
            />
          </Card>
        </div>
      )}
      <Card title="Task stream" aside={!stream.pending && <span class="quiet">{count(stream.tasks.total)} tasks</span>}>
        {stream.tasks.size > 0 ? (
          <TaskStreamView
            tasks={stream.tasks}
            version={stream.version}
            now={running && busy ? now : stream.tasks.to}
            {...(running ? { follow: FOLLOW } : {})}
            onTask={(task) => (location.hash = scope.href(["stages", task.stageId, task.attempt]))}
          />
        ) : stream.pending ? (
          <Loading height={220} />
        ) : stream.error !== undefined ? (
          <Problem text={stream.error} />
        ) : (
          <Empty title="No task has run yet">Each slot of each executor gets a row here as soon as tasks run.</Empty>
        )}
      </Card>
      <Card title="Progress">
        <Shown of={progress} height={80}>
          {(stages) =>
            stages.length === 0 ? (
              <Empty title="No stage is running">
                {summary.data !== undefined && summary.data.jobs.succeeded + summary.data.jobs.failed > 0 ? (
                  <>
                    {plural(summary.data.jobs.succeeded, "job")} succeeded, {summary.data.jobs.failed} failed:{" "}
                    <a href={scope.href(["jobs"])}>all jobs</a>
                  </>
                ) : (
                  "Stages appear with the first action of the program."
                )}
              </Empty>
            ) : (
              <ul class="progress-list">
                {newest(stages).map((stage) => (
                  <li key={`${stage.stageId}.${stage.attempt}`}>
                    <a class="clip" href={scope.href(["stages", stage.stageId, stage.attempt])} title={stage.name}>
                      {stage.stageId} · {shortSite(stage.name)}
                    </a>
                    <TaskBar
                      wide
                      of={{ done: stage.numDone, running: stage.numRunning, failed: stage.numFailed, total: stage.numTasks }}
                    />
                    <span class="progress-left">
                      {stage.status === "ACTIVE" ? (
                        stage.remaining === null ? (
                          <span class="quiet">{duration(Date.now() - stage.submissionTime)} so far</span>
                        ) : (
                          `${duration(stage.remaining)} left`
                        )
                      ) : (
                        <Badge state={stage.status} />
                      )}
                    </span>
                  </li>
                ))}
              </ul>
            )
          }
        </Shown>
      </Card>
    </Page>
  );
}

/** Those that run, the oldest first; then the last few of those that ended just now. */
function newest(stages: readonly StageProgress[]): StageProgress[] {
  const running = stages.filter(({ status }) => status === "ACTIVE");
  const ended = stages.filter(({ status }) => status !== "ACTIVE");
  return [...running, ...ended.slice(-5).reverse()];
}

function Figures({
  data,
  now,
  memory,
  limit,
}: {
  data: ApplicationSummary;
  now: number;
  memory: number | undefined;
  limit: number;
}) {
  return (
    <Facts
      items={[
        [data.completed ? "Ran for" : "Running for", duration((data.endTime ?? now) - data.startTime)],
        ["Slots busy", `${count(data.tasks.active)} / ${count(data.executors.cores)}`],
        ["Tasks done", compact(data.tasks.complete)],
        ["Tasks failed", count(data.tasks.failed), data.tasks.failed > 0 ? "bad" : undefined] as [string, string, string?],
        [
          "Executors",
          data.executors.removed > 0
            ? `${data.executors.active} (${data.executors.removed} gone)`
            : String(data.executors.active),
        ],
        ["Memory", memory === undefined || limit === 0 ? "–" : `${bytes(memory)} / ${bytes(limit)}`],
        ["Shuffled", bytes(data.shuffleWriteBytes)],
        ["Spilled", bytes(data.spilledBytes), data.spilledBytes > 0 ? "warn" : undefined] as [string, string, string?],
      ]}
    />
  );
}
