/** The datasets of a job or a stage as a graph: boxes for stages, edges where one dataset is made of another. */
import type { RddInfo } from "../../events/listener-events";
import type { Dag, DagNode, DagNodeState, DagStage } from "../api-types";
import type { AppStore } from "../store/app-store";
import type { JobEntry, StageEntry } from "../store/entries";

export function jobDag(store: AppStore, job: JobEntry): Dag {
  const stages = job.stageIds.flatMap((id) => store.work.latest(id) ?? []);
  return dagOf(
    store,
    stages.sort((a, b) => a.id - b.id),
  );
}

export function stageDag(store: AppStore, stage: StageEntry): Dag {
  return dagOf(store, [stage]);
}

/** A dataset may be in several stages: each has a node of its own, by stage and dataset. */
function dagOf(store: AppStore, stages: readonly StageEntry[]): Dag {
  const edges: Dag["edges"] = [];
  const shown = stages.map((stage) => dagStage(store, stage));
  for (const stage of stages) {
    const inside = new Set(stage.info.rddInfos.map(({ id }) => id));
    for (const rdd of stage.info.rddInfos) {
      for (const parent of rdd.parentIds) {
        const to = nodeId(stage.id, rdd.id);
        if (inside.has(parent)) {
          edges.push({ from: nodeId(stage.id, parent), to, kind: "narrow" });
          continue;
        }
        const maker = stages.find(
          (one) => stage.info.parentIds.includes(one.id) && one.info.rddInfos.some(({ id }) => id === parent),
        );
        if (maker !== undefined) edges.push({ from: nodeId(maker.id, parent), to, kind: "shuffle" });
      }
    }
  }
  return { stages: shown, edges };
}

function nodeId(stageId: number, rddId: number): string {
  return `${stageId}/${rddId}`;
}

function dagStage(store: AppStore, stage: StageEntry): DagStage {
  return {
    stageId: stage.id,
    attempt: stage.attempt,
    name: stage.info.name,
    state: STATES[stage.status],
    numTasks: stage.info.numTasks,
    numDone: stage.numCompletedIndices,
    numRunning: stage.activeTasks,
    numFailed: stage.failedTasks,
    nodes: [...stage.info.rddInfos].sort((a, b) => a.id - b.id).map((rdd) => dagNode(store, stage.id, rdd)),
  };
}

const STATES: Readonly<Record<StageEntry["status"], DagNodeState>> = {
  ACTIVE: "running",
  COMPLETE: "done",
  FAILED: "failed",
  PENDING: "waiting",
  SKIPPED: "skipped",
};

function dagNode(store: AppStore, stageId: number, rdd: RddInfo): DagNode {
  const stored = store.nodes.rdds.get(rdd.id);
  return {
    id: nodeId(stageId, rdd.id),
    label: rdd.name,
    scope: scopeOf(rdd.scope),
    callSite: rdd.callSite,
    cached: rdd.storageLevel.useMemory || rdd.storageLevel.useDisk,
    barrier: rdd.barrier,
    cachedPartitions: stored === undefined || stored.blocks.size === 0 ? rdd.numCachedPartitions : stored.blocks.size,
    partitions: rdd.numPartitions,
  };
}

function scopeOf(text: string | undefined): DagNode["scope"] {
  if (text === undefined) return null;
  try {
    const { id, name } = JSON.parse(text) as { id?: unknown; name?: unknown };
    return { id: String(id), name: String(name) };
  } catch {
    return null;
  }
}
