/** A pipeline's functions in one task: its join tables, and the constants of the functions that its batches call for. */
import type { ColumnBatch } from "../../../columnar/vector";
import type { JoinTable } from "../join/table";
import type { OpenTask } from "../operator";
import type { OperatorMetrics } from "../ports";
import { bindConstants, type PipelineFunction, type PipelineProgram, type SinkEmitter, type Variant } from "./program";

/**
 * A loop over a large batch is compiled while it runs. What follows it has not run then: the compiled code would be left at the end of
 * each batch, and the next batch begin in the slow one. V8 notes what it sees after a few thousand bytes of byte code have run.
 */
const WARMING_CALLS = 32;
const warmed = new WeakSet<PipelineFunction>();

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
    if (constants === undefined) {
      this.#constants.set(variant, (constants = bindConstants(variant, this.task)));
      this.#warm(variant, batch, from, constants, state);
    }
    variant.run(batch, from, to, constants, state, this.tables, this.#counts);
    this.#counts[0]! += to - from;
    this.#told();
  }

  /** Calls without rows, so that V8 has seen what stands before and behind the loop when it compiles the loop. */
  #warm({ run }: Variant, batch: ColumnBatch, from: number, constants: readonly unknown[], state: unknown): void {
    if (warmed.has(run)) return;
    warmed.add(run);
    for (let call = 0; call < WARMING_CALLS; call++) run(batch, from, from, constants, state, this.tables, this.#counts);
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
