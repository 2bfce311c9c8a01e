/** The executor, for the entry points of its process and of its task threads. */
export { executorMain } from "./executor-main";
export type { ExecutorParts } from "./process/executor-process";
export type { OpenStorage, OpenThread, ThreadContext, ThreadParts } from "./ports";
export { threadMain } from "./thread/thread-main";
