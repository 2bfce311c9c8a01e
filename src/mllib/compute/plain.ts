/**
 * Plain data as bytes: specifications of programs, their records and partial results. Numbers, strings, bigints, arrays, plain objects
 * and typed arrays; typed arrays are read by laying views over the bytes.
 *
 *   uint32 bytes of the skeleton | uint32 number of arrays | skeleton (v8), in which array i is the hole {"$": i}
 *   then for each array: uint32 kind | uint32 elements | its bytes; everything starts at a multiple of eight
 */
import { deserialize, serialize } from "node:v8";
import { InternalError } from "../../common/errors";

const KINDS = [
  Float64Array,
  Float32Array,
  Int32Array,
  Uint32Array,
  Int16Array,
  Uint16Array,
  Int8Array,
  Uint8Array,
  BigInt64Array,
] as const;
type TypedArray = InstanceType<(typeof KINDS)[number]>;

const HEADER = 8;
const align = (at: number): number => (at + 7) & ~7;

interface Hole {
  readonly $: number;
}

/** @param memory gives so many bytes, whatever is in them, to write into; absent: new ones */
export function encodePlain(value: unknown, memory = (size: number): Uint8Array => new Uint8Array(size)): Uint8Array {
  const arrays: TypedArray[] = [];
  const skeleton = serialize(withHoles(value, arrays));
  let size = align(HEADER + skeleton.length);
  for (const array of arrays) size = align(size + HEADER + array.byteLength);
  const bytes = memory(size);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  view.setUint32(0, skeleton.length, true);
  view.setUint32(4, arrays.length, true);
  bytes.set(skeleton, HEADER);
  let at = align(HEADER + skeleton.length);
  for (const array of arrays) {
    view.setUint32(at, kindOf(array), true);
    view.setUint32(at + 4, array.length, true);
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at + HEADER);
    at = align(at + HEADER + array.byteLength);
  }
  return bytes;
}

/** What was encoded. Its typed arrays are views of `bytes`, or of a copy where those do not lie at a multiple of eight. */
export function decodePlain<T>(bytes: Uint8Array): T {
  const data = (bytes.byteOffset & 7) === 0 ? bytes : new Uint8Array(bytes);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const length = view.getUint32(0, true);
  const count = view.getUint32(4, true);
  const skeleton: unknown = deserialize(data.subarray(HEADER, HEADER + length));
  if (count === 0) return skeleton as T;
  const arrays: TypedArray[] = [];
  let at = align(HEADER + length);
  for (let i = 0; i < count; i++) {
    const Kind = KINDS[view.getUint32(at, true)];
    if (Kind === undefined) throw new InternalError("Plain data hold an array of an unknown kind.");
    const elements = view.getUint32(at + 4, true);
    const array = new Kind(data.buffer as ArrayBuffer, data.byteOffset + at + HEADER, elements);
    arrays.push(array);
    at = align(at + HEADER + array.byteLength);
  }
  return withArrays(skeleton, arrays) as T;
}

/** Bytes of the typed arrays in plain data: almost all of what is long. */
export function arrayBytes(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  if (ArrayBuffer.isView(value)) return value.byteLength;
  let bytes = 0;
  for (const item of Object.values(value) as readonly unknown[]) bytes += arrayBytes(item);
  return bytes;
}

function kindOf(array: TypedArray): number {
  const kind = KINDS.findIndex(
    (Kind) => array.constructor.name === Kind.name || (array instanceof Uint8Array && Kind === Uint8Array),
  );
  if (kind < 0) throw new InternalError(`Plain data cannot hold a ${array.constructor.name}.`);
  return kind;
}

function withHoles(value: unknown, arrays: TypedArray[]): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (ArrayBuffer.isView(value)) {
    arrays.push(value as TypedArray);
    return { $: arrays.length - 1 } satisfies Hole;
  }
  if (Array.isArray(value)) return value.some(isObject) ? value.map((item) => withHoles(item, arrays)) : value;
  const entries = Object.entries(value);
  return entries.some(([, item]) => isObject(item))
    ? Object.fromEntries(entries.map(([key, item]) => [key, withHoles(item, arrays)]))
    : value;
}

function withArrays(value: unknown, arrays: readonly TypedArray[]): unknown {
  if (!isObject(value)) return value;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) if (isObject(value[i])) value[i] = withArrays(value[i], arrays);
    return value;
  }
  const object = value as Record<string, unknown>;
  const keys = Object.keys(object);
  if (keys.length === 1 && keys[0] === "$") return arrays[(object as unknown as Hole).$];
  for (const key of keys) if (isObject(object[key])) object[key] = withArrays(object[key], arrays);
  return object;
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}
