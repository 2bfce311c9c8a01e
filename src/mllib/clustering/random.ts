/** Repeatable random numbers. */
import { joined, mixed } from "../tree/random";

/** 32 bits for one use of a seed. Seeds are whole numbers up to 2^53 in size. */
export function seedFor(seed: number, use: number): number {
  return joined(joined(mixed(seed | 0), Math.floor(seed / 2 ** 32) | 0), use);
}

/** Numbers between 0 and 1, both excluded. */
export class RandomNumbers {
  constructor(private state: number) {}

  next(): number {
    this.state = (this.state + 0x9e3779b9) | 0;
    return unit(mixed(this.state));
  }

  /** A normally distributed number (G. Box, M. Muller, 1958). */
  nextNormal(): number {
    return Math.sqrt(-2 * Math.log(this.next())) * Math.cos(2 * Math.PI * this.next());
  }
}

/** Between 0 and 1, both excluded, of 32 bits. */
export const unit = (word: number): number => (word + 0.5) / 2 ** 32;
