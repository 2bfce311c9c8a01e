/** Batches of row groups: the columns that a query asks for, aligned. */
import type { BatchSource, ColumnBatch, Vector } from "../../../columnar/vector";
import type { RandomAccess } from "../random-access";
import { ChunkReader, type PagePlaces } from "./chunk-reader";
import type { ColumnPlan } from "./column-plan";
import { type ColumnReader, columnReader } from "./column-reader";
import { named, type ParquetFooter } from "./file";
import { readPlaces, type RowRange } from "./page-index";

export interface RowGroupScan {
  readonly file: RandomAccess;
  readonly footer: ParquetFooter;
  readonly group: number;
  readonly columns: readonly ColumnPlan[];
  /** Rows to be read, [from, to) in rising order; null for all. */
  readonly ranges: readonly RowRange[] | null;
}

/** A batch rather ends with a page, so that no column is put together from two, unless it becomes smaller than this. */
const SMALLEST_CUT = 2048;

/** The rows of one row group. Errors name the file. */
export class RowGroupSource implements BatchSource {
  readonly #scan: RowGroupScan;
  readonly #readers: ColumnReader[] = [];
  readonly #rows: number;
  readonly #ranges: readonly RowRange[];
  #range = 0;
  #row = 0;

  constructor(
    scan: RowGroupScan,
    private readonly batchRows: number,
  ) {
    this.#scan = scan;
    const group = scan.footer.metadata.rowGroups[scan.group]!;
    this.#rows = group.rows;
    this.#ranges = scan.ranges ?? [[0, this.#rows]];
    const { file } = scan;
    // Without ranges nothing is passed over.
    const places = (leaf: number): PagePlaces | null =>
      scan.ranges === null ? null : readPlaces(file, group.columns[leaf]!, group.rows);
    try {
      for (const plan of scan.columns) {
        this.#readers.push(
          columnReader(
            plan,
            ({ node, conversion }, options) =>
              new ChunkReader(
                file,
                group.columns[node.leaf]!,
                node,
                conversion,
                options,
                options.nested ? null : places(node.leaf),
              ),
          ),
        );
      }
    } catch (error) {
      this.close();
      throw named(scan.file.path, error);
    }
  }

  /** The row of the row group at which the last batch began. */
  batchStart = 0;

  next(): ColumnBatch | null {
    for (;;) {
      const range = this.#ranges[this.#range];
      if (range === undefined) {
        this.close();
        return null;
      }
      if (this.#row >= range[1]) {
        this.#range++;
        continue;
      }
      try {
        return this.#read(range);
      } catch (error) {
        this.close();
        throw named(this.#scan.file.path, error);
      }
    }
  }

  #read([from, to]: RowRange): ColumnBatch {
    const readers = this.#readers;
    if (this.#row < from) {
      for (const reader of readers) reader.skip(from - this.#row);
      this.#row = from;
    }
    let rows = Math.min(to - this.#row, this.batchRows);
    for (const reader of readers) {
      const inPage = reader.rowsInPage();
      if (inPage < rows && inPage >= SMALLEST_CUT) rows = inPage;
    }
    const columns: Vector[] = new Array<Vector>(readers.length);
    for (let i = 0; i < readers.length; i++) columns[i] = readers[i]!.read(rows);
    this.batchStart = this.#row;
    this.#row += rows;
    return { length: rows, columns };
  }

  close(): void {
    for (const reader of this.#readers) reader.close();
    this.#range = this.#ranges.length;
  }
}
