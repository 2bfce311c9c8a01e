/** The one shuffle: writers for the map side, sources for the reduce side. What to do is said by a ShuffleSpec. */
export { aggregated } from "./aggregate";
export { ASYNC_COMBINER, asyncCombiner, COMBINES, refusePromises, TAKES_IN } from "./async-combiners";
export { coGrouped, grouped } from "./cogroup";
export { filteredByKeys } from "./filter-by-keys";
export { joined } from "./join";
export { isPair, notAPair } from "./pair";
export { boundsBelow, hashPartition } from "./partitioner";
export { readShuffle } from "./reader";
export { segmentChunksOf } from "./segments";
export type { Aggregation, Partitioning, ShuffleSpec } from "./spec";
export { createShuffleWriter } from "./writer";
