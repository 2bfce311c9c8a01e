/**
 * Learning within one task, from blocks in memory: a model for each partition (blockwise ensembles), for each resample (bagging), for
 * each target. An algorithm makes its learner known by name, as programs are, and its estimator says how it is called:
 *
 *     const learner = localLearner<TreeSpec, TreeData>({ name: "tree", fit: (blocks, spec, task) => … });
 *
 *     class DecisionTreeClassifier … implements LocalFit<DecisionTreeClassificationModel> {
 *       localFit(facts) {
 *         return { learner, spec: { …, numClasses: facts.numClasses }, columns: { featuresCol: …, labelCol: …, weightCol: … } };
 *       }
 *       localModel(result, facts) { return new DecisionTreeClassificationModel(…).adopted(this); }
 *     }
 *
 * Specification and result are plain data (compute/plain). `fit` is synchronous; it sees all rows of its partition, may go over the
 * blocks as often as it likes, and must not change them.
 */
import { InternalError } from "../../common/errors";
import type { InstanceBlock, InstanceColumns } from "../compute/instances";
import type { ProgramTask } from "../compute/programs";

export interface LocalLearner<S, R> {
  readonly name: string;
  fit(blocks: readonly InstanceBlock[], spec: S, task: ProgramTask): R;
}

/** What is known of all rows together, which the rows of one partition may not show. */
export interface LocalFacts {
  /** Features of a row. */
  readonly width: number;
  /** Of classification: labels are 0 … numClasses - 1. */
  readonly numClasses: number;
  /** Attributes of the features, as the column's metadata have them; undefined where it has none. */
  readonly featureMetadata?: Readonly<Record<string, unknown>>;
}

export interface LocalFitCall<S, R> {
  readonly learner: LocalLearner<S, R>;
  readonly spec: S;
  readonly columns: InstanceColumns;
}

export interface LocalFit<M, S = unknown, R = unknown> {
  /** How this estimator, with its parameters as they are, learns in a task; null where it cannot with these. */
  localFit(facts: LocalFacts): LocalFitCall<S, R> | null;
  /** The model, with this estimator's uid and parameters. */
  localModel(result: R, facts: LocalFacts): M;
}

const learners = new Map<string, LocalLearner<unknown, unknown>>();

/** Makes a learner known. Called once, where the module is loaded. */
export function localLearner<S, R>(learner: LocalLearner<S, R>): LocalLearner<S, R> {
  if (learners.has(learner.name)) throw new InternalError(`There are two learners ${learner.name}.`);
  learners.set(learner.name, learner);
  return learner;
}

export function learnerNamed(name: string): LocalLearner<unknown, unknown> {
  const learner = learners.get(name);
  if (learner === undefined) throw new InternalError(`No learner ${name} is known in this thread.`);
  return learner;
}

export function isLocalFit<M>(estimator: unknown): estimator is LocalFit<M> {
  return (
    typeof estimator === "object" &&
    estimator !== null &&
    typeof (estimator as Partial<LocalFit<M>>).localFit === "function" &&
    typeof (estimator as Partial<LocalFit<M>>).localModel === "function"
  );
}
