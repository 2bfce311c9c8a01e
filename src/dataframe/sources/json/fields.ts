/** The fast way through JSON: UTF-8 with one object a line, and columns of plain types. */
import type { StructField } from "../../../columnar/types";
import { InternalError } from "../../../common/errors";
import type { JsonOptions } from "../../json/options";
import type { FastColumn, LineFields, LineSplitter } from "../files/fast-lines";
import { fieldParser } from "../files/field-parsers";
import { type Heap, Region } from "../wasm/heap";

/** What the values of a column are in JSON, besides null: strings; strings that are not empty; numbers; true and false. */
const enum Wanted {
  Text,
  Filled,
  Number,
  Boolean,
}

export interface FastJsonColumn extends FastColumn {
  readonly name: string;
  readonly wanted: Wanted;
}

/** Columns of the needed fields; null where the options, a name or a type ask for the careful way. */
export function fastColumns(needed: readonly StructField[], options: JsonOptions): readonly FastJsonColumn[] | null {
  // What the options allow beyond plain JSON is read by the careful way, line by line.
  const simple =
    !options.multiLine &&
    options.singleVariantColumn === undefined &&
    (options.encoding === undefined || /^utf-?8$/i.test(options.encoding)) &&
    (options.lineSep === undefined || options.lineSep === "\n") &&
    needed.every(({ name }) => isPlainName(name) && name !== options.columnNameOfCorruptRecord) &&
    new Set(needed.map(({ name }) => name)).size === needed.length;
  if (!simple) return null;
  const columns: FastJsonColumn[] = [];
  for (const { name, type } of needed) {
    const parser = fieldParser(type, options);
    if (parser === null) return null;
    columns.push({ name, type, parser, wanted: wantedOf(type.kind) });
  }
  return columns;
}

/** Its bytes are the same in JSON, and no bytes that are no UTF-8 stand for it. */
function isPlainName(name: string): boolean {
  return !/[\u0000-\u001f"\\\ufffd]|\p{Surrogate}/u.test(name);
}

function wantedOf(kind: StructField["type"]["kind"]): Wanted {
  switch (kind) {
    case "string":
      return Wanted.Text;
    case "date":
    case "timestamp":
    case "timestamp_ntz":
      return Wanted.Filled;
    case "byte":
    case "short":
    case "int":
    case "long":
    case "float":
    case "double":
    case "decimal":
      return Wanted.Number;
    case "boolean":
      return Wanted.Boolean;
    default:
      throw new InternalError(`No plain type: ${kind}.`);
  }
}

const COLUMN_WORDS = 4;
const KEY_BYTES = 16;
/** Keys that are known besides the columns'. */
const OTHER_KEYS = 256;

export class JsonSplitter implements LineSplitter {
  readonly packs = true;
  readonly #columns: Region;
  readonly #table: Region;
  readonly #count: number;
  readonly #room: number;
  readonly #mask: number;

  constructor(
    private readonly heap: Heap,
    columns: readonly FastJsonColumn[],
  ) {
    this.#count = columns.length;
    this.#room = columns.length + OTHER_KEYS;
    this.#mask = 2 ** (33 - Math.clz32(this.#room)) - 1;
    this.#table = new Region(heap);
    this.#table.need(4 * (this.#mask + 1) + KEY_BYTES * (this.#room + 1));
    const names = columns.map(({ name }) => Buffer.from(`"${name}"`));
    const words = COLUMN_WORDS * columns.length;
    this.#columns = new Region(heap);
    let at = this.#columns.need(4 * words + names.reduce((sum, name) => sum + name.length, 0));
    const memory = heap.bytes;
    let nameAt = at + 4 * words;
    columns.forEach(({ wanted }, i) => {
      const name = names[i]!;
      memory.set(name, nameAt);
      memory.writeUInt32LE(nameAt, at);
      memory.writeInt32LE(name.length, at + 4);
      memory.writeInt32LE(wanted, at + 8);
      nameAt += name.length;
      at += 4 * COLUMN_WORDS;
    });
  }

  split(src: number, end: number, { most, starts, ends, lines, odd }: LineFields): number {
    return this.heap.kernels.jsonFields(
      src,
      end,
      this.#columns.address,
      this.#count,
      this.#table.address,
      this.#mask,
      this.#room,
      most,
      starts,
      ends,
      lines,
      odd,
    );
  }

  stopped(): number {
    return this.heap.kernels.jsonStopped();
  }

  valid(_starts: number, ends: number, count: number, valid: number): number {
    return this.heap.kernels.jsonValid(ends, count, valid);
  }

  free(): void {
    this.#columns.free();
    this.#table.free();
  }
}
