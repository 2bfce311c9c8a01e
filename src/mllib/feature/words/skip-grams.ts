/** Sentences as numbers of words on executors, and the vectors that words learn of their neighbours in them. */
import type { ColumnBatch } from "../../../columnar/vector";
import { XorShiftRandom } from "../../../rdd/random/xor-shift";
import { aggregateProgram, rowsProgram } from "../../compute";
import { decodePlain } from "../../compute/plain";
import type { BroadcastRef, Sent } from "../../compute/programs";
import { textListsOf } from "../../compute/texts";
import { type WordPaths, WordVectors } from "../../kernels/word-kernels";
import { nullInput } from "../support/column-mapper";

type WordCount = readonly [word: string, count: number];

/** How often words are there, of all partitions. */
export const wordCounts = aggregateProgram<{ readonly name: string }, ColumnBatch, readonly WordCount[]>({
  name: "mllib.word2vec.count",
  run(batches, { name }) {
    const counts = new Map<string, number>();
    for (const batch of batches) {
      const { starts, ends, valid, items } = textListsOf(batch.columns[0]!);
      for (let row = 0; row < batch.length; row++) {
        if (valid !== null && valid[row] === 0) throw nullInput("Word2Vec", name);
        for (let at = starts[row]!; at < ends[row]!; at++) {
          const code = items.codes[at]!;
          if (code < 0) continue;
          const word = items.entries[code]!;
          counts.set(word, (counts.get(word) ?? 0) + 1);
        }
      }
    }
    return [...counts];
  },
  merge(a, b) {
    const sums = new Map(a);
    for (const [word, count] of b) sums.set(word, (sums.get(word) ?? 0) + count);
    return [...sums];
  },
});

/** Some sentences of a partition, in its order. Plain data. */
interface Sentences {
  readonly partition: number;
  readonly first: number;
  /** Sentence i is words[starts[i], starts[i + 1]). */
  readonly starts: Int32Array;
  readonly words: Int32Array;
}

interface SentenceSpec {
  readonly vocabulary: BroadcastRef;
  readonly longest: number;
  /** Of the partitions to which sentences go by turns. */
  readonly partitions: number;
}

/** Words from which sentences make a record. */
const ENOUGH = 1 << 16;

export const sentences = rowsProgram<SentenceSpec, ColumnBatch, Sent<Sentences>>({
  name: "mllib.word2vec.sentences",
  *run(batches, { vocabulary, longest, partitions }, task) {
    const places = task.keep(`mllib.word2vec.vocabulary ${vocabulary.broadcast}`, () => {
      const words = decodePlain<readonly string[]>(task.broadcast(vocabulary));
      return new Map(words.map((word, i) => [word, i]));
    });
    const waiting = Array.from({ length: partitions }, () => ({ starts: [0], words: [] as number[] }));
    let turn = task.partition;
    let record = 0;
    const sent = (to: number): Sent<Sentences> => {
      const { starts, words } = waiting[to]!;
      waiting[to] = { starts: [0], words: [] };
      const taken = {
        partition: task.partition,
        first: record++,
        starts: Int32Array.from(starts),
        words: Int32Array.from(words),
      };
      return { to, record: taken };
    };
    for (const batch of batches) {
      const { starts, ends, items } = textListsOf(batch.columns[0]!);
      const found = Int32Array.from(items.entries, (word) => places.get(word) ?? -1);
      for (let row = 0; row < batch.length; row++) {
        const to = turn++ % partitions;
        const into = waiting[to]!;
        const from = into.words.length;
        for (let at = starts[row]!; at < ends[row]!; at++) {
          const place = items.codes[at]! < 0 ? -1 : found[items.codes[at]!]!;
          if (place < 0) continue;
          if (into.words.length - into.starts.at(-1)! === longest) into.starts.push(into.words.length);
          into.words.push(place);
        }
        if (into.words.length > from) into.starts.push(into.words.length);
        if (into.words.length >= ENOUGH) yield sent(to);
      }
    }
    for (let to = 0; to < partitions; to++) if (waiting[to]!.words.length > 0) yield sent(to);
  },
});

/** What tasks begin an iteration with; plain data. */
export interface WordState {
  readonly inputs: Float32Array;
  readonly outputs: Float32Array;
  readonly paths: WordPaths;
}

export interface TrainingSpec {
  readonly state: BroadcastRef;
  readonly size: number;
  readonly window: number;
  readonly stepSize: number;
  readonly seed: number;
  /** From 1. */
  readonly iteration: number;
  readonly iterations: number;
  readonly partitions: number;
  /** Words of all sentences. */
  readonly words: number;
}

/** Vectors that were moved, with their numbers. */
export interface Moved {
  readonly numbers: Int32Array;
  readonly vectors: Float32Array;
}

export interface MovedVectors {
  readonly inputs: Moved;
  readonly outputs: Moved;
}

/** Words after which steps become shorter. */
const PACE = 10_000;
const SHORTEST = 1e-4;

export const skipGrams = aggregateProgram<TrainingSpec, Sentences, MovedVectors>({
  name: "mllib.word2vec.train",
  run(records, spec, task) {
    const { size, window, stepSize, seed, iteration, iterations, partitions } = spec;
    const { inputs, outputs, paths } = decodePlain<WordState>(task.broadcast(spec.state));
    const vectors = new WordVectors(inputs, outputs, size, paths);
    const random = new XorShiftRandom(BigInt(seed) ^ BigInt((task.partition + 1) << 16) ^ BigInt((-iteration - 1) << 8));
    // What was sent comes in no order.
    const all = [...records].sort((a, b) => a.partition - b.partition || a.first - b.first);
    const before = (iteration - 1) * spec.words;
    let alpha = stepSize;
    let seen = 0;
    let last = 0;
    for (const { starts, words } of all)
      for (let s = 0; s + 1 < starts.length; s++) {
        if (seen - last > PACE) {
          last = seen;
          const share = (partitions * seen + before) / (iterations * spec.words + 1);
          alpha = Math.max(stepSize * (1 - share), stepSize * SHORTEST);
          task.checkInterrupted();
        }
        const [from, end] = [starts[s]!, starts[s + 1]!];
        seen += end - from;
        for (let at = from; at < end; at++) {
          const reach = window - random.nextIntBelow(window);
          for (let other = Math.max(from, at - reach); other <= at + reach && other < end; other++)
            if (other !== at) vectors.learn(words[other]!, words[at]!, alpha);
        }
      }
    return {
      inputs: movedOf(vectors.inputs, vectors.movedInputs, size),
      outputs: movedOf(vectors.outputs, vectors.movedOutputs, size),
    };
  },
});

function movedOf(vectors: Float32Array, moved: Int32Array, size: number): Moved {
  const numbers = Int32Array.from(moved.keys()).filter((i) => moved[i]! > 0);
  const taken = new Float32Array(numbers.length * size);
  numbers.forEach((number, i) => taken.set(vectors.subarray(number * size, (number + 1) * size), i * size));
  return { numbers, vectors: taken };
}

/** Each vector becomes the mean of those of the partitions that moved it. */
export function takeOver(vectors: Float32Array, moved: readonly Moved[], size: number): void {
  const times = new Int32Array(vectors.length / size);
  for (const { numbers, vectors: theirs } of moved)
    numbers.forEach((number, i) => {
      const own = vectors.subarray(number * size, (number + 1) * size);
      if (times[number]!++ === 0) own.fill(0);
      for (let j = 0; j < size; j++) own[j]! += theirs[i * size + j]!;
    });
  times.forEach((count, number) => {
    if (count > 1) for (let at = number * size; at < (number + 1) * size; at++) vectors[at]! *= Math.fround(1 / count);
  });
}
