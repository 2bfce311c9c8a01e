// A pass over the terms of a document, in 64-bit floats. Compiled by tools/wasm.mjs into topics.ts.

/**
 * `rows` has a row of `bytes` bytes for each of `length` terms, a multiple of 16: exp(E[ln p]) of the topics, then zeros. Each of `ratios` becomes the
 * term's count, divided by the product of its row and `weights`; `sums`, the sum of the rows times these.
 */
export function pass(
  rows: usize,
  weights: usize,
  counts: usize,
  ratios: usize,
  sums: usize,
  length: i32,
  bytes: usize,
): void {
  memory.fill(sums, 0, bytes);
  for (let i = 0; i < length; i++) {
    let even = f64x2.splat(0);
    let odd = f64x2.splat(0);
    let at: usize = 0;
    for (; at + 32 <= bytes; at += 32) {
      even = f64x2.add(even, f64x2.mul(v128.load(rows + at), v128.load(weights + at)));
      odd = f64x2.add(odd, f64x2.mul(v128.load(rows + at, 16), v128.load(weights + at, 16)));
    }
    if (at < bytes) even = f64x2.add(even, f64x2.mul(v128.load(rows + at), v128.load(weights + at)));
    const both = f64x2.add(even, odd);
    const product = f64x2.extract_lane(both, 0) + f64x2.extract_lane(both, 1);
    const place = (i as usize) << 3;
    const ratio = load<f64>(counts + place) / (product + 1e-100);
    store<f64>(ratios + place, ratio);
    const all = f64x2.splat(ratio);
    for (at = 0; at < bytes; at += 16)
      v128.store(sums + at, f64x2.add(v128.load(sums + at), f64x2.mul(v128.load(rows + at), all)));
    rows += bytes;
  }
}
