/** What `import … from "firesteel"` gives: the public API. */
import type { SparkContext as SessionContext } from "./driver/spark-context";

declare module "./dataframe/api/spark-session" {
  interface SessionTypes {
    readonly sparkContext: SessionContext;
  }
}

export { SparkConf } from "./common/conf";
export { CancelledError, ClusterError, DataError, FiresteelError, InternalError, TaskError, UsageError } from "./common/errors";
export { version } from "./common/version";
export {
  Catalog,
  CoGroupedData,
  Column,
  DataFrame,
  DataFrameNaFunctions,
  DataFrameReader,
  DataFrameStatFunctions,
  DataFrameWriter,
  DataFrameWriterV2,
  DataSourceRegistration,
  functions,
  GroupedData,
  MergeIntoWriter,
  Observation,
  RuntimeConfig,
  SparkSession,
  SparkSessionBuilder,
  TableArg,
  UDFRegistration,
  UDTFRegistration,
  Window,
  WindowSpec,
} from "./dataframe/api";
export type {
  AggregateMap,
  Aggregator,
  CatalogFunction,
  CatalogMetadata,
  ColumnOrName,
  Database,
  JoinTypeName,
  OptionValue,
  QueryOptions,
  ReadArguments,
  Records,
  SchemaInput,
  SchemaOrNames,
  SortDirections,
  SqlArguments,
  SqlReferences,
  Table,
  TableColumn,
  TableFunctionHandler,
  TableValuedFunctions,
  TypeOrText,
  UserDataSource,
  UserDataWriter,
  UserDefinedFunction,
  UserDefinedTableFunction,
  UserFilter,
  UserSave,
  UserScan,
  UserWriteTask,
  WindowBound,
  WriteArguments,
} from "./dataframe/api";
export { AnalysisError, ParseError, QueryError } from "./dataframe/errors";
export * as types from "./dataframe/types";
export {
  DayTimeInterval,
  Decimal,
  LocalDate,
  LocalTime,
  Row,
  SqlTimestamp,
  VariantVal,
  YearMonthInterval,
} from "./dataframe/types";
export type { ResourceInformation } from "./common/resources";
export type { Moment, ProfileOptions, TaskStreamOptions } from "./driver/context/diagnosis";
export type { RestartOptions } from "./driver/context/executors";
export { CacheProfiler, type CacheProfilerOptions } from "./driver/diagnostics/cache-profiler";
export { visualize, type VisualizeOptions } from "./driver/diagnostics/diagnostic";
export { Profiler } from "./driver/diagnostics/profiler";
export { ResourceProfiler, type ResourceProfilerOptions } from "./driver/diagnostics/resource-profiler";
export { SparkContext } from "./driver/spark-context";
export type { SparkExecutorInfo, SparkJobInfo, SparkStageInfo, StatusTracker } from "./driver/status-tracker";
export type {
  CacheData,
  ProfiledCall,
  ProfileTree,
  ResourceData,
  StoryEvent,
  TaskAction,
  TaskData,
  TaskStreamRecord,
} from "./events/diagnostics";
export type * from "./events/listener-events";
export { SparkListener } from "./events/spark-listener";
export {
  AccumulatorV2,
  BarrierTaskContext,
  BoundedDouble,
  Broadcast,
  CollectionAccumulator,
  DoubleAccumulator,
  FutureAction,
  HashPartitioner,
  LongAccumulator,
  PartialResult,
  Partitioner,
  RangePartitioner,
  RDD,
  SparkFiles,
  StatCounter,
  TaskContext,
} from "./rdd";
export type {
  ActionOptions,
  ApproximateEvaluator,
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
