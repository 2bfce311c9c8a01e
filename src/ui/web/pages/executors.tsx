/** All executors: what they do, what they hold, and those that have gone with the reason. */
import { useMemo } from "preact/hooks";
import type { ExecutorMemory, ExecutorSummary } from "../../api-types";
import { useApi } from "../api";
import { Alone } from "../components/alone";
import { Badge, Card, Facts, Page } from "../components/layout";
import { MemoryTrack } from "../components/memory-bars";
import { Empty, Loading, Shown } from "../components/state";
import { Table } from "../components/table";
import type { Column } from "../components/table";
import { useScope } from "../context";
import { executorState, shownExecutors, type ShownExecutor } from "../lib/executors";
import { bytes, count, dateTime, duration, percent, time } from "../lib/format";
import { memoryBar } from "../lib/memory";
import type { MemoryBar } from "../lib/memory";
import { useSummary } from "./figures";

export function Executors() {
  return (
    <Page title="Executors" aside={<Alone figure="workers" title="Executors" />}>
      <ExecutorList />
    </Page>
  );
}

export function ExecutorList() {
  const scope = useScope();
  const executors = useApi<ExecutorSummary[]>(`${scope.api}/allexecutors`, ["executors", "tasks"], 1000);
  const summary = useSummary();
  const memory = useApi<ExecutorMemory[]>(`${scope.mine}/executors/memory`, ["executors"], 1000);
  const bars = useMemo(() => {
    const measured = (memory.data ?? []).map(memoryBar).filter((bar) => bar.measured);
    return new Map(measured.map((bar) => [bar.executorId, bar]));
  }, [memory.data]);
  const scale = Math.max(
    1,
    ...[...bars.values()]
      .filter(({ executorId }) => executorId !== "driver")
      .map((bar) => Math.max(bar.limit, bar.pausesAt, bar.rss + bar.spilled)),
  );
  return (
    <Shown of={executors}>
      {(answer) => {
        if (summary.pending) return <Loading height={220} />;
        const completed = summary.data?.completed === true;
        const all = shownExecutors(answer, summary.data ?? { completed, endTime: null });
        // In Spark's local mode the driver runs the tasks.
        const workers = all.filter(({ id, totalTasks }) => id !== "driver" || totalTasks > 0);
        const active = workers.filter(({ isActive }) => isActive);
        const gone = workers.filter(({ isActive }) => !isActive);
        const driver = all.filter(({ id, totalTasks }) => id === "driver" && totalTasks === 0);
        const sum = (pick: (executor: ShownExecutor) => number) => workers.reduce((total, executor) => total + pick(executor), 0);
        return (
          <>
            <Facts
              items={[
                ["Active", active.length],
                ["Gone", gone.length, gone.some(({ ended }) => !ended) ? "warn" : undefined] as [string, number, string?],
                ["Cores", active.reduce((total, { totalCores }) => total + totalCores, 0)],
                ["Tasks running", count(sum(({ activeTasks }) => activeTasks))],
                ["Tasks done", count(sum(({ completedTasks }) => completedTasks))],
                ["Task time", duration(sum(({ totalDuration }) => totalDuration))],
                [
                  "Collecting garbage",
                  percent(
                    sum(({ totalGCTime }) => totalGCTime) /
                      Math.max(
                        1,
                        sum(({ totalDuration }) => totalDuration),
                      ),
                  ),
                ],
              ]}
            />
            {!(completed && gone.length > 0) && (
              <Card title="Running" flush>
                {active.length === 0 ? (
                  <Empty title="No executor is running">They have ended with the application, or none has registered yet.</Empty>
                ) : (
                  <ExecutorTable rows={[...active, ...driver]} bars={bars} scale={scale} />
                )}
              </Card>
            )}
            {gone.length > 0 && (
              <Card title="Gone" flush>
                <ExecutorTable rows={completed ? [...gone, ...driver] : gone} bars={bars} scale={scale} gone />
              </Card>
            )}
          </>
        );
      }}
    </Shown>
  );
}

function ExecutorTable(props: {
  rows: readonly ShownExecutor[];
  bars: ReadonlyMap<string, MemoryBar>;
  scale: number;
  gone?: boolean;
}) {
  const scope = useScope();
  const number = (
    key: string,
    label: string,
    pick: (row: ShownExecutor) => number,
    format: (value: number) => string = count,
    hint?: string,
  ): Column<ShownExecutor> => ({
    key,
    label,
    number: true,
    render: (row) => (pick(row) === 0 ? <span class="quiet">–</span> : format(pick(row))),
    sort: pick,
    ...(hint === undefined ? {} : { hint }),
  });
  const columns: Column<ShownExecutor>[] = [
    {
      key: "id",
      label: "Executor",
      render: (row) => <a href={scope.href(["executors", row.id])}>{row.id}</a>,
      sort: (row) => row.id,
    },
    {
      key: "state",
      label: "State",
      render: (row) => (
        <Badge state={props.bars.get(row.id)?.state === "paused" && row.isActive ? "PAUSED" : executorState(row)} />
      ),
      sort: executorState,
    },
  ];
  if (props.rows.some(({ resources }) => Object.keys(resources).length > 0)) {
    columns.push({
      key: "resources",
      label: "Resources",
      hint: "Addresses that its tasks share",
      render: (row) =>
        Object.values(row.resources)
          .map(({ name, addresses }) => `${name} ${addresses.join(", ")}`)
          .join("; "),
    });
  }
  if (props.gone === true) {
    columns.push(
      {
        key: "removed",
        label: "Removed",
        number: true,
        render: (row) => dateTime(time(row.removeTime)),
        sort: (row) => time(row.removeTime),
      },
      {
        key: "reason",
        label: "Reason",
        grow: true,
        render: (row) => (
          <span class="clip" title={row.removeReason}>
            {row.removeReason ?? "not said"}
          </span>
        ),
      },
    );
  } else {
    columns.push({
      key: "rss",
      label: "Memory",
      hint: "Resident memory, against what the process may take",
      render: (row) => {
        const bar = props.bars.get(row.id);
        return bar === undefined ? (
          <span class="quiet">not measured</span>
        ) : (
          <span class="memory-cell">
            <MemoryTrack bar={bar} scale={Math.max(props.scale, bar.rss)} />
            <span>
              {bytes(bar.rss)}
              {row.id !== "driver" && <span class="quiet"> / {bytes(bar.limit)}</span>}
            </span>
          </span>
        );
      },
      sort: (row) => props.bars.get(row.id)?.rss,
    });
    columns.push({
      key: "cpu",
      label: "CPU",
      number: true,
      hint: "Cores busy",
      render: (row) => {
        const bar = props.bars.get(row.id);
        if (bar === undefined) return "–";
        return row.totalCores === 0 ? bar.cpu.toFixed(1) : `${bar.cpu.toFixed(1)} / ${row.totalCores}`;
      },
      sort: (row) => props.bars.get(row.id)?.cpu,
    });
  }
  columns.push({
    key: "host",
    label: "Address",
    render: (row) => <span class="mono">{row.hostPort}</span>,
    sort: (row) => row.hostPort,
  });
  if (props.gone !== true) columns.push(number("active", "Running", (row) => row.activeTasks));
  columns.push(
    number("done", "Done", (row) => row.completedTasks),
    number("failed", "Failed", (row) => row.failedTasks),
    // Spark counts the driver's own life as its time; no task ran in it.
    number("time", "Task time", (row) => (row.totalTasks === 0 ? 0 : row.totalDuration), duration),
    number("gc", "GC", (row) => row.totalGCTime, duration, "Garbage collection"),
    {
      key: "storage",
      label: "Cached",
      hint: "Memory of cached blocks",
      number: true,
      render: (row) =>
        row.memoryUsed === 0 ? (
          <span class="quiet">–</span>
        ) : (
          <span title={`of ${bytes(row.maxMemory)}`}>{bytes(row.memoryUsed)}</span>
        ),
      sort: (row) => row.memoryUsed,
    },
    number("disk", "Disk", (row) => row.diskUsed, bytes),
    number("input", "Input", (row) => row.totalInputBytes, bytes),
    number("read", "Shuffle read", (row) => row.totalShuffleRead, bytes),
    number("write", "Shuffle write", (row) => row.totalShuffleWrite, bytes),
  );
  return (
    <Table
      label="Executors"
      rows={props.rows}
      rowKey={(row) => row.id}
      order={{ key: "id", descending: false }}
      columns={columns}
      dense
    />
  );
}
