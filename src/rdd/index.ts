/** The public surface of rdd/: what users import, and what the driver, executors and data frames build on. */
export { RDD } from "./rdd";
export type { Awaitable, PartitionResult, PipeOptions } from "./api/narrow";
export type { RDDBarrier } from "./api/barrier";
export type { Layout } from "./api/layout";
export type { RddDependency } from "./api/persistence";
export type { ActionOptions } from "./api/run";
export { HashPartitioner, Partitioner, RangePartitioner } from "./partitioner";
export { FutureAction } from "./future-action";
export { BoundedDouble } from "./approximate/bounds";
export { PartialResult } from "./approximate/partial-result";
export { type ApproximateEvaluator, runApproximateJob } from "./api/approximate";
export { StatCounter } from "./stat-counter";
export type { InputFormat } from "./input-format";
export type { StreamOptions } from "./nodes/stream-node";
export { AccumulatorV2, CollectionAccumulator, DoubleAccumulator, LongAccumulator } from "./shared/accumulator";
export { Broadcast } from "./shared/broadcast";
export { SparkFiles } from "./shared/spark-files";
export { BarrierTaskContext, type BarrierTaskInfo, TaskContext } from "./shared/task-context";

export {
  binaryFiles,
  binaryRecords,
  checkpointFile,
  emptyRDD,
  fromStream,
  inputFormat,
  makeRDD,
  objectFile,
  parallelize,
  range,
  runJob,
  textFile,
  union,
  wholeTextFiles,
} from "./create";
export type { CachedPartitionsInfo, ContextPort } from "./context-port";
export { type AccumulatorBase, mergeUpdate, ProfileAccumulator, registerAccumulator } from "./shared/accumulator";
export { PROFILE_MICROS } from "./exec/task-profile";
export { makeBroadcast } from "./shared/broadcast";
export type { DatasetNode } from "./nodes/node";
