// Rows of a node lie far apart in their table. Part of other kernels.

/** Rows that are brought together before they are worked on. */
export const NEAR: usize = 128;

/** Copies 16 bytes of each entry's row to `near`: a loop that does nothing else waits for many of them at the same time. */
// @ts-ignore: decorator
@inline
export function gather(entries: usize, end: usize, cells: usize, stride: usize, near: usize): void {
  let e = entries;
  for (; e + 32 <= end; e += 32, near += 64) {
    const a = v128.load(cells + (load<u32>(e) as usize) * stride);
    const b = v128.load(cells + (load<u32>(e, 8) as usize) * stride);
    const c = v128.load(cells + (load<u32>(e, 16) as usize) * stride);
    const d = v128.load(cells + (load<u32>(e, 24) as usize) * stride);
    v128.store(near, a);
    v128.store(near, b, 16);
    v128.store(near, c, 32);
    v128.store(near, d, 48);
  }
  for (; e < end; e += 8, near += 16) v128.store(near, v128.load(cells + (load<u32>(e) as usize) * stride));
}
