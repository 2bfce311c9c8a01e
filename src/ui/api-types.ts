/**
 * What the UI server answers, as types: Spark's REST API under `/api/v1` with Spark's field names, and what Spark has no
 * name for under `/api/firesteel/v1`. Types only: pages import it, and so do the store and the server.
 *
 * Paths, with APP = `/api/v1/applications/<app id>` and MINE = `/api/firesteel/v1/applications/<app id>`:
 *
 *   GET /api/v1/applications[?status=running|completed&minDate&maxDate&minEndDate&maxEndDate&limit]  ApplicationInfo[]
 *   GET APP                                        ApplicationInfo
 *   GET APP/jobs[?status=…], APP/jobs/<job id>     JobData[], JobData
 *   GET APP/stages[?status&details&withSummaries&quantiles&taskStatus]   StageData[]
 *   GET APP/stages/<id>[?details=…]                StageData[] (attempts)
 *   GET APP/stages/<id>/<attempt>                  StageData
 *   GET APP/stages/<id>/<attempt>/taskSummary?quantiles=0,0.25,0.5,0.75,1.0    TaskMetricDistributions
 *   GET APP/stages/<id>/<attempt>/taskList?offset&length&sortBy&status         TaskData[]
 *   GET APP/executors, APP/allexecutors            ExecutorSummary[]
 *   GET APP/allmiscellaneousprocess                [] always
 *   GET APP/executors/<id>/threads                 ThreadStackTrace[] (running applications)
 *   GET APP/storage/rdd, APP/storage/rdd/<id>      RDDStorageInfo[], RDDStorageInfo
 *   GET APP/environment                            ApplicationEnvironmentInfo
 *   GET APP/sql[?details=true&planDescription=true&offset&length], APP/sql/<id>   ExecutionData[], ExecutionData
 *   GET APP/logs                                   zip of the event log (history server)
 *   GET /api/v1/version                            { spark: string }
 *
 *   GET /api/firesteel/v1/identity                 Identity
 *   GET /api/firesteel/v1/events[?application=ID]  server-sent events, each one's data a ChangeNotice
 *   GET MINE/summary                               ApplicationSummary
 *   GET MINE/attention                             Attention[] (what to look at first)
 *   GET MINE/jobs/<id>/dag                         Dag (stages as groups)
 *   GET MINE/stages/<id>/<attempt>/dag             Dag
 *   GET MINE/jobs/<id>/findings                    StageFindings[]
 *   GET MINE/stages/<id>/<attempt>/findings        StageFindings
 *   GET MINE/stages/<id>/<attempt>/taskStream      TaskStream
 *   GET MINE/taskStream?since=<ms>&limit=<n>       TaskStream (all stages, the newest)
 *   GET MINE/progress                              StageProgress[] (running stages, and those that ended just now)
 *   GET MINE/timeline                              TimelineEvent[] (executors and jobs)
 *   GET MINE/sql/<id>/graph                        SqlPlanGraph
 *   GET MINE/sql/<id>/plans                        SqlPlanTexts
 *   GET MINE/executors/memory?since=<ms>           ExecutorMemory[]
 *   GET MINE/executors/threads                     ExecutorThreads[] (running applications)
 *   GET MINE/profile[?executor=<id>]               Profile
 *   POST MINE/profile/start, …/stop                { running: boolean } (token, see Identity.token)
 *   GET MINE/searches, MINE/searches/<id>          Search[], Search
 *   GET MINE/executors/<id>/logs[?stream=stdout|stderr&offset&length]  LogText
 *   POST MINE/jobs/<id>/kill, MINE/stages/<id>/kill   { killed: boolean } (token)
 *   GET MINE/report                                one HTML file with all that is known (performance report)
 *   GET /api/firesteel/v1/history                  HistoryEntry[] (history server)
 *   GET /api/firesteel/v1/master, /worker          MasterState, WorkerState (standalone daemons)
 *   GET /api/firesteel/v1/logs/<directory>/<driver or executor id>?stream…   LogText (workers)
 *
 * Errors are `{ error: string }` with status 400, 403, 404 or 503.
 */
export type * from "./api-types/application";
export type * from "./api-types/daemons";
export type * from "./api-types/server";
export type * from "./api-types/spark";
