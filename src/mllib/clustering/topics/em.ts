/**
 * Topics by expectation maximization (A. Asuncion, M. Welling, P. Smyth, Y. W. Teh, On Smoothing and Inference for Topic Models, 2009, MAP): how often
 * each topic is in each document, where executors keep the documents, and how often in each term, on the driver.
 */
import { InternalError } from "../../../common/errors";
import { aggregateProgram, type ProgramTask, rowsProgram } from "../../compute";
import { decodePlain } from "../../compute/plain";
import type { BroadcastRef } from "../../compute/programs";
import { columnSums } from "./dirichlet";
import type { DocumentBlock } from "./documents";
import { SkippedRandom } from "./skipped-random";

/** After an iteration: the topics of each document of a block, one row of k counts after the other, or those of the partition's terms. */
export interface TopicCounts {
  readonly documents: Float64Array | null;
  /** The documents themselves, where they are not those of the dataset beside this one. */
  readonly block?: DocumentBlock;
  /** Of the terms that the partition has; after the blocks, once. */
  readonly terms: TermCounts | null;
}

export interface TermCounts {
  readonly terms: Int32Array;
  /** A row of k counts for each of `terms`. */
  readonly counts: Float64Array;
}

/** Priors, and how often each topic is in each term: a row of k counts for each. Plain data, by broadcast. */
export interface TermTopics {
  readonly k: number;
  readonly alpha: number;
  readonly eta: number;
  readonly counts: Float64Array;
}

/** Rows of k numbers, one for each term that is met. */
class TermSums {
  #places: Int32Array;
  #met: number[] = [];
  #counts: Float64Array;

  constructor(
    width: number,
    private readonly k: number,
  ) {
    this.#places = new Int32Array(width).fill(-1);
    this.#counts = new Float64Array(1024 * k);
  }

  get counts(): Float64Array {
    return this.#counts;
  }

  /** Where the row of a term begins. Counts may move. */
  at(term: number): number {
    let place = this.#places[term]!;
    if (place < 0) {
      place = this.#places[term] = this.#met.push(term) - 1;
      if ((place + 1) * this.k > this.#counts.length) {
        const grown = new Float64Array(2 * this.#counts.length);
        grown.set(this.#counts);
        this.#counts = grown;
      }
    }
    return place * this.k;
  }

  finish(): TermCounts {
    return { terms: Int32Array.from(this.#met), counts: this.#counts.subarray(0, this.#met.length * this.k) };
  }
}

interface StartSpec {
  readonly k: number;
  readonly width: number;
  /** A 64-bit integer. */
  readonly seed: string;
  readonly pairsBefore: Float64Array;
}

/** Each pair of document and term belongs to topics at random: the shares that Spark draws in one partition, whatever partition the document is in. */
export const firstCounts = rowsProgram<StartSpec, DocumentBlock, TopicCounts>({
  name: "mllib.lda.em.start",
  *run(blocks, { k, width, seed, pairsBefore }, task) {
    const random = new SkippedRandom(BigInt(seed), pairsBefore[task.partition]! * k);
    const sums = new TermSums(width, k);
    const shares = new Float64Array(k);
    for (const { starts, terms, counts } of blocks) {
      const documents = new Float64Array((starts.length - 1) * k);
      for (let row = 0; row + 1 < starts.length; row++)
        for (let i = starts[row]!; i < starts[row + 1]!; i++) {
          let total = 0;
          for (let t = 0; t < k; t++) total += shares[t] = random.nextDouble();
          const at = sums.at(terms[i]!);
          addShares(shares, counts[i]! / total, documents, row * k, sums.counts, at);
        }
      yield { documents, terms: null };
    }
    yield { documents: null, terms: sums.finish() };
  },
});

function addShares(
  shares: Float64Array,
  factor: number,
  documents: Float64Array,
  document: number,
  terms: Float64Array,
  term: number,
): void {
  for (let t = 0; t < shares.length; t++) {
    const count = shares[t]! * factor;
    documents[document + t]! += count;
    terms[term + t]! += count;
  }
}

/** Smoothed probabilities of terms: (N_wk + η - 1) / (N_k + W (η - 1)). */
function smoothedTerms({ k, eta, counts }: TermTopics): Float64Array {
  const least = (counts.length / k) * (eta - 1);
  const factors = columnSums(counts, k).map((sum) => 1 / (sum + least));
  return counts.map((count, at) => (count + eta - 1) * factors[at % k]!);
}

interface Known extends TermTopics {
  readonly phi: Float64Array;
}

function knownTerms(task: ProgramTask, ref: BroadcastRef): Known {
  return task.keep(`mllib.lda.terms ${ref.broadcast}`, () => {
    const terms = decodePlain<TermTopics>(task.broadcast(ref));
    return { ...terms, phi: smoothedTerms(terms) };
  });
}

/** Blocks of documents with the counts of their topics. */
export function* withDocuments(counts: Iterable<TopicCounts>, task: ProgramTask): Generator<[Float64Array, DocumentBlock]> {
  const beside = (task.beside as Iterable<DocumentBlock>)[Symbol.iterator]();
  for (const { documents, block = beside.next().value as DocumentBlock | undefined } of counts) {
    if (documents === null) return;
    if (block === undefined) throw new InternalError("There are more counts of topics than documents.");
    yield [documents, block];
  }
}

/** An iteration: pairs belong to topics as both document and term say. Beside the counts are the documents. */
export const nextCounts = rowsProgram<{ readonly topics: BroadcastRef }, TopicCounts, TopicCounts>({
  name: "mllib.lda.em.step",
  *run(before, spec, task) {
    const { k, alpha, phi } = knownTerms(task, spec.topics);
    const sums = new TermSums(phi.length / k, k);
    const shares = new Float64Array(k);
    const smoothed = new Float64Array(k);
    for (const [known, { starts, terms, counts }] of withDocuments(before, task)) {
      const documents = new Float64Array(known.length);
      for (let row = 0; row + 1 < starts.length; row++) {
        for (let t = 0; t < k; t++) smoothed[t] = known[row * k + t]! + alpha - 1;
        for (let i = starts[row]!; i < starts[row + 1]!; i++) {
          const term = terms[i]! * k;
          let total = 0;
          for (let t = 0; t < k; t++) total += shares[t] = phi[term + t]! * smoothed[t]!;
          const at = sums.at(terms[i]!);
          addShares(shares, counts[i]! / total, documents, row * k, sums.counts, at);
        }
      }
      yield { documents, terms: null };
    }
    yield { documents: null, terms: sums.finish() };
  },
});

/** The counts of all terms, `width` rows of k. */
export const termCounts = aggregateProgram<{ readonly k: number; readonly width: number }, TopicCounts, Float64Array>({
  name: "mllib.lda.em.terms",
  run(records, { k, width }) {
    const sums = new Float64Array(width * k);
    for (const { terms } of records)
      terms?.terms.forEach((term, i) => {
        for (let t = 0; t < k; t++) sums[term * k + t]! += terms.counts[i * k + t]!;
      });
    return sums;
  },
  merge(a, b) {
    for (let at = 0; at < a.length; at++) a[at]! += b[at]!;
    return a;
  },
});

export interface TrainingLikelihood {
  /** Of the words, given topics. */
  tokens: number;
  /** Of the documents' topics, given their prior. */
  documents: number;
}

export const trainingLikelihood = aggregateProgram<{ readonly topics: BroadcastRef }, TopicCounts, TrainingLikelihood>({
  name: "mllib.lda.em.likelihood",
  run(records, spec, task) {
    const { k, alpha, phi } = knownTerms(task, spec.topics);
    const theta = new Float64Array(k);
    const all: TrainingLikelihood = { tokens: 0, documents: 0 };
    for (const [known, { starts, terms, counts }] of withDocuments(records, task))
      for (let row = 0; row + 1 < starts.length; row++) {
        // An empty document has no place in Spark's graph.
        if (starts[row] === starts[row + 1]) continue;
        let total = 0;
        for (let t = 0; t < k; t++) total += theta[t] = known[row * k + t]! + alpha - 1;
        for (let t = 0; t < k; t++) {
          theta[t]! /= total;
          all.documents += (alpha - 1) * Math.log(theta[t]!);
        }
        for (let i = starts[row]!; i < starts[row + 1]!; i++) {
          let probability = 0;
          for (let t = 0; t < k; t++) probability += phi[terms[i]! * k + t]! * theta[t]!;
          all.tokens += counts[i]! * Math.log(probability);
        }
      }
    return all;
  },
  merge: (a, b) => ({ tokens: a.tokens + b.tokens, documents: a.documents + b.documents }),
});

/** Of the topics, given their prior; terms that no document has do not count. */
export function topicsLogPrior(topics: TermTopics): number {
  const { k, eta, counts } = topics;
  const phi = smoothedTerms(topics);
  let sum = 0;
  for (let at = 0; at < phi.length; at += k) if (isMet(counts, at, k)) for (let t = 0; t < k; t++) sum += Math.log(phi[at + t]!);
  return (eta - 1) * sum;
}

/** Whether some document has the term whose row begins at `at`. */
export function isMet(counts: Float64Array, at: number, k: number): boolean {
  for (let t = 0; t < k; t++) if (counts[at + t]! > 0) return true;
  return false;
}
