/** Tells listeners what executors store: the events that are not the scheduler's. */
import type { ListenerBus } from "../events/listener-bus";
import type { BlockManagerInfo } from "../events/listener-events";
import type { BlockUpdate, RegisteredExecutor } from "./endpoint/types";

export class StorageEvents {
  readonly #managers = new Map<string, BlockManagerInfo>();

  constructor(private readonly bus: ListenerBus) {}

  executorAdded({ executorId, host, blockAddress, storageBytes }: RegisteredExecutor, time: number): void {
    const { endpoint } = blockAddress;
    const blockManager = { executorId, host, port: "port" in endpoint ? endpoint.port : 0 };
    this.#managers.set(executorId, blockManager);
    this.bus.post({
      type: "BlockManagerAdded",
      time,
      blockManager,
      maxMem: storageBytes,
      maxOnHeapMem: 0,
      maxOffHeapMem: storageBytes,
    });
  }

  executorRemoved(executorId: string, time: number): void {
    const blockManager = this.#managers.get(executorId);
    if (blockManager === undefined) return;
    this.#managers.delete(executorId);
    this.bus.post({ type: "BlockManagerRemoved", time, blockManager });
  }

  blockUpdated({ id, executorId, level, memoryBytes, diskBytes }: BlockUpdate): void {
    const blockManager = this.#managers.get(executorId);
    if (blockManager === undefined || !this.bus.wants("BlockUpdated")) return;
    this.bus.post({
      type: "BlockUpdated",
      blockManager,
      blockId: id,
      storageLevel: level,
      memSize: memoryBytes,
      diskSize: diskBytes,
    });
  }
}
