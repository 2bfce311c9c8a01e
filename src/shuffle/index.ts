/** The one shuffle: writers for the map side, sources for the reduce side. What to do is said by a ShuffleSpec. */
export { aggregated } from "./aggregate";
export { coGrouped, grouped } from "./cogroup";
export { filteredByKeys, type KeyedInput } from "./filter-by-keys";
export { joined, type JoinKind } from "./join";
export { boundsBelow, hashPartition } from "./partitioner";
export { readShuffle } from "./reader";
export { type Aggregation, type Carries, type KeyCompare, type KeyOrdering, numReducers, type Partitioning, type ShuffleSpec } from "./spec";
export type { ShuffleWriter } from "./shuffle-writer";
export { createShuffleWriter } from "./writer";
