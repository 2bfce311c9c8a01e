/** What a worker thread remembers of shuffles from one task to the next: where outputs are, open files, buffers. */
import type { BlockAddress } from "./block-address";
import type { FileLayout } from "./file-layout";
import { fileIn } from "./file-layout";
import type { HostCalls } from "./host-calls";
import { openLocal } from "./local-data";
import { mapOutputName } from "./map-output-file";
import { MapOutputView } from "./map-output-table";
import type { MemoryCells } from "./memory-cells";
import { OpenFiles } from "./open-files";
import type { SlabViews } from "./slab-views";
import { FetchFailed } from "./task-env";

/** Buffers up to this are kept from one fetch to the next. */
const KEPT_BUFFER = 2 ** 20;
const SMALLEST_BUFFER = 64 * 1024;
const KEPT_BUFFERS = 4;

export class ShuffleMemory {
  readonly #views = new Map<number, MapOutputView>();
  readonly #files: OpenFiles;
  #generation = 0;
  readonly #buffers: Uint8Array[] = [];
  #tickets = 0;

  constructor(
    readonly calls: HostCalls,
    readonly cells: MemoryCells,
    readonly slabs: SlabViews,
    readonly layout: FileLayout,
    readonly self: { readonly executorId: string; readonly fileSystem: string; readonly slot: number },
    maxOpenFiles: number,
  ) {
    this.#files = new OpenFiles(maxOpenFiles);
  }

  /** Where the outputs of a shuffle are; asks the main thread when something may have changed. Throws FetchFailed. */
  outputs(shuffleId: number): MapOutputView {
    this.forgetOld();
    let view = this.#views.get(shuffleId);
    if (view === undefined) {
      const packed = this.calls.call("storage.mapOutputs", { shuffleId });
      if ("failed" in packed)
        throw new FetchFailed(packed.shuffleId, packed.map, packed.reduce, packed.executorId, packed.message);
      view = new MapOutputView(packed);
      this.#files.closeShuffle(shuffleId);
      this.#views.set(shuffleId, view);
    }
    const missing = view.firstMissing();
    if (missing >= 0) {
      this.#views.delete(shuffleId);
      throw new FetchFailed(shuffleId, missing, -1, null, `The output of map ${missing} of shuffle ${shuffleId} is lost.`);
    }
    return view;
  }

  /** Forgets tables and closes files when the main thread says that something changed. Called between tasks too. */
  forgetOld(): void {
    const { generation } = this.cells;
    if (generation === this.#generation) return;
    this.#generation = generation;
    this.#views.clear();
    this.#files.closeAll();
  }

  close(): void {
    this.#files.closeAll();
  }

  /** Descriptor of a map output whose file this process can open; null when it cannot. */
  file(shuffleId: number, map: number, owner: BlockAddress): number | null {
    const open = this.#files.get(shuffleId, map);
    if (open !== undefined) return open;
    const name = mapOutputName(shuffleId, map);
    const own = owner.executorId === this.self.executorId;
    const paths = own ? this.layout.candidates(name) : owner.directories.map((directory) => fileIn(directory, name));
    for (const path of paths) {
      try {
        return this.#files.put(shuffleId, map, openLocal(path, "r"));
      } catch {
        // Not in this directory.
      }
    }
    return null;
  }

  /** Files got from now on stay open until the returned function is called. */
  holdFiles(): () => void {
    return this.#files.hold();
  }

  closeFile(shuffleId: number, map: number): void {
    this.#files.close(shuffleId, map);
  }

  /** Whether the owner's files can be read in place. */
  inPlace(owner: BlockAddress): boolean {
    return (
      owner.executorId === this.self.executorId || (owner.fileSystem === this.self.fileSystem && owner.directories.length > 0)
    );
  }

  takeBuffer(bytes: number): Uint8Array {
    const kept = this.#buffers.pop();
    return kept !== undefined && kept.length >= bytes ? kept : new Uint8Array(Math.max(bytes, SMALLEST_BUFFER));
  }

  keepBuffer(buffer: Uint8Array): void {
    if (buffer.length <= KEPT_BUFFER && this.#buffers.length < KEPT_BUFFERS) this.#buffers.push(buffer);
  }

  newTicket(): number {
    return ++this.#tickets;
  }
}
