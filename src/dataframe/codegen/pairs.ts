/**
 * Integers beyond 2^53 as pairs of doubles: high + low, where high is the double nearest to the value, and low, an integer, what that
 * leaves. Pairs hold every integer below 2^102 in magnitude exactly, and with them + - and * are exact in a few operations on doubles
 * (T. J. Dekker, "A floating-point technique for extending the available precision", 1971; D. E. Knuth, TAOCP 2, 4.2.2).
 * A value has one pair: equal values have equal parts. What is larger is a bigint, with a high part that is NaN.
 */
import { narrowed } from "../../columnar/batch";

/** Up to it sums and products of pairs are exact, those that lead to it included. */
export const MOST_PAIR = 2 ** 102;

/** Up to it all that makes pairs makes them; from there to MOST_PAIR some values may be bigints. */
export const MOST_KEY = 2 ** 101;

/** Times it, a double of 53 bits is cut in two halves whose products are exact. */
const SPLIT = 2 ** 27 + 1;
const TWO_32 = 2 ** 32;
const TWO_64 = 2 ** 64;

/** Where functions put a pair that they give. */
export const pair = new Float64Array(2);

/** The value as the engine has it boxed; `big` where the pair is none. */
export function exactOf(high: number, low: number, big: bigint | null): number | bigint | null {
  if (high !== high) return big;
  if (low === 0 && Math.abs(high) <= Number.MAX_SAFE_INTEGER) return high;
  return BigInt(high) + BigInt(low);
}

/** `pair` becomes the sum of what is no pair yet: any two doubles that are whole numbers, their sum in the range of pairs. */
function sumUp(a: number, b: number): void {
  const sum = a + b;
  const rest = sum - a;
  pair[0] = sum;
  pair[1] = a - (sum - rest) + (b - rest);
}

/** `pair` becomes the value at `row` of vectors of two words; `words` are their 32-bit halves. */
export function loadPair(words: Int32Array, row: number): void {
  const top = words[4 * row + 3]! * TWO_32 + (words[4 * row + 2]! >>> 0);
  if (!(Math.abs(top) < 2 ** 38)) {
    pair[0] = NaN;
    pair[1] = 0;
    return;
  }
  sumUp((words[4 * row + 1]! >>> 0) * TWO_32, words[4 * row]! >>> 0);
  const low = pair[1]!;
  sumUp(top * TWO_64, pair[0]!);
  sumUp(pair[0]!, pair[1]! + low);
}

/** As `loadPair`, of vectors of one word. */
export function loadLong(words: Int32Array, row: number): void {
  sumUp(words[2 * row + 1]! * TWO_32, words[2 * row]! >>> 0);
}

/** As `loadPair`, of a bigint. No pair has its high part beyond MOST_KEY: equal keys are in one form. */
export function loadKey(value: bigint): void {
  const high = Number(value);
  const fits = Math.abs(high) <= MOST_KEY;
  pair[0] = fits ? high : NaN;
  pair[1] = fits ? Number(value - BigInt(high)) : 0;
}

/** The 32-bit words of the numbers in an array. */
export function wordsOf({ buffer, byteOffset, byteLength }: BigInt64Array): Int32Array {
  return new Int32Array(buffer, byteOffset, byteLength / 4);
}

/** The value at `row` of a vector of two words, where it is no pair. */
export function beyondPair(values: BigInt64Array, row: number): bigint {
  return (values[2 * row + 1]! << 64n) | BigInt.asUintN(64, values[2 * row]!);
}

/** Puts a pair at `row` of a vector of one or two words. */
export function storePair(words: Int32Array, row: number, perValue: 1 | 2, high: number, low: number): void {
  const top = Math.trunc(high / TWO_64);
  const rest = high - top * TWO_64;
  const restTop = Math.trunc(rest / TWO_32);
  const lowTop = Math.floor(low / TWO_32);
  const first = rest - restTop * TWO_32 + (low - lowTop * TWO_32);
  const second = restTop + lowTop + Math.floor(first / TWO_32);
  const at = 2 * perValue * row;
  words[at] = first;
  words[at + 1] = second;
  if (perValue === 1) return;
  const third = top + Math.floor(second / TWO_32);
  words[at + 2] = third;
  words[at + 3] = Math.floor(third / TWO_32);
}

/** Puts a bigint at `row` of a vector of one or two words. */
export function storeBig(values: BigInt64Array, row: number, perValue: 1 | 2, value: bigint): void {
  if (perValue === 1) values[row] = value;
  else {
    values[2 * row] = BigInt.asIntN(64, value);
    values[2 * row + 1] = value >> 64n;
  }
}

/** As `hashInteger` hashes the bigint. */
export function hashPair(high: number, low: number): number {
  const rest = high - Math.trunc(high / TWO_64) * TWO_64;
  const restTop = Math.trunc(rest / TWO_32);
  const lowTop = Math.floor(low / TWO_32);
  const first = rest - restTop * TWO_32 + (low - lowTop * TWO_32);
  const second = restTop + lowTop + Math.floor(first / TWO_32);
  const hash = Math.imul((first | 0) ^ (second | 0), 0x9e3779b1);
  return hash ^ (hash >>> 15);
}

/** `pair` becomes value / divisor, rounded to the nearest integer, halves away from zero. The divisor is whole, from 1 to 10^22. */
export function dividePair(high: number, low: number, divisor: number): void {
  const negative = high < 0;
  if (negative) {
    high = -high;
    low = -low;
  }
  // Two steps of long division; each quotient is off by one at the most, which the next, or the end, makes good.
  const quotient = Math.floor(high / divisor);
  subtractProduct(high, low, quotient, divisor);
  let second = Math.floor((pair[0]! + pair[1]!) / divisor);
  subtractProduct(pair[0]!, pair[1]!, second, divisor);
  let rest = pair[0]!;
  let restLow = pair[1]!;
  const away = rest + restLow < 0 ? -1 : rest - divisor + restLow >= 0 ? 1 : 0;
  if (away !== 0) {
    second += away;
    sumUp(rest, -away * divisor);
    rest = pair[0]!;
    restLow += pair[1]!;
  }
  if (2 * rest - divisor + 2 * restLow >= 0) second++;
  sumUp(quotient, second);
  if (negative) {
    pair[0] = 0 - pair[0]!;
    pair[1] = 0 - pair[1]!;
  }
}

/** Up to it `remainderPair` divides. */
export const MOST_MODULUS = 2 ** 51;

/** Up to it a rest with 32 more bits is exact. */
const SMALL_MODULUS = 2 ** 21;

/** (high + low) % divisor, with the sign of the pair. The magnitude of the divisor is from 1 to MOST_MODULUS; of doubles % is exact. */
export function remainderPair(high: number, low: number, divisor: number): number {
  const modulus = Math.abs(divisor);
  if (modulus <= SMALL_MODULUS && Math.abs(high) <= TWO_64) {
    // By long division, with 32 bits as a digit: % of doubles goes through the bits one by one.
    const size = Math.abs(high);
    const top = Math.floor(size / TWO_32);
    const ofHigh = restOf(restOf(top, modulus) * TWO_32 + (size - top * TWO_32), modulus);
    // `low` with the sign that it has beside a positive `high`.
    const below = high < 0 ? -low : low;
    const ofLow = restOf(Math.abs(below), modulus);
    const sum = ofHigh + (below < 0 ? -ofLow : ofLow);
    const rest = sum < 0 ? sum + modulus : sum >= modulus ? sum - modulus : sum;
    return high < 0 ? 0 - rest : rest;
  }
  const rest = ((high % divisor) + (low % divisor)) % divisor;
  if (rest !== 0 && rest < 0 !== high < 0) return rest + (high < 0 ? -modulus : modulus);
  return rest + 0;
}

/** The rest of a whole number from 0 to 2^53. */
function restOf(size: number, modulus: number): number {
  const rest = size - Math.floor(size / modulus) * modulus;
  // The quotient may be rounded up to the next whole number.
  return rest < 0 ? rest + modulus : rest;
}

/** `pair` becomes (high + low) - a × b. */
function subtractProduct(high: number, low: number, a: number, b: number): void {
  const product = a * b;
  const aCut = a * SPLIT;
  const aTop = aCut - (aCut - a);
  const bCut = b * SPLIT;
  const bTop = bCut - (bCut - b);
  const rest = aTop * bTop - product + aTop * (b - bTop) + (a - aTop) * bTop + (a - aTop) * (b - bTop);
  sumUp(high, -product);
  const over = pair[1]! + low - rest;
  sumUp(pair[0]!, over);
}

/** A pair in generated code: names or numbers. */
export interface PairCode {
  readonly high: string;
  readonly low: string;
}

/** The number where it is a safe integer, else NaN. */
export function safeOf({ high, low }: PairCode): string {
  return `${low} === 0 && Math.abs(${high}) <= ${Number.MAX_SAFE_INTEGER} ? ${high} : NaN`;
}

/** Declares a local; gives its name. */
export type Declare = (code: string, hint: string) => string;

/** The exact product; right where the magnitude of its high part is at most MOST_PAIR. */
export function productCode(declare: Declare, a: PairCode, b: PairCode): PairCode {
  const halves = ({ high }: PairCode): readonly [string, string] => {
    const cut = declare(`${high} * ${SPLIT}`, "cut");
    const top = declare(`${cut} - (${cut} - ${high})`, "top");
    return [top, declare(`${high} - ${top}`, "rest")];
  };
  const product = declare(`${a.high} * ${b.high}`, "p");
  const [aTop, aRest] = halves(a);
  const [bTop, bRest] = a.high === b.high ? [aTop, aRest] : halves(b);
  const lows = [...(b.low === "0" ? [] : [`${a.high} * ${b.low}`]), ...(a.low === "0" ? [] : [`${a.low} * ${b.high}`])];
  const error = `((${aTop} * ${bTop} - ${product}) + ${aTop} * ${bRest} + ${aRest} * ${bTop}) + ${aRest} * ${bRest}`;
  const rest = declare(lows.length === 0 ? error : `(${error}) + (${lows.join(" + ")})`, "e");
  return totalCode(declare, product, rest);
}

/** The exact sum or difference; right where the magnitude of its high part is at most MOST_PAIR. */
export function sumCode(declare: Declare, operator: "+" | "-", a: PairCode, b: PairCode): PairCode {
  const { high, low } = operator === "+" ? b : { high: declare(`-${b.high}`, "m"), low: b.low === "0" ? "0" : `-${b.low}` };
  const sum = totalCode(declare, a.high, high);
  const lows = [a.low, low].filter((code) => code !== "0");
  return lows.length === 0 ? sum : totalCode(declare, sum.high, declare([sum.low, ...lows].join(" + "), "e"));
}

/** Two doubles as a pair. */
function totalCode(declare: Declare, a: string, b: string): PairCode {
  const high = declare(`${a} + ${b}`, "h");
  const part = declare(`${high} - ${a}`, "part");
  return { high, low: declare(`(${a} - (${high} - ${part})) + (${b} - ${part})`, "l") };
}

/** A total of pairs, group by group; what is beyond them in bigints. */
export class PairSums {
  #high: Float64Array;
  #low: Float64Array;
  readonly #beyond = new Map<number, bigint>();

  constructor(capacity: number) {
    this.#high = new Float64Array(capacity);
    this.#low = new Float64Array(capacity);
  }

  grow(capacity: number): void {
    const [high, low] = [this.#high, this.#low];
    this.#high = new Float64Array(capacity);
    this.#low = new Float64Array(capacity);
    this.#high.set(high);
    this.#low.set(low);
  }

  add(group: number, high: number, low: number): void {
    sumUp(this.#high[group]!, high);
    const rest = pair[1]! + this.#low[group]! + low;
    sumUp(pair[0]!, rest);
    if (Math.abs(pair[0]!) <= MOST_PAIR) {
      this.#high[group] = pair[0]!;
      this.#low[group] = pair[1]!;
    } else this.addBig(group, BigInt(high) + BigInt(low));
  }

  addBig(group: number, value: bigint): void {
    this.#beyond.set(group, (this.#beyond.get(group) ?? 0n) + value);
  }

  /** The total of a group and `more`. */
  value(group: number, more: number): number | bigint {
    const [high, low] = [this.#high[group]!, this.#low[group]!];
    const beyond = this.#beyond.get(group);
    if (high === 0 && low === 0 && beyond === undefined) return more;
    return narrowed(BigInt(high) + BigInt(low) + BigInt(more) + (beyond ?? 0n));
  }
}
