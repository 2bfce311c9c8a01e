/** Parameters of the search for frequent patterns. */
import { doubleParam, gtEq, inRange, intParam, stringParam } from "../param/kinds";
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
