/**
 * Collects the main thread's garbage when buffers of messages have piled up. They are a few dozen kilobytes each, outside of a heap that hardly
 * grows: V8 lets 30 MB of them gather, and the allocator never gives back the room that they took at their worst.
 */
import { garbageCollector } from "../../common/garbage";

/** So much more than there was at least since the last collection is worth one, of a heap of 10 MB. */
const PILE = 8 * 2 ** 20;

export class MessageGarbage {
  #least = Infinity;

  constructor(private collect: (() => void) | null = null) {}

  /** To be called every few seconds. @param bytes of all buffers of the thread, live or not */
  look(bytes: number): void {
    this.#least = Math.min(this.#least, bytes);
    if (bytes - this.#least < PILE) return;
    this.collect ??= garbageCollector();
    this.collect();
    // What is left is live, and known at the next look.
    this.#least = Infinity;
  }
}
