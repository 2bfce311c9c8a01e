/** Leaves that read files, or what an input format of the user reads. */
import { type Chunk, type ChunkSource, decodeBatches, decodeValue, rowsOf } from "../../columnar";
import { DataError } from "../../common/errors";
import { openBinaryFiles, openBinaryRecords, openWholeTextFiles } from "../../filesystem/binary-source";
import { openObjectSplit } from "../../filesystem/object-file";
import type { FileGroup, FileSplit } from "../../filesystem/splits";
import { localTaskStorage, type TaskStorage } from "../../filesystem/task-storage";
import { type FileSource, openTextSplit } from "../../filesystem/text-source";
import type { TaskEnv } from "../../storage/task-env";
import type { InputFormat } from "../input-format";
import { resultSource } from "../pipeline/iterable-source";
import { countInputOp } from "../pipeline/ops";
import { rowsChunk } from "../pipeline/source";
import type { CaptureRef, FileFormat } from "../stage-spec";
import { type Chain, type ExecNode, sourceChain } from "./chain";
import type { TaskRun } from "./task-run";

/** Files as tasks reach them. */
export function taskStorage(env: TaskEnv): TaskStorage {
  const tempFile = (purpose: string): string => env.tempFile(purpose);
  return env.files === undefined ? localTaskStorage(tempFile) : { ...env.files, tempFile };
}

/** Counts what was read into the task's metrics. */
class CountedSource implements ChunkSource {
  #counted = 0;

  constructor(
    private readonly source: FileSource,
    private readonly env: TaskEnv,
  ) {}

  next(): Chunk | null {
    const chunk = this.source.next();
    this.#count();
    return chunk;
  }

  #count(): void {
    const { bytesRead } = this.source;
    this.env.metrics.inputBytes += bytesRead - this.#counted;
    this.#counted = bytesRead;
  }

  close(): void {
    this.source.close();
    this.#count();
  }
}

export class FilesExec implements ExecNode {
  constructor(
    private readonly leaf: number,
    private readonly format: FileFormat,
  ) {}

  chain(partition: number): Chain {
    return {
      open: (task) => new CountedSource(this.#open(decodeValue(task.payload(this.leaf, partition), task.values), task), task.env),
      ops: [(task) => countInputOp(task.env.metrics)],
    };
  }

  #open(split: unknown, task: TaskRun): FileSource {
    const storage = taskStorage(task.env);
    switch (this.format.type) {
      case "text":
        return openTextSplit(split as FileSplit, storage);
      case "wholeText":
        return openWholeTextFiles(split as FileGroup, storage);
      case "binary":
        return openBinaryFiles(split as FileGroup, storage);
      case "records":
        return openBinaryRecords(split as FileSplit, this.format.bytes, storage);
      case "objects":
        return openObjectSplit(split as FileSplit, storage, (payload) => decodeBlock(payload, task));
    }
  }
}

/** A block of an object file is one batch or more. */
function decodeBlock(payload: Uint8Array, task: TaskRun): Chunk {
  const source = decodeBatches(payload, task.values);
  const first = source.next();
  if (first === null) return rowsChunk([]);
  const second = source.next();
  if (second === null) return first;
  const rows = [...rowsOf(first)];
  for (let chunk: Chunk | null = second; chunk !== null; chunk = source.next()) for (const row of rowsOf(chunk)) rows.push(row);
  return rowsChunk(rows);
}

export class InputFormatExec implements ExecNode {
  constructor(
    private readonly leaf: number,
    private readonly format: CaptureRef,
  ) {}

  chain(partition: number): Chain {
    return {
      ops: [(task) => countInputOp(task.env.metrics)],
      open: (task) => {
        const format = task.capture(this.format) as InputFormat<unknown, unknown>;
        return resultSource(format.read(decodeValue(task.payload(this.leaf, partition), task.values)), "inputFormat");
      },
    };
  }
}

/** Blocks of a local checkpoint: there is no lineage left to compute them from. */
export class BlocksExec implements ExecNode {
  constructor(private readonly rddId: number) {}

  chain(partition: number): Chain {
    return sourceChain((task) => task.env.blocks.get(`rdd_${this.rddId}_${partition}`) ?? blockLost(this.rddId, partition));
  }
}

function blockLost(rddId: number, partition: number): never {
  throw new DataError(
    "CHECKPOINT_BLOCK_NOT_FOUND",
    `Block rdd_${rddId}_${partition} of a local checkpoint is not to be found. Either the executor that held it is lost, or the RDD was unpersisted. ` +
      "Use checkpoint() where the data must outlive executors.",
  );
}
