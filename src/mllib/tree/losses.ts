/** Losses of boosting, as Spark defines them. Labels of classes are -1 and 1. */
import { type Address, TreeMemory } from "../kernels/trees/tree-kernels";

export type LossName = "logistic" | "squared" | "absolute";

/** As the kernels know them. */
export const LOSS_NUMBERS: Readonly<Record<LossName, number>> = { logistic: 0, squared: 1, absolute: 2 };

const ROWS = 4096;
let scratch: { readonly memory: TreeMemory; readonly y: Address; readonly f: Address; readonly into: Address } | undefined;

/** What the next tree learns: the loss's negative gradient at predictions `f` of labels `y`. */
export function negativeGradients(loss: LossName, y: Float64Array, f: Float64Array, into: Float64Array): void {
  if (scratch === undefined) {
    const memory = new TreeMemory();
    const allocate = (): Address => memory.allocate(ROWS * 8);
    scratch = { memory, y: allocate(), f: allocate(), into: allocate() };
  }
  const { memory } = scratch;
  const viewOf = (at: Address): Float64Array => new Float64Array(memory.buffer, at, ROWS);
  const [labels, predictions, gradients] = [viewOf(scratch.y), viewOf(scratch.f), viewOf(scratch.into)];
  for (let from = 0; from < y.length; from += ROWS) {
    const rows = Math.min(ROWS, y.length - from);
    labels.set(y.subarray(from, from + rows));
    predictions.set(f.subarray(from, from + rows));
    memory.kernels.gradients(LOSS_NUMBERS[loss], scratch.y, scratch.f, 0, rows, scratch.into);
    into.set(gradients.subarray(0, rows), from);
  }
}

export function lossOf(loss: LossName, y: number, f: number): number {
  switch (loss) {
    case "logistic": {
      // log(1 + e^x) of a large x is x.
      const x = -2 * y * f;
      return 2 * (x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x)));
    }
    case "squared":
      return (y - f) ** 2;
    case "absolute":
      return Math.abs(y - f);
  }
}
