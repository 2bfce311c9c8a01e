/**
 * The task binary as data: what the driver writes for the tasks of one stage and what a worker thread reads. Nodes refer
 * to each other, and to captured functions, by index.
 */
import type { PlanKind } from "./plan-port";
import type { Frozen } from "../closure/frozen";
import type { ModuleFile } from "../closure/module-target";
import type { DatasetNode } from "./nodes/node";
import type { AccumulatorReference } from "./shared/accumulator";
import type { ActionSpec } from "./stage-output";

/** An index into `StageSpec.captures`. */
export type CaptureRef = number;

/** A function that runs in tasks: the user's, or one of firesteel's own by name (exec/builtins). */
export type FunctionSpec = { readonly capture: CaptureRef } | { readonly builtin: string };

/** The same on the driver. */
export type FunctionSource = Frozen | { readonly builtin: string };

/** A step that handles one record at a time. */
export type OpSpec =
  | { readonly op: "map" | "filter" | "flatMap" | "keyBy" | "mapValues" | "flatMapValues"; readonly f: FunctionSpec }
  | { readonly op: "keys" | "values" }
  /** Partition i draws from a generator of its own, seeded by seeds[i]. */
  | { readonly op: "sample"; readonly sampler: SamplerSpec; readonly seeds: readonly bigint[] }
  /** Each key has a fraction; one generator draws for the partition. */
  | {
      readonly op: "sampleByKey";
      readonly withReplacement: boolean;
      /** The fractions are bounds of the numbers of `keyDraws`. */
      readonly exact: boolean;
      readonly seeds: readonly bigint[];
      /** Pairs [key, fraction], as one encoded value. */
      readonly fractions: Uint8Array;
    }
  /** [key, number] for the numbers that an exact `sampleByKey` decides by, as far as they are below the key's fraction. */
  | {
      readonly op: "keyDraws";
      readonly withReplacement: boolean;
      readonly fractions: Uint8Array;
      readonly seeds: readonly bigint[];
    }
  /** The values of the pairs with this key (an encoded value). */
  | { readonly op: "valuesOf"; readonly key: Uint8Array }
  /** The pairs whose key is from `range[0]` to `range[1]`, both included (an encoded value). */
  | { readonly op: "keyRange"; readonly range: Uint8Array }
  /** [record, starts[partition] + position]. */
  | { readonly op: "index"; readonly starts: readonly number[] }
  /** [record, position * step + partition]. */
  | { readonly op: "uniqueId"; readonly step: number }
  /** [n, record] with n going round from 0 to numPartitions - 1, from a start drawn for the partition. */
  | { readonly op: "distribute"; readonly numPartitions: number }
  /** [0, record]. */
  | { readonly op: "constantKey" };

export type SamplerSpec =
  | { readonly kind: "bernoulli"; readonly fraction: number }
  | { readonly kind: "cell"; readonly lower: number; readonly upper: number }
  | { readonly kind: "poisson"; readonly mean: number };

export type PartitioningSpec =
  | { readonly kind: "hash"; readonly numPartitions: number }
  /** The key is the partition. */
  | { readonly kind: "index"; readonly numPartitions: number }
  /** `bounds`: an array as one encoded value. */
  | { readonly kind: "range"; readonly bounds: Uint8Array; readonly ascending: boolean }
  /** A partitioner of the user's, captured. */
  | { readonly kind: "custom"; readonly numPartitions: number; readonly partitioner: CaptureRef };

/** `call`: the user's call, for messages. */
export type AggregationSpec =
  | { readonly kind: "reduce"; readonly call: string; readonly merge: FunctionSpec }
  | {
      readonly kind: "combine";
      readonly call: string;
      readonly createCombiner: FunctionSpec;
      readonly mergeValue: FunctionSpec;
      readonly mergeCombiners: FunctionSpec;
    }
  /** foldByKey, aggregateByKey: `zero` is captured, every key starts from a copy of its own. */
  | {
      readonly kind: "aggregate";
      readonly call: string;
      readonly zero: CaptureRef;
      readonly mergeValue: FunctionSpec;
      readonly mergeCombiners: FunctionSpec;
    }
  | { readonly kind: "group" }
  | { readonly kind: "distinct" };

export interface ShuffleSpecData {
  readonly shuffleId: number;
  readonly partitioning: PartitioningSpec;
  readonly carries: "pairs" | "keys" | "values";
  readonly aggregation: AggregationSpec | null;
  readonly mapSideCombine: boolean;
  readonly ordering: { readonly ascending: boolean; readonly compare: FunctionSpec | null } | null;
}

export type NodeRef = number;

/** Where the records of a side of a wide operation come from: a shuffle, or (laid out alike already) a parent. */
export type SideSpec = { readonly shuffle: ShuffleSpecData } | { readonly parent: NodeRef };

export type NodeSpec =
  | { readonly kind: "op"; readonly parent: NodeRef; readonly op: OpSpec }
  /** The same records as the parent: a checkpointed dataset. */
  | { readonly kind: "pass"; readonly parent: NodeRef }
  | { readonly kind: "empty" }
  | { readonly kind: "range"; readonly start: number; readonly step: number; readonly count: number; readonly numSlices: number }
  /** The payload is the slice, as encoded batches. */
  | { readonly kind: "slices" }
  /** The payload is a file split or group of files (one encoded value). */
  | { readonly kind: "files"; readonly format: FileFormat }
  /** A format of the user's; the payload is one of its splits (one encoded value). */
  | { readonly kind: "input"; readonly format: CaptureRef }
  /** Blocks that must be there: a local checkpoint. */
  | { readonly kind: "blocks"; readonly rddId: number }
  /** The partitions of the first parent, then those of the second, …; `counts` says how many each has. */
  | { readonly kind: "union"; readonly parents: readonly NodeRef[]; readonly counts: readonly number[] }
  /** Partition i is partition i of each parent, one after the other. */
  | { readonly kind: "unionAligned"; readonly parents: readonly NodeRef[] }
  /** Partition i is the parent's partitions groups[i], one after the other. */
  | { readonly kind: "regrouped"; readonly parent: NodeRef; readonly groups: readonly (readonly number[])[] }
  | { readonly kind: "cartesian"; readonly left: NodeRef; readonly right: NodeRef; readonly rightPartitions: number }
  /** zip of two parents, or zipPartitions of several with a function of their iterators. */
  | { readonly kind: "zip"; readonly parents: readonly NodeRef[]; readonly f: FunctionSpec | null }
  | {
      readonly kind: "mapPartitions";
      readonly parent: NodeRef;
      readonly f: FunctionSpec;
      readonly withIndex: boolean;
      readonly call: string;
    }
  /** A stage of a plan of the layers above. */
  | {
      readonly kind: "plan";
      readonly runtime: PlanKind;
      readonly plan: Uint8Array;
      readonly parents: readonly NodeRef[];
      readonly functions: readonly (readonly [name: string, f: FunctionSpec])[];
    }
  | { readonly kind: "glom"; readonly parent: NodeRef }
  /** One record for a partition, or none where a reduction has nothing to reduce. */
  | { readonly kind: "folded"; readonly parent: NodeRef; readonly fold: FoldSpec }
  | { readonly kind: "pipe"; readonly parent: NodeRef; readonly pipe: PipeSpec }
  | { readonly kind: "shuffled"; readonly shuffle: ShuffleSpecData }
  /** Partition i is reduce partition 0 of a shuffle of values as the map tasks groups[i] wrote it. */
  | { readonly kind: "gathered"; readonly shuffleId: number; readonly groups: readonly (readonly number[])[] }
  /** An aggregation of a parent that is laid out already. */
  | { readonly kind: "aggregated"; readonly parent: NodeRef; readonly aggregation: AggregationSpec }
  /** [key, [values of side 0, values of side 1, …]]. */
  | { readonly kind: "cogroup"; readonly sides: readonly SideSpec[] }
  | { readonly kind: "join"; readonly sides: readonly [SideSpec, SideSpec]; readonly join: JoinKind }
  /** Records of the first side whose key the second has, or has not. */
  | {
      readonly kind: "filterByKeys";
      readonly sides: readonly [SideSpec, SideSpec];
      readonly keep: "present" | "absent";
      readonly carries: "pairs" | "keys";
    };

/** `call`: as in AggregationSpec; `name`: what messages call the function. */
export type FoldSpec =
  | { readonly kind: "reduce"; readonly call: string; readonly name: string; readonly f: FunctionSpec }
  | { readonly kind: "aggregate"; readonly call: string; readonly zero: CaptureRef; readonly f: FunctionSpec };

export type JoinKind = "inner" | "left" | "right" | "full";

export type FileFormat =
  { readonly type: "text" | "wholeText" | "binary" | "objects" } | { readonly type: "records"; readonly bytes: number };

export interface PipeSpec {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** A non-zero exit of the command fails the task. */
  readonly checkCode: boolean;
  readonly encoding: string;
}

export interface NodeEntry {
  readonly spec: NodeSpec;
  /** Set for persisted datasets: blocks are `rdd_<rddId>_<partition>`. */
  readonly cache: CacheSpec | null;
}

export interface CacheSpec {
  readonly rddId: number;
  readonly useDisk: boolean;
  readonly useMemory: boolean;
  readonly useOffHeap: boolean;
  readonly deserialized: boolean;
  readonly replication: number;
  /** Bytes of all its blocks that an executor has in memory; null where nothing but the executor's own bounds them. */
  readonly mostMemory: number | null;
}

export type OutputSpec =
  | { readonly kind: "action"; readonly action: ActionSpec }
  | { readonly kind: "shuffle"; readonly shuffle: ShuffleSpecData }
  /** The plan of the last node ends the stage. */
  | { readonly kind: "plan" };

export interface StageSpec {
  /** Parents come before their children; the last one is what the stage computes. */
  readonly nodes: readonly NodeEntry[];
  readonly captures: readonly Frozen[];
  /** Captures that bring classes whose instances may be in what the stage reads. */
  readonly classes: readonly Frozen[];
  /** Files of the user's program that captures and classes refer to. */
  readonly modules: readonly ModuleFile[];
  readonly output: OutputSpec;
  /** How the payloads of tasks are to be read. */
  readonly payload: PayloadForm;
  /** Tasks are profiled into this accumulator; null: they are not. */
  readonly profile: AccumulatorReference | null;
}

/** "none"; the bytes of leaf `leaf` alone, for the task's own partition; or a table of (leaf, partition, bytes). */
export type PayloadForm =
  { readonly kind: "none" } | { readonly kind: "leaf"; readonly leaf: NodeRef } | { readonly kind: "table" };

export type PayloadTable = readonly (readonly [leaf: NodeRef, partition: number, bytes: Uint8Array])[];

/** How a node writes its part of the binary. */
export interface SpecEncoder {
  /** The parent must be one of the node's narrow dependencies. */
  node(parent: DatasetNode): NodeRef;
  capture(value: Frozen): CaptureRef;
  function(source: FunctionSource): FunctionSpec;
  /** A class, captured, whose instances are among the node's records. */
  class(definition: Frozen): void;
}

/** A captured value that travels by itself, with the files of the user's program that it refers to. */
export interface PackedCapture {
  readonly frozen: Frozen;
  readonly modules: readonly ModuleFile[];
}
