/** The base of users' listeners. */
import type {
  ApplicationEndEvent,
  ApplicationStartEvent,
  BlockManagerAddedEvent,
  BlockManagerRemovedEvent,
  BlockUpdatedEvent,
  DriverAccumUpdatesEvent,
  EnvironmentUpdateEvent,
  ExecutorAddedEvent,
  ExecutorExcludedEvent,
  ExecutorExcludedForStageEvent,
  ExecutorMetricsUpdateEvent,
  ExecutorRemovedEvent,
  ExecutorUnexcludedEvent,
  FiresteelExecutorSampleEvent,
  FiresteelExecutorsAwaitedEvent,
  FiresteelSearchEndEvent,
  FiresteelSearchProgressEvent,
  FiresteelSearchStartEvent,
  FiresteelSqlProgressEvent,
  JobEndEvent,
  JobStartEvent,
  LogStartEvent,
  NodeExcludedEvent,
  NodeExcludedForStageEvent,
  NodeUnexcludedEvent,
  ResourceProfileAddedEvent,
  SpeculativeTaskSubmittedEvent,
  SqlAdaptiveExecutionUpdateEvent,
  SqlAdaptiveMetricUpdatesEvent,
  SqlExecutionEndEvent,
  SqlExecutionStartEvent,
  StageCompletedEvent,
  StageExecutorMetricsEvent,
  StageSubmittedEvent,
  TaskEndEvent,
  TaskGettingResultEvent,
  TaskStartEvent,
  UnpersistRddEvent,
  ListenerEvent,
} from "./listener-events";

/**
 * What a user's listener may implement: one method for each event type, all of them optional. Extend it, or give any object with some
 * of the methods. A listener that throws is logged and called again for the next event; what a method returns is not waited for.
 *
 * @example
 * sc.addSparkListener({ onTaskEnd: ({ taskInfo }) => console.log(taskInfo.partitionId, taskInfo.finishTime - taskInfo.launchTime) });
 * @example
 * class Jobs extends SparkListener {
 *   ended = 0;
 *   override onJobEnd() { this.ended++; }
 * }
 */
export class SparkListener {
  /** Gets the events for which the listener has no method of its own. */
  onOther?(event: ListenerEvent): unknown;
  onLogStart?(event: LogStartEvent): unknown;
  onApplicationStart?(event: ApplicationStartEvent): unknown;
  onApplicationEnd?(event: ApplicationEndEvent): unknown;
  onJobStart?(event: JobStartEvent): unknown;
  onJobEnd?(event: JobEndEvent): unknown;
  onStageSubmitted?(event: StageSubmittedEvent): unknown;
  onStageCompleted?(event: StageCompletedEvent): unknown;
  onTaskStart?(event: TaskStartEvent): unknown;
  onTaskGettingResult?(event: TaskGettingResultEvent): unknown;
  onTaskEnd?(event: TaskEndEvent): unknown;
  onSpeculativeTaskSubmitted?(event: SpeculativeTaskSubmittedEvent): unknown;
  onExecutorAdded?(event: ExecutorAddedEvent): unknown;
  onExecutorRemoved?(event: ExecutorRemovedEvent): unknown;
  onExecutorExcluded?(event: ExecutorExcludedEvent): unknown;
  onExecutorUnexcluded?(event: ExecutorUnexcludedEvent): unknown;
  onExecutorExcludedForStage?(event: ExecutorExcludedForStageEvent): unknown;
  onNodeExcluded?(event: NodeExcludedEvent): unknown;
  onNodeUnexcluded?(event: NodeUnexcludedEvent): unknown;
  onNodeExcludedForStage?(event: NodeExcludedForStageEvent): unknown;
  onBlockManagerAdded?(event: BlockManagerAddedEvent): unknown;
  onBlockManagerRemoved?(event: BlockManagerRemovedEvent): unknown;
  onBlockUpdated?(event: BlockUpdatedEvent): unknown;
  onUnpersistRDD?(event: UnpersistRddEvent): unknown;
  onEnvironmentUpdate?(event: EnvironmentUpdateEvent): unknown;
  onExecutorMetricsUpdate?(event: ExecutorMetricsUpdateEvent): unknown;
  onStageExecutorMetrics?(event: StageExecutorMetricsEvent): unknown;
  onResourceProfileAdded?(event: ResourceProfileAddedEvent): unknown;
  onSQLExecutionStart?(event: SqlExecutionStartEvent): unknown;
  onSQLAdaptiveExecutionUpdate?(event: SqlAdaptiveExecutionUpdateEvent): unknown;
  onSQLAdaptiveSQLMetricUpdates?(event: SqlAdaptiveMetricUpdatesEvent): unknown;
  onDriverAccumUpdates?(event: DriverAccumUpdatesEvent): unknown;
  onFiresteelSqlProgress?(event: FiresteelSqlProgressEvent): unknown;
  onSQLExecutionEnd?(event: SqlExecutionEndEvent): unknown;
  onFiresteelExecutorSample?(event: FiresteelExecutorSampleEvent): unknown;
  onFiresteelSearchStart?(event: FiresteelSearchStartEvent): unknown;
  onFiresteelSearchProgress?(event: FiresteelSearchProgressEvent): unknown;
  onFiresteelSearchEnd?(event: FiresteelSearchEndEvent): unknown;
  onFiresteelExecutorsAwaited?(event: FiresteelExecutorsAwaitedEvent): unknown;
}
