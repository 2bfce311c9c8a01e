/** Which records inference looks at: a share of them, always the same ones. */
export function sampler(ratio: number): () => boolean {
  if (ratio >= 1) return () => true;
  let state = 1;
  return () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) / 2 ** 24 < ratio;
  };
}
