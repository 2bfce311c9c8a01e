/** What Dask's status page shows: memory, CPU, the task stream and the progress of stages, as they are now. */
import type { ApplicationSummary, Attention } from "../../api-types";
import { timeNow, useApi } from "../api";
import { Alone } from "../components/alone";
import { Card, Facts, Page } from "../components/layout";
import { Shown } from "../components/state";
import { useTaskStream } from "../components/use-task-stream";
import { useScope } from "../context";
import { bytes, compact, count, duration, plural } from "../lib/format";
import { clusterSeries } from "../lib/memory";
import { AttentionList } from "./attention";
import {
  CpuOverTime,
  MemoryOfExecutors,
  MemoryOverTime,
  ProgressFigure,
  TaskStreamFigure,
  useExecutorSamples,
  useSummary,
} from "./figures";
import { useNow } from "./use-now";

export function Status() {
  const scope = useScope();
  const summary = useSummary();
  const attention = useApi<Attention[]>(`${scope.mine}/attention`, ["jobs", "stages", "executors"], 2000);
  const { answer, samples, active } = useExecutorSamples();
  const stream = useTaskStream(`${scope.mine}/taskStream`, { incremental: true, live: scope.live });
  const running = summary.data !== undefined && !summary.data.completed && scope.live;
  useNow(running ? 1000 : null);
  const used = clusterSeries(samples, (sample) => sample.rss)[1];
  const limit = active.reduce((sum, sample) => sum + sample.limit, 0);
  return (
    <Page title="Status">
      <Shown of={summary} height={64}>
        {(data) => (
          <Figures data={data} now={running ? timeNow() : data.lastUpdated} memory={used[used.length - 1]} limit={limit} />
        )}
      </Shown>
      <Shown of={attention} height={0}>
        {(items) =>
          items.length > 0 && (
            <Card title="Look at this first" aside={<Alone figure="attention" title="Look at this first" />}>
              <AttentionList items={items} />
            </Card>
          )
        }
      </Shown>
      {/* Logs of other engines hold no samples of executors. */}
      {(scope.live || answer.data === undefined || used.length > 0) && (
        <div class="grid status">
          <Card
            title="Memory of executors"
            class="min-memory"
            aside={<Alone figure="workers-memory" title="Memory of executors" />}
          >
            <MemoryOfExecutors answer={answer} active={active} />
          </Card>
          <Card
            title="Memory"
            aside={
              <>
                <span class="quiet">{limit > 0 && `of ${bytes(limit)}`}</span>
                <Alone figure="cluster-memory" title="Memory" />
              </>
            }
          >
            <MemoryOverTime answer={answer} samples={samples} height={176} />
          </Card>
          <Card
            title="CPU"
            aside={
              <>
                {summary.data && summary.data.executors.cores > 0 && (
                  <span class="quiet">of {plural(summary.data.executors.cores, "core")}</span>
                )}
                <Alone figure="cpu" title="CPU" />
              </>
            }
          >
            <CpuOverTime answer={answer} samples={samples} height={176} />
          </Card>
        </div>
      )}
      <Card
        title="Task stream"
        aside={
          <>
            {!stream.pending && <span class="quiet">{count(stream.tasks.total)} tasks</span>}
            <Alone figure="task-stream" title="Task stream" />
          </>
        }
      >
        <TaskStreamFigure stream={stream} summary={summary.data} />
      </Card>
      <Card title="Progress" aside={<Alone figure="progress" title="Progress" />}>
        <ProgressFigure summary={summary.data} />
      </Card>
    </Page>
  );
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
        ["Tasks done", data.tasks.complete < 1e7 ? count(data.tasks.complete) : compact(data.tasks.complete)],
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
