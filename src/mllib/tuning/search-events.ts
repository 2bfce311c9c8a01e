/** What listeners, the event log, the dashboard and the progress bar hear of a search. */
import { randomUUID } from "node:crypto";
import type { ListenerEvent } from "../../events/listener-events";
import type { Evaluator } from "../evaluation/evaluator";

export interface SearchDescription {
  /** The class of the search. */
  readonly name: string;
  /** The class whose parameters are searched. */
  readonly estimator: string;
  readonly evaluator: Evaluator;
  readonly folds: number;
  readonly candidates: readonly Readonly<Record<string, unknown>>[];
}

export class SearchEvents {
  readonly #id = randomUUID();
  readonly #started = new Map<string, number>();

  constructor(
    private readonly post: (event: ListenerEvent) => void,
    { name, estimator, evaluator, folds, candidates }: SearchDescription,
  ) {
    post({
      type: "FiresteelSearchStart",
      searchId: this.#id,
      name,
      estimator,
      metric: evaluator.hasParam("metricName") ? String(evaluator.getOrDefault("metricName")) : evaluator.className,
      largerIsBetter: evaluator.isLargerBetter(),
      folds,
      candidates: candidates.map((params) => ({ params: printed(params) })),
      time: Date.now(),
    });
  }

  running(candidate: number, fold: number): void {
    const key = `${candidate}/${fold}`;
    if (this.#started.has(key)) return;
    const time = Date.now();
    this.#started.set(key, time);
    this.post({ type: "FiresteelSearchProgress", searchId: this.#id, candidate, fold, state: "running", time });
  }

  done(candidate: number, fold: number, score: number): void {
    const time = Date.now();
    const fitTime = time - (this.#started.get(`${candidate}/${fold}`) ?? time);
    this.post({ type: "FiresteelSearchProgress", searchId: this.#id, candidate, fold, state: "done", score, fitTime, time });
  }

  failed(candidate: number, fold: number, error: string): void {
    const time = Date.now();
    this.post({ type: "FiresteelSearchProgress", searchId: this.#id, candidate, fold, state: "failed", error, time });
  }

  ended(best: { readonly index: number; readonly score: number } | null, error?: string): void {
    this.post({
      type: "FiresteelSearchEnd",
      searchId: this.#id,
      ...(best !== null && { bestIndex: best.index, bestScore: best.score }),
      ...(error !== undefined && { error }),
      time: Date.now(),
    });
  }
}

function printed(params: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, String(value)]));
}
