/** Searches and their models on disk, in Spark's layout: estimator, evaluator, best model and sub-models in directories beside the metadata. */
import { log } from "../../common/log";
import { Estimator } from "../base/estimator";
import { Transformer } from "../base/transformer";
import { Evaluator } from "../evaluation/evaluator";
import { jsonText } from "../param/json-text";
import { ParamMap } from "../param/param";
import { Params } from "../param/params";
import type { Metadata, ModelDirectory } from "../persistence/directory";
import { loadInstance, saveInstance } from "../persistence/registry";
import { instancesWithin } from "./fit-many";

const MAPS = "estimatorParamMaps";

interface SavedEntry {
  readonly parent: string;
  readonly name: string;
  /** JSON text. */
  readonly value: string;
  readonly isJson?: string;
}

/** Parameters that hold other things than values; `estimatorParamMaps` is an entry of the param map. */
export const PARTS = ["estimator", "evaluator", MAPS] as const;

type Searched = Params & {
  getEstimator(): Estimator;
  getEvaluator(): Evaluator;
  getEstimatorParamMaps(): readonly ParamMap[];
};

export const mapsEntry = {
  names: [MAPS],
  async write(instance: Searched, directory: ModelDirectory): Promise<Record<string, unknown>> {
    const maps: SavedEntry[][] = [];
    let instances = 0;
    for (const map of instance.getEstimatorParamMaps()) {
      const entries: SavedEntry[] = [];
      for (const [{ parent, name, spec }, value] of map) {
        if (value instanceof Params) {
          const path = `epm_${name}${instances++}`;
          await saveInstance(value, directory.child(path));
          entries.push({ parent, name, value: JSON.stringify(path), isJson: "false" });
        } else {
          entries.push({
            parent,
            name,
            value: jsonText(spec.json === undefined ? value : spec.json.write(value)),
            isJson: "true",
          });
        }
      }
      maps.push(entries);
    }
    return { [MAPS]: maps };
  },
} as const;

export async function saveParts(instance: Searched, directory: ModelDirectory): Promise<void> {
  await saveInstance(instance.getEstimator(), directory.child("estimator"));
  await saveInstance(instance.getEvaluator(), directory.child("evaluator"));
}

export interface LoadedParts {
  readonly estimator: Estimator;
  readonly evaluator: Evaluator;
  readonly estimatorParamMaps: readonly ParamMap[];
}

export async function loadParts(metadata: Metadata, directory: ModelDirectory): Promise<LoadedParts> {
  const estimator = await loadInstance(directory.child("estimator"));
  const evaluator = await loadInstance(directory.child("evaluator"));
  if (!(estimator instanceof Estimator)) throw directory.damaged("what it searched over is no estimator");
  if (!(evaluator instanceof Evaluator)) throw directory.damaged("what it judged by is no evaluator");
  const owners = instancesWithin(evaluator, instancesWithin(estimator));
  const saved = metadata.paramMap[MAPS];
  if (!Array.isArray(saved)) throw directory.damaged(`its metadata hold no ${MAPS}`);
  const estimatorParamMaps: ParamMap[] = [];
  for (const entries of saved as SavedEntry[][]) {
    const map = new ParamMap();
    for (const { parent, name, value, isJson } of entries) {
      const owner = owners.get(parent);
      if (owner === undefined)
        throw directory.damaged(`a candidate has a value for ${parent}, which is no part of its estimator`);
      const param = owner.getParam(name);
      const json: unknown = JSON.parse(value);
      const { json: coded } = param.spec;
      map.put(
        param,
        isJson === "false" ? await loadInstance(directory.child(json as string)) : coded === undefined ? json : coded.read(json),
      );
    }
    estimatorParamMaps.push(map);
  }
  return { estimator: estimator as Estimator, evaluator, estimatorParamMaps };
}

/** The model of a candidate; trees print their rules. */
export type SubModel = Transformer & { readonly toDebugString?: string };

export type SubModels = readonly (readonly (SubModel | undefined)[])[];

/** Whether there are sub-models to be saved: all of them, or none. */
export function hasSubModels(subModels: SubModels | null): subModels is readonly (readonly Transformer[])[] {
  return subModels !== null && subModels.every((fold) => fold.every((model) => model !== undefined));
}

/** `names` are the directories of folds. */
export async function saveModels(
  bestModel: Transformer,
  subModels: SubModels | null,
  names: readonly string[],
  directory: ModelDirectory,
): Promise<void> {
  await saveInstance(bestModel, directory.child("bestModel"));
  if (subModels !== null && !hasSubModels(subModels)) log.warn("The sub-models are not saved: candidates that failed have none.");
  if (!hasSubModels(subModels)) return;
  for (const [fold, models] of subModels.entries()) {
    const within = directory.child(names[fold]!);
    for (const [index, model] of models.entries()) await saveInstance(model, within.child(String(index)));
  }
}

export async function loadModels(
  metadata: Metadata,
  candidates: number,
  names: readonly string[],
  directory: ModelDirectory,
): Promise<{ readonly bestModel: Transformer; readonly subModels: readonly (readonly Transformer[])[] | null }> {
  const transformer = async (at: ModelDirectory): Promise<Transformer> => {
    const model = await loadInstance(at);
    if (!(model instanceof Transformer)) throw at.damaged("it is no model");
    return model;
  };
  const bestModel = await transformer(directory.child("bestModel"));
  if (metadata["persistSubModels"] !== true) return { bestModel, subModels: null };
  const subModels: Transformer[][] = [];
  for (const name of names) {
    const models: Transformer[] = [];
    for (let index = 0; index < candidates; index++) models.push(await transformer(directory.child(name).child(String(index))));
    subModels.push(models);
  }
  return { bestModel, subModels };
}

/** Numbers of the metadata. JSON has no NaN: it is written as null. */
export function numbers(metadata: Metadata, name: string, directory: ModelDirectory): number[] {
  const values = metadata[name];
  if (!Array.isArray(values)) throw directory.damaged(`its metadata hold no ${name}`);
  return values.map((value) => (value === null ? NaN : Number(value)));
}
