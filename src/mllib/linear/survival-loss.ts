/** The likelihood of lifetimes of a Weibull distribution (J. F. Lawless, Statistical Models and Methods for Lifetime Data, 2003). */
import { DataError } from "../../common/errors";

export interface SurvivalSums {
  readonly loss: number;
  /** By the logarithm of sigma. */
  readonly sigmaGradient: number;
}

/**
 * Minus the logarithm of the likelihood of some rows: ε is (log lifetime - margin) / σ, a lifetime that ended counts δ · (log σ - ε) + e^ε
 * with δ = 1, one that is censored e^ε alone. Margins become the derivatives by them, those beyond the rows (`ended` has as many) 0.
 */
export function survivalLoss(margins: Float64Array, lifetimes: Float64Array, ended: Float64Array, sigma: number): SurvivalSums {
  const logSigma = Math.log(sigma);
  let loss = 0;
  let sigmaGradient = 0;
  for (let r = 0; r < ended.length; r++) {
    const lifetime = lifetimes[r]!;
    const delta = ended[r]!;
    if (!(lifetime > 0))
      throw new DataError("INVALID_LABEL", `The lifetime or label should be greater than 0, but there is ${lifetime}.`);
    if (delta !== 0 && delta !== 1)
      throw new DataError("INVALID_CENSOR", `Censors MUST be in {0, 1}, but got ${Number.isNaN(delta) ? "null or NaN" : delta}.`);
    const epsilon = (Math.log(lifetime) - margins[r]!) / sigma;
    const power = Math.exp(epsilon);
    const excess = delta - power;
    loss += delta * (logSigma - epsilon) + power;
    sigmaGradient += delta + excess * epsilon;
    margins[r] = excess / sigma;
  }
  margins.fill(0, ended.length);
  return { loss, sigmaGradient };
}
