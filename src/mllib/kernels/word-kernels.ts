/** The kernel of words.assembly.ts, and the vectors of words and nodes that it works on. */
import { InternalError } from "../../common/errors";
import { type LinearMemory, webAssembly } from "../../common/web-assembly";
import { kernelBytes } from "./words";

interface Kernels {
  learn(
    input: number,
    outputs: number,
    nodes: number,
    turns: number,
    length: number,
    size: number,
    alpha: number,
    sigmoids: number,
    error: number,
    moved: number,
  ): void;
}

/** Numbers of the words' paths through a tree, one path after the other. */
export interface WordPaths {
  /** The path of word w is from starts[w] to before starts[w + 1]. */
  readonly starts: Int32Array;
  readonly nodes: Int32Array;
  /** 0 or 1: which way the path goes at a node. */
  readonly turns: Int32Array;
}

/** The module keeps nothing of its own in memory. */
const FIRST_ADDRESS = 1024;
const PAGE = 65536;

const SIGMOIDS = 1000;
const WIDTH = 6;

let kernelModule: object | undefined;

/** Vectors of words and of nodes that move with each pair; they have a memory of their own, which goes with the object. */
export class WordVectors {
  readonly inputs: Float32Array;
  readonly outputs: Float32Array;
  /** How often each was moved. */
  readonly movedInputs: Int32Array;
  readonly movedOutputs: Int32Array;
  readonly #kernels: Kernels;
  readonly #sigmoids: Float32Array;
  readonly #error: Float32Array;
  readonly #nodes: Int32Array;
  readonly #turns: Int32Array;

  constructor(
    inputs: Float32Array,
    outputs: Float32Array,
    private readonly size: number,
    private readonly paths: WordPaths,
  ) {
    const words = inputs.length / size;
    const counts = [inputs.length, outputs.length, words, words, SIGMOIDS, size, paths.nodes.length, paths.turns.length];
    const places: number[] = [];
    let end = FIRST_ADDRESS;
    for (const count of counts) {
      places.push(end);
      end = Math.ceil((end + 4 * count) / 64) * 64;
    }
    const memory: LinearMemory = new webAssembly.Memory({ initial: Math.max(16, Math.ceil(end / PAGE)), maximum: 65536 });
    kernelModule ??= new webAssembly.Module(Buffer.from(kernelBytes, "base64"));
    const abort = (): never => {
      throw new InternalError("A kernel of words stopped.");
    };
    this.#kernels = new webAssembly.Instance(kernelModule, { env: { memory, abort } }).exports as unknown as Kernels;
    const floats = (i: number): Float32Array => new Float32Array(memory.buffer, places[i], counts[i]);
    const integers = (i: number): Int32Array => new Int32Array(memory.buffer, places[i], counts[i]);
    [this.inputs, this.outputs] = [floats(0), floats(1)];
    [this.movedInputs, this.movedOutputs] = [integers(2), integers(3)];
    [this.#sigmoids, this.#error] = [floats(4), floats(5)];
    [this.#nodes, this.#turns] = [integers(6), integers(7)];
    this.inputs.set(inputs);
    this.outputs.set(outputs);
    this.#nodes.set(paths.nodes);
    this.#turns.set(paths.turns);
    for (let i = 0; i < SIGMOIDS; i++) {
      const power = Math.exp(((2 * i) / SIGMOIDS - 1) * WIDTH);
      this.#sigmoids[i] = power / (power + 1);
    }
  }

  /** The vector of the word `input` learns to tell `word`. */
  learn(input: number, word: number, alpha: number): void {
    const from = this.paths.starts[word]!;
    const { size } = this;
    this.#kernels.learn(
      this.inputs.byteOffset + 4 * size * input,
      this.outputs.byteOffset,
      this.#nodes.byteOffset + 4 * from,
      this.#turns.byteOffset + 4 * from,
      this.paths.starts[word + 1]! - from,
      size,
      alpha,
      this.#sigmoids.byteOffset,
      this.#error.byteOffset,
      this.movedOutputs.byteOffset,
    );
    this.movedInputs[input]!++;
  }
}
