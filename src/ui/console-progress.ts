/**
 * Progress of searches and of running stages on standard error: on a terminal one bar each, gone when it is done; otherwise a plain
 * line for everything that took long enough to notice. Knows them only by what the port tells.
 */
import { formatDuration } from "../common/units";
import { describeSearch, type SearchProgress } from "./search-progress";
import { StatusLines } from "./status-lines";

/** A running or just ended attempt of a stage. */
interface StageProgress {
  readonly stageId: number;
  readonly attempt: number;
  /** "reduceByKey at app.ts:12:7". */
  readonly name: string;
  readonly numTasks: number;
  readonly numRunning: number;
  readonly numDone: number;
  /** Milliseconds since the epoch. */
  readonly submittedAt: number;
}

export interface ProgressPort {
  /** Attempts that have tasks to run, in the order in which they began. */
  activeStages(): readonly StageProgress[];
  activeSearches?(): readonly SearchProgress[];
  now(): number;
}

interface View {
  show(stages: readonly StageProgress[], searches: readonly SearchProgress[], now: number): void;
  close(): void;
}

/** A stage is shown when it has run for so long: bars that flash by only disturb. */
const FIRST_SHOWN_AFTER_MS = 400;
const REFRESH_MS = 100;
/** Plain lines: for stages that took longer, and while they run at most this often. */
const PLAIN_AFTER_MS = 1000;
const PLAIN_EVERY_MS = 10_000;
const MOST_BARS = 4;
const BAR_CELLS = 24;
const FULL = "█";
const EMPTY = "░";

export class ConsoleProgress {
  readonly #timer: NodeJS.Timeout;
  readonly #view: View;

  constructor(
    readonly port: ProgressPort,
    stream: NodeJS.WriteStream = process.stderr,
    others: readonly NodeJS.WriteStream[] = [process.stdout],
  ) {
    this.#view = stream.isTTY && process.env["TERM"] !== "dumb" ? new TerminalView(stream, others) : new PlainView(stream);
    this.#timer = setInterval(() => this.#refresh(), REFRESH_MS);
    this.#timer.unref();
  }

  /** Takes the bars away. */
  stop(): void {
    clearInterval(this.#timer);
    this.#view.close();
  }

  #refresh(): void {
    const now = this.port.now();
    this.#view.show(
      this.port.activeStages().filter((stage) => now - stage.submittedAt >= FIRST_SHOWN_AFTER_MS),
      (this.port.activeSearches?.() ?? []).filter((search) => now - search.startedAt >= FIRST_SHOWN_AFTER_MS),
      now,
    );
  }
}

/** "Stage 3 [████████░░░░░░░░] 12/40, 2 running  reduceByKey at app.ts:12:7", cut to the width with an ellipsis. */
export function formatBar(stage: StageProgress, columns: number): string {
  const { stageId, attempt, numDone, numTasks, numRunning, name } = stage;
  const retry = attempt === 0 ? "" : `.${attempt}`;
  const bar = cells(numTasks === 0 ? 1 : numDone / numTasks, columns);
  return line(`Stage ${stageId}${retry} ${bar} ${numDone}/${numTasks}, ${numRunning} running  ${name}`, columns);
}

/** "CrossValidator [████████░░░░░░░░] 12/75 fits, best accuracy 0.8431 (numTrees 10), about 12 s left" */
export function formatSearchBar(search: SearchProgress, now: number, columns: number): string {
  const bar = cells(search.total === 0 ? 1 : Math.min(1, (search.done + search.failed) / search.total), columns);
  return line(`${search.name} ${bar} ${describeSearch(search, now)}`, columns);
}

function cells(share: number, columns: number): string {
  const count = Math.min(BAR_CELLS, Math.max(4, Math.floor(columns / 4)));
  const full = Math.floor(share * count);
  return `[${FULL.repeat(full)}${EMPTY.repeat(count - full)}]`;
}

/** Without characters that steer terminals. */
function line(text: string, columns: number): string {
  return cut(text.replace(/[\x00-\x1f\x7f-\x9f]+/g, " "), columns - 1);
}

function cut(text: string, columns: number): string {
  const characters = [...text];
  return characters.length <= columns ? text : `${characters.slice(0, Math.max(0, columns - 1)).join("")}…`;
}

class TerminalView implements View {
  readonly #lines: StatusLines;

  constructor(stream: NodeJS.WriteStream, others: readonly NodeJS.WriteStream[]) {
    this.#lines = new StatusLines(
      stream,
      others.filter((other) => other.isTTY),
    );
  }

  show(stages: readonly StageProgress[], searches: readonly SearchProgress[], now: number): void {
    const { columns } = this.#lines;
    const lines = [
      ...searches.slice(0, MOST_BARS).map((search) => formatSearchBar(search, now, columns)),
      ...stages.slice(0, MOST_BARS).map((stage) => formatBar(stage, columns)),
    ];
    if (stages.length > MOST_BARS) lines.push(`and ${stages.length - MOST_BARS} more stages`);
    this.#lines.show(lines);
  }

  close(): void {
    this.#lines.close();
  }
}

class PlainView implements View {
  readonly #last = new Map<string, { stage: StageProgress; printedAt: number | null }>();
  readonly #searches = new Map<number, { readonly search: SearchProgress; readonly printedAt: number }>();

  constructor(readonly stream: NodeJS.WritableStream) {}

  show(stages: readonly StageProgress[], searches: readonly SearchProgress[], now: number): void {
    this.#showSearches(searches, now);
    const running = new Set(stages.map(keyOf));
    for (const [key, { stage }] of this.#last) {
      if (running.has(key)) continue;
      this.#last.delete(key);
      const took = now - stage.submittedAt;
      if (took >= PLAIN_AFTER_MS)
        this.stream.write(
          `Stage ${stage.stageId} (${stage.name}): ${stage.numTasks} ${stage.numTasks === 1 ? "task" : "tasks"}, ${formatDuration(took)}\n`,
        );
    }
    for (const stage of stages) {
      const key = keyOf(stage);
      const known = this.#last.get(key);
      const due = now - (known?.printedAt ?? stage.submittedAt) >= PLAIN_EVERY_MS;
      if (due)
        this.stream.write(
          `Stage ${stage.stageId} (${stage.name}): ${stage.numDone} of ${stage.numTasks} tasks, ${stage.numRunning} running\n`,
        );
      this.#last.set(key, { stage, printedAt: due ? now : (known?.printedAt ?? null) });
    }
  }

  #showSearches(searches: readonly SearchProgress[], now: number): void {
    for (const search of searches) {
      const printedAt = this.#searches.get(search.startedAt)?.printedAt ?? search.startedAt;
      const due = now - printedAt >= PLAIN_EVERY_MS;
      if (due) this.stream.write(`${search.name}: ${describeSearch(search, now)}\n`);
      this.#searches.set(search.startedAt, { search, printedAt: due ? now : printedAt });
    }
    const running = new Set(searches.map(({ startedAt }) => startedAt));
    for (const [key, { search }] of this.#searches) {
      if (running.has(key)) continue;
      this.#searches.delete(key);
      const took = now - search.startedAt;
      if (took >= PLAIN_AFTER_MS) this.stream.write(`${search.name}: ${search.total} fits, ${formatDuration(took)}\n`);
    }
  }

  close(): void {
    this.#last.clear();
    this.#searches.clear();
  }
}

function keyOf(stage: StageProgress): string {
  return `${stage.stageId}.${stage.attempt}`;
}
