/** How far searches over hyper-parameters are, in a line each: candidates done, the best score, time left. */
import { formatDuration } from "../common/units";
import type { ListenerEvent } from "../events/listener-events";
import { Searches } from "./store/searches";
import type { SearchEntry } from "./store/entries";

/** A running search. */
export interface SearchProgress {
  /** "CrossValidator". */
  readonly name: string;
  readonly metric: string;
  /** Candidates times folds. */
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  /** The mean over the folds that are known, and whose it is. */
  readonly best: { readonly score: number; readonly params: Readonly<Record<string, string>> } | null;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}

/** Listens, and tells what runs. */
export class SearchesInProgress {
  readonly #searches = new Searches();

  readonly listener = {
    onOther: (event: ListenerEvent): void => {
      if (event.type === "FiresteelSearchStart") this.#searches.started(event);
      else if (event.type === "FiresteelSearchProgress") this.#searches.progress(event);
      else if (event.type === "FiresteelSearchEnd") this.#searches.ended(event);
    },
  };

  running(): SearchProgress[] {
    return [...this.#searches.searches.values()].filter(({ status }) => status === "RUNNING").map(progressOf);
  }
}

function progressOf({ start, done, failed, bestIndex, bestScore, candidates }: SearchEntry): SearchProgress {
  return {
    name: start.name,
    metric: start.metric,
    total: start.candidates.length * start.folds,
    done,
    failed,
    best: bestIndex === null || bestScore === null ? null : { score: bestScore, params: candidates[bestIndex]?.params ?? {} },
    startedAt: start.time,
  };
}

/** "12/75 fits, best accuracy 0.8431 (numTrees 10, maxDepth 5), 1 failed, about 12 s left" */
export function describeSearch({ metric, total, done, failed, best, startedAt }: SearchProgress, now: number): string {
  const ended = done + failed;
  const params = Object.entries(best?.params ?? {}).map(([name, value]) => `${name} ${value}`);
  const left = ended >= total ? "the best is fitted on all rows" : ended === 0 ? "" : `about ${formatDuration(((now - startedAt) / ended) * (total - ended))} left`; // prettier-ignore
  return [
    `${ended}/${total} fits`,
    best === null ? "" : `best ${metric} ${best.score.toPrecision(4)}${params.length === 0 ? "" : ` (${params.join(", ")})`}`,
    failed === 0 ? "" : `${failed} failed`,
    left,
  ]
    .filter((part) => part !== "")
    .join(", ");
}
