/**
 * Stages that give other records when their tasks run again (`Stage.isIndeterminate`), by Spark's rule: when such a map stage has
 * to run again, it runs whole, and with it every stage that has read what it wrote before.
 */
import type { Stage } from "./stage";

/** Why an attempt ended that was not at fault. */
export const ROLLED_BACK = "Rolled back: a map stage with indeterminate output that it reads runs again.";

/** Stages of `stages`, in which parents come before their children, that read what `mapStage` writes, directly or through others. */
export function successorsOf(mapStage: Stage, stages: Iterable<Stage>): Stage[] {
  const found = new Set<Stage>([mapStage]);
  for (const stage of stages) if (stage.parents.some((parent) => found.has(parent))) found.add(stage);
  found.delete(mapStage);
  return [...found];
}

/** The shuffles that the stage reads and that may have to be made again whole. */
export function indeterminateInputs(stage: Stage): number[] {
  return stage.parents.flatMap(({ isIndeterminate, output }) =>
    isIndeterminate && output.kind === "shuffle" ? [output.dependency.shuffleId] : [],
  );
}

/** Of a result stage that has given a part of its results already. */
export function cannotRollBack(stage: Stage): string {
  return (
    `A shuffle map stage with indeterminate output was failed and retried. However, firesteel cannot rollback the ${stage.toString()} ` +
    "to re-process the input data, and has to fail this job. Please eliminate the indeterminacy by checkpointing the RDD before repartition and try again."
  );
}
