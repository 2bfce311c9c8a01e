import { failed, failedAt, lineEnd, number, same, skipped, spaces, special, word } from "./json-text.assembly";

// Lines of JSON to ranges of values. What is not plain JSON, or not plainly of its column's type, is marked and left to the reader of
// single records: only lines that it would read to the same values pass here.

/** Of a row. */
const ODD: u8 = 1;

/** What a column wants, beside null: a string; a string that is not empty; a number; true or false. */
const TEXT: i32 = 0;
const FILLED: i32 = 1;
const NUMBER: i32 = 2;

// A column is four words: the address and length of its name in quotes, what it wants, and the last row that had it.
const COLUMN_BYTES: usize = 16;
// A known key is four words: address and length in quotes, its column or -1, and the key that came behind it last.
const KEY_BYTES: usize = 16;

let stopped: usize = 0;
/** Keys: `heads` of chains by hash are 0 or the address of a key. The first key stands for the begin of a line, the last one for any that found no room. */
let keyHeads: usize = 0;
let keyMask: u32 = 0;
let keys: usize = 0;
let keyRoom: usize = 0;
let keyCount: usize = 0;

/** Behind the last line that the last call of `jsonFields` has looked at. */
export function jsonStopped(): usize {
  return stopped;
}

/** The known key of the bytes, which are made known where there is room. */
function keyOf(p: usize, length: i32, column: i32): usize {
  let hash: u32 = 2166136261;
  for (let i: i32 = 1; i < length - 1; i++) hash = (hash ^ (load<u8>(p + i) as u32)) * 16777619;
  let head = (hash ^ (hash >> 15)) & keyMask;
  for (;;) {
    const known = load<u32>(keyHeads + 4 * (head as usize)) as usize;
    if (known == 0) break;
    if (load<i32>(known, 4) == length && same(p, load<u32>(known) as usize, length)) return known;
    head = (head + 1) & keyMask;
  }
  let key = keys + KEY_BYTES * keyRoom;
  if (keyCount < keyRoom) {
    key = keys + KEY_BYTES * keyCount++;
    store<u32>(keyHeads + 4 * (head as usize), key as u32);
  }
  store<u32>(key, p as u32);
  store<i32>(key, length, 4);
  store<i32>(key, column, 8);
  store<u32>(key, 0, 12);
  return key;
}

/** The known key at p; none where it has escapes. */
function keyAt(p: usize): usize {
  if (load<u8>(p) != 34) return failed(p);
  const end = special(p + 1);
  return load<u8>(end) == 34 ? keyOf(p, (end + 1 - p) as i32, -1) : failed(end);
}

/**
 * The object at p, alone on its line: ranges of its values to places `stride` apart behind `starts` and `ends`. Gives where the line ends,
 * or 0 where the line is odd.
 */
function objectLine(p: usize, src: usize, columns: usize, row: i32, stride: usize, starts: usize, ends: usize): usize {
  p = spaces(p);
  if (load<u8>(p) != 123) return failed(p);
  p = spaces(p + 1);
  let more = load<u8>(p) != 125;
  if (!more) p++;
  let key = keys;
  while (more) {
    // Keys mostly come in the order of the line before.
    let next = load<u32>(key, 12) as usize;
    if (next == 0 || !same(p, load<u32>(next) as usize, load<i32>(next, 4))) {
      next = keyAt(p);
      if (next == 0) return 0;
      store<u32>(key, next as u32, 12);
    }
    key = next;
    p += load<i32>(key, 4) as usize;
    p = spaces(p);
    if (load<u8>(p) != 58) return failed(p);
    p = spaces(p + 1);
    const slot = load<i32>(key, 8);
    if (slot < 0) {
      const end = load<u8>(p) == 34 ? special(p + 1) : 0;
      p = end != 0 && load<u8>(end) == 34 ? end + 1 : skipped(p);
      if (p == 0) return 0;
    } else {
      const column = columns + COLUMN_BYTES * (slot as usize);
      if (load<i32>(column, 12) == row) return failed(p);
      store<i32>(column, row, 12);
      const wanted = load<i32>(column, 8);
      const first = load<u8>(p);
      const start = wanted <= FILLED ? p + 1 : p;
      let end: usize;
      if (first == 110) {
        p = word(p);
        if (p == 0) return 0;
        end = 0;
      } else if (wanted <= FILLED) {
        if (first != 34) return failed(p);
        end = special(start);
        if (load<u8>(end) != 34 || (wanted == FILLED && end == start)) return failed(end);
        p = end + 1;
      } else {
        if (wanted == NUMBER) end = number(p);
        else end = first == 116 || first == 102 ? word(p) : failed(p);
        if (end == 0) return 0;
        p = end;
      }
      if (end != 0) {
        store<i32>(starts + (slot as usize) * stride, (start - src) as i32);
        store<i32>(ends + (slot as usize) * stride, (end - src) as i32);
      }
    }
    p = spaces(p);
    const x = load<u8>(p);
    if (x == 44) p = spaces(p + 1);
    else if (x == 125) {
      p++;
      more = false;
    } else return failed(p);
  }
  p = spaces(p);
  const last = load<u8>(p);
  return last == 10 || last == 13 ? p : failed(p);
}

/**
 * Values of whole lines: the value of column c is a range relative to `src` at starts + (c * most + row) * 4, and so ends; strings without
 * their quotes; 0 to 0 for null and for what is not there. `lines` gets begin and end of every row, `odd` a mark for rows that are not plain.
 * Empty lines are left out. `table` holds mask + 1 words and room + 1 keys, of which the columns need count + 1. The byte before `end` ends a
 * line. The rows; at most `most`.
 */
export function jsonFields(
  src: usize,
  end: usize,
  columns: usize,
  count: i32,
  table: usize,
  mask: i32,
  room: i32,
  most: i32,
  starts: usize,
  ends: usize,
  lines: usize,
  odd: usize,
): i32 {
  const stride = (most as usize) * 4;
  keyHeads = table;
  keyMask = mask as u32;
  keys = table + 4 * ((mask as usize) + 1);
  keyRoom = room as usize;
  keyCount = 1;
  memory.fill(keyHeads, 0, 4 * ((mask as usize) + 1));
  memory.fill(keys, 0, KEY_BYTES);
  for (let i: i32 = 0; i < count; i++) {
    const column = columns + COLUMN_BYTES * (i as usize);
    store<i32>(column, -1, 12);
    keyOf(load<u32>(column) as usize, load<i32>(column, 4), i);
  }
  let row: i32 = 0;
  let p = src;
  while (p < end && row < most) {
    // A line feed behind a carriage return too.
    if (load<u8>(p) == 10 || load<u8>(p) == 13) {
      p++;
      continue;
    }
    const at: usize = 4 * (row as usize);
    for (let i: usize = 0; i < (count as usize); i++) {
      store<i32>(starts + i * stride + at, 0);
      store<i32>(ends + i * stride + at, 0);
    }
    let last = objectLine(p, src, columns, row, stride, starts + at, ends + at);
    store<u8>(odd + (row as usize), last == 0 ? ODD : 0);
    if (last == 0) last = lineEnd(failedAt);
    store<i32>(lines + 2 * at, (p - src) as i32);
    store<i32>(lines + 2 * at, (last - src) as i32, 4);
    row++;
    p = last + 1;
  }
  stopped = p;
  return row;
}

/** 1 for ranges that do not end at 0. */
export function jsonValid(ends: usize, count: i32, valid: usize): i32 {
  let total: i32 = 0;
  for (let i: usize = 0; i < (count as usize); i++) {
    const there: i32 = load<i32>(ends + 4 * i) != 0 ? 1 : 0;
    store<u8>(valid + i, there as u8);
    total += there;
  }
  return total;
}
