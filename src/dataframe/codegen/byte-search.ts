/** Searches for one run of bytes in many texts. */

/** Shorter ones are found sooner by their first byte. */
const LEAST_SKIPPED = 3;

/**
 * Where `part` (not empty) first stands in bytes [start, end), or -1. Looks at the last byte of each window and moves on by as much as
 * that byte allows. After Horspool, "Practical fast searching in strings" (1980).
 */
export function searchFor(part: Uint8Array): (bytes: Uint8Array, start: number, end: number) => number {
  const { length } = part;
  const first = part[0];
  if (length < LEAST_SKIPPED) {
    return (bytes, start, end) => {
      for (let at = start, last = end - length; at <= last; at++) {
        if (bytes[at] === first && (length === 1 || bytes[at + 1] === part[1])) return at;
      }
      return -1;
    };
  }
  const skips = new Uint8Array(256).fill(Math.min(length, 255));
  for (let i = Math.max(0, length - 255); i < length - 1; i++) skips[part[i]!] = length - 1 - i;
  const tail = part[length - 1]!;
  return (bytes, start, end) => {
    for (let at = start + length - 1; at < end;) {
      const byte = bytes[at]!;
      if (byte === tail) {
        const from = at - length + 1;
        let i = 0;
        while (i < length && bytes[from + i] === part[i]) i++;
        if (i === length) return from;
      }
      at += skips[byte]!;
    }
    return -1;
  };
}

export type Matcher = (bytes: Uint8Array, start: number, end: number) => boolean;

/** Whether a text begins with the first part, ends with the last and has the others between them, one behind the other; one part is all of it. */
export function likeMatcher(parts: readonly Uint8Array[]): Matcher {
  const first = parts[0]!;
  const last = parts.at(-1)!;
  const middle = parts.slice(1, -1).filter((part) => part.length > 0);
  const lengths = middle.map((part) => part.length);
  const searches = middle.map(searchFor);
  if (parts.length === 1) {
    return (text, start, end) => end - start === first.length && matchesAt(text, start, first);
  }
  return (text, start, end) => {
    if (end - start < first.length + last.length) return false;
    if (!matchesAt(text, start, first) || !matchesAt(text, end - last.length, last)) return false;
    let at = start + first.length;
    const limit = end - last.length;
    for (let i = 0; i < searches.length; i++) {
      at = searches[i]!(text, at, limit);
      if (at < 0) return false;
      at += lengths[i]!;
    }
    return true;
  };
}

function matchesAt(text: Uint8Array, at: number, part: Uint8Array): boolean {
  for (let i = 0; i < part.length; i++) if (text[at + i] !== part[i]) return false;
  return true;
}
