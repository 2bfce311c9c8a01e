/** Fits and judges candidates on folds. */
import { CancelledError, ClusterError, FiresteelError, UsageError } from "../../common/errors";
import { log } from "../../common/log";
import { joined, withSignal } from "../../rdd/api/cancellation";
import type { Estimator } from "../base/estimator";
import type { Transformer } from "../base/transformer";
import type { Evaluator } from "../evaluation/evaluator";
import type { ParamMap } from "../param/param";
import type { FitCounter } from "./fit-counts";
import { fitMany } from "./fit-many";
import type { Fold } from "./folds";
import { Limit } from "./limit";
import { type Candidate, type Score, scoreMany, scoreOne } from "./score-many";
import type { SearchEvents } from "./search-events";

export interface SearchRun {
  readonly estimator: Estimator;
  readonly maps: readonly ParamMap[];
  readonly evaluator: Evaluator;
  readonly folds: readonly Fold[];
  readonly parallelism: number;
  readonly shareWork: boolean;
  /** The score of a candidate that fails; "raise" ends the search. */
  readonly errorScore: number | "raise";
  readonly collectSubModels: boolean;
  readonly counter: FitCounter;
  readonly events: SearchEvents;
}

export interface SearchOutcome {
  /** By fold and candidate. */
  readonly scores: readonly (readonly number[])[];
  /** By fold and candidate; null unless they were to be collected. A candidate that failed has none. */
  readonly subModels: readonly (readonly (Transformer | undefined)[])[] | null;
}

/** Models that wait to be judged together, at most so long while others are fitted. */
const JUDGED_AFTER_MS = 1000;

export async function runSearch(run: SearchRun): Promise<SearchOutcome> {
  const controller = new AbortController();
  const limit = new Limit(run.parallelism);
  // While one fold is judged, the fits of another keep the executors at work.
  const foldLimit = new Limit(run.parallelism === 1 ? 1 : run.parallelism + 1);
  const outcomes = run.folds.map((fold, i) => new FoldRun(run, fold, i, limit, controller));
  return withSignal(controller.signal, async () => {
    try {
      await Promise.all(outcomes.map((outcome) => foldLimit.run(() => outcome.run())));
    } catch (error) {
      // What still runs is of no use, and nothing outlives the call.
      controller.abort(error);
      await Promise.allSettled(outcomes.map((outcome) => outcome.ended));
      throw error;
    }
    const failed = outcomes.flatMap(({ errors }) => errors);
    const [first] = failed;
    if (first !== undefined && failed.length === run.folds.length * run.maps.length) throw first;
    return {
      scores: outcomes.map(({ scores }) => scores),
      subModels: run.collectSubModels ? outcomes.map(({ models }) => models) : null,
    };
  });
}

/** One fold: models as they are fitted, and their scores. */
class FoldRun {
  readonly scores: number[];
  readonly models: (Transformer | undefined)[];
  readonly errors: UsageError[] = [];
  /** Resolves when nothing runs any more. */
  ended: Promise<unknown> = Promise.resolve();
  #waiting: Candidate[] = [];
  #waitingSince = 0;

  constructor(
    private readonly search: SearchRun,
    private readonly fold: Fold,
    private readonly index: number,
    private readonly limit: Limit,
    private readonly controller: AbortController,
  ) {
    this.scores = search.maps.map(() => NaN);
    this.models = search.maps.map(() => undefined);
  }

  run(): Promise<void> {
    const work = this.#run();
    this.ended = work.catch(() => undefined);
    return work;
  }

  async #run(): Promise<void> {
    const { estimator, maps, shareWork, counter, events } = this.search;
    this.controller.signal.throwIfAborted();
    await fitMany<Transformer>(estimator, this.fold.training, maps, {
      share: shareWork,
      turn: (fit) =>
        this.limit.run(() => {
          this.controller.signal.throwIfAborted();
          return fit();
        }),
      fitting: (who, candidates) => {
        counter.perform(who);
        for (const candidate of candidates) events.running(candidate, this.index);
      },
      model: (index, model) => this.#fitted({ index, model, map: maps[index]! }),
      failed: (index, error) => this.#failed(index, error),
    });
    await this.#judgeWaiting();
  }

  async #fitted(candidate: Candidate): Promise<void> {
    const { shareWork, collectSubModels, evaluator } = this.search;
    if (collectSubModels) this.models[candidate.index] = candidate.model;
    if (!shareWork) {
      // Before the fits that wait, which are all others: scores and the time left are known from the first on.
      this.#judged(await this.limit.run(() => scoreOne(candidate, this.fold.validation, evaluator), { ahead: true }));
      return;
    }
    if (this.#waiting.length === 0) this.#waitingSince = Date.now();
    this.#waiting.push(candidate);
    if (Date.now() - this.#waitingSince > JUDGED_AFTER_MS) await this.#judgeWaiting();
  }

  async #judgeWaiting(): Promise<void> {
    const candidates = this.#waiting;
    this.#waiting = [];
    if (candidates.length === 0) return;
    for (const score of await scoreMany(candidates, this.fold.validation, this.search.evaluator)) this.#judged(score);
  }

  #judged(score: Score): void {
    if ("error" in score) {
      this.#failed(score.index, score.error);
      return;
    }
    this.scores[score.index] = score.score;
    this.search.events.done(score.index, this.index, score.score);
  }

  /** Throws where the search is to end: what failed is not the candidate, or it is to raise. */
  #failed(index: number, error: unknown): void {
    if (!isOfCandidate(error)) throw error;
    const { maps, errorScore, events } = this.search;
    const why = error instanceof Error ? error.message : String(error);
    const failure = new UsageError(
      "CANDIDATE_FAILED",
      `Candidate ${index} ${maps[index]!.toString()} failed on fold ${this.index}: ${why}`,
      { cause: error, parameters: { candidate: String(index), fold: String(this.index) } },
    );
    events.failed(index, this.index, why);
    if (errorScore === "raise") throw failure;
    log.warn(`${failure.message} Its score is ${errorScore}.`);
    this.errors.push(failure);
    this.scores[index] = errorScore;
  }
}

/** False where a candidate is not at fault: the search was cancelled, or the cluster failed. Scores would then judge the moment of the loss. */
export function isOfCandidate(error: unknown): boolean {
  return !(error instanceof CancelledError || error instanceof ClusterError || joined(undefined)?.aborted === true);
}

/** The best of scores; of equal ones the first. Null where none is a number. */
export function bestOf(
  scores: readonly number[],
  largerIsBetter: boolean,
): { readonly index: number; readonly score: number } | null {
  let best: { readonly index: number; readonly score: number } | null = null;
  scores.forEach((score, index) => {
    if (Number.isNaN(score)) return;
    if (best === null || (largerIsBetter ? score > best.score : score < best.score)) best = { index, score };
  });
  return best;
}

export function meanAndDeviation(values: readonly number[]): { readonly mean: number; readonly deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, deviation: Math.sqrt(variance) };
}

export function messageOf(error: unknown): string {
  return error instanceof FiresteelError || error instanceof Error ? error.message : String(error);
}
