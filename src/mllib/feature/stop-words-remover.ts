/** Words without those that say little. */
import type { StructField, StructType } from "../../columnar/types";
import { UsageError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { withFields } from "../base/schema";
import { Transformer } from "../base/transformer";
import { appendColumns, columnsProgram } from "../compute/append-columns";
import { textListColumn, textListsOf } from "../compute/texts";
import { boolParam, stringParam, stringsParam } from "../param/kinds";
import { withParams } from "../param/params";
import { inputCol, inputCols, outputCol, outputCols } from "../param/shared";
import { STOP_WORDS } from "./stop-words";
import { columnPairs } from "./support/columns";
import { savedByParams } from "./support/saved";
import { checkTexts, nullInput, textsField } from "./support/column-mapper";

function defaultStopWords(language: string): string[] {
  const words = STOP_WORDS[language];
  if (words === undefined)
    throw new UsageError(
      "UNKNOWN_LANGUAGE",
      `StopWordsRemover: there is no list of stop words for ${JSON.stringify(language)}; there are ${Object.keys(STOP_WORDS).join(", ")}.`,
    );
  return words.split(" ");
}

export class StopWordsRemover extends withParams(Transformer, {
  ...inputCol,
  ...inputCols,
  ...outputCol,
  ...outputCols,
  stopWords: stringsParam("words to leave out", defaultStopWords("english")),
  caseSensitive: boolParam("whether words must match in case", false),
  locale: stringParam("language by whose rules case is compared, as in en or tr_TR", "en", (locale) => {
    try {
      return Intl.getCanonicalLocales(locale.replaceAll("_", "-")).length === 1 ? null : "must be one locale";
    } catch {
      return "must be a locale, as in en or tr_TR";
    }
  }),
}) {
  /** Spark's list for a language: english, german, french, … */
  static loadDefaultStopWords(language: string): string[] {
    return defaultStopWords(language);
  }

  override transformSchema(schema: StructType): StructType {
    const pairs = columnPairs(this);
    for (const { input } of pairs) checkTexts(schema, input, this.className);
    return withFields(schema, this.className, ...pairs.map(({ output }): StructField => textsField(output)));
  }

  protected override transformed(df: DataFrame, schema: StructType): DataFrame {
    const pairs = columnPairs(this);
    const names = pairs.map(({ input }) => checkTexts(schema, input, this.className).name);
    return appendColumns(df, remove, {
      inputs: names,
      outputs: pairs.map(({ output }) => textsField(output)),
      spec: {
        names,
        words: this.getStopWords(),
        locale: this.getCaseSensitive() ? null : this.getLocale().replaceAll("_", "-"),
      },
    });
  }

  override toString(): string {
    return this.described({
      numStopWords: this.getStopWords().length,
      locale: this.getLocale(),
      caseSensitive: this.getCaseSensitive(),
    });
  }
}

savedByParams(StopWordsRemover);

interface Spec {
  readonly names: readonly string[];
  readonly words: readonly string[];
  /** Null where case counts. */
  readonly locale: string | null;
}

const remove = columnsProgram<Spec>({
  name: "mllib.stopWordsRemover",
  open({ names, words, locale }) {
    const folded = (word: string): string => (locale === null ? word : word.toLocaleLowerCase(locale));
    const stop = new Set(words.map(folded));
    return (columns, rows) =>
      columns.map((column, i) => {
        const { starts, ends, valid, items } = textListsOf(column);
        const stays = items.entries.map((word) => !stop.has(folded(word)));
        const from = new Int32Array(rows);
        const to = new Int32Array(rows);
        const kept: (string | null)[] = [];
        for (let row = 0; row < rows; row++) {
          if (valid !== null && valid[row] === 0) throw nullInput("StopWordsRemover", names[i]!);
          from[row] = kept.length;
          for (let at = starts[row]!; at < ends[row]!; at++) {
            const code = items.codes[at]!;
            if (code < 0) kept.push(null);
            else if (stays[code]!) kept.push(items.entries[code]!);
          }
          to[row] = kept.length;
        }
        return textListColumn(from, to, kept);
      });
  },
});
