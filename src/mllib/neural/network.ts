/**
 * Feed-forward networks over tiles of rows (linear/tiles): sigmoid units in hidden layers, softmax on top. Weights are laid out as Spark has
 * them: of each layer those of its inputs, of each input the outputs' one after the other, then the outputs' intercepts.
 */
import { DataError } from "../../common/errors";
import { type GradientKernels, type KernelMemory, type Region, withKernels } from "../kernels/gradient-kernels";
import { strideOf, tileRows, type TrainingBlock } from "../linear/tiles";

/** Plain data. */
export interface NetworkSpec {
  /** Units of each layer, inputs and outputs included. */
  readonly layers: readonly number[];
  readonly weights: Float64Array;
}

/** Sums over rows; plain data. */
export interface NetworkResult {
  loss: number;
  rows: number;
  readonly gradient: Float64Array;
}

export function weightCount(layers: readonly number[]): number {
  return layers.slice(1).reduce((sum, units, i) => sum + (layers[i]! + 1) * units, 0);
}

export function addNetworkResult(total: NetworkResult, part: NetworkResult): NetworkResult {
  total.loss += part.loss;
  total.rows += part.rows;
  part.gradient.forEach((value, i) => (total.gradient[i]! += value));
  return total;
}

interface Layer {
  readonly inputs: number;
  readonly units: number;
  /** Place of its weights among all. */
  readonly first: number;
  /** The weights of each unit together. */
  readonly byUnit: Region;
  readonly outputs: Region;
  /** Slopes of the loss by what goes into the units: those of the top layer replace its outputs. */
  readonly slopes: Region;
}

const ADDRESS = 8;

interface NetworkUse {
  /** Rows that are worked on together, at most. */
  readonly rows: number;
  /** Whether slopes are asked for, too. */
  readonly learns: boolean;
  /**
   * Whether rows come as tiles. Sparse ones need no room for a tile, nor the first layer's weights by unit: of wide rows, most of the
   * memory.
   */
  readonly tiles: boolean;
}

/** A network in a memory of kernels. */
class Network {
  readonly layers: readonly Layer[];
  readonly tiles: boolean;
  readonly #weights: Float64Array;
  /** Where it learns, what the kernels read of the weights. */
  readonly #slopeWeights: Region;
  readonly gradient: Region;
  readonly tile: Region;
  readonly labels: Region;
  readonly scratch: Region;
  readonly kernels: GradientKernels;

  constructor(own: KernelMemory, { layers, weights }: NetworkSpec, { rows, learns, tiles }: NetworkUse) {
    this.tiles = tiles;
    this.#weights = weights;
    const sizes: Record<string, number> = {
      weights: learns ? weights.length : 0,
      gradient: learns ? weights.length : 0,
      tile: tiles ? rows * layers[0]! : 0,
      labels: rows,
      scratch: rows,
    };
    for (let l = 1; l < layers.length; l++) {
      sizes[`byUnit${l}`] = l > 1 || tiles ? layers[l - 1]! * layers[l]! : 0;
      sizes[`outputs${l}`] = rows * layers[l]!;
      sizes[`slopes${l}`] = learns && l < layers.length - 1 ? rows * layers[l]! : 0;
    }
    this.kernels = own.kernels;
    const memory = own.regions(sizes);
    const region = (name: string): Region => memory[name]!;
    [this.#slopeWeights, this.gradient, this.tile] = [region("weights"), region("gradient"), region("tile")];
    [this.labels, this.scratch] = [region("labels"), region("scratch")];
    if (learns) this.#slopeWeights.values.set(weights);
    let first = 0;
    this.layers = layers.slice(1).map((units, i) => {
      const inputs = layers[i]!;
      const outputs = region(`outputs${i + 1}`);
      const slopes = i === layers.length - 2 ? outputs : region(`slopes${i + 1}`);
      const byUnit = region(`byUnit${i + 1}`);
      if (byUnit.values.length > 0)
        for (let j = 0, at = first; j < inputs; j++)
          for (let k = 0; k < units; k++) byUnit.values[k * inputs + j] = weights[at++]!;
      const layer = { inputs, units, first, byUnit, outputs, slopes };
      first += (inputs + 1) * units;
      return layer;
    });
  }

  get top(): Layer {
    return this.layers.at(-1)!;
  }

  /** Brings rows to the first layer. */
  load(block: TrainingBlock, first: number, stride: number): void {
    if (block.tiles === null) return;
    const { width } = block;
    const values = block.tiles.subarray(first * width, (first + stride) * width);
    if (values instanceof Float32Array) new Float32Array(this.tile.values.buffer, this.tile.address, values.length).set(values);
    else this.tile.values.set(values);
  }

  /** What all units give of the rows that were loaded; of the top layer, what goes into softmax. */
  forward(block: TrainingBlock, first: number, rows: number, stride: number): void {
    const { kernels } = this;
    const weights = this.#weights;
    const narrow = block.tiles instanceof Float32Array;
    let input = this.tile.address;
    for (const [l, { inputs, units, first: at, byUnit, outputs }] of this.layers.entries()) {
      const intercepts = at + inputs * units;
      if (l === 0 && block.tiles === null) this.#sparseForward(block, first, rows, stride);
      else
        for (let k = 0; k < units; k++) {
          const coefficients = byUnit.address + ADDRESS * k * inputs;
          const out = outputs.address + ADDRESS * k * stride;
          const intercept = weights[intercepts + k]!;
          if (l === 0 && narrow) kernels.margins32(input, stride, inputs, coefficients, intercept, out);
          else kernels.margins(input, stride, inputs, coefficients, intercept, out);
        }
      if (l < this.layers.length - 1) kernels.sigmoid(outputs.address, stride * units);
      input = outputs.address;
    }
  }

  #sparseForward({ sparse }: TrainingBlock, first: number, rows: number, stride: number): void {
    const { starts, indices, values } = sparse!;
    const { inputs, units, outputs } = this.layers[0]!;
    const weights = this.#weights;
    const out = outputs.values;
    for (let k = 0; k < units; k++) out.fill(weights[inputs * units + k]!, k * stride, (k + 1) * stride);
    for (let r = 0; r < rows; r++)
      for (let at = starts[first + r]!, end = starts[first + r + 1]!; at < end; at++) {
        const value = values[at]!;
        const from = indices[at]! * units;
        for (let k = 0; k < units; k++) out[k * stride + r]! += value * weights[from + k]!;
      }
  }

  /** Adds the slopes of the rows' loss to the gradient, from what `forward` has left and the slopes of the top layer. */
  backward(block: TrainingBlock, first: number, rows: number, stride: number): void {
    const { kernels, layers, gradient } = this;
    const weights = this.#slopeWeights;
    for (let l = layers.length - 1; l >= 0; l--) {
      const { inputs, units, first: at, slopes } = layers[l]!;
      const below = l === 0 ? null : layers[l - 1]!;
      const into = gradient.address + ADDRESS * at;
      if (below === null && block.tiles === null) this.#sparseBackward(block, first, rows, stride);
      for (let k = 0; k < units; k++) {
        const own = slopes.address + ADDRESS * k * stride;
        const to = into + ADDRESS * k;
        if (below !== null) kernels.accumulate(below.outputs.address, stride, inputs, own, to, units);
        else if (block.tiles instanceof Float32Array) kernels.accumulate32(this.tile.address, stride, inputs, own, to, units);
        else if (block.tiles !== null) kernels.accumulate(this.tile.address, stride, inputs, own, to, units);
        gradient.values[at + inputs * units + k]! += kernels.total(own, stride);
      }
      if (below === null) return;
      for (let j = 0; j < inputs; j++) {
        const out = below.slopes.address + ADDRESS * j * stride;
        kernels.margins(slopes.address, stride, units, weights.address + ADDRESS * (at + j * units), 0, out);
      }
      kernels.sigmoidSlopes(below.slopes.address, below.outputs.address, stride * inputs);
    }
  }

  #sparseBackward({ sparse }: TrainingBlock, first: number, rows: number, stride: number): void {
    const { starts, indices, values } = sparse!;
    const { units, slopes } = this.layers[0]!;
    const gradient = this.gradient.values;
    for (let r = 0; r < rows; r++)
      for (let at = starts[first + r]!, end = starts[first + r + 1]!; at < end; at++) {
        const value = values[at]!;
        const into = indices[at]! * units;
        for (let k = 0; k < units; k++) gradient[into + k]! += value * slopes.values[k * stride + r]!;
      }
  }
}

function checkWidth(width: number, layers: readonly number[]): void {
  if (width !== layers[0])
    throw new DataError(
      "VECTOR_SIZES_DIFFER",
      `The network has ${layers[0]} inputs (the first of its layers), but the features are vectors of ${width} entries.`,
    );
}

/** Cross entropy of the rows, whose labels are below the number of outputs, and its slopes by the weights. */
export function learnFrom(blocks: Iterable<TrainingBlock>, spec: NetworkSpec): NetworkResult {
  return withKernels((memory) => learn(memory, blocks, spec));
}

function learn(memory: KernelMemory, blocks: Iterable<TrainingBlock>, spec: NetworkSpec): NetworkResult {
  const result: NetworkResult = { loss: 0, rows: 0, gradient: new Float64Array(spec.weights.length) };
  const most = tileRows(spec.layers[0]!);
  let network = new Network(memory, spec, { rows: most, learns: true, tiles: false });
  for (const block of blocks) {
    checkWidth(block.width, spec.layers);
    if (block.tiles !== null && !network.tiles) {
      const sums = network.gradient.values.slice();
      network = new Network(memory, spec, { rows: most, learns: true, tiles: true });
      network.gradient.values.set(sums);
    }
    const { kernels, labels, scratch, top } = network;
    result.rows += block.rows;
    for (let first = 0; first < block.rows; first += most) {
      const rows = Math.min(most, block.rows - first);
      const stride = strideOf(rows);
      network.load(block, first, stride);
      labels.values.set(block.label.subarray(first, first + rows));
      labels.values.fill(0, rows, stride);
      network.forward(block, first, rows, stride);
      result.loss += kernels.softmax(top.outputs.address, top.units, labels.address, 0, rows, stride, scratch.address);
      network.backward(block, first, rows, stride);
    }
  }
  result.gradient.set(network.gradient.values);
  return result;
}

/** What goes into softmax, row by row. */
export function outputsOf(block: TrainingBlock, spec: NetworkSpec): Float64Array {
  return withKernels((memory) => predict(memory, block, spec));
}

function predict(memory: KernelMemory, block: TrainingBlock, spec: NetworkSpec): Float64Array {
  checkWidth(block.width, spec.layers);
  const most = tileRows(block.width);
  const network = new Network(memory, spec, { rows: most, learns: false, tiles: block.tiles !== null });
  const { units, outputs } = network.top;
  const all = new Float64Array(block.rows * units);
  for (let first = 0; first < block.rows; first += most) {
    const rows = Math.min(most, block.rows - first);
    const stride = strideOf(rows);
    network.load(block, first, stride);
    network.forward(block, first, rows, stride);
    for (let k = 0; k < units; k++) for (let r = 0; r < rows; r++) all[(first + r) * units + k] = outputs.values[k * stride + r]!;
  }
  return all;
}
