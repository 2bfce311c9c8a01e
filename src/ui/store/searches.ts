/** Searches over hyper-parameters: candidates and their scores as they come. */
import type { EventOf } from "../../events/listener-events";
import type { SearchCandidate } from "../api-types";
import type { SearchEntry } from "./entries";

/** Searches that are remembered. */
const RETAINED = 100;

export class Searches {
  readonly searches = new Map<string, SearchEntry>();

  started(event: EventOf<"FiresteelSearchStart">): void {
    this.searches.set(event.searchId, {
      start: event,
      status: "RUNNING",
      endTime: null,
      done: 0,
      failed: 0,
      bestIndex: null,
      bestScore: null,
      candidates: event.candidates.map(({ params }, index) => ({
        index,
        params: { ...params },
        scores: new Array<number | null>(event.folds).fill(null),
        mean: null,
        std: null,
        rank: null,
        status: "WAITING",
        fitTime: null,
      })),
    });
    for (const [id, { status }] of this.searches) {
      if (this.searches.size <= RETAINED) break;
      if (status !== "RUNNING") this.searches.delete(id);
    }
  }

  progress(event: EventOf<"FiresteelSearchProgress">): void {
    const search = this.searches.get(event.searchId);
    const candidate = search?.candidates[event.candidate];
    if (search === undefined || candidate === undefined) return;
    if (event.state === "running") {
      if (candidate.status === "WAITING") candidate.status = "RUNNING";
      return;
    }
    if (event.state === "failed") {
      search.failed++;
      candidate.status = "FAILED";
      if (event.error !== undefined) candidate.error = event.error;
      return;
    }
    search.done++;
    candidate.scores[event.fold] = event.score ?? null;
    summarize(candidate, event.fitTime ?? 0);
    if (candidate.status !== "FAILED") candidate.status = candidate.scores.every((score) => score !== null) ? "DONE" : "RUNNING";
    rank(search);
  }

  ended({ searchId, bestIndex, bestScore, error, time }: EventOf<"FiresteelSearchEnd">): void {
    const search = this.searches.get(searchId);
    if (search === undefined) return;
    search.status = error === undefined ? "COMPLETED" : "FAILED";
    search.endTime = time;
    search.bestIndex = bestIndex ?? search.bestIndex;
    search.bestScore = bestScore ?? search.bestScore;
  }
}

/**
 * Means and standard deviation (of the population) over the folds that are known, as scikit-learn's `cv_results_` has them.
 * @param fitTime of the fold that has come, ms
 */
function summarize(candidate: SearchCandidate, fitTime: number): void {
  const known = candidate.scores.filter((score) => score !== null);
  if (known.length === 0) return;
  const mean = known.reduce((sum, score) => sum + score, 0) / known.length;
  candidate.mean = mean;
  candidate.fitTime = (candidate.fitTime ?? 0) + (fitTime - (candidate.fitTime ?? 0)) / known.length;
  candidate.std = Math.sqrt(known.reduce((sum, score) => sum + (score - mean) ** 2, 0) / known.length);
}

function rank(search: SearchEntry): void {
  const sign = search.start.largerIsBetter ? -1 : 1;
  const scored = search.candidates.filter(({ mean }) => mean !== null && !Number.isNaN(mean));
  scored.sort((a, b) => sign * (a.mean! - b.mean!) || a.index - b.index);
  scored.forEach((candidate, i) => (candidate.rank = i + 1));
  const best = scored[0];
  if (best === undefined) return;
  search.bestIndex = best.index;
  search.bestScore = best.mean;
}
