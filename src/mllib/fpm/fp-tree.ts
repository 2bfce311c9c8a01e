/** Baskets as a tree of their common beginnings (J. Han, J. Pei, Y. Yin, Mining Frequent Patterns without Candidate Generation, 2000). */
import { grown } from "../../columnar/batch";

/** Parents come before their children; node 0 is the root. */
export class FpTree {
  size = 1;
  /** Of each node: its item, the node above, how many baskets go through it. */
  items: Int32Array;
  parents: Int32Array;
  counts: Float64Array;
  /** Nodes by parent and item; 0 of an empty slot. */
  #slots: Int32Array;

  constructor(expected = 64) {
    this.items = new Int32Array(expected);
    this.parents = new Int32Array(expected);
    this.counts = new Float64Array(expected);
    this.#slots = new Int32Array(expected * 2);
  }

  /** A tree without nodes, in the same memory. */
  clear(): void {
    if (this.size * 8 < this.#slots.length) for (let node = 1; node < this.size; node++) this.#slots[this.#slotOf(node)] = 0;
    else this.#slots.fill(0);
    this.size = 1;
  }

  /** The slot of a node that is there. */
  #slotOf(node: number): number {
    const mask = this.#slots.length - 1;
    let slot = hashOf(this.parents[node]!, this.items[node]!) & mask;
    while (this.#slots[slot] !== node) slot = (slot + 1) & mask;
    return slot;
  }

  /** The child of `parent` with this item; 0 where there is none. */
  find(parent: number, item: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = hashOf(parent, item) & mask;
    for (let node = slots[slot]!; node !== 0; node = slots[(slot = (slot + 1) & mask)]!)
      if (this.parents[node] === parent && this.items[node] === item) return node;
    return 0;
  }

  /** The child of `parent` with this item, which is made where there is none. */
  child(parent: number, item: number): number {
    const { items, parents } = this;
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = hashOf(parent, item) & mask;
    for (let node = slots[slot]!; node !== 0; node = slots[(slot = (slot + 1) & mask)]!)
      if (parents[node] === parent && items[node] === item) return node;
    const node = this.size++;
    if (node === items.length) this.#grow();
    this.items[node] = item;
    this.parents[node] = parent;
    this.counts[node] = 0;
    if (slots === this.#slots) slots[slot] = node;
    else this.#put(node);
    return node;
  }

  #grow(): void {
    const length = this.items.length * 2;
    this.items = grown(this.items, length);
    this.parents = grown(this.parents, length);
    this.counts = grown(this.counts, length);
    this.#slots = new Int32Array(length * 2);
    for (let node = 1; node < this.size - 1; node++) this.#put(node);
  }

  #put(node: number): void {
    const mask = this.#slots.length - 1;
    let slot = hashOf(this.parents[node]!, this.items[node]!) & mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    this.#slots[slot] = node;
  }
}

function hashOf(parent: number, item: number): number {
  const hash = Math.imul(parent, 0x9e3779b1) ^ Math.imul(item + 1, 0x85ebca6b);
  return hash ^ (hash >>> 15);
}
