/** The arrays that `split` makes, for explode: parts are slices of the bytes of the texts they are part of, and are never made. */
import { grown } from "../../../columnar/batch";
import type { BytesVector, ListVector, Vector } from "../../../columnar/vector";
import { InternalError } from "../../../common/errors";
import { searchFor } from "../../codegen/byte-search";
import type { Expression } from "../../expressions/expression";
import { byteClass, type ByteClass, plainPattern } from "../../functions/text/plain-pattern";
import { isBinaryString } from "../../types/families";

/** Where the next separator begins and ends in bytes [from, end); begins at `end` where there is none. */
interface Separator {
  begin: number;
  end: number;
  find(bytes: Uint8Array, from: number, end: number): void;
}

export interface SplitTexts {
  readonly text: Expression;
  /** One array a text. */
  readonly parts: (texts: Vector) => ListVector;
}

/** Of `split` by a plain text or by characters of a class, without a limit; null for all else, whose matches the regular expression finds. */
export function splitTexts(expression: Expression): SplitTexts | null {
  if (expression.kind === "alias") return splitTexts(expression.child);
  if (expression.kind !== "call" || expression.fn !== "split") return null;
  const [text, pattern, limit] = expression.args;
  if (text?.type.kind !== "string" || !isBinaryString(text.type) || limit?.kind !== "literal" || !((limit.value as number) <= 0)) return null; // prettier-ignore
  if (pattern?.kind !== "literal" || typeof pattern.value !== "string") return null;
  const plain = plainPattern(pattern.value);
  const members = plain === null ? byteClass(pattern.value) : null;
  if (plain === null && members === null) return null;
  const separator = members === null ? wholeText(new TextEncoder().encode(plain!)) : anyOf(members);
  return { text, parts: (texts) => partsOf(texts, separator) };
}

function wholeText(text: Uint8Array): Separator {
  const search = searchFor(text);
  return {
    begin: 0,
    end: 0,
    find(bytes, from, end) {
      const at = search(bytes, from, end);
      this.begin = at < 0 ? end : at;
      this.end = this.begin + text.length;
    },
  };
}

function anyOf({ members, repeated }: ByteClass): Separator {
  return {
    begin: 0,
    end: 0,
    find(bytes, from, end) {
      let at = from;
      while (at < end && members[bytes[at]!] === 0) at++;
      this.begin = at++;
      if (repeated) while (at < end && members[bytes[at]!] === 1) at++;
      this.end = at;
    },
  };
}

function partsOf(texts: Vector, separator: Separator): ListVector {
  const { length } = texts;
  if (texts.form === "null") {
    const none = new Int32Array(length);
    return { form: "list", length, starts: none, ends: none, child: NO_TEXTS, valid: texts.valid };
  }
  if (texts.form === "dictionary" && texts.dictionary.form === "bytes") {
    const { starts, ends, child } = slices(texts.dictionary, separator);
    const { codes, valid } = texts;
    return { form: "list", length, starts: Int32Array.from(codes, (code) => starts[code]!), ends: Int32Array.from(codes, (code) => ends[code]!), child, valid }; // prettier-ignore
  }
  if (texts.form === "bytes") return slices(texts, separator);
  throw new InternalError(`Texts in the form ${texts.form}.`);
}

const NO_TEXTS: BytesVector = {
  form: "bytes",
  length: 0,
  bytes: new Uint8Array(0),
  starts: new Int32Array(0),
  ends: new Int32Array(0),
  valid: null,
};

function slices(texts: BytesVector, separator: Separator): ListVector {
  const { length, bytes, valid } = texts;
  const starts = new Int32Array(length);
  const ends = new Int32Array(length);
  let partStarts = new Int32Array(4 * length + 16);
  let partEnds = new Int32Array(partStarts.length);
  let count = 0;
  for (let row = 0; row < length; row++) {
    starts[row] = count;
    if (valid === null || valid[row] === 1) {
      const last = texts.ends[row]!;
      for (let from = texts.starts[row]!; ; from = separator.end) {
        separator.find(bytes, from, last);
        if (count === partStarts.length) {
          partStarts = grown(partStarts, 2 * count);
          partEnds = grown(partEnds, 2 * count);
        }
        partStarts[count] = from;
        partEnds[count++] = separator.begin;
        if (separator.begin === last) break;
      }
    }
    ends[row] = count;
  }
  const child: BytesVector = {
    form: "bytes",
    length: count,
    bytes,
    starts: partStarts.subarray(0, count),
    ends: partEnds.subarray(0, count),
    valid: null,
    ...(texts.ascii === undefined ? {} : { ascii: texts.ascii }),
  };
  return { form: "list", length, starts, ends, child, valid };
}
