import { digits, failed, failedAt, lineEnd, same, spaces, special, string, word } from "./json-text.assembly";

// What the values of JSON lines are, by the place where they stand: a tree of names, each with the kinds of values that it had.

/** Kinds: any value, or null; strings that are not empty; true and false; whole numbers of at most 18 digits; other numbers; objects; arrays. */
const SEEN: u32 = 1;
const TEXT: u32 = 2;
const BOOLEAN: u32 = 4;
const WHOLE: u32 = 8;
const FLOATING: u32 = 16;
const OBJECT: u32 = 32;
const ARRAY: u32 = 64;

/**
 * A node: 0 address and 4 length of its name in quotes (0 of elements of arrays), 8 the node that it is in, 12 the node whose name came behind
 * its own last, 16 the node of the name that came first in its objects last, 20 the node of its elements, 24 kinds.
 */
const NODE_BYTES: usize = 32;
const MOST_DEPTH: i32 = 64;

/** State between calls: see `jsonKinds`. */
let heads: usize = 0;
let mask: u32 = 0;
let nodes: usize = 0;
let room: u32 = 0;
let count: u32 = 0;
let names: usize = 0;
let namesEnd: usize = 0;
/** Kinds that the line adds, pairs of node and kinds: they count when the line is known to be plain. */
let added: usize = 0;
let addedAt: usize = 0;
let addedEnd: usize = 0;
let full: bool = false;
/** Objects are numbered. */
let objects: u32 = 0;

// @ts-ignore: decorator
@inline
function add(node: usize, kinds: u32): void {
  if ((load<u32>(node, 24) & kinds) == kinds) return;
  if (addedAt > added && (load<u32>(addedAt - 8) as usize) == node && (load<u32>(addedAt - 4) & kinds) == kinds) return;
  if (addedAt == addedEnd) {
    full = true;
    return;
  }
  store<u32>(addedAt, node as u32);
  store<u32>(addedAt, kinds, 4);
  addedAt += 8;
}

/** A new node; 0 where there is no room. */
function newNode(parent: usize): usize {
  if (count == room) return 0;
  const node = nodes + NODE_BYTES * (count++ as usize);
  memory.fill(node, 0, NODE_BYTES);
  store<u32>(node, parent as u32, 8);
  return node;
}

/** The node of the name at p, `length` bytes in quotes, within `parent`; 0 where there is no room for a new one. */
function nodeOf(p: usize, length: i32, parent: usize): usize {
  let hash: u32 = 2166136261 ^ (parent as u32);
  for (let i: i32 = 1; i < length - 1; i++) hash = (hash ^ (load<u8>(p + i) as u32)) * 16777619;
  let head = (hash ^ (hash >> 15)) & mask;
  for (;;) {
    const known = load<u32>(heads + 4 * (head as usize)) as usize;
    if (known == 0) break;
    if (
      load<i32>(known, 4) == length &&
      (load<u32>(known, 8) as usize) == parent &&
      same(p, load<u32>(known) as usize, length)
    )
      return known;
    head = (head + 1) & mask;
  }
  if (names + length > namesEnd) return 0;
  const node = newNode(parent);
  if (node == 0) return 0;
  memory.copy(names, p, length);
  store<u32>(node, names as u32);
  store<i32>(node, length, 4);
  names += length;
  store<u32>(heads + 4 * (head as usize), node as u32);
  return node;
}

/** Behind the object at p. */
function object(p: usize, node: usize, depth: i32): usize {
  add(node, SEEN | OBJECT);
  p = spaces(p + 1);
  if (load<u8>(p) == 125) return p + 1;
  const own = ++objects;
  // Names mostly come in the order of the object before.
  let behind = node + 16;
  while (true) {
    let key = load<u32>(behind) as usize;
    if (key == 0 || !same(p, load<u32>(key) as usize, load<i32>(key, 4))) {
      if (load<u8>(p) != 34) return failed(p);
      const end = special(p + 1);
      if (load<u8>(end) != 34) return failed(end);
      key = nodeOf(p, (end + 1 - p) as i32, node);
      if (key == 0) return failed(p);
      store<u32>(behind, key as u32);
    }
    behind = key + 12;
    if (load<u32>(key, 28) == own) return failed(p);
    store<u32>(key, own, 28);
    p = spaces(p + load<i32>(key, 4));
    if (load<u8>(p) != 58) return failed(p);
    p = value(spaces(p + 1), key, depth);
    if (p == 0) return 0;
    p = spaces(p);
    const x = load<u8>(p);
    if (x == 125) return p + 1;
    if (x != 44) return failed(p);
    p = spaces(p + 1);
  }
}

/** Behind the array at p. */
function array(p: usize, node: usize, depth: i32): usize {
  add(node, SEEN | ARRAY);
  p = spaces(p + 1);
  if (load<u8>(p) == 93) return p + 1;
  let element = load<u32>(node, 20) as usize;
  if (element == 0) {
    element = newNode(node);
    if (element == 0) return failed(p);
    store<u32>(node, element as u32, 20);
  }
  while (true) {
    p = value(p, element, depth);
    if (p == 0) return 0;
    p = spaces(p);
    const x = load<u8>(p);
    if (x == 93) return p + 1;
    if (x != 44) return failed(p);
    p = spaces(p + 1);
  }
}

/** Behind the number at p. */
// @ts-ignore: decorator
@inline
function number(p: usize, node: usize): usize {
  if (load<u8>(p) == 45) p++;
  let length = digits(p);
  if (length == 0 || (length > 1 && load<u8>(p) == 48)) return failed(p);
  p += length;
  let kind = WHOLE;
  if (load<u8>(p) == 46) {
    kind = FLOATING;
    length = digits(p + 1);
    if (length == 0) return failed(p);
    p += length + 1;
  }
  if ((load<u8>(p) | 32) == 101) {
    kind = FLOATING;
    p++;
    if (load<u8>(p) == 43 || load<u8>(p) == 45) p++;
    length = digits(p);
    if (length == 0) return failed(p);
    p += length;
  }
  if (kind == WHOLE && length > 18) return failed(p);
  add(node, SEEN | kind);
  return p;
}

/** Behind the value at p, whose kind is noted. */
function value(p: usize, node: usize, depth: i32): usize {
  const first = load<u8>(p);
  if (first == 34) {
    let end = special(p + 1);
    if (load<u8>(end) == 34) end++;
    else {
      end = string(p + 1);
      if (end == 0) return 0;
    }
    add(node, end - p == 2 ? SEEN : SEEN | TEXT);
    return end;
  }
  if (first == 45 || (first as u32) - 48 <= 9) return number(p, node);
  if (first == 123) return depth == MOST_DEPTH ? failed(p) : object(p, node, depth + 1);
  if (first == 91) return depth == MOST_DEPTH ? failed(p) : array(p, node, depth + 1);
  add(node, first == 110 ? SEEN : SEEN | BOOLEAN);
  return word(p);
}

/** Where the line of the object at p ends; 0 where it is odd. */
// @ts-ignore: decorator
@inline
function objectLine(p: usize): usize {
  p = spaces(p);
  if (load<u8>(p) != 123) return failed(p);
  p = object(p, nodes, 0);
  if (p == 0) return 0;
  p = spaces(p);
  const last = load<u8>(p);
  return (last == 10 || last == 13) && !full ? p : failed(p);
}

/**
 * Notes what the values of whole lines are; gives the number of odd lines, at most `most`, whose begin and end relative to `src` are at `odd`: nothing is
 * noted of these. Empty lines are left out. The byte before `end` ends a line.
 *
 * Words at `state`: 0 heads of chains (0, or the address of a node), 4 their number less one, 8 nodes, the first the lines' own, 12 room for so many, 16 how many
 * there are, 20 where the next name goes, 24 end of the room for names, 28 room for what a line adds, 32 its end, 36 state of the sampler, 40 lines are
 * chosen whose number of 24 bits is below this, 44 behind the last line that was looked at, 48 how many objects there were.
 */
export function jsonKinds(src: usize, end: usize, state: usize, odd: usize, most: i32): i32 {
  heads = load<u32>(state) as usize;
  mask = load<u32>(state, 4);
  nodes = load<u32>(state, 8) as usize;
  room = load<u32>(state, 12);
  count = load<u32>(state, 16);
  names = load<u32>(state, 20) as usize;
  namesEnd = load<u32>(state, 24) as usize;
  added = load<u32>(state, 28) as usize;
  addedEnd = load<u32>(state, 32) as usize;
  objects = load<u32>(state, 48);
  let sampler = load<u32>(state, 36);
  const chosen = load<u32>(state, 40);
  let lines: i32 = 0;
  let p = src;
  while (p < end && lines < most) {
    // A line feed behind a carriage return too.
    if (load<u8>(p) == 10 || load<u8>(p) == 13) {
      p++;
      continue;
    }
    sampler = sampler * 1103515245 + 12345;
    if (sampler >>> 8 >= chosen) {
      p = lineEnd(p) + 1;
      continue;
    }
    addedAt = added;
    full = false;
    let last = objectLine(p);
    if (last != 0) {
      for (let at = added; at < addedAt; at += 8) {
        const node = load<u32>(at) as usize;
        store<u32>(node, load<u32>(node, 24) | load<u32>(at, 4), 24);
      }
    } else {
      last = lineEnd(failedAt);
      store<i32>(odd + 8 * (lines as usize), (p - src) as i32);
      store<i32>(odd + 8 * (lines as usize), (last - src) as i32, 4);
      lines++;
    }
    p = last + 1;
  }
  store<u32>(state, count, 16);
  store<u32>(state, names as u32, 20);
  store<u32>(state, sampler, 36);
  store<u32>(state, p as u32, 44);
  store<u32>(state, objects, 48);
  return lines;
}
