// Lines of CSV to ranges of fields. Whatever is not simple is marked, and left to the reader of single records.

/** Of a row. */
const ODD: u8 = 1;

// @ts-ignore: decorator
@inline
function matches(p: usize, a: v128, b: v128, c: v128, d: v128, e: v128): u64 {
  const x = v128.load(p);
  return i8x16.bitmask(
    v128.or(
      v128.or(v128.or(i8x16.eq(x, a), i8x16.eq(x, b)), v128.or(i8x16.eq(x, c), i8x16.eq(x, d))),
      i8x16.eq(x, e),
    ),
  ) as u64;
}

/** Where the last of the calls below stopped, and the places of its lines. */
let stopped: usize = 0;

export function csvStopped(): usize {
  return stopped;
}

/**
 * Fields of whole lines: field f goes to slot slots[f] (none for -1), as ranges relative to `src` at starts + (slot * most + row) * 4, and so
 * ends. An empty field has an empty range, as has one that is not there. `lines` gets begin and end of every row, `odd` a mark for rows
 * with quotes inside of quotes, with escapes, or with one field or another number than `width` (0: any). Empty lines are left out.
 * The rows; at most `most`.
 */
export function csvFields(
  src: usize,
  end: usize,
  delimiter: i32,
  quote: i32,
  escape: i32,
  width: i32,
  slotted: i32,
  slots: usize,
  most: i32,
  starts: usize,
  ends: usize,
  lines: usize,
  odd: usize,
): i32 {
  const a = i8x16.splat(delimiter as i8);
  const b = i8x16.splat(10);
  const c = i8x16.splat(13);
  const d = i8x16.splat(quote as i8);
  const e = i8x16.splat(escape as i8);
  const stride = (most as usize) * 4;
  let row: usize = 0;
  let field: i32 = 0;
  let fieldStart = src;
  let lineStart = src;
  let inQuotes = false;
  let closed: usize = 0;
  let bad = false;
  stopped = src;
  for (let block = src; block < end; block += 64) {
    let mask =
      matches(block, a, b, c, d, e) |
      (matches(block + 16, a, b, c, d, e) << 16) |
      (matches(block + 32, a, b, c, d, e) << 32) |
      (matches(block + 48, a, b, c, d, e) << 48);
    while (mask != 0) {
      const p = block + (ctz(mask) as usize);
      mask &= mask - 1;
      if (p >= end) break;
      const x = load<u8>(p) as i32;
      if (x == delimiter) {
        if (inQuotes) continue;
      } else if (x == 10 || x == 13) {
        if (p < lineStart) continue;
        if (inQuotes) {
          inQuotes = false;
          bad = true;
        }
      } else if (x == quote) {
        if (inQuotes) {
          const next = p + 1 < end ? (load<u8>(p + 1) as i32) : 10;
          if (next == delimiter || next == 10 || next == 13) {
            inQuotes = false;
            closed = p;
          } else bad = true;
        } else if (p == fieldStart && closed == 0) inQuotes = true;
        continue;
      } else {
        // An escape matters within quotes only.
        if (inQuotes) bad = true;
        continue;
      }
      // The field ends here.
      if (field < slotted) {
        const slot = load<i32>(slots + 4 * field);
        if (slot >= 0) {
          const at = (slot as usize) * stride + row * 4;
          store<i32>(starts + at, (closed != 0 ? fieldStart + 1 - src : fieldStart - src) as i32);
          store<i32>(ends + at, (closed != 0 ? closed - src : p - src) as i32);
        }
      }
      field++;
      closed = 0;
      fieldStart = p + 1;
      if (x == delimiter) continue;
      if (p > lineStart) {
        // One field may be a line of spaces.
        if (field == 1 || (width > 0 && field != width)) bad = true;
        for (; field < slotted; field++) {
          const slot = load<i32>(slots + 4 * field);
          if (slot < 0) continue;
          const at = (slot as usize) * stride + row * 4;
          store<i32>(starts + at, 0);
          store<i32>(ends + at, 0);
        }
        store<i32>(lines + row * 8, (lineStart - src) as i32);
        store<i32>(lines + row * 8, (p - src) as i32, 4);
        store<u8>(odd + row, bad ? ODD : 0);
        row++;
      }
      field = 0;
      bad = false;
      fieldStart = x == 13 && p + 1 < end && load<u8>(p + 1) == 10 ? p + 2 : p + 1;
      lineStart = fieldStart;
      stopped = lineStart;
      if (row == (most as usize)) return row as i32;
    }
  }
  return row as i32;
}

/** 1 for ranges that are not empty. */
export function csvValid(starts: usize, ends: usize, count: i32, valid: usize): i32 {
  let total: i32 = 0;
  for (let i: usize = 0; i < (count as usize); i++) {
    const there: i32 = load<i32>(starts + 4 * i) != load<i32>(ends + 4 * i) ? 1 : 0;
    store<u8>(valid + i, there as u8);
    total += there;
  }
  return total;
}
