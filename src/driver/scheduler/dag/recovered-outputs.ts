/**
 * Map outputs that another executor serves from now on: handed over before the one that made them went, or found on the disk that a dead
 * one left.
 */
import type { MapOutputsFound, MapOutputsRelocated } from "../events";
import type { MapOutputRegistry } from "../map-outputs";
import type { Outbox } from "../outbox";
import type { Stage } from "./stage";
import type { StageAttempts } from "./stage-attempts";
import type { StageGraph } from "./stage-graph";

export class RecoveredOutputs {
  constructor(
    private readonly outbox: Outbox,
    private readonly graph: StageGraph,
    private readonly attempts: StageAttempts,
    private readonly mapOutputs: MapOutputRegistry,
  ) {}

  relocated({ from, to, outputs }: MapOutputsRelocated): void {
    if (outputs !== undefined) return this.#moved(from, to, outputs);
    if (to === null || this.attempts.tasks.executors.get(to) === undefined) {
      this.attempts.executorLost(from, false);
      return;
    }
    for (const shuffleId of this.mapOutputs.relocate(from, to)) this.attempts.outputsChanged(shuffleId);
  }

  /** The executor that they come from may be gone by now: then they are found again. Those that were made again elsewhere stay there. */
  #moved(from: string, to: string | null, outputs: NonNullable<MapOutputsRelocated["outputs"]>): void {
    if (to === null || this.attempts.tasks.executors.get(to) === undefined) return;
    const found = outputs.filter(({ shuffleId, map, status }) => {
      if (!this.mapOutputs.has(shuffleId) || !this.mapOutputs.move(shuffleId, map, from, to, status)) return true;
      this.attempts.outputsChanged(shuffleId);
      return false;
    });
    if (found.length > 0) this.found({ type: "MapOutputsFound", executorId: to, outputs: found });
  }

  /** Only what a task has reported counts: of others nobody knows what their tasks told accumulators, so they run again. */
  found({ executorId, outputs }: MapOutputsFound): void {
    const { tasks } = this.attempts;
    if (tasks.executors.get(executorId) === undefined) return;
    const touched = new Set<Stage>();
    const released = new Set<number>();
    for (const { shuffleId, map, status } of outputs) {
      const stage = this.graph.mapStage(shuffleId);
      if (!this.mapOutputs.has(shuffleId)) released.add(shuffleId);
      else if (this.#canTakeBack(shuffleId, map)) {
        this.mapOutputs.register(shuffleId, map, executorId, status);
        if (stage === undefined) continue;
        touched.add(stage);
        if (stage.taskSet !== null) tasks.markDone(stage.taskSet, map);
      }
    }
    for (const shuffleId of released) this.outbox.push({ type: "FreeShuffle", shuffleId });
    for (const stage of touched) this.attempts.outputsRecovered(stage);
  }

  #canTakeBack(shuffleId: number, map: number): boolean {
    const { mapOutputs } = this;
    const isLost = mapOutputs.wasRegistered(shuffleId, map) && !mapOutputs.isAvailable(shuffleId, map);
    return isLost && !mapOutputs.isOfOneAttempt(shuffleId);
  }
}
