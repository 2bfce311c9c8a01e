/**
 * RDD: a dataset that is computed in partitions, from other datasets, when an action asks for it. The methods come in
 * groups by subject, one file each under api/.
 */
import { actionMethods, type ActionMethods } from "./api/actions";
import { approximateMethods, type ApproximateMethods } from "./api/approximate";
import { asyncActionMethods, type AsyncActionMethods } from "./api/async-actions";
import { installMethods } from "./api/install";
import { joinMethods, type JoinMethods } from "./api/joins";
import { narrowMethods, type NarrowMethods } from "./api/narrow";
import { numericMethods, type NumericMethods } from "./api/numeric";
import { outputMethods, type OutputMethods } from "./api/output";
import { pairMethods, type PairMethods } from "./api/pairs";
import { persistenceMethods, type PersistenceMethods } from "./api/persistence";
import { samplingMethods, type SamplingMethods } from "./api/sampling";
import { setMethods, type SetMethods } from "./api/sets";
import { sortingMethods, type SortingMethods } from "./api/sorting";
import { RddBase } from "./rdd-base";

/**
 * A resilient distributed dataset of records `T`. Made by a SparkContext or by a transformation of another RDD.
 * Transformations are synchronous and only describe; actions return promises. Functions that are passed in are captured,
 * with the variables that they use, at the call.
 */
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- the methods of the interfaces are installed below
export class RDD<T> extends RddBase {
  /** Only for the type checker: RDDs of different records are different types. */
  declare protected readonly records: T;
}

export interface RDD<T>
  extends
    NarrowMethods<T>,
    SamplingMethods<T>,
    SetMethods<T>,
    PairMethods<T>,
    JoinMethods,
    SortingMethods<T>,
    ActionMethods<T>,
    AsyncActionMethods<T>,
    ApproximateMethods<T>,
    NumericMethods,
    OutputMethods,
    PersistenceMethods {}

installMethods(
  RDD.prototype,
  narrowMethods,
  samplingMethods,
  setMethods,
  pairMethods,
  joinMethods,
  sortingMethods,
  actionMethods,
  asyncActionMethods,
  approximateMethods,
  numericMethods,
  outputMethods,
  persistenceMethods,
);
