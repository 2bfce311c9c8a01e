type Numbers = Float64Array | Int16Array | Uint8Array;

/** The numbers of all parts, one part after the other; of one part that itself. */
export function concatArrays<A extends Numbers>(parts: readonly A[], Kind: new (length: number) => A): A {
  if (parts.length === 1) return parts[0]!;
  const all = new Kind(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
