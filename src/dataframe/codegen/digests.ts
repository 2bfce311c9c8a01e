/** Digests as hexadecimal digits, each by one call into OpenSSL: an object for each row would cost more than a short digest does. */
import { hash } from "node:crypto";

export function digestOfText(algorithm: string, text: string): string {
  return hash(algorithm, text);
}

export function digestOfBytes(algorithm: string, bytes: Uint8Array, start: number, end: number): string {
  return hash(algorithm, bytes.subarray(start, end));
}
