/**
 * One figure in the whole window, to be put into a frame of another page of the same host, or on a screen on the wall: Dask's
 * `/individual-…` pages. `#/individual` lists them, each with the JSON that it is drawn from.
 */
import type { FunctionComponent } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Attention, Dag, JobData } from "../../api-types";
import { useApi } from "../api";
import { DagView } from "../components/dag-view";
import { Card, Page } from "../components/layout";
import { Empty, Shown } from "../components/state";
import { useTaskStream } from "../components/use-task-stream";
import { useScope } from "../context";
import { AttentionList } from "./attention";
import { ExecutorList } from "./executors";
import {
  CpuOverTime,
  MemoryOfExecutors,
  MemoryOverTime,
  ProgressFigure,
  TaskStreamFigure,
  useExecutorSamples,
  useSummary,
} from "./figures";
import { ProfileCard } from "./profile";

interface Figure {
  readonly title: string;
  /** Below the application's address in the engine's own API, or in Spark's where it begins with "v1:". */
  readonly json: string;
  readonly draw: FunctionComponent<{ query: Readonly<Record<string, string>>; height: number }>;
}

const FIGURES: Readonly<Record<string, Figure>> = {
  attention: { title: "Look at this first", json: "attention", draw: AttentionAlone },
  "task-stream": { title: "Task stream", json: "taskStream", draw: TaskStreamAlone },
  progress: { title: "Progress", json: "progress", draw: () => <ProgressFigure summary={useSummary().data} /> },
  "workers-memory": { title: "Memory of executors", json: "executors/memory", draw: WorkersMemoryAlone },
  "cluster-memory": { title: "Memory", json: "executors/memory", draw: MemoryAlone },
  cpu: { title: "CPU", json: "executors/memory", draw: CpuAlone },
  workers: { title: "Executors", json: "v1:allexecutors", draw: () => <ExecutorList /> },
  graph: { title: "Graph of a job", json: "jobs/<id>/dag", draw: GraphAlone },
  profile: { title: "Flame graph", json: "profile", draw: () => <ProfileCard /> },
};

export function Individual({ parts, query }: { parts: readonly string[]; query: Readonly<Record<string, string>> }) {
  const figure = FIGURES[parts[0] ?? ""];
  const height = useWindowHeight();
  if (figure === undefined) return <FigureList unknown={parts[0]} />;
  const Draw = figure.draw;
  return (
    <section class="individual" aria-label={figure.title}>
      <h1 class="hidden">{figure.title}</h1>
      <Draw query={query} height={Math.max(120, height - 32)} />
    </section>
  );
}

function FigureList({ unknown }: { unknown: string | undefined }) {
  const { href, api, mine } = useScope();
  return (
    <Page title="Figures" above={<a href={href(["status"])}>Status</a>}>
      {unknown !== undefined && <Empty title={`There is no figure "${unknown}"`} />}
      <Card
        title="In windows of their own"
        note="Each fills its window, follows the application, and can stand in a frame of a page from the same host."
      >
        <ul class="figure-list">
          {Object.entries(FIGURES).map(([name, { title, json }]) => (
            <li key={name}>
              <a href={href(["individual", name])}>{title}</a>
              <code>/individual/{name}</code>
              {json.includes("<") ? (
                <code class="quiet">{json}</code>
              ) : (
                <a class="quiet" href={json.startsWith("v1:") ? `${api}/${json.slice(3)}` : `${mine}/${json}`}>
                  JSON
                </a>
              )}
            </li>
          ))}
        </ul>
      </Card>
    </Page>
  );
}

function useWindowHeight(): number {
  const [height, setHeight] = useState(window.innerHeight);
  useEffect(() => {
    const measure = () => setHeight(window.innerHeight);
    window.addEventListener("resize", measure);
    return () => window.removeEventListener("resize", measure);
  }, []);
  return height;
}

function AttentionAlone() {
  const attention = useApi<Attention[]>(`${useScope().mine}/attention`, ["jobs", "stages", "executors"], 2000);
  return (
    <Shown of={attention}>
      {(items) =>
        items.length > 0 ? (
          <AttentionList items={items} />
        ) : (
          <Empty title="Nothing has failed, and no stage was slow without need" />
        )
      }
    </Shown>
  );
}

function TaskStreamAlone({ height }: { height: number }) {
  const scope = useScope();
  const stream = useTaskStream(`${scope.mine}/taskStream`, { incremental: true, live: scope.live });
  return <TaskStreamFigure stream={stream} summary={useSummary().data} maxHeight={Math.max(80, height - 90)} />;
}

function WorkersMemoryAlone() {
  const { answer, active } = useExecutorSamples();
  return <MemoryOfExecutors answer={answer} active={active} />;
}

function MemoryAlone({ height }: { height: number }) {
  return <MemoryOverTime {...useExecutorSamples()} height={height} />;
}

function CpuAlone({ height }: { height: number }) {
  return <CpuOverTime {...useExecutorSamples()} height={height} />;
}

/** Of the job `?job=`, or of the newest one. */
function GraphAlone({ query }: { query: Readonly<Record<string, string>> }) {
  const scope = useScope();
  const jobs = useApi<JobData[]>(query["job"] === undefined ? `${scope.api}/jobs` : null, ["jobs"], 1000);
  const newest = jobs.data?.reduce((most, { jobId }) => Math.max(most, jobId), -1) ?? -1;
  const job = query["job"] ?? (newest < 0 ? null : String(newest));
  const dag = useApi<Dag>(job === null ? null : `${scope.mine}/jobs/${job}/dag`, ["stages", "tasks"]);
  if (job === null) return <Empty title="No job has run yet" />;
  return (
    <Shown of={dag} height={260}>
      {(graph) => <DagView dag={graph} stageHref={(stage) => scope.href(["stages", stage.stageId, stage.attempt])} />}
    </Shown>
  );
}
