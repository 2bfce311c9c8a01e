/**
 * The commit protocol of file output, on the driver. Its promise is that of Hadoop's FileOutputCommitter (version 1): an
 * output directory with `_SUCCESS` in it holds every part once and whole; without it no part is to be seen at all until
 * the job commits.
 *
 * Every task attempt writes below `_temporary/<job>/<attempt>` and, when it succeeds, tells in its result which files it
 * wrote (TaskCommit). The scheduler accepts one result for each partition, and only what accepted results name becomes
 * part of the output: no attempt needs to ask for leave, and one that lost a race, failed or was killed leaves nothing.
 * Where a rename is no cheap atomic step (S3) attempts upload their files without completing the uploads, and the job
 * completes those of accepted results.
 */
import { DataError } from "../common/errors";
import { mapConcurrently } from "./concurrently";
import { writeFailed } from "./file-system";
import type { FileSystem, PendingUpload } from "./file-system";
import type { FileSystems } from "./file-systems";
import { joinPath, qualifyPath } from "./path";

/** What task attempts need to know of the job. Plain data. */
export interface OutputJobSpec {
  /** The output directory, qualified. */
  readonly path: string;
  readonly jobId: string;
  /** How parts become visible. */
  readonly protocol: "rename" | "upload";
}

/** What one attempt wrote: part of its task's result. Plain data. */
export interface TaskCommit {
  readonly files: readonly CommittedFile[];
}

export interface CommittedFile {
  /** Name in the output directory: `part-00000.gz`. */
  readonly name: string;
  readonly bytes: number;
  /** Where the attempt left it: a qualified path, or an upload to be completed. */
  readonly staged: string | PendingUpload;
}

const TEMPORARY = "_temporary";
const SUCCESS = "_SUCCESS";
const CONCURRENT_CALLS = 16;

/** The directory of a job's attempts, which exists exactly as long as they may write. */
export function jobDirectory(spec: OutputJobSpec): string {
  return joinPath(joinPath(spec.path, TEMPORARY), spec.jobId);
}

export class OutputJob {
  readonly spec: OutputJobSpec;
  readonly #fs: FileSystem;
  #ended = false;

  private constructor(spec: OutputJobSpec, fs: FileSystem) {
    this.spec = spec;
    this.#fs = fs;
  }

  /**
   * Claims a directory that does not exist yet; throws OUTPUT_DIRECTORY_ALREADY_EXISTS. `jobId` is unique among the jobs
   * that may ever write there. `mayExist` (`spark.hadoop.validateOutputSpecs=false`) writes into a directory that is
   * there, over parts of the same names. Call before the first task, then `commit` or `abort`.
   */
  static async begin(
    fileSystems: FileSystems,
    path: string,
    jobId: string,
    options: { readonly mayExist?: boolean } = {},
  ): Promise<OutputJob> {
    const qualified = qualifyPath(path);
    const fs = fileSystems.of(qualified);
    const exists = (await fs.status(qualified)) !== null || !(await fs.mkdirs(qualified));
    if (exists && options.mayExist !== true) {
      throw new DataError(
        "OUTPUT_DIRECTORY_ALREADY_EXISTS",
        `Output directory ${qualified} already exists. Choose another one, or delete it first.`,
        {
          sqlState: "42K04",
          parameters: { path: qualified },
        },
      );
    }
    const spec: OutputJobSpec = { path: qualified, jobId, protocol: fs.uploads === null ? "rename" : "upload" };
    if (spec.protocol === "rename") await fs.mkdirs(jobDirectory(spec));
    return new OutputJob(spec, fs);
  }

  /** Makes the accepted attempts' files the output. When it throws, nothing is left of it: `abort` need not be called. */
  async commit(accepted: readonly TaskCommit[]): Promise<void> {
    this.#end();
    const files = accepted.flatMap((commit) => commit.files);
    const visible: string[] = [];
    try {
      const names = new Set(files.map((file) => file.name));
      if (names.size < files.length) throw writeFailed(this.spec.path, "two tasks wrote a part of the same name");
      await mapConcurrently(files, CONCURRENT_CALLS, async (file) => {
        const target = joinPath(this.spec.path, file.name);
        if (typeof file.staged === "string") await this.#fs.rename(file.staged, target);
        else await this.#fs.uploads!.complete(file.staged);
        visible.push(target);
      });
      await this.#deleteTemporary();
      await this.#fs.writeFile(joinPath(this.spec.path, SUCCESS), new Uint8Array(0));
    } catch (error) {
      await this.#discard(visible, files);
      throw error;
    }
    // Uploads of attempts that lost or died.
    await this.#fs.uploads?.abortAllBelow(this.spec.path);
  }

  /**
   * After a failed or cancelled job: removes all that was written, and the directory unless others put something there.
   * `finished` are the results that came in.
   */
  async abort(finished: readonly TaskCommit[] = []): Promise<void> {
    this.#end();
    await this.#discard(
      [],
      finished.flatMap((commit) => commit.files),
    );
  }

  async #discard(visible: readonly string[], files: readonly CommittedFile[]): Promise<void> {
    await mapConcurrently(visible, CONCURRENT_CALLS, (path) => this.#fs.delete(path));
    await this.#deleteTemporary();
    const { uploads } = this.#fs;
    if (uploads === null) {
      await this.#deleteIfEmpty(this.spec.path);
      return;
    }
    const done = new Set(visible);
    const pending = files.filter((file) => !done.has(joinPath(this.spec.path, file.name)));
    await mapConcurrently(pending, CONCURRENT_CALLS, async (file) => {
      if (typeof file.staged !== "string") await uploads.abort(file.staged);
    });
    await uploads.abortAllBelow(this.spec.path);
  }

  async #deleteTemporary(): Promise<void> {
    if (this.spec.protocol !== "rename") return;
    await this.#fs.delete(jobDirectory(this.spec));
    await this.#deleteIfEmpty(joinPath(this.spec.path, TEMPORARY));
  }

  /** What others put there stays. */
  async #deleteIfEmpty(directory: string): Promise<void> {
    if ((await this.#fs.list(directory)).length === 0) await this.#fs.delete(directory);
  }

  #end(): void {
    if (this.#ended) throw writeFailed(this.spec.path, "its job has ended already");
    this.#ended = true;
  }
}
