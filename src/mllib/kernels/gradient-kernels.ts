/** The kernels of gradient.assembly.ts and the memories they work on, of which each has one user at a time. */
import { type LinearMemory, webAssembly } from "../../common/web-assembly";
import { InternalError } from "../../common/errors";
import { kernelBytes } from "./gradient";

type Address = number;

/** What gradient.assembly.ts exports; 0 for `weights` means that all rows weigh 1. */
export interface GradientKernels {
  margins(tile: Address, stride: number, width: number, coefficients: Address, offset: number, out: Address): void;
  accumulate(tile: Address, stride: number, width: number, multipliers: Address, gradient: Address, step: number): void;
  /** Of tiles of 32-bit floats. */
  margins32(tile: Address, stride: number, width: number, coefficients: Address, offset: number, out: Address): void;
  accumulate32(tile: Address, stride: number, width: number, multipliers: Address, gradient: Address, step: number): void;
  total(values: Address, stride: number): number;
  sigmoid(values: Address, count: number): void;
  sigmoidSlopes(slopes: Address, outputs: Address, count: number): void;
  logistic(margins: Address, labels: Address, weights: Address, rows: number, stride: number): number;
  softmax(
    margins: Address,
    classes: number,
    labels: Address,
    weights: Address,
    rows: number,
    stride: number,
    scratch: Address,
  ): number;
  squared(margins: Address, labels: Address, weights: Address, rows: number, stride: number, scale: number): number;
  hinge(margins: Address, labels: Address, weights: Address, rows: number, stride: number): number;
  huber(
    margins: Address,
    labels: Address,
    weights: Address,
    rows: number,
    stride: number,
    sigma: number,
    epsilon: number,
    sigmaGradient: Address,
  ): number;
  products(
    tile: Address,
    stride: number,
    width: number,
    rows: number,
    means: Address,
    weights: Address,
    out: Address,
    scratch: Address,
  ): void;
  /** 1, or 0 where 32 bits would change a value. */
  narrowTile(rows: Address, count: number, width: number, stride: number, tile: Address): number;
  /** Of whole numbers of 16 bits. */
  shortTile(rows: Address, count: number, width: number, stride: number, tile: Address): void;
  wideTile(rows: Address, count: number, width: number, stride: number, tile: Address): void;
  widen(from: Address, count: number, to: Address): void;
  describe: Describe;
  /** Of tiles of 32-bit floats. */
  describe32: Describe;
}

type Describe = (
  tile: Address,
  stride: number,
  width: number,
  rows: number,
  weights: Address,
  weightSum: number,
  means: Address,
  squares: Address,
) => void;

// The module keeps nothing of its own in memory beyond tables of logarithms below this.
const FIRST_ADDRESS = 65536;
const PAGE = 65536;

let kernelModule: object | undefined;

/** A run of doubles in a memory of kernels. */
export interface Region {
  readonly address: Address;
  readonly values: Float64Array;
}

/** The kernels over a memory. */
export class KernelMemory {
  readonly #memory: LinearMemory = new webAssembly.Memory({ initial: 16, maximum: 65536 });
  readonly kernels: GradientKernels;

  constructor() {
    kernelModule ??= new webAssembly.Module(Buffer.from(kernelBytes, "base64"));
    const abort = (): never => {
      throw new InternalError("A kernel of the linear models stopped.");
    };
    const { exports } = new webAssembly.Instance(kernelModule, { env: { memory: this.#memory, abort } });
    this.kernels = exports as unknown as GradientKernels;
  }

  /**
   * Regions of these many doubles, zeros at first, each at a multiple of 64 bytes. They are all that is in the memory: those of
   * a call before are no longer good.
   */
  regions<Name extends string>(sizes: Readonly<Record<Name, number>>): Record<Name, Region> {
    const memory = this.#memory;
    const names = Object.keys(sizes) as Name[];
    let end = FIRST_ADDRESS;
    const starts = names.map((name) => {
      const start = end;
      end += Math.ceil((sizes[name] * 8) / 64) * 64;
      return start;
    });
    const missing = end - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
    new Uint8Array(memory.buffer, FIRST_ADDRESS, end - FIRST_ADDRESS).fill(0);
    const entries = names.map((name, i): [Name, Region] => [
      name,
      { address: starts[i]!, values: new Float64Array(memory.buffer, starts[i], sizes[name]) },
    ]);
    return Object.fromEntries(entries) as Record<Name, Region>;
  }
}

/** Memories that nobody uses: one for a pass, and one for what makes its blocks. */
const free: KernelMemory[] = [];
const MOST_FREE = 2;

/**
 * Calls `use` with a memory that is its own until it returns: what a pass asks for as it goes, such as blocks that are made
 * only then, may use kernels too. Memories are kept for the next use in the same thread.
 */
export function withKernels<T>(use: (memory: KernelMemory) => T): T {
  const memory = free.pop() ?? new KernelMemory();
  try {
    return use(memory);
  } finally {
    if (free.length < MOST_FREE) free.push(memory);
  }
}
