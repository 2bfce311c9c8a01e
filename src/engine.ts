/**
 * The one bundle that every process and thread loads, so that each class exists once in a thread: the public API, and the
 * entries of executor processes, of their task threads, and of the command line.
 */
import { join } from "node:path";
import { configureClosures } from "./closure/freeze";
import { StandaloneExecutors } from "./cluster/application/standalone-executors";
import { discardPrelaunched, localExecutors } from "./cluster/local-executors";
import { decodeBatches } from "./columnar";
import { isClusterMaster } from "./common/cluster-master";
import { SparkConf } from "./common/conf";
import { MASTER } from "./common/config-entries";
import { companionOf } from "./context-companion";
import { queryText } from "./dataframe/api/query-text";
import { setSessionFactory } from "./dataframe/api/spark-session";
import { queryRuntime } from "./dataframe/exec/runtime";
import type { EngineContext } from "./dataframe/query/engine-port";
import { sessionsOn } from "./dataframe/query/sessions";
import { splitStatements } from "./dataframe/sql/split";
import { setPlatform } from "./driver/platform";
import { activeContexts, portOf, SparkContext } from "./driver/spark-context";
import { threadMain } from "./executor";
import * as api from "./index";
import * as mllib from "./mllib";
import { programRuntime } from "./mllib/compute/runtime";
import { openTaskRunner } from "./rdd/exec/thread-runner";
import { setPlanRuntime } from "./rdd/plan-port";
import type { SharedStorage } from "./storage";
import { WorkerStorage } from "./storage";

export { api, mllib, discardPrelaunched, queryText, splitStatements };
export { noteImported } from "./closure/module-references";
export { mapStack, noteSourceMap } from "./closure/source-maps";
export { activeContexts };

const executorFile = join(__dirname, "executor.js");

/** What functions of programs may refer to by name, whichever entry of the package they import. */
const exported = { ...api, ...mllib };

configureClosures({ engine: exported });
setPlatform({
  engine: exported,
  executors: (conf) => (isClusterMaster(conf.read(MASTER)) ? new StandaloneExecutors(conf) : localExecutors(conf, executorFile)),
  contextStarted: (context) => {
    stopAtEnd();
    return companionOf(context);
  },
});

setPlanRuntime("query", queryRuntime);
setPlanRuntime("program", programRuntime);
setSessionFactory(
  sessionsOn({
    getOrCreate: (settings) => engineContext(SparkContext.getOrCreate(new SparkConf().setAll(Object.entries(settings)))),
    of: (context) => engineContext(context as SparkContext),
  }),
);

function engineContext(context: SparkContext): EngineContext {
  return {
    port: portOf(context),
    context,
    get isStopped() {
      return context.isStopped;
    },
    get defaultParallelism() {
      return context.defaultParallelism;
    },
    settings: () => Object.fromEntries(context.getConf().getAll()),
    addFile: (path) => context.addFile(path),
    addArchive: (path) => context.addArchive(path),
    listFiles: () => context.listFiles(),
    listArchives: () => context.listArchives(),
    stop: () => context.stop(),
  };
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

/** Entry of a task thread. */
export function taskThreadMain(): void {
  threadMain(({ calls, slot, storage }) => ({
    runner: openTaskRunner(exported),
    storage: new WorkerStorage({ calls, slot, shared: storage as SharedStorage, decode: decodeBatches }),
  }));
}
