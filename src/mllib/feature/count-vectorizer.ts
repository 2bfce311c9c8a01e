/** Words counted by a vocabulary. */
import type { StructField, StructType } from "../../columnar/types";
import type { ColumnBatch } from "../../columnar/vector";
import { UsageError } from "../../common/errors";
import { log } from "../../common/log";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { vectorMetadata } from "../base/attributes";
import { Estimator, Model } from "../base/estimator";
import { vectorField, withFields } from "../base/schema";
import { appendColumns, columnsProgram } from "../compute/append-columns";
import { batchInput } from "../compute/batch-input";
import { VectorColumnBuilder } from "../compute/columns";
import { aggregateProgram } from "../compute/programs";
import { textListsOf } from "../compute/texts";
import { boolParam, doubleParam, gt, gtEq, intParam } from "../param/kinds";
import { withParams } from "../param/params";
import { inputCol, outputCol } from "../param/shared";
import { appendCounts } from "./support/counted";
import { column, savedAs, savedByParams } from "./support/saved";
import { checkTexts, nullInput } from "./support/column-mapper";

const params = {
  ...inputCol,
  ...outputCol,
  vocabSize: intParam("most words of the vocabulary: the most frequent ones", 1 << 18, gt(0)),
  minDF: doubleParam("a word must be in as many rows; below 1: in this share of them", 1, gtEq(0)),
  maxDF: doubleParam("a word must be in no more rows; below 1: in this share of them", 2 ** 63, gtEq(0)),
  minTF: doubleParam(
    "a word must be in a row as often, or is not counted there; below 1: as this share of its words",
    1,
    gtEq(0),
  ),
  binary: boolParam("whether to write 1 for every word that is there, however often", false),
} as const;

/** Equally frequent words are in the order of their text. */
export class CountVectorizer extends withParams(Estimator<CountVectorizerModel>, params) {
  override transformSchema(schema: StructType): StructType {
    checkTexts(schema, this.getInputCol(), this.className);
    const [low, high] = [this.getMinDF(), this.getMaxDF()];
    if (low >= 1 === high >= 1 && high < low)
      throw new UsageError("INVALID_PARAMETER_VALUE", `${this.className}: maxDF (${high}) must be at least minDF (${low}).`);
    return withFields(schema, this.className, vectorField(this.getOutputCol()));
  }

  protected override async fitModel(df: DataFrame, schema: StructType): Promise<CountVectorizerModel> {
    const name = checkTexts(schema, this.getInputCol(), this.className).name;
    const { data } = batchInput(df, schema, [name], this.className);
    const { rows, words } = (await data.aggregate(countWords, { name })) ?? { rows: 0, words: [] };
    const limit = (value: number): number => (value >= 1 ? value : value * rows);
    const [low, high] = [limit(this.getMinDF()), limit(this.getMaxDF())];
    const chosen = words
      .filter(([, , inRows]) => inRows >= low && inRows <= high)
      .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
      .slice(0, this.getVocabSize());
    if (chosen.length === 0)
      log.warn(`${this.className}: no word is in enough rows, the vocabulary is empty. Lower minDF as necessary.`);
    return new CountVectorizerModel(chosen.map(([word]) => word)).of(this);
  }
}

interface WordCounts {
  readonly rows: number;
  /** How often a word is there, and in how many rows. */
  readonly words: readonly (readonly [word: string, times: number, rows: number])[];
}

const countWords = aggregateProgram<{ readonly name: string }, ColumnBatch, WordCounts>({
  name: "mllib.countVectorizer.count",
  run(batches, { name }) {
    const words = new Map<string, { times: number; rows: number; last: number }>();
    let rows = 0;
    for (const batch of batches) {
      const { starts, ends, valid, items } = textListsOf(batch.columns[0]!);
      for (let row = 0; row < batch.length; row++, rows++) {
        if (valid !== null && valid[row] === 0) throw nullInput("CountVectorizer", name);
        for (let at = starts[row]!; at < ends[row]!; at++) {
          if (items.codes[at]! < 0) continue;
          const word = items.entries[items.codes[at]!]!;
          let count = words.get(word);
          if (count === undefined) words.set(word, (count = { times: 0, rows: 0, last: -1 }));
          count.times++;
          if (count.last !== rows) count.rows++;
          count.last = rows;
        }
      }
    }
    return { rows, words: Array.from(words, ([word, count]) => [word, count.times, count.rows] as const) };
  },
  merge(a, b) {
    const sums = new Map(a.words.map((word) => [word[0], word]));
    for (const [word, times, rows] of b.words) {
      const sum = sums.get(word);
      sums.set(word, [word, times + (sum?.[1] ?? 0), rows + (sum?.[2] ?? 0)]);
    }
    return { rows: a.rows + b.rows, words: [...sums.values()] };
  },
});

export class CountVectorizerModel extends withParams(Model, params) {
  constructor(
    /** The word of each entry. */
    readonly vocabulary: readonly string[],
  ) {
    super();
  }

  /** A model with a vocabulary that is known. */
  static fromVocabulary(
    vocabulary: readonly string[],
    columns: { readonly inputCol: string; readonly outputCol: string },
  ): CountVectorizerModel {
    return new CountVectorizerModel(vocabulary).setAll(columns);
  }

  of(parent: CountVectorizer): this {
    return this.adopted(parent);
  }

  private output(): StructField {
    return vectorField(this.getOutputCol(), vectorMetadata(this.vocabulary.map(() => ({ type: "numeric" }))));
  }

  override transformSchema(schema: StructType): StructType {
    checkTexts(schema, this.getInputCol(), this.className);
    return withFields(schema, this.className, this.output());
  }

  protected override transformed(df: DataFrame, schema: StructType): DataFrame {
    const { name } = checkTexts(schema, this.getInputCol(), this.className);
    const spec = { name, vocabulary: this.vocabulary, minTF: this.getMinTF(), binary: this.getBinary() };
    return appendColumns(df, countByVocabulary, { inputs: [name], outputs: [this.output()], spec });
  }

  override toString(): string {
    return this.described({ vocabularySize: this.vocabulary.length });
  }
}

interface Spec {
  readonly name: string;
  readonly vocabulary: readonly string[];
  readonly minTF: number;
  readonly binary: boolean;
}

const countByVocabulary = columnsProgram<Spec>({
  name: "mllib.countVectorizer",
  open({ name, vocabulary, minTF, binary }) {
    const places = new Map(vocabulary.map((word, i) => [word, i]));
    return ([column], rows) => {
      const { starts, ends, valid, items } = textListsOf(column!);
      const found = Int32Array.from(items.entries, (word) => places.get(word) ?? -1);
      const out = new VectorColumnBuilder();
      for (let row = 0; row < rows; row++) {
        if (valid !== null && valid[row] === 0) throw nullInput("CountVectorizerModel", name);
        const counts = new Map<number, number>();
        for (let at = starts[row]!; at < ends[row]!; at++) {
          const place = items.codes[at]! < 0 ? -1 : found[items.codes[at]!]!;
          if (place >= 0) counts.set(place, (counts.get(place) ?? 0) + 1);
        }
        const least = minTF >= 1 ? minTF : (ends[row]! - starts[row]!) * minTF;
        for (const [place, times] of counts)
          if (times < least) counts.delete(place);
          else if (binary) counts.set(place, 1);
        appendCounts(out, vocabulary.length, counts);
      }
      return [out.finish()];
    };
  },
});

savedByParams(CountVectorizer);
savedAs(
  CountVectorizerModel,
  "CountVectorizerModel",
  { vocabulary: column.strings },
  (model) => [model.vocabulary],
  (vocabulary: readonly string[]) => new CountVectorizerModel(vocabulary),
);
