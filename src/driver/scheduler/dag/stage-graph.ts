/** The stages of the jobs at hand, cut at shuffles and shared by the jobs that need them, and what is missing of each. */
import type { LineageNode, ShuffleDependencyInfo } from "../../../rdd/lineage";
import type { MapOutputRegistry } from "../map-outputs";
import { isBarrierStage } from "./barrier-checks";
import type { CachedBlocks } from "./cached-blocks";
import type { Job } from "./job";
import { shuffleInputs } from "./lineage-walk";
import { Stage, type StageOutput } from "./stage";

export class StageGraph {
  /** By id: parents come before their children. */
  readonly stages = new Map<number, Stage>();
  readonly #mapStages = new Map<number, Stage>();
  #nextStageId = 0;

  constructor(
    private readonly mapOutputs: MapOutputRegistry,
    private readonly cached: CachedBlocks,
  ) {}

  /** The stage that writes the shuffle, while a job needs it. */
  mapStage(shuffleId: number): Stage | undefined {
    return this.#mapStages.get(shuffleId);
  }

  /**
   * Makes the map stages of `ancestors`, which have none yet and come parents first, and the job's last stage, and gives the job all
   * that it rests on. Answers the last.
   */
  add(job: Job, ancestors: readonly ShuffleDependencyInfo[]): Stage {
    for (const dependency of ancestors) {
      const { node, shuffleId } = dependency;
      const stage = this.#newStage(node, node.numPartitions, { kind: "shuffle", dependency }, node.callSite, node.callSite);
      this.#mapStages.set(shuffleId, stage);
      this.mapOutputs.declare(shuffleId, node.numPartitions, stage.isOfOneAttempt);
    }
    const final =
      job.shuffle === null
        ? this.#newStage(job.finalNode, job.partitions.length, { kind: "result", job }, job.callSite, job.callSiteDetails)
        : this.#mapStages.get(job.shuffle.shuffleId)!;
    const stack = [final];
    for (let stage = stack.pop(); stage !== undefined; stage = stack.pop()) {
      if (job.stages.has(stage)) continue;
      job.stages.add(stage);
      stage.jobs.add(job);
      stack.push(...stage.parents);
    }
    return final;
  }

  remove(stage: Stage): void {
    this.stages.delete(stage.id);
    if (stage.output.kind === "shuffle") this.#mapStages.delete(stage.output.dependency.shuffleId);
  }

  /** Are the map outputs that the stage writes all there? Never so of a result stage. */
  isAvailable(stage: Stage): boolean {
    return stage.output.kind === "shuffle" && this.mapOutputs.isComplete(stage.output.dependency.shuffleId);
  }

  /** Parents whose outputs are not all there and not made needless by cached partitions. */
  missingParents(stage: Stage): Stage[] {
    if (stage.parents.every((parent) => this.isAvailable(parent))) return [];
    const needed = shuffleInputs(stage.node, (node) => !(node.persisted && this.cached.isComplete(node.id, node.numPartitions)));
    const missing: Stage[] = [];
    for (const { shuffleId } of needed) {
      const parent = this.#mapStages.get(shuffleId)!;
      if (!this.isAvailable(parent)) missing.push(parent);
    }
    return missing;
  }

  /** Slots whose map output is not there, or whose result was not delivered; ascending. */
  missingSlots(stage: Stage): number[] {
    if (stage.output.kind === "shuffle") return this.mapOutputs.missing(stage.output.dependency.shuffleId);
    const { delivered } = stage.output.job;
    const missing: number[] = [];
    for (let slot = 0; slot < delivered.length; slot++) if (delivered[slot] === 0) missing.push(slot);
    return missing;
  }

  #newStage(node: LineageNode, numSlots: number, output: StageOutput, name: string, details: string): Stage {
    const parents = shuffleInputs(node).map(({ shuffleId }) => this.#mapStages.get(shuffleId)!);
    const stage = new Stage(this.#nextStageId++, node, numSlots, output, parents, isBarrierStage(node), name, details);
    this.stages.set(stage.id, stage);
    return stage;
  }
}
