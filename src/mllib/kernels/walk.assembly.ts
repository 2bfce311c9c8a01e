// Rows down trees of questions "is feature f at most t?". A node has 16 bytes: the threshold (f64), the byte offset of the feature
// within a row (u32), and the address of its left child (u32), behind which the right one lies. A leaf asks a question that the
// zero at the end of each row answers with yes, and is its own left child: steps beyond a leaf stay there. Compiled by
// tools/wasm.mjs into walk.ts.

// @ts-ignore: decorator
@inline
function next(node: usize, row: usize): usize {
  const goesRight = !(load<f64>(row + (load<u32>(node, 8) as usize)) <= load<f64>(node));
  return (load<u32>(node, 12) as usize) + ((goesRight as usize) << 4);
}

// @ts-ignore: decorator
@inline
function add(leaf: usize, nodes: usize, values: usize, outputs: usize, sum: usize): void {
  let from = values + (((leaf - nodes) >> 4) * outputs << 3);
  for (const end = sum + (outputs << 3); sum < end; sum += 8, from += 8) store<f64>(sum, load<f64>(sum) + load<f64>(from));
}

/**
 * Adds to each row's `outputs` sums the values of the leaf at which it ends. `depth`: questions of the longest way. Eight rows go
 * side by side, since each step of a row waits for the one before.
 */
export function walk(
  nodes: usize,
  root: usize,
  depth: i32,
  rows: usize,
  stride: usize,
  many: i32,
  values: usize,
  outputs: usize,
  sums: usize,
): void {
  const width = outputs << 3;
  let k = 0;
  for (; k + 8 <= many; k += 8) {
    let a = root;
    let b = root;
    let c = root;
    let d = root;
    let e = root;
    let f = root;
    let g = root;
    let h = root;
    for (let i = 0; i < depth; i++) {
      a = next(a, rows);
      b = next(b, rows + stride);
      c = next(c, rows + 2 * stride);
      d = next(d, rows + 3 * stride);
      e = next(e, rows + 4 * stride);
      f = next(f, rows + 5 * stride);
      g = next(g, rows + 6 * stride);
      h = next(h, rows + 7 * stride);
    }
    add(a, nodes, values, outputs, sums);
    add(b, nodes, values, outputs, sums + width);
    add(c, nodes, values, outputs, sums + 2 * width);
    add(d, nodes, values, outputs, sums + 3 * width);
    add(e, nodes, values, outputs, sums + 4 * width);
    add(f, nodes, values, outputs, sums + 5 * width);
    add(g, nodes, values, outputs, sums + 6 * width);
    add(h, nodes, values, outputs, sums + 7 * width);
    rows += 8 * stride;
    sums += 8 * width;
  }
  for (; k < many; k++, rows += stride, sums += width) {
    let a = root;
    for (let i = 0; i < depth; i++) a = next(a, rows);
    add(a, nodes, values, outputs, sums);
  }
}

/** Takes each row `steps` questions further: `at` has the addresses of the nodes where rows are (u32). */
export function descend(at: usize, steps: i32, rows: usize, stride: usize, many: i32): void {
  let k = 0;
  for (; k + 8 <= many; k += 8, at += 32, rows += 8 * stride) {
    let a: usize = load<u32>(at);
    let b: usize = load<u32>(at, 4);
    let c: usize = load<u32>(at, 8);
    let d: usize = load<u32>(at, 12);
    let e: usize = load<u32>(at, 16);
    let f: usize = load<u32>(at, 20);
    let g: usize = load<u32>(at, 24);
    let h: usize = load<u32>(at, 28);
    for (let i = 0; i < steps; i++) {
      a = next(a, rows);
      b = next(b, rows + stride);
      c = next(c, rows + 2 * stride);
      d = next(d, rows + 3 * stride);
      e = next(e, rows + 4 * stride);
      f = next(f, rows + 5 * stride);
      g = next(g, rows + 6 * stride);
      h = next(h, rows + 7 * stride);
    }
    store<u32>(at, a as u32);
    store<u32>(at, b as u32, 4);
    store<u32>(at, c as u32, 8);
    store<u32>(at, d as u32, 12);
    store<u32>(at, e as u32, 16);
    store<u32>(at, f as u32, 20);
    store<u32>(at, g as u32, 24);
    store<u32>(at, h as u32, 28);
  }
  for (; k < many; k++, at += 4, rows += stride) {
    let a: usize = load<u32>(at);
    for (let i = 0; i < steps; i++) a = next(a, rows);
    store<u32>(at, a as u32);
  }
}

/** Adds to each row's `outputs` sums the values of the node where it is. */
export function addValues(at: usize, nodes: usize, values: usize, outputs: usize, sums: usize, many: i32): void {
  for (let k = 0; k < many; k++, at += 4, sums += outputs << 3) add(load<u32>(at) as usize, nodes, values, outputs, sums);
}
