/** The storage layer, for the driver and the entry points. Tasks see `task-env` and `storage-level` only. */
export type { SharedStorage } from "./ports";
export { ExecutorStorage } from "./executor-storage";
export { WorkerStorage } from "./worker-storage";
export { BroadcastHub } from "./broadcast-hub";
export { BlockServer } from "./transfer/block-server";
