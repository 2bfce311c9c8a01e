/**
 * Learning block by block: what was learned so far travels to the rows, partition after partition, so that memory does not grow with
 * them. An algorithm makes its learner known by name, and its estimator says how it is called.
 */
import { InternalError, UsageError } from "../../common/errors";
import type { InstanceBlock } from "../compute/instances";
import { aggregateProgram } from "../compute/programs";
import type { TaskData } from "../compute/task-data";

export interface BlockLearner<S, W> {
  readonly name: string;
  /** What is known before any row. */
  start(spec: S, width: number): W;
  /** What is known after the blocks of a batch: one pass, in their order. Plain data; `state` is not changed. */
  learn(state: W, blocks: Iterable<InstanceBlock>, spec: S): W;
  /** Of what was learned from different rows, where their order does not matter: batches are then learned from side by side. */
  merge?(a: W, b: W): W;
}

export interface BlockLearning<S = unknown, W = unknown> {
  readonly learner: BlockLearner<S, W>;
  readonly spec: S;
}

const learners = new Map<string, BlockLearner<unknown, unknown>>();

/** Makes a learner known. Called once, where the module is loaded. */
export function blockLearner<S, W>(learner: BlockLearner<S, W>): BlockLearner<S, W> {
  if (learners.has(learner.name)) throw new InternalError(`There are two learners of blocks ${learner.name}.`);
  learners.set(learner.name, learner);
  return learner;
}

interface BatchSpec {
  readonly learner: string;
  readonly spec: unknown;
  /** Null before the first batch. */
  readonly state: unknown;
}

interface Learned {
  readonly state: unknown;
  readonly rows: number;
}

const learnBatch = aggregateProgram<BatchSpec, InstanceBlock, Learned>({
  name: "mllib.learnBatch",
  run(blocks, { learner: name, spec, state }) {
    const learner = learners.get(name);
    if (learner === undefined) throw new InternalError(`No learner of blocks ${name} is known in this thread.`);
    let rows = 0;
    let now: unknown = state;
    function* counted(first: InstanceBlock, rest: Iterator<InstanceBlock>): Generator<InstanceBlock, void, undefined> {
      for (let block: InstanceBlock | undefined = first; block !== undefined; block = nextOf(rest)) {
        rows += block.rows;
        yield block;
      }
    }
    const all = blocks[Symbol.iterator]();
    const first = nextOf(all);
    if (first !== undefined) {
      now ??= learner.start(spec, first.width);
      now = learner.learn(now, counted(first, all), spec);
    }
    return { state: now, rows };
  },
});

function nextOf(blocks: Iterator<InstanceBlock>): InstanceBlock | undefined {
  const next = blocks.next();
  return next.done === true ? undefined : next.value;
}

export interface LearnedBatches<W> {
  readonly state: W;
  /** Partitions that had rows. */
  readonly blocks: number;
}

/** One pass: each partition is a batch, one after the other, in one task each, or side by side where results can be merged. Throws EMPTY_DATASET where there is nothing to learn from. */
export async function learnInOrder<S, W>(
  data: TaskData<InstanceBlock>,
  { learner, spec }: BlockLearning<S, W>,
  state: W | null,
  who: string,
): Promise<LearnedBatches<W>> {
  let now: unknown = state;
  let blocks = 0;
  if (learner.merge !== undefined) {
    for (const part of await data.partials(learnBatch, { learner: learner.name, spec, state: null })) {
      if (part.rows === 0) continue;
      now = now === null ? part.state : learner.merge(now as W, part.state as W);
      blocks++;
    }
    if (now === null) throw emptyData(who);
    return { state: now as W, blocks };
  }
  const partitions = await data.numPartitions();
  for (let partition = 0; partition < partitions; partition++) {
    const learned = await data.partial(partition, learnBatch, { learner: learner.name, spec, state: now });
    now = learned.state;
    if (learned.rows > 0) blocks++;
  }
  if (now === null) throw emptyData(who);
  return { state: now as W, blocks };
}

const emptyData = (who: string): UsageError =>
  new UsageError("EMPTY_DATASET", `${who}: the dataset is empty; there is nothing to learn from.`);

interface ManySpec {
  readonly models: readonly { readonly learner: string; readonly spec: unknown; readonly state: unknown }[];
}

/** Several models learn from the same batch; null states of a batch without rows. */
const learnMany = aggregateProgram<ManySpec, InstanceBlock, readonly unknown[]>({
  name: "mllib.learnMany",
  run(input, { models }, task) {
    const blocks = [...input];
    const [first] = blocks;
    return models.map(({ learner: name, spec, state }) => {
      if (first === undefined) return state;
      task.checkInterrupted();
      const learner = learners.get(name);
      if (learner === undefined) throw new InternalError(`No learner of blocks ${name} is known in this thread.`);
      return learner.learn(state ?? learner.start(spec, first.width), blocks, spec);
    });
  },
});

/** What each of several models knows after the batch that is partition `partition`. A state is null before the first batch that has rows. */
export async function learnTogether<W>(
  data: TaskData<InstanceBlock>,
  partition: number,
  models: readonly { readonly learning: BlockLearning<unknown, W>; readonly state: W | null }[],
): Promise<(W | null)[]> {
  const spec = models.map(({ learning: { learner, spec }, state }) => ({ learner: learner.name, spec, state }));
  return (await data.partial(partition, learnMany, { models: spec })) as (W | null)[];
}
