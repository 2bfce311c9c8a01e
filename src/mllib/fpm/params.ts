/** Parameters of the search for frequent patterns. */
import { doubleParam, gt, gtEq, inRange, intParam, stringParam } from "../param/kinds";
import { predictionCol } from "../param/shared";

export const fpGrowthParams = {
  ...predictionCol,
  itemsCol: stringParam("name of the column of items: arrays", "items"),
  minSupport: doubleParam("share of the rows that have a frequent itemset, at least", 0.3, inRange(0, 1)),
  numPartitions: intParam(
    "partitions in which itemsets are found; as many as the data have where it is not set",
    undefined,
    gtEq(1),
  ),
  minConfidence: doubleParam("least confidence of rules; itemsets do not depend on it", 0.8, inRange(0, 1)),
} as const;

export const prefixSpanParams = {
  minSupport: doubleParam("share of the sequences that have a frequent pattern, at least", 0.1, gtEq(0)),
  maxPatternLength: intParam("most items of a pattern", 10, gt(0)),
  maxLocalProjDBSize: intParam(
    "most items, with a delimiter for each itemset, that may remain of all sequences behind a prefix for one task to find all patterns that begin with it",
    32_000_000,
    gt(0),
  ),
  sequenceCol: stringParam("name of the column of sequences: arrays of arrays; rows where it is null are ignored", "sequence"),
} as const;
