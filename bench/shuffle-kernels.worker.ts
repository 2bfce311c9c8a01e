/** One thread of bench/shuffle-kernels.mjs: runs map and reduce tasks of the cases over files in a temporary directory. */
import { closeSync, existsSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import { isAscii } from "node:buffer";
import { crc32 } from "node:zlib";
import { parentPort, workerData } from "node:worker_threads";
import { rowsOf } from "../src/columnar";
import type { Chunk, ChunkSource } from "../src/columnar";
import { chunkLoop, FunctionBuilder } from "../src/columnar/read-code";
import { createShuffleWriter, joined, readShuffle, type ShuffleSpec } from "../src/shuffle";
import { newTaskMetrics, type MapOutputWritten, type TaskEnv } from "../src/storage/task-env";

const { directory, conf, text } = workerData as { directory: string; conf: Record<string, string>; text: string };

interface Output extends MapOutputWritten {
  path: string;
}
export interface Task {
  readonly id: number;
  readonly op: "map" | "reduce";
  readonly case: string;
  readonly side: number;
  readonly partition: number;
  readonly reducers: number;
  readonly lo: number;
  readonly hi: number;
  readonly bounds?: readonly unknown[];
}

/** By side and map task. */
let outputs: readonly Output[][] = [];
let committed: Output | null = null;
let files = 0;

function envOf(partition: number): TaskEnv {
  let staged = "";
  return {
    info: { partition } as TaskEnv["info"],
    conf: (key) => conf[key],
    values: {
      classId: () => {
        throw new Error("no classes");
      },
      classOf: () => {
        throw new Error("no classes");
      },
    },
    memory: { reserve: () => true, release: () => undefined, heapFull: () => false },
    blocks: null as unknown as TaskEnv["blocks"],
    shuffle: {
      mapOutputs: (shuffle) => ({
        numMaps: outputs[shuffle]!.length,
        epoch: 0,
        size: (map, reduce) => outputs[shuffle]![map]!.offsets[reduce + 1]! - outputs[shuffle]![map]!.offsets[reduce]!,
      }),
      *fetch(shuffle, requests) {
        for (const { map, reduce } of requests) {
          const { path, offsets, checksums } = outputs[shuffle]![map]!;
          const bytes = Buffer.allocUnsafeSlow(offsets[reduce + 1]! - offsets[reduce]!);
          readSync(opened(path), bytes, 0, bytes.length, offsets[reduce]!);
          if (crc32(bytes) !== checksums[reduce]) throw new Error("corrupt");
          yield { map, reduce, bytes };
        }
      },
      stagingFile: (shuffle, map) => (staged = `${directory}/s${shuffle}-${map}-${process.pid}-${files++}`),
      commit: (_shuffle, _map, { offsets, checksums }) => {
        committed = { path: staged, offsets, checksums };
      },
    },
    metrics: newTaskMetrics(),
    directory: "/nowhere",
    tempFile: (purpose) => `${directory}/${purpose}-${process.pid}-${files++}`,
    interrupted: () => false,
    checkInterrupted: () => undefined,
    requestCommit: () => undefined,
  };
}

const descriptors = new Map<string, number>();

/** Files stay open, as an executor keeps them, until the next stage of map tasks. */
function opened(path: string): number {
  let fd = descriptors.get(path);
  if (fd === undefined) descriptors.set(path, (fd = openSync(path, "r")));
  return fd;
}

function closeAll(): void {
  for (const fd of descriptors.values()) closeSync(fd);
  descriptors.clear();
}

// The user's functions.
const add = (a: number, b: number): number => a + b;
const USER: Record<string, ((i: never) => unknown)[]> = {
  reduceByKey: [(i: number) => [(i * 7919) % 500_000, 1]],
  groupByKey: [(i: number) => [(i * 7919) % 500_000, i]],
  sortByKey: [(i: number) => [(i * 1103515245 + 12345) % 2147483648, i]],
  join: [(i: number) => [i, i * 2], (i: number) => [i, "v" + i]],
  tiny: [(i: number) => [i % 1000, 1]],
  sortStrings: [
    (i: number) => {
      const k = "k" + String((i * 7919) % 1000003).padStart(9, "0");
      return [k, k];
    },
  ],
};

function specOf(task: Task): ShuffleSpec {
  const hash = {
    shuffleId: task.side,
    partitioning: { kind: "hash", numPartitions: task.reducers },
    carries: "pairs",
    mapSideCombine: false,
  } as const;
  switch (task.case) {
    case "reduceByKey":
    case "tiny":
    case "wordCount":
      return { ...hash, aggregation: { kind: "reduce", call: "reduceByKey", merge: add as never }, mapSideCombine: true };
    case "groupByKey":
      return { ...hash, aggregation: { kind: "group" } };
    case "sortByKey":
    case "sortStrings":
      return { ...hash, partitioning: { kind: "range", bounds: task.bounds!, ascending: true }, ordering: { ascending: true } };
    default:
      return hash;
  }
}

function mapTask(task: Task): Output {
  closeAll();
  const writer = createShuffleWriter(envOf(task.partition), specOf(task));
  const builder = new FunctionBuilder();
  const code = writer.emit(builder);
  if (task.case === "wordCount") {
    const loop = chunkLoop("lines", builder, (line) => {
      const [words, w] = [builder.local("words"), builder.local("w")];
      return `const ${words} = ${line.code}.split(" ");
        for (let ${w} = 0; ${w} < ${words}.length; ${w}++) { const word = ${words}[${w}]; ${code.row({ code: "[word, 1]", pair: ["word", "1"] })} }`;
    });
    const run = builder.compile<(chunk: Chunk) => void>(["chunk"], `${code.enter}\n${loop}\n${code.leave}`);
    for (const chunk of lines(task.lo, task.hi)) run(chunk);
  } else {
    const f = builder.bind(USER[task.case]![task.side], "f");
    const loop = chunkLoop("range", builder, (value) => `const r = ${f}(${value.code}); ${code.row({ code: "r" })}`);
    const run = builder.compile<(chunk: Chunk) => void>(["chunk"], `${code.enter}\n${loop}\n${code.leave}`);
    for (let lo = task.lo; lo < task.hi; lo += 100_000)
      run({ kind: "range", start: lo, step: 1, length: Math.min(100_000, task.hi - lo) });
  }
  writer.finish();
  return committed!;
}

const CHUNK = 64 * 1024;

function* lines(lo: number, hi: number): Generator<Chunk> {
  const fd = openSync(text, "r");
  const { size } = statSync(text);
  const buffer = Buffer.allocUnsafeSlow(2 * CHUNK) as Buffer & {
    latin1Slice(a: number, b: number): string;
    utf8Slice(a: number, b: number): string;
  };
  let position = lo > 0 ? lo - 1 : 0;
  let keep = 0;
  let skip = lo > 0;
  for (let done = false; !done;) {
    const read = readSync(fd, buffer, keep, CHUNK, position);
    position += read;
    const end = keep + read;
    let start = 0;
    if (skip) {
      start = buffer.indexOf(10) + 1;
      skip = false;
    }
    let last = buffer.lastIndexOf(10, end - 1) + 1;
    if (position >= hi) {
      const newline = buffer.indexOf(10, Math.max(start, end - (position - hi) - 1));
      last = newline >= 0 && newline < end ? newline + 1 : end;
      done = true;
    }
    if (position >= size) done = true;
    if (last > start) {
      const part = buffer.subarray(start, last);
      yield { kind: "lines", text: isAscii(part) ? buffer.latin1Slice(start, last) : buffer.utf8Slice(start, last) };
    }
    buffer.copyWithin(0, last, end);
    keep = end - last;
  }
  closeSync(fd);
}

function reduceTask(task: Task): number {
  const env = envOf(task.partition);
  let source: ChunkSource;
  if (task.case === "join") {
    source = joined(
      env,
      "inner",
      readShuffle(env, specOf({ ...task, side: 0 }), [task.partition]),
      readShuffle(env, specOf({ ...task, side: 1 }), [task.partition]),
    );
  } else {
    source = readShuffle(env, specOf(task), [task.partition]);
  }
  let result = 0;
  for (let chunk = source.next(); chunk !== null; chunk = source.next()) {
    if (task.case === "groupByKey") for (const row of rowsOf(chunk)) result += (row as [number, unknown[]])[1].length;
    else result += chunk.kind === "rows" ? chunk.end - chunk.start : (chunk as { length: number }).length;
  }
  source.close();
  return result;
}

/** Milliseconds of processor time of this thread; 0 where the system does not tell. */
function threadCpu(): number {
  return existsSync("/proc/thread-self/schedstat")
    ? Number(readFileSync("/proc/thread-self/schedstat", "latin1").split(" ")[0]) / 1e6
    : 0;
}

parentPort!.on("message", (task: Task | { readonly op: "outputs"; readonly outputs: Output[][] }) => {
  if (task.op === "outputs") {
    outputs = task.outputs;
    return;
  }
  const start = performance.now();
  const cpu = threadCpu();
  const result = task.op === "map" ? mapTask(task) : reduceTask(task);
  parentPort!.postMessage({ id: task.id, result, ms: performance.now() - start, cpu: threadCpu() - cpu });
});
parentPort!.postMessage("up");
