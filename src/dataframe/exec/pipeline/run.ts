/** A pipeline's functions in one task: its join tables, and the constants of the functions that its batches call for. */
import type { ColumnBatch } from "../../../columnar/vector";
import type { JoinTable } from "../join/table";
import type { OpenTask } from "../operator";
import type { OperatorMetrics } from "../ports";
import { bindConstants, type PipelineProgram, type SinkEmitter, type Variant } from "./program";

export class PipelineRun {
  readonly #constants = new Map<Variant, readonly unknown[]>();
  readonly #counts: Float64Array;
  /** Of the operators at each place. */
  readonly #metrics: readonly (readonly OperatorMetrics[])[];

  /** `counted`: the operator that counts the rows it gives itself. */
  constructor(
    private readonly program: PipelineProgram,
    readonly tables: readonly JoinTable[],
    private readonly task: OpenTask,
    counted: number | null = null,
  ) {
    const { places } = program;
    this.#counts = new Float64Array(places.length);
    this.#metrics = places.map((nodes) => nodes.filter((node) => node !== counted).map((node) => task.env.metrics(node)));
  }

  variant(batch: ColumnBatch, sink: SinkEmitter): Variant {
    return this.program.variant(batch, this.tables, sink);
  }

  run(variant: Variant, batch: ColumnBatch, from: number, to: number, state: unknown): void {
    let constants = this.#constants.get(variant);
    if (constants === undefined) this.#constants.set(variant, (constants = bindConstants(variant, this.task)));
    variant.run(batch, from, to, constants, state, this.tables, this.#counts);
    this.#counts[0]! += to - from;
    this.#told();
  }

  /** Rows that left the last place, where the sink counted them: or those that went through untouched. */
  gave(rows: number, untouched: boolean): void {
    const last = this.#counts.length - 1;
    if (last > 0 || untouched) this.#counts[last]! += rows;
    this.#told();
  }

  #told(): void {
    this.#metrics.forEach((operators, place) => {
      for (const operator of operators) operator.rows += this.#counts[place]!;
      this.#counts[place] = 0;
    });
  }
}
