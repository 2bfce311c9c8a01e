/** Parameters of generalized linear regression, and the family and link that they name. */
import { UsageError } from "../../common/errors";
import { predictorParams } from "../base/predictor";
import { type FamilyName, type FamilySpec, type LinkName, LINKS } from "../linear/families";
import { choiceParam, doubleParam, stringParam } from "../param/kinds";
import type { Params } from "../param/params";
import { aggregationDepth, fitIntercept, maxIter, regParam, tol, weightCol } from "../param/shared";

const FAMILIES = ["gaussian", "binomial", "poisson", "gamma", "tweedie"] as const;
const LINK_NAMES = ["identity", "log", "inverse", "logit", "probit", "cloglog", "sqrt"] as const;

export const glrParams = {
  ...predictorParams,
  ...weightCol,
  ...regParam(0),
  ...maxIter(25),
  ...tol(1e-6),
  ...fitIntercept,
  ...aggregationDepth,
  family: choiceParam("distribution of the label", FAMILIES, "gaussian"),
  variancePower: doubleParam("power of the mean that a tweedie's variance is: 0, or at least 1", 0, (value) =>
    value === 0 || value >= 1 ? null : "must be 0 or at least 1",
  ),
  link: choiceParam("from the label's mean to the linear predictor; by default that of the family (not of tweedie)", LINK_NAMES),
  linkPower: doubleParam("of a tweedie: power of the mean that the link is (0: log); 1 - variancePower by default"),
  linkPredictionCol: stringParam("name of the column for the linear predictor; none by default"),
  offsetCol: stringParam("name of a column that is added to the linear predictor; none by default"),
  solver: choiceParam("iteratively reweighted least squares", ["irls"], "irls"),
} as const;

/** Throws where the family does not go with the link. */
export function familySpec(params: Params): FamilySpec {
  const family = params.getOrDefault("family") as FamilyName;
  const variancePower = params.getOrDefault("variancePower") as number;
  if (family === "tweedie") {
    const power = params.isSet("linkPower") ? (params.getOrDefault("linkPower") as number) : 1 - variancePower;
    return { family, variancePower, link: { power } };
  }
  const link = params.isDefined("link") ? (params.getOrDefault("link") as LinkName) : LINKS[family][0]!;
  if (!LINKS[family].includes(link))
    throw new UsageError(
      "INVALID_PARAMETER_VALUE",
      `${params.className}: the ${family} family does not support the ${link} link function; there are ${LINKS[family].join(", ")}.`,
    );
  return { family, variancePower, link };
}
