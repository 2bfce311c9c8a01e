/** Jobs of a context: started on partitions, with properties that follow the call chain, and cancelled. */
import { inspect } from "node:util";
import { UsageError } from "../../common/errors";
import type { ActionOptions, ApproximateEvaluator, PartialResult, RDD } from "../../rdd";
import * as create from "../../rdd";
import { checkTag, INTERRUPT_ON_CANCEL, JOB_DESCRIPTION, JOB_GROUP, JOB_TAGS } from "../local-properties";
import type { SparkContext } from "../spark-context";
import { runtimeOf } from "./context-base";

export interface JobMethods {
  /** Runs `f` on the records of each partition, or of the partitions given; its results, in that order. */
  runJob<T, U>(
    rdd: RDD<T>,
    f: (records: IterableIterator<T>, partition: number) => U | PromiseLike<U>,
    partitions?: readonly number[],
    options?: ActionOptions,
  ): Promise<U[]>;

  /**
   * Runs `f` on the records of each partition, and gives what `evaluator` makes of the results that have come within `timeout` ms; the job
   * goes on for `getFinalValue()`.
   *
   * @example
   * let sum = 0;
   * const evaluator = { merge: (_partition: number, part: number) => void (sum += part), currentResult: () => sum };
   * const soFar = await sc.runApproximateJob(rdd, (records) => [...records].length, evaluator, 500);
   */
  runApproximateJob<T, U, R>(
    rdd: RDD<T>,
    f: (records: IterableIterator<T>, partition: number) => U | PromiseLike<U>,
    evaluator: ApproximateEvaluator<U, R>,
    timeout: number,
    options?: ActionOptions,
  ): Promise<PartialResult<R>>;

  /** A property that jobs started from this asynchronous call chain have, e.g. spark.scheduler.pool; null removes it. */
  setLocalProperty(key: string, value: string | null): void;
  /** The property as this call chain sees it; undefined where it is not set. */
  getLocalProperty(key: string): string | undefined;

  /**
   * Jobs started from this call chain belong to the group, until `clearJobGroup`.
   *
   * @param interruptOnCancel whether tasks of a cancelled job are interrupted, instead of ending at their next look whether to go on.
   */
  setJobGroup(groupId: string, description: string, interruptOnCancel?: boolean): void;
  /** Jobs started from now on belong to no group, and have no description. */
  clearJobGroup(): void;

  /** Jobs that `body` starts belong to the group; what stands outside is untouched. */
  withJobGroup<R>(
    groupId: string,
    body: () => R,
    options?: { readonly description?: string; readonly interruptOnCancel?: boolean },
  ): R;
  /** What pages and events call the jobs of this call chain; null removes it. */
  setJobDescription(description: string | null): void;
  /** Whether tasks of cancelled jobs of this call chain are interrupted (false at first). */
  setInterruptOnCancel(interruptOnCancel: boolean): void;

  /** Jobs started from this call chain have the tag, too. Throws a UsageError for a tag that is empty or has a comma. */
  addJobTag(tag: string): void;
  /** Jobs started from now on do not have the tag. */
  removeJobTag(tag: string): void;
  /** A copy of this call chain's tags. */
  getJobTags(): Set<string>;
  clearJobTags(): void;
  /** Jobs that `body` starts have the tag; what stands outside is untouched. Gives what `body` gives. */
  withJobTag<R>(tag: string, body: () => R): R;

  /** Cancels the group's jobs that run; their actions reject with a CancelledError that has `reason`. Returns at once. */
  cancelJobGroup(groupId: string, reason?: string): void;
  /** As cancelJobGroup, of the jobs that have the tag. */
  cancelJobsWithTag(tag: string, reason?: string): void;
  /** As cancelJobGroup, of all jobs of this context. */
  cancelAllJobs(): void;
  /** As cancelJobGroup, of one job. Does nothing where it has ended. */
  cancelJob(jobId: number, reason?: string): void;
  /** Cancels the jobs that need the stage. */
  cancelStage(stageId: number, reason?: string): void;

  /**
   * Ends one attempt of a task; the task runs again. Returns at once: false, with a warning, where no attempt with that id
   * runs, as it has ended or never was; otherwise true, and the attempt may end by itself before it is reached.
   */
  killTaskAttempt(taskId: number, interruptThread?: boolean, reason?: string): boolean;
}

export const jobMethods: JobMethods & ThisType<SparkContext> = {
  runJob(rdd, f, partitions, options) {
    return create.runJob(rdd, f, partitions, options);
  },
  runApproximateJob(rdd, f, evaluator, timeout, options) {
    return create.runApproximateJob(rdd, f, evaluator, timeout, options);
  },
  setLocalProperty(key, value) {
    runtimeOf(this).properties.set({ [key]: value });
  },
  getLocalProperty(key) {
    return runtimeOf(this).properties.get(key);
  },
  setJobGroup(groupId, description, interruptOnCancel = false) {
    runtimeOf(this).properties.set({
      [JOB_GROUP]: groupId,
      [JOB_DESCRIPTION]: description,
      [INTERRUPT_ON_CANCEL]: String(interruptOnCancel),
    });
  },
  clearJobGroup() {
    runtimeOf(this).properties.set({ [JOB_GROUP]: null, [JOB_DESCRIPTION]: null, [INTERRUPT_ON_CANCEL]: null });
  },
  withJobGroup(groupId, body, options = {}) {
    const { description = null, interruptOnCancel = false } = options;
    checkBody("withJobGroup", body);
    return runtimeOf(this).properties.run(
      { [JOB_GROUP]: groupId, [JOB_DESCRIPTION]: description, [INTERRUPT_ON_CANCEL]: String(interruptOnCancel) },
      body,
    );
  },
  setJobDescription(description) {
    runtimeOf(this).properties.set({ [JOB_DESCRIPTION]: description });
  },
  setInterruptOnCancel(interruptOnCancel) {
    runtimeOf(this).properties.set({ [INTERRUPT_ON_CANCEL]: String(interruptOnCancel) });
  },
  addJobTag(tag) {
    setTags(this, runtimeOf(this).properties.tags().add(checkTag(tag)));
  },
  removeJobTag(tag) {
    const tags = runtimeOf(this).properties.tags();
    tags.delete(checkTag(tag));
    setTags(this, tags);
  },
  getJobTags() {
    return runtimeOf(this).properties.tags();
  },
  clearJobTags() {
    runtimeOf(this).properties.set({ [JOB_TAGS]: null });
  },
  withJobTag(tag, body) {
    const { properties } = runtimeOf(this);
    checkBody("withJobTag", body);
    return properties.run({ [JOB_TAGS]: [...properties.tags().add(checkTag(tag))].join(",") }, body);
  },
  cancelJobGroup(groupId, reason) {
    runtimeOf(this).application.tell({ type: "GroupCancelled", group: groupId, ...because(reason) });
  },
  cancelJobsWithTag(tag, reason) {
    runtimeOf(this).application.tell({ type: "TagCancelled", tag: checkTag(tag), ...because(reason) });
  },
  cancelAllJobs() {
    runtimeOf(this).application.tell({ type: "AllCancelled" });
  },
  cancelJob(jobId, reason) {
    runtimeOf(this).application.tell({ type: "JobCancelled", jobId, ...because(reason) });
  },
  cancelStage(stageId, reason) {
    runtimeOf(this).application.tell({ type: "StageCancelled", stageId, ...because(reason) });
  },
  killTaskAttempt(taskId, interruptThread = true, reason = "killed via SparkContext.killTaskAttempt") {
    return runtimeOf(this).application.killTaskAttempt(taskId, interruptThread, reason);
  },
};

function setTags(context: SparkContext, tags: ReadonlySet<string>): void {
  runtimeOf(context).properties.set({ [JOB_TAGS]: tags.size === 0 ? null : [...tags].join(",") });
}

function because(reason: string | undefined): { readonly reason?: string } {
  return reason === undefined ? {} : { reason };
}

function checkBody(call: string, body: unknown): void {
  if (typeof body === "function") return;
  throw new UsageError(
    "INVALID_ARGUMENT",
    `${call}: the second argument must be a function that starts jobs, such as () => rdd.count(), not ${inspect(body)}.`,
  );
}
