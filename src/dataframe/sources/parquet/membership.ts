/** Whether a value is in a column chunk, beyond its bounds: by its bloom filter, or its dictionary where all pages have codes. */
import { boxedReader } from "../../../columnar/batch";
import type { Boxed, DataType } from "../../../columnar/types";
import type { RandomAccess } from "../random-access";
import { ChunkReader } from "./chunk-reader";
import { conversionTo } from "./convert";
import { type ColumnChunk, Encoding, PageType, Physical } from "./metadata";
import type { ParquetNode } from "./schema";
import { ThriftReader } from "./thrift";
import { heap } from "../wasm/heap";

const MAX_FILTER_BYTES = 128 << 20;
const HEADER_BYTES = 256;
/** Dictionaries of more bytes are not read for a question. */
const MAX_DICTIONARY_BYTES = 4 << 20;
/** To read a larger one that is much of its column costs what reading the column costs. */
const SMALL_DICTIONARY_BYTES = 32 << 10;
const MOST_OF_CHUNK = 0.125;

/** Undefined where nothing but bounds is known. */
export function membership(
  file: RandomAccess,
  chunk: ColumnChunk,
  node: ParquetNode,
  type: DataType,
): ((value: Boxed) => boolean) | undefined {
  let known: ((value: Boxed) => boolean) | null | undefined;
  if (chunk.bloomOffset <= 0 && !hasCodesOnly(chunk)) return undefined;
  return (value) => {
    known ??= bloomFilter(file, chunk, node, type) ?? dictionaryOf(file, chunk, node, type);
    return known?.(value) ?? true;
  };
}

function hasCodesOnly({ encodingStats, dictionaryOffset, dataOffset, compressedSize }: ColumnChunk): boolean {
  if (encodingStats === null || dictionaryOffset <= 0) return false;
  const bytes = dataOffset - dictionaryOffset;
  if (bytes > MAX_DICTIONARY_BYTES || (bytes > SMALL_DICTIONARY_BYTES && bytes > compressedSize * MOST_OF_CHUNK)) return false;
  return encodingStats.every(
    ([page, encoding]) =>
      page === (PageType.Dictionary as number) ||
      encoding === (Encoding.PlainDictionary as number) ||
      encoding === (Encoding.RleDictionary as number),
  );
}

function bloomFilter(
  file: RandomAccess,
  chunk: ColumnChunk,
  node: ParquetNode,
  type: DataType,
): ((value: Boxed) => boolean) | null {
  const encode = plainEncoder(node, type);
  if (chunk.bloomOffset <= 0 || encode === null) return null;
  const head = Buffer.alloc(Math.min(HEADER_BYTES, file.length - chunk.bloomOffset));
  file.read(chunk.bloomOffset, head, 0, head.length);
  const r = new ThriftReader(head, 0);
  let bytes = 0;
  let usual = true;
  r.struct((id) => {
    if (id === 1) {
      bytes = r.i32();
      return true;
    }
    // Algorithm, hash and compression: the first choice of each is the only one there is.
    r.struct((choice) => {
      usual &&= choice === 1;
      return false;
    });
    return true;
  });
  const start = chunk.bloomOffset + r.position;
  if (!usual || bytes < 32 || bytes % 32 !== 0 || bytes > MAX_FILTER_BYTES || start + bytes > file.length) return null;
  const filter = Buffer.allocUnsafeSlow(bytes);
  file.read(start, filter, 0, bytes);
  return (value) => {
    const plain = encode(value);
    if (plain === null) return true;
    const memory = heap();
    const at = memory.allocate(bytes + plain.length + 64);
    try {
      memory.bytes.set(filter, at);
      memory.bytes.set(plain, at + bytes);
      const hash = memory.kernels.xxhash64(at + bytes, plain.length);
      return memory.kernels.bloomHas(at, bytes / 32, hash) === 1;
    } finally {
      memory.free(at);
    }
  };
}

/** A value as PLAIN encodes it, without the length of byte arrays; null for what is not stored as itself. */
function plainEncoder(node: ParquetNode, type: DataType): ((value: Boxed) => Buffer | null) | null {
  const { logical } = node;
  switch (node.element.type!) {
    case Physical.Int32:
      if (logical?.kind === "time" || (logical?.kind === "decimal" && !isSameScale(logical.scale, type))) return null;
      return (value) => {
        if (typeof value !== "number" || (value | 0) !== value) return null;
        const bytes = Buffer.alloc(4);
        bytes.writeInt32LE(value);
        return bytes;
      };
    case Physical.Int64:
      if (logical?.kind === "time" || (logical?.kind === "timestamp" && logical.unit !== "micros")) return null;
      if (logical?.kind === "decimal" && !isSameScale(logical.scale, type)) return null;
      if (logical?.kind === "integer" && !logical.signed) return null;
      return (value) => {
        if (typeof value !== "number" && typeof value !== "bigint") return null;
        const bytes = Buffer.alloc(8);
        bytes.writeBigInt64LE(BigInt.asIntN(64, BigInt(value)));
        return bytes;
      };
    case Physical.ByteArray:
      if (type.kind === "string") return (value) => (typeof value === "string" ? Buffer.from(value, "utf8") : null);
      return type.kind === "binary" ? (value) => (value instanceof Uint8Array ? Buffer.from(value) : null) : null;
    default:
      return null;
  }
}

function isSameScale(scale: number, type: DataType): boolean {
  return type.kind === "decimal" && type.scale === scale;
}

function dictionaryOf(
  file: RandomAccess,
  chunk: ColumnChunk,
  node: ParquetNode,
  type: DataType,
): ((value: Boxed) => boolean) | null {
  const conversion = conversionTo(node, type);
  if (conversion === null || !hasCodesOnly(chunk)) return null;
  const reader = new ChunkReader(file, chunk, node, conversion, { nested: false, levels: false });
  try {
    reader.peek();
    const { dictionary } = reader;
    if (dictionary === null) return null;
    const read = boxedReader(dictionary, type);
    const values = new Set<Boxed>();
    for (let i = 0; i < dictionary.length; i++) {
      const value = read(i);
      // Equal binaries are different objects.
      if (typeof value === "object") return null;
      values.add(value);
    }
    return (value) => typeof value === "object" || values.has(value);
  } finally {
    reader.close();
  }
}
