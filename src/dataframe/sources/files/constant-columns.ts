/** Columns that have one value for a whole file: partition values, and the fields of the hidden column `_metadata`. */
import { gather, vectorOfBoxed } from "../../../columnar/batch";
import type { Boxed, DataType, StructType } from "../../../columnar/types";
import type { Vector } from "../../../columnar/vector";
import { baseName } from "../../../filesystem/path";
import type { FileEntry } from "../relation";
import type { FileSplit } from "./packing";

let zeroCodes = new Uint8Array(1 << 16);

/** `length` times the same value. Codes of all such vectors share their memory. */
export function constantVector(value: Boxed, type: DataType, length: number): Vector {
  return repeated(vectorOfBoxed([value], type), length);
}

/** A vector of one value `length` times. What shares the vector shares the dictionary, where its form has one. */
export function repeated(one: Vector, length: number): Vector {
  if (one.valid?.[0] === 0) return { form: "null", length, valid: new Uint8Array(length) };
  if (one.form !== "fixed" && one.form !== "wide" && one.form !== "bytes") return gather(one, new Int32Array(length), length);
  if (zeroCodes.length < length) zeroCodes = new Uint8Array(length);
  return { form: "dictionary", length, codes: zeroCodes.subarray(0, length), dictionary: one, valid: null };
}

/** The name of a relation's hidden column: `_metadata`, with more underscores where the relation has a column of that name. */
export function metadataColumnOf(schema: StructType): string {
  const taken = new Set(schema.fields.map(({ name }) => name.toLowerCase()));
  let name = "_metadata";
  while (taken.has(name)) name = `_${name}`;
  return name;
}

/** Fields of `_metadata`; row_index only of formats whose files have numbered rows. */
export function metadataType(hasRowIndex: boolean): StructType {
  const fields: [string, DataType][] = [
    ["file_path", { kind: "string" }],
    ["file_name", { kind: "string" }],
    ["file_size", { kind: "long" }],
    ["file_block_start", { kind: "long" }],
    ["file_block_length", { kind: "long" }],
    ["file_modification_time", { kind: "timestamp" }],
  ];
  if (hasRowIndex) fields.push(["row_index", { kind: "long" }]);
  return { kind: "struct", fields: fields.map(([name, type]) => ({ name, type, nullable: false })) };
}

const FACTS = new Set(["file_path", "file_name", "file_size", "file_modification_time"]);

/** Whether all splits of a file share the value of a field of the metadata column. */
export function isFileFact(field: string): boolean {
  return FACTS.has(field.toLowerCase());
}

/** The metadata column of a file, or a field of it, without what differs between its splits. */
export function fileFacts({ path, length, modified }: FileEntry, field: string | null): Boxed {
  const split: FileSplit = { path, modified, fileLength: length, start: 0, length, partition: [] };
  if (field !== null) return metadataValue(field, split);
  return metadataType(true).fields.map(({ name }) => (isFileFact(name) ? metadataValue(name, split) : null));
}

/** Of a split: the value of a field, or null for row_index, which differs from row to row. */
export function metadataValue(field: string, split: FileSplit): string | number | null {
  switch (field.toLowerCase()) {
    case "file_path":
      return encodedPath(split.path);
    case "file_name":
      return encodedPath(baseName(split.path));
    case "file_size":
      return split.fileLength;
    case "file_block_start":
      return split.start;
    case "file_block_length":
      return split.length;
    case "file_modification_time":
      return Math.floor(split.modified) * 1000;
    default:
      return null;
  }
}

/** As input_file_name() shows a file: file:///a/b with what URIs escape escaped. */
export function uriOf(path: string): string {
  return encodedPath(path.startsWith("file:/") ? `file://${path.slice("file:".length)}` : path);
}

/** Letters of all languages stay as they are, as in Java's URIs. */
function encodedPath(path: string): string {
  return path.replace(
    /[\u0000-\u0020"#%<>?[\\\]^`{|}\u007f]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
  );
}

export function rowIndexVector(start: number, length: number): Vector {
  const values = new Float64Array(length);
  for (let i = 0; i < length; i++) values[i] = start + i;
  return { form: "fixed", length, values, valid: null };
}
