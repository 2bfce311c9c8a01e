/** Distributions and links of generalized linear models, by plain data: P. McCullagh and J. A. Nelder, Generalized Linear Models. */
import { DataError } from "../../common/errors";
import { logBinomial, logGammaDensity, logPoisson, normalCdf, normalPdf, normalQuantile } from "../../common/distributions";

export type FamilyName = "gaussian" | "binomial" | "poisson" | "gamma" | "tweedie";
export type LinkName = "identity" | "log" | "inverse" | "logit" | "probit" | "cloglog" | "sqrt";

/** Plain data; the first link of a family is its default. */
export interface FamilySpec {
  readonly family: FamilyName;
  readonly variancePower: number;
  readonly link: LinkName | { readonly power: number };
}

export const LINKS: Readonly<Record<Exclude<FamilyName, "tweedie">, readonly LinkName[]>> = {
  gaussian: ["identity", "log", "inverse"],
  binomial: ["logit", "probit", "cloglog"],
  poisson: ["log", "identity", "sqrt"],
  gamma: ["inverse", "identity", "log"],
};

export interface Family {
  readonly name: FamilyName;
  /** A mean to begin with. Throws where no row of the family has this label. */
  initial(label: number, weight: number): number;
  variance(mean: number): number;
  deviance(label: number, mean: number, weight: number): number;
  /** The nearest mean that is allowed. */
  project(mean: number): number;
  /** Σ over rows of what the AIC adds up; undefined where no AIC is known. */
  readonly aic?: {
    /** `dispersion`: deviance / sum of weights. */
    term(label: number, mean: number, weight: number, dispersion: number): number;
    total(terms: number, deviance: number, rows: number): number;
  };
}

export interface Link {
  link(mean: number): number;
  derivative(mean: number): number;
  inverse(eta: number): number;
}

const SMALLEST = 1e-16;
/** Keeps means away from zero, in initial values and deviances. */
const DELTA = 0.1;

const yLogY = (y: number, mean: number): number => (y === 0 ? 0 : y * Math.log(y / mean));
const aboveZero = (mean: number): number => (mean < SMALLEST ? SMALLEST : mean === Infinity ? Number.MAX_VALUE : mean);

function refuse(family: string, what: string, label: number): never {
  throw new DataError("INVALID_LABEL", `The response variable of the ${family} family should be ${what}, but got ${label}.`);
}

const gaussian: Family = {
  name: "gaussian",
  initial: (label) => label,
  variance: () => 1,
  deviance: (label, mean, weight) => weight * (label - mean) * (label - mean),
  project: (mean) => (mean === -Infinity ? -Number.MAX_VALUE : mean === Infinity ? Number.MAX_VALUE : mean),
  aic: {
    term: (_label, _mean, weight) => Math.log(weight),
    total: (terms, deviance, rows) => rows * (Math.log((deviance / rows) * 2 * Math.PI) + 1) + 2 - terms,
  },
};

const binomial: Family = {
  name: "binomial",
  initial(label, weight) {
    const mean = (weight * label + 0.5) / (weight + 1);
    if (!(mean > 0 && mean < 1)) refuse("binomial", "in range (0, 1)", label);
    return mean;
  },
  variance: (mean) => mean * (1 - mean),
  deviance: (label, mean, weight) => 2 * weight * (yLogY(label, mean) + yLogY(1 - label, 1 - mean)),
  project: (mean) => (mean < SMALLEST ? SMALLEST : mean > 1 - SMALLEST ? 1 - SMALLEST : mean),
  aic: {
    // Weights are numbers of trials.
    term(label, mean, weight) {
      const trials = Math.round(weight);
      return trials === 0 ? 0 : logBinomial(Math.round(label * weight), trials, mean);
    },
    total: (terms) => -2 * terms,
  },
};

const poisson: Family = {
  name: "poisson",
  initial(label) {
    if (!(label >= 0)) refuse("poisson", "non-negative", label);
    return Math.max(label, DELTA);
  },
  variance: (mean) => mean,
  deviance: (label, mean, weight) => 2 * weight * (yLogY(label, mean) - (label - mean)),
  project: aboveZero,
  aic: {
    term: (label, mean, weight) => weight * logPoisson(Math.trunc(label), mean),
    total: (terms) => -2 * terms,
  },
};

const gamma: Family = {
  name: "gamma",
  initial(label) {
    if (!(label > 0)) refuse("gamma", "positive", label);
    return label;
  },
  variance: (mean) => mean * mean,
  deviance: (label, mean, weight) => -2 * weight * (Math.log(label / mean) - (label - mean) / mean),
  project: aboveZero,
  aic: {
    term: (label, mean, weight, dispersion) => weight * logGammaDensity(label, 1 / dispersion, mean * dispersion),
    total: (terms) => -2 * terms + 2,
  },
};

function tweedie(power: number): Family {
  const difference = (y: number, mean: number, p: number): number => (p === 0 ? Math.log(y / mean) : (y ** p - mean ** p) / p);
  const mayBeZero = power >= 1 && power < 2;
  return {
    name: "tweedie",
    initial(label) {
      if (mayBeZero && !(label >= 0)) refuse(`tweedie(${power})`, "non-negative", label);
      if (power >= 2 && !(label > 0)) refuse(`tweedie(${power})`, "positive", label);
      return label === 0 ? DELTA : label;
    },
    variance: (mean) => mean ** power,
    deviance(label, mean, weight) {
      const y = mayBeZero ? Math.max(label, DELTA) : label;
      return 2 * weight * (label * difference(y, mean, 1 - power) - difference(label, mean, 2 - power));
    },
    project: aboveZero,
  };
}

export function familyOf({ family, variancePower }: FamilySpec): Family {
  switch (family) {
    case "gaussian":
      return gaussian;
    case "binomial":
      return binomial;
    case "poisson":
      return poisson;
    case "gamma":
      return gamma;
    case "tweedie":
      if (variancePower === 0) return gaussian;
      if (variancePower === 1) return poisson;
      return variancePower === 2 ? gamma : tweedie(variancePower);
  }
}

const links: Readonly<Record<LinkName, Link>> = {
  identity: { link: (mean) => mean, derivative: () => 1, inverse: (eta) => eta },
  log: { link: Math.log, derivative: (mean) => 1 / mean, inverse: Math.exp },
  inverse: { link: (mean) => 1 / mean, derivative: (mean) => -1 / (mean * mean), inverse: (eta) => 1 / eta },
  logit: {
    link: (mean) => Math.log(mean / (1 - mean)),
    derivative: (mean) => 1 / (mean * (1 - mean)),
    inverse: (eta) => 1 / (1 + Math.exp(-eta)),
  },
  probit: { link: normalQuantile, derivative: (mean) => 1 / normalPdf(normalQuantile(mean)), inverse: normalCdf },
  cloglog: {
    link: (mean) => Math.log(-Math.log1p(-mean)),
    derivative: (mean) => 1 / ((mean - 1) * Math.log1p(-mean)),
    inverse: (eta) => 1 - Math.exp(-Math.exp(eta)),
  },
  sqrt: { link: Math.sqrt, derivative: (mean) => 1 / (2 * Math.sqrt(mean)), inverse: (eta) => eta * eta },
};

/** mean^power; the logarithm where the power is 0. */
function powerLink(power: number): Link {
  if (power === 0) return links.log;
  if (power === 1) return links.identity;
  if (power === -1) return links.inverse;
  if (power === 0.5) return links.sqrt;
  return {
    link: (mean) => mean ** power,
    derivative: (mean) => power * mean ** (power - 1),
    inverse: (eta) => eta ** (1 / power),
  };
}

export function linkOf({ link }: FamilySpec): Link {
  return typeof link === "string" ? links[link] : powerLink(link.power);
}
