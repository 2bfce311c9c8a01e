/**
 * Whether an Arrow record batch of a file keeps what its format promises: buffers as long as lengths say, offsets that grow and end within
 * their values, indices within their dictionary. The library trusts all of it, and so does what reads the batch.
 */
import type * as Arrow from "apache-arrow";
import { arrow } from "../../arrow/library";

/** Rows of a batch without any buffers (columns of nulls) that a small file may claim to have. */
const FREE_ROWS = 1 << 20;

/** Throws an Error in words. `fileBytes`: no batch has many more rows than bits in its file. */
export function requireWellFormed(batch: Arrow.RecordBatch, fileBytes: number): void {
  const { data, schema } = batch;
  if (!isCount(data.length) || data.length > Math.max(FREE_ROWS, fileBytes * 8))
    throw new Error(`a batch says that it has ${data.length} rows`);
  schema.fields.forEach(({ name }, i) => check(data.children[i], name, data.length));
}

/** Length of the footer and mark behind it. */
const TAIL = 10;
/** Offset, length of what describes it, length of its body. */
const BLOCK = 24;

/** Kinds of messages. */
const DICTIONARY = 2;
const RECORD_BATCH = 3;

/**
 * Whether the batches that a file's footer lists are places in the file, one behind the other: the library reads as many as are said to be there,
 * wherever that is. The footer is a FlatBuffers table: version, schema, dictionaries, batches.
 */
export function requireFooter(file: Uint8Array): void {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const length = view.getInt32(file.length - TAIL, true);
  const start = file.length - TAIL - length;
  if (length <= 0 || start < 8) throw new Error("the length of its footer is not right.");
  const footer = new DataView(file.buffer, file.byteOffset + start, length);
  const table = footer.getUint32(0, true);
  const fields = table - footer.getInt32(table, true);
  for (const [field, expected] of [
    [2, DICTIONARY],
    [3, RECORD_BATCH],
  ] as const) {
    const at = 4 + 2 * field < footer.getUint16(fields, true) ? footer.getUint16(fields + 4 + 2 * field, true) : 0;
    if (at === 0) continue;
    const vector = table + at + footer.getUint32(table + at, true);
    const count = footer.getUint32(vector, true);
    if (count * BLOCK > length) throw new Error(`its footer says that there are ${count} batches, and has no room for them.`);
    let end = 0n;
    for (let i = 0; i < count; i++) {
      const block = vector + 4 + i * BLOCK;
      const offset = footer.getBigInt64(block, true);
      const described = BigInt(footer.getInt32(block + 8, true));
      const body = footer.getBigInt64(block + 16, true);
      if (offset < end || described <= 0n || body < 0n || offset + described + body > BigInt(start))
        throw new Error(`batch ${i} is not where its footer says.`);
      end = offset + described + body;
      requireMessage(new DataView(file.buffer, file.byteOffset + Number(offset), Number(described)), i, expected);
    }
  }
}

/**
 * Whether a message is what the footer lists it as (the library waits forever for a batch among other messages), and the lists in it (columns
 * and buffers of a batch, which may be that of a dictionary) are as long as they say.
 */
function requireMessage(message: DataView, index: number, expected: number): void {
  const start = message.getInt32(0, true) === -1 ? 8 : 4;
  const body = new DataView(message.buffer, message.byteOffset + start, message.byteLength - start);
  const fieldOf = (table: number, field: number): number => {
    const fields = table - body.getInt32(table, true);
    const at = 4 + 2 * field < body.getUint16(fields, true) ? body.getUint16(fields + 4 + 2 * field, true) : 0;
    return at === 0 ? 0 : table + at;
  };
  const follow = (at: number): number => at + body.getUint32(at, true);
  const root = body.getUint32(0, true);
  const type = fieldOf(root, 1);
  const header = fieldOf(root, 2);
  if (type === 0 || header === 0) throw new Error(`batch ${index} has no header.`);
  let batch = follow(header);
  if (body.getUint8(type) !== expected) throw new Error(`batch ${index} is not one.`);
  if (expected === DICTIONARY) {
    const data = fieldOf(batch, 1);
    if (data === 0) throw new Error(`dictionary ${index} has no values.`);
    batch = follow(data);
  }
  for (const list of [1, 2]) {
    const at = fieldOf(batch, list);
    if (at !== 0 && body.getUint32(follow(at), true) * 16 > body.byteLength)
      throw new Error(`batch ${index} says of itself that it is longer than it is.`);
  }
}

/** Names of columns, as deep as they go. */
export function requireNames(fields: readonly Arrow.Field[]): void {
  for (const field of fields) {
    if (typeof field.name !== "string") throw new Error("a column of its schema has no name");
    requireNames((field.type as { readonly children?: readonly Arrow.Field[] | null }).children ?? []);
  }
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function check(data: Arrow.Data | undefined, name: string, least: number): void {
  const broken = (what: string): never => {
    throw new Error(`column ${name} is damaged: ${what}`);
  };
  if (data === undefined) return broken("it is missing from a batch");
  const { length, offset } = data;
  if (!isCount(length) || !isCount(offset) || length < least) broken(`it has ${length} values where ${least} are needed`);
  const room = (have: number, need: number, what: string): void => {
    if (have < need) broken(`its ${what} end early`);
  };
  const { Type } = arrow();
  const sized = (data.values as ArrayLike<unknown> | undefined)?.length ?? 0;
  const bits = (data.nullBitmap as Uint8Array | undefined)?.length ?? 0;
  if (bits > 0) room(bits * 8, offset + length, "marks of nulls");
  switch (data.typeId) {
    case Type.Null:
      return;
    case Type.Bool:
      return room(sized * 8, offset + length, "values");
    case Type.Utf8:
    case Type.Binary:
    case Type.LargeUtf8:
    case Type.LargeBinary:
      return ranges(data, sized, broken, room);
    case Type.FixedSizeBinary:
      return room(sized, length * (data.type as Arrow.FixedSizeBinary).byteWidth, "values");
    case Type.List:
    case Type.Map: {
      const child = data.children[0];
      ranges(data, child?.length ?? 0, broken, room);
      check(child, name, 0);
      return;
    }
    case Type.FixedSizeList:
      return check(data.children[0], name, (offset + length) * (data.type as Arrow.FixedSizeList).listSize);
    case Type.Struct: {
      const { children } = data.type as Arrow.Struct;
      children.forEach((field, i) => check(data.children[i], `${name}.${field.name}`, length));
      return;
    }
    case Type.Dictionary: {
      room(sized, length, "indices");
      const chunks = data.dictionary?.data ?? [];
      for (const chunk of chunks) check(chunk as Arrow.Data, name, 0);
      const most = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
      const indices = data.values as ArrayLike<number>;
      const nulls = bits > 0 && data.nullCount !== 0 ? data.nullBitmap : null;
      for (let i = 0; i < length; i++) {
        const isNull = nulls !== null && ((nulls[(offset + i) >> 3]! >> ((offset + i) & 7)) & 1) === 0;
        if (!isNull && !(indices[i]! >= 0 && indices[i]! < most)) broken(`index ${indices[i]} is not in its dictionary`);
      }
      return;
    }
    default:
      return room(sized, length * ((data.stride as number | undefined) ?? 1), "values");
  }
}

function ranges(
  data: Arrow.Data,
  most: number,
  broken: (what: string) => never,
  room: (have: number, need: number, what: string) => void,
): void {
  const offsets = data.valueOffsets as unknown as ArrayLike<number | bigint>;
  if (data.length === 0) return;
  room(offsets.length, data.length + 1, "offsets");
  let last = Number(offsets[0]);
  if (last < 0) broken(`an offset is ${last}`);
  for (let i = 1; i <= data.length; i++) {
    const next = Number(offsets[i]);
    if (next < last) broken(`its offsets go back from ${last} to ${next}`);
    last = next;
  }
  if (last > most) broken(`an offset is ${last}, and there are ${most} values`);
}
