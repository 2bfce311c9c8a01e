/** What words have learned of each other. */
import type { StructType } from "../../columnar/types";
import { UsageError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { SparkSession } from "../../dataframe/api/spark-session";
import { vectorOfSize } from "../base/attributes";
import { type Estimator, Model } from "../base/estimator";
import { vectorField, withFields } from "../base/schema";
import { appendColumns, columnsProgram } from "../compute/append-columns";
import { VectorColumnBuilder } from "../compute/columns";
import { textListsOf } from "../compute/texts";
import { VectorUDT } from "../linalg/user-types";
import { DenseVector, type VectorLike, Vectors } from "../linalg/vectors";
import { gt, gtEq, intParam } from "../param/kinds";
import { withParams } from "../param/params";
import { inputCol, maxIter, outputCol, seed, stepSize } from "../param/shared";
import { persistent } from "../persistence/registry";
import { checkTexts, nullInput } from "./support/column-mapper";

export const wordParams = {
  ...inputCol,
  ...outputCol,
  ...maxIter(1),
  ...stepSize(0.025),
  ...seed(),
  vectorSize: intParam("entries of a word's vector", 100, gt(0)),
  windowSize: intParam("a word learns of so many words before and after it, at most", 5, gt(0)),
  numPartitions: intParam("parts of the sentences that learn side by side", 1, gt(0)),
  minCount: intParam("a word must be there as often", 5, gtEq(0)),
  maxSentenceLength: intParam("longer sentences are cut into parts of so many words", 1000, gt(0)),
} as const;

export class Word2VecModel extends withParams(Model, wordParams) {
  private session: SparkSession | undefined;
  private places: ReadonlyMap<string, number>;

  /** @param vectors of all words, one after the other */
  constructor(
    readonly words: readonly string[],
    readonly vectors: Float32Array,
  ) {
    super();
    this.places = new Map(words.map((word, i) => [word, i]));
  }

  /** Internal. */
  static fitted(parent: Estimator, words: readonly string[], vectors: Float32Array, session: SparkSession): Word2VecModel {
    const model = new Word2VecModel(words, vectors).adopted(parent);
    model.session = session;
    return model;
  }

  private get size(): number {
    return this.vectors.length / this.words.length;
  }

  private get spark(): SparkSession {
    return (this.session ??= SparkSession.active());
  }

  private vectorAt(place: number): Float32Array {
    return this.vectors.subarray(place * this.size, (place + 1) * this.size);
  }

  /** A row per word: `word`, `vector`. */
  getVectors(): DataFrame {
    const type: StructType = {
      kind: "struct",
      fields: [
        { name: "word", type: { kind: "string" }, nullable: true },
        { name: "vector", type: VectorUDT, nullable: true },
      ],
    };
    return this.spark.createDataFrame(this.words.map((word, i) => [word, new DenseVector([...this.vectorAt(i)])]), type); // prettier-ignore
  }

  /** The `num` words whose vectors have the largest cosines with that of a word, which is left out, or with a vector: `word`, `similarity`. */
  findSynonyms(word: string | VectorLike, num: number): DataFrame {
    return this.spark.createDataFrame(this.findSynonymsArray(word, num), "word STRING, similarity DOUBLE");
  }

  /** As `findSynonyms`, without a DataFrame. */
  findSynonymsArray(word: string | VectorLike, num: number): [word: string, similarity: number][] {
    if (!Number.isSafeInteger(num) || num <= 0) throw new UsageError("INVALID_ARGUMENT", "Number of similar words should > 0");
    const query = typeof word === "string" ? this.vectorOf(word) : Vectors.of(word).toArray();
    if (query.length !== this.size)
      throw new UsageError(
        "INVALID_ARGUMENT",
        `A vector of ${query.length} entries was given; those of words have ${this.size}.`,
      );
    const norm = (values: ArrayLike<number>): number =>
      Math.sqrt(Array.from(values).reduce((sum, value) => sum + value * value, 0));
    const ownNorm = norm(query);
    const similar = this.words.map((each, i): [string, number] => {
      const vector = this.vectorAt(i);
      const theirs = norm(vector);
      const product = vector.reduce((sum, value, j) => sum + value * query[j]!, 0);
      return [each, ownNorm === 0 || theirs === 0 ? 0 : product / (ownNorm * theirs)];
    });
    return similar
      .filter(([each]) => each !== word)
      .sort((a, b) => b[1] - a[1])
      .slice(0, num);
  }

  private vectorOf(word: string): Float64Array {
    const place = this.places.get(word);
    if (place === undefined) throw new UsageError("INVALID_ARGUMENT", `${word} not in vocabulary`);
    return Float64Array.from(this.vectorAt(place));
  }

  override transformSchema(schema: StructType): StructType {
    checkTexts(schema, this.getInputCol(), this.className);
    return withFields(schema, this.className, vectorField(this.getOutputCol(), vectorOfSize(this.size)));
  }

  /** The mean of the vectors of a row's words; those that are not known count as zeros. */
  protected override transformed(df: DataFrame, schema: StructType): DataFrame {
    const { name } = checkTexts(schema, this.getInputCol(), this.className);
    return appendColumns(df, meanVectors, {
      inputs: [name],
      outputs: [vectorField(this.getOutputCol(), vectorOfSize(this.size))],
      spec: { name, words: this.words, vectors: this.vectors },
    });
  }

  override toString(): string {
    return this.described({ numWords: this.words.length, vectorSize: this.size });
  }
}

interface MeanSpec {
  readonly name: string;
  readonly words: readonly string[];
  readonly vectors: Float32Array;
}

const meanVectors = columnsProgram<MeanSpec>({
  name: "mllib.word2vec",
  open({ name, words, vectors }) {
    const places = new Map(words.map((word, i) => [word, i]));
    const size = vectors.length / words.length;
    return ([column], rows) => {
      const { starts, ends, valid, items } = textListsOf(column!);
      const found = Int32Array.from(items.entries, (word) => places.get(word) ?? -1);
      const out = new VectorColumnBuilder();
      const sum = new Float64Array(size);
      for (let row = 0; row < rows; row++) {
        if (valid !== null && valid[row] === 0) throw nullInput("Word2VecModel", name);
        const count = ends[row]! - starts[row]!;
        if (count === 0) {
          out.appendSparse(size, [], []);
          continue;
        }
        sum.fill(0);
        for (let at = starts[row]!; at < ends[row]!; at++) {
          const place = items.codes[at]! < 0 ? -1 : found[items.codes[at]!]!;
          if (place >= 0) for (let j = 0; j < size; j++) sum[j]! += vectors[place * size + j]!;
        }
        out.appendDense(sum.map((value) => value * (1 / count)));
      }
      return [out.finish()];
    };
  },
});

const DATA: StructType = {
  kind: "struct",
  fields: [
    { name: "word", type: { kind: "string" }, nullable: true },
    { name: "vector", type: { kind: "array", element: { kind: "float" }, containsNull: false }, nullable: true },
  ],
};

persistent(Word2VecModel, {
  sparkClass: "org.apache.spark.ml.feature.Word2VecModel",
  save: (model, directory) => {
    const size = model.vectors.length / model.words.length;
    const vector = (i: number): number[] => [...model.vectors.subarray(i * size, (i + 1) * size)];
    return directory.writeTable("data", DATA, model.words.map((word, i) => [word, vector(i)])); // prettier-ignore
  },
  load: async (_metadata, directory) => {
    const rows = await directory.readTable("data", ["word", "vector"]);
    const vectors = rows.map((row) => row.get("vector") as number[]);
    if (rows.length === 0 || vectors.some((vector) => !Array.isArray(vector) || vector.length !== vectors[0]!.length))
      throw directory.damaged("data is not that of words and their vectors");
    return new Word2VecModel(rows.map((row) => String(row.get("word"))), Float32Array.from(vectors.flat())); // prettier-ignore
  },
});
