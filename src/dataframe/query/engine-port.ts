/** What sessions need of the layer that runs programs: a SparkContext to live on. Installed where the layers are joined. */
import { InternalError } from "../../common/errors";
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
  stop(): Promise<void>;
}

export interface Engine {
  /** The context of this process, made with `settings` where there is none. */
  getOrCreate(settings: Readonly<Record<string, string>>): EngineContext;
  /** The context that owns `port`. */
  of(context: unknown): EngineContext;
}

let installed: Engine | undefined;

export function setEngine(engine: Engine): void {
  installed = engine;
}

export function engine(): Engine {
  if (installed === undefined) throw new InternalError("No engine is installed under the dataframe layer.");
  return installed;
}
