/** From chunks of records to batches of keys and values: columns are taken as they are, everything else is taken apart. */
import type { Chunk, ChunkSource, Column, Shape } from "../columnar/chunk";
import { chunkLoop, formKey, formOf, FunctionBuilder, rowsOf } from "../columnar/read-code";
import { leavesOf } from "../columnar/rows/shapes";
import type { Batch, BatchColumn } from "./batch";
import { Intake } from "./intake";

export interface BatchSource {
  /** The next batch, of any length; its columns are valid until the one after it. */
  next(): Batch | null;
  close(): void;
}

/** The records of `source` as batches. Closing closes the source. */
export function batchesOf(source: ChunkSource, carries: "pairs" | "keys"): BatchSource {
  const waiting: Batch[] = [];
  let intake: Intake | null = null;
  const loops = new Map<string, (chunk: Chunk) => void>();
  const loopOf = (chunk: Chunk): ((chunk: Chunk) => void) => {
    const key = formKey(formOf(chunk));
    let loop = loops.get(key);
    intake ??= new Intake(carries, "text", "list", (batch) => void waiting.push(ownCopy(batch)));
    if (loop === undefined) loops.set(key, (loop = compileLoop(chunk, intake)));
    return loop;
  };
  return {
    next() {
      for (;;) {
        const batch = waiting.shift();
        if (batch !== undefined) return batch;
        const chunk = source.next();
        if (chunk === null) return null;
        const direct = directBatch(chunk, carries);
        if (direct !== null) return direct;
        loopOf(chunk)(chunk);
        intake!.flush();
      }
    },
    close() {
      waiting.length = 0;
      source.close();
    },
  };
}

function compileLoop(chunk: Chunk, intake: Intake): (chunk: Chunk) => void {
  const builder = new FunctionBuilder();
  const code = intake.emit(builder);
  const loop = chunkLoop(formOf(chunk), builder, (term) => code.row(term));
  return builder.compile<(chunk: Chunk) => void>(["chunk"], `${code.enter}\n${loop}\n${code.leave}`);
}

/** The batch that a chunk of columns is; null where records have to be taken apart. */
function directBatch(chunk: Chunk, carries: "pairs" | "keys"): Batch | null {
  if (chunk.kind !== "columns") return null;
  const { shape, columns, length } = chunk;
  if (carries === "keys") return { length, key: partColumn(shape, columns, length), value: { type: "none" } };
  if (shape.type !== "tuple" || shape.items.length !== 2) return null;
  const [keyShape, valueShape] = shape.items as [Shape, Shape];
  const keyLeaves = leavesOf(keyShape).length;
  return {
    length,
    key: partColumn(keyShape, columns.slice(0, keyLeaves), length),
    value: partColumn(valueShape, columns.slice(keyLeaves), length),
  };
}

function partColumn(shape: Shape, columns: readonly Column[], length: number): BatchColumn {
  const column = columns[0];
  if (columns.length === 1 && column !== undefined && shape.type === column.type) {
    if (column.type === "number")
      return { type: "number", values: column.values.length === length ? column.values : column.values.subarray(0, length) };
    if (column.type === "string") return { type: "text", text: column.text, offsets: column.offsets };
    if (column.type === "any") return { type: "any", values: column.values };
  }
  return { type: "any", values: rowsOf({ kind: "columns", shape, columns, length }) };
}

/** The intake's columns are used again for its next batch. */
function ownCopy({ length, key, value }: Batch): Batch {
  return { length, key: copyColumn(key), value: copyColumn(value) };
}

function copyColumn(column: BatchColumn): BatchColumn {
  switch (column.type) {
    case "number":
      return { type: "number", values: column.values.slice() };
    case "text":
      return { type: "text", text: column.text, offsets: column.offsets.slice() };
    case "strings":
    case "any":
    case "none":
      return column;
  }
}
