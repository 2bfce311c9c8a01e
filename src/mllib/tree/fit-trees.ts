/** Fits of forests and boosted trees in tasks over a table of bins that every executor has. */
import type { SparkSession } from "../../dataframe/api/spark-session";
import { decodePlain } from "../compute/plain";
import { aggregateProgram, type BroadcastRef } from "../compute/programs";
import { onExecutors } from "../compute/task-data";
import { scaleFor, type Scales } from "./binned-table";
import { boost, type BoostResult, type BoostSpec } from "./boost";
import type { GrowthSpec } from "./features";
import { TreeGrower } from "./grow";
import { boostByLevels, growForestByLevels } from "./level-wise";
import type { Training, TrainingTables } from "./training";
import type { TreeData } from "./tree-data";

interface GrowTask {
  readonly table: BroadcastRef;
  readonly growth: GrowthSpec;
  readonly scales: Scales;
  readonly trees: readonly number[];
}

const growTrees = aggregateProgram<GrowTask, never, readonly TreeData[]>({
  name: "mllib.trees.grow",
  run(_, { table, growth, scales, trees }, task) {
    const { learned } = decodePlain<TrainingTables>(task.broadcast(table));
    const grower = new TreeGrower(growth, learned, scales, () => task.checkInterrupted());
    return trees.map((tree) => {
      task.checkInterrupted();
      return grower.grow(tree);
    });
  },
});

/** Trees that a task grows at most: a lost task costs no more, and progress shows. */
const MOST_PER_TASK = 8;

/** Trees 0 … count - 1. */
export async function fitForest(
  session: SparkSession,
  training: Training,
  growth: GrowthSpec,
  count: number,
): Promise<TreeData[]> {
  const sampled = growth.sampling !== null;
  if (!training.isGathered) return growForestByLevels(training.levels(sampled, false), growth, count);
  const slots = session.core.port.context.defaultParallelism;
  const rounds = Math.ceil(count / (slots * MOST_PER_TASK));
  const tasks = Math.min(count, slots * rounds);
  const table = training.table(sampled).ref;
  const specs = Array.from({ length: tasks }, (_, task): GrowTask => {
    const from = Math.floor((task * count) / tasks);
    const to = Math.floor(((task + 1) * count) / tasks);
    return { table, growth, scales: training.scales, trees: Array.from({ length: to - from }, (_, i) => from + i) };
  });
  return (await onExecutors(session, growTrees, specs)).flat();
}

interface BoostTask {
  readonly table: BroadcastRef;
  readonly spec: BoostSpec;
}

const boostTrees = aggregateProgram<BoostTask, never, BoostResult>({
  name: "mllib.trees.boost",
  run(_, { table, spec }, task) {
    const { learned, held } = decodePlain<TrainingTables>(task.broadcast(table));
    return boost(spec, learned, held, () => task.checkInterrupted());
  },
});

export async function fitBoosted(session: SparkSession, training: Training, spec: BoostSpec): Promise<BoostResult> {
  const sampled = spec.growth.sampling !== null;
  if (!training.isGathered) {
    const { most, whole } = training.weights ?? { most: 1, whole: true };
    const weightScale = whole ? scaleFor(training.rows, most, 1) : scaleFor(training.rows, most);
    return boostByLevels(training.levels(sampled, true), spec, most, weightScale, training.isValidated);
  }
  const table = training.table(sampled).ref;
  const [result] = await onExecutors(session, boostTrees, [{ table, spec }]);
  return result!;
}
