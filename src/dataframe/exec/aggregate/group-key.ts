/** Code for one key of a group: its hash, its test against a group's key, and what puts it into a new group. */
import { unreachable } from "../../../common/errors";
import { atom } from "../../codegen/code";
import { contentCode, hashCode, keyKind, type KeyKind } from "../../codegen/key-code";
import { MOST_KEY } from "../../codegen/pairs";
import { MAX_SAFE, type DictionaryEntry, type Term } from "../../codegen/term";
import { isTwoWords } from "../../types/families";
import type { PipelineCode } from "../pipeline/program";
import type { KeyForm } from "./key-column";
import { NULL_HASH } from "./table";

/** `group` is the number of a group, as code. */
export interface KeyCode {
  readonly kind: KeyKind;
  readonly hash: string;
  readonly equals: (group: string) => string;
  readonly store: (group: string) => readonly string[];
}

/** Where the key's code stands, and the column of the table that holds such keys. */
export interface KeyPlace {
  readonly code: PipelineCode;
  /** The column, as code. */
  readonly column: string;
  readonly form: KeyForm;
  /** A local that holds an array of the table, loaded again when the table has grown. */
  readonly array: (path: string, hint: string) => string;
}

/** The code of the key `term`. What does not depend on a group is written at once. */
export function keyCode(term: Term, place: KeyPlace): KeyCode {
  const kind = keyKind(term.type);
  switch (kind) {
    case "bool":
      return withNulls(bool(term, place), term, place);
    case "int":
      return withNulls(plain(kind, term, place), term, place);
    case "f64":
      return withNulls(double(term, place), term, place);
    case "long":
      return withNulls(term.rep === "any" ? wide(term, place) : plain(kind, term, place), term, place);
    case "bytes": {
      const { entry } = term;
      return withNulls(
        place.form.numbered && entry !== undefined ? numbered(term, entry, place) : bytes(term, place),
        term,
        place,
      );
    }
    case "other":
      return other(term, place);
    default:
      return unreachable(kind);
  }
}

/** The key, of a column that also holds NULLs where the key's form or its term says so. */
function withNulls(key: KeyCode, term: Term, { column, form, array }: KeyPlace): KeyCode {
  const { isNull } = term;
  if (isNull === null && !form.hasNulls) return key;
  const valid = array(`${column}.valid`, "valid");
  const equals = (group: string): string => `${valid}[${group}] === 1 && ${key.equals(group)}`;
  if (isNull === null) return { ...key, equals };
  return {
    kind: key.kind,
    hash: `(${isNull} ? ${NULL_HASH} : ${key.hash})`,
    equals: (group) => `(${isNull} ? ${valid}[${group}] === 0 : ${equals(group)})`,
    store: (group) => [`if (${isNull}) ${column}.setNull(${group}); else {`, ...key.store(group), "}"],
  };
}

/** A key that is one number, which equals itself. */
function plain(kind: KeyKind, term: Term, { code: { emitter }, column, array }: KeyPlace, value = term.code): KeyCode {
  const values = (): string => array(`${column}.values`, "keys");
  return {
    kind,
    hash: hashCode(emitter, term),
    equals: (group) => `${values()}[${group}] === ${value}`,
    store: (group) => [`${values()}[${group}] = ${value};`],
  };
}

function bool(term: Term, place: KeyPlace): KeyCode {
  return plain("bool", term, place, place.code.writer.constant(`${atom(term.code)} ? 1 : 0`, "key"));
}

/** NaN is one key, and so is zero. */
function double(term: Term, { code: { emitter }, column, array }: KeyPlace): KeyCode {
  const { code: value } = term;
  const values = (): string => array(`${column}.values`, "keys");
  return {
    kind: "f64",
    hash: hashCode(emitter, term),
    equals: (group) => {
      const key = `${values()}[${group}]`;
      return `(${key} === ${value} || (${value} !== ${value} && ${key} !== ${key}))`;
    },
    store: (group) => [`${values()}[${group}] = ${value} + 0;`],
  };
}

/** An integer that may not be safe: by its pair, which is kept in two arrays, and where it has none by its bigint. */
function wide(term: Term, { code: { writer, emitter }, column, array }: KeyPlace): KeyCode {
  const { code: value, pair } = term;
  const big = term.big!;
  const isBig = isTwoWords(term.type);
  let [high, low] = [pair?.high ?? value, pair?.low ?? "0"];
  if (isBig || pair?.beyond !== "null") {
    const given = writer.hoist("R.pair", "pair");
    const [keyHigh, keyLow] = [writer.name("high"), writer.name("low")];
    const others = `!(Math.abs(${high}) <= ${pair === undefined ? MAX_SAFE : MOST_KEY})`;
    writer.line(`let ${keyHigh} = ${high}, ${keyLow} = ${low};`);
    writer.line(`if (${term.isNull === null ? "" : `!${atom(term.isNull)} && `}${others}) {`);
    writer.line(`R.loadKey(${big});`);
    writer.line(`${keyHigh} = ${given}[0];`);
    writer.line(`${keyLow} = ${given}[1];`);
    writer.line("}");
    [high, low] = [keyHigh, keyLow];
  }
  const highs = array(`${column}.values`, "keys");
  const lows = array(`${column}.lows`, "lows");
  // A safe integer is the high part of no other: there are low parts where there is a high one that is not safe.
  const sameLow = (group: string): string => `(${value} === ${value} || ${lows}[${group}] === ${low})`;
  return {
    kind: "long",
    hash: hashCode(emitter, term),
    equals: (group) => {
      const equal = `${highs}[${group}] === ${high}`;
      if (!isBig) return `(${equal} && ${sameLow(group)})`;
      return `(${equal} ? ${sameLow(group)} : ${high} !== ${high} && ${column}.beyond.get(${group}) === ${big})`;
    },
    store: (group) => [
      `${highs}[${group}] = ${high};`,
      ...(isBig ? [`if (${high} !== ${high}) ${column}.beyond.set(${group}, ${big}); else`] : []),
      `if (${value} !== ${value}) ${lows} = ${column}.setLow(${group}, ${low});`,
    ],
  };
}

/** A string by its bytes; where it comes with a dictionary, groups remember the entry that their key was found equal to. */
function bytes(term: Term, { code: { writer, emitter }, column, array }: KeyPlace): KeyCode {
  const { code, start, end } = emitter.bytes(term);
  const sink = writer.hoist(`${column}.sink`, "arena");
  const starts = array(`${column}.starts`, "starts");
  const ends = array(`${column}.ends`, "ends");
  if (term.entry !== undefined) writer.before(`${column}.comparesTo(${term.entry.dictionary});`);
  const entries = term.entry === undefined ? null : array(`${column}.entries`, "entries");
  const entry = `${term.entry?.code} + 1`;
  return {
    kind: "bytes",
    hash: hashCode(emitter, term),
    equals: (group) => {
      const same = `R.equalBytes(${sink}.bytes, ${starts}[${group}], ${ends}[${group}], ${code}, ${start}, ${end})`;
      if (entries === null) return same;
      return `(${entries}[${group}] === ${entry} || (${same} && (${entries}[${group}] = ${entry}) > 0))`;
    },
    store: (group) => [
      `${starts}[${group}] = ${sink}.append(${code}, ${start}, ${end});`,
      `${ends}[${group}] = ${sink}.used;`,
      ...(entries === null ? [] : [`${entries}[${group}] = ${entry};`]),
    ],
  };
}

/** A string by its number among those of the column. */
function numbered(term: Term, { dictionary, code: entry }: DictionaryEntry, place: KeyPlace): KeyCode {
  const { writer, emitter } = place.code;
  const { code, start, end } = emitter.bytes(term);
  const hash = hashCode(emitter, term);
  const strings = writer.hoist(`${place.column}.strings`, "strings");
  const numbers = writer.hoist(`${strings}.numbersOf(${dictionary})`, "numbers");
  const number = writer.name("s");
  writer.line(`let ${number} = ${numbers}[${entry}] - 1;`);
  writer.line(`if (${number} < 0) ${number} = ${strings}.add(${numbers}, ${entry}, ${hash}, ${code}, ${start}, ${end});`);
  const values = place.array(`${place.column}.values`, "keys");
  return {
    kind: "bytes",
    hash,
    equals: (group) => `${values}[${group}] === ${number}`,
    store: (group) => [`${values}[${group}] = ${number};`],
  };
}

/** A value of any other type by the text that equal values have in common; NULL has one, too. */
function other(term: Term, { code: { writer, emitter }, column }: KeyPlace): KeyCode {
  const boxed = writer.constant(emitter.boxed(term), "key");
  const text = contentCode(emitter, term);
  const texts = writer.hoist(`${column}.texts`, "texts");
  return {
    kind: "other",
    hash: `R.hashText(${text})`,
    equals: (group) => `${texts}[${group}] === ${text}`,
    store: (group) => [`${texts}[${group}] = ${text};`, `${column}.boxed[${group}] = R.unsignedZeros(${boxed});`],
  };
}
