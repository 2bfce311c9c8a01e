/** What a task does with the records of its partition, for actions: on the driver, and as data in the task binary. */
import type { Frozen } from "../closure/frozen";
import type { Codec } from "../filesystem/codecs";
import type { OutputJobSpec } from "../filesystem/output-job";
import type { CaptureRef, FunctionSource, FunctionSpec } from "./stage-spec";
import type { ShuffleEdge } from "./nodes/node";

/** `F` a function, `V` a captured value: `StageAction` on the driver, `ActionSpec` in the binary. */
type Action<F, V> =
  | { readonly kind: "count" }
  /** All records, or the first `limit` of the partition, as encoded batches. */
  | { readonly kind: "collect"; readonly limit: number | null }
  /** No value where the partition is empty. */
  /** `call`, here and below: the user's call, for messages. */
  | { readonly kind: "reduce"; readonly call: string; readonly f: F }
  | { readonly kind: "aggregate"; readonly call: string; readonly zero: V; readonly f: F }
  | { readonly kind: "sum" }
  | { readonly kind: "stats" }
  /** The first `count` records in the order of `key` (of the records themselves where null), or of the opposite order. */
  | { readonly kind: "ordered"; readonly count: number; readonly key: F | null; readonly descending: boolean }
  /** [value, how often] for each distinct value (or key of pairs). */
  | { readonly kind: "countByValue"; readonly keys: boolean }
  | { readonly kind: "foreach"; readonly f: F }
  /** f(iterator, partition); its result, awaited, is the task's, unless nobody wants it. */
  | { readonly kind: "partition"; readonly f: F; readonly keepResult: boolean }
  /** How many numbers fall between neighbouring edges. */
  | { readonly kind: "histogram"; readonly edges: readonly (number | string)[]; readonly even: boolean }
  /** The number of records, and a uniform sample of at most `size` of them. */
  | { readonly kind: "reservoir"; readonly size: number }
  /** A query plan whose own end says what its tasks give. */
  | { readonly kind: "plan" }
  /** Writes a part of an output directory; the result is the attempt's TaskCommit. */
  | { readonly kind: "save"; readonly job: OutputJobSpec; readonly format: "text" | "objects"; readonly codec: Codec | null };

export type StageAction = Action<FunctionSource, Frozen>;
export type ActionSpec = Action<FunctionSpec, CaptureRef>;

export type StageOutput =
  { readonly kind: "action"; readonly action: StageAction } | { readonly kind: "shuffle"; readonly dependency: ShuffleEdge };
