/** Words counted in the places that their hashes say. */
import type { StructField, StructType } from "../../columnar/types";
import { vectorOfSize } from "../base/attributes";
import { vectorField } from "../base/schema";
import { columnsProgram } from "../compute/append-columns";
import { VectorColumnBuilder } from "../compute/columns";
import { textListsOf } from "../compute/texts";
import { boolParam, gtEq, intParam } from "../param/kinds";
import { withParams } from "../param/params";
import { appendCounts } from "./support/counted";
import { placeOf } from "./support/murmur3";
import { savedByParams } from "./support/saved";
import { checkTexts, nullInput, ColumnMapper } from "./support/column-mapper";
import { mapping, type Mapping } from "./support/vector-column";

const SIZE = 1 << 18;

/** Different words may share a place. */
export class HashingTF extends withParams(ColumnMapper, {
  numFeatures: intParam("entries of the vectors", SIZE, gtEq(1)),
  binary: boolParam("whether to write 1 for every word that is there, however often", false),
}) {
  protected override inputField(schema: StructType): StructField {
    return checkTexts(schema, this.getInputCol(), this.className);
  }

  protected override outputField(): StructField {
    return vectorField(this.getOutputCol(), vectorOfSize(this.getNumFeatures()));
  }

  protected override mapping({ name }: StructField): Mapping {
    return mapping(hash, { size: this.getNumFeatures(), binary: this.getBinary(), name });
  }

  /** The place of a word. */
  indexOf(term: string): number {
    return placeOf(term, this.getNumFeatures());
  }

  override toString(): string {
    return this.described({ binary: this.getBinary(), numFeatures: this.getNumFeatures() });
  }
}

savedByParams(HashingTF);

const hash = columnsProgram<{ readonly size: number; readonly binary: boolean; readonly name: string }>({
  name: "mllib.hashingTF",
  open:
    ({ size, binary, name }) =>
    ([column], rows) => {
      const { starts, ends, valid, items } = textListsOf(column!);
      const places = new Map<string, number>();
      const found = Int32Array.from(items.entries, (word) => {
        let place = places.get(word);
        if (place === undefined) places.set(word, (place = placeOf(word, size)));
        return place;
      });
      const out = new VectorColumnBuilder();
      const counts = new Map<number, number>();
      for (let row = 0; row < rows; row++) {
        if (valid !== null && valid[row] === 0) throw nullInput("HashingTF", name);
        counts.clear();
        for (let at = starts[row]!; at < ends[row]!; at++) {
          const code = items.codes[at]!;
          const place = code < 0 ? NULL_HASH % size : found[code]!;
          counts.set(place, binary ? 1 : (counts.get(place) ?? 0) + 1);
        }
        appendCounts(out, size, counts);
      }
      return [out.finish()];
    },
});

/** The hash of null is the seed. */
const NULL_HASH = 42;
