/** The kernels of *.assembly.ts beside this file and the memory they work on. */
import { type LinearMemory, webAssembly } from "../../../common/web-assembly";
import { InternalError } from "../../../common/errors";
import { CONTROL, CONTROL_BYTES, reopen } from "../crew";
import { kernelBytes } from "./kernels";

export type Address = number;

type Histogram<Rest extends readonly number[]> = (
  wide: number,
  entries: Address,
  end: Address,
  table: Address,
  stride: number,
  features: Address,
  places: Address,
  many: number,
  ...rest: Rest
) => void;

/** What *.assembly.ts beside this file exports. */
export interface TreeKernels {
  readonly classes: Histogram<[kinds: number, near: Address]>;
  readonly pairs: Histogram<[values: Address]>;
  readonly weighted: Histogram<[values: Address]>;
  readonly weightedClasses: Histogram<[weights: Address, kinds: number]>;
  /** All parts of the work of bringing bins by rows into bins by features. */
  columns(wide: number, table: Address, stride: number, many: number, from: number, to: number, rows: number, out: Address): void;
  split(
    wide: number,
    entries: Address,
    end: Address,
    column: Address,
    stride: number,
    goes: Address,
    left: Address,
    right: Address,
  ): Address;
  packed(
    wide: number,
    entries: Address,
    end: Address,
    table: Address,
    stride: number,
    many: number,
    shift: number,
    to: Address,
    near: Address,
  ): void;
  splitPacked(
    entries: Address,
    end: Address,
    column: Address,
    goes: Address,
    left: Address,
    right: Address,
    side: number,
    wide: number,
    table: Address,
    stride: number,
    many: number,
    shift: number,
    to: Address,
    near: Address,
  ): Address;
  unpack(from: Address, count: number, shift: number, to: Address): void;
  quantize(entries: Address, end: Address, targets: Address, value: number, center: number): void;
  sample(
    part: number,
    parts: number,
    rows: number,
    keys: Address,
    seed: number,
    limits: Address,
    many: number,
    labels: Address,
    entries: Address,
  ): Address;
  all(part: number, parts: number, rows: number, labels: Address, entries: Address): Address;
  allQuantized(
    part: number,
    parts: number,
    rows: number,
    targets: Address,
    value: number,
    center: number,
    entries: Address,
  ): Address;
  subtract(a: Address, b: Address, bytes: number, kind: number): void;
  add(a: Address, b: Address, bytes: number, kind: number): void;
  gradients(loss: number, y: Address, f: Address, from: number, to: number, into: Address): number;
  scaled(
    targets: Address,
    weights: Address,
    from: number,
    to: number,
    weight: number,
    value: number,
    center: number,
    pairs: Address,
  ): void;
  advance(
    loss: number,
    leafOf: Address,
    values: Address,
    y: Address,
    f: Address,
    from: number,
    to: number,
    into: Address,
  ): number;
  leafSums(
    leaves: Address,
    many: number,
    leafOf: Address,
    first: number,
    targets: Address,
    weights: Address,
    value: number,
    center: number,
    rest: number,
    square: number,
    sums: Address,
  ): void;
  packedLeafSums(
    leaves: Address,
    many: number,
    leafOf: Address,
    first: number,
    targets: Address,
    value: number,
    center: number,
    rest: number,
    square: number,
    sums: Address,
  ): void;
}

/** Rows belong to parts in runs of so many, in turn. */
export const RUN = 4096;

/** Bytes that a call of `packed` or `classes` needs beside its sums. */
export const NEAR_BYTES = 2048;

/** The module keeps nothing of its own in memory; what crews agree about lies below this. */
const FIRST_ADDRESS = CONTROL + CONTROL_BYTES;
const PAGE = 65536;
const MAX_BYTES = 4 * 1024 ** 3 - PAGE;

/** Larger memories are not used again: a small growth would keep them from the collector. */
const MOST_REUSED_BYTES = 256 << 20;

/** Memory of one growth: everything is laid out before anything is written. */
export class TreeMemory {
  readonly kernels: TreeKernels;
  /** Other threads can work on it with `kernelsOn`. */
  readonly memory: LinearMemory;
  #end = FIRST_ADDRESS;
  /** What an earlier growth may have written ends here. */
  #used = FIRST_ADDRESS;
  #shared = false;

  /**
   * The memory of a growth of this thread that is over, where the collector has left it, or a new one: the first touch of each of
   * its pages takes as long as what is computed there in a tree or two, and longer where threads do it at the same time.
   */
  static take(): TreeMemory {
    const memory = lastUsed?.deref();
    lastUsed = undefined;
    return memory === undefined || !memory.#isFree() ? new TreeMemory() : memory;
  }

  constructor() {
    this.memory = new webAssembly.Memory({ initial: 16, maximum: 65536, shared: true });
    this.kernels = kernelsOn(this.memory);
  }

  /** Others may work on it, as a crew. */
  share(): LinearMemory {
    this.#shared = true;
    return this.memory;
  }

  /** The growth is over, in order: nobody looks at what is here any more. */
  giveBack(): void {
    this.#used = Math.max(this.#used, this.#end);
    this.#end = FIRST_ADDRESS;
    if (this.buffer.byteLength <= MOST_REUSED_BYTES) lastUsed = new WeakRef(this);
  }

  #isFree(): boolean {
    const free = !this.#shared || reopen(this.buffer);
    this.#shared = false;
    return free;
  }

  /** Bytes at a multiple of 64: zeros, or whatever is there. Views that were made before end where the memory did. */
  allocate(bytes: number, content: "zeros" | "any" = "zeros"): Address {
    const at = this.#end;
    this.#end = Math.ceil((at + bytes + 16) / 64) * 64;
    if (this.#end > MAX_BYTES) throw new InternalError("The rows of a tree are more than one task can hold.");
    const missing = this.#end - this.memory.buffer.byteLength;
    if (missing > 0) this.memory.grow(Math.ceil(missing / PAGE));
    const written = Math.min(this.#used, this.#end) - at;
    if (content === "zeros" && written > 0) new Uint8Array(this.buffer, at, written).fill(0);
    return at;
  }

  get buffer(): ArrayBuffer {
    return this.memory.buffer;
  }
}

/** A growth's that is over: the memory is the collector's. */
let lastUsed: WeakRef<TreeMemory> | undefined;

export function kernelsOn(memory: LinearMemory): TreeKernels {
  const instance = new webAssembly.Instance(compiled(), {
    env: {
      memory,
      abort: () => {
        throw new InternalError("A kernel of the trees stopped.");
      },
    },
  });
  return instance.exports as unknown as TreeKernels;
}

let kernelModule: object | undefined;
const compiled = (): object => (kernelModule ??= new webAssembly.Module(Buffer.from(kernelBytes, "base64")));
