/** Paths into variants: $.a['b']["c"][0]. */
import type { VariantReader } from "./decode";

export type VariantPath = readonly (string | number)[];

/** null where the text is no path. */
export function parseVariantPath(text: string): VariantPath | null {
  if (!text.startsWith("$")) return null;
  const steps: (string | number)[] = [];
  const form = /\.([^.[]+)|\['([^']*)'\]|\["([^"]*)"\]|\[(\d+)\]/y;
  let at = 1;
  while (at < text.length) {
    form.lastIndex = at;
    const found = form.exec(text);
    if (found === null) return null;
    const [, dotted, single, double, index] = found;
    steps.push(index === undefined ? ((dotted ?? single ?? double) as string) : Number(index));
    at = form.lastIndex;
  }
  return steps;
}

export function variantAt(reader: VariantReader, path: VariantPath): VariantReader | null {
  let at: VariantReader | null = reader;
  for (const step of path) {
    if (at === null) return null;
    if (typeof step === "string") at = at.kind === "object" ? at.field(step) : null;
    else at = at.kind === "array" ? at.item(step) : null;
  }
  return at;
}
