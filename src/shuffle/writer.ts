/** The map side of a shuffle: a sink at the end of a stage's loop that ends in one data file of all reduce segments. */
import type { TaskEnv } from "../storage/task-env";
import { CombineWriter } from "./combine-writer";
import { PlainWriter } from "./plain-writer";
import type { ShuffleWriter } from "./shuffle-writer";
import { type ShuffleSpec, shipsCombiners } from "./spec";

/** The writer for what `spec` says. */
export function createShuffleWriter(env: TaskEnv, spec: ShuffleSpec): ShuffleWriter {
  return shipsCombiners(spec) ? new CombineWriter(env, spec) : new PlainWriter(env, spec);
}
