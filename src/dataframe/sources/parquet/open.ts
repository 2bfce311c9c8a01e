/** The task's side: splits of Parquet files to batches, with what can be left out by row groups' statistics left out. */
import type { DataType } from "../../../columnar/types";
import type { ColumnBatch } from "../../../columnar/vector";
import type { Attribute, Expression } from "../../expressions/expression";
import { attributesOf } from "../../expressions/traverse";
import { simpleString } from "../../types/text";
import type { ColumnBound, RuntimeValues, ScanColumn, ScanEnv, ScanRequest } from "../data-source";
import { defaultAt } from "../files/existence-defaults";
import type { SplitReader } from "../files/file-scan";
import type { FileSplit } from "../files/packing";
import { type BoundsOf, mayMatch } from "../may-match";
import { openRandomAccess, type RandomAccess } from "../random-access";
import { boundDecoder, bounds, boundsOf } from "./bounds";
import { childNamed, type ColumnPlan, columnPlan } from "./column-plan";
import { naming, type ParquetFooter, readFooter, typeMismatch } from "./file";
import { membership } from "./membership";
import type { ColumnChunk, RowGroup } from "./metadata";
import { intersected, rangesOfPages, readColumnIndex, readPlaces, type RowRange } from "./page-index";
import { RowFilter } from "./row-filter";
import { RowGroupSource } from "./scan";
import type { ParquetNode } from "./schema";

const DEFAULT_BATCH_ROWS = 16384;

/** One split of a file: the row groups whose middles are in it. */
export class ParquetSplit implements SplitReader {
  firstRow = 0;
  rowsRead = 0;
  readonly #file: RandomAccess;
  readonly #footer: ParquetFooter;
  readonly #plans: readonly ColumnPlan[];
  readonly #transientStrings: readonly boolean[];
  readonly #batchRows: number;
  readonly #filter: RowFilter | null;
  /** Of one of the file's columns. */
  readonly #bound: ColumnBound | undefined;
  readonly #groups: { readonly index: number; readonly firstRow: number; readonly ranges: readonly RowRange[] | null }[] = [];
  #next = 0;
  #rows: RowGroupSource | null = null;

  constructor(
    private readonly split: FileSplit,
    columns: readonly ScanColumn[],
    private readonly request: ScanRequest,
    env: ScanEnv,
    /** Rows are numbered: none may be left out within a batch. */
    numbered: boolean,
  ) {
    const { bound } = request;
    this.#bound = columns.some(({ attribute }) => attribute.id === bound?.column.id) ? bound : undefined;
    this.#transientStrings = columns.map(({ attribute }) => request.transientStrings?.has(attribute.id) === true);
    this.#filter = numbered ? null : filterOf(columns, request);
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
    const { relation, settings } = this.request;
    const { caseSensitive } = settings;
    const options = {
      caseSensitive,
      absent: (path: readonly string[]) => defaultAt(path, relation, caseSensitive),
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
      const { pushed, runtime } = this.request;
      if (ours && group.rows > 0 && this.#mayMatch(group, pushed, runtime)) {
        const ranges = this.#rangesOf(group, pushed, runtime);
        if (ranges === null || ranges.length > 0) this.#groups.push({ index, firstRow, ranges });
      }
      firstRow += group.rows;
    });
  }

  /** What is left of a row group's rows by what is known when it is its turn. */
  #withinBound(group: RowGroup, ranges: readonly RowRange[] | null): readonly RowRange[] | null {
    const bound = this.#bound;
    const condition = bound?.by.condition(bound.column) ?? null;
    if (condition === null) return ranges;
    if (!this.#mayMatch(group, [condition])) return [];
    const within = this.#rangesOf(group, [condition]);
    return within === null || ranges === null ? (within ?? ranges) : intersected(ranges, within);
  }

  #mayMatch(group: RowGroup, pushed: readonly Expression[], runtime: readonly RuntimeValues[] = []): boolean {
    if (pushed.length === 0 && runtime.length === 0) return true;
    const { root, metadata } = this.#footer;
    return mayMatch(pushed, runtime, (attribute) => {
      const column = this.#columnOf(attribute);
      const node = column === undefined ? undefined : this.#leafAt(root, column.path);
      if (column === undefined || node === undefined) return null;
      const chunk = group.columns[node.leaf]!;
      const typeOrder = metadata.typeOrder?.[node.leaf] ?? false;
      const known = boundsOf(node, column.type, chunk.statistics, chunk.values, typeOrder);
      const mayContain = node.repetition > 0 ? undefined : membership(this.#file, chunk, node, column.type);
      if (mayContain === undefined) return known;
      return { min: null, max: null, mayBeNull: true, mayHaveValues: true, ...known, mayContain };
    });
  }

  /** Rows of the pages that may match, by the indexes of the columns that filters look at; null for all rows. */
  #rangesOf(group: RowGroup, pushed: readonly Expression[], runtime: readonly RuntimeValues[] = []): readonly RowRange[] | null {
    const { columns } = this.request;
    if (pushed.length === 0 && runtime.length === 0) return null;
    // With nothing to read there is nothing to save.
    if (columns.length === 0) return null;
    let ranges: readonly RowRange[] = [[0, group.rows]];
    for (const filter of pushed) {
      const [attribute, ...others] = attributesOf(filter);
      if (attribute === undefined || others.some(({ id }) => id !== attribute.id)) continue;
      const found = this.#pagesOf(group, attribute, (boundsOfPage) => mayMatch([filter], [], boundsOfPage));
      if (found !== null) ranges = intersected(ranges, found);
    }
    for (const values of runtime) {
      const found = this.#pagesOf(group, values.column, (boundsOfPage) => mayMatch([], [values], boundsOfPage));
      if (found !== null) ranges = intersected(ranges, found);
    }
    const [first] = ranges;
    return ranges.length === 1 && first![0] === 0 && first![1] === group.rows ? null : ranges;
  }

  #pagesOf(group: RowGroup, attribute: Attribute, matches: (bounds: BoundsOf) => boolean): RowRange[] | null {
    const column = this.#columnOf(attribute);
    const node = column === undefined ? undefined : this.#leafAt(this.#footer.root, column.path);
    if (column === undefined || node === undefined || node.repetition > 0) return null;
    const chunk = group.columns[node.leaf]!;
    const index = readColumnIndex(this.#file, chunk);
    const places = readPlaces(this.#file, chunk, group.rows);
    if (index === null || places === null || index.empty.length !== places.firstRows.length) return null;
    const decode = boundDecoder(node, column.type);
    return rangesOfPages(places, group.rows, (page) => {
      const mayHaveValues = !index.empty[page];
      const mayBeNull = node.definition > 0 && index.nulls?.[page] !== 0;
      const [min, max] = mayHaveValues ? [index.min[page]!, index.max[page]!] : [null, null];
      const known = bounds(decode, min, max, mayBeNull, mayHaveValues);
      return matches((asked) => (asked.id === attribute.id ? known : null));
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
        const { index } = group;
        const chunks = this.#footer.metadata.rowGroups[index]!;
        const ranges = naming(this.split.path, () => this.#withinBound(chunks, group.ranges));
        if (ranges?.length === 0) continue;
        const { transient = false } = this.request;
        const from = { file: this.#file, footer: this.#footer, group: index };
        const lasting = { transient, transientStrings: this.#transientStrings };
        const scan = { ...from, columns: this.#plans, ranges, filter: this.#filter, ...lasting };
        this.#rows = new RowGroupSource(scan, this.#batchRows);
      }
      const before = this.#rows.rowsRead;
      const batch = this.#rows.next();
      this.rowsRead += this.#rows.rowsRead - before;
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
    this.#filter?.close();
    this.#file.close();
  }
}

function filterOf(columns: readonly ScanColumn[], { pushed, keys = [], settings, bound }: ScanRequest): RowFilter | null {
  if (pushed.length === 0 && keys.length === 0 && bound === undefined) return null;
  return RowFilter.of(
    columns.map(({ attribute }, place) => ({ attribute, place })),
    pushed,
    keys,
    settings,
    bound,
  );
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
