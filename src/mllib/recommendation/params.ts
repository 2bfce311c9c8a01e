/** Parameters of alternating least squares. */
import { boolParam, choiceParam, doubleParam, gt, gtEq, intParam, stringParam } from "../param/kinds";
import { maxIter, predictionCol, regParam, seed } from "../param/shared";

const LEVELS = ["NONE", "DISK_ONLY", "DISK_ONLY_2", "DISK_ONLY_3", "MEMORY_ONLY", "MEMORY_ONLY_2", "MEMORY_ONLY_SER", "MEMORY_ONLY_SER_2", "MEMORY_AND_DISK", "MEMORY_AND_DISK_2", "MEMORY_AND_DISK_SER", "MEMORY_AND_DISK_SER_2", "OFF_HEAP"] as const; // prettier-ignore

export const alsModelParams = {
  ...predictionCol,
  userCol: stringParam("name of the column of users: whole numbers of 32 bits", "user"),
  itemCol: stringParam("name of the column of items: whole numbers of 32 bits", "item"),
  coldStartStrategy: choiceParam(
    'predictions for users and items that the model does not know: "nan", or "drop" to leave such rows out',
    ["nan", "drop"],
    "nan",
  ),
  blockSize: intParam("rows that Spark computes together; here without effect", 4096, gt(0)),
} as const;

export const alsParams = {
  ...alsModelParams,
  ...maxIter(10),
  ...regParam(0.1),
  ...seed(),
  rank: intParam("factors of a user or an item", 10, gtEq(1)),
  numUserBlocks: intParam("blocks of users: partitions in which their factors are found", 10, gtEq(1)),
  numItemBlocks: intParam("blocks of items: partitions in which their factors are found", 10, gtEq(1)),
  implicitPrefs: boolParam("whether ratings say how often something was seen, not how much it is liked", false),
  alpha: doubleParam("confidence in implicit ratings", 1, gtEq(0)),
  ratingCol: stringParam("name of the column of ratings; all ratings are 1 where it is empty", "rating"),
  nonnegative: boolParam("whether factors must not be negative", false),
  checkpointInterval: intParam("iterations between checkpoints in Spark; here without effect", 10, (value) =>
    value === -1 || value >= 1 ? null : "must be -1 or at least 1",
  ),
  intermediateStorageLevel: choiceParam(
    "how Spark keeps blocks; here in memory, on disk where that is full",
    LEVELS.filter((level) => level !== "NONE"),
    "MEMORY_AND_DISK",
  ),
  finalStorageLevel: choiceParam("how Spark keeps factors; here on the driver", LEVELS, "MEMORY_AND_DISK"),
} as const;
