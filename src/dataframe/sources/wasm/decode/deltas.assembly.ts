// Parquet's DELTA_BINARY_PACKED. As in decompress: results below 0 mean damaged input, and up to 32 bytes behind inputs may be
// read and 16 behind outputs be written.

/** Where in the block the next varint begins; beyond all ends after one that is damaged. */
let at: usize = 0;

// @ts-ignore: decorator
@inline
function varint64(end: usize): u64 {
  let result: u64 = 0;
  let shift: u64 = 0;
  while (at < end && shift < 70) {
    const byte = load<u8>(at++) as u64;
    if (shift < 64) result |= (byte & 127) << shift;
    if (byte < 128) return result;
    shift += 7;
  }
  at = usize.MAX_VALUE;
  return 0;
}

// @ts-ignore: decorator
@inline
function zigzag(end: usize): i64 {
  const x = varint64(end);
  return ((x >> 1) as i64) ^ -((x & 1) as i64);
}

/** How many values the block at `src` says it has; -1 where it is damaged. */
export function deltaCount(src: usize, end: usize): i32 {
  at = src;
  varint64(end);
  if (at >= end) return -1;
  varint64(end);
  if (at >= end) return -1;
  const total = varint64(end);
  return at > end || total > 0x7fffffff ? -1 : (total as i32);
}

/**
 * DELTA_BINARY_PACKED as 64-bit integers; `count` must be what deltaCount said or less. The sums wrap at 32 bits where `narrow`,
 * as those of 32-bit columns do. The bytes taken, or -1.
 */
export function deltas(src: usize, end: usize, count: i32, dst: usize, narrow: i32): i32 {
  at = src;
  const blockSize = varint64(end);
  const miniBlocks = varint64(end);
  const total = varint64(end);
  let value = zigzag(end);
  if (at > end || miniBlocks == 0 || miniBlocks > 512 || blockSize == 0 || blockSize > (1 as u64) << 24 || blockSize % miniBlocks != 0) return -1;
  const perMini = (blockSize / miniBlocks) as usize;
  if (perMini % 32 != 0 || total < (count as u64)) return -1;
  const all = count as usize;
  if (total == 0) return (at - src) as i32;
  if (narrow) value = (value as i32) as i64;
  if (all > 0) store<i64>(dst, value);
  let done: usize = 1;
  const there = total as usize;
  while (done < there) {
    if (at >= end) return -1;
    const least = zigzag(end);
    if (at > end || miniBlocks > ((end - at) as u64)) return -1;
    const widths = at;
    at += miniBlocks as usize;
    for (let m: usize = 0; m < (miniBlocks as usize) && done < there; m++) {
      const width = load<u8>(widths + m) as u32;
      if (width > 64) return -1;
      const bytes = (perMini * width) >> 3;
      const wanted = min(perMini, there - done);
      // The last mini block may be cut short.
      if ((wanted * width + 7) >> 3 > end - at) return -1;
      const kept = done < all ? min(wanted, all - done) : 0;
      let to = dst + 8 * done;
      if (width == 0) {
        for (let i: usize = 0; i < kept; i++) {
          value += least;
          if (narrow) value = (value as i32) as i64;
          store<i64>(to, value);
          to += 8;
        }
      } else if (width <= 56) {
        const mask: u64 = ((1 as u64) << (width as u64)) - 1;
        let bit: usize = 0;
        for (let i: usize = 0; i < kept; i++) {
          const x = (load<u64>(at + (bit >> 3)) >> ((bit & 7) as u64)) & mask;
          bit += width;
          value += least + (x as i64);
          if (narrow) value = (value as i32) as i64;
          store<i64>(to, value);
          to += 8;
        }
      } else {
        const mask: u64 = width == 64 ? u64.MAX_VALUE : ((1 as u64) << (width as u64)) - 1;
        let bit: usize = 0;
        for (let i: usize = 0; i < kept; i++) {
          const shift = (bit & 7) as u64;
          let x = load<u64>(at + (bit >> 3)) >> shift;
          if (shift != 0) x |= (load<u8>(at + (bit >> 3) + 8) as u64) << (64 - shift);
          bit += width;
          value += least + ((x & mask) as i64);
          if (narrow) value = (value as i32) as i64;
          store<i64>(to, value);
          to += 8;
        }
      }
      done += wanted;
      at = min(at + bytes, end);
    }
  }
  return (at - src) as i32;
}

