/**
 * What estimators may offer so that the same work is not done twice when many candidates are fitted on the same data: grids, folds,
 * ensembles. `Estimator.fitMultiple` uses these; an estimator only implements them. Models must be, to the last bit, those
 * that `fit(df, map)` gives, with the same uid, parent and parameters.
 *
 * A forest contains its smaller and shallower ones. It implements `SharesFits`:
 *
 *     fitGroups(maps) {
 *       // candidates that differ in numTrees and maxDepth only → one group, fitted with the largest of both
 *     }
 *     cut(model, wanted) {
 *       // the first wanted.numTrees trees down to wanted.maxDepth; this.copy(wanted) has the parameters of the result
 *     }
 *
 * A linear model needs the same standardised blocks for every candidate. It implements `PreparesFits`:
 *
 *     async prepareFits(df, schema, maps) {
 *       const blocks = (await instancesOf(df, …)).persist();
 *       return { fit: (map) => this.copy(map).fitOn(blocks), release: () => blocks.release() };
 *     }
 *
 * A class may implement both: groups are then fitted through what was prepared (trees: binned blocks, and groups of forests).
 *
 * Models may offer `PredictsMany`: the columns of several of them in one pass over the rows.
 */
import type { StructType } from "../../columnar/types";
import type { DataFrame } from "../../dataframe/api/dataframe";
import type { ParamMap } from "../param/param";

/** Candidates of which one fit contains all. */
export interface FitGroup {
  /** What is fitted: parameters of the estimator, as in candidates. May be no candidate (the most trees of one, the depth of another). */
  readonly fit: ParamMap;
  /** Positions of the candidates. */
  readonly members: readonly number[];
}

export interface SharesFits<M> {
  /**
   * Divides candidates into groups; each position is in one. Maps may also hold parameters of other instances, which
   * `this.copy(map)` leaves out, and `ParamMap.put` refuses nothing of.
   */
  fitGroups(maps: readonly ParamMap[]): readonly FitGroup[];
  /** The model of a candidate, out of the one of its group. The model that was fitted stays as it is. */
  cut(model: M, wanted: ParamMap): M;
}

export interface PreparedFits<M> {
  /** The model of a candidate, or of a group. Several may be under way at the same time. */
  fit(map: ParamMap): Promise<M>;
  /** Called once, when all fits have ended, also by failing. */
  release(): Promise<void>;
}

export interface PreparesFits<M> {
  /**
   * What fits of these candidates on the same data have in common. The schema was checked for every candidate. Whatever depends on a
   * parameter in which candidates differ (bins, columns, weights) is prepared for each of its values, when `fit` first needs it.
   */
  prepareFits(df: DataFrame, schema: StructType, maps: readonly ParamMap[]): Promise<PreparedFits<M>>;
}

/** Names of output columns by parameter: { predictionCol: "p3", rawPredictionCol: "" }; of "" there is no column. */
export type OutputColumns = Readonly<Record<string, string>>;

export interface PredictsMany<M> {
  /**
   * The rows with the columns of each of `models` under its `columns`: what `model.transform(df, columns)` one after the other would
   * give. Null where these models have nothing in common that saves work. Called on the first of them.
   */
  transformMany(models: readonly M[], df: DataFrame, columns: readonly OutputColumns[]): DataFrame | null;
}

const has = (value: unknown, ...names: readonly string[]): boolean =>
  typeof value === "object" &&
  value !== null &&
  names.every((name) => typeof (value as Record<string, unknown>)[name] === "function");

export const sharesFits = <M>(estimator: unknown): estimator is SharesFits<M> => has(estimator, "fitGroups", "cut");
export const preparesFits = <M>(estimator: unknown): estimator is PreparesFits<M> => has(estimator, "prepareFits");
export const predictsMany = <M>(model: unknown): model is PredictsMany<M> => has(model, "transformMany");
