// Steps of skip-grams over vectors of 32-bit floats. Compiled by tools/wasm.mjs into words.ts.

/** Σ a · b. */
// @ts-ignore: decorator
@inline
function product(a: usize, b: usize, bytes: usize): f32 {
  let sums = f32x4.splat(0);
  let at: usize = 0;
  for (; at + 16 <= bytes; at += 16) sums = f32x4.add(sums, f32x4.mul(v128.load(a + at), v128.load(b + at)));
  let sum =
    f32x4.extract_lane(sums, 0) + f32x4.extract_lane(sums, 1) + (f32x4.extract_lane(sums, 2) + f32x4.extract_lane(sums, 3));
  for (; at < bytes; at += 4) sum += load<f32>(a + at) * load<f32>(b + at);
  return sum;
}

/** y += factor · x. */
// @ts-ignore: decorator
@inline
function add(factor: f32, x: usize, y: usize, bytes: usize): void {
  const all = f32x4.splat(factor);
  let at: usize = 0;
  for (; at + 16 <= bytes; at += 16) v128.store(y + at, f32x4.add(v128.load(y + at), f32x4.mul(all, v128.load(x + at))));
  for (; at < bytes; at += 4) store<f32>(y + at, load<f32>(y + at) + factor * load<f32>(x + at));
}

/**
 * One pair of words: the vector at `input` moves towards telling the path of the other word in the tree, and the vectors of the path's
 * nodes with it. `nodes` and `turns` are the path, 32-bit integers; `outputs` the vectors of all nodes, of `size` entries; `sigmoids` a table of
 * the function at 1,000 places between -6 and 6; `error` has space for a vector; `moved` counts the steps of each node.
 */
export function learn(
  input: usize,
  outputs: usize,
  nodes: usize,
  turns: usize,
  length: i32,
  size: i32,
  alpha: f64,
  sigmoids: usize,
  error: usize,
  moved: usize,
): void {
  const bytes = (size as usize) << 2;
  memory.fill(error, 0, bytes);
  for (let d = 0; d < length; d++) {
    const node = load<i32>(nodes + ((d as usize) << 2));
    const output = outputs + (node as usize) * bytes;
    const f = product(input, output, bytes);
    if (!(f > -6) || !(f < 6)) continue;
    const place = i32(f64(f + 6) * 83);
    const told = load<f32>(sigmoids + ((place as usize) << 2));
    const turn = load<i32>(turns + ((d as usize) << 2));
    const wanted: f32 = turn == 0 ? 1 : 0;
    const g = f32(f64(wanted - told) * alpha);
    add(g, output, error, bytes);
    add(g, input, output, bytes);
    const count = moved + ((node as usize) << 2);
    store<i32>(count, load<i32>(count) + 1);
  }
  add(1, error, input, bytes);
}
