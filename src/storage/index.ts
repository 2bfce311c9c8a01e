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
