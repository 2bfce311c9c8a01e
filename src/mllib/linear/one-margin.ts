/** Linear models of one margin per row whose features are centred where there is an intercept. */
import { type LossShape, marginsOfMeans, type Scaling, scalingOf, unscaled } from "./objective";
import { deviations, type Summary } from "./summary";

export interface OneMargin {
  readonly shape: LossShape;
  /** Deviations of the features. */
  readonly std: Float64Array;
  /** Of parameters that were found, the model: features that do not vary have coefficients of 0. */
  readonly model: (x: Float64Array) => { readonly coefficients: Float64Array; readonly intercept: number };
}

export function oneMargin(loss: LossShape["loss"], summary: Summary, fitIntercept: boolean): OneMargin {
  const std = deviations(summary);
  const scaling: Scaling = scalingOf(summary.means, std);
  return {
    std,
    shape: { loss, outputs: 1, scaling, intercept: fitIntercept ? { kind: "free", centred: true } : { kind: "none" } },
    model: (x) => ({
      coefficients: unscaled(x, std),
      intercept: fitIntercept ? x[std.length]! - marginsOfMeans(x, 1, scaling)[0]! : 0,
    }),
  };
}
