/**
 * Where the tasks of a barrier stage meet. A meeting is complete when every task of the stage attempt has come to the
 * same round; then all of them get everybody's message. It fails for all when one task cannot come any more.
 */
import { ClusterError, UsageError } from "../../common/errors";
import { LONGEST_TIMER } from "../../common/wake-timer";
import type { BarrierQuestion } from "./types";

interface Meeting {
  readonly kind: BarrierQuestion["kind"];
  readonly messages: string[];
  readonly waiting: Map<number, { resolve(messages: readonly string[]): void; reject(error: Error): void }>;
  readonly timer: NodeJS.Timeout | undefined;
}

export class BarrierCoordinator {
  readonly #stages = new Map<number, { numTasks: number; meetings: Map<number, Meeting> }>();

  /** @param timeoutMs spark.barrier.sync.timeout: how long the first to come waits for the last. */
  constructor(private readonly timeoutMs: number) {}

  /** A barrier stage attempt is about to run. */
  open(taskSetId: number, numTasks: number): void {
    this.#stages.set(taskSetId, { numTasks, meetings: new Map() });
  }

  /** The attempt is over: those who still wait are told why. */
  close(taskSetId: number, reason: string): void {
    const stage = this.#stages.get(taskSetId);
    this.#stages.delete(taskSetId);
    for (const meeting of stage?.meetings.values() ?? []) fail(meeting, new ClusterError("BARRIER_BROKEN", reason));
  }

  meet(question: BarrierQuestion): Promise<readonly string[]> {
    const stage = this.#stages.get(question.taskSetId);
    if (stage === undefined) return Promise.reject(new ClusterError("BARRIER_BROKEN", "The barrier stage of this task is over."));
    const meeting = stage.meetings.get(question.round) ?? this.#begin(stage, question);
    if (meeting.kind !== question.kind) {
      const error = new UsageError(
        "BARRIER_MIXED",
        `Task ${question.partition} called ${question.kind}() while another one called ${meeting.kind}().`,
      );
      stage.meetings.delete(question.round);
      fail(meeting, error);
      return Promise.reject(error);
    }
    meeting.messages[question.partition] = question.message;
    return new Promise((resolve, reject) => {
      meeting.waiting.set(question.partition, { resolve, reject });
      if (meeting.waiting.size < stage.numTasks) return;
      stage.meetings.delete(question.round);
      clearTimeout(meeting.timer);
      for (const waiting of meeting.waiting.values()) waiting.resolve(meeting.messages);
    });
  }

  #begin(stage: { numTasks: number; meetings: Map<number, Meeting> }, question: BarrierQuestion): Meeting {
    const meeting: Meeting = { kind: question.kind, messages: [], waiting: new Map(), timer: this.#deadline(stage, question) };
    stage.meetings.set(question.round, meeting);
    return meeting;
  }

  /** None where it is more than a timer takes: Spark's default is a year. */
  #deadline(stage: { numTasks: number; meetings: Map<number, Meeting> }, question: BarrierQuestion): NodeJS.Timeout | undefined {
    if (this.timeoutMs > LONGEST_TIMER) return undefined;
    const timer = setTimeout(() => {
      const meeting = stage.meetings.get(question.round);
      if (meeting === undefined) return;
      stage.meetings.delete(question.round);
      const came = `${meeting.waiting.size} of ${stage.numTasks} tasks came to ${meeting.kind}()`;
      const text = `Only ${came} within ${this.timeoutMs} ms (spark.barrier.sync.timeout).`;
      fail(meeting, new ClusterError("BARRIER_TIMEOUT", text));
    }, this.timeoutMs);
    timer.unref();
    return timer;
  }
}

function fail(meeting: Meeting, error: Error): void {
  clearTimeout(meeting.timer);
  for (const waiting of meeting.waiting.values()) waiting.reject(error);
}
