/** The iterations of expectation maximization, and what they leave: documents and their topics, where executors keep them. */
import type { SparkSession } from "../../../dataframe/api/spark-session";
import type { TaskData } from "../../compute";
import { type Broadcast, broadcastPlain } from "../../compute/task-data";
import type { CorpusSize, DocumentBlock } from "./documents";
import { firstCounts, nextCounts, termCounts, type TermTopics, type TopicCounts } from "./em";

export interface EmSpec {
  readonly k: number;
  readonly alpha: number;
  readonly eta: number;
  /** A 64-bit integer. */
  readonly seed: string;
  readonly maxIter: number;
  readonly checkpointInterval: number;
  readonly keepLastCheckpoint: boolean;
}

/** Documents, and how often each topic is in each of them and in each term. */
export interface TopicCorpus {
  readonly session: SparkSession;
  readonly documents: TaskData<DocumentBlock>;
  /** Beside the documents, or with them. */
  readonly counts: TaskData<TopicCounts>;
  readonly topics: TermTopics;
  readonly iterationTimes: readonly number[];
  /** Directories, of the last checkpoint. */
  checkpointFiles: readonly string[];
}

/**
 * Counts of an iteration are computed from those of the one before, and of lost ones the way there again: up to the last checkpoint, or to the
 * beginning where there is none. So what the iterations began with is kept as long as the counts are.
 */
export async function fittedByEm(
  session: SparkSession,
  documents: TaskData<DocumentBlock>,
  { width, pairsBefore }: CorpusSize,
  spec: EmSpec,
): Promise<TopicCorpus> {
  const { k, alpha, eta, seed, maxIter } = spec;
  const checkpoints = new Checkpoints(session, spec.checkpointInterval);
  let broadcasts: Broadcast[] = [];
  const iterationTimes: number[] = [];
  let counts = documents.map(firstCounts, { k, width, seed, pairsBefore }).persist();
  const counted = async (): Promise<TermTopics> => {
    const wasCut = checkpoints.mark(counts);
    const topics = { k, alpha, eta, counts: (await counts.aggregate(termCounts, { k, width }))! };
    if (wasCut) {
      await checkpoints.replaceBy(counts);
      for (const broadcast of broadcasts) await broadcast.release();
      broadcasts = [];
    }
    return topics;
  };
  try {
    let topics = await counted();
    for (let iteration = 0; iteration < maxIter; iteration++) {
      const began = performance.now();
      const known = broadcastPlain(session, topics);
      broadcasts.push(known);
      const before = counts;
      counts = before.beside(documents).map(nextCounts, { topics: known.ref }).persist();
      topics = await counted();
      await before.release();
      iterationTimes.push((performance.now() - began) / 1000);
    }
    if (!spec.keepLastCheckpoint) await checkpoints.remove();
    for (const broadcast of broadcasts) counts.freeWith(() => broadcast.release());
    return { session, documents, counts: counts.beside(documents), topics, iterationTimes, checkpointFiles: checkpoints.files };
  } catch (error) {
    await counts.release();
    for (const broadcast of broadcasts) await broadcast.release();
    await checkpoints.remove();
    throw error;
  }
}

/** Of every so many states one, where the application has a directory for checkpoints; each replaces the one before. */
class Checkpoints {
  files: readonly string[] = [];
  #states = 0;

  constructor(
    private readonly session: SparkSession,
    private readonly interval: number,
  ) {}

  /** Whether the next job that computes the counts writes them down. */
  mark(counts: TaskData<TopicCounts>): boolean {
    this.#states++;
    if (this.interval < 1 || this.#states % this.interval !== 0 || counts.port.checkpointDir === undefined) return false;
    counts.checkpoint();
    return true;
  }

  async replaceBy(counts: TaskData<TopicCounts>): Promise<void> {
    const file = await counts.checkpointFile();
    await this.remove();
    this.files = file === undefined ? [] : [file];
  }

  async remove(): Promise<void> {
    await removeFiles(this.session, this.files);
    this.files = [];
  }
}

export async function removeFiles(session: SparkSession, files: readonly string[]): Promise<void> {
  for (const file of files) await session.core.port.context.fileSystems.of(file).delete(file);
}
