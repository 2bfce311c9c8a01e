/** What listeners are told about a stage attempt and its datasets. */
import type { AccumulableInfo, RddInfo, StageInfo, StorageLevelInfo } from "../../../events/listener-events";
import type { LineageNode } from "../../../rdd/lineage";
import type { CachedBlocks } from "./cached-blocks";
import { stageNodes } from "./lineage-walk";
import type { Stage } from "./stage";

/** `times` are those known so far. */
export function stageInfo(
  stage: Stage,
  attempt: number,
  numTasks: number,
  cached: CachedBlocks,
  accumulables: readonly AccumulableInfo[],
  times: Pick<StageInfo, "submissionTime" | "completionTime" | "failureReason"> = {},
): StageInfo {
  return {
    stageId: stage.id,
    attemptNumber: attempt,
    name: stage.name,
    numTasks,
    rddInfos: stageNodes(stage.node).map((node) => rddInfo(node, cached)),
    parentIds: stage.parents.map((parent) => parent.id),
    ...(stage.output.kind === "shuffle" ? { shuffleDepId: stage.output.dependency.shuffleId } : {}),
    details: stage.details,
    accumulables,
    ...times,
  };
}

function rddInfo(node: LineageNode, cached: CachedBlocks): RddInfo {
  const totals = cached.totals(node.id);
  return {
    id: node.id,
    name: node.name,
    scope: JSON.stringify({ id: String(node.id), name: node.scope }),
    callSite: node.callSite,
    parentIds: [...new Set(node.dependencies.map((dependency) => dependency.node.id))],
    storageLevel: storageLevelInfo(node.storageLevel),
    barrier: node.barrier,
    numPartitions: node.numPartitions,
    numCachedPartitions: totals.partitions,
    memSize: totals.memSize,
    diskSize: totals.diskSize,
  };
}

const levels = new Map<string, StorageLevelInfo>();

/** From the level's string form, "Disk Memory Deserialized 1x Replicated". There are few of them. */
export function storageLevelInfo(text: string): StorageLevelInfo {
  let level = levels.get(text);
  if (level === undefined) levels.set(text, (level = readLevel(text)));
  return level;
}

function readLevel(text: string): StorageLevelInfo {
  const words = text.split(" ");
  const replication = /(\d+)x Replicated/.exec(text);
  return {
    useDisk: words.includes("Disk"),
    useMemory: words.includes("Memory"),
    useOffHeap: words.includes("OffHeap"),
    deserialized: words.includes("Deserialized"),
    replication: replication === null ? 1 : Number(replication[1]),
  };
}
