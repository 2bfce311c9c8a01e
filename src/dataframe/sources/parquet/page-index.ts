/** The indexes behind the row groups: where pages are, and what bounds their values have. */
import type { RandomAccess } from "../random-access";
import type { PagePlaces } from "./chunk-reader";
import { DamagedPage } from "./codecs";
import type { ColumnChunk } from "./metadata";
import { ThriftReader, ThriftType } from "./thrift";

const MAX_INDEX_BYTES = 64 << 20;

export interface ColumnIndex {
  readonly empty: readonly boolean[];
  readonly min: readonly Uint8Array[];
  readonly max: readonly Uint8Array[];
  /** Null where the writer did not count. */
  readonly nulls: readonly number[] | null;
}

function readIndex(file: RandomAccess, place: readonly [offset: number, length: number]): ThriftReader {
  const [offset, length] = place;
  if (offset < 4 || length > MAX_INDEX_BYTES || offset + length > file.length)
    throw new DamagedPage("an index of pages lies outside of the file");
  const bytes = Buffer.allocUnsafeSlow(length);
  file.read(offset, bytes, 0, length);
  return new ThriftReader(bytes, 0);
}

/** Null where the chunk has no index. */
export function readPlaces(file: RandomAccess, chunk: ColumnChunk, rows: number): PagePlaces | null {
  if (chunk.offsetIndex === null) return null;
  const r = readIndex(file, chunk.offsetIndex);
  const offsets: number[] = [];
  const firstRows: number[] = [];
  r.struct((id, type) => {
    if (id !== 1 || type !== (ThriftType.List as number)) return false;
    r.array(() => {
      r.struct((field) => {
        if (field === 1) offsets.push(r.i64());
        else if (field === 3) firstRows.push(r.i64());
        else return false;
        return true;
      });
    });
    return true;
  });
  const rising = firstRows.every((row, i) => (i === 0 ? row === 0 : row >= firstRows[i - 1]!) && row <= rows);
  if (offsets.length === 0 || offsets.length !== firstRows.length || !rising)
    throw new DamagedPage("an index of pages is damaged");
  return { offsets, firstRows };
}

export function readColumnIndex(file: RandomAccess, chunk: ColumnChunk): ColumnIndex | null {
  if (chunk.columnIndex === null) return null;
  const r = readIndex(file, chunk.columnIndex);
  let empty: boolean[] = [];
  let min: Uint8Array[] = [];
  let max: Uint8Array[] = [];
  let nulls: number[] | null = null;
  r.struct((id, type) => {
    if (type !== (ThriftType.List as number)) return false;
    if (id === 1) empty = r.array(() => r.byte() === 1);
    else if (id === 2) min = r.array(() => r.binary());
    else if (id === 3) max = r.array(() => r.binary());
    else if (id === 5) nulls = r.array(() => r.i64());
    else return false;
    return true;
  });
  if (min.length !== empty.length || max.length !== empty.length) throw new DamagedPage("an index of pages is damaged");
  return { empty, min, max, nulls };
}

export type RowRange = readonly [from: number, to: number];

/** Rows that are in both lists; each in rising order. */
export function intersected(a: readonly RowRange[], b: readonly RowRange[]): RowRange[] {
  const result: RowRange[] = [];
  for (let i = 0, k = 0; i < a.length && k < b.length;) {
    const from = Math.max(a[i]![0], b[k]![0]);
    const to = Math.min(a[i]![1], b[k]![1]);
    if (from < to) result.push([from, to]);
    if (a[i]![1] < b[k]![1]) i++;
    else k++;
  }
  return result;
}

/** Rows of the pages that are wanted; neighbours become one range. */
export function rangesOfPages(places: PagePlaces, rows: number, wanted: (page: number) => boolean): RowRange[] {
  const result: [number, number][] = [];
  places.firstRows.forEach((from, page) => {
    const to = places.firstRows[page + 1] ?? rows;
    if (from >= to || !wanted(page)) return;
    const last = result[result.length - 1];
    if (last?.[1] === from) last[1] = to;
    else result.push([from, to]);
  });
  return result;
}
