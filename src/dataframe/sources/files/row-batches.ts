/** Readers of formats that give rows: records to columns of the types that a scan asks for. */
import { type VectorBuilder, vectorBuilder } from "../../../columnar/batch";
import type { Boxed, DataType, StructField, StructType } from "../../../columnar/types";
import type { ColumnBatch } from "../../../columnar/vector";
import type { ScanColumn } from "../data-source";
import type { SplitReader } from "./file-scan";

const BATCH_ROWS = 8192;

/** The fields that rows must have so that the columns can be made of them, in the order of the relation. */
export function neededFields(columns: readonly ScanColumn[], schema: StructType, caseSensitive: boolean): StructField[] {
  const fold = (name: string): string => (caseSensitive ? name : name.toLowerCase());
  const names = new Set(columns.map((column) => fold(column.path[0]!)));
  return schema.fields.filter((field) => names.has(fold(field.name)));
}

/** Rows of `fields`, run by run. */
export interface RowRuns {
  next(): Iterable<readonly Boxed[]> | null;
  readonly bytesRead: number;
  close(): void;
}

export class RowBatches implements SplitReader {
  readonly firstRow = 0;
  readonly #pickers: readonly ((row: readonly Boxed[]) => Boxed)[];
  readonly #types: readonly DataType[];
  #rows: Iterator<readonly Boxed[]> | null = null;
  #ended = false;

  constructor(
    private readonly runs: RowRuns,
    fields: readonly StructField[],
    columns: readonly ScanColumn[],
    caseSensitive: boolean,
  ) {
    this.#types = columns.map((column) => column.type);
    this.#pickers = columns.map(({ path }) => picker(fields, path, caseSensitive));
  }

  get bytesRead(): number {
    return this.runs.bytesRead;
  }

  next(): ColumnBatch | null {
    const builders: VectorBuilder[] = this.#types.map((type) => vectorBuilder(type, 1024));
    const pickers = this.#pickers;
    const width = pickers.length;
    let length = 0;
    while (length < BATCH_ROWS && !this.#ended) {
      if (this.#rows === null) {
        const run = this.runs.next();
        if (run === null) {
          this.#ended = true;
          break;
        }
        this.#rows = run[Symbol.iterator]();
      }
      const item = this.#rows.next();
      if (item.done === true) {
        this.#rows = null;
        continue;
      }
      for (let i = 0; i < width; i++) builders[i]!.append(pickers[i]!(item.value));
      length++;
    }
    return length === 0 ? null : { length, columns: builders.map((builder) => builder.finish()) };
  }

  close(): void {
    this.#ended = true;
    this.#rows = null;
    this.runs.close();
  }
}

/** The value at a path of a row. */
function picker(
  fields: readonly StructField[],
  path: readonly string[],
  caseSensitive: boolean,
): (row: readonly Boxed[]) => Boxed {
  const fold = (name: string): string => (caseSensitive ? name : name.toLowerCase());
  const places: number[] = [];
  let within: readonly StructField[] = fields;
  for (const name of path) {
    const place = within.findIndex((field) => fold(field.name) === fold(name));
    if (place < 0) return () => null;
    places.push(place);
    const { type } = within[place]!;
    within = type.kind === "struct" ? type.fields : [];
  }
  const [first, ...deeper] = places as [number, ...number[]];
  if (deeper.length === 0) return (row) => row[first]!;
  return (row) => {
    let value = row[first]!;
    for (const place of deeper) {
      if (value === null) return null;
      value = (value as readonly Boxed[])[place]!;
    }
    return value;
  };
}
