/** Runs whole shuffles in memory: records in by map task, records out by reduce task. */
import type { ChunkSource } from "../../src/columnar/chunk";
import { chunkLoop, FunctionBuilder, iterate } from "../../src/columnar/read-code";
import { createShuffleWriter, readShuffle, type ShuffleSpec } from "../../src/shuffle";
import { numReducers } from "../../src/shuffle/spec";
import type { TaskEnv } from "../../src/storage/task-env";
import { type MemoryTask, type MemoryTaskOptions, MemoryWorld } from "../support/memory-task-env";

/** Writes the records of one map task through a generated loop. */
export function writeMap(env: TaskEnv, spec: ShuffleSpec, rows: readonly unknown[]): void {
  const writer = createShuffleWriter(env, spec);
  const builder = new FunctionBuilder();
  const code = writer.emit(builder);
  const loop = chunkLoop("rows", builder, (term) => code.row(term));
  const run = builder.compile<(chunk: unknown) => void>(["chunk"], `${code.enter}\n${loop}\n${code.leave}`);
  try {
    // Two chunks: what a sink keeps between them must survive.
    const middle = rows.length >> 1;
    run({ kind: "rows", rows, start: 0, end: middle });
    run({ kind: "rows", rows, start: middle, end: rows.length });
    writer.finish();
  } finally {
    writer.abort();
  }
}

export function rowsSource(rows: readonly unknown[]): ChunkSource {
  let chunk: { kind: "rows"; rows: readonly unknown[]; start: number; end: number } | null = {
    kind: "rows",
    rows,
    start: 0,
    end: rows.length,
  };
  return {
    next() {
      const next = chunk;
      chunk = null;
      return next;
    },
    close() {
      chunk = null;
    },
  };
}

export interface ShuffleRun {
  /** Records by reduce partition. */
  readonly partitions: unknown[][];
  readonly tasks: readonly MemoryTask[];
}

/** A whole shuffle; checks that every task gives back its memory. */
export function runShuffle(
  spec: ShuffleSpec,
  maps: readonly (readonly unknown[])[],
  options: MemoryTaskOptions = {},
): ShuffleRun {
  const world = new MemoryWorld();
  const tasks: MemoryTask[] = [];
  try {
    maps.forEach((rows, partition) => {
      const task = world.task({ ...options, info: { partition } });
      tasks.push(task);
      writeMap(task, spec, rows);
      if (task.memory.used !== 0) throw new Error(`map task ${partition} kept ${task.memory.used} bytes`);
    });
    const partitions: unknown[][] = [];
    for (let reduce = 0; reduce < numReducers(spec); reduce++) {
      const task = world.task({ ...options, info: { partition: reduce } });
      tasks.push(task);
      partitions.push(readAll(readShuffle(task, spec, [reduce])));
      if (task.memory.used !== 0) throw new Error(`reduce task ${reduce} kept ${task.memory.used} bytes`);
    }
    return { partitions, tasks };
  } finally {
    world.dispose();
  }
}

export function readAll(source: ChunkSource): unknown[] {
  const rows: unknown[] = [];
  for (const row of iterate(source)) rows.push(row);
  source.close();
  return rows;
}
