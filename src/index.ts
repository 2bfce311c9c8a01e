/** What `import … from "firesteel"` gives: the public API. */
export { SparkConf } from "./common/conf";
export { CancelledError, ClusterError, DataError, FiresteelError, InternalError, TaskError, UsageError } from "./common/errors";
export { version } from "./common/version";
export { SparkContext } from "./driver/spark-context";
export type { SparkExecutorInfo, SparkJobInfo, SparkStageInfo, StatusTracker } from "./driver/status-tracker";
export type * from "./events/listener-events";
export type { SparkListener } from "./events/listener-bus";
export {
  AccumulatorV2,
  BarrierTaskContext,
  Broadcast,
  CollectionAccumulator,
  DoubleAccumulator,
  FutureAction,
  HashPartitioner,
  LongAccumulator,
  Partitioner,
  RangePartitioner,
  RDD,
  SparkFiles,
  StatCounter,
  TaskContext,
} from "./rdd";
export type {
  ActionOptions,
  Awaitable,
  BarrierTaskInfo,
  CachedPartitionsInfo,
  InputFormat,
  Layout,
  PartitionResult,
  PipeOptions,
  RDDBarrier,
  RddDependency,
  StreamOptions,
} from "./rdd";
export { StorageLevel } from "./storage/storage-level";
