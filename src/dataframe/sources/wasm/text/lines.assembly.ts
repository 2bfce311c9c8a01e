// Values to text, and columns of text to lines of CSV and JSON.

/** A column of text: 32 bytes, seven words of which are used. */
const COLUMN: usize = 32;
/** Kinds of text: as it is; strings, which the format escapes; text without anything to escape that JSON quotes. */
const STRING: u32 = 1;
const QUOTED: u32 = 2;

// @ts-ignore: decorator
@inline
function bytesOf(column: usize): usize {
  return load<u32>(column) as usize;
}

// @ts-ignore: decorator
@inline
function startOf(column: usize, row: usize): usize {
  return load<i32>((load<u32>(column, 4) as usize) + 4 * row) as usize;
}

// @ts-ignore: decorator
@inline
function endOf(column: usize, row: usize): usize {
  return load<i32>((load<u32>(column, 8) as usize) + 4 * row) as usize;
}

// @ts-ignore: decorator
@inline
function isNull(column: usize, row: usize): bool {
  const valid = load<u32>(column, 12) as usize;
  return valid !== 0 && load<u8>(valid + row) === 0;
}

// @ts-ignore: decorator
@inline
function copy(to: usize, from: usize, length: usize): usize {
  if (length <= 16) v128.store(to, v128.load(from));
  else memory.copy(to, from, length);
  return to + length;
}

/** The last `count` digits of a number; gives where they end. */
function digits(to: usize, number: u64, count: usize): usize {
  let rest = number;
  let p = to + count;
  while (rest > 0xffffffff) {
    const tens = rest / 10;
    store<u8>(--p, (48 + (rest - tens * 10)) as u8);
    rest = tens;
  }
  let small = rest as u32;
  while (p > to) {
    const tens = small / 10;
    store<u8>(--p, (48 + (small - tens * 10)) as u8);
    small = tens;
  }
  return to + count;
}

function whole(to: usize, number: u64): usize {
  let count: usize = 1;
  for (let power: u64 = 10; power <= number; power *= 10) count++;
  return digits(to, number, count);
}

/**
 * Decimals that are safe integers of 10^-scale, as doubles: text at `dst`, 40 bytes a value at most. Ranges relative to it; empty where
 * `valid` (0: none) has no value. The bytes written.
 */
export function textOfNumbers(src: usize, valid: usize, count: i32, scale: i32, dst: usize, starts: usize, ends: usize): i32 {
  let power: u64 = 1;
  for (let i = 0; i < scale; i++) power *= 10;
  let p = dst;
  for (let i: usize = 0; i < (count as usize); i++) {
    store<i32>(starts + 4 * i, (p - dst) as i32);
    if (valid === 0 || load<u8>(valid + i) !== 0) {
      const value = load<f64>(src + 8 * i);
      if (value < 0) store<u8>(p++, 45);
      const size = Math.abs(value) as u64;
      if (scale === 0) p = whole(p, size);
      else {
        const units = size / power;
        p = whole(p, units);
        store<u8>(p++, 46);
        p = digits(p, size - units * power, scale as usize);
      }
    }
    store<i32>(ends + 4 * i, (p - dst) as i32);
  }
  return (p - dst) as i32;
}

/** Doubles as textOfNumbers, where four decimals below 10^5 name them; a value that is not one of these has the end -1. */
export function textOfDoubles(src: usize, valid: usize, count: i32, dst: usize, starts: usize, ends: usize): i32 {
  let p = dst;
  for (let i: usize = 0; i < (count as usize); i++) {
    store<i32>(starts + 4 * i, (p - dst) as i32);
    if (valid === 0 || load<u8>(valid + i) !== 0) {
      const value = load<f64>(src + 8 * i);
      const size = Math.abs(value);
      const units = nearest(size * 1e4);
      const plain = (size >= 1e-3 && size < 1e5) || reinterpret<u64>(value) === 0;
      if (!plain || units / 1e4 !== size) {
        store<i32>(ends + 4 * i, -1);
        continue;
      }
      if (value < 0) store<u8>(p++, 45);
      const ones = (units as u64) / 10000;
      p = whole(p, ones);
      store<u8>(p++, 46);
      const least = p + 1;
      p = digits(p, (units as u64) - ones * 10000, 4);
      while (p > least && load<u8>(p - 1) === 48) p--;
    }
    store<i32>(ends + 4 * i, (p - dst) as i32);
  }
  return (p - dst) as i32;
}

/** Days since 1970 as yyyy-MM-dd, by the algorithm of H. Hinnant ("chrono-compatible low-level date algorithms"); as textOfNumbers. -1 where a year is not one of 0 to 9999. */
export function textOfDates(src: usize, valid: usize, count: i32, dst: usize, starts: usize, ends: usize): i32 {
  let p = dst;
  for (let i: usize = 0; i < (count as usize); i++) {
    store<i32>(starts + 4 * i, (p - dst) as i32);
    if (valid === 0 || load<u8>(valid + i) !== 0) {
      const day = load<i32>(src + 4 * i);
      if (day < -719528 || day > 2932896) return -1;
      // Days since 0000-03-01, and an era more, so that none is negative.
      const z = (day + 719468 + 146097) as u32;
      const era = z / 146097;
      const ofEra = z - era * 146097;
      const yearOfEra = (ofEra - ofEra / 1460 + ofEra / 36524 - ofEra / 146096) / 365;
      const ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
      const mp = (5 * ofYear + 2) / 153;
      const month = mp < 10 ? mp + 3 : mp - 9;
      const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0) - 400;
      p = digits(p, year, 4);
      store<u8>(p++, 45);
      p = digits(p, month, 2);
      store<u8>(p++, 45);
      p = digits(p, ofYear - (153 * mp + 2) / 5 + 1, 2);
    }
    store<i32>(ends + 4 * i, (p - dst) as i32);
  }
  return (p - dst) as i32;
}

/** Bytes of all text in rows [0, count) of the columns, which may share it; what ranges nulls have does not matter. */
export function bytesOfText(columns: usize, width: i32, count: i32): f64 {
  let sum: u64 = 0;
  for (let c: usize = 0; c < (width as usize); c++) {
    const column = columns + COLUMN * c;
    for (let row: usize = 0; row < (count as usize); row++)
      if (!isNull(column, row)) sum += (endOf(column, row) - startOf(column, row)) as u64;
  }
  return sum as f64;
}

/**
 * Lines of CSV at `dst`, which has room for twice the text, and for `nothing`, `empty`, two quotes and a separator for each field; the bytes
 * written. Strings lose blanks at their ends where `trims` (1: before, 2: behind) says so, and get quotes around them where `separator`, `quote`,
 * a line feed or a carriage return is in them, or `note` at the beginning of a line. `quote` 0: none get any; `quotes` 0: one alone
 * is no reason for them. Within quotes `escape` (0: none) stands before a quote, `escapeOfEscape` (0: none) before an escape.
 */
export function csvLines(
  columns: usize,
  width: i32,
  count: i32,
  separator: i32,
  quote: i32,
  quotes: i32,
  escape: i32,
  escapeOfEscape: i32,
  note: i32,
  trims: i32,
  nothing: usize,
  nothingLength: i32,
  empty: usize,
  emptyLength: i32,
  end: usize,
  endLength: i32,
  dst: usize,
): usize {
  const a = i8x16.splat(separator as i8);
  const b = i8x16.splat(10);
  const c = i8x16.splat(13);
  const d = i8x16.splat((quotes !== 0 ? quote : separator) as i8);
  let p = dst;
  for (let row: usize = 0; row < (count as usize); row++) {
    for (let at: usize = 0; at < (width as usize); at++) {
      const column = columns + COLUMN * at;
      if (at > 0) store<u8>(p++, separator as u8);
      if (isNull(column, row)) {
        p = copy(p, nothing, nothingLength as usize);
        continue;
      }
      let from = bytesOf(column) + startOf(column, row);
      let to = bytesOf(column) + endOf(column, row);
      if (load<u32>(column, 16) !== STRING) {
        p = copy(p, from, to - from);
        continue;
      }
      if (trims & 1) while (from < to && load<u8>(from) <= 32) from++;
      if (trims & 2) while (from < to && load<u8>(to - 1) <= 32) to--;
      if (from === to) {
        p = copy(p, empty, emptyLength as usize);
        continue;
      }
      let special = quote !== 0 && at === 0 && load<u8>(from) === (note as u8);
      let i = from;
      while (quote !== 0 && i < to && !special) {
        const x = v128.load(i);
        v128.store(p + (i - from), x);
        let mask = i8x16.bitmask(v128.or(v128.or(i8x16.eq(x, a), i8x16.eq(x, b)), v128.or(i8x16.eq(x, c), i8x16.eq(x, d))));
        if (to - i < 16) mask &= (1 << ((to - i) as i32)) - 1;
        special = mask !== 0;
        i += 16;
      }
      if (!special) {
        p = quote !== 0 ? p + (to - from) : copy(p, from, to - from);
        continue;
      }
      store<u8>(p++, quote as u8);
      for (let k = from; k < to; k++) {
        const byte = load<u8>(k);
        if (byte === (quote as u8)) {
          if (escape !== 0) store<u8>(p++, escape as u8);
        } else if (escape !== 0 && byte === (escape as u8) && escapeOfEscape !== 0) store<u8>(p++, escapeOfEscape as u8);
        store<u8>(p++, byte);
      }
      store<u8>(p++, quote as u8);
    }
    p = copy(p, end, endLength as usize);
  }
  return p - dst;
}

// @ts-ignore: decorator
@inline
function hex(digit: u32): u8 {
  return (digit < 10 ? 48 + digit : 55 + digit) as u8;
}

/** A byte of a string that JSON does not take as it is. */
function escaped(to: usize, byte: u8): usize {
  let p = to;
  store<u8>(p++, 92);
  if (byte === 34 || byte === 92) store<u8>(p++, byte);
  else if (byte === 8) store<u8>(p++, 98);
  else if (byte === 9) store<u8>(p++, 116);
  else if (byte === 10) store<u8>(p++, 110);
  else if (byte === 12) store<u8>(p++, 102);
  else if (byte === 13) store<u8>(p++, 114);
  else {
    store<u32>(p, 0x30303075);
    store<u8>(p, hex(byte >> 4), 3);
    store<u8>(p, hex(byte & 15), 4);
    p += 5;
  }
  return p;
}

/**
 * Objects of JSON, each with `end` behind it, at `dst`, which has room for six times the text, and for each field for its prefix, two quotes
 * and a comma; the bytes written. A column's prefix is its name, quoted, and a colon. Nulls are left out unless `writesNulls`.
 */
export function jsonLines(columns: usize, width: i32, count: i32, writesNulls: i32, end: usize, endLength: i32, dst: usize): usize {
  const quotes = i8x16.splat(34);
  const backslashes = i8x16.splat(92);
  const blanks = i8x16.splat(32);
  let p = dst;
  for (let row: usize = 0; row < (count as usize); row++) {
    store<u8>(p++, 123);
    let any = false;
    for (let at: usize = 0; at < (width as usize); at++) {
      const column = columns + COLUMN * at;
      const none = isNull(column, row);
      if (none && writesNulls === 0) continue;
      if (any) store<u8>(p++, 44);
      any = true;
      p = copy(p, load<u32>(column, 20) as usize, load<u32>(column, 24) as usize);
      if (none) {
        store<u32>(p, 0x6c6c756e);
        p += 4;
        continue;
      }
      const from = bytesOf(column) + startOf(column, row);
      const to = bytesOf(column) + endOf(column, row);
      const kind = load<u32>(column, 16);
      if (kind === 0) {
        p = copy(p, from, to - from);
        continue;
      }
      store<u8>(p++, 34);
      if (kind === QUOTED) p = copy(p, from, to - from);
      else {
        let i = from;
        while (i < to) {
          const x = v128.load(i);
          v128.store(p, x);
          let mask = i8x16.bitmask(v128.or(v128.or(i8x16.eq(x, quotes), i8x16.eq(x, backslashes)), i8x16.lt_u(x, blanks)));
          let length = to - i;
          if (length > 16) length = 16;
          mask &= (1 << (length as i32)) - 1;
          if (mask === 0) {
            p += length;
            i += length;
            continue;
          }
          const clean = ctz(mask) as usize;
          p = escaped(p + clean, load<u8>(i + clean));
          i += clean + 1;
        }
      }
      store<u8>(p++, 34);
    }
    store<u8>(p++, 125);
    p = copy(p, end, endLength as usize);
  }
  return p - dst;
}
