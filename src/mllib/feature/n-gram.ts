/** Runs of n words, with a space between them. */
import type { StructField, StructType } from "../../columnar/types";
import { columnsProgram } from "../compute/append-columns";
import { textListColumn, textListsOf } from "../compute/texts";
import { gtEq, intParam } from "../param/kinds";
import { withParams } from "../param/params";
import { savedByParams } from "./support/saved";
import { checkTexts, nullInput, textsField, ColumnMapper } from "./support/column-mapper";
import { mapping, type Mapping } from "./support/vector-column";

/** Rows of fewer than n words have none. */
export class NGram extends withParams(ColumnMapper, { n: intParam("words of a run", 2, gtEq(1)) }) {
  protected override inputField(schema: StructType): StructField {
    return checkTexts(schema, this.getInputCol(), this.className);
  }

  protected override outputField(): StructField {
    return textsField(this.getOutputCol());
  }

  protected override mapping({ name }: StructField): Mapping {
    return mapping(join, { n: this.getN(), name });
  }

  override toString(): string {
    return this.described({ n: this.getN() });
  }
}

savedByParams(NGram);

const join = columnsProgram<{ readonly n: number; readonly name: string }>({
  name: "mllib.nGram",
  open:
    ({ n, name }) =>
    ([column], rows) => {
      const { starts, ends, valid, items } = textListsOf(column!);
      const from = new Int32Array(rows);
      const to = new Int32Array(rows);
      const runs: string[] = [];
      const word = (at: number): string => (items.codes[at]! < 0 ? "null" : items.entries[items.codes[at]!]!);
      for (let row = 0; row < rows; row++) {
        if (valid !== null && valid[row] === 0) throw nullInput("NGram", name);
        from[row] = runs.length;
        for (let at = starts[row]!; at + n <= ends[row]!; at++) {
          let run = word(at);
          for (let i = 1; i < n; i++) run += ` ${word(at + i)}`;
          runs.push(run);
        }
        to[row] = runs.length;
      }
      return [textListColumn(from, to, runs)];
    },
});
