/** Texts as their words. */
import type { StructField, StructType } from "../../columnar/types";
import type { Vector as Column } from "../../columnar/vector";
import { splitJava } from "../../dataframe/functions/families/string-search";
import { javaMatches, javaPattern } from "../../dataframe/functions/text/java-regex";
import { columnsProgram } from "../compute/append-columns";
import { textListColumn, textsOf } from "../compute/texts";
import { boolParam, gtEq, intParam, stringParam } from "../param/kinds";
import { withParams } from "../param/params";
import { savedByParams } from "./support/saved";
import { checkText, nullInput, textsField, ColumnMapper } from "./support/column-mapper";
import { mapping, type Mapping } from "./support/vector-column";

abstract class TextSplitter extends ColumnMapper {
  protected override inputField(schema: StructType): StructField {
    return checkText(schema, this.getInputCol(), this.className);
  }

  protected override outputField(): StructField {
    return textsField(this.getOutputCol());
  }
}

/** In lower case, cut at white space. */
export class Tokenizer extends TextSplitter {
  protected override mapping({ name }: StructField): Mapping {
    return mapping(split, { who: this.className, name, pattern: "\\s", gaps: true, minTokenLength: 0, toLowercase: true });
  }
}

/** By a regular expression of Java's kind. */
export class RegexTokenizer extends withParams(TextSplitter, {
  pattern: stringParam("regular expression, as Java has them", "\\s+"),
  gaps: boolParam("whether the pattern matches what is between words, not the words", true),
  minTokenLength: intParam("shorter words are left out", 1, gtEq(0)),
  toLowercase: boolParam("whether to put the text into lower case first", true),
}) {
  override transformSchema(schema: StructType): StructType {
    javaPattern(this.getPattern(), this.className);
    return super.transformSchema(schema);
  }

  protected override mapping({ name }: StructField): Mapping {
    return mapping(split, {
      who: this.className,
      name,
      pattern: this.getPattern(),
      gaps: this.getGaps(),
      minTokenLength: this.getMinTokenLength(),
      toLowercase: this.getToLowercase(),
    });
  }

  override toString(): string {
    return this.described({
      minTokenLength: this.getMinTokenLength(),
      gaps: this.getGaps(),
      pattern: this.getPattern(),
      toLowercase: this.getToLowercase(),
    });
  }
}

savedByParams(Tokenizer);
savedByParams(RegexTokenizer);

interface Spec {
  readonly who: string;
  readonly name: string;
  readonly pattern: string;
  readonly gaps: boolean;
  readonly minTokenLength: number;
  readonly toLowercase: boolean;
}

const split = columnsProgram<Spec>({
  name: "mllib.tokenizer",
  open:
    (spec) =>
    ([column], rows) => [tokenized(column!, rows, spec)],
});

function tokenized(column: Column, rows: number, { who, name, pattern, gaps, minTokenLength, toLowercase }: Spec): Column {
  const { codes, entries } = textsOf(column);
  const starts = new Int32Array(rows);
  const ends = new Int32Array(rows);
  const words: string[] = [];
  for (let row = 0; row < rows; row++) {
    if (codes[row]! < 0) throw nullInput(who, name);
    const entry = entries[codes[row]!]!;
    const text = toLowercase ? entry.toLowerCase() : entry;
    starts[row] = words.length;
    const found = gaps
      ? withoutEmptyEnd(splitJava(text, pattern, -1))
      : Array.from(javaMatches(javaPattern(pattern, who), text), (match) => match[0]);
    for (const word of found) if (word.length >= minTokenLength) words.push(word);
    ends[row] = words.length;
  }
  return textListColumn(starts, ends, words);
}

/** As Java's split without a limit: empty strings at the end are left out, but the one of a text that nothing matches. */
function withoutEmptyEnd(parts: readonly string[]): readonly string[] {
  if (parts.length === 1) return parts;
  let end = parts.length;
  while (end > 0 && parts[end - 1] === "") end--;
  return parts.slice(0, end);
}
