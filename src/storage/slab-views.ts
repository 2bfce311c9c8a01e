/** The executor's arena as a worker thread sees it. Slabs that came after the thread started are asked for when first met. */
import { InternalError } from "../common/errors";
import type { Extent } from "./arena";
import type { HostCalls } from "./host-calls";

export class SlabViews {
  #views: readonly Uint8Array[] = [];

  constructor(private readonly calls: HostCalls) {}

  /** The bytes of an extent, in the shared memory itself. */
  bytes(extent: Extent): Uint8Array {
    if (extent.slab >= this.#views.length) {
      this.#views = this.calls.call("storage.slabs", null).map((memory) => new Uint8Array(memory.buffer));
    }
    const view = this.#views[extent.slab];
    if (view === undefined) throw new InternalError(`There is no slab ${extent.slab}.`);
    return view.subarray(extent.offset, extent.offset + extent.length);
  }
}
