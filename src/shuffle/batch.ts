/**
 * The unit in which keys and values move inside the shuffle: up to BATCH_ROWS records as one key column and one value
 * column, in whichever form they came. The columns belong to whoever made the batch and are valid until the next one.
 */

/** Records that a writer's generated loop gathers before anything is done with them. */
export const BATCH_ROWS = 4096;

/** UTF-16 units of strings that are joined to one text: V8's longest has some 2^29. */
const MOST_TEXT = 1 << 24;

/** Records with JavaScript values that are taken before V8's heap is asked again whether it is full. */
export const HEAP_PATIENCE = 1024;

/** What a batch counts towards HEAP_PATIENCE: those of long records have few of them. */
export function patienceFor(batch: { readonly length: number }): number {
  return Math.max(batch.length, HEAP_PATIENCE / 16);
}

export type BatchColumn =
  | { readonly type: "number"; readonly values: Float64Array | Int32Array }
  /** Strings end to end: string i is text.substring(offsets[i], offsets[i + 1]). */
  | { readonly type: "text"; readonly text: string; readonly offsets: Int32Array }
  | { readonly type: "strings"; readonly values: readonly string[] }
  | { readonly type: "any"; readonly values: readonly unknown[] }
  /** No values: only the keys are of interest. They read as null. */
  | { readonly type: "none" };

export interface Batch {
  readonly length: number;
  readonly key: BatchColumn;
  readonly value: BatchColumn;
}

/** A part of what a table of combiners gives up: columns valid until the next part. */
export interface Drained {
  readonly keys: BatchColumn;
  readonly combiners: BatchColumn;
  readonly length: number;
}

/** The values of a column by index, strings cut out of their text. */
export function valuesOf(column: BatchColumn, length: number): ArrayLike<unknown> {
  switch (column.type) {
    case "number":
    case "strings":
    case "any":
      return column.values;
    case "text":
      return stringsOf(column.text, column.offsets, length);
    case "none":
      return new Array<null>(length).fill(null);
  }
}

export function stringsOf(text: string, offsets: Int32Array, length: number): string[] {
  const strings = new Array<string>(length);
  for (let i = 0; i < length; i++) strings[i] = text.substring(offsets[i]!, offsets[i + 1]);
  return strings;
}

/**
 * So many of the records [from, to) of a list of strings that they can be joined to one text, at least one.
 * @param order record i is strings[order[i]]; null: strings[i]
 */
export function joinable(strings: ArrayLike<string>, order: Int32Array | null, from: number, to: number): number {
  let length = 0;
  for (let i = from; i < to; i++) {
    length += strings[order === null ? i : order[i]!]!.length;
    if (length > MOST_TEXT) return Math.max(1, i - from);
  }
  return to - from;
}

/** Records [from, to) of a column, sharing its memory where it can. */
export function sliceColumn(column: BatchColumn, from: number, to: number): BatchColumn {
  switch (column.type) {
    case "number":
      return { type: "number", values: column.values.subarray(from, to) };
    case "text":
      return { type: "text", text: column.text, offsets: column.offsets.subarray(from, to + 1) };
    case "strings":
      return { type: "strings", values: column.values.slice(from, to) };
    case "any":
      return { type: "any", values: column.values.slice(from, to) };
    case "none":
      return column;
  }
}
