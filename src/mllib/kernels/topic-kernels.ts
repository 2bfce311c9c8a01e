/** The kernel of topics.assembly.ts, and the memory that it works in. */
import { InternalError } from "../../common/errors";
import { type LinearMemory, webAssembly } from "../../common/web-assembly";
import { kernelBytes } from "./topics";

interface Kernels {
  pass(rows: number, weights: number, counts: number, ratios: number, sums: number, length: number, bytes: number): void;
}

/** The module keeps nothing of its own in memory. */
const FIRST_ADDRESS = 1024;
const PAGE = 65536;

let kernelModule: object | undefined;

/** A document's terms, as numbers of k topics, and what a pass over them makes of these. The memory goes with the object. */
export class TopicPass {
  /** k numbers, set by the caller. */
  readonly weights: Float64Array;
  readonly sums: Float64Array;
  #kernels: Kernels;
  /** Weights, then sums, of `#width` numbers each. */
  #ends: Float64Array;
  #rows: Float64Array;
  #counts: Float64Array;
  #ratios: Float64Array;
  /** Numbers of a row, those beyond k are 0. */
  readonly #width: number;
  #length = 0;

  constructor(private readonly k: number) {
    this.#width = k + (k & 1);
    this.weights = new Float64Array(k);
    this.sums = new Float64Array(k);
    [this.#kernels, this.#ends, this.#rows, this.#counts, this.#ratios] = reserved(this.#width, 128);
  }

  /** For each term: its count, divided by the product of its numbers and the weights. */
  get ratios(): Float64Array {
    return this.#ratios;
  }

  /** Takes a document: terms[from] to before terms[to], whose numbers are rows of `table`. */
  take(terms: Int32Array, counts: Float64Array, from: number, to: number, table: Float64Array): void {
    const { k } = this;
    const width = this.#width;
    if (this.#counts.length < to - from) [this.#kernels, this.#ends, this.#rows, this.#counts, this.#ratios] = reserved(width, 2 * (to - from)); // prettier-ignore
    const rows = this.#rows;
    for (let i = from, at = 0; i < to; i++, at += width)
      for (let t = 0, p = terms[i]! * k; t < k; t++, p++) rows[at + t] = table[p]!;
    this.#counts.set(counts.subarray(from, to));
    this.#length = to - from;
  }

  run(): void {
    const { k, weights, sums } = this;
    const width = this.#width;
    const ends = this.#ends;
    ends.set(weights);
    this.#kernels.pass(
      this.#rows.byteOffset,
      ends.byteOffset,
      this.#counts.byteOffset,
      this.#ratios.byteOffset,
      ends.byteOffset + 8 * width,
      this.#length,
      8 * width,
    );
    for (let t = 0; t < k; t++) sums[t] = ends[width + t]!;
  }
}

/** A memory for so many terms: the kernel over it, weights and sums, rows, counts, ratios. */
function reserved(width: number, terms: number): [Kernels, Float64Array, Float64Array, Float64Array, Float64Array] {
  const counts = [2 * width, terms * width, terms, terms];
  const bytes = FIRST_ADDRESS + 8 * counts.reduce((sum, count) => sum + count, 0);
  const memory: LinearMemory = new webAssembly.Memory({ initial: Math.max(16, Math.ceil(bytes / PAGE)), maximum: 65536 });
  kernelModule ??= new webAssembly.Module(Buffer.from(kernelBytes, "base64"));
  const abort = (): never => {
    throw new InternalError("A kernel of topics stopped.");
  };
  const kernels = new webAssembly.Instance(kernelModule, { env: { memory, abort } }).exports as unknown as Kernels;
  let end = FIRST_ADDRESS;
  const [ends, rows, entries, ratios] = counts.map((count) => {
    const view = new Float64Array(memory.buffer, end, count);
    end += 8 * count;
    return view;
  }) as [Float64Array, Float64Array, Float64Array, Float64Array];
  return [kernels, ends, rows, entries, ratios];
}
