/** The task's side: splits of Parquet files to batches, with what can be left out by row groups' statistics left out. */
import type { DataType } from "../../../columnar/types";
import type { ColumnBatch } from "../../../columnar/vector";
import type { Attribute } from "../../expressions/expression";
import { simpleString } from "../../types/text";
import type { ScanColumn, ScanEnv, ScanRequest } from "../data-source";
import type { SplitReader } from "../files/file-scan";
import type { FileSplit } from "../files/packing";
import { mayMatch } from "../may-match";
import { openRandomAccess, type RandomAccess } from "../random-access";
import { boundsOf } from "./bounds";
import { childNamed, type ColumnPlan, columnPlan } from "./column-plan";
import { naming, type ParquetFooter, readFooter, typeMismatch } from "./file";
import type { ColumnChunk, RowGroup } from "./metadata";
import { RowGroupSource } from "./scan";
import type { ParquetNode } from "./schema";

const DEFAULT_BATCH_ROWS = 16384;

/** One split of a file: the row groups whose middles are in it. */
export class ParquetSplit implements SplitReader {
  firstRow = 0;
  readonly #file: RandomAccess;
  readonly #footer: ParquetFooter;
  readonly #plans: readonly ColumnPlan[];
  readonly #batchRows: number;
  readonly #groups: { readonly index: number; readonly firstRow: number }[] = [];
  #next = 0;
  #rows: RowGroupSource | null = null;

  constructor(
    private readonly split: FileSplit,
    columns: readonly ScanColumn[],
    private readonly request: ScanRequest,
    env: ScanEnv,
  ) {
    this.#batchRows = Number(request.settings.conf["spark.firesteel.sql.parquet.batchRows"] ?? DEFAULT_BATCH_ROWS);
    this.#file = openRandomAccess(split.path, split.fileLength, env.storage.fetch);
    try {
      this.#footer = readFooter(this.#file, split.modified);
      this.#plans = naming(split.path, () => this.#planned(columns));
      naming(split.path, () => this.#chooseGroups());
    } catch (error) {
      this.#file.close();
      throw error;
    }
  }

  get bytesRead(): number {
    return this.#file.bytesRead;
  }

  #planned(columns: readonly ScanColumn[]): ColumnPlan[] {
    const options = {
      caseSensitive: this.request.settings.caseSensitive,
      mismatch: (column: string, type: DataType, actual: string) =>
        typeMismatch(this.split.path, column, simpleString(type), actual),
    };
    return columns.map(({ path, type }) => columnPlan(this.#footer.root, path, type, options));
  }

  #chooseGroups(): void {
    const { split } = this;
    const whole = split.start === 0 && split.length === split.fileLength;
    let firstRow = 0;
    this.#footer.metadata.rowGroups.forEach((group, index) => {
      const middle = startOf(group) + compressedBytes(group) / 2;
      const ours = whole || (middle >= split.start && middle < split.start + split.length);
      if (ours && group.rows > 0 && this.#mayMatch(group)) this.#groups.push({ index, firstRow });
      firstRow += group.rows;
    });
  }

  #mayMatch(group: RowGroup): boolean {
    const { pushed, runtime = [] } = this.request;
    if (pushed.length === 0 && runtime.length === 0) return true;
    const { root, metadata } = this.#footer;
    return mayMatch(pushed, runtime, (attribute) => {
      const column = this.#columnOf(attribute);
      const node = column === undefined ? undefined : this.#leafAt(root, column.path);
      if (column === undefined || node === undefined) return null;
      const chunk = group.columns[node.leaf]!;
      return boundsOf(node, column.type, chunk.statistics, chunk.values, metadata.typeOrder?.[node.leaf] ?? false);
    });
  }

  #columnOf(attribute: Attribute): { readonly path: readonly string[]; readonly type: DataType } | undefined {
    const scanned = this.request.columns.find((column) => column.attribute.id === attribute.id);
    if (scanned !== undefined) return scanned;
    const field = this.request.relation.schema.fields.find(({ name }) => name === attribute.name);
    return field === undefined ? undefined : { path: [field.name], type: field.type };
  }

  #leafAt(root: ParquetNode, path: readonly string[]): ParquetNode | undefined {
    let node: ParquetNode | undefined = root;
    for (const name of path) {
      node = childNamed(node, name, this.request.settings.caseSensitive);
      if (node === undefined) return undefined;
    }
    return node.leaf >= 0 ? node : undefined;
  }

  next(): ColumnBatch | null {
    for (;;) {
      if (this.#rows === null) {
        const group = this.#groups[this.#next++];
        if (group === undefined) return null;
        const scan = { file: this.#file, footer: this.#footer, group: group.index, columns: this.#plans, ranges: null };
        this.#rows = new RowGroupSource(scan, this.#batchRows);
      }
      const batch = this.#rows.next();
      if (batch !== null) {
        this.firstRow = this.#groups[this.#next - 1]!.firstRow + this.#rows.batchStart;
        return batch;
      }
      this.#rows = null;
    }
  }

  close(): void {
    this.#rows?.close();
    this.#rows = null;
    this.#next = this.#groups.length;
    this.#file.close();
  }
}

function chunkStart({ dataOffset, dictionaryOffset }: ColumnChunk): number {
  return dictionaryOffset > 0 && dictionaryOffset < dataOffset ? dictionaryOffset : dataOffset;
}

function startOf(group: RowGroup): number {
  const [first] = group.columns;
  return first === undefined ? 0 : chunkStart(first);
}

function compressedBytes(group: RowGroup): number {
  return group.columns.reduce((sum, column) => sum + column.compressedSize, 0);
}
