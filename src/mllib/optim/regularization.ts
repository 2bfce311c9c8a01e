import type { Evaluation } from "./minimize";

/** `strength/2 · Σ coefficient²` over some coordinates. */
export interface Ridge {
  readonly strength: number;
  /** What each coordinate's square is multiplied by; 0: not penalised. */
  readonly factors: Float64Array;
}

/**
 * The ridge over coordinates that stand for features divided by `std`. Unless `standardized`, the penalty is of the
 * coefficients of the features as they are. Intercepts, which follow the features' `sets` coordinates each, are free.
 */
export function ridgeOver(strength: number, std: Float64Array, standardized: boolean, dimension: number, sets = 1): Ridge {
  const factors = new Float64Array(dimension);
  for (let i = 0; i < std.length * sets; i++) {
    const deviation = std[Math.floor(i / sets)]!;
    factors[i] = standardized ? 1 : deviation !== 0 ? 1 / (deviation * deviation) : 0;
  }
  return { strength, factors };
}

/** The ridge is added to the gradient in its place. */
export function withRidge({ value, gradient }: Evaluation, { strength, factors }: Ridge, x: Float64Array): Evaluation {
  let sum = 0;
  for (let i = 0; i < gradient.length; i++) {
    const part = x[i]! * factors[i]!;
    sum += x[i]! * part;
    gradient[i]! += strength * part;
  }
  return { value: value + 0.5 * strength * sum, gradient };
}

/** Penalties for OWL-QN with the same meaning of `standardized`. */
export function lassoOver(strength: number, std: Float64Array, standardized: boolean, dimension: number, sets = 1): Float64Array {
  const penalties = new Float64Array(dimension);
  for (let i = 0; i < std.length * sets; i++) {
    const deviation = std[Math.floor(i / sets)]!;
    penalties[i] = standardized ? strength : deviation !== 0 ? strength / deviation : 0;
  }
  return penalties;
}
