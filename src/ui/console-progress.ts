/**
 * Progress of running stages on standard error: on a terminal one bar a stage, gone when it is done; otherwise a plain line
 * for every stage that took long enough to notice. Knows stages only by what the port tells.
 */
import { formatDuration } from "../common/units";
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
  now(): number;
}

interface View {
  show(stages: readonly StageProgress[], now: number): void;
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
      now,
    );
  }
}

/** "Stage 3 [████████░░░░░░░░] 12/40, 2 running  reduceByKey at app.ts:12:7", cut to the width with an ellipsis. */
export function formatBar(stage: StageProgress, columns: number): string {
  const { stageId, attempt, numDone, numTasks, numRunning, name } = stage;
  const cells = Math.min(BAR_CELLS, Math.max(4, Math.floor(columns / 4)));
  const full = numTasks === 0 ? cells : Math.floor((numDone / numTasks) * cells);
  const retry = attempt === 0 ? "" : `.${attempt}`;
  const head = `Stage ${stageId}${retry} [${FULL.repeat(full)}${EMPTY.repeat(cells - full)}] ${numDone}/${numTasks}, ${numRunning} running  `;

  return cut(head + name.replace(/[\x00-\x1f\x7f-\x9f]+/g, " "), columns - 1);
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

  show(stages: readonly StageProgress[]): void {
    const lines = stages.slice(0, MOST_BARS).map((stage) => formatBar(stage, this.#lines.columns));
    if (stages.length > MOST_BARS) lines.push(`and ${stages.length - MOST_BARS} more stages`);
    this.#lines.show(lines);
  }

  close(): void {
    this.#lines.close();
  }
}

class PlainView implements View {
  readonly #last = new Map<string, { stage: StageProgress; printedAt: number | null }>();

  constructor(readonly stream: NodeJS.WritableStream) {}

  show(stages: readonly StageProgress[], now: number): void {
    const running = new Set(stages.map(keyOf));
    for (const [key, { stage }] of this.#last) {
      if (running.has(key)) continue;
      this.#last.delete(key);
      const took = now - stage.submittedAt;
      if (took >= PLAIN_AFTER_MS)
        this.stream.write(`Stage ${stage.stageId} (${stage.name}): ${stage.numTasks} tasks, ${formatDuration(took)}\n`);
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

  close(): void {
    this.#last.clear();
  }
}

function keyOf(stage: StageProgress): string {
  return `${stage.stageId}.${stage.attempt}`;
}
