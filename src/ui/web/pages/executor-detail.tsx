/** One executor: memory and CPU over time, what its threads do, its logs, where its time goes. */
import { Fragment } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import type { ExecutorMemory, ExecutorSummary, ThreadStackTrace } from "../../api-types";
import { useApi } from "../api";
import { Chart } from "../components/chart";
import { Badge, Card, Facts, Filter, Page, Tabs } from "../components/layout";
import { LogView } from "../components/log-view";
import { Empty, Shown } from "../components/state";
import { useScope } from "../context";
import { executorState, shownExecutors } from "../lib/executors";
import { bytes, count, dateTime, duration, plural, time } from "../lib/format";
import { MEMORY_WORDS, memoryBar } from "../lib/memory";
import { replaceQuery, useRoute } from "../router";
import { useSummary } from "./figures";
import { ProfileCard } from "./profile";

const TABS = [
  ["overview", "Overview"],
  ["threads", "Threads"],
  ["logs", "Logs"],
  ["profile", "Profile"],
] as const;
type Tab = (typeof TABS)[number][0];

export function ExecutorDetail({ parts }: { parts: readonly string[] }) {
  const scope = useScope();
  const id = parts[0] ?? "";
  const isDriver = id === "driver";
  const { query } = useRoute();
  const tab = TABS.find(([name]) => name === query["tab"])?.[0] ?? "overview";
  const executors = useApi<ExecutorSummary[]>(`${scope.api}/allexecutors`, ["executors", "tasks"], 1000);
  const summary = useSummary();
  const found = executors.data?.find((one) => one.id === id);
  const executor = found && shownExecutors([found], summary.data ?? { completed: false, endTime: null })[0]!;
  const runsTasks = !isDriver || (executor?.totalTasks ?? 0) > 0;
  // The driver writes where its program does.
  const tabs = scope.live ? TABS.filter(([name]) => !isDriver || name !== "logs") : TABS.slice(0, 1);
  return (
    <Page title={isDriver ? "Driver" : <>Executor {id}</>} above={<a href={scope.href(["executors"])}>Executors</a>}>
      {executor !== undefined && (
        <p class="lead">
          {executor.hostPort}, since {dateTime(time(executor.addTime))}
          {!executor.isActive && `, gone at ${dateTime(time(executor.removeTime))}`}
        </p>
      )}
      <Shown of={executors} height={110}>
        {() =>
          executor === undefined ? (
            <Empty title={`There is no executor ${id}`}>It may be one of another application.</Empty>
          ) : (
            <Facts
              items={[
                ["State", <Badge state={executorState(executor)} />],
                executor.totalCores > 0 && ["Cores", executor.totalCores],
                runsTasks && ["Tasks", `${count(executor.activeTasks)} running, ${count(executor.completedTasks)} done`],
                executor.failedTasks > 0 && ["Failed", count(executor.failedTasks), "bad"],
                runsTasks && ["Task time", duration(executor.totalDuration)],
                runsTasks && ["Garbage collection", duration(executor.totalGCTime)],
                runsTasks && ["Cached", `${bytes(executor.memoryUsed)} in ${plural(executor.rddBlocks, "block")}`],
                // Of one that runs they have a tab.
                !scope.live &&
                  Object.keys(executor.executorLogs).length > 0 && ["Logs", <LogLinks logs={executor.executorLogs} />],
              ]}
            />
          )
        }
      </Shown>
      {executor?.removeReason !== undefined && (
        <Card title="Why it has gone">
          <p>{executor.removeReason}</p>
        </Card>
      )}
      <Tabs<Tab> label="About the executor" tabs={tabs} value={tab} onChange={(next) => replaceQuery({ tab: next })} />
      <div role="tabpanel" aria-labelledby={`tab-${tab}`}>
        {tab === "overview" && <MemoryOverTime id={id} />}
        {tab === "threads" && <Threads id={id} active={executor?.isActive === true} />}
        {tab === "logs" && <Logs id={id} />}
        {tab === "profile" && <ProfileCard executor={id} />}
      </div>
    </Page>
  );
}

/** Where the worker shows them. */
function LogLinks({ logs }: { logs: Readonly<Record<string, string>> }) {
  return (
    <>
      {Object.entries(logs).map(([name, href], at) => (
        <Fragment key={name}>
          {at > 0 && " "}
          <a href={href}>{name}</a>
        </Fragment>
      ))}
    </>
  );
}

const MEMORY_LINES = [
  { of: "rss", label: "resident", colour: "accent", fill: true },
  { of: "heap", label: "V8 heaps", colour: 2 },
  { of: "storage", label: "cached", colour: 1 },
  { of: "execution", label: "execution", colour: 4 },
] as const;
const CPU_LINES = [
  { label: "busy cores", colour: 1, fill: true },
  { label: "running tasks", colour: 2 },
] as const;

function MemoryOverTime({ id }: { id: string }) {
  const scope = useScope();
  const isDriver = id === "driver";
  const lines = isDriver ? MEMORY_LINES.slice(0, 2) : MEMORY_LINES;
  const memory = useApi<ExecutorMemory[]>(`${scope.mine}/executors/memory`, ["executors"], 1000);
  return (
    <Shown of={memory} height={400}>
      {(samples) => {
        const sample = samples.find(({ executorId }) => executorId === id);
        if (sample === undefined || sample.time.length === 0) {
          return (
            <Empty title="No measurements">
              Executors report their memory with their heartbeats; none has come, or they were not logged.
            </Empty>
          );
        }
        const bar = memoryBar(sample);
        return (
          <div class="grid two">
            <Card title="Memory" aside={!isDriver && <span class="quiet">{MEMORY_WORDS[bar.state]}</span>}>
              <Chart
                label={isDriver ? "Memory of the driver" : "Memory of the executor"}
                data={[sample.time, ...lines.map(({ of }) => sample[of])]}
                series={lines}
                height={220}
                format={bytes}
                {...(isDriver ? {} : { top: sample.limit })}
                binary
              />
              <SeriesLegend lines={lines} />
              <dl class="pairs">
                {isDriver ? (
                  <Pair name="The heap may take" value={bytes(sample.limit)} />
                ) : (
                  <>
                    <Pair name="Executor memory" value={bytes(sample.limit)} />
                    <Pair name="Data aims below" value={bytes(sample.targetAt)} />
                    {sample.pausesAt > 0 && <Pair name="Pauses at, overhead included" value={bytes(sample.pausesAt)} />}
                    <Pair name="Spilled so far" value={bytes(bar.spilled)} />
                  </>
                )}
              </dl>
            </Card>
            <Card title="CPU">
              <Chart
                label={isDriver ? "CPU of the driver, in cores" : "CPU of the executor, in cores"}
                data={[sample.time, sample.cpu, ...(isDriver ? [] : [sample.activeTasks])]}
                series={isDriver ? CPU_LINES.slice(0, 1) : CPU_LINES}
                height={220}
                format={(value) => String(Math.round(value * 100) / 100)}
              />
              <SeriesLegend lines={isDriver ? CPU_LINES.slice(0, 1) : CPU_LINES} />
            </Card>
          </div>
        );
      }}
    </Shown>
  );
}

function SeriesLegend({ lines }: { lines: readonly { readonly label: string; readonly colour: number | "accent" }[] }) {
  return (
    <ul class="legend" aria-label="Lines">
      {lines.map(({ label, colour }) => (
        <li key={label}>
          <span class={`swatch series-${colour}`} />
          {label}
        </li>
      ))}
    </ul>
  );
}

function Pair({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function Threads({ id, active }: { id: string; active: boolean }) {
  const scope = useScope();
  const threads = useApi<ThreadStackTrace[]>(
    active && scope.live ? `${scope.api}/executors/${encodeURIComponent(id)}/threads` : null,
  );
  const [filter, setFilter] = useState("");
  const [auto, setAuto] = useState(false);
  useEffect(() => {
    if (!auto) return;
    const timer = setInterval(threads.reload, 1500);
    return () => clearInterval(timer);
  }, [auto]);
  if (!active || !scope.live) return <Empty title="Stacks can be read of running executors only" />;
  return (
    <Card
      title="Threads"
      aside={
        <>
          <Filter value={filter} onInput={setFilter} label="Filter frames" />
          <button type="button" class="button small" aria-pressed={auto} onClick={() => setAuto(!auto)}>
            Repeat
          </button>
          <button type="button" class="button small" onClick={threads.reload}>
            Again
          </button>
        </>
      }
    >
      <Shown of={threads}>{(list) => <ThreadList threads={list} filter={filter} />}</Shown>
    </Card>
  );
}

function ThreadList({ threads, filter }: { threads: readonly ThreadStackTrace[]; filter: string }) {
  const shown = useMemo(
    () =>
      threads.filter((thread) =>
        `${thread.threadName}\n${thread.stackTrace.elems.join("\n")}`.toLowerCase().includes(filter.toLowerCase()),
      ),
    [threads, filter],
  );
  if (shown.length === 0)
    return <Empty title={threads.length === 0 ? "No thread answered" : `No thread has “${filter}” in its stack`} />;
  return (
    <ul class="threads">
      {shown.map((thread) => (
        <li key={thread.threadId}>
          {thread.stackTrace.elems.length === 0 ? (
            <p>
              <b>{thread.threadName}</b> <Badge state={thread.threadState} />{" "}
              <span class="quiet">· no JavaScript on its stack</span>
            </p>
          ) : (
            <details open={shown.length <= 12}>
              <summary>
                <b>{thread.threadName}</b> <Badge state={thread.threadState} />
              </summary>
              <pre class="trace">
                {thread.stackTrace.elems.map((line, at) => (
                  <span key={at} class={isEngines(line) ? "quiet" : "frame-user"}>
                    {`${line.trimEnd()}\n`}
                  </span>
                ))}
              </pre>
            </details>
          )}
        </li>
      ))}
    </ul>
  );
}

/** Of the engine, of Node or of a package: what stands out is the program's own. */
function isEngines(frame: string): boolean {
  return /(?:^|[ (])(?:firesteel\/|node:|native\b|wasm:)|[\\/]node_modules[\\/]/.test(frame);
}

function Logs({ id }: { id: string }) {
  const scope = useScope();
  const [stream, setStream] = useState<"stdout" | "stderr">("stderr");
  return (
    <Card
      title="Logs"
      aside={
        <Tabs
          label="Stream"
          tabs={[
            ["stderr", "stderr"],
            ["stdout", "stdout"],
          ]}
          value={stream}
          onChange={setStream}
        />
      }
    >
      <LogView path={`${scope.mine}/executors/${encodeURIComponent(id)}/logs?stream=${stream}`} live={scope.live} />
    </Card>
  );
}
