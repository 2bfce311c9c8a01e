/** What generated code knows by the name `R`. */
import { boxedReader } from "../../columnar/batch";
import * as bytes from "./bytes";
import * as dates from "./dates";
import * as digests from "./digests";
import * as encodings from "./encodings";
import * as hashes from "./hashes";
import { entryHashes, memo } from "./dictionary-memo";
import * as jsonText from "./json-text";
import * as integers from "./integers";
import { beyondPair, dividePair, exactOf, hashPair, loadKey, loadLong, loadPair, pair, remainderPair, wordsOf } from "./pairs";
import { contentKey, unsignedZeros } from "./content-key";
import { cosh, exp, pow } from "../functions/numeric/strict-math";
import * as parsedNumbers from "./parsed-numbers";
import { printedDouble } from "./printed-numbers";
import { slab } from "./text-slab";
import * as texts from "./texts";

/** The place (0-based, in characters) where substring(text, position) begins; negative before the text. */
function substringFrom(text: Uint8Array, start: number, end: number, position: number): number {
  if (position > 0) return position - 1;
  return position === 0 ? 0 : bytes.characterLength(text, start, end) + position;
}

/**
 * A property, whatever has it. Vectors and tables come from many places and have many hidden classes. A function that loads from them
 * itself is compiled for those that it has met, and compiled again for each other one, and again when the collector has forgotten some.
 */
function get(from: Readonly<Record<string | number, unknown>>, key: string | number): unknown {
  return from[key];
}

let rows = new Int32Array(1 << 12);

/** Room for as many places of rows, until it is asked for again. */
function places(count: number): Int32Array {
  if (rows.length < count) rows = new Int32Array(count);
  return rows;
}

// From here on V8 expects nothing of what it is given.
for (const name of ["a", "b", "c", "d", "e", "f", "g", "h"]) get({ [name]: 0 }, name);
for (const list of [[0], [0.5], ["a"], [, 0], [, 0.5], [, "a"]]) get(list as never, list.length - 1);

export const runtime: Readonly<Record<string, unknown>> = {
  ...bytes,
  ...dates,
  ...digests,
  ...encodings,
  ...hashes,
  ...integers,
  ...jsonText,
  ...parsedNumbers,
  ...texts,
  beyondPair,
  boxedReader,
  contentKey,
  cosh,
  dividePair,
  entryHashes,
  exactOf,
  exp,
  get,
  hashPair,
  loadKey,
  loadLong,
  loadPair,
  memo,
  pair,
  places,
  pow,
  printedDouble,
  remainderPair,
  slab,
  substringFrom,
  unsignedZeros,
  wordsOf,
};
