type Numbers = Int8Array | Float64Array | Int32Array | Int16Array | Uint8Array;

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

/** Where lists end that lie one after the other, once the arrays in which they lie do so, too: `ends` of each array. */
export function concatEnds(ends: readonly Int32Array[], arrays: readonly Numbers[]): Int32Array {
  let before = 0;
  return concatArrays(
    ends.map((part, i) => {
      const shift = before;
      before += arrays[i]!.length;
      return shift === 0 ? part : part.map((end) => end + shift);
    }),
    Int32Array,
  );
}
