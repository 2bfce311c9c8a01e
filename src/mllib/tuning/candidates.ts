/** What searches over given candidates share, and their models: the best of them, fitted on all rows. */
import type { StructType } from "../../columnar/types";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { Model } from "../base/estimator";
import type { Transformer } from "../base/transformer";
import { ParamMap } from "../param/param";
import { type ParamInput, withParams } from "../param/params";
import { seed } from "../param/shared";
import { copyParts, type SearchSpec } from "./search";
import { estimator, estimatorParamMaps, evaluator } from "./search-params";

const PARTS = ["estimator", "evaluator"] as const;

/** What a search over given candidates is asked for, by its parameters. */
export interface AsksForSearch {
  readonly className: string;
  getEstimator(): SearchSpec["estimator"];
  getEstimatorParamMaps(): SearchSpec["maps"];
  getEvaluator(): SearchSpec["evaluator"];
  getParallelism(): number;
  getShareWork(): boolean;
  getErrorScore(): SearchSpec["errorScore"];
  getCollectSubModels(): boolean;
}

export function searchSpec(of: AsksForSearch): SearchSpec {
  return {
    name: of.className,
    estimator: of.getEstimator(),
    maps: of.getEstimatorParamMaps(),
    evaluator: of.getEvaluator(),
    parallelism: of.getParallelism(),
    shareWork: of.getShareWork(),
    errorScore: of.getErrorScore(),
    collectSubModels: of.getCollectSubModels(),
  };
}

const modelParams = { ...estimator, ...evaluator, ...estimatorParamMaps, ...seed() } as const;

export abstract class BestCandidate extends withParams(Model, modelParams) {
  abstract readonly bestModel: Transformer;
  /** Position of the best candidate. */
  abstract readonly bestIndex: number;

  /** The best candidate. */
  get bestParams(): ParamMap {
    return this.getEstimatorParamMaps()[this.bestIndex]!;
  }

  override transformSchema(schema: StructType): StructType {
    return this.bestModel.transformSchema(schema);
  }

  override copy(extra?: ParamInput): this {
    const bestModel = this.bestModel.copy(extra instanceof ParamMap ? extra : undefined);
    return Object.assign(copyParts(super.copy(extra), extra, PARTS), { bestModel });
  }

  protected override transformed(df: DataFrame): DataFrame {
    return this.bestModel.transform(df);
  }
}
