/**
 * CRC-32C (Castagnoli), the checksum of blocks, spill files and object files. Sixteen bytes a step with sixteen tables
 * ("slicing", Kounavis and Berry 2005), words read through an Int32Array: 1.7 GB/s on Node 20. Node's own zlib.crc32 has
 * another polynomial.
 */
import { endianness } from "node:os";

const SLICES = 16;
const TABLES = buildTables();

/** Reversed polynomial 0x1EDC6F41. Table s, entry b: the remainder of byte b followed by s zero bytes. */
function buildTables(): Int32Array {
  const tables = new Int32Array(256 * SLICES);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
    tables[byte] = crc;
  }
  for (let i = 256; i < tables.length; i++) {
    const previous = tables[i - 256]!;
    tables[i] = (previous >>> 8) ^ tables[previous & 255]!;
  }
  return tables;
}

/** Steps of 16 bytes take words in little-endian order. */
const WORDS_IN_ORDER = endianness() === "LE";

/**
 * The CRC-32C of `bytes`, as an unsigned 32-bit number. `seed` is the checksum of what came before, so that
 * `crc32c(b, crc32c(a))` is the checksum of a followed by b.
 */
export function crc32c(bytes: Uint8Array, seed = 0): number {
  const t = TABLES;
  const length = bytes.length;
  let crc = ~seed;
  let i = 0;
  if (length >= 64 && WORDS_IN_ORDER) {
    while ((bytes.byteOffset + i) & 3) crc = (crc >>> 8) ^ t[(crc ^ bytes[i++]!) & 255]!;
    const words = new Int32Array(bytes.buffer, bytes.byteOffset + i, ((length - i) >>> 4) << 2);
    for (let w = 0; w < words.length; w += 4) {
      const a = words[w]! ^ crc;
      const b = words[w + 1]!;
      const c = words[w + 2]!;
      const d = words[w + 3]!;
      crc =
        t[3840 + (a & 255)]! ^
        t[3584 + ((a >>> 8) & 255)]! ^
        t[3328 + ((a >>> 16) & 255)]! ^
        t[3072 + (a >>> 24)]! ^
        t[2816 + (b & 255)]! ^
        t[2560 + ((b >>> 8) & 255)]! ^
        t[2304 + ((b >>> 16) & 255)]! ^
        t[2048 + (b >>> 24)]! ^
        t[1792 + (c & 255)]! ^
        t[1536 + ((c >>> 8) & 255)]! ^
        t[1280 + ((c >>> 16) & 255)]! ^
        t[1024 + (c >>> 24)]! ^
        t[768 + (d & 255)]! ^
        t[512 + ((d >>> 8) & 255)]! ^
        t[256 + ((d >>> 16) & 255)]! ^
        t[d >>> 24]!;
    }
    i += words.length * 4;
  }
  while (i < length) crc = (crc >>> 8) ^ t[(crc ^ bytes[i++]!) & 255]!;
  return ~crc >>> 0;
}
