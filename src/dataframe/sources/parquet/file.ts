/** The footer of a Parquet file, as tasks read it; the last ones are kept, for the other splits of the same file. */
import { DataError, FiresteelError } from "../../../common/errors";
import { errorText, readFailed } from "../../../filesystem/file-system";
import type { RandomAccess } from "../random-access";
import { DamagedPage } from "./codecs";
import { readMetadata } from "./footer";
import type { FileMetadata } from "./metadata";
import { type ParquetNode, SchemaError, schemaTree } from "./schema";
import { ThriftError } from "./thrift";

export interface ParquetFooter {
  readonly metadata: FileMetadata;
  readonly root: ParquetNode;
  /** By ParquetNode.leaf. */
  readonly leaves: readonly ParquetNode[];
}

const MAGIC = 0x31524150;
const ENCRYPTED_MAGIC = 0x45524150;
/** Read at once in the hope that the footer is within. */
const TAIL_BYTES = 64 * 1024;
const KEPT_FOOTERS = 16;

const footers = new Map<string, ParquetFooter>();

/** `modified` tells versions of a file apart. */
export function readFooter(file: RandomAccess, modified: number): ParquetFooter {
  const key = `${modified} ${file.length} ${file.path}`;
  const known = footers.get(key);
  if (known !== undefined) {
    footers.delete(key);
    footers.set(key, known);
    return known;
  }
  const footer = naming(file.path, () => {
    const tail = Buffer.allocUnsafe(Math.min(TAIL_BYTES, file.length));
    file.read(file.length - tail.length, tail, 0, tail.length);
    const footerLength = footerBytes(file.length, tail);
    if (footerLength + 8 <= tail.length) return parseFooter(ownFooter(tail, footerLength));
    const bytes = Buffer.allocUnsafeSlow(footerLength);
    file.read(file.length - 8 - footerLength, bytes, 0, footerLength);
    return parseFooter(bytes);
  });
  for (const oldest of footers.keys()) {
    if (footers.size < KEPT_FOOTERS) break;
    footers.delete(oldest);
  }
  footers.set(key, footer);
  return footer;
}

/** How long the footer is, from the last bytes of the file. */
export function footerBytes(fileLength: number, tail: Buffer): number {
  if (fileLength < 12) throw new DamagedPage(`it is no Parquet file: it has ${fileLength} bytes`);
  const magic = tail.readUInt32LE(tail.length - 4);
  if (magic === ENCRYPTED_MAGIC) throw new DamagedPage("its footer is encrypted, which cannot be read");
  if (magic !== MAGIC) throw new DamagedPage("it is no Parquet file, or was cut off: it does not end in PAR1");
  const length = tail.readUInt32LE(tail.length - 8);
  if (length > fileLength - 12) throw new DamagedPage("its footer is longer than the file");
  return length;
}

/**
 * The footer of `length` bytes at the end of `tail`, in memory of its own: statistics are parts of it, and as long as they are kept so would be
 * the end of the file, or the eight kilobytes that small buffers share.
 */
export function ownFooter(tail: Buffer, length: number): Buffer {
  const bytes = Buffer.allocUnsafeSlow(length);
  tail.copy(bytes, 0, tail.length - 8 - length, tail.length - 8);
  return bytes;
}

/** The footer keeps views of `bytes`. */
export function parseFooter(bytes: Uint8Array): ParquetFooter {
  const metadata = readMetadata(bytes);
  const root = schemaTree(metadata.schema);
  const leaves: ParquetNode[] = [];
  const collect = (node: ParquetNode): void => {
    if (node.leaf >= 0) leaves.push(node);
    node.children.forEach(collect);
  };
  root.children.forEach(collect);
  for (const group of metadata.rowGroups) {
    if (group.columns.length !== leaves.length)
      throw new DamagedPage(`a row group has ${group.columns.length} columns, and its schema ${leaves.length}`);
    const wrong = leaves.find((leaf) => leaf.repetition === 0 && group.columns[leaf.leaf]!.values !== group.rows);
    if (group.rows < 0 || wrong !== undefined)
      throw new DamagedPage(`a row group says that it has ${group.rows} rows, and its columns say otherwise`);
  }
  return { metadata, root, leaves };
}

/** Runs `work`; what is wrong with the bytes of the file becomes an error that names it. */
export function naming<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw named(path, error);
  }
}

export function named(path: string, error: unknown): unknown {
  if (error instanceof FiresteelError) return error;
  if (error instanceof DamagedPage || error instanceof ThriftError || error instanceof SchemaError)
    return readFailed(path, `${error.message}.`, error);
  if (error instanceof RangeError) return readFailed(path, `it needs more memory than there is: ${errorText(error)}.`, error);
  return error;
}

/** A column of the file cannot be read as the type that the query has for it. */
export function typeMismatch(path: string, column: string, expected: string, actual: string): DataError {
  return new DataError(
    "FAILED_READ_FILE.PARQUET_COLUMN_DATA_TYPE_MISMATCH",
    `Cannot read ${path}: its column ${column} is ${actual}, which cannot be read as ${expected}.`,
    { sqlState: "KD001", parameters: { path, column, expectedType: expected, actualType: actual } },
  );
}
