/** Tells listeners about jobs and stages. */
import type { AccumulableInfo } from "../../../events/listener-events";
import type { Outbox } from "../outbox";
import type { CachedBlocks } from "./cached-blocks";
import type { Job } from "./job";
import type { Stage } from "./stage";
import { stageInfo } from "./stage-info";

export class StageEvents {
  /** @param accumulables the accumulators of a stage so far. */
  constructor(
    private readonly outbox: Outbox,
    private readonly cached: CachedBlocks,
    private readonly accumulables: (stageId: number) => readonly AccumulableInfo[],
  ) {}

  jobStarted(job: Job): void {
    if (!this.outbox.wants("JobStart")) return;
    const stageInfos = [...job.stages]
      .sort((a, b) => a.id - b.id)
      .map((stage) => stageInfo(stage, stage.attempt + 1, stage.numSlots, this.cached, []));
    this.outbox.emit({ type: "JobStart", jobId: job.id, time: this.outbox.now, stageInfos, properties: job.properties });
  }

  /** @param properties of the job that the attempt is made for. */
  stageSubmitted(stage: Stage, { properties }: Job): void {
    if (this.outbox.wants("StageSubmitted"))
      this.outbox.emit({ type: "StageSubmitted", stageInfo: this.#infoOf(stage, {}), properties });
  }

  stageCompleted(stage: Stage, failureReason?: string): void {
    if (!this.outbox.wants("StageCompleted")) return;
    const times = { completionTime: this.outbox.now, ...(failureReason === undefined ? {} : { failureReason }) };
    this.outbox.emit({ type: "StageCompleted", stageInfo: this.#infoOf(stage, times) });
  }

  #infoOf(
    stage: Stage,
    times: { readonly completionTime?: number; readonly failureReason?: string },
  ): ReturnType<typeof stageInfo> {
    const submitted = stage.submissionTime === undefined ? {} : { submissionTime: stage.submissionTime };
    const accumulables = this.accumulables(stage.id);
    return stageInfo(stage, stage.attempt, stage.attemptTasks, this.cached, accumulables, { ...submitted, ...times });
  }
}
