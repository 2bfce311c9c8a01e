/** One value to bytes and back, where no run of values is at hand. */
import { corrupt } from "../bytes";
import type { ValueContext } from "../value-context";
import { ValueReader } from "./reader";
import { ValueWriter } from "./writer";

/** `name` is what messages call the value. Throws a TaskError that names the path of what cannot travel. */
export function encodeValue(value: unknown, values: ValueContext, name = "value"): Buffer {
  const writer = new ValueWriter(values);
  writer.write(value, name);
  return writer.out.copy();
}

/** Throws a DataError for bytes that are not exactly one value. */
export function decodeValue(bytes: Uint8Array, values: ValueContext): unknown {
  const reader = new ValueReader(bytes, values);
  const value = reader.read();
  if (reader.position !== bytes.length) throw corrupt("bytes after the end of a value");
  return value;
}
