// Dictionaries of the writer of Parquet: open addressing over codes, which are places in the list of entries.

let entries: i32 = 0;

/** How many entries the last of the calls below has left. */
export function dictionarySize(): i32 {
  return entries;
}

// @ts-ignore: decorator
@inline
function hash32(x: u32): u32 {
  x *= 0x9e3779b1;
  return x ^ (x >> 15);
}

// @ts-ignore: decorator
@inline
function hash64(x: u64): u32 {
  x *= 0x9e3779b97f4a7c15;
  return (x >> 32) as u32;
}

/**
 * Codes (32 bits) of values[from..count) to codes[from..]; new values are added to the dictionary while it has fewer than `most`
 * entries. Slots hold code + 1. Where it stopped: at `count`, or at the value that there was no room for.
 */
export function encode32(values: usize, from: i32, count: i32, dictionary: usize, size: i32, most: i32, slots: usize, mask: u32, codes: usize): i32 {
  entries = size;
  for (let i = from; i < count; i++) {
    const x = load<u32>(values + 4 * (i as usize));
    let h = hash32(x) & mask;
    let code: i32;
    for (;;) {
      code = load<i32>(slots + 4 * (h as usize)) - 1;
      if (code < 0) {
        if (entries >= most) return i;
        code = entries++;
        store<i32>(slots + 4 * (h as usize), code + 1);
        store<u32>(dictionary + 4 * (code as usize), x);
        break;
      }
      if (load<u32>(dictionary + 4 * (code as usize)) == x) break;
      h = (h + 1) & mask;
    }
    store<i32>(codes + 4 * (i as usize), code);
  }
  return count;
}

export function encode64(values: usize, from: i32, count: i32, dictionary: usize, size: i32, most: i32, slots: usize, mask: u32, codes: usize): i32 {
  entries = size;
  for (let i = from; i < count; i++) {
    const x = load<u64>(values + 8 * (i as usize));
    let h = hash64(x) & mask;
    let code: i32;
    for (;;) {
      code = load<i32>(slots + 4 * (h as usize)) - 1;
      if (code < 0) {
        if (entries >= most) return i;
        code = entries++;
        store<i32>(slots + 4 * (h as usize), code + 1);
        store<u64>(dictionary + 8 * (code as usize), x);
        break;
      }
      if (load<u64>(dictionary + 8 * (code as usize)) == x) break;
      h = (h + 1) & mask;
    }
    store<i32>(codes + 4 * (i as usize), code);
  }
  return count;
}

export function reslot32(dictionary: usize, size: i32, slots: usize, mask: u32): void {
  for (let code: i32 = 0; code < size; code++) {
    let h = hash32(load<u32>(dictionary + 4 * (code as usize))) & mask;
    while (load<i32>(slots + 4 * (h as usize)) != 0) h = (h + 1) & mask;
    store<i32>(slots + 4 * (h as usize), code + 1);
  }
}

export function reslot64(dictionary: usize, size: i32, slots: usize, mask: u32): void {
  for (let code: i32 = 0; code < size; code++) {
    let h = hash64(load<u64>(dictionary + 8 * (code as usize))) & mask;
    while (load<i32>(slots + 4 * (h as usize)) != 0) h = (h + 1) & mask;
    store<i32>(slots + 4 * (h as usize), code + 1);
  }
}

// @ts-ignore: decorator
@inline
function hashBytes(p: usize, length: usize): u32 {
  let h: u64 = (length as u64) * 0x9e3779b97f4a7c15;
  let i: usize = 0;
  for (; i + 8 <= length; i += 8) {
    h = (h ^ load<u64>(p + i)) * 0x9fb21c651e98df25;
    h ^= h >> 32;
  }
  if (i < length) {
    const tail = load<u64>(p + i) & (u64.MAX_VALUE >> ((64 - ((length - i) << 3)) as u64));
    h = (h ^ tail) * 0x9fb21c651e98df25;
    h ^= h >> 32;
  }
  return (h ^ (h >> 15)) as u32;
}

// @ts-ignore: decorator
@inline
function sameBytes(a: usize, b: usize, length: usize): bool {
  let i: usize = 0;
  for (; i + 8 <= length; i += 8) if (load<u64>(a + i) != load<u64>(b + i)) return false;
  if (i == length) return true;
  return ((load<u64>(a + i) ^ load<u64>(b + i)) << ((64 - ((length - i) << 3)) as u64)) == 0;
}

/** As encode32, for byte arrays. Entry c is dictionary[offsets[c]..offsets[c + 1]); it may have `room` bytes in all. */
export function encodeBytes(
  bytes: usize,
  starts: usize,
  ends: usize,
  from: i32,
  count: i32,
  dictionary: usize,
  room: i32,
  offsets: usize,
  size: i32,
  most: i32,
  slots: usize,
  mask: u32,
  codes: usize,
): i32 {
  entries = size;
  for (let i = from; i < count; i++) {
    const start = load<i32>(starts + 4 * (i as usize));
    const length = (load<i32>(ends + 4 * (i as usize)) - start) as usize;
    const p = bytes + start;
    let h = hashBytes(p, length) & mask;
    let code: i32;
    for (;;) {
      code = load<i32>(slots + 4 * (h as usize)) - 1;
      if (code < 0) {
        const at = load<i32>(offsets + 4 * (entries as usize));
        if (entries >= most || (at as i64) + (length as i64) > (room as i64)) return i;
        code = entries++;
        store<i32>(slots + 4 * (h as usize), code + 1);
        memory.copy(dictionary + at, p, length);
        store<i32>(offsets + 4 * (entries as usize), at + (length as i32));
        break;
      }
      const at = load<i32>(offsets + 4 * (code as usize));
      if ((load<i32>(offsets + 4 * (code as usize) + 4) - at) as usize == length && sameBytes(dictionary + at, p, length)) break;
      h = (h + 1) & mask;
    }
    store<i32>(codes + 4 * (i as usize), code);
  }
  return count;
}

export function reslotBytes(dictionary: usize, offsets: usize, size: i32, slots: usize, mask: u32): void {
  for (let code: i32 = 0; code < size; code++) {
    const at = load<i32>(offsets + 4 * (code as usize));
    let h = hashBytes(dictionary + at, (load<i32>(offsets + 4 * (code as usize) + 4) - at) as usize) & mask;
    while (load<i32>(slots + 4 * (h as usize)) != 0) h = (h + 1) & mask;
    store<i32>(slots + 4 * (h as usize), code + 1);
  }
}

/** Marks the codes that are used: used[code] = 1. */
export function mark32(codes: usize, count: i32, used: usize): void {
  for (let i: usize = 0; i < (count as usize); i++) store<u8>(used + (load<u32>(codes + 4 * i) as usize), 1);
}

/** Ranges of the entries that are marked, from offsets as encodeBytes makes them; how many. */
export function markedRanges(used: usize, size: i32, offsets: usize, starts: usize, ends: usize): i32 {
  let n: usize = 0;
  for (let code: usize = 0; code < (size as usize); code++) {
    if (load<u8>(used + code) == 0) continue;
    store<i32>(starts + 4 * n, load<i32>(offsets + 4 * code));
    store<i32>(ends + 4 * n, load<i32>(offsets + 4 * code + 4));
    n++;
  }
  return n as i32;
}
