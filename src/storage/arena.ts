/**
 * The executor's flat memory: a few shared WebAssembly memories ("slabs") from which the main thread hands out extents.
 * Worker threads see the same bytes; only the main thread allocates and frees. Extents belong to blocks and leases,
 * which the block store keeps; the arena knows extents only.
 *
 * A slab's pages are the system's zero page until written, so a slab costs address space first and memory when used.
 * Memory that was used once stays resident: V8 cannot give pages of a living memory back.
 */
import { InternalError } from "../common/errors";
import type { SharedMemory } from "./shared-memory";
import { newSharedMemory, WASM_PAGE as PAGE } from "./shared-memory";
import { Slab } from "./slab";

/** The unit of allocation. */
export const GRANULE = 4096;
/** Longest slab: offsets stay below 2^31. */
const MAX_SLAB = 2 ** 31 - PAGE;

/** Bytes [offset, offset + length) of slab number `slab`. The arena holds whole granules for it. */
export interface Extent {
  readonly slab: number;
  readonly offset: number;
  readonly length: number;
}

export class Arena {
  readonly #slabs: Slab[] = [];
  readonly #memories: SharedMemory[] = [];
  readonly #views: Uint8Array[] = [];
  #used = 0;

  /** @param limit bytes in all, whole 64 KiB pages. @param slabBytes length of one slab; the longest possible by default. */
  constructor(
    readonly limit: number,
    private readonly slabBytes: number = Math.min(limit, MAX_SLAB),
  ) {
    if (limit % PAGE !== 0 || slabBytes % PAGE !== 0 || slabBytes > MAX_SLAB || limit <= 0) {
      throw new InternalError(`An arena of ${limit} bytes in slabs of ${slabBytes} is not whole pages.`);
    }
  }

  /** Bytes handed out, in whole granules. */
  get used(): number {
    return this.#used;
  }

  /** Bytes that were ever handed out, which are those that are resident. */
  get touched(): number {
    return this.#slabs.reduce((sum, slab) => sum + slab.touched * GRANULE, 0);
  }

  /** The memories that exist by now; more may come, the numbers of these stay. */
  get memories(): readonly SharedMemory[] {
    return this.#memories;
  }

  /** A run of `bytes`, or null when no free run is that long within the limit. */
  allocate(bytes: number): Extent | null {
    const granules = granulesOf(bytes);
    for (let slab = 0; ; slab++) {
      if (slab === this.#slabs.length && !this.#addSlab()) return null;
      const start = this.#slabs[slab]!.allocate(granules);
      if (start < 0) continue;
      this.#used += granules * GRANULE;
      return { slab, offset: start * GRANULE, length: bytes };
    }
  }

  /** Bytes that the arena holds for an extent. */
  capacityOf(extent: Extent): number {
    return this.#slab(extent).lengthOf(extent.offset / GRANULE) * GRANULE;
  }

  release(extent: Extent): void {
    const slab = this.#slab(extent);
    const granules = slab.lengthOf(extent.offset / GRANULE);
    slab.free(extent.offset / GRANULE);
    this.#used -= granules * GRANULE;
  }

  /** The first `bytes` of an extent, the rest given back. */
  shrink(extent: Extent, bytes: number): Extent {
    const slab = this.#slab(extent);
    const start = extent.offset / GRANULE;
    const before = slab.lengthOf(start);
    const granules = granulesOf(bytes);
    slab.shrink(start, granules);
    this.#used -= (before - granules) * GRANULE;
    return { slab: extent.slab, offset: extent.offset, length: bytes };
  }

  /** The bytes of an extent, in the shared memory itself. */
  bytes(extent: Extent): Uint8Array {
    const { offset, length } = extent;
    return this.#views[extent.slab]!.subarray(offset, offset + length);
  }

  /** For tests: throws when the books do not add up. */
  check(): void {
    for (const slab of this.#slabs) slab.check();
    const used = this.#slabs.reduce((sum, slab) => sum + slab.used * GRANULE, 0);
    if (used !== this.#used) throw new InternalError(`The arena counts ${this.#used} bytes in use, its slabs ${used}.`);
  }

  #slab(extent: Extent): Slab {
    const slab = this.#slabs[extent.slab];
    if (slab === undefined) throw new InternalError(`There is no slab ${extent.slab}.`);
    return slab;
  }

  #addSlab(): boolean {
    const bytes = Math.min(this.slabBytes, this.limit - this.#slabs.length * this.slabBytes);
    if (bytes <= 0) return false;
    const memory = newSharedMemory(bytes);
    this.#memories.push(memory);
    this.#views.push(new Uint8Array(memory.buffer));
    this.#slabs.push(new Slab(bytes / GRANULE));
    return true;
  }
}

function granulesOf(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / GRANULE));
}
