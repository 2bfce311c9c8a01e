/** Joins a context with what shows it to people: the terminal's progress bars and the dashboard. */
import { mapStack } from "./closure/source-maps";
import type { SparkConf } from "./common/conf";
import * as settings from "./common/config-entries";
import { log } from "./common/log";
import { pageAccess } from "./common/page-access";
import { version } from "./common/version";
import type { ContextCompanion } from "./driver/platform";
import { controlOf, executorsOf } from "./driver/context/context-base";
import type { SparkContext } from "./driver/spark-context";
import type { ApplicationUiOptions } from "./ui/application-ui";
import { ConsoleProgress } from "./ui/console-progress";
import { ContextUi } from "./ui/context-ui";
import { webFolder } from "./ui/load";
import { SearchesInProgress } from "./ui/search-progress";
import { pagesTls } from "./wire/tls";

export function companionOf(context: SparkContext): ContextCompanion {
  const conf = context.getConf();
  const progress = conf.read(settings.SHOW_CONSOLE_PROGRESS) ? consoleProgress(context) : null;
  const enabled = conf.read(settings.UI_ENABLED);
  const ui = new ContextUi({
    enabled,
    atOnce: enabled && conf.contains(settings.UI_ENABLED.key),
    profileAtOnce: conf.read(settings.PROFILER_ENABLED),
    options: () => uiOptions(context, conf),
    announce: (url) => {
      executorsOf(context).dashboardAt?.(url);
      log.info(`the dashboard is at ${url}`);
      if (progress !== null && process.stderr.isTTY) process.stderr.write(`Dashboard: ${url}\n`);
    },
  });
  if (enabled) context.addSparkListener(ui);
  return {
    get uiWebUrl() {
      return ui.uiWebUrl;
    },
    openUi: () => ui.open(),
    writeReport: (path, page) => ui.ask("performanceReport", (loaded) => loaded.writeReport(path, page)),
    taskRecords: (from, to, count) => ui.ask("getTaskStream", (loaded) => loaded.taskRecords(from, to, count)),
    story: (stageId, partition) => ui.ask("story", (loaded) => loaded.story(stageId, partition)),
    profile: (executorId) => ui.ask("profile", (loaded) => loaded.profile(executorId)),
    clusterState: () => ui.ask("dumpClusterState", (loaded) => loaded.clusterState()),
    stop: () => {
      progress?.stop();
      return ui.stop();
    },
  };
}

function consoleProgress(context: SparkContext): ConsoleProgress {
  const searches = new SearchesInProgress();
  context.addSparkListener(searches.listener);
  return new ConsoleProgress({
    now: () => Date.now(),
    activeSearches: () => searches.running(),
    activeStages: () =>
      context.statusTracker.activeStages().map((stage) => ({
        stageId: stage.stageId,
        attempt: stage.attempt,
        name: stage.name,
        numTasks: stage.numTasks,
        numRunning: stage.numActiveTasks,
        numDone: stage.numCompletedTasks,
        submittedAt: stage.submissionTime,
      })),
  });
}

function uiOptions(context: SparkContext, conf: SparkConf): ApplicationUiOptions {
  const interval = conf.read(settings.PROFILER_INTERVAL);
  const executorIds = (): string[] => [...controlOf(context).executors.keys()];
  let beats = (): void => undefined;
  return {
    version,
    webFolder: webFolder(),
    limits: {
      jobs: conf.read(settings.UI_RETAINED_JOBS),
      stages: conf.read(settings.UI_RETAINED_STAGES),
      tasks: conf.read(settings.UI_RETAINED_TASKS),
      deadExecutors: conf.read(settings.UI_RETAINED_EXECUTORS),
      executions: conf.read(settings.UI_RETAINED_EXECUTIONS),
    },
    host: conf.read(settings.UI_BIND_ADDRESS),
    port: conf.read(settings.UI_PORT),
    portRetries: conf.read(settings.PORT_RETRIES),
    allowedHosts: conf
      .read(settings.UI_ALLOWED_HOSTS)
      .split(",")
      .map((name) => name.trim())
      .filter((name) => name !== ""),
    tls: pagesTls((key) => conf.get(key), "ui"),
    access: pageAccess((entry) => conf.read(entry)),
    framedBy: conf.read(settings.UI_FRAMED_BY),
    killEnabled: conf.read(settings.UI_KILL_ENABLED),
    metricsNamespace: conf.read(settings.METRICS_NAMESPACE).replaceAll("${spark.app.name}", context.appName),
    profileAtOnce: conf.read(settings.PROFILER_ENABLED),
    profileIntervalMicros: Math.max(1, interval) * 1000,
    heartbeatMs: conf.read(settings.HEARTBEAT_INTERVAL),
    application: {
      threads: (executorId) => controlOf(context).threadDump(executorId),
      executorIds,
      wantedExecutors: () => controlOf(context).wantedExecutors,
      cancelJob: (jobId) => context.cancelJob(jobId, "killed from the dashboard"),
      cancelStage: (stageId) => context.cancelStage(stageId, "killed from the dashboard"),
      executorsStay: context.isLocal,
      retireExecutors: (ids) => controlOf(context).retireExecutors(ids),
      beatEvery: (ms) => {
        const before = beats;
        beats = controlOf(context).heartbeats.want(ms);
        before();
      },
      profile: (executorId, profile) =>
        controlOf(context).inspect(executorId, { profile, profileIntervalMicros: Math.max(1, interval) * 1000 }),
      mapStack,
    },
  };
}
