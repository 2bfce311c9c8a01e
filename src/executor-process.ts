/** Entry of an executor process: its main thread, which needs neither datasets nor what runs in tasks. */
import { join } from "node:path";
import { executorMain } from "./executor/executor-main";
import { ExecutorStorage } from "./storage";

void executorMain(process.argv.slice(2), {
  threadFile: join(__dirname, "thread.js"),
  openStorage: (options) => new ExecutorStorage(options),
});
