/** One task's part of a directory that is written: rows to files, by the values of partition columns where there are some. */
import { mkdirSync, rmSync, statSync } from "node:fs";
import { boxedReader, gatherBatch } from "../../../columnar/batch";
import type { Boxed, StructType } from "../../../columnar/types";
import type { ColumnBatch } from "../../../columnar/vector";
import type { Codec } from "../../../filesystem/codecs";
import { errorCode, errorText, type PendingUpload, writeFailed } from "../../../filesystem/file-system";
import { type ByteSink, openSink } from "../../../filesystem/part-writers";
import { joinPath, toLocalPath } from "../../../filesystem/path";
import type { SqlSettings } from "../../settings";
import { makeCast } from "../../types/cast";
import type { BatchSink, WriteTask } from "../data-source";
import { DEFAULT_PARTITION, escapePathName } from "./partition-values";
import { type FileJobSpec, type FileTaskCommit, stagingDirectory, type WrittenFile } from "./write-job";

/** What the files of a job have in common: plain data. */
export interface FilesSpec {
  /** Of the rows that come, partition columns included. */
  readonly schema: StructType;
  /** Places of the partition columns, in the order of directories. */
  readonly partitionBy: readonly number[];
  /** 0: no limit. */
  readonly maxRecordsPerFile: number;
  readonly settings: SqlSettings;
}

/** One file of a format. */
export interface FileWriter {
  write(batch: ColumnBatch): void;
  /** Writes what is held back; the sink is then finished by its owner. */
  finish(): void;
  /** Gives up what the writer holds. May be called after finish. */
  free(): void;
}

export interface FileWriterFactory {
  /** ".snappy.parquet" */
  readonly extension: string;
  /** Compresses the whole file. */
  readonly codec?: Codec | null;
  open(schema: StructType, sink: ByteSink): FileWriter;
}

/** Files that are open at a time; with more partitions the one that was not written to for longest is ended. */
const MAX_OPEN_FILES = 64;

interface OpenPart {
  readonly name: string;
  readonly localFile: string;
  readonly sink: ByteSink;
  readonly writer: FileWriter;
  rows: number;
}

export class FilesSink implements BatchSink {
  readonly #attemptDirectory: string;
  #directoriesMade = new Set<string>();
  /** By partition directory, "" without partitions; in order of use. */
  readonly #open = new Map<string, OpenPart>();
  readonly #done: WrittenFile[] = [];
  readonly #localFiles: string[] = [];
  readonly #uploads: PendingUpload[] = [];
  readonly #dataColumns: readonly number[];
  readonly #dataSchema: StructType;
  readonly #texts: readonly PartitionText[];
  #files = 0;
  #ended = false;

  constructor(
    private readonly spec: FileJobSpec,
    private readonly files: FilesSpec,
    private readonly factory: FileWriterFactory,
    private readonly task: WriteTask,
  ) {
    this.#attemptDirectory = joinPath(stagingDirectory(spec), `attempt_${task.attemptId}`);
    const { schema, partitionBy, settings } = files;
    this.#dataColumns = schema.fields.map((_, i) => i).filter((i) => !partitionBy.includes(i));
    this.#dataSchema = { kind: "struct", fields: this.#dataColumns.map((i) => schema.fields[i]!) };
    this.#texts = partitionBy.map((i) => new PartitionText(schema, i, settings));
  }

  write(batch: ColumnBatch): void {
    if (batch.length === 0) return;
    this.task.checkInterrupted();
    if (this.#texts.length === 0) {
      this.#writeTo("", batch);
      return;
    }
    const data: ColumnBatch = { length: batch.length, columns: this.#dataColumns.map((i) => batch.columns[i]!) };
    for (const [directory, rows] of this.#grouped(batch)) {
      this.#writeTo(directory, rows.length === batch.length ? data : gatherBatch(data, rows, rows.length));
    }
  }

  /** Rows by the directory they belong to, in the order in which those come. */
  #grouped(batch: ColumnBatch): Map<string, Int32Array> {
    const columns = this.#texts.map((text) => text.of(batch));
    const counts = new Map<string, number[]>();
    for (let row = 0; row < batch.length; row++) {
      let directory = columns[0]!(row);
      for (let i = 1; i < columns.length; i++) directory += `/${columns[i]!(row)}`;
      const rows = counts.get(directory);
      if (rows === undefined) counts.set(directory, [row]);
      else rows.push(row);
    }
    return new Map([...counts].map(([directory, rows]) => [directory, Int32Array.from(rows)]));
  }

  #writeTo(directory: string, batch: ColumnBatch): void {
    const most = this.files.maxRecordsPerFile;
    for (let from = 0; from < batch.length;) {
      const part = this.#part(directory);
      const room = most > 0 ? most - part.rows : Infinity;
      const to = Math.min(batch.length, from + room);
      const whole = from === 0 && to === batch.length;
      part.writer.write(whole ? batch : gatherBatch(batch, sequence(from, to), to - from));
      part.rows += to - from;
      from = to;
      if (most > 0 && part.rows >= most) this.#finishPart(directory, part);
    }
  }

  #part(directory: string): OpenPart {
    let part = this.#open.get(directory);
    if (part !== undefined) {
      if (this.#open.size > 1) {
        this.#open.delete(directory);
        this.#open.set(directory, part);
      }
      return part;
    }
    if (this.#open.size >= MAX_OPEN_FILES) {
      const [oldest, ended] = this.#open.entries().next().value!;
      this.#finishPart(oldest, ended);
    }
    part = this.#create(directory);
    this.#open.set(directory, part);
    return part;
  }

  #create(directory: string): OpenPart {
    const { partition } = this.task;
    const file = `part-${String(partition).padStart(5, "0")}-${this.spec.jobId}-c${String(this.#files++).padStart(3, "0")}${this.factory.extension}`;
    const name = directory === "" ? file : `${directory}/${file}`;
    const localFile = this.spec.protocol === "rename" ? this.#staged(directory, file) : this.task.storage.tempFile("upload");
    const sink = openSink(localFile, this.factory.codec ?? null, joinPath(this.spec.path, name));
    this.#localFiles.push(localFile);
    try {
      return { name, localFile, sink, writer: this.factory.open(this.#dataSchema, sink), rows: 0 };
    } catch (error) {
      sink.close();
      throw error;
    }
  }

  #staged(directory: string, file: string): string {
    const parent = directory === "" ? this.#attemptDirectory : joinPath(this.#attemptDirectory, directory);
    if (!this.#directoriesMade.has(parent)) {
      try {
        // The job's directory must be there already: it goes when the job ends, and late attempts must not bring it back.
        if (this.#directoriesMade.size === 0) mkdirSync(toLocalPath(this.#attemptDirectory));
        if (directory !== "") mkdirSync(toLocalPath(parent), { recursive: true });
      } catch (error) {
        const reason =
          errorCode(error) === "ENOENT"
            ? "the job's temporary directory is not there: the job has ended, or this host does not see the driver's file system"
            : errorText(error);
        throw writeFailed(this.spec.path, reason, error);
      }
      this.#directoriesMade.add(this.#attemptDirectory).add(parent);
    }
    return toLocalPath(joinPath(parent, file));
  }

  #finishPart(directory: string, part: OpenPart): void {
    part.writer.finish();
    part.sink.finish();
    part.writer.free();
    this.#open.delete(directory);
    const { name, localFile, rows } = part;
    if (this.spec.protocol === "rename") {
      const staged = joinPath(this.#attemptDirectory, name);
      this.#done.push({ name, staged, bytes: statSync(localFile).size, rows });
      return;
    }
    const upload = this.task.storage.uploads.upload(localFile, joinPath(this.spec.path, name));
    this.#uploads.push(upload);
    rmSync(localFile, { force: true });
    this.#done.push({ name, staged: upload, bytes: upload.bytes, rows });
  }

  commit(): FileTaskCommit {
    // A table without rows keeps its schema in one file.
    if (this.#files === 0 && this.task.partition === 0 && this.#texts.length === 0) this.#part("");
    for (const [directory, part] of [...this.#open]) this.#finishPart(directory, part);
    this.#ended = true;
    return { files: this.#done };
  }

  abort(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const part of this.#open.values()) {
      part.writer.free();
      part.sink.close();
    }
    this.#open.clear();
    for (const file of this.#localFiles) rmSync(file, { force: true });
    for (const upload of this.#uploads) this.task.storage.uploads.abort(upload);
    if (this.#directoriesMade.size > 0) rmSync(toLocalPath(this.#attemptDirectory), { recursive: true, force: true });
  }
}

function sequence(from: number, to: number): Int32Array {
  const indices = new Int32Array(to - from);
  for (let i = 0; i < indices.length; i++) indices[i] = from + i;
  return indices;
}

/** `k=v` of a column's values. */
class PartitionText {
  readonly #name: string;
  readonly #known = new Map<Boxed, string>();
  readonly #toText: (value: Boxed) => Boxed;

  constructor(
    private readonly schema: StructType,
    private readonly column: number,
    settings: SqlSettings,
  ) {
    const field = schema.fields[column]!;
    this.#name = escapePathName(field.name);
    this.#toText = field.type.kind === "string" ? (value) => value : makeCast(field.type, { kind: "string" }, "legacy", settings);
  }

  of(batch: ColumnBatch): (row: number) => string {
    const read = boxedReader(batch.columns[this.column]!, this.schema.fields[this.column]!.type);
    return (row) => {
      const value = read(row);
      let text = this.#known.get(value);
      if (text === undefined) {
        const plain = value === null ? null : (this.#toText(value) as string | null);
        text = `${this.#name}=${plain === null || plain === "" ? DEFAULT_PARTITION : escapePathName(plain)}`;
        // Values that are objects never meet themselves again.
        if (this.#known.size < 65536 && typeof value !== "object") this.#known.set(value, text);
      }
      return text;
    };
  }
}
