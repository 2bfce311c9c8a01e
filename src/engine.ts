/** What programs and the command line have of the engine, put together: the public API, and how contexts get their executors. */
import { join } from "node:path";
import { configureClosures } from "./closure/freeze";
import type * as Standalone from "./cluster/application/standalone-executors";
import { discardPrelaunched, localExecutors } from "./cluster/local-executors";
import { isClusterMaster } from "./common/cluster-master";
import { SparkConf } from "./common/conf";
import { MASTER } from "./common/config-entries";
import { companionOf } from "./context-companion";
import { queryText } from "./dataframe/api/query-text";
import { setSessionFactory } from "./dataframe/api/spark-session";
import type * as QueryRuntime from "./dataframe/exec/runtime";
import { provideLibraries } from "./dataframe/libraries";
import type { EngineContext } from "./dataframe/query/engine-port";
import { sessionsOn } from "./dataframe/query/sessions";
import { onOneLine, splitStatements } from "./dataframe/sql/split";
import { withinCall } from "./rdd/api/call-scope";
import { type ExecutorGroup, setPlatform } from "./driver/platform";
import { activeContexts, portOf } from "./driver/context/context-base";
import { SparkContext } from "./driver/spark-context";
import { engineExports, loadMllib } from "./engine-exports";
import * as api from "./index";
import type * as Mllib from "./mllib";
import type * as ProgramRuntime from "./mllib/compute/runtime";
import { setPlanRuntime } from "./rdd/plan-port";
import { loadUi, webFolder } from "./ui/load";

export { api, discardPrelaunched, onOneLine, queryText, splitStatements, withinCall };
export { switchLevelOnSignal } from "./common/log";
export { noteImported } from "./closure/module-references";
export { mapStack, noteSourceMap } from "./closure/source-maps";
export { activeContexts };

const executorFile = join(__dirname, "executor.js");

configureClosures({ engine: engineExports, loaded: api });
setPlatform({
  engine: engineExports,
  executors: (conf) => (isClusterMaster(conf.read(MASTER)) ? standaloneExecutors(conf) : localExecutors(conf, executorFile)),
  contextStarted: (context) => {
    stopAtEnd();
    return companionOf(context);
  },
  profilePage: (records) => {
    const ui = loadUi();
    return ui.profilePage(records, ui.pageStyles(webFolder()));
  },
});

// For tasks in this process.
setPlanRuntime("query", () => (require("./dataframe/exec/runtime") as typeof QueryRuntime).queryRuntime);
setPlanRuntime("program", () => (require("./mllib/compute/runtime") as typeof ProgramRuntime).programRuntime);
provideLibraries(mllib);
setSessionFactory(
  sessionsOn({
    getOrCreate: (settings) => engineContext(SparkContext.getOrCreate(new SparkConf().setAll(Object.entries(settings)))),
    of: (context) => engineContext(context as SparkContext),
  }),
);

function engineContext(context: SparkContext): EngineContext {
  let settings: Readonly<Record<string, string>> | undefined;
  return {
    port: portOf(context),
    context,
    get isStopped() {
      return context.isStopped;
    },
    get defaultParallelism() {
      return context.defaultParallelism;
    },
    // A context's settings stay as it was started with, and each query asks for some of them.
    settings: () => (settings ??= Object.fromEntries(context.getConf().getAll())),
    addFile: (path) => context.addFile(path, true),
    addArchive: (path) => context.addArchive(path),
    listFiles: () => context.listFiles(),
    listArchives: () => context.listArchives(),
    stop: () => context.stop(),
  };
}

/** The exports of firesteel/mllib: programs that do without it do not load it. */
export function mllib(): typeof Mllib {
  const loaded = loadMllib();
  configureClosures({ engine: engineExports, loaded });
  return loaded;
}

function standaloneExecutors(conf: SparkConf): ExecutorGroup {
  const { StandaloneExecutors } = require("./cluster/application/standalone-executors") as typeof Standalone;
  return new StandaloneExecutors(conf);
}

let stopsAtEnd = false;

/** A program that comes to its end without stopping its context leaves nothing behind either. */
function stopAtEnd(): void {
  if (stopsAtEnd) return;
  stopsAtEnd = true;
  process.once("beforeExit", () => void stopAll(0));
}

/** The program's main file, where this process was started by a launcher, and what its loader made of files. */
export function setProgram(mainFile: string, loadedSource: (path: string, isModule: boolean) => string | undefined): void {
  configureClosures({ mainFile, loadedSource });
}

/** Jobs that run in this process's contexts. */
export function countActiveJobs(): number {
  return [...activeContexts()].reduce((sum, context) => sum + context.statusTracker.getActiveJobIds().length, 0);
}

/** Stops all contexts, for the end of the process. */
export async function stopAll(exitCode = 1): Promise<void> {
  await Promise.all([discardPrelaunched(), ...[...activeContexts()].map((context) => context.stop(exitCode))]);
}
