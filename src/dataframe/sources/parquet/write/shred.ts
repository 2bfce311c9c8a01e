/** Nested columns to leaves: for each leaf its levels, and which of its vector's values are there. */
import { gather } from "../../../../columnar/batch";
import type { Vector } from "../../../../columnar/vector";
import { InternalError } from "../../../../common/errors";
import { Repetition } from "../metadata";
import type { WriteLeaf, WriteNode } from "./schema";

/** What one leaf gets of a batch. */
export interface LeafValues {
  readonly leaf: WriteLeaf;
  /** One value an entry, nulls by `vector.valid`, where there are no levels; the values that are there alone where there are. */
  readonly vector: Vector;
  readonly levels: Levels | null;
}

export interface Levels {
  readonly definition: Uint8Array;
  readonly repetition: Uint8Array;
}

/** Slots of a node: where in its vector, -1 for what is not there further up; and the levels so far. */
interface Slots {
  readonly at: Int32Array;
  readonly definition: Uint8Array;
  readonly repetition: Uint8Array;
  readonly count: number;
}

/** The leaves of a column. */
export function shred(node: WriteNode, vector: Vector): LeafValues[] {
  if (node.leaf !== null) return [{ leaf: node.leaf, vector, levels: null }];
  const count = vector.length;
  const at = new Int32Array(count);
  for (let i = 0; i < count; i++) at[i] = i;
  const out: LeafValues[] = [];
  visit(node, vector, { at, definition: new Uint8Array(count), repetition: new Uint8Array(count), count }, 0, out);
  return out;
}

function visit(node: WriteNode, vector: Vector, slots: Slots, repetition: number, out: LeafValues[]): void {
  const there = node.repetition === Repetition.Optional ? defined(vector, slots) : slots;
  if (node.leaf !== null) {
    out.push(leafValues(node.leaf, vector, there));
    return;
  }
  switch (vector.form) {
    case "struct":
      node.children.forEach((child, i) => visit(child, vector.children[i]!, there, repetition, out));
      return;
    case "list": {
      const elements = expanded(vector.starts, vector.ends, there, repetition + 1);
      visit(node.children[0]!.children[0]!, vector.child, elements, repetition + 1, out);
      return;
    }
    case "map": {
      const entries = expanded(vector.starts, vector.ends, there, repetition + 1);
      const [key, value] = node.children[0]!.children;
      visit(key!, vector.keys, entries, repetition + 1, out);
      visit(value!, vector.items, entries, repetition + 1, out);
      return;
    }
    case "null":
      for (const leaf of leavesBelow(node)) out.push(leafValues(leaf, vector, there));
      return;
    default:
      throw new InternalError(`A ${vector.form} vector where Parquet's writer expects a ${node.group}.`);
  }
}

function leavesBelow(node: WriteNode): WriteLeaf[] {
  return node.leaf !== null ? [node.leaf] : node.children.flatMap(leavesBelow);
}

/** A level up for each slot whose value is not null. */
function defined(vector: Vector, slots: Slots): Slots {
  const { valid } = vector;
  const { count } = slots;
  const at = new Int32Array(count);
  const definition = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const place = slots.at[i]!;
    const there = place >= 0 && (valid === null || valid[place] !== 0);
    at[i] = there ? place : -1;
    definition[i] = slots.definition[i]! + (there ? 1 : 0);
  }
  return { at, definition, repetition: slots.repetition, count };
}

/** The elements of lists as slots; a list that is empty or not there keeps one, without an element. */
function expanded(starts: Int32Array, ends: Int32Array, slots: Slots, repetition: number): Slots {
  let count = 0;
  for (let i = 0; i < slots.count; i++) {
    const place = slots.at[i]!;
    count += place < 0 ? 1 : Math.max(1, ends[place]! - starts[place]!);
  }
  const at = new Int32Array(count);
  const definition = new Uint8Array(count);
  const repeat = new Uint8Array(count);
  let n = 0;
  for (let i = 0; i < slots.count; i++) {
    const place = slots.at[i]!;
    const level = slots.definition[i]!;
    const from = place < 0 ? 0 : starts[place]!;
    const to = place < 0 ? 0 : ends[place]!;
    repeat[n] = slots.repetition[i]!;
    if (from === to) {
      at[n] = -1;
      definition[n++] = level;
      continue;
    }
    for (let k = from; k < to; k++) {
      at[n] = k;
      definition[n] = level + 1;
      if (k > from) repeat[n] = repetition;
      n++;
    }
  }
  return { at, definition, repetition: repeat, count };
}

function leafValues(leaf: WriteLeaf, vector: Vector, slots: Slots): LeafValues {
  const indices = new Int32Array(slots.count);
  let n = 0;
  for (let i = 0; i < slots.count; i++) {
    const place = slots.at[i]!;
    if (place >= 0) indices[n++] = place;
  }
  const levels = { definition: slots.definition, repetition: slots.repetition };
  return { leaf, vector: { ...gather(vector, indices, n), valid: null } as Vector, levels };
}
