/**
 * Semi and anti joins of few rows with many, where the many stay where they are. All tasks have the few rows; each marks those that
 * its share of the many matches, and gives the marks as one row of bits. Then one task puts the bits together.
 */
import { BINARY } from "../../expressions/build";
import { boxedReader, gatherBatch, hashRows } from "../../../columnar/batch";
import type { DataType } from "../../../columnar/types";
import type { BatchSource, ColumnBatch } from "../../../columnar/vector";
import { InternalError } from "../../../common/errors";
import type { Attribute } from "../../expressions/expression";
import type { MarkedRowsExec, MarkMatchesExec } from "../../physical/plan";
import type { OutdatedOutput } from "../ports";
import { counted, drain, sourceOf, type OpenTask, type Operator } from "../operator";
import { fuse, type Compile } from "../pipeline/fuse";
import { PipelineOperator } from "../pipeline/operator";
import type { CodegenHost } from "../pipeline/program";
import { BuildSide } from "./build";
import { JoinProbe } from "./probe";
import type { JoinTable } from "./table";

/**
 * Before the bits: a hash of what the rows were marked by, in their order, so that marks of other rows are not taken for marks of these, and the
 * task. Rows of a broadcast that got lost may be made again in another order.
 */
const HEADER = 8;

const OTHER_ROWS = "The rows of a broadcast are not those that a task marked: they were made again, in another order.";

export class MarkMatchesOperator implements Operator {
  readonly output: readonly Attribute[];
  readonly pipeline: PipelineOperator;
  readonly #fingerprint: Fingerprint;

  constructor(node: MarkMatchesExec, compile: Compile, host: CodegenHost) {
    this.output = node.output;
    const few = compared(compile(node.left), node.by);
    this.#fingerprint = few.fingerprint;
    const build = new BuildSide({
      source: few.rows,
      keys: node.leftKeys,
      shared: null,
      divisible: false,
      node: node.id,
      host,
    });
    const probe = new JoinProbe({
      kind: "mark",
      keys: node.rightKeys,
      condition: node.condition,
      buildOutput: build.output,
      marks: true,
    });
    const { source, chain, builds } = fuse(node.right, compile, host);
    const steps = [...chain.steps, { kind: "probe" as const, node: node.id, probe }];
    this.pipeline = new PipelineOperator(source, { input: chain.input, steps }, [...builds, build], [], [], node.id, host);
  }

  open(task: OpenTask): BatchSource {
    return sourceOf(this.pipeline.batches(task, (tables) => [this.#marks(tables.at(-1)!, task)]));
  }

  #marks({ rows, count, seen }: JoinTable, task: OpenTask): ColumnBatch {
    const bytes = new Uint8Array(HEADER + ((count + 7) >> 3));
    const header = new DataView(bytes.buffer);
    header.setInt32(0, this.#fingerprint.of([rows]), true);
    header.setInt32(4, task.env.partition, true);
    packBits(seen, count, bytes.subarray(HEADER));
    const column = {
      form: "bytes",
      length: 1,
      bytes,
      starts: Int32Array.of(0),
      ends: Int32Array.of(bytes.length),
      valid: null,
    } as const;
    return { length: 1, columns: [column] };
  }
}

/** Rows of the few without the columns that the join does not look at: each task puts its own copy of them together. */
function compared(few: Operator, by: readonly number[]): { readonly rows: Operator; readonly fingerprint: Fingerprint } {
  const { output } = few;
  const isNested = by.some((place) => NESTED.has(output[place]!.type.kind));
  if (isNested || by.length === 0 || by.length === output.length) return { rows: few, fingerprint: new Fingerprint(output, by) };
  const kept = by.map((place) => output[place]!);
  const open = (task: OpenTask): BatchSource => {
    const source = few.open(task);
    const next = (): ColumnBatch | null => {
      const batch = source.next();
      return batch && { length: batch.length, columns: by.map((place) => batch.columns[place]!) };
    };
    return { next, close: () => source.close() };
  };
  return { rows: { output: kept, open }, fingerprint: new Fingerprint(kept, [...kept.keys()]) };
}

export class MarkedRowsOperator implements Operator {
  readonly output: readonly Attribute[];

  constructor(
    private readonly node: MarkedRowsExec,
    private readonly rows: Operator,
    private readonly marks: readonly Operator[],
  ) {
    this.output = node.output;
  }

  open(task: OpenTask): BatchSource {
    return sourceOf(this.#batches(task));
  }

  *#batches(task: OpenTask): Generator<ColumnBatch, void, undefined> {
    const batches: ColumnBatch[] = [];
    drain(this.rows.open(task), task, (batch) => batches.push(batch));
    const count = batches.reduce((rows, { length }) => rows + length, 0);
    if (count === 0) return;
    const kept = new Uint8Array((count + 7) >> 3).fill(0xff);
    // All are found before any is told of: each failed fetch is an attempt of the stage, and those are few.
    const outdated: OutdatedOutput[] = [];
    this.marks.forEach((_, i) => {
      const expected = new Fingerprint(this.rows.output, this.node.by[i]!).of(batches);
      const bits = this.#put(i, expected, kept.length, task, outdated);
      keep(kept, bits, this.node.matched[i] === true ? 0 : 0xff);
    });
    if (outdated.length > 0) throw task.services.outdated(outdated, OTHER_ROWS);
    const metrics = task.env.metrics(this.node.id);
    let before = 0;
    for (const batch of batches) {
      const indices = new Int32Array(batch.length);
      const taken = placesOfBits(kept, before, batch.length, indices);
      before += batch.length;
      if (taken > 0) yield counted(gatherBatch(batch, indices, taken), metrics);
    }
  }

  /** Rows that some task marked. Marks of other rows go to `outdated`. */
  #put(index: number, expected: number, length: number, task: OpenTask, outdated: OutdatedOutput[]): Uint8Array {
    const bits = new Uint8Array(length);
    drain(this.marks[index]!.open(task), task, (batch) => {
      const read = boxedReader(batch.columns[0]!, BINARY);
      for (let i = 0; i < batch.length; i++) {
        const bytes = read(i) as Uint8Array;
        const header = new DataView(bytes.buffer, bytes.byteOffset);
        if (bytes.length !== HEADER + length || header.getInt32(0, true) !== expected) {
          const node = this.node.marks[index]!;
          if (node.kind !== "shuffleRead") throw new InternalError(OTHER_ROWS);
          outdated.push({ node, map: header.getInt32(4, true) });
          continue;
        }
        addBits(bits, bytes.subarray(HEADER));
      }
    });
    return bits;
  }
}

/** Their hash is that of nothing. */
const NESTED: ReadonlySet<DataType["kind"]> = new Set(["array", "map", "struct", "udt", "variant"]);

/** Differs, almost surely, where rows differ in some columns, or stand in another order. */
class Fingerprint {
  readonly #columns: readonly (readonly [place: number, type: DataType])[];

  /** @param by places of the columns; where one of them is nested, all others of `output` stand in for it. */
  constructor(output: readonly Attribute[], by: readonly number[]) {
    const all = output.map(({ type }, place) => [place, type] as const);
    const asked = by.map((place) => all[place]!);
    const isHashed = ([, type]: readonly [number, DataType]): boolean => !NESTED.has(type.kind);
    this.#columns = asked.every(isHashed) ? asked : all.filter(isHashed);
  }

  /** The same for rows that come in other batches. */
  of(batches: readonly ColumnBatch[]): number {
    let hash = batches.reduce((rows, { length }) => rows + length, 0);
    for (const { columns, length } of batches) {
      const hashes = hashRows(
        this.#columns.map(([place]) => columns[place]!),
        this.#columns.map(([, type]) => type),
        length,
      );
      hash = chained(hash, hashes, length);
    }
    return hash;
  }
}

/*
 * Loops over rows and bits are functions of their own. V8 compiles the one around a loop while the loop runs, for what has run until then: code
 * behind a loop that has not run yet ends that compiled code each time it is reached.
 */

/** Sets bit i of `bits` where seen[i] is 1. */
function packBits(seen: Uint8Array, count: number, bits: Uint8Array): void {
  for (let row = 0; row < count; row++) if (seen[row] === 1) bits[row >> 3]! |= 1 << (row & 7);
}

function addBits(bits: Uint8Array, others: Uint8Array): void {
  for (let at = 0; at < bits.length; at++) bits[at]! |= others[at]!;
}

/** Leaves in `kept` what is in `bits`, after those were turned around by `flip`. */
function keep(kept: Uint8Array, bits: Uint8Array, flip: number): void {
  for (let at = 0; at < kept.length; at++) kept[at]! &= bits[at]! ^ flip;
}

/** The places whose bits are set, from bit `from` on, to `places`; how many. */
function placesOfBits(bits: Uint8Array, from: number, length: number, places: Int32Array): number {
  let count = 0;
  for (let row = 0; row < length; row++) {
    const at = from + row;
    if ((bits[at >> 3]! & (1 << (at & 7))) !== 0) places[count++] = row;
  }
  return count;
}

function chained(start: number, hashes: Int32Array, length: number): number {
  let hash = start;
  for (let row = 0; row < length; row++) hash = (Math.imul(hash, 31) + hashes[row]!) | 0;
  return hash;
}
