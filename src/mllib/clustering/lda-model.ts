/** Topics of documents. */
import type { StructField, StructType } from "../../columnar/types";
import { logGamma } from "../../common/distributions";
import { DataError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { SparkSession } from "../../dataframe/api/spark-session";
import { vectorOfSize } from "../base/attributes";
import { type Estimator, Model } from "../base/estimator";
import { columnName } from "../base/predictor";
import { vectorField, withFields } from "../base/schema";
import { aggregateProgram, appendColumns, columnsProgram, denseVectorColumn } from "../compute";
import { DenseMatrix, SparseMatrix } from "../linalg/matrices";
import { MatrixUDT, VectorUDT } from "../linalg/user-types";
import { DenseVector, SparseVector } from "../linalg/vectors";
import { withParams } from "../param/params";
import { readRecord } from "../persistence/record";
import { persistent } from "../persistence/registry";
import { checkPoints, featuresOf } from "./points";
import { columnSums, digamma, expectedLogs } from "./topics/dirichlet";
import { type DocumentBlock, documentsOf } from "./topics/documents";
import { GAMMA_SHAPE, gammaNumbers } from "./topics/gamma-numbers";
import { type KnownTopics, TopicInference } from "./topics/inference";
import { ldaParams } from "./topics/params";

/** The seed that Spark's models infer with, whatever theirs is: the hash of the name of their class. */
const INFERENCE_SEED = BigInt(
  [..."org.apache.spark.ml.clustering.LocalLDAModel"].reduce((hash, char) => (Math.imul(hash, 31) + char.charCodeAt(0)) | 0, 0),
);

export interface TopicFacts {
  readonly k: number;
  readonly vocabSize: number;
  /** Parameters of the topics' distributions over terms: a row of k entries for each term. */
  readonly lambda: Float64Array;
  readonly alpha: Float64Array;
  readonly eta: number;
  readonly gammaShape: number;
}

/** What documents are held against. */
function knownTopics({ k, lambda, alpha, gammaShape }: TopicFacts): KnownTopics {
  const expLogs = expectedLogs(lambda, k).map(Math.exp);
  return { k, expLogs, alpha, start: gammaNumbers(k, INFERENCE_SEED, gammaShape) };
}

interface InferSpec {
  readonly topics: KnownTopics;
  readonly vocabSize: number;
  readonly who: string;
}

const inferTopics = columnsProgram<InferSpec>({
  name: "mllib.lda.topics",
  open({ topics, vocabSize, who }, [type]) {
    const { k } = topics;
    const inference = new TopicInference(topics);
    let terms = new Int32Array(256);
    let counts = new Float64Array(256);
    return ([column], rows) => {
      const features = featuresOf(column!, type!);
      const out = new Float64Array(rows * k);
      for (let row = 0; row < rows; row++) {
        if (features.isNull(row)) throw new DataError("NULL_VALUE", `${who}: features must not be null.`);
        const values = features.values(row);
        const indices = features.isDense(row) ? null : features.indices(row);
        if (terms.length < values.length) [terms, counts] = [new Int32Array(2 * values.length), new Float64Array(2 * values.length)]; // prettier-ignore
        let length = 0;
        for (let i = 0; i < values.length; i++) {
          if (values[i] === 0) continue;
          const term = indices === null ? i : indices[i]!;
          if (term >= vocabSize)
            throw new DataError("VECTOR_SIZES_DIFFER", `${who}: the model knows ${vocabSize} terms, but a document has term ${term}, counted from 0.`); // prettier-ignore
          terms[length] = term;
          counts[length++] = values[i]!;
        }
        if (length === 0) continue;
        inference.infer(terms, counts, 0, length);
        const { gamma } = inference;
        let sum = 0;
        for (let t = 0; t < k; t++) sum += gamma[t]!;
        for (let t = 0; t < k; t++) out[row * k + t] = gamma[t]! / sum;
      }
      return [denseVectorColumn(out, rows, k)];
    };
  },
});

interface BoundSpec {
  readonly topics: KnownTopics;
  /** E[ln p] of terms, as `topics.expLogs`. */
  readonly logs: Float64Array;
  readonly vocabSize: number;
  readonly who: string;
}

interface CorpusBound {
  bound: number;
  tokens: number;
}

/** Of documents: the part of Hoffman, Blei and Bach's equation 16 that is of them. */
const corpusBound = aggregateProgram<BoundSpec, DocumentBlock, CorpusBound>({
  name: "mllib.lda.bound",
  run(blocks, { topics, logs, vocabSize, who }, task) {
    const { k, alpha } = topics;
    const inference = new TopicInference(topics);
    const ofAlpha = logGamma(alpha.reduce((sum, value) => sum + value, 0)) - alpha.reduce((sum, value) => sum + logGamma(value), 0); // prettier-ignore
    const theta = new Float64Array(k);
    const all: CorpusBound = { bound: 0, tokens: 0 };
    for (const { width, starts, terms, counts } of blocks) {
      if (width > vocabSize)
        throw new DataError("VECTOR_SIZES_DIFFER", `${who}: the model knows ${vocabSize} terms, but documents are vectors of ${width}.`); // prettier-ignore
      for (let row = 0; row + 1 < starts.length; row++) {
        const [from, to] = [starts[row]!, starts[row + 1]!];
        if (from === to) continue;
        inference.infer(terms, counts, from, to);
        const { gamma } = inference;
        let sum = 0;
        for (let t = 0; t < k; t++) sum += gamma[t]!;
        for (let t = 0; t < k; t++) {
          theta[t] = digamma(gamma[t]!) - digamma(sum);
          all.bound += (alpha[t]! - gamma[t]!) * theta[t]! + logGamma(gamma[t]!);
        }
        all.bound += ofAlpha - logGamma(sum);
        for (let i = from; i < to; i++) {
          all.bound += counts[i]! * logSumExp(theta, logs, terms[i]! * k);
          all.tokens += counts[i]!;
        }
        task.checkInterrupted();
      }
    }
    return all;
  },
  merge: (a, b) => ({ bound: a.bound + b.bound, tokens: a.tokens + b.tokens }),
});

function logSumExp(theta: Float64Array, logs: Float64Array, at: number): number {
  let most = -Infinity;
  for (let t = 0; t < theta.length; t++) most = Math.max(most, theta[t]! + logs[at + t]!);
  let sum = 0;
  for (let t = 0; t < theta.length; t++) sum += Math.exp(theta[t]! + logs[at + t]! - most);
  return most + Math.log(sum);
}

/** Of the topics themselves: the other part of equation 16. */
function topicsBound({ k, vocabSize, lambda, eta }: TopicFacts, logs: Float64Array): number {
  const all = eta * vocabSize;
  let bound = 0;
  const ofEta = logGamma(eta);
  for (let at = 0; at < lambda.length; at++) bound += (eta - lambda[at]!) * logs[at]! + logGamma(lambda[at]!) - ofEta;
  for (const sum of columnSums(lambda, k)) bound += logGamma(all) - logGamma(sum);
  return bound;
}

/** What both kinds of models of `LDA` have. */
export abstract class LDAModel extends withParams(Model, ldaParams) {
  /** @param facts internal; shared by copies of a model */
  constructor(readonly facts: TopicFacts) {
    super();
  }

  /** Whether it keeps the documents that it was learned from: models of the optimizer em do. */
  abstract readonly isDistributed: boolean;

  /** Terms of the vocabulary: entries of a document's vector. */
  get vocabSize(): number {
    return this.facts.vocabSize;
  }

  /** vocabSize × k: how much each term weighs in a topic; columns are topics, and do not add up to 1. */
  get topicsMatrix(): DenseMatrix {
    return new DenseMatrix(this.facts.k, this.vocabSize, this.facts.lambda).transpose();
  }

  /** The prior of documents' topics (alpha), k numbers: learned, or as it was given. */
  get estimatedDocConcentration(): DenseVector {
    return new DenseVector(this.facts.alpha.slice());
  }

  /** The heaviest terms of each topic, by falling weight: columns topic, termIndices and termWeights, which are shares of the topic. */
  describeTopics(maxTermsPerTopic = 10): DataFrame {
    const { k, lambda } = this.facts;
    const sums = columnSums(lambda, k);
    const known = Array.from({ length: this.vocabSize }, (_, term) => term).filter((term) => this.hasTerm(term));
    const rows = Array.from(sums, (sum, t) => {
      const weight = (term: number): number => lambda[term * k + t]! / sum;
      const terms = [...known].sort((a, b) => weight(b) - weight(a)).slice(0, Math.max(0, maxTermsPerTopic));
      return [t, terms, terms.map(weight)];
    });
    return SparkSession.active().createDataFrame(rows, TOPICS);
  }

  /** Whether a topic can be described by the term. */
  protected hasTerm(_term: number): boolean {
    return true;
  }

  /** A lower bound of the log likelihood of documents (Hoffman, Blei, Bach 2010, equation 16), by the natural logarithm. */
  async logLikelihood(df: DataFrame): Promise<number> {
    return (await this.boundOf(df)).bound;
  }

  /** An upper bound of the perplexity of documents, per word: lower is better. */
  async logPerplexity(df: DataFrame): Promise<number> {
    const { bound, tokens } = await this.boundOf(df);
    return -bound / tokens;
  }

  private async boundOf(df: DataFrame): Promise<CorpusBound> {
    const documents = await documentsOf(df, await df.schema(), this.getFeaturesCol(), this.className);
    const { facts, vocabSize } = this;
    const logs = expectedLogs(facts.lambda, facts.k);
    const found = await documents.aggregate(corpusBound, { topics: knownTopics(facts), logs, vocabSize, who: this.className });
    const { bound, tokens } = found ?? { bound: 0, tokens: 0 };
    return { bound: bound + topicsBound(facts, logs), tokens };
  }

  private outputFields(): StructField[] {
    const name = columnName(this.getTopicDistributionCol());
    return name === undefined ? [] : [vectorField(name, vectorOfSize(this.facts.k))];
  }

  override transformSchema(schema: StructType): StructType {
    checkPoints(schema, this.getFeaturesCol(), this.className);
    return withFields(schema, this.className, ...this.outputFields());
  }

  protected override transformed(df: DataFrame, schema: StructType): DataFrame {
    const outputs = this.outputFields();
    if (outputs.length === 0) return df;
    const { name } = checkPoints(schema, this.getFeaturesCol(), this.className);
    const spec = { topics: knownTopics(this.facts), vocabSize: this.vocabSize, who: this.className };
    return appendColumns(df, inferTopics, { inputs: [name], outputs, spec });
  }

  override toString(): string {
    return this.described({ k: this.facts.k, numFeatures: this.vocabSize });
  }
}

const TOPICS: StructType = {
  kind: "struct",
  fields: [
    { name: "topic", type: { kind: "int" }, nullable: false },
    { name: "termIndices", type: { kind: "array", element: { kind: "int" }, containsNull: false }, nullable: true },
    { name: "termWeights", type: { kind: "array", element: { kind: "double" }, containsNull: false }, nullable: true },
  ],
};

/** Topics alone: of the optimizer online, or of `toLocal`. */
export class LocalLDAModel extends LDAModel {
  override readonly isDistributed = false;

  /** Internal. */
  static fitted(facts: TopicFacts, parent: Estimator): LocalLDAModel {
    return new LocalLDAModel(facts).adopted(parent);
  }

  /** Internal: the topics of another model, with its values. */
  static of(facts: TopicFacts, model: LDAModel): LocalLDAModel {
    const local = new LocalLDAModel(facts).copyValues(model);
    local.uid = model.uid;
    if (model.parent !== undefined) local.parent = model.parent;
    return local;
  }
}

const DATA: StructType = {
  kind: "struct",
  fields: [
    { name: "vocabSize", type: { kind: "int" }, nullable: true },
    { name: "topicsMatrix", type: MatrixUDT, nullable: true },
    { name: "docConcentration", type: VectorUDT, nullable: true },
    { name: "topicConcentration", type: { kind: "double" }, nullable: true },
    { name: "gammaShape", type: { kind: "double" }, nullable: true },
  ],
};

persistent(LocalLDAModel, {
  sparkClass: "org.apache.spark.ml.clustering.LocalLDAModel",
  save(model, directory) {
    const { eta, gammaShape } = model.facts;
    return directory.writeTable("data", DATA, [[model.vocabSize, model.topicsMatrix, model.estimatedDocConcentration, eta, gammaShape]]); // prettier-ignore
  },
  async load(_, directory) {
    const names = DATA.fields.map(({ name }) => name);
    const [vocabSize, topics, alpha, eta, gammaShape] = await readRecord(directory, names);
    const isMatrix = topics instanceof DenseMatrix || topics instanceof SparseMatrix;
    const isVector = alpha instanceof DenseVector || alpha instanceof SparseVector;
    if (!isMatrix || !isVector || topics.numRows !== vocabSize || topics.numCols !== alpha.size || typeof eta !== "number")
      throw directory.damaged("data is not that of topics");
    return new LocalLDAModel({
      k: alpha.size,
      vocabSize,
      lambda: topics.transpose().toArray(),
      alpha: Float64Array.from(alpha.toArray()),
      eta,
      gammaShape: typeof gammaShape === "number" ? gammaShape : GAMMA_SHAPE,
    });
  },
});
