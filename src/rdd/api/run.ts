/** Runs the jobs of actions. */
import { UsageError } from "../../common/errors";
import { decodeValue } from "../../columnar";
import { joined } from "./cancellation";
import type { Call, MapOutputSizes } from "../context-port";
import { ancestors, type DatasetNode, type ShuffleEdge } from "../nodes/node";
import type { StageAction } from "../stage-output";

/** The last argument of every action. */
export interface ActionOptions {
  /** Aborting it cancels the action's jobs; the promise rejects with a CancelledError. */
  readonly signal?: AbortSignal;
}

/** What an action is called and where it was called: to be taken before anything is awaited. */
export function callOf(node: DatasetNode, scope: string, options: ActionOptions | undefined): Call {
  node.context.assertRunning(scope);
  const signal = options?.signal;
  if (options !== undefined && (typeof options !== "object" || options === null)) {
    throw new UsageError("INVALID_ARGUMENT", `${scope}: the options must be an object such as { signal }.`);
  }
  return { scope, site: node.context.callSite(), ...(signal === undefined ? {} : { signal }) };
}

const allPartitions = (node: DatasetNode): number[] => Array.from({ length: node.numPartitions }, (_, partition) => partition);

/** Which partitions a job computes, once the layout is known. */
export type Partitions = (node: DatasetNode) => readonly number[];

/** Runs one job. `partitions` and whatever else depends on the layout is asked for once the dataset is prepared. */
export async function runJob(
  node: DatasetNode,
  call: Call,
  action: StageAction,
  onResult: (index: number, bytes: Uint8Array) => void,
  partitions: Partitions = allPartitions,
): Promise<void> {
  const lifeline = node.lifeline();
  const signal = joined(call.signal);
  try {
    await node.prepare();
    const wanted = partitions(node);
    if (wanted.length === 0) return;
    await node.context.runJob({
      node,
      action,
      partitions: wanted,
      scope: call.scope,
      callSite: `${call.scope} at ${call.site}`,
      onResult,
      ...(signal === undefined ? {} : { signal }),
      ...(call.properties === undefined ? {} : { properties: call.properties }),
    });
    await writeCheckpoints(node, call);
  } finally {
    lifeline.done();
  }
}

/** Writes a shuffle, and what it needs. */
export async function writeShuffle(shuffle: ShuffleEdge, call: Call): Promise<MapOutputSizes> {
  const { node } = shuffle;
  const lifeline = node.lifeline();
  const signal = joined(call.signal);
  try {
    await node.prepare();
    const sizes = await node.context.writeShuffle({
      node,
      shuffle,
      scope: call.scope,
      callSite: `${call.scope} at ${call.site}`,
      ...(signal === undefined ? {} : { signal }),
      ...(call.properties === undefined ? {} : { properties: call.properties }),
    });
    await writeCheckpoints(node, call);
    return sizes;
  } finally {
    lifeline.done();
  }
}

/** Writes the checkpoints that datasets of a finished job are marked for, those first that others are made from. */
async function writeCheckpoints(root: DatasetNode, call: Call): Promise<void> {
  for (const node of ancestors(root)) {
    const request = node.checkpointRequest;
    if (request === undefined || node.checkpoint !== undefined) continue;
    // The jobs that write it must not try again.
    node.checkpointRequest = undefined;
    try {
      const checkpoint = await request.write(call);
      await checkpoint.prepare();
      node.replaceBy(checkpoint);
    } catch (error) {
      node.checkpointRequest = request;
      throw error;
    }
  }
}

/** The encoded results of all partitions, in their order. */
export async function partitionBytes(
  node: DatasetNode,
  call: Call,
  action: StageAction,
  partitions?: Partitions,
): Promise<Uint8Array[]> {
  const results: Uint8Array[] = [];
  await runJob(node, call, action, (index, bytes) => void (results[index] = bytes), partitions);
  return results;
}

/** The same where each is one encoded value. */
export async function partitionValues<R>(
  node: DatasetNode,
  call: Call,
  action: StageAction,
  partitions?: Partitions,
): Promise<R[]> {
  return (await partitionBytes(node, call, action, partitions)).map((bytes) => decodeValue(bytes, node.context.values) as R);
}
