/**
 * Topics by online variational Bayes (M. Hoffman, D. Blei, F. Bach, Online Learning for Latent Dirichlet Allocation, 2010): each iteration
 * draws some documents, infers their topics, and moves the topics towards what all documents would say if they were like these.
 */
import { JavaRandom } from "../../../rdd/random/java-random";
import { poisson } from "../../../rdd/random/samplers";
import { aggregateProgram, asked, type Steps, stepsProgram } from "../../compute";
import { digamma, expectedLogs, trigamma } from "./dirichlet";
import type { DocumentBlock } from "./documents";
import { gammaNumbers } from "./gamma-numbers";
import { type KnownTopics, TopicInference } from "./inference";

export interface OnlineSpec {
  readonly k: number;
  readonly width: number;
  readonly documents: number;
  readonly documentsBefore: Float64Array;
  readonly maxIter: number;
  /** A 64-bit integer. */
  readonly seed: string;
  /** τ₀ and κ: the weight of iteration t is (τ₀ + t)^-κ. */
  readonly learningOffset: number;
  readonly learningDecay: number;
  readonly subsamplingRate: number;
  readonly alpha: Float64Array;
  readonly optimizeAlpha: boolean;
  readonly eta: number;
}

export interface OnlineTopics {
  /** Parameters of the topics' Dirichlet distributions over terms: a row of k entries for each term. */
  readonly lambda: Float64Array;
  readonly alpha: Float64Array;
}

interface BatchSpec {
  readonly topics: KnownTopics;
  readonly width: number;
  /** Places of the documents of the batch, rising; one that is in it twice stands here twice. */
  readonly drawn: Float64Array;
  readonly documentsBefore: Float64Array;
}

/** What the documents of a batch say. */
interface BatchStatistics {
  /** Those that are not empty. */
  documents: number;
  /** Sums of E[ln p] of their topics. */
  readonly logs: Float64Array;
  /** Terms that they have; null stands for all, one after the other. */
  readonly terms: Int32Array | null;
  /** Σ count · (probability of the topic) / exp(E[ln p]) of the topic's term: a row of k entries for each of `terms`. */
  readonly statistics: Float64Array;
}

const batchStatistics = aggregateProgram<BatchSpec, DocumentBlock, BatchStatistics>({
  name: "mllib.lda.batch",
  run(blocks, { topics, width, drawn, documentsBefore }, task) {
    const { k } = topics;
    const inference = new TopicInference(topics);
    const logs = new Float64Array(k);
    // Rows of statistics are in the order in which terms are met first.
    const places = new Int32Array(width).fill(-1);
    let met = 0;
    let statistics = new Float64Array(1024 * k);
    let documents = 0;
    let first = documentsBefore[task.partition]!;
    let next = lowerBound(drawn, first);
    for (const { starts, terms, counts } of blocks) {
      const end = first + starts.length - 1;
      for (; next < drawn.length && drawn[next]! < end; next++) {
        const [from, to] = [starts[drawn[next]! - first]!, starts[drawn[next]! - first + 1]!];
        if (from === to) continue;
        inference.infer(terms, counts, from, to);
        const { gamma, weights, ratios } = inference;
        documents++;
        addExpectedLogs(gamma, logs);
        if ((met + to - from) * k > statistics.length) {
          const grown = new Float64Array(Math.max(2 * statistics.length, (met + to - from) * k));
          grown.set(statistics);
          statistics = grown;
        }
        for (let i = from; i < to; i++) {
          let place = places[terms[i]!]!;
          if (place < 0) place = places[terms[i]!] = met++;
          const ratio = ratios[i - from]!;
          for (let t = 0, at = place * k; t < k; t++, at++) statistics[at]! += weights[t]! * ratio;
        }
        task.checkInterrupted();
      }
      first = end;
    }
    const terms = new Int32Array(met);
    places.forEach((place, term) => {
      if (place >= 0) terms[place] = term;
    });
    return { documents, logs, terms, statistics: statistics.subarray(0, met * k) };
  },
  merge(a, b) {
    // The sum of several has a row for each term up to the last one that any has.
    const all = a.terms === null ? a : { ...a, terms: null, statistics: spread(a) };
    const most = b.terms!.reduce((last, term) => Math.max(last, term + 1), 0) * all.logs.length;
    const sums = all.statistics.length >= most ? all.statistics : longer(all.statistics, most);
    addRows(b, sums);
    all.documents += b.documents;
    for (let t = 0; t < all.logs.length; t++) all.logs[t]! += b.logs[t]!;
    return { ...all, statistics: sums };
  },
});

function longer(values: Float64Array, length: number): Float64Array {
  const all = new Float64Array(length);
  all.set(values);
  return all;
}

function spread(statistics: BatchStatistics): Float64Array {
  const most = statistics.terms!.reduce((last, term) => Math.max(last, term + 1), 0);
  const sums = new Float64Array(most * statistics.logs.length);
  addRows(statistics, sums);
  return sums;
}

function addRows({ terms, statistics, logs }: BatchStatistics, sums: Float64Array): void {
  const k = logs.length;
  for (let i = 0; i * k < statistics.length; i++)
    for (let t = 0, at = (terms === null ? i : terms[i]!) * k; t < k; t++, at++) sums[at]! += statistics[i * k + t]!;
}

/** The first place of a number that is not below `least`. */
function lowerBound(rising: Float64Array, least: number): number {
  let [low, high] = [0, rising.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (rising[middle]! < least) low = middle + 1;
    else high = middle;
  }
  return low;
}

function addExpectedLogs(gamma: Float64Array, sums: Float64Array): void {
  let all = 0;
  for (let t = 0; t < gamma.length; t++) all += gamma[t]!;
  const log = digamma(all);
  for (let t = 0; t < gamma.length; t++) sums[t]! += digamma(gamma[t]!) - log;
}

export const onlineTopics = stepsProgram<OnlineSpec, OnlineTopics>({
  name: "mllib.lda.online",
  *run(spec): Steps<OnlineTopics> {
    const { k, width, documents, documentsBefore, subsamplingRate } = spec;
    const random = new JavaRandom(BigInt(spec.seed));
    const lambda = firstTopics(k, width, random.nextLong());
    const alpha = spec.alpha.slice();
    const batchSize = Math.ceil(subsamplingRate * documents);
    let iteration = 0;
    for (let i = 0; i < spec.maxIter; i++) {
      const drawn = drawnDocuments(documents, subsamplingRate, random.nextLong());
      if (drawn.length === 0) continue;
      iteration++;
      const expLogs = expectedLogs(lambda, k).map(Math.exp);
      const topics = { k, expLogs, alpha, start: gammaNumbers(k, random.nextLong()) };
      const found = yield* asked(batchStatistics, { topics, width, drawn, documentsBefore });
      if (found === null || found.documents === 0) continue;
      const weight = (spec.learningOffset + iteration) ** -spec.learningDecay;
      const sums = new Float64Array(lambda.length);
      addRows(found, sums);
      for (let at = 0; at < lambda.length; at++)
        lambda[at] = (1 - weight) * lambda[at]! + weight * (sums[at]! * expLogs[at]! * (documents / batchSize) + spec.eta);
      if (spec.optimizeAlpha) moveAlpha(alpha, found, weight);
    }
    return { lambda, alpha };
  },
});

/** Spark draws topic after topic. */
function firstTopics(k: number, width: number, seed: bigint): Float64Array {
  const numbers = gammaNumbers(k * width, seed);
  const lambda = new Float64Array(k * width);
  for (let t = 0, i = 0; t < k; t++) for (let w = 0; w < width; w++) lambda[w * k + t] = numbers[i++]!;
  return lambda;
}

/** With replacement: the documents that Spark draws of one partition. */
function drawnDocuments(documents: number, rate: number, seed: bigint): Float64Array {
  const sampler = poisson(rate, new JavaRandom(seed).nextLong());
  const drawn: number[] = [];
  for (let i = 0; i < documents; i++) for (let times = sampler.sample(); times > 0; times--) drawn.push(i);
  return Float64Array.from(drawn);
}

/**
 * A step of Newton's method towards the likeliest prior of documents' topics (J. Huang, Maximum Likelihood Estimation of Dirichlet Distribution
 * Parameters, 3.3), unless a parameter would not be above 0.
 */
function moveAlpha(alpha: Float64Array, { documents, logs }: BatchStatistics, weight: number): void {
  const total = alpha.reduce((sum, value) => sum + value, 0);
  const gradient = alpha.map((value, t) => documents * (digamma(total) - digamma(value) + logs[t]! / documents));
  const diagonal = alpha.map((value) => -documents * trigamma(value));
  const constant = documents * trigamma(total);
  const sum = (of: (t: number) => number): number => alpha.reduce((all, _, t) => all + of(t), 0);
  const shift = sum((t) => gradient[t]! / diagonal[t]!) / (1 / constant + sum((t) => 1 / diagonal[t]!));
  const moved = alpha.map((value, t) => value - (weight * (gradient[t]! - shift)) / diagonal[t]!);
  if (moved.every((value) => value > 0)) alpha.set(moved);
}
