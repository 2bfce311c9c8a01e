import { JOB_TRANSITIONS, Lifecycle, type JobState } from "../states";
import type { Properties } from "../../../events/listener-events";
import type { LineageNode, ShuffleDependencyInfo } from "../../../rdd/lineage";
import type { Stage } from "./stage";

/** One action: what was asked for, and which of its results were delivered. */
export class Job {
  readonly life: Lifecycle<JobState>;
  readonly tags: readonly string[];
  /** Set when its stages are made. */
  finalStage: Stage | null = null;
  /** Every stage of the job, skipped ones too. */
  readonly stages = new Set<Stage>();
  /** 1 where the result of that output index was delivered. */
  readonly delivered: Uint8Array;
  numDelivered = 0;
  /** Times that a barrier stage did not fit. */
  slotCheckFailures = 0;

  constructor(
    readonly id: number,
    readonly finalNode: LineageNode,
    readonly partitions: readonly number[],
    readonly properties: Properties,
    readonly callSite: string,
    readonly callSiteDetails: string,
    /** What the job writes, where that is all that it does. */
    readonly shuffle: ShuffleDependencyInfo | null = null,
  ) {
    this.life = new Lifecycle<JobState>(`Job ${id}`, JOB_TRANSITIONS, "deferred");
    this.delivered = new Uint8Array(partitions.length);
    this.tags = (properties["spark.job.tags"] ?? "").split(",").filter((tag) => tag !== "");
  }

  get group(): string | undefined {
    return this.properties["spark.jobGroup.id"];
  }

  get interruptOnCancel(): boolean {
    return this.properties["spark.job.interruptOnCancel"] === "true";
  }

  /** All results were delivered; never so of a job that only writes a shuffle. */
  get finished(): boolean {
    return this.shuffle === null && this.numDelivered === this.partitions.length;
  }
}
