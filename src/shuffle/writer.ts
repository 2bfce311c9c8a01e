/** The map side of a shuffle: a sink at the end of a stage's loop that ends in one data file of all reduce segments. */
import type { Sink } from "../columnar/loop";
import type { MapOutputWritten, TaskEnv } from "../storage/task-env";
import { CombineWriter } from "./combine-writer";
import { PlainWriter } from "./plain-writer";
import { type ShuffleSpec, shipsCombiners } from "./spec";

/** One use per map task. Records are pairs, or keys where the shuffle carries keys. */
export interface ShuffleWriter extends Sink {
  /** After the last record: writes and commits the output of map task `env.info.partition`. */
  finish(): MapOutputWritten;
  /** Gives memory and spill files back without an output. May be called at any time, also after `finish`. */
  abort(): void;
}

export function createShuffleWriter(env: TaskEnv, spec: ShuffleSpec): ShuffleWriter {
  return shipsCombiners(spec) ? new CombineWriter(env, spec) : new PlainWriter(env, spec);
}
