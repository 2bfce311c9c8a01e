/** A pipeline at work in one task: its join tables, and the constants of the functions that its batches call for. */
import type { ColumnBatch } from "../../../columnar/vector";
import type { JoinTable } from "../join/table";
import type { BuildSide } from "../join/build";
import type { OpenTask } from "../operator";
import { bindConstants, type PipelineProgram, type SinkEmitter, type Variant } from "./program";

export class PipelineRun {
  readonly #constants = new Map<Variant, readonly unknown[]>();
  #tables: readonly JoinTable[] | null = null;

  constructor(
    private readonly program: PipelineProgram,
    private readonly builds: readonly BuildSide[],
    private readonly task: OpenTask,
  ) {}

  /** The join tables, built when they are first asked for. */
  get tables(): readonly JoinTable[] {
    return (this.#tables ??= this.builds.map((build) => build.table(this.task)));
  }

  variant(batch: ColumnBatch, sink: SinkEmitter): Variant {
    return this.program.variant(batch, this.tables, sink);
  }

  run(variant: Variant, batch: ColumnBatch, from: number, to: number, state: unknown): void {
    let constants = this.#constants.get(variant);
    if (constants === undefined) this.#constants.set(variant, (constants = bindConstants(variant, this.task)));
    variant.run(batch, from, to, constants, state, this.tables);
  }
}
