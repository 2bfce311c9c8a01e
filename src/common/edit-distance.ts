/** Levenshtein's distance: letters that are put in, left out or changed on the way from `a` to `b`. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}

/** Below so many letters, keys that differ in two are different words. */
const LONG = 16;

/** The known key that `key` is a misspelling of: one letter is wrong, or two of many; null where it is known, or like none. */
export function misspelt(key: string, known: Iterable<string>): string | null {
  let best: string | null = null;
  let least = key.length < LONG ? 2 : 3;
  for (const other of known) {
    if (Math.abs(other.length - key.length) >= least) continue;
    const distance = editDistance(key, other);
    if (distance === 0) return null;
    if (distance < least) [best, least] = [other, distance];
  }
  return best;
}
