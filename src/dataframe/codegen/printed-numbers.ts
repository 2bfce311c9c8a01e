/** Texts of numbers, which generated code has written into the slab. */
import { valueMemory } from "../functions/kernels/host";
import { doubleText } from "../types/java-floats";
import { slab } from "./text-slab";

/** The text of a double, in the slab; gives where it begins. */
export function printedDouble(value: number): number {
  const { kernels, text } = valueMemory();
  const length = kernels.textOfDouble(value);
  if (length === 0) return slab.put(doubleText(value));
  const first = slab.reserve(length);
  const to = slab.bytes;
  for (let i = 0; i < length; i++) to[first + i] = text[i]!;
  slab.close(first + length);
  return first;
}
