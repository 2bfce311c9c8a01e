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
import { bucketsOf, bucketText } from "./buckets";
import { DEFAULT_PARTITION, escapePathName } from "./partition-values";
import { type FileJobSpec, type FileTaskCommit, stagingDirectory, type WrittenFile } from "./write-job";

/** What the files of a job have in common: plain data. */
export interface FilesSpec {
  /** Of the rows that come, partition columns included. */
  readonly schema: StructType;
  /** Places of the partition columns, in the order of directories. */
  readonly partitionBy: readonly number[];
  /** `places`: of the columns that are hashed. */
  readonly buckets?: { readonly count: number; readonly places: readonly number[] };
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

/** Where rows go: a partition directory, "" without partitions, and a bucket, -1 without buckets. */
interface Target {
  readonly directory: string;
  readonly bucket: number;
}

const ONE_TARGET: Target = { directory: "", bucket: -1 };

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
  /** By partition directory and bucket; in order of use. */
  readonly #open = new Map<string, OpenPart>();
  readonly #done: WrittenFile[] = [];
  readonly #localFiles: string[] = [];
  readonly #uploads: PendingUpload[] = [];
  readonly #dataColumns: readonly number[];
  readonly #dataSchema: StructType;
  readonly #texts: readonly PartitionText[];
  /** Files made so far, by partition directory and bucket. */
  readonly #files = new Map<string, number>();
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
    if (this.#texts.length === 0 && this.files.buckets === undefined) {
      this.#writeTo(ONE_TARGET, batch);
      return;
    }
    const data: ColumnBatch = { length: batch.length, columns: this.#dataColumns.map((i) => batch.columns[i]!) };
    for (const { target, rows } of this.#grouped(batch)) {
      this.#writeTo(target, rows.length === batch.length ? data : gatherBatch(data, Int32Array.from(rows), rows.length));
    }
  }

  /** Rows by where they belong, in the order in which the targets come. */
  #grouped(batch: ColumnBatch): Iterable<{ readonly target: Target; readonly rows: readonly number[] }> {
    const { buckets, schema } = this.files;
    const columns = this.#texts.map((text) => text.of(batch));
    const ofRow = buckets === undefined ? null : bucketsOf(batch, schema, buckets.places, buckets.count);
    const found = new Map<string, { readonly target: Target; readonly rows: number[] }>();
    for (let row = 0; row < batch.length; row++) {
      let directory = columns.length === 0 ? "" : columns[0]!(row);
      for (let i = 1; i < columns.length; i++) directory += `/${columns[i]!(row)}`;
      const target = { directory, bucket: ofRow === null ? -1 : ofRow[row]! };
      const key = keyOf(target);
      const known = found.get(key);
      if (known === undefined) found.set(key, { target, rows: [row] });
      else known.rows.push(row);
    }
    return found.values();
  }

  #writeTo(target: Target, batch: ColumnBatch): void {
    const most = this.files.maxRecordsPerFile;
    for (let from = 0; from < batch.length;) {
      const part = this.#part(target);
      const room = most > 0 ? most - part.rows : Infinity;
      const to = Math.min(batch.length, from + room);
      const whole = from === 0 && to === batch.length;
      part.writer.write(whole ? batch : gatherBatch(batch, sequence(from, to), to - from));
      part.rows += to - from;
      from = to;
      if (most > 0 && part.rows >= most) this.#finishPart(keyOf(target), part);
    }
  }

  #part(target: Target): OpenPart {
    const key = keyOf(target);
    let part = this.#open.get(key);
    if (part !== undefined) {
      if (this.#open.size > 1) {
        this.#open.delete(key);
        this.#open.set(key, part);
      }
      return part;
    }
    if (this.#open.size >= MAX_OPEN_FILES) {
      const [oldest, ended] = this.#open.entries().next().value!;
      this.#finishPart(oldest, ended);
    }
    part = this.#create(target);
    this.#open.set(key, part);
    return part;
  }

  #create({ directory, bucket }: Target): OpenPart {
    const { partition } = this.task;
    const key = keyOf({ directory, bucket });
    const before = this.#files.get(key) ?? 0;
    this.#files.set(key, before + 1);
    const number = `c${String(before).padStart(3, "0")}`;
    const which = bucket < 0 ? `-${number}` : `${bucketText(bucket)}.${number}`;
    const file = `part-${String(partition).padStart(5, "0")}-${this.spec.jobId}${which}${this.factory.extension}`;
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

  #finishPart(key: string, part: OpenPart): void {
    part.writer.finish();
    part.sink.finish();
    part.writer.free();
    this.#open.delete(key);
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
    const keepsSchema = this.#texts.length === 0 && this.files.buckets === undefined;
    if (this.#files.size === 0 && this.task.partition === 0 && keepsSchema) this.#part(ONE_TARGET);
    for (const [key, part] of [...this.#open]) this.#finishPart(key, part);
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

function keyOf({ directory, bucket }: Target): string {
  return bucket < 0 ? directory : `${directory}/${bucket}`;
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
