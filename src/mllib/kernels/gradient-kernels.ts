/** The kernels of gradient.assembly.ts and the memory they work on, one of each a thread. */
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

let memory: LinearMemory | undefined;
let kernels: GradientKernels | undefined;

export function gradientKernels(): GradientKernels {
  if (kernels !== undefined) return kernels;
  memory = new webAssembly.Memory({ initial: 16, maximum: 65536 });
  const instance = new webAssembly.Instance(new webAssembly.Module(Buffer.from(kernelBytes, "base64")), {
    env: {
      memory,
      abort: () => {
        throw new InternalError("A kernel of the linear models stopped.");
      },
    },
  });
  return (kernels = instance.exports as unknown as GradientKernels);
}

/** A run of doubles in the kernels' memory. */
export interface Region {
  readonly address: Address;
  readonly values: Float64Array;
}

let calls = 0;

/** How often `regions` was called in this thread: while it is the same, regions are good. */
export function regionsCalls(): number {
  return calls;
}

/**
 * Regions of these many doubles, zeros at first, each at a multiple of 64 bytes. They are good until this is called again in
 * the same thread.
 */
export function regions<Name extends string>(sizes: Readonly<Record<Name, number>>): Record<Name, Region> {
  gradientKernels();
  calls++;
  const names = Object.keys(sizes) as Name[];
  let end = FIRST_ADDRESS;
  const starts = names.map((name) => {
    const start = end;
    end += Math.ceil((sizes[name] * 8) / 64) * 64;
    return start;
  });
  const missing = end - memory!.buffer.byteLength;
  if (missing > 0) memory!.grow(Math.ceil(missing / PAGE));
  new Uint8Array(memory!.buffer, FIRST_ADDRESS, end - FIRST_ADDRESS).fill(0);
  const entries = names.map((name, i): [Name, Region] => [
    name,
    { address: starts[i]!, values: new Float64Array(memory!.buffer, starts[i], sizes[name]) },
  ]);
  return Object.fromEntries(entries) as Record<Name, Region>;
}
