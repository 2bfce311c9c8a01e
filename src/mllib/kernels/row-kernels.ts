/** The kernels of rows.assembly.ts and the memory they work on. */
import { type LinearMemory, webAssembly } from "../../common/web-assembly";
import { InternalError } from "../../common/errors";
import { kernelBytes } from "./rows";

type Address = number;

/** What rows.assembly.ts exports. */
interface Kernels {
  hashes(values: Address, rows: number, width: number, labels: Address, weights: Address, out: Address): void;
  bins(
    wide: number,
    values: Address,
    end: Address,
    step: number,
    low: number,
    scale: number,
    most: number,
    before: Address,
    thresholds: Address,
    many: number,
    cells: Address,
    stride: number,
  ): void;
  lookUp(wide: number, values: Address, end: Address, step: number, bins: Address, cells: Address, stride: number): void;
}

/** The module keeps nothing of its own in memory. */
const FIRST_ADDRESS = 1024;
const PAGE = 65536;
/** Bytes of values that are worked on at a time: with what is made of them they stay in a second-level cache. */
const CHUNK_BYTES = 1 << 18;

let kernelModule: object | undefined;

/** Kernels on a memory of their own, which goes with the object. */
export class RowKernels {
  readonly #memory: LinearMemory = new webAssembly.Memory({ initial: 16, maximum: 65536 });
  readonly kernels: Kernels;
  #end = FIRST_ADDRESS;

  constructor() {
    kernelModule ??= new webAssembly.Module(Buffer.from(kernelBytes, "base64"));
    const abort = (): never => {
      throw new InternalError("A kernel of rows stopped.");
    };
    const { exports } = new webAssembly.Instance(kernelModule, { env: { memory: this.#memory, abort } });
    this.kernels = exports as unknown as Kernels;
  }

  /** Bytes at a multiple of 64. Views that were made before are empty then. */
  allocate(bytes: number): Address {
    const at = this.#end;
    this.#end = Math.ceil((at + bytes) / 64) * 64;
    const missing = this.#end - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / PAGE));
    return at;
  }

  doubles(at: Address, length: number): Float64Array {
    return new Float64Array(this.#memory.buffer, at, length);
  }

  shorts(at: Address, length: number): Int16Array {
    return new Int16Array(this.#memory.buffer, at, length);
  }

  words(at: Address, length: number): Uint32Array {
    return new Uint32Array(this.#memory.buffer, at, length);
  }

  bytes(at: Address, length: number): Uint8Array {
    return new Uint8Array(this.#memory.buffer, at, length);
  }
}

/** Rows of `width` doubles that are worked on at a time. */
export const rowsOfChunk = (width: number): number => Math.max(1, Math.floor(CHUNK_BYTES / (8 * Math.max(1, width))));
