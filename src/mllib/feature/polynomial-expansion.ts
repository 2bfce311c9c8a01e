/** All products of entries up to a degree, in the order of Spark's PolynomialExpansion: x, x², y, x·y, y², … */
import { gtEq, intParam } from "../param/kinds";
import { withParams } from "../param/params";
import { savedByParams } from "./support/saved";
import { vectorMap } from "./support/vector-map";
import { mapping, type Mapping, VectorTransformer } from "./support/vector-column";

export class PolynomialExpansion extends withParams(VectorTransformer, {
  degree: intParam("largest degree of a product", 2, gtEq(1)),
}) {
  protected override mapping(): Mapping {
    return mapping(expand, { degree: this.getDegree() });
  }

  override toString(): string {
    return this.described({ degree: this.getDegree() });
  }
}

savedByParams(PolynomialExpansion);

/** Products of n entries of degree 0 to d: C(n + d, d). */
function countOf(n: number, d: number): number {
  let count = 1;
  for (let i = 1; i <= d; i++) count = (count * (n + i)) / i;
  return Math.round(count);
}

/** Called with the place of a product that is not zero, and its value. */
type Put = (at: number, value: number) => void;

/**
 * Puts the products of the first `size` entries, times `factor`, from the place `at` on. Stored entries are the first `stored` of
 * `indices` (the places themselves where null) and `values`. The constant product takes the place -1, which is not put.
 */
function products(
  indices: ArrayLike<number> | null,
  values: ArrayLike<number>,
  stored: number,
  degree: number,
  factor: number,
  at: number,
  put: Put,
): void {
  if (factor === 0) return;
  if (degree === 0 || stored === 0) {
    if (at >= 0) put(at, factor);
    return;
  }
  const last = stored - 1;
  const before = indices === null ? last : indices[last]!;
  let power = factor;
  let start = at;
  for (let i = 0; i <= degree && power !== 0; i++) {
    products(indices, values, last, degree - i, power, start, put);
    start += countOf(before, degree - i);
    power *= values[last]!;
  }
}

const expand = vectorMap<{ readonly degree: number }>("mllib.polynomialExpansion", "PolynomialExpansion", ({ degree }) => ({
  width: (size) => countOf(size, degree) - 1,
  dense(values, rows, size) {
    const width = countOf(size, degree) - 1;
    const out = new Float64Array(rows * width);
    for (let row = 0; row < rows; row++)
      products(null, values.subarray(row * size, (row + 1) * size), size, degree, 1, -1, (at, value) => {
        out[row * width + at] = value;
      });
    return out;
  },
  sparse({ size, indices, values }) {
    const entries: (readonly [number, number])[] = [];
    products(indices, values, values.length, degree, 1, -1, (at, value) => entries.push([at, value]));
    entries.sort((a, b) => a[0] - b[0]);
    return {
      size: countOf(size, degree) - 1,
      indices: entries.map(([at]) => at),
      values: entries.map(([, value]) => value),
    };
  },
}));
