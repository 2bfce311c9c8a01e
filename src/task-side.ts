/** What runs in task threads, put together. Queries and the library of MLlib are loaded by the first task that is theirs. */
import { decodeBatches } from "./columnar";
import type * as QueryRuntime from "./dataframe/exec/runtime";
import type * as Libraries from "./dataframe/libraries";
import { engineExports, loadMllib } from "./engine-exports";
import { threadMain } from "./executor";
import type * as ProgramRuntime from "./mllib/compute/runtime";
import { openTaskRunner } from "./rdd/exec/thread-runner";
import { setPlanRuntime } from "./rdd/plan-port";
import type { SharedStorage } from "./storage";
import { WorkerStorage } from "./storage";

setPlanRuntime("query", () => {
  (require("./dataframe/libraries") as typeof Libraries).provideLibraries(loadMllib);
  return (require("./dataframe/exec/runtime") as typeof QueryRuntime).queryRuntime;
});
setPlanRuntime("program", () => {
  loadMllib();
  return (require("./mllib/compute/runtime") as typeof ProgramRuntime).programRuntime;
});

/** Entry of a task thread. `firstRest` as of `threadMain`. */
export function taskThreadMain(firstRest: () => void): void {
  threadMain(
    ({ calls, slot, storage }) => ({
      runner: openTaskRunner(engineExports),
      storage: new WorkerStorage({ calls, slot, shared: storage as SharedStorage, decode: decodeBatches }),
    }),
    firstRest,
  );
}
