/** Hash joins that also give rows of the build side: those without a match, or those with one. */
import { gather, vectorOfBoxed } from "../../../columnar/batch";
import type { BatchSource, ColumnBatch, Vector } from "../../../columnar/vector";
import type { Attribute } from "../../expressions/expression";
import { sourceOf, type OpenTask, type Operator } from "../operator";
import type { PipelineOperator } from "../pipeline/operator";
import type { JoinTable } from "./table";

/** Which rows of the build side follow the streamed ones. */
export type BuildRows = "unmatched" | "matched" | "all";

const BATCH_ROWS = 16384;

export class BuildRowsJoinOperator implements Operator {
  /**
   * @param streamed the pipeline up to and with the join, which marks matches; it gives the rows of matches, or none
   * @param exists the column that says whether a build row has a match
   */
  constructor(
    private readonly streamed: PipelineOperator,
    readonly output: readonly Attribute[],
    private readonly buildOutput: readonly Attribute[],
    private readonly rows: BuildRows,
    private readonly exists: Attribute | undefined,
  ) {}

  open(task: OpenTask): BatchSource {
    return sourceOf(this.#batches(task));
  }

  /** Where the join is divided each part has a table of its own; the divided join is the first of its chain. */
  *#batches(task: OpenTask): Generator<ColumnBatch, void, undefined> {
    yield* this.streamed.batches(task, (tables) => this.#buildRows(tables.at(-1)!));
  }

  *#buildRows(table: JoinTable): Generator<ColumnBatch, void, undefined> {
    const { seen, count } = table;
    const places = new Map(this.buildOutput.map((attribute, index) => [attribute.id, index]));
    let row = 0;
    while (row < count) {
      const indices = new Int32Array(BATCH_ROWS);
      let taken = 0;
      for (; row < count && taken < BATCH_ROWS; row++) {
        if (this.rows === "all" || (this.rows === "matched") === (seen[row] === 1)) indices[taken++] = row;
      }
      if (taken === 0) return;
      const columns = this.output.map((attribute): Vector => {
        if (attribute.id === this.exists?.id) {
          const values = new Uint8Array(taken);
          for (let i = 0; i < taken; i++) values[i] = seen[indices[i]!]!;
          return { form: "fixed", length: taken, values, valid: null };
        }
        const index = places.get(attribute.id);
        return index === undefined
          ? vectorOfBoxed(new Array<null>(taken).fill(null), attribute.type)
          : gather(table.rows.columns[index]!, indices, taken);
      });
      yield { length: taken, columns };
    }
  }
}
