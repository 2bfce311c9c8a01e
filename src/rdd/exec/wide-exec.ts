/** Nodes that read shuffles, or parents that are laid out as a shuffle would lay them out. */
import { type ChunkSource, decodeValue } from "../../columnar";
import {
  aggregated,
  type Aggregation,
  coGrouped,
  filteredByKeys,
  grouped,
  joined,
  type Partitioning,
  readShuffle,
  segmentChunksOf,
  type ShuffleSpec,
} from "../../shuffle";
import type { Partitioner } from "../partitioner";
import { DeferredSource } from "../pipeline/iterable-source";
import { type AnySource, isThenable, type MaybePromise, then } from "../pipeline/source";
import type { AggregationSpec, JoinKind, PartitioningSpec, ShuffleSpecData, SideSpec } from "../stage-spec";
import { type Chain, chainSource, type ExecNode, sourceChain, toSync } from "./chain";
import type { TaskRun } from "./task-run";

/** A shuffle with its functions revived for this task. */
export function shuffleSpec(data: ShuffleSpecData, task: TaskRun): ShuffleSpec {
  const { ordering } = data;
  return {
    shuffleId: data.shuffleId,
    partitioning: partitioning(data.partitioning, task),
    carries: data.carries,
    mapSideCombine: data.mapSideCombine,
    ...(data.aggregation === null ? {} : { aggregation: aggregation(data.aggregation, task) }),
    ...(ordering === null
      ? {}
      : {
          ordering: {
            ascending: ordering.ascending,
            ...(ordering.compare === null
              ? {}
              : { compare: task.function(ordering.compare) as (a: unknown, b: unknown) => number }),
          },
        }),
  };
}

function partitioning(spec: PartitioningSpec, task: TaskRun): Partitioning {
  switch (spec.kind) {
    case "hash":
      return spec;
    case "index":
      return { kind: "custom", numPartitions: spec.numPartitions, getPartition: (key) => key as number };
    case "range":
      return { kind: "range", bounds: decodeValue(spec.bounds, task.values) as unknown[], ascending: spec.ascending };
    case "custom": {
      const partitioner = task.capture(spec.partitioner) as Partitioner;
      return { kind: "custom", numPartitions: spec.numPartitions, getPartition: (key) => partitioner.getPartition(key) };
    }
  }
}

function aggregation(spec: AggregationSpec, task: TaskRun): Aggregation {
  switch (spec.kind) {
    case "reduce":
      return { kind: "reduce", call: spec.call, merge: task.function(spec.merge) };
    case "combine":
      return {
        kind: "combine",
        call: spec.call,
        createCombiner: task.function(spec.createCombiner),
        mergeValue: task.function(spec.mergeValue),
        mergeCombiners: task.function(spec.mergeCombiners),
      };
    case "aggregate": {
      const mergeValue = task.function(spec.mergeValue);
      const zero = task.zeroMaker(spec.zero);
      return {
        kind: "combine",
        call: spec.call,
        createCombiner: (value) => mergeValue(zero(), value),
        mergeValue,
        mergeCombiners: task.function(spec.mergeCombiners),
      };
    }
    default:
      return spec;
  }
}

export class ShuffledExec implements ExecNode {
  constructor(private readonly shuffle: ShuffleSpecData) {}

  chain(partition: number): Chain {
    return sourceChain((task) => readShuffle(task.env, shuffleSpec(this.shuffle, task), [partition]));
  }
}

/** Values that some map tasks wrote. */
export class GatheredExec implements ExecNode {
  constructor(
    private readonly shuffleId: number,
    private readonly groups: readonly (readonly number[])[],
  ) {}

  chain(partition: number): Chain {
    return sourceChain((task) => segmentChunksOf(task.env, this.shuffleId, this.groups[partition]!, 0));
  }
}

/** An aggregation within partitions: the keys of each are in no other. */
export class AggregatedExec implements ExecNode {
  constructor(
    private readonly parent: ExecNode,
    private readonly aggregation: AggregationSpec,
  ) {}

  chain(partition: number): Chain {
    const parent = this.parent.chain(partition);
    return sourceChain((task) =>
      whenSync([() => toSync(chainSource(parent, task), task)], ([source]) => {
        const how = aggregation(this.aggregation, task);
        return how.kind === "group" ? grouped(task.env, source!) : aggregated(task.env, source!, how, "values");
      }),
    );
  }
}

/** A side of a cogroup or join: what it reads for a partition. */
export type Side = { readonly shuffle: ShuffleSpecData } | { readonly parent: ExecNode };

export function sidesOf(specs: readonly SideSpec[], nodes: readonly ExecNode[]): Side[] {
  return specs.map((side) => ("shuffle" in side ? side : { parent: nodes[side.parent]! }));
}

/** Opens all sides of a partition, one after the other, and makes a source of them. */
function sidesChain(
  sides: readonly Side[],
  partition: number,
  make: (sources: readonly ChunkSource[], task: TaskRun) => AnySource,
): Chain {
  const chains = sides.map((side) => ("parent" in side ? side.parent.chain(partition) : side));
  return sourceChain((task) =>
    whenSync(
      chains.map(
        (side) => () =>
          "shuffle" in side
            ? readShuffle(task.env, shuffleSpec(side.shuffle, task), [partition])
            : toSync(chainSource(side, task), task),
      ),
      (sources) => make(sources, task),
    ),
  );
}

function whenSync(
  opens: readonly (() => MaybePromise<ChunkSource>)[],
  make: (sources: readonly ChunkSource[]) => AnySource,
): AnySource {
  let opened: MaybePromise<readonly ChunkSource[]> = [];
  for (const open of opens) opened = then(opened, (before) => then(open(), (source) => [...before, source]));
  return isThenable(opened) ? new DeferredSource(opened.then(make)) : make(opened);
}

export class CoGroupExec implements ExecNode {
  constructor(private readonly sides: readonly Side[]) {}

  chain(partition: number): Chain {
    return sidesChain(this.sides, partition, (sources, task) => coGrouped(task.env, sources));
  }
}

export class JoinExec implements ExecNode {
  constructor(
    private readonly sides: readonly Side[],
    private readonly kind: JoinKind,
  ) {}

  chain(partition: number): Chain {
    return sidesChain(this.sides, partition, ([left, right], task) => joined(task.env, this.kind, left!, right!));
  }
}

export class FilterByKeysExec implements ExecNode {
  constructor(
    private readonly sides: readonly Side[],
    private readonly keep: "present" | "absent",
    private readonly carries: "pairs" | "keys",
  ) {}

  chain(partition: number): Chain {
    const { keep, carries } = this;
    return sidesChain(this.sides, partition, ([input, other], task) =>
      filteredByKeys(task.env, keep, { source: input!, carries }, { source: other!, carries }),
    );
  }
}
