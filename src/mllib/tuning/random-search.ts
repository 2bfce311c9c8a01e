/** Searches over candidates that are drawn at random: each of them fitted; or learning batch by batch, the best of them for longer. */
import type { StructType } from "../../columnar/types";
import { UsageError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { Estimator, Model } from "../base/estimator";
import type { Transformer } from "../base/transformer";
import { IncrementalEstimator } from "../incremental/incremental-estimator";
import { doubleParam, gt, gtEq, inRange, intParam, objectParam } from "../param/kinds";
import type { ParamMap } from "../param/param";
import { classNameOf, type ParamInput, withParams } from "../param/params";
import { tol } from "../param/shared";
import { loadInstance, persistent, saveInstance } from "../persistence/registry";
import { savedWithParts } from "../persistence/parts";
import { Transformer as AnyTransformer } from "../base/transformer";
import { checkDistributions, sampledMaps } from "./distributions";
import { type FitCounts, NO_FITS } from "./fit-counts";
import { randomFolds, randomSplit } from "./folds";
import { halvingRounds, type HyperbandPlan, hyperbandPlan } from "./hyperband-plan";
import { isPlateau, Race, ranked, type Runner, type ScorePoint } from "./incremental-race";
import { copyParts, schemaOfCandidates, search } from "./search";
import { SearchEvents } from "./search-events";
import { estimator, evaluator, howToSearch } from "./search-params";
import { messageOf } from "./search-run";

const distributions = {
  paramDistributions: objectParam(
    "what candidates are drawn from, by parameter",
    'lists of values and ranges { low, high, distribution: "uniform" | "loguniform" | "randint" }, by name or as pairs [param, values]',
    checkDistributions,
  ),
} as const;

export interface CandidateResult {
  readonly params: Readonly<Record<string, unknown>>;
  /** The mean over folds; of candidates that learn batch by batch the last score. NaN where it failed. */
  readonly score: number;
  /** Over the folds; 0 of one division. */
  readonly std: number;
  /** 0 where candidates are fitted at once. */
  readonly partialFitCalls: number;
  readonly history: readonly ScorePoint[];
}

interface Found {
  readonly bestModel: Transformer;
  readonly bestIndex: number;
  readonly results: readonly CandidateResult[];
  readonly candidatesPerRound: readonly number[];
  readonly fitCounts: FitCounts;
}

/** What a search has found: the best model, and how all candidates did. */
export class SearchCVModel extends Model {
  readonly bestModel: Transformer;
  readonly bestIndex: number;
  readonly results: readonly CandidateResult[];
  /** Of successive halving: candidates that learned in each round. */
  readonly candidatesPerRound: readonly number[];
  /** Fits that were asked for, and made; none of searches that learn batch by batch. */
  readonly fitCounts: FitCounts;

  constructor(found: Found) {
    super();
    this.bestModel = found.bestModel;
    this.bestIndex = found.bestIndex;
    this.results = found.results;
    this.candidatesPerRound = found.candidatesPerRound;
    this.fitCounts = found.fitCounts;
  }

  /** Internal. */
  static of(parent: Estimator, found: Found): SearchCVModel {
    return new SearchCVModel(found).adopted(parent);
  }

  get bestScore(): number {
    return this.results[this.bestIndex]!.score;
  }

  get bestParams(): Readonly<Record<string, unknown>> {
    return this.results[this.bestIndex]!.params;
  }

  override transformSchema(schema: StructType): StructType {
    return this.bestModel.transformSchema(schema);
  }

  protected override transformed(df: DataFrame): DataFrame {
    return this.bestModel.transform(df);
  }
}

persistent(SearchCVModel, {
  sparkClass: "firesteel.mllib.tuning.SearchCVModel",
  metadata: ({ bestIndex, results, candidatesPerRound, fitCounts }) => ({ bestIndex, results, candidatesPerRound, fitCounts }),
  save: ({ bestModel }, directory) => saveInstance(bestModel, directory.child("bestModel")),
  load: async (metadata, directory) => {
    const bestModel = await loadInstance(directory.child("bestModel"));
    if (!(bestModel instanceof AnyTransformer)) throw directory.damaged("its best model is no model");
    const { bestIndex, results, candidatesPerRound, fitCounts } = metadata as unknown as Omit<Found, "bestModel">;
    return new SearchCVModel({ bestModel, bestIndex, results, candidatesPerRound, fitCounts });
  },
});

/**
 * Cross-validation of candidates that are drawn at random: scikit-learn's RandomizedSearchCV. The same seed draws the same candidates.
 *
 * @example
 * const space = { alpha: { low: 1e-6, high: 1e-1, distribution: "loguniform" }, penalty: ["l1", "l2"] } as const;
 * const model = await new RandomizedSearchCV({ estimator: sgd, paramDistributions: space, nIter: 20, evaluator }).fit(df);
 */
export class RandomizedSearchCV extends withParams(Estimator<SearchCVModel>, {
  ...estimator,
  ...evaluator,
  ...distributions,
  ...howToSearch,
  nIter: intParam("candidates that are drawn", 10, gtEq(1)),
  numFolds: intParam("number of folds", 3, gtEq(2)),
}) {
  /** The candidates. */
  candidates(): ParamMap[] {
    return sampledMaps(this.getEstimator(), this.getParamDistributions(), this.getNIter(), this.getSeed());
  }

  override transformSchema(schema: StructType): StructType {
    return schemaOfCandidates(this.getEstimator(), this.candidates(), schema);
  }

  override copy(extra?: ParamInput): this {
    return copyParts(super.copy(extra), extra, ["estimator", "evaluator"]);
  }

  protected override async fitModel(df: DataFrame): Promise<SearchCVModel> {
    const maps = this.candidates();
    const found = await search(
      df,
      {
        name: this.className,
        estimator: this.getEstimator(),
        maps,
        evaluator: this.getEvaluator(),
        parallelism: this.getParallelism(),
        shareWork: this.getShareWork(),
        errorScore: this.getErrorScore(),
        collectSubModels: false,
      },
      randomFolds(df, this.getNumFolds(), this.getSeed(), this.uid),
    );
    const results = maps.map((map, i) => ({
      params: map.toObject(),
      score: found.means[i]!,
      std: found.deviations[i]!,
      partialFitCalls: 0,
      history: [],
    }));
    const { bestModel, bestIndex, fitCounts } = found;
    return SearchCVModel.of(this, { bestModel, bestIndex, results, candidatesPerRound: [maps.length], fitCounts });
  }
}

const incrementalEstimator = {
  estimator: objectParam(
    "what learns, batch by batch",
    "an estimator with partialFit (SGDClassifier, SGDRegressor, …)",
    (value): value is IncrementalEstimator<Model> => value instanceof IncrementalEstimator,
  ),
} as const;

const racing = {
  ...incrementalEstimator,
  ...evaluator,
  ...distributions,
  ...howToSearch,
  ...tol(1e-3),
  trainRatio: doubleParam(
    "part of the rows that candidates learn from; they are judged on the rest",
    0.8,
    inRange(0, 1, false, false),
  ),
  patience: intParam(
    "calls without a gain of more than tol after which a candidate learns no more; 0: all learn to the end",
    0,
    gtEq(0),
  ),
} as const;

/** A search whose candidates learn batch by batch. */
abstract class RacingSearch extends withParams(Estimator<SearchCVModel>, racing) {
  protected abstract candidateCount(): number;
  /** Moves the runners on until the end; gives how many learned in each round. */
  protected abstract race(race: Race): Promise<number[]>;

  /** The candidates. */
  candidates(): ParamMap[] {
    return sampledMaps(this.getEstimator(), this.getParamDistributions(), this.candidateCount(), this.getSeed());
  }

  override transformSchema(schema: StructType): StructType {
    return schemaOfCandidates(this.getEstimator(), this.candidates(), schema);
  }

  override copy(extra?: ParamInput): this {
    return copyParts(super.copy(extra), extra, ["estimator", "evaluator"]);
  }

  protected get largerIsBetter(): boolean {
    return this.getEvaluator().isLargerBetter();
  }

  /** Whether a candidate has stopped getting better. */
  protected hasStalled(runner: Runner): boolean {
    return this.getPatience() > 0 && isPlateau(runner.history, this.getPatience(), this.getTol(), this.largerIsBetter);
  }

  /** All of them to `calls` calls; judged on the way where patience asks for it. Gives those that go on. */
  protected async advance(race: Race, runners: readonly Runner[], calls: number): Promise<Runner[]> {
    const patience = this.getPatience();
    let going = runners.filter((runner) => !runner.failed);
    while (going.length > 0) {
      const at = Math.min(...going.map((runner) => runner.calls));
      const next = patience === 0 ? calls : Math.min(calls, at + Math.max(1, Math.floor(patience / 3)));
      await race.advance(going, next);
      await race.judge(going);
      going = going.filter((runner) => !runner.failed && !this.hasStalled(runner));
      if (next >= calls) break;
    }
    return going;
  }

  protected override async fitModel(df: DataFrame): Promise<SearchCVModel> {
    const maps = this.candidates();
    const port = df.sparkSession.core.port.context;
    const evaluator = this.getEvaluator();
    const candidates = maps.map((map) => map.toObject());
    const events = new SearchEvents((event) => port.postEvent(event), {
      name: this.className,
      estimator: this.getEstimator().className,
      evaluator,
      folds: 1,
      candidates,
    });
    const split = randomSplit(df, this.getTrainRatio(), this.getSeed(), this.uid);
    const { training, validation } = split.folds[0]!;
    let race: Race | undefined;
    try {
      const parallelism = Math.max(this.getParallelism(), port.defaultParallelism);
      const errorScore = this.getErrorScore();
      race = await Race.start({
        estimator: this.getEstimator(),
        maps,
        evaluator,
        training,
        validation,
        parallelism,
        errorScore,
        events,
      });
      const candidatesPerRound = await this.race(race);
      for (const runner of race.runners) race.finished(runner);
      const [best] = ranked(race.runners, this.largerIsBetter);
      if (best === undefined || best.failed)
        throw new UsageError("CANDIDATE_FAILED", `${this.className}: every candidate failed; the log says why.`);
      const bestModel = race.modelOf(best);
      events.ended({ index: best.index, score: best.score });
      const results = race.runners.map(({ score, calls, history }, i) => ({ params: candidates[i]!, score, std: 0, partialFitCalls: calls, history })); // prettier-ignore
      return SearchCVModel.of(this, { bestModel, bestIndex: best.index, results, candidatesPerRound, fitCounts: NO_FITS });
    } catch (error) {
      events.ended(null, messageOf(error));
      throw error;
    } finally {
      await race?.release();
      split.release();
    }
  }

  /** Successive halving: the best of each round go on. Gives how many learned in each. */
  protected async halve(
    race: Race,
    runners: readonly Runner[],
    rounds: readonly { readonly models: number; readonly calls: number }[],
  ): Promise<number[]> {
    const counts: number[] = [];
    let left = runners;
    for (const { models, calls } of rounds) {
      left = ranked(left, this.largerIsBetter).slice(0, models);
      counts.push(left.length);
      left = await this.advance(race, left, calls);
      if (left.length === 0) break;
    }
    return counts;
  }
}

const initial = { nInitialParameters: intParam("candidates that begin", 10, gtEq(1)) } as const;
const aggressiveness = {
  aggressiveness: intParam("one of so many candidates goes on, with so many times the calls", 3, gtEq(2)),
} as const;

/** All begin; after each round the best of them go on, with more calls of partialFit each (Jamieson and Talwalkar, 2016). */
export class SuccessiveHalvingSearchCV extends withParams(RacingSearch, {
  ...initial,
  ...aggressiveness,
  nInitialIter: intParam("calls of partialFit in the first round", 1, gtEq(1)),
  maxRounds: intParam("most rounds after the first; 0: until one candidate is left", 0, gtEq(0)),
}) {
  protected override candidateCount(): number {
    return this.getNInitialParameters();
  }

  protected override race(race: Race): Promise<number[]> {
    const most = this.getMaxRounds() === 0 ? Infinity : this.getMaxRounds();
    return this.halve(
      race,
      race.runners,
      halvingRounds(race.runners.length, this.getNInitialIter(), this.getAggressiveness(), most),
    );
  }
}

/**
 * Successive halving with several trades between many candidates and many calls (Li et al., 2018): dask-ml's HyperbandSearchCV. `plan()`
 * tells how many candidates and calls that are, before anything runs.
 */
export class HyperbandSearchCV extends withParams(RacingSearch, {
  ...aggressiveness,
  maxIter: intParam("most calls of partialFit of one candidate", 81, gtEq(1)),
}) {
  plan(): HyperbandPlan {
    return hyperbandPlan(this.getMaxIter(), this.getAggressiveness());
  }

  protected override candidateCount(): number {
    return this.plan().totalModels;
  }

  protected override async race(race: Race): Promise<number[]> {
    let from = 0;
    const { brackets } = this.plan();
    // Of lists of few combinations there are fewer candidates than the plan has places.
    const counts = await Promise.all(
      brackets.map(({ rounds }) => {
        const runners = race.runners.slice(from, (from += rounds[0]!.models));
        return runners.length === 0 ? Promise.resolve([]) : this.halve(race, runners, rounds);
      }),
    );
    return counts.flat();
  }
}

const incremental = {
  ...initial,
  maxIter: intParam("most calls of partialFit of one candidate", 100, gtEq(1)),
  decayRate: doubleParam("after t calls the best n / t^decayRate of n candidates go on; 0: all", 0, gtEq(0)),
  fitsPerScore: intParam("calls of partialFit between scores", 1, gtEq(1)),
} as const;

/** All candidates learn; those that get no better for `patience` calls learn no more. dask-ml's IncrementalSearchCV. */
export class IncrementalSearchCV extends withParams(RacingSearch, incremental) {
  protected override candidateCount(): number {
    return this.getNInitialParameters();
  }

  protected override async race(race: Race): Promise<number[]> {
    const counts: number[] = [];
    let left: readonly Runner[] = race.runners;
    for (let calls = 0; left.length > 0 && calls < this.getMaxIter();) {
      calls = Math.min(this.getMaxIter(), calls + this.getFitsPerScore());
      const kept = Math.max(1, Math.ceil(race.runners.length * calls ** -this.getDecayRate()));
      if (calls > this.getFitsPerScore()) left = ranked(left, this.largerIsBetter).slice(0, kept);
      counts.push(left.length);
      await race.advance(left, calls);
      await race.judge(left);
      left = left.filter((runner) => !runner.failed && !this.hasStalled(runner));
    }
    return counts;
  }
}

/** As IncrementalSearchCV; after t calls the best n / t^decayRate of n candidates go on. */
export class InverseDecaySearchCV extends withParams(IncrementalSearchCV, {
  decayRate: doubleParam("after t calls the best n / t^decayRate of n candidates go on", 1, gt(0)),
}) {}

for (const Class of [RandomizedSearchCV, SuccessiveHalvingSearchCV, HyperbandSearchCV, IncrementalSearchCV, InverseDecaySearchCV])
  savedWithParts<Estimator<SearchCVModel>>(Class, `firesteel.mllib.tuning.${classNameOf(Class)}`, ["estimator", "evaluator"]);
