/** What the driver warns of while an application runs: what is wrong, with figures, and what to do about it. */
import { readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { log } from "../common/log";
import { formatBytes, formatDuration } from "../common/units";
import type { ExecutorHeartbeat, RegisteredExecutor } from "./endpoint/types";

/** Bytes of one stage's code, with what it captures, or of one task's records, that are worth a word. */
const LARGE = 10_000_000;
/** The program may keep the driver's event loop so long, ms. */
const LONGEST_TURN = 3000;
const LOOK_MS = 1000;
/** Between two warnings of the same kind, ms. */
const QUIET_MS = 60_000;

export class Warnings {
  /** Call sites whose code was found large. */
  readonly #large = new Set<string>();
  #looking: NodeJS.Timeout | null = null;
  #nextTurnWarning = 0;

  /** @param waited how long the main thread has waited for a processor so far, ms */
  constructor(private readonly waited: () => number = processorWait) {}

  /** What a stage's tasks are sent: their code, once for each executor, and records that the program made, with each task. */
  sent(bytes: number, what: "code" | "records", callSite: string): void {
    if (bytes <= LARGE || this.#large.has(callSite)) return;
    this.#large.add(callSite);
    const words =
      what === "code"
        ? `the functions of ${callSite} take ${formatBytes(bytes)} with the variables that they capture, and are sent to every executor: ` +
          "share large data by sc.broadcast(data), and read data.value in the function"
        : `a task of ${callSite} is sent ${formatBytes(bytes)} of records that the program holds: ` +
          "write large data to files that tasks read, or give parallelize more partitions";
    log.warn(words);
  }

  lost({ executorId, host }: RegisteredExecutor, reason: string): void {
    log.warn(
      `executor ${executorId} on ${host} is lost: ${reason}. Its tasks run elsewhere, and what it kept is computed again where it is needed; ` +
        "if its memory was short, give executors more (--executor-memory) or data more partitions",
    );
  }

  paused(executorId: string, { residentBytes, pausesAtBytes, storageUsedBytes, executionUsedBytes }: ExecutorHeartbeat): void {
    const other = Math.max(0, residentBytes - storageUsedBytes - executionUsedBytes);
    log.warn(
      `executor ${executorId} begins no further task until it has given memory back: of ${formatBytes(residentBytes)} resident ` +
        `(it pauses at ${formatBytes(pausesAtBytes)}) ${formatBytes(storageUsedBytes)} are cached blocks, ${formatBytes(executionUsedBytes)} operators' ` +
        `and ${formatBytes(other)} neither: objects of user functions, or garbage. More partitions make tasks smaller; --executor-memory gives it more`,
    );
  }

  /** Jobs begin to run, or the last one has ended: whether the program holds the event loop up matters only between. */
  working(active: boolean): void {
    if (this.#looking !== null) clearInterval(this.#looking);
    this.#looking = null;
    if (!active) return;
    let seen = performance.now();
    let before = performance.eventLoopUtilization();
    let waitedBefore = this.waited();
    this.#looking = setInterval(() => {
      const now = performance.now();
      const late = now - seen - LOOK_MS;
      const current = performance.eventLoopUtilization();
      // A process that was stopped, or whose machine slept, was in no turn.
      const busy = performance.eventLoopUtilization(current, before).active;
      const waitedNow = this.waited();
      const withheld = waitedNow - waitedBefore;
      [seen, before, waitedBefore] = [now, current, waitedNow];
      const turn = Math.min(late, busy);
      if (turn < LONGEST_TURN || now < this.#nextTurnWarning) return;
      this.#nextTurnWarning = now + QUIET_MS;
      log.warn(
        turn - withheld < LONGEST_TURN
          ? `the driver waited ${formatDuration(Math.min(turn, withheld))} for a processor while a job ran: nothing was scheduled meanwhile. ` +
              "Its machine has more to do than it has processors for: run less beside it, or the driver elsewhere"
          : `the program kept the driver's event loop for ${formatDuration(turn)} while a job ran: nothing was scheduled meanwhile. ` +
              "Do long computations in tasks or in a worker thread, or let others run in between (await)",
      );
    }, LOOK_MS);
    this.#looking.unref();
  }
}

/** Of the scheduler's statistics of this process's main thread; 0 where the system keeps none. */
function processorWait(): number {
  try {
    return Number(readFileSync("/proc/self/schedstat", "latin1").split(" ")[1]) / 1e6;
  } catch {
    return 0;
  }
}
