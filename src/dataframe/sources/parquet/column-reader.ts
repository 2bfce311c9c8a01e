/** One column of a query over one row group: reads its leaves, and makes structs, lists and maps of their levels. */
import { gather } from "../../../columnar/batch";
import type { Vector } from "../../../columnar/vector";
import { repeated } from "../files/constant-columns";
import type { ChunkOptions, ChunkReader } from "./chunk-reader";
import { DamagedPage } from "./codecs";
import { type ColumnPlan, type LeafPlan, leavesOf, type ListPlan, type MapPlan } from "./column-plan";
import { type ColumnRows, FlatColumn } from "./flat-column";
import { NestedColumn, type NestedRows } from "./nested-column";
import type { Selection } from "./page-decoder";
import type { ParquetNode } from "./schema";

export interface ColumnReader {
  /** Rows up to the end of a page, where that is known; Infinity elsewhere. */
  rowsInPage(): number;
  read(rows: number): Vector;
  /** The selected ones of the next `rows`. */
  readSelected(rows: number, selection: Selection): Vector;
  skip(rows: number): void;
  /** Integers have come as codes that are for tests alone: values are to take their place. Only where the column is tested. */
  readonly isLoose: boolean;
  close(): void;
}

/** What becomes of what a column gives. */
export interface ColumnUse {
  /** It need only last until something is read again. */
  readonly transient: boolean;
  /** So do its strings. */
  readonly transientStrings: boolean;
  /** Its integers are tested before they are used. */
  readonly tested: boolean;
}

export type OpenChunk = (leaf: LeafPlan, options: ChunkOptions) => ChunkReader;

export function columnReader(plan: ColumnPlan, use: ColumnUse, open: OpenChunk): ColumnReader {
  if (plan.kind === "missing") return new MissingColumn(plan.constant);
  const leaves = leavesOf(plan);
  if (plan.kind === "leaf" && plan.node.repetition === 0)
    return new LeafColumn(new FlatColumn(open(plan, { nested: false, levels: false, ...use })));
  if ([...leaves.values()].every((leaf) => leaf.node.repetition === 0)) return new RecordColumn(plan, leaves, open);
  return new RepeatedColumn(plan, leaves, open);
}

class MissingColumn implements ColumnReader {
  readonly isLoose = false;

  constructor(private readonly constant: Vector | null) {}

  rowsInPage(): number {
    return Infinity;
  }
  read(rows: number): Vector {
    return this.constant === null ? nulls(rows) : repeated(this.constant, rows);
  }
  readSelected(_rows: number, { count }: Selection): Vector {
    return this.read(count);
  }
  skip(): void {}
  close(): void {}
}

function nulls(length: number): Vector {
  return { form: "null", length, valid: new Uint8Array(length) };
}

class LeafColumn implements ColumnReader {
  constructor(private readonly column: FlatColumn) {}

  get isLoose(): boolean {
    return this.column.isLoose;
  }

  rowsInPage(): number {
    return this.column.rowsInPage();
  }
  read(rows: number): Vector {
    return this.column.read(rows).vector;
  }
  readSelected(rows: number, selection: Selection): Vector {
    return this.column.readSelected(rows, selection);
  }
  skip(rows: number): void {
    this.column.skip(rows);
  }
  close(): void {
    this.column.close();
  }
}

/** Structs without lists in them: every leaf has an entry a row. */
class RecordColumn implements ColumnReader {
  readonly isLoose = false;
  readonly #columns = new Map<number, FlatColumn>();

  constructor(
    private readonly plan: ColumnPlan,
    leaves: ReadonlyMap<number, LeafPlan>,
    open: OpenChunk,
  ) {
    for (const [id, leaf] of leaves) this.#columns.set(id, new FlatColumn(open(leaf, { nested: false, levels: true })));
  }

  rowsInPage(): number {
    let least = Infinity;
    for (const column of this.#columns.values()) least = Math.min(least, column.rowsInPage());
    return least;
  }

  read(rows: number): Vector {
    const read = new Map<number, ColumnRows>();
    for (const [id, column] of this.#columns) read.set(id, column.read(rows));
    return assembleRecord(this.plan, rows, read);
  }

  readSelected(rows: number, { places, count }: Selection): Vector {
    return gather(this.read(rows), places, count);
  }

  skip(rows: number): void {
    for (const column of this.#columns.values()) column.skip(rows);
  }

  close(): void {
    for (const column of this.#columns.values()) column.close();
  }
}

function assembleRecord(plan: ColumnPlan, rows: number, read: ReadonlyMap<number, ColumnRows>): Vector {
  if (plan.kind === "leaf") return read.get(plan.node.leaf)!.vector;
  if (plan.kind !== "struct") return nulls(rows);
  const { definition } = read.get(plan.witness.node.leaf)!;
  return {
    form: "struct",
    length: rows,
    children: plan.children.map((child) => assembleRecord(child, rows, read)),
    valid: definition === null ? null : validFrom(definition, plan.node.definition),
  };
}

function validFrom(definition: Uint8Array, level: number): Uint8Array | null {
  const valid = new Uint8Array(definition.length);
  let count = 0;
  for (let i = 0; i < valid.length; i++) {
    const there = definition[i]! >= level ? 1 : 0;
    valid[i] = there;
    count += there;
  }
  return count === valid.length ? null : valid;
}

class RepeatedColumn implements ColumnReader {
  readonly isLoose = false;
  readonly #columns = new Map<number, NestedColumn>();

  constructor(
    private readonly plan: ColumnPlan,
    leaves: ReadonlyMap<number, LeafPlan>,
    open: OpenChunk,
  ) {
    for (const [id, leaf] of leaves) {
      // Levels are asked for of every leaf, also of those outside of the lists.
      this.#columns.set(id, new NestedColumn(open(leaf, { nested: true, levels: true }), leaf.node));
    }
  }

  rowsInPage(): number {
    return Infinity;
  }

  read(rows: number): Vector {
    const read = new Map<number, NestedRows>();
    for (const [id, column] of this.#columns) read.set(id, column.read(rows));
    const vector = assemble(this.plan, { repetition: 0, definition: 0 }, read);
    if (vector.length !== rows && this.plan.kind !== "missing")
      throw new DamagedPage("a column's levels do not fit its row group");
    return vector;
  }

  readSelected(rows: number, { places, count }: Selection): Vector {
    return gather(this.read(rows), places, count);
  }

  skip(rows: number): void {
    for (const column of this.#columns.values()) column.skip(rows);
  }

  close(): void {
    for (const column of this.#columns.values()) column.close();
  }
}

/** A place for a value: entries that are not repeated deeper than `repetition`, and whose level is `definition` at least. */
interface Slots {
  readonly repetition: number;
  readonly definition: number;
}

function assemble(plan: ColumnPlan, slots: Slots, read: ReadonlyMap<number, NestedRows>): Vector {
  switch (plan.kind) {
    case "missing":
      throw new DamagedPage("a column without levels");
    case "leaf":
      return assembleLeaf(plan.node, slots, read.get(plan.node.leaf)!);
    case "struct": {
      const valid = slotsFrom(read.get(plan.witness.node.leaf)!, slots, plan.node.definition);
      const length = valid.length;
      const children = plan.children.map((child) => {
        const vector = child.kind === "missing" ? nulls(length) : assemble(child, slots, read);
        if (vector.length !== length) throw new DamagedPage("the levels of a struct's fields do not fit each other");
        return vector;
      });
      return { form: "struct", length, children, valid: valid.includes(0) ? valid : null };
    }
    case "list": {
      const ranges = rangesOf(plan, slots, read);
      const child = elements(plan.element, plan.repeated, ranges.count, read);
      return { form: "list", length: ranges.length, starts: ranges.starts, ends: ranges.ends, child, valid: ranges.valid };
    }
    case "map": {
      const ranges = rangesOf(plan, slots, read);
      const keys = elements(plan.key, plan.repeated, ranges.count, read);
      const items = elements(plan.value, plan.repeated, ranges.count, read);
      return { form: "map", length: ranges.length, starts: ranges.starts, ends: ranges.ends, keys, items, valid: ranges.valid };
    }
  }
}

function elements(plan: ColumnPlan, repeated: ParquetNode, count: number, read: ReadonlyMap<number, NestedRows>): Vector {
  if (plan.kind === "missing") return nulls(count);
  const vector = assemble(plan, repeated, read);
  if (vector.length !== count) throw new DamagedPage("the levels of a list's fields do not fit each other");
  return vector;
}

/** For each slot whether its level is at least `definition`. */
function slotsFrom(rows: NestedRows, slots: Slots, definition: number): Uint8Array {
  const { definition: levels, repetition } = rows;
  const result = new Uint8Array(levels.length);
  let n = 0;
  for (let i = 0; i < levels.length; i++) {
    const level = levels[i]!;
    if (repetition[i]! <= slots.repetition && level >= slots.definition) result[n++] = level >= definition ? 1 : 0;
  }
  return result.subarray(0, n);
}

function assembleLeaf(node: ParquetNode, slots: Slots, rows: NestedRows): Vector {
  const { definition, repetition, packed } = rows;
  const highest = node.definition;
  const indices = new Int32Array(definition.length);
  let n = 0;
  let value = 0;
  let missing = 0;
  for (let i = 0; i < definition.length; i++) {
    const level = definition[i]!;
    const there = level === highest;
    if (repetition[i]! <= slots.repetition && level >= slots.definition) {
      indices[n++] = there ? value : -1;
      if (!there) missing++;
    }
    if (there) value++;
  }
  if (value > packed.length) throw new DamagedPage("a column has fewer values than its levels say");
  if (missing === n) return nulls(n);
  return missing === 0 && n === packed.length ? packed : gather(packed, indices, n, missing > 0);
}

interface ListRanges {
  readonly length: number;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly valid: Uint8Array | null;
  readonly count: number;
}

function rangesOf(plan: ListPlan | MapPlan, slots: Slots, read: ReadonlyMap<number, NestedRows>): ListRanges {
  const { definition, repetition } = read.get(plan.witness.node.leaf)!;
  const { repeated } = plan;
  // A repeated field without a list around it is never null.
  const thereFrom = plan.node === repeated ? 0 : plan.node.definition;
  const entries = definition.length;
  const starts = new Int32Array(entries);
  const ends = new Int32Array(entries);
  const valid = new Uint8Array(entries);
  let n = 0;
  let count = 0;
  let missing = false;
  for (let i = 0; i < entries; i++) {
    const level = definition[i]!;
    const repeat = repetition[i]!;
    if (repeat <= slots.repetition && level >= slots.definition) {
      starts[n] = count;
      const there = level >= thereFrom ? 1 : 0;
      if (there === 0) missing = true;
      valid[n++] = there;
    }
    if (repeat <= repeated.repetition && level >= repeated.definition) {
      if (n === 0) throw new DamagedPage("an element of no list");
      count++;
    }
    if (n > 0) ends[n - 1] = count;
  }
  return {
    length: n,
    starts: starts.subarray(0, n),
    ends: ends.subarray(0, n),
    valid: missing ? valid.subarray(0, n) : null,
    count,
  };
}
