/** Every task of a stage: the server sorts, and gives the rows that are in sight. */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { StageData, TaskData } from "../../api-types";
import { ask, refreshing, timeNow } from "../api";
import { Badge, Card } from "../components/layout";
import { Empty, Loading, Problem } from "../components/state";
import { LongTable, Table } from "../components/table";
import type { Column, Order } from "../components/table";
import { useScope } from "../context";
import { clock, count, duration, elapsed, time } from "../lib/format";
import { blocksOf } from "../lib/virtual";
import { sizeColumn } from "./columns";

const BLOCK = 100;
/** Tasks that the server keeps of a stage may be fewer than it has had. */
const FILTERS = ["", "RUNNING", "SUCCESS", "FAILED", "KILLED"] as const;

/** Names by which the server sorts. */
const SORTS: Readonly<Record<string, string>> = {
  index: "index",
  id: "id",
  attempt: "attempt",
  state: "status",
  locality: "locality",
  executor: "executor",
  start: "launchTime",
  duration: "duration",
  gc: "gc",
  delay: "schedulerDelay",
  memory: "peakMemory",
  input: "input",
  read: "shuffleRead",
  write: "shuffleWrite",
  wait: "fetchWait",
  spill: "spill",
};

export function TaskTable({ stage, only, clear }: { stage: StageData; only: number | null; clear: () => void }) {
  const scope = useScope();
  const path = `${scope.api}/stages/${stage.stageId}/${stage.attemptId}/taskList`;
  const [order, setOrder] = useState<Order>({ key: "index", descending: false });
  const [status, setStatus] = useState<(typeof FILTERS)[number]>("");
  const [, redraw] = useState(0);
  const [error, setError] = useState<string>();
  const blocks = useRef(new Map<number, TaskData[]>());
  const shown = useRef<[number, number]>([0, 40]);
  const query = `${path}?sortBy=${order.descending ? "-" : ""}${SORTS[order.key] ?? "index"}${status === "" ? "" : `&status=${status.toLowerCase()}`}`;
  const refresh = useRef<() => void>(() => {});

  useEffect(() => {
    blocks.current = new Map();
    redraw((n) => n + 1);
    const loop = refreshing(700, stage.status === "ACTIVE" ? ["tasks"] : [], async (signal) => {
      const [first, last] = shown.current;
      try {
        for (const block of blocksOf(first, Math.max(last, first + 1), BLOCK)) {
          const rows = await ask<TaskData[]>(`${query}&offset=${block * BLOCK}&length=${BLOCK}`, signal);
          if (signal.aborted) return;
          blocks.current.set(block, rows);
        }
        setError(undefined);
      } catch (problem) {
        if (!signal.aborted) setError((problem as Error).message);
      }
      redraw((n) => n + 1);
    });
    refresh.current = loop.now;
    return loop.stop;
  }, [query, stage.status]);

  const onShow = useCallback((first: number, last: number) => {
    shown.current = [first, last];
    if (blocksOf(first, last, BLOCK).some((block) => !blocks.current.has(block))) refresh.current();
  }, []);

  const counts = {
    "": stage.numActiveTasks + stage.numCompleteTasks + stage.numFailedTasks + stage.numKilledTasks,
    RUNNING: stage.numActiveTasks,
    SUCCESS: stage.numCompleteTasks,
    FAILED: stage.numFailedTasks,
    KILLED: stage.numKilledTasks,
  };
  // Where a block came back short the list ends there, whatever the counters say.
  const short = [...blocks.current].find(([, rows]) => rows.length < BLOCK);
  const total = short === undefined ? counts[status] : short[0] * BLOCK + short[1].length;
  const columns = taskColumns(stage, scope.href);
  return (
    <Card
      title={only === null ? "Tasks" : `Task ${only}`}
      flush
      note={only === null && total < counts[status] && `The newest ${count(total)} are kept (spark.ui.retainedTasks).`}
      aside={
        only !== null ? (
          <button type="button" class="button small" onClick={clear}>
            All tasks
          </button>
        ) : (
          <label class="field">
            <span>Show</span>
            <select value={status} onChange={(event) => setStatus(event.currentTarget.value as (typeof FILTERS)[number])}>
              {FILTERS.map((name) => (
                <option key={name} value={name}>
                  {name === "" ? "all" : name.toLowerCase()} ({count(counts[name])})
                </option>
              ))}
            </select>
          </label>
        )
      }
    >
      {only !== null ? (
        <OneTask path={path} id={only} columns={columns} />
      ) : error !== undefined && blocks.current.size === 0 ? (
        <Problem text={error} retry={() => refresh.current()} />
      ) : (
        <LongTable
          label="Tasks"
          columns={columns}
          rowKey={(task) => task.taskId}
          total={total}
          at={(index) => blocks.current.get(Math.floor(index / BLOCK))?.[index % BLOCK]}
          order={order}
          onOrder={setOrder}
          onShow={onShow}
          rowClass={(task) => (task.status === "FAILED" ? "row-bad" : "")}
          empty={<Empty title={status === "" ? "No task has been started yet" : `No task is ${status.toLowerCase()}`} />}
        />
      )}
    </Card>
  );
}

/** A task by its id, which may be anywhere in the list: looked for by halves, since ids are in order. */
function OneTask({ path, id, columns }: { path: string; id: number; columns: readonly Column<TaskData>[] }) {
  const [found, setFound] = useState<{ id: number; task: TaskData | null }>();
  useEffect(() => {
    const ending = new AbortController();
    const look = async () => {
      const at = async (offset: number) =>
        (await ask<TaskData[]>(`${path}?sortBy=id&offset=${offset}&length=1`, ending.signal))[0];
      let low = 0;
      let high = 1;
      for (let last = await at(high); last !== undefined && last.taskId < id; last = await at(high)) high *= 2;
      while (low < high) {
        const middle = (low + high) >> 1;
        const task = await at(middle);
        if (task === undefined || task.taskId >= id) high = middle;
        else low = middle + 1;
      }
      const task = await at(low);
      if (!ending.signal.aborted) setFound({ id, task: task?.taskId === id ? task : null });
    };
    look().catch(() => {
      if (!ending.signal.aborted) setFound({ id, task: null });
    });
    return () => ending.abort();
  }, [path, id]);
  if (found?.id !== id) return <Loading height={80} />;
  if (found.task === null)
    return <Empty title={`Task ${id} is not kept any more`}>Only the newest tasks of a large stage are kept.</Empty>;
  return (
    <>
      <Table label={`Task ${id}`} rows={[found.task]} rowKey={(task) => task.taskId} columns={columns} />
      {found.task.errorMessage !== undefined && <pre class="trace pad">{found.task.errorMessage}</pre>}
    </>
  );
}

/** What no task of the stage has had gets no column. */
function taskColumns(
  stage: StageData,
  href: (parts: (string | number)[], query?: Record<string, string>) => string,
): Column<TaskData>[] {
  const metric = (task: TaskData) => task.taskMetrics;
  // Of most tasks it is none: rows are quieter without.
  const part = (ms: number | undefined) => (ms === 0 || ms === undefined ? <span class="quiet">–</span> : duration(ms));
  const where = (present: boolean, column: Column<TaskData>) => (present ? [column] : []);
  return [
    { key: "index", label: "Index", number: true, render: (task) => task.index, sort: (task) => task.index },
    { key: "id", label: "Task", number: true, render: (task) => task.taskId, sort: (task) => task.taskId },
    {
      key: "attempt",
      label: "Attempt",
      number: true,
      render: (task) => `${task.attempt}${task.speculative ? " (speculative)" : ""}`,
      sort: (task) => task.attempt,
    },
    { key: "state", label: "State", render: (task) => <Badge state={task.status} />, sort: (task) => task.status },
    {
      key: "start",
      label: "Launched",
      number: true,
      render: (task) => clock(time(task.launchTime)),
      sort: (task) => time(task.launchTime),
    },
    {
      key: "duration",
      label: "Duration",
      number: true,
      render: (task) => elapsed(task.duration ?? timeNow() - (time(task.launchTime) ?? NaN)),
      sort: (task) => task.duration,
    },
    ...where(stage.numFailedTasks + stage.numKilledTasks > 0, {
      key: "error",
      label: "Error",
      grow: true,
      render: (task) =>
        task.errorMessage !== undefined && (
          <span class="clip bad-text" title={task.errorMessage}>
            {task.errorMessage.split("\n", 1)[0]}
          </span>
        ),
    }),
    {
      key: "executor",
      label: "Executor",
      render: (task) => <a href={href(["executors", task.executorId])}>{task.executorId}</a>,
      sort: (task) => task.executorId,
    },
    { key: "host", label: "Host", render: (task) => task.host },
    {
      key: "locality",
      label: "Locality",
      render: (task) => task.taskLocality.toLowerCase().replace("_", " "),
      sort: (task) => task.taskLocality,
    },
    {
      key: "delay",
      label: "Delay",
      hint: "Scheduler delay",
      number: true,
      render: (task) => part(task.schedulerDelay),
      sort: (task) => task.schedulerDelay,
    },
    ...where(stage.jvmGcTime > 0, {
      key: "gc",
      label: "GC",
      hint: "Garbage collection",
      number: true,
      render: (task) => part(metric(task)?.jvmGcTime),
      sort: (task) => metric(task)?.jvmGcTime,
    }),
    ...where(
      stage.peakExecutionMemory > 0,
      sizeColumn("memory", "Peak memory", (task) => metric(task)?.peakExecutionMemory ?? 0),
    ),
    ...where(
      stage.inputBytes > 0,
      sizeColumn("input", "Input", (task) => metric(task)?.inputMetrics.bytesRead ?? 0),
    ),
    ...where(
      stage.shuffleReadBytes > 0,
      sizeColumn(
        "read",
        "Shuffle read",
        (task) =>
          (metric(task)?.shuffleReadMetrics.localBytesRead ?? 0) + (metric(task)?.shuffleReadMetrics.remoteBytesRead ?? 0),
      ),
    ),
    ...where(stage.shuffleFetchWaitTime > 0, {
      key: "wait",
      label: "Fetch wait",
      number: true,
      render: (task) => part(metric(task)?.shuffleReadMetrics.fetchWaitTime),
      sort: (task) => metric(task)?.shuffleReadMetrics.fetchWaitTime,
    }),
    ...where(
      stage.shuffleWriteBytes > 0,
      sizeColumn("write", "Shuffle write", (task) => metric(task)?.shuffleWriteMetrics.bytesWritten ?? 0),
    ),
    ...where(
      stage.diskBytesSpilled > 0,
      sizeColumn("spill", "Spilled", (task) => metric(task)?.diskBytesSpilled ?? 0),
    ),
    {
      key: "logs",
      label: "Logs",
      render: (task) => <a href={href(["executors", task.executorId], { tab: "logs" })}>logs</a>,
    },
  ];
}
