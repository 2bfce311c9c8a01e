/** Stages one after the other: transformers, and estimators that learn from what the stages before them give. */
import type { StructType } from "../../columnar/types";
import { UsageError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { Estimator, type IndexedModel, Model } from "../base/estimator";
import { Transformer } from "../base/transformer";
import { objectParam } from "../param/kinds";
import type { ParamMap } from "../param/param";
import { type ParamInput, type Params, withParams } from "../param/params";
import { persistent } from "../persistence/registry";
import { type FitsThroughRun, fitMany, sameFor } from "../tuning/fit-many";
import { type FitRun, modelsOf } from "../tuning/shared-fits";
import { preparesFits } from "../tuning/sharing";
import { loadStages, saveStages } from "./stages-on-disk";

export type PipelineStage = Transformer | Estimator;

const isStages = (value: unknown): value is readonly PipelineStage[] =>
  Array.isArray(value) && value.every((stage) => stage instanceof Transformer || stage instanceof Estimator);

/**
 * Fits stages in their order. A wrong column of any stage is refused before any job.
 *
 * @example
 * const pipeline = new Pipeline({ stages: [indexer, assembler, classifier] });
 * const model = await pipeline.fit(training);
 * await model.transform(test).show();
 */
export class Pipeline
  extends withParams(Estimator<PipelineModel>, {
    stages: objectParam("stages of the pipeline, in order", "an array of transformers and estimators", isStages),
  })
  implements FitsThroughRun<PipelineModel>
{
  override transformSchema(schema: StructType): StructType {
    const stages = this.getStages();
    if (new Set(stages).size !== stages.length)
      throw new UsageError("INVALID_PARAMETER_VALUE", "Pipeline: the same instance stands in stages twice.", {
        parameters: { parameter: "stages" },
      });
    return stages.reduce((known, stage) => stage.transformSchema(known), schema);
  }

  /** A copy in which the stages, too, have the values of `extra` that are theirs. */
  override copy(extra?: ParamInput): this {
    const that = super.copy(extra);
    if (that.isSet("stages")) that.set("stages", that.getStages().map((stage) => stage.copy(foreign(extra)))); // prettier-ignore
    return that;
  }

  protected override async fitModel(df: DataFrame): Promise<PipelineModel> {
    const stages = this.getStages();
    const last = lastEstimator(stages);
    const fitted: Transformer[] = [];
    let data = df;
    for (const [i, stage] of stages.entries()) {
      const transformer = stage instanceof Estimator ? await stage.fit(data) : stage;
      fitted.push(transformer);
      if (i < last) data = transformer.transform(data);
    }
    return PipelineModel.of(this, fitted);
  }

  override fitMultiple(df: DataFrame, maps: readonly ParamMap[]): AsyncGenerator<IndexedModel<PipelineModel>, void, undefined> {
    return modelsOf<PipelineModel>((run) => this.fitThrough(df, maps, run));
  }

  /**
   * Candidates that differ only from some stage on have the stages before it in common: those are fitted once, and what they give is
   * kept while the rest is fitted.
   */
  async fitThrough(df: DataFrame, maps: readonly ParamMap[], run: FitRun<PipelineModel>): Promise<void> {
    const schema = await df.schema();
    const branches = new Map<readonly PipelineStage[], number[]>();
    for (const [index, map] of maps.entries()) {
      try {
        const candidate = this.copy(map);
        candidate.transformSchema(schema);
        const stages = map.get(this.stages) ?? this.getStages();
        branches.set(stages, [...(branches.get(stages) ?? []), index]);
      } catch (error) {
        await run.failed(index, error);
      }
    }
    const finished = (index: number, fitted: readonly Transformer[]): void | Promise<void> =>
      run.model(index, PipelineModel.of(this.copy(maps[index]), fitted));
    const ways = [...branches].flatMap(([stages, members]) => {
      const way = new Branch(stages, lastEstimator(stages), maps, run, finished);
      return (run.share ? [members] : members.map((index) => [index])).map((together) => way.fit(0, df, together, []));
    });
    await Promise.all(ways);
  }
}

/** The way of some candidates through the stages. */
class Branch {
  constructor(
    private readonly stages: readonly PipelineStage[],
    private readonly last: number,
    private readonly maps: readonly ParamMap[],
    private readonly run: FitRun<PipelineModel>,
    private readonly finished: (index: number, fitted: readonly Transformer[]) => void | Promise<void>,
  ) {}

  /** Fits the stages from `at` on; `members` have those before in common, `fitted`, and `data` is what they give. */
  async fit(at: number, data: DataFrame, members: readonly number[], fitted: readonly Transformer[]): Promise<void> {
    const stage = this.stages[at];
    if (stage === undefined) {
      for (const index of members) await this.finished(index, fitted);
      return;
    }
    const groups = sameFor(stage, members.map((index) => this.maps[index]!)).map((group) => group.map((i) => members[i]!)); // prettier-ignore
    // Read more than once from here.
    const isKept = at > 0 && at <= this.last && groups.length > 1 && !preparesFits(stage);
    if (isKept) data.persist();
    try {
      await this.fitStage(at, stage, data, groups, fitted);
    } finally {
      if (isKept) data.unpersist();
    }
  }

  private async fitStage(
    at: number,
    stage: PipelineStage,
    data: DataFrame,
    groups: readonly (readonly number[])[],
    fitted: readonly Transformer[],
  ): Promise<void> {
    const { run } = this;
    const next = (members: readonly number[], transformer: Transformer): Promise<void> =>
      this.fit(at + 1, at < this.last ? transformer.transform(data) : data, members, [...fitted, transformer]);
    const maps = groups.map((group) => this.maps[group[0]!]!);
    if (!(stage instanceof Estimator)) {
      await Promise.all(groups.map((group, i) => next(group, stage.copy(maps[i]))));
      return;
    }
    await fitMany<Transformer>(stage, data, maps, {
      ...run,
      fitting: (who, indices) => run.fitting(who, indices.flatMap((i) => groups[i]!)), // prettier-ignore
      model: (i, model) => next(groups[i]!, model),
      failed: async (i, error) => {
        for (const index of groups[i]!) await run.failed(index, error);
      },
    });
  }
}

/** What a map holds beyond the pipeline's own parameters; values by name are the pipeline's alone. */
function foreign(extra: ParamInput | undefined): ParamInput | undefined {
  return extra !== undefined && Symbol.iterator in extra ? extra : undefined;
}

function lastEstimator(stages: readonly PipelineStage[]): number {
  return stages.findLastIndex((stage) => stage instanceof Estimator);
}

/** Transformers one after the other: what a Pipeline has learned. */
export class PipelineModel extends Model {
  constructor(readonly stages: readonly Transformer[] = []) {
    super();
  }

  /** Internal. */
  static of(pipeline: Pipeline, stages: readonly Transformer[]): PipelineModel {
    return new PipelineModel(stages).adopted(pipeline);
  }

  override transformSchema(schema: StructType): StructType {
    return this.stages.reduce((known, stage) => stage.transformSchema(known), schema);
  }

  override copy(extra?: ParamInput): this {
    const that = super.copy(extra);
    return Object.assign(that, { stages: this.stages.map((stage) => stage.copy(foreign(extra))) });
  }

  protected override transformed(df: DataFrame): DataFrame {
    return this.stages.reduce((data, stage) => stage.transform(data), df);
  }
}

// A pipeline with stages of Python's own is saved under the names of its classes there.
const stageUids = (stages: readonly Params[]): Record<string, unknown> => ({ stageUids: stages.map(({ uid }) => uid) });

persistent(Pipeline, {
  sparkClass: "org.apache.spark.ml.Pipeline",
  aliases: ["pyspark.ml.pipeline.Pipeline"],
  leaveOut: ["stages"],
  ownEntries: { names: ["stageUids", "language"], write: (pipeline) => stageUids(pipeline.getStages()) },
  save: (pipeline, directory) => saveStages(pipeline.getStages(), directory),
  load: async (metadata, directory) => {
    const stages: unknown = await loadStages(metadata, directory);
    if (!isStages(stages)) throw directory.damaged("one of its stages is no transformer and no estimator");
    return new Pipeline({ stages });
  },
});

persistent(PipelineModel, {
  sparkClass: "org.apache.spark.ml.PipelineModel",
  aliases: ["pyspark.ml.pipeline.PipelineModel"],
  ownEntries: { names: ["stageUids", "language"], write: (model) => stageUids(model.stages) },
  save: (model, directory) => saveStages(model.stages, directory),
  load: async (metadata, directory) => {
    const stages = await loadStages(metadata, directory);
    const transformers = stages.filter((stage) => stage instanceof Transformer);
    if (transformers.length < stages.length) throw directory.damaged("one of its stages is no transformer");
    return new PipelineModel(transformers);
  },
});
