/** Searches over hyper-parameters with their tables of scores. */
import type { Search } from "../api-types";
import type { SearchEntry } from "../store/entries";

export function searchData(entry: SearchEntry, withCandidates: boolean): Search {
  const { start } = entry;
  return {
    id: start.searchId,
    name: start.name,
    ...(start.estimator === undefined ? {} : { estimator: start.estimator }),
    status: entry.status,
    metric: start.metric,
    largerIsBetter: start.largerIsBetter,
    folds: start.folds,
    total: start.candidates.length * start.folds,
    done: entry.done,
    failed: entry.failed,
    startTime: start.time,
    endTime: entry.endTime,
    bestIndex: entry.bestIndex,
    bestScore: entry.bestScore,
    ...(withCandidates ? { candidates: entry.candidates } : {}),
  };
}
