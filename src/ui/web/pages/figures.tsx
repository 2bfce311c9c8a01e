/** The live figures of an application: the status page has them together, and each has a page of its own (`individual.tsx`). */
import { useMemo } from "preact/hooks";
import type { ApplicationSummary, ExecutorMemory, StageProgress } from "../../api-types";
import { timeNow, useApi } from "../api";
import type { Answer } from "../api";
import { Chart } from "../components/chart";
import { Badge, TaskBar } from "../components/layout";
import { MemoryBars } from "../components/memory-bars";
import { Empty, Loading, Problem, Shown } from "../components/state";
import { TaskStreamView } from "../components/task-stream";
import type { TaskStreamState } from "../components/use-task-stream";
import { useScope } from "../context";
import { bytes, duration, plural, roughly, shortSite } from "../lib/format";
import { clusterSeries } from "../lib/memory";
import { useNow } from "./use-now";

/** Of an application that runs, so much of the task stream is in view at first. */
const FOLLOW = 60_000;

export function useSummary(): Answer<ApplicationSummary> {
  return useApi<ApplicationSummary>(`${useScope().mine}/summary`, ["jobs", "stages", "tasks", "executors"]);
}

/** What executors said of their memory and CPU, without the driver, which runs no tasks: it is on its own page. */
export function useExecutorSamples(): { answer: Answer<ExecutorMemory[]>; samples: ExecutorMemory[]; active: ExecutorMemory[] } {
  const answer = useApi<ExecutorMemory[]>(`${useScope().mine}/executors/memory`, ["executors"], 1000);
  const samples = useMemo(() => (answer.data ?? []).filter(({ executorId }) => executorId !== "driver"), [answer.data]);
  return { answer, samples, active: samples.filter(({ isActive }) => isActive) };
}

export function MemoryOfExecutors({ answer, active }: { answer: Answer<ExecutorMemory[]>; active: readonly ExecutorMemory[] }) {
  const scope = useScope();
  return (
    <Shown of={answer}>
      {() =>
        active.length === 0 ? (
          <Empty title="No executors">They have ended, or none has registered yet.</Empty>
        ) : (
          <MemoryBars samples={active} href={(executor) => scope.href(["executors", executor])} />
        )
      }
    </Shown>
  );
}

interface SamplesFigure {
  readonly answer: Answer<ExecutorMemory[]>;
  readonly samples: readonly ExecutorMemory[];
  readonly height: number;
}

export function MemoryOverTime({ answer, samples, height }: SamplesFigure) {
  const data = useMemo(() => clusterSeries(samples, (sample) => sample.rss), [samples]);
  return (
    <Shown of={answer} height={height}>
      {() =>
        data[0].length === 0 ? (
          <Unmeasured height={height} />
        ) : (
          <Chart
            label="Memory of all executors"
            data={data}
            series={[{ label: "resident", colour: "accent", fill: true }]}
            height={height}
            format={bytes}
            binary
          />
        )
      }
    </Shown>
  );
}

export function CpuOverTime({ answer, samples, height }: SamplesFigure) {
  const data = useMemo(() => clusterSeries(samples, (sample) => sample.cpu), [samples]);
  return (
    <Shown of={answer} height={height}>
      {() =>
        data[0].length === 0 ? (
          <Unmeasured height={height} />
        ) : (
          <Chart
            label="CPU of all executors, in cores"
            data={data}
            series={[{ label: "busy cores", colour: 1, fill: true }]}
            height={height}
            format={(value) => String(Math.round(value * 100) / 100)}
          />
        )
      }
    </Shown>
  );
}

/** As high as the curve that comes in its place. */
function Unmeasured({ height }: { height: number }) {
  return (
    <div class="in-middle" style={{ minHeight: `${height}px` }}>
      <Empty title="Nothing has been measured yet">The curve begins with the first figures that an executor sends.</Empty>
    </div>
  );
}

export function TaskStreamFigure(props: {
  stream: TaskStreamState;
  summary: ApplicationSummary | undefined;
  maxHeight?: number;
}) {
  const { stream, summary } = props;
  const scope = useScope();
  const running = summary !== undefined && !summary.completed && scope.live;
  const busy = running && summary.tasks.active > 0;
  const now = useNow(busy ? 250 : null);
  if (stream.tasks.size === 0) {
    if (stream.pending) return <Loading height={220} />;
    if (stream.error !== undefined) return <Problem text={stream.error} />;
    return <Empty title="No task has run yet">Each slot of each executor gets a row here as soon as tasks run.</Empty>;
  }
  return (
    <TaskStreamView
      tasks={stream.tasks}
      version={stream.version}
      now={busy ? now : stream.tasks.to}
      {...(running ? { follow: FOLLOW } : {})}
      {...(props.maxHeight === undefined ? {} : { maxHeight: props.maxHeight })}
      onTask={(task) => (location.hash = scope.href(["stages", task.stageId, task.attempt]))}
    />
  );
}

export function ProgressFigure({ summary }: { summary: ApplicationSummary | undefined }) {
  const scope = useScope();
  const progress = useApi<StageProgress[]>(`${scope.mine}/progress`, ["stages", "tasks"]);
  return (
    <Shown of={progress} height={80}>
      {(stages) =>
        stages.length === 0 ? (
          <Empty title="No stage is running">
            {summary !== undefined && summary.jobs.succeeded + summary.jobs.failed > 0 ? (
              <>
                {plural(summary.jobs.succeeded, "job")} succeeded, {summary.jobs.failed} failed:{" "}
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
                      <span class="quiet">{duration(timeNow() - stage.submissionTime)} so far</span>
                    ) : (
                      `${roughly(stage.remaining)} left`
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
  );
}

/** Those that run, the oldest first; then the last few of those that ended just now. */
function newest(stages: readonly StageProgress[]): StageProgress[] {
  const running = stages.filter(({ status }) => status === "ACTIVE");
  const ended = stages.filter(({ status }) => status !== "ACTIVE");
  return [...running, ...ended.slice(-5).reverse()];
}
