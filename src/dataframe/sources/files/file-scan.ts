/**
 * A task's scan of files, whatever their format: split after split, with the columns that are not in the files (partition values,
 * `_metadata`) put in, the limit kept, and files that are damaged or gone passed over where that is asked for.
 */
import type { DataType } from "../../../columnar/types";
import type { BatchSource, ColumnBatch, Vector } from "../../../columnar/vector";
import type { ScanColumn, ScanEnv, ScanRequest } from "../data-source";
import { booleanOption, booleanSetting } from "../options";
import { constantVector, metadataColumnOf, metadataValue, rowIndexVector, uriOf } from "./constant-columns";
import type { FileSplit } from "./packing";

/** The rows of one split: one column for each of the file's columns that were asked for. */
export interface SplitReader {
  next(): ColumnBatch | null;
  close(): void;
  readonly bytesRead: number;
  /** Number in the file of the last batch's first row, for formats whose rows have one. */
  readonly firstRow: number;
  /** Rows looked at so far, for readers that leave some of them out. */
  readonly rowsRead?: number;
}

/** `numbered`: rows are numbered by `firstRow`, so that batches must have all rows that lie between their first and their last. */
export type OpenSplit = (split: FileSplit, columns: readonly ScanColumn[], numbered: boolean) => SplitReader;

/** Where each column of a batch comes from. */
type Output =
  | { readonly kind: "file"; readonly place: number }
  | { readonly kind: "partition"; readonly place: number; readonly type: DataType }
  | { readonly kind: "metadata"; readonly field: string | null; readonly type: DataType };

export class FileScan implements BatchSource {
  readonly #outputs: readonly Output[];
  readonly #fileColumns: readonly ScanColumn[];
  readonly #numbered: boolean;
  readonly #ignoreCorrupt: boolean;
  readonly #ignoreMissing: boolean;
  #next = 0;
  #split: FileSplit | null = null;
  #reader: SplitReader | null = null;
  #left: number;

  constructor(
    private readonly splits: readonly FileSplit[],
    request: ScanRequest,
    private readonly env: ScanEnv,
    private readonly open: OpenSplit,
  ) {
    const { relation, settings } = request;
    const { options } = relation;
    this.#ignoreCorrupt = ignoresCorrupt(request);
    const missing = booleanSetting(settings, "spark.sql.files.ignoreMissingFiles", false);
    this.#ignoreMissing = booleanOption(options, "ignoreMissingFiles", missing);
    this.#left = request.limit ?? Infinity;
    const same = (a: string, b: string): boolean => (settings.caseSensitive ? a === b : a.toLowerCase() === b.toLowerCase());
    const metadata = metadataColumnOf(relation.schema);
    const fileColumns: ScanColumn[] = [];
    this.#outputs = request.columns.map((column): Output => {
      const name = column.path[0]!;
      const partition = relation.partitionColumns.findIndex((p) => same(p, name));
      if (partition >= 0) return { kind: "partition", place: partition, type: column.type };
      if (name === metadata) return { kind: "metadata", field: column.path[1] ?? null, type: column.type };
      fileColumns.push(column);
      return { kind: "file", place: fileColumns.length - 1 };
    });
    this.#fileColumns = fileColumns;
    this.#numbered = this.#outputs.some(
      (output) => output.kind === "metadata" && (output.field === null || output.field.toLowerCase() === "row_index"),
    );
  }

  next(): ColumnBatch | null {
    this.env.checkInterrupted();
    while (this.#left > 0) {
      if (this.#reader === null && !this.#openNext()) break;
      const batch = this.#nextOf(this.#reader!);
      if (batch !== null) return this.#complete(batch);
      this.#closeSplit();
    }
    this.close();
    return null;
  }

  #openNext(): boolean {
    for (;;) {
      const split = this.splits[this.#next++];
      if (split === undefined) return false;
      try {
        this.#reader = this.open(split, this.#fileColumns, this.#numbered);
      } catch (error) {
        if (!this.#passesOver(error)) throw error;
        continue;
      }
      this.#split = split;
      const { path, start, length } = split;
      this.env.readsFile({ path: uriOf(path), start, length });
      return true;
    }
  }

  #nextOf(reader: SplitReader): ColumnBatch | null {
    try {
      return reader.next();
    } catch (error) {
      if (!this.#passesOver(error)) throw error;
      return null;
    }
  }

  #passesOver(error: unknown): boolean {
    const errorClass = error instanceof Error && "errorClass" in error ? String(error.errorClass) : "";
    return (
      (this.#ignoreCorrupt && errorClass.startsWith("FAILED_READ_FILE")) ||
      (this.#ignoreMissing && errorClass === "PATH_NOT_FOUND")
    );
  }

  #complete(batch: ColumnBatch): ColumnBatch {
    const split = this.#split!;
    const { length } = batch;
    this.#left -= length;
    if (this.#reader!.rowsRead === undefined) this.env.read(0, length);
    const { firstRow } = this.#reader!;
    const columns = this.#outputs.map((output): Vector => {
      switch (output.kind) {
        case "file":
          return batch.columns[output.place]!;
        case "partition":
          return constantVector(split.partition[output.place] as never, output.type, length);
        case "metadata":
          return metadataVector(output.field, output.type, split, firstRow, length);
      }
    });
    return { length, columns };
  }

  #closeSplit(): void {
    if (this.#reader === null) return;
    this.env.read(this.#reader.bytesRead, this.#reader.rowsRead ?? 0);
    this.#reader.close();
    this.#reader = null;
    this.#split = null;
  }

  close(): void {
    this.#closeSplit();
    this.#left = 0;
    this.env.readsFile(null);
  }
}

export function ignoresCorrupt({ relation, settings }: Pick<ScanRequest, "relation" | "settings">): boolean {
  const otherwise = booleanSetting(settings, "spark.sql.files.ignoreCorruptFiles", false);
  return booleanOption(relation.options, "ignoreCorruptFiles", otherwise);
}

function metadataVector(field: string | null, type: DataType, split: FileSplit, firstRow: number, length: number): Vector {
  if (type.kind === "struct" && field === null) {
    const children = type.fields.map((one) => metadataVector(one.name, one.type, split, firstRow, length));
    return { form: "struct", length, children, valid: null };
  }
  const value = metadataValue(field!, split);
  return value === null ? rowIndexVector(firstRow, length) : constantVector(value, type, length);
}
