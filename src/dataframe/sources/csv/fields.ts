/** The fast way through CSV: files with one-byte separators, UTF-8 and the usual types. */
import type { StructField } from "../../../columnar/types";
import type { CsvOptions } from "../../csv/options";
import type { FastColumn, LineFields, LineSplitter } from "../files/fast-lines";
import { fieldParser } from "../files/field-parsers";
import { type Heap, Region } from "../wasm/heap";

export interface FastCsvColumn extends FastColumn {
  /** Place of the field in a line. */
  readonly field: number;
}

/** Whether the fast way reads lines of `width` fields as the options want them. */
export function isSimple(options: CsvOptions, width: number): boolean {
  const oneByte = (text: string): boolean => text.length === 1 && text.charCodeAt(0) < 128;
  return (
    !options.multiLine &&
    (options.encoding === undefined || /^utf-?8$/i.test(options.encoding)) &&
    (options.lineSep === undefined || options.lineSep === "\n") &&
    options.comment === undefined &&
    options.nullValue === "" &&
    options.emptyValue.read === "" &&
    options.maxCharsPerColumn < 0 &&
    width > 1 &&
    width <= options.maxColumns &&
    !options.trimLeading.read &&
    !options.trimTrailing.read &&
    oneByte(options.delimiter) &&
    (options.quote === "" || oneByte(options.quote)) &&
    (options.escape === "" || oneByte(options.escape))
  );
}

/** Columns of the needed fields; null where the options or a type ask for the careful way. */
export function fastColumns(
  needed: readonly StructField[],
  all: readonly StructField[],
  options: CsvOptions,
): readonly FastCsvColumn[] | null {
  // Headers that must be as the schema says are looked at by the careful way.
  if (!isSimple(options, all.length) || (options.header && !options.enforceSchema)) return null;
  const columns: FastCsvColumn[] = [];
  for (const field of needed) {
    const parser = fieldParser(field.type, options);
    if (parser === null) return null;
    columns.push({ field: all.indexOf(field), type: field.type, parser });
  }
  return columns;
}

const LF = 10;

export class CsvSplitter implements LineSplitter {
  readonly packs = false;
  readonly #slots: Region;
  readonly #slotted: number;

  constructor(
    private readonly heap: Heap,
    /** Places of the fields in a line, in the order of the columns. */
    fields: readonly number[],
    /** Fields of a line; 0 where any number is fine. */
    private readonly width: number,
    private readonly options: CsvOptions,
  ) {
    const count = fields.reduce((most, field) => Math.max(most, field + 1), 0);
    this.#slotted = count;
    this.#slots = new Region(heap);
    const at = this.#slots.need(4 * count);
    heap.bytes.fill(0xff, at, at + 4 * count);
    fields.forEach((field, slot) => heap.bytes.writeInt32LE(slot, at + 4 * field));
  }

  split(src: number, end: number, { most, starts, ends, lines, odd }: LineFields): number {
    const { delimiter, quote, escape } = this.options;
    // A character that stands for none: line feeds are looked for anyway.
    const byte = (text: string): number => (text === "" ? LF : text.charCodeAt(0));
    return this.heap.kernels.csvFields(
      src,
      end,
      byte(delimiter),
      byte(quote),
      escape === quote ? LF : byte(escape),
      this.width,
      this.#slotted,
      this.#slots.address,
      most,
      starts,
      ends,
      lines,
      odd,
    );
  }

  stopped(): number {
    return this.heap.kernels.csvStopped();
  }

  /** Fields that are empty are no values. */
  valid(starts: number, ends: number, count: number, valid: number): number {
    return this.heap.kernels.csvValid(starts, ends, count, valid);
  }

  free(): void {
    this.#slots.free();
  }
}
