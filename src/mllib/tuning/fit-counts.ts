/** How many fits a search was asked for, and how many it made. */
import { Estimator } from "../base/estimator";
import type { Stage } from "../base/stage";

export interface StageFitCount {
  /** Its uid. */
  readonly stage: string;
  readonly className: string;
  /** Fits without sharing: one for each candidate and fold, and those of the refit. None where the stage has nothing to fit. */
  readonly requested: number;
  readonly performed: number;
}

export interface FitCounts {
  /** Fits of the whole estimator that were asked for, the refit included. */
  readonly requested: number;
  /** Fits that were made of the stage that was fitted most often: of a pipeline of one estimator, of that. */
  readonly performed: number;
  /** The stages of a pipeline in their order, also those of pipelines in it; the estimator itself where it is no pipeline. */
  readonly byStage: readonly StageFitCount[];
}

/** Of searches whose fits are not known. */
export const NO_FITS: FitCounts = { requested: 0, performed: 0, byStage: [] };

interface Counter {
  readonly stage: Stage;
  requested: number;
  performed: number;
}

export class FitCounter {
  readonly #stages = new Map<string, Counter>();
  #requested = 0;

  /** One fit of `estimator` is asked for. */
  request(estimator: Estimator): void {
    this.#requested++;
    for (const stage of stagesOf(estimator)) {
      const counter = this.#of(stage);
      if (stage instanceof Estimator) counter.requested++;
    }
  }

  /** One is made. */
  perform(estimator: unknown): void {
    this.#of(estimator as Stage).performed++;
  }

  get counts(): FitCounts {
    const byStage = [...this.#stages.values()].map(({ stage, requested, performed }) => ({
      stage: stage.uid,
      className: stage.className,
      requested,
      performed,
    }));
    return { requested: this.#requested, performed: Math.max(0, ...byStage.map(({ performed }) => performed)), byStage };
  }

  #of(stage: Stage): Counter {
    let counter = this.#stages.get(stage.uid);
    if (counter === undefined) this.#stages.set(stage.uid, (counter = { stage, requested: 0, performed: 0 }));
    return counter;
  }
}

function stagesOf(estimator: Stage): Stage[] {
  const stages: unknown = estimator.hasParam("stages") ? estimator.getOrDefault("stages") : null;
  return Array.isArray(stages) ? (stages as Stage[]).flatMap(stagesOf) : [estimator];
}
