/** What every writer of the map side is. */
import type { Sink } from "../columnar/loop";
import type { MapOutputWritten } from "../storage/task-env";

/** One use per map task. Records are pairs, or keys where the shuffle carries keys. */
export interface ShuffleWriter extends Sink {
  /** After the last record: writes and commits the output of map task `env.info.partition`. */
  finish(): MapOutputWritten;
  /** Gives memory and spill files back without an output. May be called at any time, also after `finish`. */
  abort(): void;
}
