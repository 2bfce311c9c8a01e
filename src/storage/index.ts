/** The storage layer, for the executor and the driver. Tasks see `task-env` and `storage-level` only. */
export { containerMemoryLimit } from "./container-limit";
export { minimumExecutorMemory, planMemory } from "./memory-plan";
export type { MemoryPlan, MemoryPlanOptions } from "./memory-plan";
export { endpointName, fileSystemId } from "./block-address";
export type { BlockAddress, Endpoint } from "./block-address";
export { STORAGE_OP_PREFIX } from "./host-calls";
export type { Caller, HostCalls, LevelFlags, StorageOp, StorageOps } from "./host-calls";
export type {
  BlockUpdate, ExecutorStorageOptions, MapOutputTable, SharedStorage, StoragePorts, StorageStatus, Survivors,
} from "./ports";
export { ExecutorStorage } from "./executor-storage";
export { WorkerStorage } from "./worker-storage";
export type { StorageTask, TaskStorage, WorkerStorageOptions } from "./worker-storage";
export { BroadcastHub } from "./broadcast-hub";
export { localRoots, removeApplication, removeStaleApplications } from "./local-directories";
export { BlockServer } from "./transfer/block-server";
export { BlockClient, RemoteError } from "./transfer/block-client";
export type { BlockClientOptions } from "./transfer/block-client";
export { OwnMemoryReceiver } from "./receivers";
