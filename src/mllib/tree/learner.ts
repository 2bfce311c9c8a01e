/** What estimators of trees do with their parameters. */
import type { StructType } from "../../columnar/types";
import type { DataFrame } from "../../dataframe/api/dataframe";
import type { Params } from "../param/params";
import { ParamMap } from "../param/param";
import type { FitGroup } from "../tuning/sharing";
import { columnName } from "../base/predictor";
import { featuresPerNode, type GrowthSpec } from "./features";
import { treeMetadata } from "./saved-trees";
import { type Training, trainingOf, type TrainingSpec } from "./training";

/** Values of the parameters of any tree or ensemble; those of ensembles are absent of single trees. */
export interface Settings {
  readonly maxDepth: number;
  readonly maxBins: number;
  readonly maxMemoryInMB: number;
  readonly minInstancesPerNode: number;
  readonly minWeightFractionPerNode: number;
  readonly minInfoGain: number;
  readonly impurity: "gini" | "entropy" | "variance";
  readonly seed: number;
  readonly featuresCol: string;
  readonly labelCol: string;
  readonly weightCol?: string;
  readonly subsamplingRate?: number;
  readonly bootstrap?: boolean;
  readonly featureSubsetStrategy?: string;
  readonly numTrees?: number;
  readonly maxIter?: number;
  readonly validationIndicatorCol?: string;
}

export function settingsOf(estimator: Params): Settings {
  const values = estimator.params
    .filter((param) => estimator.isDefined(param))
    .map((param): readonly [string, unknown] => [param.name, estimator.getOrDefault(param)]);
  return Object.fromEntries(values) as unknown as Settings;
}

/** Which table of bins a fit learns from. */
export function trainingSpec(who: string, settings: Settings, classification: boolean, signed = false): TrainingSpec {
  const { featuresCol, labelCol, weightCol, maxBins, maxMemoryInMB, validationIndicatorCol } = settings;
  return {
    who,
    classification,
    signed,
    featuresCol,
    labelCol,
    weightCol: columnName(weightCol),
    validationCol: columnName(validationIndicatorCol),
    maxBins,
    maxMemoryInMB,
  };
}

/** How a tree grows, whose weight is `weightSum` in all. */
export function growthSpec(settings: Settings, training: Training): GrowthSpec {
  const { subsamplingRate = 1, bootstrap = false, featureSubsetStrategy = "all", numTrees = 1 } = settings;
  return {
    features: training.features,
    classes: settings.impurity === "variance" ? 0 : training.classes,
    impurity: settings.impurity,
    maxDepth: settings.maxDepth,
    minInstancesPerNode: settings.minInstancesPerNode,
    minWeight: settings.minWeightFractionPerNode * training.weightSum,
    minInfoGain: settings.minInfoGain,
    featuresPerNode: featuresPerNode(featureSubsetStrategy, training.width, numTrees, settings.impurity !== "variance"),
    seed: settings.seed,
    sampling: bootstrap || subsamplingRate < 1 ? { rate: subsamplingRate, replacement: bootstrap } : null,
  };
}

/** Tables of bins for several fits on the same rows, each made when it is first needed. */
export class SharedTrainings {
  readonly #made = new Map<string, Promise<Training>>();

  constructor(
    private readonly df: DataFrame,
    private readonly schema: StructType,
  ) {}

  of(spec: TrainingSpec): Promise<Training> {
    const key = JSON.stringify({ ...spec, who: "" });
    let training = this.#made.get(key);
    if (training === undefined) this.#made.set(key, (training = trainingOf(this.df, this.schema, spec)));
    return training;
  }

  async release(): Promise<void> {
    for (const training of this.#made.values()) await (await training.catch(() => null))?.release();
    this.#made.clear();
  }
}

/** One fit with a table of its own. */
export async function withTraining<M>(
  df: DataFrame,
  schema: StructType,
  spec: TrainingSpec,
  fit: (training: Training) => Promise<M>,
): Promise<M> {
  const training = await trainingOf(df, schema, spec);
  try {
    return await fit(training);
  } finally {
    await training.release();
  }
}

/**
 * Candidates that differ in `sizes` alone are one group, which is fitted with the largest of each. `apart` keeps candidates apart that
 * cannot be cut out of one fit.
 */
export function groupsOf(
  estimator: Params,
  maps: readonly ParamMap[],
  sizes: readonly string[],
  apart: (settings: Settings) => unknown,
): FitGroup[] {
  const groups = new Map<string, { members: number[]; fit: ParamMap; values: Record<string, number> }>();
  for (const [index, map] of maps.entries()) {
    const candidate = estimator.copy(map);
    const settings = settingsOf(candidate) as unknown as Record<string, unknown>;
    const others = Object.entries(settings).filter(([name]) => !sizes.includes(name));
    const key = JSON.stringify([others, apart(settings as unknown as Settings)]);
    const group = groups.get(key);
    if (group === undefined) {
      const values = Object.fromEntries(sizes.map((name) => [name, settings[name] as number]));
      groups.set(key, { members: [index], fit: map, values });
      continue;
    }
    group.members.push(index);
    for (const name of sizes) group.values[name] = Math.max(group.values[name]!, settings[name] as number);
  }
  return [...groups.values()].map(({ members, fit, values }) => ({ fit: candidateMap(estimator, fit, values), members }));
}

/** The candidate's map with these values. */
function candidateMap(estimator: Params, map: ParamMap, values: Readonly<Record<string, number>>): ParamMap {
  const fit = new ParamMap(map);
  for (const [name, value] of Object.entries(values)) fit.put(estimator.getParam(name), value);
  return fit;
}

/** Metadata of the trees of an ensemble: parameters of trees alone. */
export function metadataOfTrees(model: Params, sparkClass: string, names: ReadonlySet<string>): (i: number) => object {
  const { paramMap, defaultParamMap } = model.paramsToJson();
  const own = (map: Readonly<Record<string, unknown>>): object =>
    Object.fromEntries(Object.entries(map).filter(([name]) => names.has(name)));
  const prefix = sparkClass.endsWith("ClassificationModel") ? "dtc" : "dtr";
  return (i) =>
    treeMetadata(
      sparkClass,
      `${prefix}_${model.uid.slice(-6)}${String(i).padStart(6, "0")}`,
      own(paramMap),
      own(defaultParamMap),
    );
}
