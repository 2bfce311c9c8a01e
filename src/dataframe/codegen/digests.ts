/** Digests as hexadecimal digits. */
import { hash } from "node:crypto";
import { valueMemory } from "../functions/kernels/host";
import { slab } from "./text-slab";

/** Of SHA-2, by OpenSSL, which uses the instructions that processors have for it: an object for each row would cost more than a short digest does. */
export function digestOfText(algorithm: string, text: string): string {
  return hash(algorithm, text);
}

export function digestOfBytes(algorithm: string, bytes: Uint8Array, start: number, end: number): string {
  return hash(algorithm, bytes.subarray(start, end));
}

export type KernelDigest = "md5" | "sha1";

/** From here on OpenSSL is faster in spite of what a call into it costs. */
const LONG = 512;

/** Puts the digits of bytes [start, end) into the slab; gives where they begin. */
type Digester = (bytes: Uint8Array, start: number, end: number) => number;

const digesters = new Map<KernelDigest, Digester>();

export function digester(algorithm: KernelDigest): Digester {
  let known = digesters.get(algorithm);
  if (known === undefined) {
    known = newDigester(algorithm);
    digesters.set(algorithm, known);
  }
  return known;
}

function newDigester(algorithm: KernelDigest): Digester {
  const memory = valueMemory();
  const digest = memory.kernels[algorithm];
  const count = hash(algorithm, "").length;
  const digits = memory.text.subarray(0, count);
  return (bytes, start, end) => {
    if (end - start > LONG) return slab.put(hash(algorithm, bytes.subarray(start, end)));
    digest(memory.put(bytes, start, end));
    const first = slab.reserve(count);
    slab.bytes.set(digits, first);
    slab.close(first + count);
    return first;
  };
}
