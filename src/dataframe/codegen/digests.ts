/**
 * MD5 (RFC 1321) and SHA-1 (FIPS 180-4) of short strings, for which a call into OpenSSL costs more than the digest; longer
 * values go there. The functions of a block are written out step by step, with their words and constants in locals.
 */
import { hash } from "node:crypto";
import { compile } from "../../columnar/compile";
import { slab } from "./text-slab";

/** Bytes from which on OpenSSL is faster: two blocks and their padding. */
const SHORT = 119;

/** Takes a block of 16 words into the state. */
type Compress = (state: Int32Array, words: Int32Array, at: number) => void;

interface Algorithm {
  readonly name: "md5" | "sha1";
  readonly littleEndian: boolean;
  readonly start: Int32Array;
  readonly compress: Compress;
}

const VARIABLES = "abcde";

/** `steps` changes variables a, b, …, whose values at the end are added to the state. */
function compressor(variables: number, steps: readonly string[]): Compress {
  const names = Array.from(VARIABLES.slice(0, variables));
  const source = [
    ...Array.from({ length: 16 }, (_, i) => `let w${i} = words[at + ${i}];`),
    ...names.map((name, i) => `let ${name} = state[${i}];`),
    "let x = 0, y = 0;",
    ...steps,
    ...names.map((name, i) => `state[${i}] += ${name};`),
  ];
  return compile<Compress>(`return (state, words, at) => {\n${source.join("\n")}\n};`, {});
}

const rotated = (x: string, by: number): string => `((${x} << ${by}) | (${x} >>> ${32 - by}))`;

/** The variable that has the place of `name` after so many steps, each of which moves all by one. */
function variable(name: string, step: number, variables: number): string {
  return VARIABLES[(VARIABLES.indexOf(name) + variables * 100 - step) % variables]!;
}

function md5Steps(): string[] {
  const shifts = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21];
  return Array.from({ length: 64 }, (_, i) => {
    const [a, b, c, d] = ["a", "b", "c", "d"].map((name) => variable(name, i, 4)) as [string, string, string, string];
    const round = i >> 4;
    const mixed = [
      `${d} ^ (${b} & (${c} ^ ${d}))`,
      `${c} ^ (${d} & (${b} ^ ${c}))`,
      `${b} ^ ${c} ^ ${d}`,
      `${c} ^ (${b} | ~${d})`,
    ];
    const word = [i, 5 * i + 1, 3 * i + 5, 7 * i][round]! & 15;
    const term = Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32) | 0;
    const sum = `x = (${a} + (${mixed[round]!}) + w${word} + ${term < 0 ? `(${term})` : term}) | 0;`;
    return `${sum} ${a} = (${rotated("x", shifts[round * 4 + (i & 3)]!)} + ${b}) | 0;`;
  });
}

function sha1Steps(): string[] {
  const terms = [0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6];
  return Array.from({ length: 80 }, (_, i) => {
    const [a, b, c, d, e] = ["a", "b", "c", "d", "e"].map((name) => variable(name, i, 5)) as [
      string,
      string,
      string,
      string,
      string,
    ];
    const w = (back: number): string => `w${(i - back) & 15}`;
    const next = i < 16 ? "" : `x = ${w(3)} ^ ${w(8)} ^ ${w(14)} ^ ${w(0)}; ${w(0)} = ${rotated("x", 1)};`;
    const round = Math.floor(i / 20);
    const mixed = [`${d} ^ (${b} & (${c} ^ ${d}))`, `${b} ^ ${c} ^ ${d}`, `(${b} & ${c}) | (${d} & (${b} | ${c}))`];
    const sum = `${e} = (${rotated(a, 5)} + (${mixed[round % 2 === 1 ? 1 : round]!}) + ${e} + ${w(0)} + (${terms[round]! | 0})) | 0;`;
    return `${next} ${sum} ${b} = ${rotated(b, 30)};`;
  });
}

const CHAIN = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];

const MD5: Algorithm = {
  name: "md5",
  littleEndian: true,
  start: Int32Array.from(CHAIN.slice(0, 4), (word) => word | 0),
  compress: compressor(4, md5Steps()),
};
const SHA1: Algorithm = {
  name: "sha1",
  littleEndian: false,
  start: Int32Array.from(CHAIN, (word) => word | 0),
  compress: compressor(5, sha1Steps()),
};
const words = new Int32Array(32);
const state = new Int32Array(5);
const HEX = new Uint8Array(Buffer.from("0123456789abcdef"));

/** The digits of a digest of bytes, in the slab; gives where they begin. */
function digest(algorithm: Algorithm, bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  const { name, littleEndian, start: initial, compress } = algorithm;
  if (length > SHORT) return slab.put(hash(name, bytes.subarray(start, end)));
  const order = littleEndian ? 0 : 24;
  words.fill(0);
  for (let i = 0; i < length; i++) words[i >> 2]! |= bytes[start + i]! << (((i & 3) << 3) ^ order);
  words[length >> 2]! |= 0x80 << (((length & 3) << 3) ^ order);
  const count = length < 56 ? 16 : 32;
  words[count - (littleEndian ? 2 : 1)] = length << 3;
  for (let i = 0; i < initial.length; i++) state[i] = initial[i]!;
  compress(state, words, 0);
  if (count === 32) compress(state, words, 16);
  const first = slab.reserve(initial.length * 8);
  const to = slab.bytes;
  let at = first;
  for (let i = 0; i < initial.length; i++) {
    const word = state[i]!;
    for (let k = 0; k < 32; k += 8) {
      const byte = word >>> (k ^ order);
      to[at++] = HEX[(byte >>> 4) & 15]!;
      to[at++] = HEX[byte & 15]!;
    }
  }
  slab.close(at);
  return first;
}

export function md5(bytes: Uint8Array, start: number, end: number): number {
  return digest(MD5, bytes, start, end);
}

export function sha1(bytes: Uint8Array, start: number, end: number): number {
  return digest(SHA1, bytes, start, end);
}

/** The digits of a digest by OpenSSL: of those for which it has instructions of the processor. */
export function digestOfText(name: string, text: string): string {
  return hash(name, text);
}

export function digestOfBytes(name: string, bytes: Uint8Array, start: number, end: number): string {
  return hash(name, bytes.subarray(start, end));
}
