/**
 * The tasks of a task stream in rows, one for each slot of each executor, kept through updates, and what to draw of them at a
 * given zoom: parts of tasks that are wide enough, and one span for each pixel where tasks are narrower than that. So a frame
 * costs (rows × pixels) whatever the number of tasks.
 */
import type { TaskStatus, TaskStream } from "../../api-types";

/** What a span stands for: a function (then `name`), or one of the meanings that have a colour of their own. */
export type SpanKind = "compute" | "transfer" | "disk" | "serialise" | "delay" | "error" | "killed";

export interface Task {
  readonly taskId: number;
  readonly stageId: number;
  readonly attempt: number;
  readonly index: number;
  readonly executor: string;
  readonly name: string;
  readonly start: number;
  /** When it left the queue: launch and scheduler delay. */
  readonly begin: number;
  /** 0 while it runs. */
  readonly end: number;
  readonly status: TaskStatus;
  readonly speculative: boolean;
  readonly schedulerDelay: number;
  readonly deserialise: number;
  readonly fetchWait: number;
  readonly compute: number;
  readonly shuffleWrite: number;
  readonly serialise: number;
  readonly gettingResult: number;
  readonly gc: number;
}

export interface Row {
  readonly executor: string;
  readonly slot: number;
  /** By `begin`; they do not overlap from there on. */
  readonly tasks: Task[];
}

/** Clocks of two machines, and whole milliseconds: tasks of one slot may seem to overlap by so much, ms. */
const SLACK = 2;
/** Of long tasks more: up to this, and a quarter of the shorter one. */
const MOST_SLACK = 25;

/** Pixels from the left edge; `share` is how much of a span's pixels was busy. */
export type Paint = (x: number, width: number, kind: SpanKind, name: string, share: number) => void;

export class TaskRows {
  private readonly byExecutor = new Map<string, Row[]>();
  private readonly byId = new Map<number, { row: Row; task: Task }>();
  /** Ordered by executor, then slot. */
  rows: Row[] = [];
  readonly names = new Set<string>();
  from = Infinity;
  /** The latest moment that is known: of an end, or of a start. */
  to = -Infinity;
  total = 0;

  get size(): number {
    return this.byId.size;
  }

  /** Adds what is new and replaces what has changed. Slots are given here, since a part of the stream does not know the rest. */
  add(stream: TaskStream): void {
    const fresh: Task[] = [];
    for (let i = 0; i < stream.taskId.length; i++) {
      const known = this.byId.get(stream.taskId[i]!);
      if (known !== undefined) {
        if (known.task.end !== 0 || stream.end[i] === 0) continue;
        known.row.tasks.splice(known.row.tasks.indexOf(known.task), 1);
        this.byId.delete(known.task.taskId);
      }
      fresh.push(taskOf(stream, i));
    }
    fresh.sort((a, b) => a.begin - b.begin || a.taskId - b.taskId);
    for (const task of fresh) {
      this.names.add(task.name);
      this.from = Math.min(this.from, task.start);
      this.to = Math.max(this.to, task.start, task.end);
      const row = this.place(task);
      this.byId.set(task.taskId, { row, task });
    }
    if (fresh.length > 0) {
      this.rows = [...this.byExecutor]
        .sort(([a], [b]) => a.localeCompare(b, "en", { numeric: true }))
        .flatMap(([, rows]) => rows);
    }
    this.total = Math.max(this.total, stream.total, this.byId.size);
  }

  /** Forgets the oldest tasks when there are more than `most`; a quarter at a time. */
  trim(most: number): void {
    if (this.byId.size <= most) return;
    const begins = [...this.byId.values()].map(({ task }) => task.begin).sort((a, b) => a - b);
    const before = begins[Math.floor(this.byId.size - most * 0.75)] ?? -Infinity;
    for (const row of this.rows) {
      const keep = row.tasks.findIndex((task) => task.begin >= before);
      for (const task of row.tasks.splice(0, keep < 0 ? row.tasks.length : keep)) this.byId.delete(task.taskId);
    }
    this.from = before;
  }

  /** Into the first slot of its executor that is free at that time. */
  private place(task: Task): Row {
    const slots = this.byExecutor.get(task.executor) ?? [];
    this.byExecutor.set(task.executor, slots);
    const end = task.end === 0 ? Infinity : task.end;
    for (const row of slots) {
      const at = firstFrom(row.tasks, task.begin);
      const [before, after] = [row.tasks[at - 1], row.tasks[at]];
      if (before !== undefined && (before.end === 0 || before.end > task.begin + slack(before, task))) continue;
      if (after !== undefined && after.begin < end - slack(after, task)) continue;
      row.tasks.splice(at, 0, task);
      return row;
    }
    const row = { executor: task.executor, slot: slots.length, tasks: [task] };
    slots.push(row);
    return row;
  }
}

function slack(a: Task, b: Task): number {
  const shorter = Math.min(lengthOf(a), lengthOf(b));
  return Math.max(SLACK, Math.min(MOST_SLACK, shorter / 4));
}

function lengthOf({ begin, end }: Task): number {
  return end === 0 ? Infinity : end - begin;
}

function taskOf(stream: TaskStream, i: number): Task {
  const { parts } = stream;
  const [start, end] = [stream.start[i]!, stream.end[i]!];
  const delay = parts.schedulerDelay[i] ?? 0;
  return {
    taskId: stream.taskId[i]!,
    stageId: stream.stageId[i]!,
    attempt: stream.attempt[i]!,
    index: stream.index[i]!,
    executor: stream.executors[stream.executor[i]!] ?? "?",
    name: stream.names[stream.name[i]!] ?? "",
    start,
    begin: end === 0 ? start : Math.min(end, start + delay),
    end,
    status: stream.status[i]!,
    speculative: stream.speculative[i] ?? false,
    schedulerDelay: delay,
    deserialise: parts.deserialise[i] ?? 0,
    fetchWait: parts.fetchWait[i] ?? 0,
    compute: parts.compute[i] ?? 0,
    shuffleWrite: parts.shuffleWrite[i] ?? 0,
    serialise: parts.serialise[i] ?? 0,
    gettingResult: parts.gettingResult[i] ?? 0,
    gc: parts.gc[i] ?? 0,
  };
}

/** Index of the first task that begins after `at`. */
function firstFrom(tasks: readonly Task[], at: number): number {
  let low = 0;
  let high = tasks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (tasks[middle]!.begin <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Index of the first task that ends after `at`. */
export function firstAfter(tasks: readonly Task[], at: number): number {
  let low = 0;
  let high = tasks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const { end } = tasks[middle]!;
    if (end !== 0 && end <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The task of a row at a moment, or the one nearest to it within `reach` ms. */
export function taskAt(row: Row, at: number, reach: number, now: number): Task | undefined {
  for (let i = firstAfter(row.tasks, at - reach); i < row.tasks.length; i++) {
    const task = row.tasks[i]!;
    if (task.begin > at + reach) return undefined;
    if ((task.end === 0 ? now : task.end) >= at - reach) return task;
  }
  return undefined;
}

/** Draws one row: [from, to] over `width` px; tasks that run end at `now`. */
export function paintRow(row: Row, from: number, to: number, width: number, now: number, paint: Paint): void {
  const scale = width / (to - from);
  const { tasks } = row;
  let pixel = -1;
  let busy = 0;
  let longest = 0;
  let kind: SpanKind = "compute";
  let name = "";
  const flush = () => {
    if (pixel >= 0) paint(pixel, 1, kind, name, Math.min(1, busy));
    pixel = -1;
  };
  for (let i = firstAfter(tasks, from); i < tasks.length; i++) {
    const task = tasks[i]!;
    if (task.start >= to) break;
    const end = Math.max(task.begin, task.end === 0 ? now : task.end);
    const x = (task.begin - from) * scale;
    const size = (end - task.begin) * scale;
    if (size >= 3) {
      flush();
      // What waits in the queue shows only where the slot was idle.
      paintTask(task, Math.max(task.start, tasks[i - 1]?.end ?? 0), end, from, scale, width, paint);
      continue;
    }
    const at = Math.max(0, Math.floor(x));
    if (at !== pixel) {
      flush();
      pixel = at;
      busy = longest = 0;
    }
    busy += Math.max(size, 0.2);
    const whole = wholeKind(task);
    // A failure is never lost among its neighbours.
    if (whole === "error" || (kind !== "error" && size >= longest) || longest === 0) {
      kind = whole;
      name = task.name;
      longest = Math.max(size, 1e-9);
    }
    if (size > 1) {
      flush();
      paint(at, Math.min(size, width - at), whole, task.name, 1);
    }
  }
  flush();
}

/** What a task shows where there is no room for its parts. */
function wholeKind(task: Task): SpanKind {
  if (task.status === "FAILED") return "error";
  if (task.status === "KILLED") return "killed";
  if (task.fetchWait > task.compute && task.fetchWait > task.shuffleWrite) return "transfer";
  return "compute";
}

/** The parts of a task in their order; a running one is all compute as far as is known. */
export function partsOf(task: Task, end: number): [SpanKind, number][] {
  if (task.status === "FAILED") return [["error", end - task.start]];
  if (task.status === "KILLED") return [["killed", end - task.start]];
  if (task.end === 0) return [["compute", end - task.start]];
  const parts: [SpanKind, number][] = [
    ["delay", task.schedulerDelay],
    ["serialise", task.deserialise],
    ["transfer", task.fetchWait],
    ["compute", task.compute],
    ["disk", task.shuffleWrite],
    ["serialise", task.serialise + task.gettingResult],
  ];
  // Clocks round: the parts are made to fill the task, what is missing counts as compute.
  const sum = parts.reduce((total, [, ms]) => total + ms, 0);
  const whole = end - task.start;
  if (sum <= whole) {
    parts[3]![1] += whole - sum;
    return parts;
  }
  return parts.map(([kind, ms]) => [kind, (ms * whole) / sum]);
}

function paintTask(task: Task, start: number, end: number, from: number, scale: number, width: number, paint: Paint): void {
  let at = task.start;
  const left = Math.max(0, (start - from) * scale);
  const right = Math.min(width, (end - from) * scale);
  for (const [kind, ms] of partsOf(task, end)) {
    if (ms <= 0) continue;
    const x = Math.max(left, (at - from) * scale);
    at += ms;
    const stop = Math.min(right, (at - from) * scale);
    if (stop > x) paint(x, stop - x, kind, task.name, 1);
  }
}
