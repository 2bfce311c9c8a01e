/** Losses of boosting, as Spark defines them. Labels of classes are -1 and 1. */
export type LossName = "logistic" | "squared" | "absolute";

/** What the next tree learns: the loss's negative gradient at predictions `f` of labels `y`. */
export function negativeGradients(loss: LossName, y: Float64Array, f: Float64Array, into: Float64Array): void {
  const rows = y.length;
  switch (loss) {
    case "logistic":
      for (let i = 0; i < rows; i++) into[i] = (4 * y[i]!) / (1 + Math.exp(2 * y[i]! * f[i]!));
      return;
    case "squared":
      for (let i = 0; i < rows; i++) into[i] = 2 * (y[i]! - f[i]!);
      return;
    case "absolute":
      for (let i = 0; i < rows; i++) into[i] = y[i]! - f[i]! < 0 ? -1 : 1;
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
