/** Ensembles of any estimators: fitted on all rows, on resamples, or on a partition each. */
import type { StructType } from "../../columnar/types";
import { UsageError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { col, spark_partition_id } from "../../dataframe/api/functions";
import { Estimator } from "../base/estimator";
import { doubleField, withFields } from "../base/schema";
import type { Transformer } from "../base/transformer";
import { batchesOf } from "../compute/task-data";
import { boolParam, doubleParam, doublesParam, gtEq, inRange, intParam } from "../param/kinds";
import type { ParamInput } from "../param/params";
import { classNameOf, withParams } from "../param/params";
import { predictionCol, seed } from "../param/shared";
import { savedWithParts } from "../persistence/parts";
import { copyParts } from "../tuning/search";
import { configured, copyMembers, fitAll, memberEstimator, memberEstimators, memberParallelism, predictor } from "./members";
import { type EnsembleModel, voting, VotingClassificationModel, VotingRegressionModel } from "./voting-model";

/** An estimator made of others, whose models vote. */
abstract class Ensemble extends withParams(Estimator<EnsembleModel>, { ...predictionCol, ...memberParallelism }) {
  protected abstract members(): readonly Estimator[];
  protected abstract modelOf(models: readonly Transformer[]): EnsembleModel;

  override transformSchema(schema: StructType): StructType {
    for (const member of this.members()) member.transformSchema(schema);
    return withFields(schema, this.className, doubleField(this.getPredictionCol()));
  }

  protected fitSideBySide(fits: readonly (() => Promise<Transformer>)[]): Promise<Transformer[]> {
    return fitAll(this.getParallelism(), fits);
  }

  protected override async fitModel(df: DataFrame): Promise<EnsembleModel> {
    return this.modelOf(await this.fitMembers(df));
  }

  protected abstract fitMembers(df: DataFrame): Promise<Transformer[]>;
}

const votingParams = {
  ...memberEstimators,
  weights: doublesParam("weights of the votes; all the same where not set", undefined, (values) =>
    values.every((weight) => weight >= 0) ? null : "must not be negative",
  ),
} as const;

abstract class Voting extends withParams(Ensemble, votingParams) {
  protected override members(): readonly Estimator[] {
    return this.getEstimators();
  }

  override copy(extra?: ParamInput): this {
    return copyMembers(super.copy(extra), extra);
  }

  protected votes(): readonly number[] | null {
    const weights = this.valueFor<readonly number[]>("weights") ?? null;
    if (weights !== null && weights.length !== this.getEstimators().length)
      throw new UsageError("INVALID_PARAMETER_VALUE", `${this.className}: weights has ${weights.length} values for ${this.getEstimators().length} estimators.`); // prettier-ignore
    return weights;
  }

  protected override async fitMembers(df: DataFrame): Promise<Transformer[]> {
    this.votes();
    return this.fitSideBySide(this.getEstimators().map((member) => () => member.fit(df)));
  }
}

/** Different classifiers, fitted on the same rows. */
export class VotingClassifier extends withParams(Voting, voting) {
  protected override modelOf(models: readonly Transformer[]): VotingClassificationModel {
    return VotingClassificationModel.of(this, models, this.votes());
  }
}

/** Different regressors, fitted on the same rows. */
export class VotingRegressor extends Voting {
  protected override modelOf(models: readonly Transformer[]): VotingRegressionModel {
    return VotingRegressionModel.of(this, models, this.votes());
  }
}

abstract class OfOne extends withParams(Ensemble, memberEstimator) {
  protected override members(): readonly Estimator[] {
    return [this.getEstimator()];
  }

  override copy(extra?: ParamInput): this {
    return copyParts(super.copy(extra), extra, ["estimator"]);
  }
}

const bagging = {
  ...seed(),
  numEstimators: intParam("number of models", 10, gtEq(1)),
  maxSamples: doubleParam("rows of a resample, as a part of all", 1, inRange(0, 1, false)),
  bootstrap: boolParam("whether rows are drawn with replacement", true),
} as const;

abstract class Bagging extends withParams(OfOne, bagging) {
  /** Each model learns from a sample of its own, drawn by (seed, number of the model). */
  protected override async fitMembers(df: DataFrame): Promise<Transformer[]> {
    const rows = df.persist();
    const base = this.getSeed();
    try {
      return await this.fitSideBySide(
        Array.from({ length: this.getNumEstimators() }, (_, i) => () => {
          const sample = rows.sample(this.getBootstrap(), this.getMaxSamples(), base + i);
          const member = this.getEstimator();
          const seeded = predictor(member).hasParam("seed") ? configured(member, { seed: base + i }) : member;
          return seeded.fit(sample);
        }),
      );
    } finally {
      rows.unpersist();
    }
  }
}

/** Classifiers of the same kind, each fitted on a sample of the rows (Breiman, 1996). */
export class BaggingClassifier extends withParams(Bagging, voting) {
  protected override modelOf(models: readonly Transformer[]): VotingClassificationModel {
    return VotingClassificationModel.of(this, models);
  }
}

/** Regressors of the same kind, each fitted on a sample of the rows. */
export class BaggingRegressor extends Bagging {
  protected override modelOf(models: readonly Transformer[]): VotingRegressionModel {
    return VotingRegressionModel.of(this, models);
  }
}

abstract class Blockwise extends OfOne {
  /** A model of each partition that has rows. */
  protected override async fitMembers(df: DataFrame): Promise<Transformer[]> {
    const number = `${this.uid}_partition`;
    const numbered = df.withColumn(number, spark_partition_id()).persist();
    try {
      const partitions = await batchesOf(numbered, [number]).numPartitions();
      const found = await numbered.groupBy(number).count().collect();
      const withRows = new Set(found.map((row) => row.get(0) as number));
      const parts = Array.from({ length: partitions }, (_, i) => i).filter((i) => withRows.has(i));
      if (parts.length === 0)
        throw new UsageError("EMPTY_DATASET", `${this.className}: the dataset is empty; there is nothing to fit.`);
      return await this.fitSideBySide(
        parts.map((i) => () => this.getEstimator().fit(numbered.filter(col(number).equalTo(i)).drop(number).coalesce(1))),
      );
    } finally {
      numbered.unpersist();
    }
  }
}

/** A classifier for each partition, which vote: dask-ml's BlockwiseVotingClassifier. Rows should lie in partitions at random. */
export class BlockwiseVotingClassifier extends withParams(Blockwise, voting) {
  protected override modelOf(models: readonly Transformer[]): VotingClassificationModel {
    return VotingClassificationModel.of(this, models);
  }
}

/** A regressor for each partition; the mean of their predictions. */
export class BlockwiseVotingRegressor extends Blockwise {
  protected override modelOf(models: readonly Transformer[]): VotingRegressionModel {
    return VotingRegressionModel.of(this, models);
  }
}

for (const Class of [VotingClassifier, VotingRegressor])
  savedWithParts<Ensemble>(Class, `firesteel.mllib.meta.${classNameOf(Class)}`, ["estimators"]);
for (const Class of [BaggingClassifier, BaggingRegressor, BlockwiseVotingClassifier, BlockwiseVotingRegressor])
  savedWithParts<Ensemble>(Class, `firesteel.mllib.meta.${classNameOf(Class)}`, ["estimator"]);
