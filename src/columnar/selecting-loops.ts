/** Loops that keep the places for which a condition holds, without a branch; one function for each condition and kinds of arrays. */
import { compile } from "./compile";

/** The places among from[0..count), or below `count`, that pass, to `out`, which may be `from`; how many. `a`, `b`, `p`, `q`: what the condition reads. */
export type SelectingLoop = (
  a: unknown,
  b: unknown,
  p: number,
  q: number,
  from: Int32Array | null,
  count: number,
  out: Int32Array,
) => number;

/**
 *   valid   a[i] is 1
 *   entry   b[a[i]] is 1
 *   range   p ≤ a[i] ≤ q
 *   set     the bit a[i] - p of b is set, of q bits
 *   test    b(a[i])
 *   row     b(i)
 *   below, atMost            a[i] < p, a[i] ≤ p
 *   notBelow, notAtMost      not so: NaN passes
 *   … or missing             or b[i] is 0
 *   pair    a and b are { codes, values }, compared
 */
const CONDITIONS: Readonly<Record<string, string>> = {
  valid: "n += a[i];",
  entry: "n += b[a[i]];",
  range: "const x = a[i]; n += (x >= p) & (x <= q);",
  set: "const d = a[i] - p; if (d >= 0 && d < q) n += (b[d >>> 5] >>> (d & 31)) & 1;",
  test: "n += b(a[i]) ? 1 : 0;",
  row: "n += b(i) ? 1 : 0;",
  below: "n += (a[i] < p) & 1;",
  atMost: "n += (a[i] <= p) & 1;",
  notBelow: "n += (a[i] < p) ^ 1;",
  notAtMost: "n += (a[i] <= p) ^ 1;",
  "below or missing": "n += (a[i] < p) | (b[i] ^ 1);",
  "atMost or missing": "n += (a[i] <= p) | (b[i] ^ 1);",
  "notBelow or missing": "n += ((a[i] < p) ^ 1) | (b[i] ^ 1);",
  "notAtMost or missing": "n += ((a[i] <= p) ^ 1) | (b[i] ^ 1);",
};

const loops = new Map<string, SelectingLoop>();

/** `arrays`: those whose kinds the loop is compiled for. */
export function selectingLoop(condition: string, ...arrays: readonly (object | null)[]): SelectingLoop {
  const key = `${condition} ${arrays.map((array) => (array === null ? "" : array.constructor.name)).join(" ")}`;
  let loop = loops.get(key);
  if (loop === undefined) loops.set(key, (loop = compile<SelectingLoop>(sourceOf(condition, arrays), {})));
  return loop;
}

function sourceOf(condition: string, [left, right]: readonly (object | null)[]): string {
  let before = "";
  let body = CONDITIONS[condition];
  if (body === undefined) {
    const value = (side: string, codes: object | null | undefined): string =>
      codes === null ? `${side}v[i]` : `${side}v[${side}c[i]]`;
    before = "const av = a.values, ac = a.codes, bv = b.values, bc = b.codes;";
    body = `n += (${value("a", left)} ${condition.slice("pair ".length)} ${value("b", right)}) ? 1 : 0;`;
  }
  // Four at a time: V8 looks at each turn of a loop whether it is to stop. All four places are read before one is written: `out` may be `from`.
  const places = ["i0", "i1", "i2", "i3"];
  const row = (place: string): string => `{ const i = ${place}; out[n] = i; ${body} }`;
  const four = places.map(row).join(" ");
  const reads = (place: (k: number) => string): string => `const ${places.map((name, k) => `${name} = ${place(k)}`).join(", ")};`;
  return `return (a, b, p, q, from, count, out) => {
    ${before}
    let n = 0, k = 0;
    const end = count - 3;
    if (from === null) {
      for (; k < end; k += 4) { ${reads((at) => `k + ${at}`)} ${four} }
      for (; k < count; k++) ${row("k")}
    } else {
      for (; k < end; k += 4) { ${reads((at) => `from[k + ${at}]`)} ${four} }
      for (; k < count; k++) ${row("from[k]")}
    }
    return n;
  };`;
}
