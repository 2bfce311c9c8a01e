/**
 * What flows inside a task: runs of records ("chunks") in the form in which they were read, so that a generated loop can
 * take columns, ranges and lines as they are and make an object per record only where a user function needs one.
 */

/** The structure that all records of a batch share; a leaf is one typed column. */
export type Shape =
  | { readonly type: "number" }
  | { readonly type: "string" }
  | { readonly type: "boolean" }
  /** An array of fixed length, as pairs are. */
  | { readonly type: "tuple"; readonly items: readonly Shape[] }
  /** A plain object; `keys` in the order in which the objects list them. */
  | { readonly type: "record"; readonly keys: readonly string[]; readonly fields: readonly Shape[] }
  /** Anything else: values as such, decoded by the general tagged format. */
  | { readonly type: "any" };

/** One leaf of a shape, for `length` records. */
export type Column =
  | { readonly type: "number"; readonly values: Float64Array | Int32Array }
  /** Record i is `text.substring(offsets[i], offsets[i + 1])`; offsets count UTF-16 units. */
  | { readonly type: "string"; readonly text: string; readonly offsets: Int32Array }
  /** 0 or 1 per record. */
  | { readonly type: "boolean"; readonly values: Uint8Array }
  | { readonly type: "any"; readonly values: readonly unknown[] };

export type Chunk =
  | { readonly kind: "rows"; readonly rows: readonly unknown[]; readonly start: number; readonly end: number }
  /** The numbers start + i * step. */
  | { readonly kind: "range"; readonly start: number; readonly step: number; readonly length: number }
  /** `columns` are the leaves of `shape` from left to right. */
  | { readonly kind: "columns"; readonly shape: Shape; readonly columns: readonly Column[]; readonly length: number }
  /** Lines that end with "\n" (the last one may lack it), with no "\r" among them. */
  | { readonly kind: "lines"; readonly text: string };

/**
 * A stream of chunks. Synchronous, as everything inside a task: a source that needs bytes from elsewhere blocks its
 * thread. `close` may be called at any time, more than once, and must release what the source holds.
 */
export interface ChunkSource {
  next(): Chunk | null;
  close(): void;
}
