/** A pipeline's functions in one task: its join tables, and the constants of the functions that its batches call for. */
import type { ColumnBatch } from "../../../columnar/vector";
import type { JoinTable } from "../join/table";
import type { OpenTask } from "../operator";
import { bindConstants, type PipelineProgram, type SinkEmitter, type Variant } from "./program";

export class PipelineRun {
  readonly #constants = new Map<Variant, readonly unknown[]>();

  constructor(
    private readonly program: PipelineProgram,
    readonly tables: readonly JoinTable[],
    private readonly task: OpenTask,
  ) {}

  variant(batch: ColumnBatch, sink: SinkEmitter): Variant {
    return this.program.variant(batch, this.tables, sink);
  }

  run(variant: Variant, batch: ColumnBatch, from: number, to: number, state: unknown): void {
    let constants = this.#constants.get(variant);
    if (constants === undefined) this.#constants.set(variant, (constants = bindConstants(variant, this.task)));
    variant.run(batch, from, to, constants, state, this.tables);
  }
}
