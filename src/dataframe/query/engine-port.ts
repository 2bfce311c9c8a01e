/** What sessions need of the layer that runs programs: a SparkContext to live on. */
import type { ContextPort } from "../../rdd/context-port";

/** A SparkContext as the dataframe layer sees it. */
export interface EngineContext {
  readonly port: ContextPort;
  /** The SparkContext itself, for `spark.sparkContext`. */
  readonly context: unknown;
  readonly isStopped: boolean;
  /** Slots for tasks, about: what partition counts go by. */
  readonly defaultParallelism: number;
  /** Settings that the user gave. */
  settings(): Readonly<Record<string, string>>;
  /** Files for tasks, and directories with all that is in them: ADD FILE, ADD ARCHIVE and what lists them. */
  addFile(path: string): void;
  addArchive(path: string): void;
  listFiles(): readonly string[];
  listArchives(): readonly string[];
  stop(): Promise<void>;
}

export interface Engine {
  /** The context of this process, made with `settings` where there is none. */
  getOrCreate(settings: Readonly<Record<string, string>>): EngineContext;
  /** The context of RDDs that were made with `context`. */
  of(context: unknown): EngineContext;
}
