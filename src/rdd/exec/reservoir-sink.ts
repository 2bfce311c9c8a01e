/**
 * A uniform sample of fixed size, and the number of records seen: what range partitioners choose their bounds from.
 * Li's Algorithm L draws how many records to skip instead of one number for each.
 */
import type { LoopBuilder, Sink, SinkCode } from "../../columnar";
import { XorShiftRandom } from "../random/xor-shift";

export class ReservoirSink implements Sink {
  readonly sample: unknown[] = [];
  /** Read and written by generated code: records seen, and the number of the next one to look at. */
  seen = 0;
  next = 0;
  readonly #random: XorShiftRandom;
  #weight = 1;

  constructor(
    private readonly size: number,
    seed: number,
  ) {
    this.#random = new XorShiftRandom(BigInt(seed));
  }

  emit(builder: LoopBuilder): SinkCode {
    const held = builder.bind(this, "reservoir");
    const seen = builder.local("seen");
    const next = builder.local("next");
    return {
      enter: `let ${seen} = ${held}.seen, ${next} = ${held}.next;`,
      row: ({ code }) => `if (${seen}++ === ${next}) ${next} = ${held}.take(${code});`,
      leave: `${held}.seen = ${seen}; ${held}.next = ${next};`,
    };
  }

  /** Called by generated code for record number `next`; gives the next one to look at. */
  take(record: unknown): number {
    const { sample, size } = this;
    if (sample.length < size) sample.push(record);
    else sample[Math.floor(this.#random.nextDouble() * size)] = record;
    this.next++;
    if (sample.length < size) return this.next;
    this.#weight *= Math.exp(Math.log(this.#draw()) / size);
    this.next += Math.floor(Math.log(this.#draw()) / Math.log1p(-this.#weight));
    return this.next;
  }

  #draw(): number {
    return Math.max(this.#random.nextDouble(), Number.MIN_VALUE);
  }
}
