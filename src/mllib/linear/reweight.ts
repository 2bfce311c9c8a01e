/** Labels and weights of the least squares that one step of a generalized linear model comes to. */
import { familyOf, type FamilySpec, linkOf } from "./families";
import type { TrainingBlock } from "./tiles";
import { strideOf, tileRows } from "./tiles";

/** Plain data. The first extra column of blocks, where there is one, is the offset. */
export interface Reweighting {
  readonly family: FamilySpec;
  /** The model before this step; undefined: labels become what the family begins with. */
  readonly model: { readonly coefficients: Float64Array; readonly intercept: number } | undefined;
  /** Labels less their offset, and nothing else: of a Gaussian with identity link. */
  readonly offsetOnly?: boolean;
}

export function reweighted(
  block: TrainingBlock,
  { family, model, offsetOnly }: Reweighting,
): Pick<TrainingBlock, "label" | "weight"> {
  const { rows, label, weight, extra } = block;
  const [offsets] = extra;
  if (offsetOnly === true) return { label: label.map((value, r) => value - (offsets?.[r] ?? 0)), weight };
  const distribution = familyOf(family);
  const link = linkOf(family);
  if (model === undefined) {
    const start = label.map((value, r) => {
      const mean = distribution.project(distribution.initial(value, weight?.[r] ?? 1));
      return link.link(mean) - (offsets?.[r] ?? 0);
    });
    return { label: start, weight };
  }
  const etas = margins(block, model.coefficients, model.intercept);
  const labels = new Float64Array(rows);
  const weights = new Float64Array(rows);
  for (let r = 0; r < rows; r++) {
    const offset = offsets?.[r] ?? 0;
    const eta = etas[r]! + offset;
    const mean = distribution.project(link.inverse(eta));
    const slope = link.derivative(mean);
    labels[r] = eta - offset + (label[r]! - mean) * slope;
    weights[r] = (weight?.[r] ?? 1) / (slope * slope * distribution.variance(mean));
  }
  return { label: labels, weight: weights };
}

/** features · coefficients + intercept of each row. */
function margins(block: TrainingBlock, coefficients: Float64Array, intercept: number): Float64Array {
  const { rows, width } = block;
  const result = new Float64Array(rows).fill(intercept);
  if (block.sparse !== null) {
    const { starts, indices, values } = block.sparse;
    for (let r = 0; r < rows; r++)
      for (let at = starts[r]!; at < starts[r + 1]!; at++) result[r]! += values[at]! * coefficients[indices[at]!]!;
    return result;
  }
  const tiles = block.tiles!;
  const most = tileRows(width);
  for (let first = 0; first < rows; first += most) {
    const count = Math.min(most, rows - first);
    const stride = strideOf(count);
    for (let j = 0; j < width; j++)
      for (let r = 0, at = first * width + j * stride; r < count; r++) result[first + r]! += tiles[at++]! * coefficients[j]!;
  }
  return result;
}
