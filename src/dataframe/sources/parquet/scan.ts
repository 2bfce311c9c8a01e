/** Batches of row groups: the columns that a query asks for, aligned. */
import { flattened, gather } from "../../../columnar/batch";
import type { BatchSource, ColumnBatch, Vector } from "../../../columnar/vector";
import type { RandomAccess } from "../random-access";
import { ChunkReader, type PagePlaces } from "./chunk-reader";
import type { ColumnPlan } from "./column-plan";
import { type ColumnReader, columnReader } from "./column-reader";
import { named, type ParquetFooter } from "./file";
import { PageRoom } from "./page-buffers";
import { readPlaces, type RowRange } from "./page-index";
import type { RowFilter } from "./row-filter";

export interface RowGroupScan {
  readonly file: RandomAccess;
  readonly footer: ParquetFooter;
  readonly group: number;
  readonly columns: readonly ColumnPlan[];
  /** Rows to be read, [from, to) in rising order; null for all. */
  readonly ranges: readonly RowRange[] | null;
  /** Rows that do not pass are left out. */
  readonly filter: RowFilter | null;
  /** A batch need only last until the next one is asked for. */
  readonly transient: boolean;
  /** For each column whether its strings, too, need only last so long. */
  readonly transientStrings: readonly boolean[];
}

/** Rows that are filtered at once: as a page has, so that what is left of them is worth a batch. */
const FILTERED_ROWS = 65536;

/** A batch rather ends with a page, so that no column is put together from two, unless it becomes smaller than this. */
const SMALLEST_CUT = 2048;

/** The rows of one row group. Errors name the file. */
export class RowGroupSource implements BatchSource {
  readonly #scan: RowGroupScan;
  readonly #readers: ColumnReader[] = [];
  readonly #rows: number;
  readonly #ranges: readonly RowRange[];
  /** For what is picked of columns that filters look at; null where batches are to last. */
  readonly #picked: PageRoom | null;
  #range = 0;
  #row = 0;

  constructor(
    scan: RowGroupScan,
    private readonly batchRows: number,
  ) {
    this.#scan = scan;
    this.#picked = scan.transient ? new PageRoom() : null;
    const group = scan.footer.metadata.rowGroups[scan.group]!;
    this.#rows = group.rows;
    this.#ranges = scan.ranges ?? [[0, this.#rows]];
    const { file } = scan;
    // Without ranges nothing is passed over.
    const places = (leaf: number): PagePlaces | null =>
      scan.ranges === null ? null : readPlaces(file, group.columns[leaf]!, group.rows);
    const { transient, filter } = scan;
    try {
      for (const [place, plan] of scan.columns.entries()) {
        this.#readers.push(
          columnReader(
            plan,
            {
              transient,
              transientStrings: scan.transientStrings[place]!,
              tested: filter?.isWorthwhile === true && filter.testsIntegersOf(place),
            },
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

  /** The row of the row group at which the last batch began; meaningless where rows are filtered. */
  batchStart = 0;
  /** Rows that were looked at. */
  rowsRead = 0;

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
        const batch = this.#read(range);
        if (batch !== null) return batch;
      } catch (error) {
        this.close();
        throw named(this.#scan.file.path, error);
      }
    }
  }

  #read([from, to]: RowRange): ColumnBatch | null {
    const readers = this.#readers;
    const { filter } = this.#scan;
    const filters = filter?.isWorthwhile === true;
    if (this.#row < from) {
      for (const reader of readers) reader.skip(from - this.#row);
      this.#row = from;
    }
    let rows = Math.min(to - this.#row, filters ? Math.max(FILTERED_ROWS, this.batchRows) : this.batchRows);
    for (const reader of readers) {
      const inPage = reader.rowsInPage();
      if (inPage < rows && inPage >= SMALLEST_CUT) rows = inPage;
    }
    this.batchStart = this.#row;
    this.rowsRead += rows;
    this.#row += rows;
    this.#picked?.begin();
    if (filters) return this.#readFiltered(rows, filter);
    return { length: rows, columns: readers.map((reader) => this.#settled(reader, reader.read(rows))) };
  }

  #settled(reader: ColumnReader, vector: Vector): Vector {
    return vector.form === "dictionary" && reader.isLoose ? flattened(vector, this.#picked?.take) : vector;
  }

  /** Null where no row passes. */
  #readFiltered(rows: number, filter: RowFilter): ColumnBatch | null {
    const readers = this.#readers;
    const read = new Array<Vector | null>(readers.length).fill(null);
    const selection = filter.select(rows, (place) => (read[place] ??= readers[place]!.read(rows)));
    if (selection === null) {
      const columns = readers.map((reader, i) => this.#settled(reader, read[i] ?? reader.read(rows)));
      return { length: rows, columns };
    }
    const { places, count } = selection;
    if (count === 0) {
      readers.forEach((reader, i) => {
        if (read[i] === null) reader.skip(rows);
      });
      return null;
    }
    const columns = readers.map((reader, i) => {
      const vector = read[i]!;
      const left =
        vector === null ? reader.readSelected(rows, selection) : gather(vector, places, count, false, this.#picked?.take);
      return this.#settled(reader, left);
    });
    return { length: count, columns };
  }

  close(): void {
    for (const reader of this.#readers) reader.close();
    this.#picked?.release();
    this.#range = this.#ranges.length;
  }
}
