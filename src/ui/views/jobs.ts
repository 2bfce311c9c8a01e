/** Jobs as the REST API gives them. */
import type { JobData } from "../api-types";
import type { JobEntry } from "../store/entries";
import { entriesOf, optionalDate } from "./format";

export function jobData(job: JobEntry): JobData {
  return {
    jobId: job.id,
    name: job.name,
    ...(job.description === undefined ? {} : { description: job.description }),
    ...optionalDate("submissionTime", job.submissionTime),
    ...optionalDate("completionTime", job.completionTime),
    stageIds: [...job.stageIds],
    ...(job.group === undefined ? {} : { jobGroup: job.group }),
    jobTags: [...job.tags],
    status: job.status,
    numTasks: job.numTasks,
    numActiveTasks: job.activeTasks,
    numCompletedTasks: job.completedTasks,
    numSkippedTasks: job.skippedTasks,
    numFailedTasks: job.failedTasks,
    numKilledTasks: job.killedTasks,
    numCompletedIndices: job.completedIndices,
    numActiveStages: job.activeStages,
    numCompletedStages: job.completedStages.size,
    numSkippedStages: job.skippedStages.size,
    numFailedStages: job.failedStages,
    killedTasksSummary: entriesOf(job.killedSummary),
  };
}

/** Newest first, as Spark lists them. */
export function jobList(jobs: Iterable<JobEntry>, statuses: readonly string[]): JobData[] {
  return [...jobs]
    .filter(({ status }) => statuses.length === 0 || statuses.includes(status))
    .sort((a, b) => b.id - a.id)
    .map(jobData);
}
