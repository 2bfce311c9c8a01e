/**
 * What a document says of topics that are known: variational inference of M. Hoffman, D. Blei, F. Bach, Online Learning for Latent Dirichlet
 * Allocation (2010), algorithm 2, which never forms the probabilities of topics for each word (D. Lee, H. S. Seung, 2001).
 */
import { TopicPass } from "../../kernels/topic-kernels";
import { digamma } from "./dirichlet";

/** A document is done when the mean change of its topics' weights is at most this. */
const TOLERANCE = 1e-3;

/** Topics as documents are held against. Plain data. */
export interface KnownTopics {
  readonly k: number;
  /** exp(E[ln p]) of terms: a row of k entries for each term. */
  readonly expLogs: Float64Array;
  /** Of the prior of documents' topics: k entries. */
  readonly alpha: Float64Array;
  /** The weights of topics that each document begins with. */
  readonly start: Float64Array;
}

/** Infers one document after the other. */
export class TopicInference {
  /** Parameters of the last document's Dirichlet distribution over topics. */
  readonly gamma: Float64Array;
  readonly #pass: TopicPass;
  readonly #firstWeights: Float64Array;

  constructor(private readonly topics: KnownTopics) {
    const { k, start } = topics;
    this.gamma = new Float64Array(k);
    this.#pass = new TopicPass(k);
    this.#firstWeights = new Float64Array(k);
    setWeights(start, this.#firstWeights);
  }

  /** exp(E[ln p]) of the last document's topics. */
  get weights(): Float64Array {
    return this.#pass.weights;
  }

  /** For each of its terms: its count, divided by the sum over topics of the products of both exp(E[ln p]). */
  get ratios(): Float64Array {
    return this.#pass.ratios;
  }

  /** The document is terms[from] to before terms[to]; it has at least one. */
  infer(terms: Int32Array, counts: Float64Array, from: number, to: number): void {
    const { gamma, topics } = this;
    const { k, alpha, start } = topics;
    const pass = this.#pass;
    const { weights, sums } = pass;
    pass.take(terms, counts, from, to, topics.expLogs);
    gamma.set(start);
    weights.set(this.#firstWeights);
    for (;;) {
      pass.run();
      let change = 0;
      for (let t = 0; t < k; t++) {
        const next = weights[t]! * sums[t]! + alpha[t]!;
        change += Math.abs(next - gamma[t]!);
        gamma[t] = next;
      }
      setWeights(gamma, weights);
      // Not "> TOLERANCE goes on": what is no number ends it, too.
      if (!(change / k > TOLERANCE)) break;
    }
    pass.run();
  }
}

/** exp(E[ln p]) of one Dirichlet distribution. */
function setWeights(gamma: Float64Array, into: Float64Array): void {
  let sum = 0;
  for (let t = 0; t < gamma.length; t++) sum += gamma[t]!;
  const all = digamma(sum);
  for (let t = 0; t < gamma.length; t++) into[t] = Math.exp(digamma(gamma[t]!) - all);
}
