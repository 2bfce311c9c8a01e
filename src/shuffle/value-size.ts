/** How much memory JavaScript values take, roughly: enough to say how many of them make a batch. */

/** How many properties or elements of a container are looked at: of the innermost containers that are opened, …, of the outermost. */
const WIDTHS: readonly number[] = [1, 2, 4, 16];
const HEADER = 16;

/** Bytes of `value` and what it refers to. Looks at a few elements of each container and takes the others to be alike. */
export function approximateBytes(value: unknown, depth = WIDTHS.length): number {
  if (typeof value === "string") return HEADER + value.length;
  if (typeof value !== "object" || value === null) return 8;
  if (ArrayBuffer.isView(value)) return HEADER + value.byteLength;
  if (Array.isArray(value)) return HEADER + averageOf(value, depth) * value.length;
  if (value instanceof Map)
    return HEADER + (averageOf(value.keys(), depth) + averageOf(value.values(), depth) + HEADER) * value.size;
  if (value instanceof Set) return HEADER + (averageOf(value, depth) + HEADER) * value.size;
  const keys = Object.keys(value);
  return HEADER + averageOf(firstValues(value as Record<string, unknown>, keys, depth), depth) * keys.length;
}

function* firstValues(object: Record<string, unknown>, keys: readonly string[], depth: number): Generator<unknown> {
  const width = WIDTHS[depth - 1] ?? 0;
  for (let i = 0; i < keys.length && i < width; i++) yield object[keys[i]!];
}

function averageOf(values: Iterable<unknown>, depth: number): number {
  if (depth === 0) return 8;
  let count = 0;
  let bytes = 0;
  for (const value of values) {
    bytes += approximateBytes(value, depth - 1);
    if (++count === WIDTHS[depth - 1]) break;
  }
  return count === 0 ? 0 : bytes / count;
}
