/** Fetches the results that were too long for a message and that executors keep as blocks. */
import { crc32 } from "node:zlib";
import { ClusterError } from "../common/errors";
import { driverMemory } from "../common/reused-memory";
import { type Endpoint, resultBlock } from "../storage/block-address";
import { BlockClient } from "../storage/transfer/block-client";
import type { Encryption } from "../storage/transfer/block-client";
import type { BlockMeta } from "../storage/transfer/frames";
import { OwnMemoryReceiver } from "../storage/receivers";

export class KeptResults {
  readonly #secret: Uint8Array;
  readonly #timeout: number;
  #client: BlockClient | undefined;

  /** @param timeout longest silence of an executor that owes bytes, ms */
  constructor(
    secret: Uint8Array,
    timeout: number,
    private readonly encryption: Encryption | null = null,
  ) {
    this.#secret = secret;
    this.#timeout = timeout;
  }

  /**
   * In memory of the driver (`driverMemory`), which takes it back from who is done with it. Rejects when the executor is gone, has the block no
   * longer, or its file is damaged.
   */
  async fetch(endpoint: Endpoint, taskId: number, bytes: number): Promise<Uint8Array> {
    // A lost result costs one task: it is not worth waiting for long.
    this.#client ??= new BlockClient({
      secret: this.#secret,
      encryption: this.encryption,
      timeout: this.#timeout,
      maxRetries: 1,
      retryWait: 500,
    });
    const receiver = new OwnMemoryReceiver<BlockMeta>(bytes, (length) => driverMemory.bytes(length));
    const meta = await this.#client.request(endpoint, "block", { id: resultBlock(taskId) }, receiver, bytes);
    if (meta.total !== bytes)
      throw new ClusterError("RESULT_LOST", `The result of task ${taskId} has ${meta.total} bytes instead of ${bytes}.`);
    let at = 0;
    for (const [i, length] of meta.lengths.entries()) {
      const frame = receiver.bytes.subarray(at, (at += length));
      if (meta.checksums !== undefined && crc32(frame) !== meta.checksums[i])
        throw new ClusterError("RESULT_LOST", `The result of task ${taskId} does not match its checksum.`);
    }
    return receiver.bytes;
  }

  close(): void {
    this.#client?.close();
  }
}
