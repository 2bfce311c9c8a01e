/** The first records of an order, by a bounded heap: top, takeOrdered, min and max. */
import { compareKeys, type LoopBuilder, type Sink, type SinkCode } from "../../columnar";

type Key = (record: unknown) => unknown;

interface Entry {
  readonly key: unknown;
  readonly record: unknown;
  /** Of records with equal keys the earlier ones stay. */
  readonly position: number;
}

export class OrderedSink implements Sink {
  /** A heap with the entry that would go first on top. */
  readonly #heap: Entry[] = [];
  #position = 0;
  readonly #sign: number;

  constructor(
    private readonly count: number,
    private readonly key: Key | null,
    descending: boolean,
  ) {
    this.#sign = descending ? -1 : 1;
  }

  emit(builder: LoopBuilder): SinkCode {
    const held = builder.bind(this, "ordered");
    const key = this.key === null ? null : builder.bind(this.key, "key");
    const record = builder.local("record");
    return {
      enter: "",
      row: ({ code }) => `const ${record} = ${code};\n${held}.offer(${key === null ? record : `${key}(${record})`}, ${record});`,
      leave: "",
    };
  }

  /** Called by generated code. */
  offer(key: unknown, record: unknown): void {
    const heap = this.#heap;
    const position = this.#position++;
    if (heap.length < this.count) {
      heap.push({ key, record, position });
      this.#up(heap.length - 1);
    } else if (this.count > 0 && this.#sign * compareKeys(key, heap[0]!.key) < 0) {
      heap[0] = { key, record, position };
      this.#down();
    }
  }

  /** The records, first in the order first. */
  result(): unknown[] {
    return [...this.#heap].sort((a, b) => this.#compare(a, b)).map(({ record }) => record);
  }

  #compare(a: Entry, b: Entry): number {
    return this.#sign * compareKeys(a.key, b.key) || a.position - b.position;
  }

  #up(at: number): void {
    const heap = this.#heap;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#compare(heap[parent]!, heap[at]!) >= 0) return;
      [heap[parent], heap[at]] = [heap[at]!, heap[parent]!];
      at = parent;
    }
  }

  #down(): void {
    const heap = this.#heap;
    for (let at = 0; ;) {
      const left = 2 * at + 1;
      if (left >= heap.length) return;
      const child = left + 1 < heap.length && this.#compare(heap[left + 1]!, heap[left]!) > 0 ? left + 1 : left;
      if (this.#compare(heap[at]!, heap[child]!) >= 0) return;
      [heap[at], heap[child]] = [heap[child]!, heap[at]!];
      at = child;
    }
  }
}
