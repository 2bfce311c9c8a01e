/** The task's side: splits of Parquet files to batches, with what can be left out by row groups' statistics left out. */
import type { DataType } from "../../../columnar/types";
import type { BatchSource, ColumnBatch, Vector } from "../../../columnar/vector";
import type { Attribute } from "../../expressions/expression";
import { simpleString } from "../../types/text";
import type { ScanColumn, ScanEnv, ScanRequest } from "../data-source";
import { constantVector, METADATA_COLUMN, metadataType, metadataValue, rowIndexVector } from "../files/constant-columns";
import type { FileSplit } from "../files/packing";
import { booleanSetting } from "../options";
import { mayMatch } from "../may-match";
import { openRandomAccess, type RandomAccess } from "../random-access";
import { boundsOf } from "./bounds";
import { childNamed, type ColumnPlan, columnPlan } from "./column-plan";
import { naming, type ParquetFooter, readFooter, typeMismatch } from "./file";
import type { ColumnChunk, RowGroup } from "./metadata";
import { RowGroupSource } from "./scan";
import type { ParquetNode } from "./schema";

export const DEFAULT_BATCH_ROWS = 16384;

/** Where each column of a batch comes from. */
type Output =
  | { readonly kind: "file"; readonly place: number }
  | { readonly kind: "partition"; readonly place: number; readonly type: DataType }
  | { readonly kind: "metadata"; readonly field: string | null };

interface OpenFile {
  readonly split: FileSplit;
  readonly file: RandomAccess;
  readonly footer: ParquetFooter;
  readonly plans: readonly ColumnPlan[];
  /** First row of each row group in the file. */
  readonly firstRows: readonly number[];
  readonly groups: readonly number[];
}

export class ParquetScan implements BatchSource {
  readonly #outputs: readonly Output[];
  readonly #fileColumns: readonly ScanColumn[];
  readonly #batchRows: number;
  readonly #caseSensitive: boolean;
  readonly #ignoreCorrupt: boolean;
  readonly #ignoreMissing: boolean;
  #next = 0;
  #open: OpenFile | null = null;
  #group = 0;
  #rows: RowGroupSource | null = null;
  #firstRow = 0;
  #left: number;

  constructor(
    private readonly splits: readonly FileSplit[],
    private readonly request: ScanRequest,
    private readonly env: ScanEnv,
  ) {
    const { relation, settings } = request;
    this.#caseSensitive = settings.caseSensitive;
    this.#batchRows = Number(settings.conf["spark.firesteel.sql.parquet.batchRows"] ?? DEFAULT_BATCH_ROWS);
    const { options } = relation;
    this.#ignoreCorrupt = flag(
      options,
      "ignoreCorruptFiles",
      booleanSetting(settings, "spark.sql.files.ignoreCorruptFiles", false),
    );
    this.#ignoreMissing = flag(
      options,
      "ignoreMissingFiles",
      booleanSetting(settings, "spark.sql.files.ignoreMissingFiles", false),
    );
    this.#left = request.limit ?? Infinity;
    const fileColumns: ScanColumn[] = [];
    this.#outputs = request.columns.map((column): Output => {
      const [name] = column.path;
      const partition = relation.partitionColumns.findIndex((p) => this.#same(p, name!));
      if (partition >= 0) return { kind: "partition", place: partition, type: column.type };
      if (name === METADATA_COLUMN && !relation.schema.fields.some((field) => this.#same(field.name, name)))
        return { kind: "metadata", field: column.path[1] ?? null };
      fileColumns.push(column);
      return { kind: "file", place: fileColumns.length - 1 };
    });
    this.#fileColumns = fileColumns;
  }

  #same(a: string, b: string): boolean {
    return this.#caseSensitive ? a === b : a.toLowerCase() === b.toLowerCase();
  }

  next(): ColumnBatch | null {
    this.env.checkInterrupted();
    while (this.#left > 0) {
      if (this.#rows !== null) {
        const batch = this.#nextOfGroup(this.#rows);
        if (batch !== null) return this.#complete(batch);
        this.#rows = null;
      }
      if (!this.#nextGroup()) break;
    }
    this.close();
    return null;
  }

  #nextOfGroup(rows: RowGroupSource): ColumnBatch | null {
    try {
      return rows.next();
    } catch (error) {
      if (!this.#ignoreCorrupt || !isFileFault(error)) throw error;
      this.#closeFile();
      return null;
    }
  }

  /** Opens the row group that comes next, in this file or a later one. */
  #nextGroup(): boolean {
    for (;;) {
      const open = this.#open;
      if (open === null) {
        const split = this.splits[this.#next++];
        if (split === undefined) return false;
        this.#openFile(split);
        continue;
      }
      const group = open.groups[this.#group++];
      if (group === undefined) {
        this.#closeFile();
        continue;
      }
      if (!this.#mayMatch(open, group)) continue;
      this.#firstRow = open.firstRows[group]!;
      const { file, footer, plans } = open;
      this.#rows = new RowGroupSource({ file, footer, group, columns: plans, ranges: null }, this.#batchRows);
      return true;
    }
  }

  #openFile(split: FileSplit): void {
    try {
      const file = openRandomAccess(split.path, split.fileLength, this.env.storage.fetch);
      try {
        this.#open = naming(split.path, () => this.#planFile(split, file));
      } catch (error) {
        file.close();
        throw error;
      }
      this.#group = 0;
      const { path, start, length } = split;
      this.env.readsFile({ path, start, length });
    } catch (error) {
      if (this.#ignoreCorrupt && isFileFault(error)) return;
      if (this.#ignoreMissing && isMissing(error)) return;
      throw error;
    }
  }

  #planFile(split: FileSplit, file: RandomAccess): OpenFile {
    const footer = readFooter(file, split.modified);
    const options = {
      caseSensitive: this.#caseSensitive,
      mismatch: (column: string, type: DataType, actual: string) => typeMismatch(split.path, column, simpleString(type), actual),
    };
    const plans = this.#fileColumns.map(({ path, type }) => columnPlan(footer.root, path, type, options));
    const firstRows: number[] = [];
    const groups: number[] = [];
    let row = 0;
    footer.metadata.rowGroups.forEach((group, index) => {
      firstRows.push(row);
      row += group.rows;
      // A row group belongs to the split that its middle is in.
      const middle = startOf(group) + compressedBytes(group) / 2;
      const whole = split.start === 0 && split.length === split.fileLength;
      if (group.rows > 0 && (whole || (middle >= split.start && middle < split.start + split.length))) groups.push(index);
    });
    return { split, file, footer, plans, firstRows, groups };
  }

  #mayMatch(open: OpenFile, index: number): boolean {
    const { pushed, runtime = [] } = this.request;
    if (pushed.length === 0 && runtime.length === 0) return true;
    const group = open.footer.metadata.rowGroups[index]!;
    return mayMatch(pushed, runtime, (attribute) => {
      const column = this.#columnOf(attribute);
      const node = column === undefined ? undefined : this.#leafAt(open.footer, column.path);
      if (column === undefined || node === undefined) return null;
      const chunk = group.columns[node.leaf]!;
      const typeOrder = open.footer.metadata.typeOrder?.[node.leaf] ?? false;
      return boundsOf(node, column.type, chunk.statistics, chunk.values, typeOrder);
    });
  }

  #columnOf(attribute: Attribute): { readonly path: readonly string[]; readonly type: DataType } | undefined {
    const scanned = this.request.columns.find((column) => column.attribute.id === attribute.id);
    return (
      scanned ??
      this.request.relation.schema.fields
        .filter((f) => f.name === attribute.name)
        .map((f) => ({ path: [f.name], type: f.type }))[0]
    );
  }

  #leafAt(footer: ParquetFooter, path: readonly string[]): ParquetNode | undefined {
    let node: ParquetNode | undefined = footer.root;
    for (const name of path) {
      node = childNamed(node, name, this.#caseSensitive);
      if (node === undefined) return undefined;
    }
    return node.leaf >= 0 ? node : undefined;
  }

  #complete(batch: ColumnBatch): ColumnBatch {
    const { split } = this.#open!;
    const length = Math.min(batch.length, this.#left);
    this.#left -= length;
    this.env.read(0, length);
    const firstRow = this.#firstRow + (this.#rows?.batchStart ?? 0);
    const columns = this.#outputs.map((output): Vector => {
      switch (output.kind) {
        case "file":
          return batch.columns[output.place]!;
        case "partition":
          return constantVector(split.partition[output.place] as never, output.type, batch.length);
        case "metadata":
          return metadataVector(output.field, split, firstRow, batch.length);
      }
    });
    return { length: batch.length, columns };
  }

  #closeFile(): void {
    if (this.#rows !== null) this.#rows.close();
    this.#rows = null;
    if (this.#open === null) return;
    this.env.read(this.#open.file.bytesRead, 0);
    this.#open.file.close();
    this.#open = null;
  }

  close(): void {
    this.#closeFile();
    this.#left = 0;
    this.env.readsFile(null);
  }
}

function metadataVector(field: string | null, split: FileSplit, firstRow: number, length: number): Vector {
  const { fields } = metadataType(true);
  const one = (name: string, type: DataType): Vector => {
    const value = metadataValue(name, split);
    return value === null ? rowIndexVector(firstRow, length) : constantVector(value, type, length);
  };
  if (field === null) return { form: "struct", length, children: fields.map(({ name, type }) => one(name, type)), valid: null };
  const found = fields.find(({ name }) => name === field.toLowerCase());
  return one(field, found?.type ?? { kind: "long" });
}

function flag(options: Readonly<Record<string, string>>, name: string, otherwise: boolean): boolean {
  const text = Object.entries(options).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
  return text === undefined ? otherwise : text.toLowerCase() === "true";
}

function isFileFault(error: unknown): boolean {
  return error instanceof Error && "errorClass" in error && String(error.errorClass).startsWith("FAILED_READ_FILE");
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "errorClass" in error && error.errorClass === "PATH_NOT_FOUND";
}

function chunkStart({ dataOffset, dictionaryOffset }: ColumnChunk): number {
  return dictionaryOffset > 0 && dictionaryOffset < dataOffset ? dictionaryOffset : dataOffset;
}

export function startOf(group: RowGroup): number {
  const [first] = group.columns;
  return first === undefined ? 0 : chunkStart(first);
}

export function compressedBytes(group: RowGroup): number {
  return group.columns.reduce((sum, column) => sum + column.compressedSize, 0);
}
