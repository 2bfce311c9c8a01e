/** Fits of forests and boosted trees in tasks over a table of bins that every executor has. */
import { randomUUID } from "node:crypto";
import type { LinearMemory } from "../../common/web-assembly";
import type { SparkSession } from "../../dataframe/api/spark-session";
import type { SharedMemory } from "../../storage/shared-memory";
import { decodePlain } from "../compute/plain";
import { aggregateProgram, type BroadcastRef } from "../compute/programs";
import { assist, CrewLost, ENDED_AT, GONE_AT, type Kernels } from "../kernels/crew";
import { kernelsOn } from "../kernels/trees/tree-kernels";
import { firstOnExecutors, onExecutors } from "../compute/task-data";
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
    const grower = new TreeGrower(growth, learned, scales, { checkInterrupted: () => task.checkInterrupted() });
    const grown = trees.map((tree) => {
      task.checkInterrupted();
      return grower.grow(tree);
    });
    grower.giveBack();
    return grown;
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

/** The first task boosts; the others are its crew where they run beside it. */
type BoostTask =
  | { readonly kind: "boost"; readonly crew: string | null; readonly table: BroadcastRef; readonly spec: BoostSpec }
  | { readonly kind: "assist"; readonly crew: string };

/** How long a task waits for one that it can assist: that one has the table to lay out first. */
const PATIENCE_MS = 1000;

const boostTrees = aggregateProgram<BoostTask, never, BoostResult | null>({
  name: "mllib.trees.boost",
  run(_, what, task) {
    const check = (): void => task.checkInterrupted();
    const { crew } = what;
    if (what.kind === "assist") {
      const memory = task.memories?.join(what.crew, PATIENCE_MS) ?? null;
      if (memory !== null) assist(memory.buffer, kernelsOn(memory as unknown as LinearMemory) as unknown as Kernels, check);
      return null;
    }
    const { learned, held } = decodePlain<TrainingTables>(task.broadcast(what.table));
    const { memories } = task;
    const alone = (): BoostResult => boost(what.spec, learned, held, check);
    if (crew === null || memories === undefined) return alone();
    try {
      return boost(what.spec, learned, held, check, (memory) =>
        memories.offer(crew, memory as unknown as SharedMemory, ENDED_AT, GONE_AT),
      );
    } catch (error) {
      if (error instanceof CrewLost) return alone();
      throw error;
    }
  },
});

/** Rows for which a crew comes together. */
const CREW_ROWS = 50_000;
const LARGEST_CREW = 8;

export async function fitBoosted(session: SparkSession, training: Training, spec: BoostSpec): Promise<BoostResult> {
  const sampled = spec.growth.sampling !== null;
  if (!training.isGathered) {
    const { most, whole } = training.weights ?? { most: 1, whole: true };
    const weightScale = whole ? scaleFor(training.rows, most, 1) : scaleFor(training.rows, most);
    return boostByLevels(training.levels(sampled, true), spec, most, weightScale, training.isValidated);
  }
  const table = training.table(sampled).ref;
  const slots = session.core.port.context.defaultParallelism;
  const size = training.rows < CREW_ROWS ? 1 : Math.min(slots, LARGEST_CREW);
  const crew = size > 1 ? randomUUID() : null;
  const assistants = Array.from({ length: size - 1 }, (): BoostTask => ({ kind: "assist", crew: crew! }));
  return (await firstOnExecutors(session, boostTrees, [{ kind: "boost", crew, table, spec }, ...assistants]))!;
}
