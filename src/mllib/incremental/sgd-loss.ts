/** Losses of stochastic gradient descent, of a row's target `y` and what is predicted of it, `p`. Classification: y is -1 or 1. */

export const CLASSIFIER_LOSSES = ["hinge", "squared_hinge", "perceptron", "log_loss", "modified_huber", "squared_error", "huber", "epsilon_insensitive", "squared_epsilon_insensitive"] as const; // prettier-ignore
export const REGRESSOR_LOSSES = ["squared_error", "huber", "epsilon_insensitive", "squared_epsilon_insensitive"] as const;
export type LossName = (typeof CLASSIFIER_LOSSES)[number];

export interface Loss {
  value(y: number, p: number): number;
  /** By p. */
  gradient(y: number, p: number): number;
}

function hinge(threshold: number): Loss {
  return {
    value: (y, p) => (p * y <= threshold ? threshold - p * y : 0),
    gradient: (y, p) => (p * y <= threshold ? -y : 0),
  };
}

/** `epsilon` is of huber and the insensitive ones. */
export function lossNamed(name: LossName, epsilon: number): Loss {
  switch (name) {
    case "hinge":
      return hinge(1);
    case "perceptron":
      return hinge(0);
    case "squared_hinge":
      return {
        value: (y, p) => Math.max(0, 1 - p * y) ** 2,
        gradient: (y, p) => (1 - p * y > 0 ? -2 * y * (1 - p * y) : 0),
      };
    case "log_loss":
      return { value: (y, p) => softplus(-y * p), gradient: (y, p) => -y / (1 + Math.exp(y * p)) };
    case "modified_huber":
      return {
        value: (y, p) => (p * y >= 1 ? 0 : p * y >= -1 ? (1 - p * y) ** 2 : -4 * p * y),
        gradient: (y, p) => (p * y >= 1 ? 0 : p * y >= -1 ? 2 * (1 - p * y) * -y : -4 * y),
      };
    case "squared_error":
      return { value: (y, p) => 0.5 * (p - y) ** 2, gradient: (y, p) => p - y };
    case "huber":
      return {
        value: (y, p) => (Math.abs(p - y) <= epsilon ? 0.5 * (p - y) ** 2 : epsilon * (Math.abs(p - y) - 0.5 * epsilon)),
        gradient: (y, p) => (Math.abs(p - y) <= epsilon ? p - y : p >= y ? epsilon : -epsilon),
      };
    case "epsilon_insensitive":
      return {
        value: (y, p) => Math.max(0, Math.abs(y - p) - epsilon),
        gradient: (y, p) => (y - p > epsilon ? -1 : p - y > epsilon ? 1 : 0),
      };
    case "squared_epsilon_insensitive":
      return {
        value: (y, p) => Math.max(0, Math.abs(y - p) - epsilon) ** 2,
        gradient: (y, p) => (y - p > epsilon ? -2 * (y - p - epsilon) : p - y > epsilon ? 2 * (p - y - epsilon) : 0),
      };
  }
}

/** log(1 + e^x) without overflow. */
function softplus(x: number): number {
  return x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x));
}
