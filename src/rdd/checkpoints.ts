/**
 * Checkpoints: after the first job that used a marked dataset, its partitions are written where they outlive the lineage
 * (files, or blocks that executors keep), and its lineage ends there.
 */
import type { Call } from "./context-port";
import { UsageError } from "../common/errors";
import { joinPath, qualifyPath } from "../filesystem/path";
import { StorageLevel } from "../storage/storage-level";
import { save } from "./api/output";
import { partitionBytes } from "./api/run";
import { LocalCheckpointNode, ReliableCheckpointNode } from "./nodes/checkpoint-node";
import type { DatasetNode } from "./nodes/node";

/** Marks a dataset; the next job that uses it writes the checkpoint. */
export function markForCheckpoint(node: DatasetNode): void {
  if (node.context.checkpointDir === undefined) {
    throw new UsageError(
      "NO_CHECKPOINT_DIRECTORY",
      "checkpoint: no checkpoint directory is set. Call sc.setCheckpointDir first, or use localCheckpoint.",
    );
  }
  if (node.checkpoint === undefined) node.checkpointRequest = { kind: "reliable", write: (call) => writeReliable(node, call) };
}

export function markForLocalCheckpoint(node: DatasetNode): void {
  if (node.checkpoint !== undefined) return;
  // Blocks that can be dropped would end the dataset with them.
  const { useMemory, useOffHeap, deserialized, replication } = node.persisted ? node.storageLevel : StorageLevel.MEMORY_AND_DISK;
  node.storageLevel = StorageLevel.of({ useDisk: true, useMemory, useOffHeap, deserialized, replication });
  node.context.persisted(node);
  node.checkpointRequest = { kind: "local", write: (call) => keepLocal(node, call) };
}

async function writeReliable(node: DatasetNode, call: Call): Promise<DatasetNode> {
  const { context, partitioner } = node;
  const directory = joinPath(qualifyPath(context.checkpointDir!), `rdd-${node.id}`);
  const commits = await save(node, call, directory, "objects", null);
  const files = commits.map(({ files: [file] }) => ({
    path: joinPath(directory, file!.name),
    start: 0,
    length: file!.bytes,
    fileLength: file!.bytes,
    codec: null,
  }));
  return new ReliableCheckpointNode(context, call.scope, call.site, directory, files, partitioner);
}

/** Partitions that the job did not look at are computed now: there will be no other time. */
async function keepLocal(node: DatasetNode, call: Call): Promise<DatasetNode> {
  const { context, partitioner, numPartitions } = node;
  const kept = context.storageInfo(node.id)?.numCachedPartitions ?? 0;
  if (kept < numPartitions) await partitionBytes(node, call, { kind: "count" });
  return new LocalCheckpointNode(context, call.scope, call.site, node.id, numPartitions, partitioner);
}
