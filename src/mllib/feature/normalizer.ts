/** Vectors divided by their norm. */
import type { StructField } from "../../columnar/types";
import { vectorOfSize, vectorSizeOf } from "../base/attributes";
import { doubleParam, gtEq } from "../param/kinds";
import { withParams } from "../param/params";
import { savedByParams } from "./support/saved";
import { vectorMap } from "./support/vector-map";
import { mapping, type Mapping, VectorTransformer } from "./support/vector-column";
import { doubleText } from "../../dataframe/types/java-floats";

/** Vectors of norm 0 stay as they are. */
export class Normalizer extends withParams(VectorTransformer, {
  p: doubleParam("the norm: the p-th root of the sum of p-th powers of magnitudes", 2, gtEq(1)),
}) {
  protected override outputMetadata(input: StructField): StructField["metadata"] {
    const size = vectorSizeOf(input);
    return size === undefined ? undefined : vectorOfSize(size);
  }

  protected override mapping(): Mapping {
    return mapping(normalize, { p: this.getP() });
  }

  override toString(): string {
    return this.described({ p: doubleText(this.getP()) });
  }
}

savedByParams(Normalizer);

function normOf(values: ArrayLike<number>, from: number, to: number, p: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) {
    const magnitude = Math.abs(values[i]!);
    if (p === Infinity) sum = Math.max(sum, magnitude);
    else sum += p === 1 ? magnitude : p === 2 ? magnitude * magnitude : magnitude ** p;
  }
  return p === 2 ? Math.sqrt(sum) : p === 1 || p === Infinity ? sum : sum ** (1 / p);
}

const normalize = vectorMap<{ readonly p: number }>("mllib.normalizer", "Normalizer", ({ p }) => ({
  width: (size) => size,
  dense(values, rows, size) {
    const out = new Float64Array(values.length);
    for (let row = 0; row < rows; row++) {
      const norm = normOf(values, row * size, (row + 1) * size, p) || 1;
      for (let at = row * size; at < (row + 1) * size; at++) out[at] = values[at]! / norm;
    }
    return out;
  },
  sparse({ size, indices, values }) {
    const norm = normOf(values, 0, values.length, p) || 1;
    return { size, indices, values: Float64Array.from(values, (x) => x / norm) };
  },
}));
