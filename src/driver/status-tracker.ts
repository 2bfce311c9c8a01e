/** Answers about jobs, stages and executors as they are now. Ended jobs and stages are remembered for a while. */
import type { ListenerBus } from "../events/listener-bus";
import type { Application } from "./application";
import type { StageProgress } from "./scheduler/dag/stage-progress";

export interface SparkJobInfo {
  readonly jobId: number;
  readonly stageIds: readonly number[];
  readonly status: "RUNNING" | "SUCCEEDED" | "FAILED";
}

export interface SparkStageInfo {
  readonly stageId: number;
  readonly currentAttemptId: number;
  /** Milliseconds since the epoch. */
  readonly submissionTime: number;
  readonly name: string;
  readonly numTasks: number;
  readonly numActiveTasks: number;
  readonly numCompletedTasks: number;
  readonly numFailedTasks: number;
}

export interface SparkExecutorInfo {
  readonly executorId: string;
  readonly host: string;
  readonly cores: number;
  readonly numRunningTasks: number;
}

/** Ended jobs that are remembered, as spark.ui.retainedJobs. */
const RETAINED_JOBS = 1000;

export class StatusTracker {
  readonly #application: Application;
  readonly #ended = new Map<number, SparkJobInfo & { readonly group: string | undefined }>();
  readonly #running = new Map<number, { readonly stageIds: readonly number[]; readonly group: string | undefined }>();

  constructor(application: Application, bus: ListenerBus) {
    this.#application = application;
    bus.addWitness({
      onJobStart: ({ jobId, stageInfos, properties }) =>
        void this.#running.set(jobId, {
          stageIds: stageInfos.map((stage) => stage.stageId),
          group: properties["spark.jobGroup.id"],
        }),
      onJobEnd: ({ jobId, jobResult }) => {
        const job = this.#running.get(jobId);
        this.#running.delete(jobId);
        this.#ended.set(jobId, {
          jobId,
          stageIds: job?.stageIds ?? [],
          group: job?.group,
          status: jobResult.result === "JobSucceeded" ? "SUCCEEDED" : "FAILED",
        });
        if (this.#ended.size > RETAINED_JOBS) this.#ended.delete(this.#ended.keys().next().value!);
      },
    });
  }

  /** Jobs of the group, running or remembered; without a group, those that belong to none. */
  getJobIdsForGroup(group?: string): number[] {
    const running = this.#application.scheduler
      .activeJobs()
      .filter((job) => job.group === group)
      .map((job) => job.jobId);
    const ended = [...this.#ended.values()].filter((job) => job.group === group).map((job) => job.jobId);
    return [...new Set([...ended, ...running])].sort((a, b) => a - b);
  }

  /** As getActiveJobIds, under PySpark's name. */
  getActiveJobsIds(): number[] {
    return this.getActiveJobIds();
  }

  getActiveJobIds(): number[] {
    return this.#application.scheduler.activeJobs().map((job) => job.jobId);
  }

  getActiveStageIds(): number[] {
    return this.#application.scheduler.activeStages().map((stage) => stage.stageId);
  }

  getJobInfo(jobId: number): SparkJobInfo | undefined {
    const active = this.#application.scheduler.activeJobs().find((job) => job.jobId === jobId);
    if (active !== undefined) return { jobId, stageIds: active.stageIds, status: "RUNNING" };
    const ended = this.#ended.get(jobId);
    return ended && { jobId, stageIds: ended.stageIds, status: ended.status };
  }

  /** Of stages that run, wait or ended not long ago: of the latest attempt. Skipped ones have no tasks that ran. */
  getStageInfo(stageId: number): SparkStageInfo | undefined {
    const stage = this.#application.scheduler.stageProgress(stageId);
    if (stage === undefined) return undefined;
    const { attempt, submissionTime, name, numTasks, numActiveTasks, numCompletedTasks, numFailedTasks } = stage;
    return {
      stageId,
      currentAttemptId: attempt,
      submissionTime,
      name,
      numTasks,
      numActiveTasks,
      numCompletedTasks,
      numFailedTasks,
    };
  }

  getExecutorInfos(): SparkExecutorInfo[] {
    return [...this.#application.executors.values()].map(({ executorId, host, cores }) => ({
      executorId,
      host,
      cores,
      numRunningTasks: this.#application.runningTasks(executorId),
    }));
  }

  /** Running stage attempts with their progress, the oldest first. */
  activeStages(): readonly StageProgress[] {
    return this.#application.scheduler.activeStages();
  }
}
