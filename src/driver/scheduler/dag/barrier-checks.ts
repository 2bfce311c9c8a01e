/** Barrier stages must be of a simple form and fit into the cluster's slots: Spark's checks, in its words. */
import type { LineageNode } from "../../../rdd/lineage";
import type { SchedulerConfig } from "../config";
import { stageNodes } from "./lineage-walk";

export interface BarrierProblem {
  readonly message: string;
  /** True when it may pass as executors register. */
  readonly mayPass: boolean;
}

export function isBarrierStage(node: LineageNode): boolean {
  return stageNodes(node).some((member) => member.barrier);
}

/** Looks at one stage to be: its last dataset and how many tasks it will have. Null when nothing is wrong. */
export function barrierProblem(
  node: LineageNode,
  numTasks: number,
  config: SchedulerConfig,
  totalSlots: number,
): BarrierProblem | null {
  const members = stageNodes(node);
  if (!members.some((member) => member.barrier)) return null;
  if (config.allocation !== null) {
    return {
      message:
        "[SPARK-24942]: Barrier execution mode does not support dynamic resource allocation for now. You can disable dynamic resource allocation by " +
        'setting Spark conf "spark.dynamicAllocation.enabled" to "false".',
      mayPass: false,
    };
  }
  const barriers = barrierNodes(members);
  const oddSize = members.some((member) => member.numPartitions !== numTasks);
  const manyBarriers = members.some(
    (member) => member.dependencies.filter(({ kind, node: parent }) => kind === "narrow" && barriers.has(parent)).length > 1,
  );
  if (oddSize || manyBarriers) {
    return {
      message:
        "[SPARK-24820][SPARK-24821]: Barrier execution mode does not allow the following pattern of RDD chain within a barrier stage:\n" +
        "1. Ancestor RDDs that have different number of partitions from the resulting RDD (e.g. union()/coalesce()/first()/take()/PartitionPruningRDD). " +
        "A workaround for first()/take() can be barrierRdd.collect()[0].\n" +
        "2. An RDD that depends on multiple barrier RDDs (e.g. barrierRdd1.zip(barrierRdd2)).",
      mayPass: false,
    };
  }
  if (numTasks <= totalSlots) return null;
  return {
    message:
      "[SPARK-24819]: Barrier execution mode does not allow run a barrier stage that requires more slots than the total number of slots in the cluster " +
      `currently: ${numTasks} tasks, ${totalSlots} slots. Please init a new cluster with more resources(e.g. CPU, GPU) or repartition the input RDD(s) to ` +
      "reduce the number of slots required to run this barrier stage.",
    mayPass: true,
  };
}

/** Members that are marked, or rest on a marked one within the stage. `members` has children before what they rest on only in chains, so it is done until nothing changes. */
function barrierNodes(members: readonly LineageNode[]): Set<LineageNode> {
  const marked = new Set(members.filter((member) => member.barrier));
  for (let before = -1; before !== marked.size;) {
    before = marked.size;
    for (const member of members) {
      if (member.dependencies.some(({ kind, node }) => kind === "narrow" && marked.has(node))) marked.add(member);
    }
  }
  return marked;
}
