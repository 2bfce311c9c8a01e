/** How strings sound and differ. */

/** Edits between two strings by code points; -1 where there are more than `threshold`. */
export function levenshtein(left: string, right: string, threshold = Infinity): number {
  const rows = pointsOf(left, 0);
  const columns = pointsOf(right, 1);
  const [a, b] = points as [Int32Array, Int32Array];
  if (edits.length <= columns) edits = new Int32Array(columns * 2);
  const row = edits;
  for (let j = 0; j <= columns; j++) row[j] = j;
  for (let i = 0; i < rows; i++) {
    const point = a[i]!;
    // Of the row before: what stands left of the place, and above it.
    let corner = i;
    let last = i + 1;
    row[0] = last;
    for (let j = 0; j < columns; j++) {
      const above = row[j + 1]!;
      let least = point === b[j]! ? corner : corner + 1;
      if (above < least) least = above + 1;
      if (last < least) least = last + 1;
      corner = above;
      last = least;
      row[j + 1] = least;
    }
  }
  const distance = row[columns]!;
  return distance <= threshold ? distance : -1;
}

/** Code points of the two texts, and the edits of a row: kept between calls. */
const points = [new Int32Array(64), new Int32Array(64)];
let edits = new Int32Array(64);

/** Gives how many there are. */
function pointsOf(text: string, side: 0 | 1): number {
  const { length } = text;
  if (points[side]!.length < length) points[side] = new Int32Array(length * 2);
  const to = points[side]!;
  let count = 0;
  for (let i = 0; i < length; i++) {
    const point = text.codePointAt(i)!;
    if (point > 0xffff) i++;
    to[count++] = point;
  }
  return count;
}

/** Digits of the letters A to Z; 0 separates equal digits, 7 does not. */
const SOUNDEX = "01230127022455012623017202";

export function soundex(text: string): string {
  const first = letter(text.charCodeAt(0));
  if (first < 0) return text;
  let code = String.fromCharCode(65 + first);
  let last = SOUNDEX[first];
  for (let i = 1; i < text.length && code.length < 4; i++) {
    const index = letter(text.charCodeAt(i));
    const digit = index < 0 ? "0" : SOUNDEX[index];
    if (digit === "7") continue;
    if (digit !== "0" && digit !== last) code += digit;
    last = digit;
  }
  return code.padEnd(4, "0");
}

function letter(unit: number): number {
  const upper = unit >= 97 && unit <= 122 ? unit - 32 : unit;
  return upper >= 65 && upper <= 90 ? upper - 65 : -1;
}

/** Jaro's similarity, raised for a common prefix of up to four. */
export function jaroWinkler(left: string, right: string): number {
  const a = Array.from(left);
  const b = Array.from(right);
  if (a.length === 0 && b.length === 0) return 1;
  const reach = Math.max(Math.floor(Math.max(a.length, b.length) / 2) - 1, 0);
  const taken = new Array<boolean>(b.length).fill(false);
  const matched: string[] = [];
  for (let i = 0; i < a.length; i++) {
    const end = Math.min(i + reach + 1, b.length);
    for (let j = Math.max(0, i - reach); j < end; j++) {
      if (taken[j] === true || a[i] !== b[j]) continue;
      taken[j] = true;
      matched.push(a[i] as string);
      break;
    }
  }
  if (matched.length === 0) return 0;
  const others = b.filter((_, j) => taken[j]);
  const moved = matched.filter((one, i) => one !== others[i]).length;
  const m = matched.length;
  const jaro = (m / a.length + m / b.length + (m - Math.floor(moved / 2)) / m) / 3;
  let prefix = 0;
  while (prefix < 4 && prefix < a.length && prefix < b.length && a[prefix] === b[prefix]) prefix++;
  return jaro + prefix * 0.1 * (1 - jaro);
}
