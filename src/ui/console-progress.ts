/**
 * Progress of running stages on the terminal: one bar a stage, gone when it is done. Where standard error is no terminal,
 * a plain line for every stage that took long enough to notice. Knows stages only by what the port tells.
 */
import type { MultiBar, SingleBar } from "cli-progress";

/** A running or just ended attempt of a stage. */
export interface StageProgress {
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

/** A stage is shown when it has run for so long: bars that flash by only disturb. */
const FIRST_SHOWN_AFTER_MS = 400;
const REFRESH_MS = 100;
/** Plain lines: for stages that took longer, and while they run at most this often. */
const PLAIN_AFTER_MS = 1000;
const PLAIN_EVERY_MS = 10_000;
const MOST_BARS = 4;

export class ConsoleProgress {
  readonly #timer: NodeJS.Timeout;
  readonly #view: TerminalView | PlainView;

  constructor(
    readonly port: ProgressPort,
    stream: NodeJS.WriteStream = process.stderr,
  ) {
    this.#view = stream.isTTY === true ? new TerminalView(stream) : new PlainView(stream);
    this.#timer = setInterval(() => this.#refresh(), REFRESH_MS);
    this.#timer.unref();
  }

  /** Takes the bars away. */
  stop(): void {
    clearInterval(this.#timer);
    this.#view.show([], this.port.now());
  }

  #refresh(): void {
    const now = this.port.now();
    this.#view.show(this.port.activeStages().filter((stage) => now - stage.submittedAt >= FIRST_SHOWN_AFTER_MS), now);
  }
}

function keyOf(stage: StageProgress): string {
  return `${stage.stageId}.${stage.attempt}`;
}

class TerminalView {
  #bars: MultiBar | null = null;
  readonly #shown = new Map<string, SingleBar>();

  constructor(readonly stream: NodeJS.WriteStream) {}

  show(stages: readonly StageProgress[], _now: number): void {
    const wanted = new Map(stages.slice(0, MOST_BARS).map((stage) => [keyOf(stage), stage]));
    for (const [key, bar] of this.#shown) {
      if (wanted.has(key)) continue;
      this.#bars?.remove(bar);
      this.#shown.delete(key);
    }
    if (wanted.size === 0) {
      this.#bars?.stop();
      this.#bars = null;
      return;
    }
    this.#bars ??= this.#open();
    for (const [key, stage] of wanted) {
      const payload = { stage: stage.stageId, running: stage.numRunning, name: stage.name };
      const bar = this.#shown.get(key);
      if (bar === undefined) this.#shown.set(key, this.#bars.create(stage.numTasks, stage.numDone, payload));
      else bar.update(stage.numDone, payload);
    }
  }

  #open(): MultiBar {
    const { MultiBar: Bars, Presets } = require("cli-progress") as typeof import("cli-progress");
    return new Bars({ format: "[Stage {stage}: {bar} {value}/{total}, {running} running] {name}", stream: this.stream, clearOnComplete: true, hideCursor: false, barsize: 30, linewrap: false, emptyOnZero: true }, Presets.shades_classic);
  }
}

class PlainView {
  readonly #last = new Map<string, { stage: StageProgress; printedAt: number | null }>();

  constructor(readonly stream: NodeJS.WriteStream) {}

  show(stages: readonly StageProgress[], now: number): void {
    const running = new Set(stages.map(keyOf));
    for (const [key, { stage }] of this.#last) {
      if (running.has(key)) continue;
      this.#last.delete(key);
      if (now - stage.submittedAt >= PLAIN_AFTER_MS) this.stream.write(`Stage ${stage.stageId} (${stage.name}): ${stage.numTasks} tasks, ${((now - stage.submittedAt) / 1000).toFixed(1)} s\n`);
    }
    for (const stage of stages) {
      const key = keyOf(stage);
      const known = this.#last.get(key);
      const due = now - (known?.printedAt ?? stage.submittedAt) >= PLAIN_EVERY_MS;
      if (due) this.stream.write(`Stage ${stage.stageId} (${stage.name}): ${stage.numDone} of ${stage.numTasks} tasks, ${stage.numRunning} running\n`);
      this.#last.set(key, { stage, printedAt: due ? now : (known?.printedAt ?? null) });
    }
  }
}
