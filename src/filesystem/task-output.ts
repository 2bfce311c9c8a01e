/**
 * The task's side of the commit protocol (output-job.ts): one object per attempt, all calls blocking. Parts are written
 * to a directory of the attempt's own, or to local files that are uploaded at the end; they become visible only when the
 * driver has accepted the attempt's result.
 */
import { mkdirSync, rmSync, statSync } from "node:fs";
import { codecExtension } from "./codecs";
import type { Codec } from "./codecs";
import { errorCode, errorText, writeFailed } from "./file-system";
import type { PendingUpload } from "./file-system";
import { jobDirectory } from "./output-job";
import type { CommittedFile, OutputJobSpec, TaskCommit } from "./output-job";
import { openSink } from "./part-writers";
import type { ByteSink } from "./part-writers";
import { joinPath, toLocalPath } from "./path";
import type { TaskStorage } from "./task-storage";

/** `part-00003.gz`. */
export function partName(partition: number, codec: Codec | null): string {
  return `part-${String(partition).padStart(5, "0")}${codecExtension(codec)}`;
}

interface OpenPart {
  readonly name: string;
  readonly localFile: string;
  readonly sink: ByteSink;
}

export class TaskOutput {
  readonly #spec: OutputJobSpec;
  readonly #storage: TaskStorage;
  /** Of this attempt alone; made with its first part. */
  readonly #directory: string;
  #directoryMade = false;
  readonly #parts: OpenPart[] = [];
  readonly #uploads: PendingUpload[] = [];

  /** `attemptId` differs between all attempts of all tasks of the job (TaskInfo.taskId does). */
  constructor(spec: OutputJobSpec, attemptId: number | string, storage: TaskStorage) {
    this.#spec = spec;
    this.#storage = storage;
    this.#directory = joinPath(jobDirectory(spec), `attempt_${attemptId}`);
  }

  /** A new file of the output, compressed with `codec`; `finish` its sink before the commit. `name` has no slash. */
  create(name: string, codec: Codec | null): ByteSink {
    const localFile = this.#spec.protocol === "rename" ? this.#staged(name) : this.#storage.tempFile("upload");
    const sink = openSink(localFile, codec, joinPath(this.#spec.path, name));
    this.#parts.push({ name, localFile, sink });
    return sink;
  }

  #staged(name: string): string {
    if (!this.#directoryMade) {
      try {
        // The job's directory must be there already: it goes when the job ends, and late attempts must not bring it back.
        mkdirSync(toLocalPath(this.#directory));
      } catch (error) {
        const reason =
          errorCode(error) === "ENOENT"
            ? "the job's temporary directory is not there: the job has ended, or this host does not see the driver's file system"
            : errorText(error);
        throw writeFailed(this.#spec.path, reason, error);
      }
      this.#directoryMade = true;
    }
    return toLocalPath(joinPath(this.#directory, name));
  }

  /** Ends the attempt: what it returns goes into the task's result. All sinks must be finished. */
  commit(): TaskCommit {
    const files = this.#parts.map(({ name, localFile }): CommittedFile => {
      if (this.#spec.protocol === "rename")
        return { name, bytes: statSync(localFile).size, staged: joinPath(this.#directory, name) };
      const upload = this.#storage.uploads.upload(localFile, joinPath(this.#spec.path, name));
      this.#uploads.push(upload);
      rmSync(localFile, { force: true });
      return { name, bytes: upload.bytes, staged: upload };
    });
    return { files };
  }

  /** After a failure, in `create` and `commit` too: removes all that the attempt wrote. */
  abort(): void {
    for (const part of this.#parts) {
      part.sink.close();
      rmSync(part.localFile, { force: true });
    }
    for (const upload of this.#uploads) this.#storage.uploads.abort(upload);
    if (this.#directoryMade) rmSync(toLocalPath(this.#directory), { recursive: true, force: true });
  }
}
