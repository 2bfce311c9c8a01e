/** The kernels of *.assembly.ts in this folder, one instance a thread, with a memory of fixed size. */
import { InternalError } from "../../../common/errors";
import { type LinearMemory, webAssembly } from "../../../common/web-assembly";
import { powersOfFive } from "../../types/powers-of-five";
import { kernelBytes } from "./kernels";

/** A digest of the first `length` bytes of the input; its digits are the result. */
type Digest = (length: number) => void;

export interface ValueKernels {
  md5: Digest;
  sha1: Digest;
  hashInt: (value: number) => void;
  hashWhole: (value: number) => void;
  hashWords: (low: number, high: number) => void;
  hashDouble: (value: number) => void;
  hashBytes: (length: number) => void;
  /** Of a positive finite number, by a finite one of at most 2^31. */
  power: (x: number, y: number) => number;
  beginLanes: () => void;
  takeStripes: (length: number) => number;
  /** The double that the first `length` bytes of the input name; NaN for other bytes and where it is not known. */
  doubleOf: (length: number) => number;
  /** The text of a double becomes the result; gives its length, or 0 where it is not known. */
  textOfDouble: (value: number) => number;
  endLanes: (from: number, to: number, total: number) => void;
}

/** As in memory.assembly.ts. */
const INPUT = 0x10000;
const OUTPUT = 0x30000;
const POWERS = 0x40000;
/** So many bytes a kernel takes at once. A whole number of stripes of XXH64. */
export const MOST_BYTES = 0x10000;
const MOST_RESULT = 64;
const PAGES = 16;
/** Up to here a loop is faster than a call that copies. */
const SHORT = 48;

class ValueMemory {
  readonly kernels: ValueKernels;
  /** Where kernels find bytes. */
  readonly input: Uint8Array;
  /** The text that a kernel gave. */
  readonly text: Uint8Array;
  /** The state of XXH64: the lower word, the higher word. */
  readonly words: Int32Array;

  constructor() {
    const memory: LinearMemory = new webAssembly.Memory({ initial: PAGES, maximum: PAGES });
    const abort = (): never => {
      throw new InternalError("A kernel of functions stopped.");
    };
    const module = new webAssembly.Module(Buffer.from(kernelBytes, "base64"));
    this.kernels = new webAssembly.Instance(module, { env: { memory, abort } }).exports as unknown as ValueKernels;
    this.input = new Uint8Array(memory.buffer, INPUT, MOST_BYTES);
    this.text = new Uint8Array(memory.buffer, OUTPUT, MOST_RESULT);
    const powers = powersOfFive();
    new BigUint64Array(memory.buffer, POWERS, powers.length).set(powers);
    this.words = new Int32Array(memory.buffer, OUTPUT, 2);
  }

  /** Bytes [start, end), at most MOST_BYTES, become the input; gives how many there are. */
  put(bytes: Uint8Array, start: number, end: number): number {
    const length = end - start;
    const { input } = this;
    if (length > SHORT) input.set(bytes.subarray(start, end));
    else for (let i = 0; i < length; i++) input[i] = bytes[start + i]!;
    return length;
  }
}

export type { ValueMemory };

let shared: ValueMemory | undefined;

/** Of this thread. */
export function valueMemory(): ValueMemory {
  return (shared ??= new ValueMemory());
}
