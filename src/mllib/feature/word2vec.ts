/** Vectors of words. */
import type { StructType } from "../../columnar/types";
import { DataError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { XorShiftRandom } from "../../rdd/random/xor-shift";
import { Estimator } from "../base/estimator";
import { vectorField, withFields } from "../base/schema";
import { batchInput } from "../compute/batch-input";
import { type Broadcast, broadcastPlain } from "../compute/task-data";
import { withParams } from "../param/params";
import { savedByParams } from "./support/saved";
import { checkTexts } from "./support/column-mapper";
import { sentences, skipGrams, takeOver, wordCounts } from "./words/skip-grams";
import { huffmanPaths } from "./words/vocabulary";
import { Word2VecModel, wordParams } from "./word2vec-model";

/**
 * Skip-grams with a hierarchical softmax (T. Mikolov et al., Efficient Estimation of Word Representations in Vector Space, 2013): a word's
 * vector learns to tell the words around it. Partitions learn side by side, and the vectors that they moved are averaged after each
 * iteration. Spark's vectors for the same seed, sentences in one partition, and words that are there differently often; of equally frequent
 * words the order is that of their text.
 *
 * @example
 * const model = await new Word2Vec({ inputCol: "words", outputCol: "vector", vectorSize: 50, seed: 1 }).fit(documents);
 * await model.findSynonyms("king", 5).show();
 */
export class Word2Vec extends withParams(Estimator<Word2VecModel>, wordParams) {
  override transformSchema(schema: StructType): StructType {
    checkTexts(schema, this.getInputCol(), this.className);
    return withFields(schema, this.className, vectorField(this.getOutputCol()));
  }

  protected override async fitModel(df: DataFrame, schema: StructType): Promise<Word2VecModel> {
    const { name } = checkTexts(schema, this.getInputCol(), this.className);
    const { data } = batchInput(df, schema, [name], this.className);
    const counts = [...((await data.aggregate(wordCounts, { name })) ?? [])]
      .filter(([, count]) => count >= this.getMinCount())
      .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
    if (counts.length === 0)
      throw new DataError(
        "EMPTY_VOCABULARY",
        `${this.className}: The vocabulary size should be > 0: no word is there minCount (${this.getMinCount()}) times. You may need to check the setting of minCount, which could be large enough to remove all your words in sentences.`,
      );
    const words = counts.map(([word]) => word);
    const [size, seed, partitions, iterations] = [
      this.getVectorSize(),
      this.getSeed(),
      this.getNumPartitions(),
      this.getMaxIter(),
    ];
    const random = new XorShiftRandom(BigInt(seed));
    const inputs = Float32Array.from({ length: words.length * size }, () => Math.fround(random.nextFloat() - 0.5) / size);
    const outputs = new Float32Array(words.length * size);
    const paths = huffmanPaths(counts.map(([, count]) => count));
    const held: Broadcast[] = [broadcastPlain(df.sparkSession, words)];
    const coded = data
      .send(sentences, { vocabulary: held[0]!.ref, longest: this.getMaxSentenceLength(), partitions }, partitions)
      .persist();
    try {
      for (let iteration = 1; iteration <= iterations; iteration++) {
        const state = broadcastPlain(df.sparkSession, { inputs, outputs, paths });
        held.push(state);
        const moved = await coded.partials(skipGrams, {
          state: state.ref,
          size,
          window: this.getWindowSize(),
          stepSize: this.getStepSize(),
          seed,
          iteration,
          iterations,
          partitions,
          words: counts.reduce((sum, [, count]) => sum + count, 0),
        });
        takeOver(inputs, moved.map((part) => part.inputs), size); // prettier-ignore
        takeOver(outputs, moved.map((part) => part.outputs), size); // prettier-ignore
        await held.pop()!.release();
      }
    } finally {
      await coded.release();
      for (const broadcast of held) await broadcast.release();
    }
    return Word2VecModel.fitted(this, words, inputs, df.sparkSession);
  }
}

savedByParams(Word2Vec);
