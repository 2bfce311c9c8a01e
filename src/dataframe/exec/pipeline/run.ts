/** A pipeline's functions in one task: its join tables, and the constants of the functions that its batches call for. */
import type { ColumnBatch } from "../../../columnar/vector";
import type { JoinTable } from "../join/table";
import type { OpenTask } from "../operator";
import type { OperatorMetrics } from "../ports";
import { bindConstants, type PipelineFunction, type PipelineProgram, type SinkEmitter, type Variant } from "./program";

/**
 * A function's first rows go through in many calls. V8 looks at a loop each time that 66 KB of byte code have run, and compiles what it finds
 * hot when it is called next. A loop in which it looks once more it compiles on its own, without what stands behind the loop and has never
 * run: the loop is then compiled twice, and left at each end of a batch for the slow code.
 */
const FIRST_ROWS = 65_536;
/** Rows of a call times the characters of the function: at most about what runs between two looks. */
const CALL = 200_000;
const SHORTEST_CALL = 16;
const rowsSeen = new WeakMap<PipelineFunction, number>();

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

  /** May take the rows through in several calls: a sink goes on where the call before ended. */
  run(variant: Variant, batch: ColumnBatch, from: number, to: number, state: unknown): void {
    let constants = this.#constants.get(variant);
    if (constants === undefined) this.#constants.set(variant, (constants = bindConstants(variant, this.task)));
    const { run } = variant;
    let seen = rowsSeen.get(run) ?? 0;
    let at = from;
    if (seen < FIRST_ROWS) {
      const rows = Math.max(SHORTEST_CALL, Math.floor(CALL / variant.source.length));
      while (seen < FIRST_ROWS && at < to) {
        const next = Math.min(to, at + rows);
        run(batch, at, next, constants, state, this.tables, this.#counts);
        seen += next - at;
        at = next;
      }
      rowsSeen.set(run, seen);
    }
    if (at < to) run(batch, at, to, constants, state, this.tables, this.#counts);
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
