// Runs of bytes in many texts. Kernels may read 64 bytes behind what they are given.

// @ts-ignore: decorator
@inline
function equal(a: usize, b: usize, length: usize): bool {
  let at: usize = 0;
  for (; at + 16 <= length; at += 16) {
    if (i8x16.bitmask(i8x16.eq(v128.load(a + at), v128.load(b + at))) != 0xffff) return false;
  }
  const rest = (1 << ((length - at) as i32)) - 1;
  return (i8x16.bitmask(i8x16.eq(v128.load(a + at), v128.load(b + at))) & rest) == rest;
}

/** Where `part` (not empty) first stands in [at, end), or 0: places where its first two bytes and its last one stand are looked at. */
// @ts-ignore: decorator
@inline
function find(at: usize, end: usize, part: usize, length: usize): usize {
  if (end < at + length) return 0;
  const last = end - length;
  const first = i8x16.splat(load<i8>(part));
  const second = length > 1 ? i8x16.splat(load<i8>(part, 1)) : first;
  const tail = i8x16.splat(load<i8>(part + length - 1));
  const step: usize = length > 1 ? 1 : 0;
  for (; at <= last; at += 16) {
    const begins = v128.and(i8x16.eq(v128.load(at), first), i8x16.eq(v128.load(at + step), second));
    let places = i8x16.bitmask(v128.and(begins, i8x16.eq(v128.load(at + length - 1), tail)));
    while (places != 0) {
      const place = at + (ctz(places) as usize);
      if (place > last) return 0;
      if (equal(place, part, length)) return place;
      places &= places - 1;
    }
  }
  return 0;
}

/**
 * For each text, bytes + starts[i] to bytes + ends[i], whether it begins with the first part, ends with the last, and has the others between
 * them, one behind the other: 1 or 0 at `dst`. `parts`: address and length of each; there are three or more, and only the first and the
 * last may be empty. Texts that are long enough lie one behind the other in [from, to), in which the second part is searched once for all
 * of them: where they do not, the result is -1, else 0.
 */
export function matchParts(
  bytes: usize,
  starts: usize,
  ends: usize,
  count: usize,
  from: usize,
  to: usize,
  parts: usize,
  number: usize,
  dst: usize,
): i32 {
  const lastEntry = parts + 8 * (number - 1);
  const head = load<u32>(parts) as usize;
  const headLength = load<u32>(parts, 4) as usize;
  const tail = load<u32>(lastEntry) as usize;
  const tailLength = load<u32>(lastEntry, 4) as usize;
  const part = load<u32>(parts, 8) as usize;
  const length = load<u32>(parts, 12) as usize;
  let least: i32 = 0;
  for (let entry = parts; entry <= lastEntry; entry += 8) least += load<i32>(entry, 4);
  let before = from;
  for (let i: usize = 0; i < count; i++) {
    const start = load<i32>(starts + 4 * i);
    const end = load<i32>(ends + 4 * i);
    if (end - start < least) continue;
    if (bytes + (start as usize) < before) return -1;
    before = bytes + (end as usize);
  }
  if (before > to) return -1;
  memory.fill(dst, 0, count);
  let i: usize = 0;
  for (let at = find(from, to, part, length); at != 0; at = find(at, to, part, length)) {
    let start: usize = 0;
    let end: usize = 0;
    for (; i < count; i++) {
      const first = load<i32>(starts + 4 * i);
      const last = load<i32>(ends + 4 * i);
      end = bytes + (last as usize);
      start = bytes + (first as usize);
      if (last - first >= least && end > at) break;
    }
    if (i == count) break;
    if (at < start + headLength) {
      at = start + headLength;
      continue;
    }
    const limit = end - tailLength;
    let place = at + length;
    let matches = place <= limit && equal(start, head, headLength) && equal(limit, tail, tailLength);
    for (let entry = parts + 16; matches && entry < lastEntry; entry += 8) {
      const nextLength = load<u32>(entry, 4) as usize;
      const next = find(place, limit, load<u32>(entry) as usize, nextLength);
      matches = next != 0;
      place = next + nextLength;
    }
    store<u8>(dst + i, matches ? 1 : 0);
    at = end;
    i++;
  }
  return 0;
}
