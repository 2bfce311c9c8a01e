/** Candidates that learn batch by batch, side by side, and are judged on the way. */
import { UsageError } from "../../common/errors";
import { log } from "../../common/log";
import type { DataFrame } from "../../dataframe/api/dataframe";
import type { Model } from "../base/estimator";
import { type InstanceBlock, instancesOf } from "../compute/instances";
import type { TaskData } from "../compute/task-data";
import type { Evaluator } from "../evaluation/evaluator";
import { learnTogether } from "../incremental/block-learner";
import { countClasses, type IncrementalEstimator } from "../incremental/incremental-estimator";
import type { ParamMap } from "../param/param";
import { Limit } from "./limit";
import { scoreMany } from "./score-many";
import type { SearchEvents } from "./search-events";
import { isOfCandidate } from "./search-run";

/** A candidate's score after so many calls of partialFit. */
export interface ScorePoint {
  readonly partialFitCalls: number;
  readonly score: number;
}

export class Runner {
  state: unknown = null;
  calls = 0;
  failed = false;
  readonly history: ScorePoint[] = [];

  constructor(
    readonly index: number,
    readonly map: ParamMap,
    readonly estimator: IncrementalEstimator<Model>,
  ) {}

  get score(): number {
    return this.history.at(-1)?.score ?? NaN;
  }
}

export interface RaceSpec {
  readonly estimator: IncrementalEstimator<Model>;
  readonly maps: readonly ParamMap[];
  readonly evaluator: Evaluator;
  readonly training: DataFrame;
  readonly validation: DataFrame;
  readonly parallelism: number;
  readonly errorScore: number | "raise";
  readonly events: SearchEvents;
}

/** The runners, and what moves them on. A call of partialFit is one pass over a partition; calls go round the partitions. */
export class Race {
  readonly runners: readonly Runner[];
  readonly #limit: Limit;

  private constructor(
    private readonly spec: RaceSpec,
    private readonly blocks: TaskData<InstanceBlock>,
    private readonly partitions: number,
    private readonly numClasses: number,
  ) {
    this.runners = spec.maps.map((map, index) => new Runner(index, map, spec.estimator.copy(map)));
    this.#limit = new Limit(spec.parallelism);
  }

  static async start(spec: RaceSpec): Promise<Race> {
    const { estimator, training } = spec;
    const blocks = (await instancesOf(training, estimator.instanceColumns())).persist();
    try {
      const classes = estimator.isClassifier ? await countClasses(blocks, estimator.className) : 0;
      return new Race(spec, blocks, await blocks.numPartitions(), classes);
    } catch (error) {
      await blocks.release();
      throw error;
    }
  }

  /** Each of them learns until it has had `calls` calls; they share the reading of the batches that they have in common. */
  async advance(runners: readonly Runner[], calls: number): Promise<void> {
    const groups = this.#groups(runners.filter((runner) => !runner.failed));
    for (const { index } of runners) this.spec.events.running(index, 0);
    await Promise.all(groups.map((group) => this.#limit.run(() => this.#advanceGroup(group, calls))));
  }

  /** Adds a point to the history of each. */
  async judge(runners: readonly Runner[]): Promise<void> {
    const { validation, evaluator } = this.spec;
    const candidates = runners
      .filter((runner) => !runner.failed)
      .map((runner) => ({ index: runner.index, model: this.modelOf(runner), map: runner.map }));
    for (const score of await scoreMany(candidates, validation, evaluator)) {
      const runner = this.runners[score.index]!;
      if ("error" in score) this.#fail(runner, score.error);
      else runner.history.push({ partialFitCalls: runner.calls, score: score.score });
    }
  }

  modelOf(runner: Runner): Model {
    return runner.estimator.modelOf(runner.state, this.numClasses);
  }

  /** A runner learns no more. */
  finished(runner: Runner): void {
    if (!runner.failed) this.spec.events.done(runner.index, 0, runner.score);
  }

  release(): Promise<void> {
    return this.blocks.release();
  }

  /** One for each place to run, of those that stand at the same batch. */
  #groups(runners: readonly Runner[]): Runner[][] {
    const byCalls = new Map<number, Runner[]>();
    for (const runner of runners) byCalls.set(runner.calls, [...(byCalls.get(runner.calls) ?? []), runner]);
    return [...byCalls.values()].flatMap((same) => {
      const size = Math.ceil(same.length / this.spec.parallelism);
      return Array.from({ length: Math.ceil(same.length / size) }, (_, i) => same.slice(i * size, (i + 1) * size));
    });
  }

  async #advanceGroup(group: readonly Runner[], calls: number): Promise<void> {
    try {
      while (group[0]!.calls < calls) await this.#step(group);
    } catch (error) {
      if (!isOfCandidate(error)) throw error;
      const [only] = group;
      if (group.length === 1) this.#fail(only!, error);
      else for (const runner of group) await this.#advanceGroup([runner], calls);
    }
  }

  async #step(group: readonly Runner[]): Promise<void> {
    const partition = group[0]!.calls % this.partitions;
    const models = group.map(({ estimator, state }) => ({ learning: estimator.blockLearning(this.numClasses), state }));
    const states = await learnTogether(this.blocks, partition, models);
    group.forEach((runner, i) => {
      runner.state = states[i];
      runner.calls++;
    });
  }

  #fail(runner: Runner, error: unknown): void {
    const { errorScore, events } = this.spec;
    const why = error instanceof Error ? error.message : String(error);
    events.failed(runner.index, 0, why);
    const failure = new UsageError("CANDIDATE_FAILED", `Candidate ${runner.index} ${runner.map.toString()} failed: ${why}`, {
      cause: error,
      parameters: { candidate: String(runner.index) },
    });
    if (errorScore === "raise") throw failure;
    log.warn(`${failure.message} Its score is ${errorScore}.`);
    runner.failed = true;
    runner.history.push({ partialFitCalls: runner.calls, score: errorScore });
  }
}

/** From the best to the worst; those without a number last, else in their order. */
export function ranked(runners: readonly Runner[], largerIsBetter: boolean): Runner[] {
  const worth = ({ score }: Runner): number => (Number.isNaN(score) ? -Infinity : largerIsBetter ? score : -score);
  return [...runners].sort((a, b) => (worth(a) === worth(b) ? a.index - b.index : worth(b) - worth(a)));
}

/** Whether none of the last scores is better than the one `patience` calls ago, by more than `tol`. */
export function isPlateau(history: readonly ScorePoint[], patience: number, tol: number, largerIsBetter: boolean): boolean {
  const now = history.at(-1)?.partialFitCalls ?? 0;
  if (now < patience) return false;
  const sign = largerIsBetter ? 1 : -1;
  const [first, ...rest] = history.filter(({ partialFitCalls }) => now - partialFitCalls <= patience);
  return first !== undefined && rest.length > 0 && rest.every(({ score }) => sign * score <= sign * first.score + tol);
}
