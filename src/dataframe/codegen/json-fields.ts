/** Fields of JSON objects read from bytes: what generated code calls for from_json. */
import type { Boxed, StructType } from "../../columnar/types";
import { fieldConverter, type FieldConverter } from "../json/parse";
import type { JsonOptions } from "../json/options";
import { behindColon, hasEscape, isName, nameBytes, ODD, skipSpace, stringEnd, valueEnd } from "../json/scan";
import type { SqlSettings } from "../settings";
import { textOf } from "./bytes";
import { digitsIn } from "./integers";
import { isVerbatim } from "./json-paths";
import { slab } from "./text-slab";

const QUOTE = 34;
/** Objects of more fields are not looked up by their bytes. */
const MOST_FIELDS = 64;

type Row = readonly Boxed[];

/** Says that only the careful reader knows. */
const UNKNOWN = Symbol("unknown");

interface JsonFieldsOptions {
  readonly schema: StructType;
  readonly json: JsonOptions;
  readonly settings: SqlSettings;
  /** The value of any text. */
  readonly careful: (text: string) => Boxed;
}

export function jsonFieldReader(options: JsonFieldsOptions): JsonFieldReader {
  const { schema, json } = options;
  const names = schema.fields.map(({ name }) => nameBytes(name));
  const plain =
    json.mode === "PERMISSIVE" &&
    names.length <= MOST_FIELDS &&
    names.every((name) => name !== null) &&
    new Set(schema.fields.map(({ name }) => name)).size === names.length &&
    schema.fields.every(({ name }) => name !== json.columnNameOfCorruptRecord);
  return new JsonFieldReader(plain ? names : null, options);
}

class JsonFieldReader {
  /** Where the text of the string that was read last is, and where it ends. */
  bytes: Uint8Array = new Uint8Array(0);
  end = 0;
  readonly #careful: (text: string) => Boxed;
  readonly #types: readonly string[];
  readonly #converters: readonly FieldConverter[];
  /** Ranges of the values of the record; a field that it has not begins at -1. */
  readonly #starts: Int32Array;
  readonly #stops: Int32Array;
  #source: Uint8Array = this.bytes;
  #from = 0;
  #to = 0;
  /** What the careful reader has made of the record; UNKNOWN where it was not asked. */
  #row: Row | null | typeof UNKNOWN = UNKNOWN;

  constructor(
    private readonly names: readonly Uint8Array[] | null,
    { schema, json, settings, careful }: JsonFieldsOptions,
  ) {
    this.#careful = careful;
    this.#types = schema.fields.map(({ type }) => type.kind);
    this.#converters = schema.fields.map(({ type }) => fieldConverter(type, json, settings));
    this.#starts = new Int32Array(schema.fields.length);
    this.#stops = new Int32Array(schema.fields.length);
  }

  /** The record in these bytes; the other methods are about it. They must stay until the next one. */
  read(bytes: Uint8Array, from: number, end: number): void {
    this.#source = bytes;
    this.#from = from;
    this.#to = end;
    this.#row = UNKNOWN;
    if (this.names === null || !this.#scan(this.names, bytes, from, end)) this.#ask();
  }

  /** The whole record. */
  row(): Row | null {
    if (this.#row !== UNKNOWN) return this.#row;
    const width = this.#types.length;
    const row = new Array<Boxed>(width);
    for (let i = 0; i < width; i++) {
      const value = this.#fast(i);
      if (value === UNKNOWN) return this.#ask();
      row[i] = value;
    }
    return row;
  }

  value(field: number): Boxed {
    const value = this.#row === UNKNOWN ? this.#fast(field) : UNKNOWN;
    return value === UNKNOWN ? this.#careField(field) : value;
  }

  /** Where the text of a field of strings begins; -1 for null. */
  text(field: number): number {
    if (this.#row === UNKNOWN) {
      const start = this.#starts[field]!;
      if (start < 0 || this.#source[start] === 110) return -1;
      const stop = this.#stops[field]!;
      if (this.#source[start] === QUOTE && isVerbatim(this.#source, start + 1, stop - 1)) {
        this.bytes = this.#source;
        this.end = stop - 1;
        return start + 1;
      }
    }
    const text = this.value(field);
    if (text === null) return -1;
    const at = slab.put(text as string);
    this.bytes = slab.bytes;
    this.end = slab.end;
    return at;
  }

  #ask(): Row | null {
    return (this.#row = this.#careful(textOf(this.#source, this.#from, this.#to)) as Row | null);
  }

  #careField(field: number): Boxed {
    const row = this.#row === UNKNOWN ? this.#ask() : this.#row;
    return row === null ? null : row[field]!;
  }

  /** The value of a field of a plain record, or UNKNOWN. */
  #fast(field: number): Boxed | typeof UNKNOWN {
    const start = this.#starts[field]!;
    const source = this.#source;
    if (start < 0) return null;
    const first = source[start]!;
    if (first === 110) return null;
    const stop = this.#stops[field]!;
    switch (this.#types[field]) {
      case "int":
      case "long": {
        // Fewer digits fit each of them.
        if (stop - start > 9) break;
        const value = digitsIn(source, start, stop);
        return value === value ? value : UNKNOWN;
      }
      case "string":
        if (first === QUOTE && !hasEscape(source, start, stop)) return textOf(source, start + 1, stop - 1);
        break;
      case "boolean":
        return first === 116 ? true : first === 102 ? false : UNKNOWN;
      default:
    }
    const value = this.#converters[field]!(textOf(source, start, stop));
    return value === undefined ? UNKNOWN : value;
  }

  /** Notes where the values of fields are; false where the record is not plain. */
  #scan(names: readonly Uint8Array[], bytes: Uint8Array, from: number, end: number): boolean {
    const starts = this.#starts.fill(-1);
    let at = skipSpace(bytes, from, end);
    if (at === end || bytes[at] !== 123) return false;
    at = skipSpace(bytes, at + 1, end);
    if (at < end && bytes[at] === 125) return true;
    // Names mostly come in the order of the schema.
    let expected = 0;
    while (at < end) {
      if (bytes[at] !== QUOTE) return false;
      const close = stringEnd(bytes, at + 1, end);
      if (close === ODD || hasEscape(bytes, at + 1, close)) return false;
      const field = placeOf(names, bytes, at + 1, close, expected);
      at = behindColon(bytes, close + 1, end);
      if (at === ODD) return false;
      const stop = valueEnd(bytes, at, end);
      if (stop === ODD) return false;
      if (field >= 0) {
        // Of two values of a name the careful reader knows which counts.
        if (starts[field]! >= 0) return false;
        starts[field] = at;
        this.#stops[field] = stop;
        expected = field + 1;
      }
      at = skipSpace(bytes, stop, end);
      if (at === end) return false;
      if (bytes[at] === 125) return true;
      if (bytes[at] !== 44) return false;
      at = skipSpace(bytes, at + 1, end);
    }
    return false;
  }
}

function placeOf(names: readonly Uint8Array[], bytes: Uint8Array, start: number, end: number, expected: number): number {
  if (expected < names.length && isName(bytes, start, end, names[expected]!)) return expected;
  for (let i = 0; i < names.length; i++) if (isName(bytes, start, end, names[i]!)) return i;
  return -1;
}
