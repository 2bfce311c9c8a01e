/**
 * Writing a directory of files, on the driver: save modes, and the commit that makes all files of a job visible and old ones
 * go. Tasks write below `_temporary/<job>` (or upload without completing); only what accepted results name becomes part of the
 * table, and what an overwrite replaces stays until then, put aside where a failed commit finds it again.
 */
import { mapConcurrently } from "../../../filesystem/concurrently";
import type { FileStatus, FileSystem, PendingUpload } from "../../../filesystem/file-system";
import { writeFailed } from "../../../filesystem/file-system";
import { baseName, joinPath, qualifyPath } from "../../../filesystem/path";
import { AnalysisError } from "../../errors";
import type { DriverContext, SaveMode, SaveRequest, WriteJob, WriteSummary } from "../data-source";

export interface FileJobSpec<F = unknown> {
  /** Qualified. */
  readonly path: string;
  readonly jobId: string;
  readonly protocol: "rename" | "upload";
  /** The format's own part. */
  readonly format: F;
}

export interface WrittenFile {
  /** Below the table's directory: `k=1/part-00000-….parquet`. */
  readonly name: string;
  readonly staged: string | PendingUpload;
  readonly bytes: number;
  readonly rows: number;
}

/** What one attempt wrote: plain data. */
export interface FileTaskCommit {
  readonly files: readonly WrittenFile[];
}

export interface FileJobRequest<F> {
  readonly path: string;
  readonly jobId: string;
  readonly mode: SaveMode;
  /** Of an overwrite: only partitions that get rows lose their old ones. */
  readonly dynamicPartitions: boolean;
  /** As in SaveRequest. */
  readonly partitions?: SaveRequest["partitions"];
  readonly format: F;
}

const TEMPORARY = "_temporary";
const SUCCESS = "_SUCCESS";
const CONCURRENT_CALLS = 16;

export function stagingDirectory(spec: FileJobSpec): string {
  return joinPath(joinPath(spec.path, TEMPORARY), spec.jobId);
}

export async function beginFileJob<F>(request: FileJobRequest<F>, driver: DriverContext): Promise<WriteJob | null> {
  const path = qualifyPath(request.path);
  const fs = driver.fileSystems.of(path);
  const there = await fs.status(path);
  const exists = there !== null && (!there.isDirectory || (await fs.list(path)).some(({ path: p }) => baseName(p) !== TEMPORARY));
  if (exists && request.mode === "error") throw new AnalysisError("PATH_ALREADY_EXISTS", { outputPath: path });
  if (exists && request.mode === "ignore") return null;
  if (there !== null && !there.isDirectory) {
    if (request.mode === "append") throw writeFailed(path, "it is a file, and files can be added to a directory only");
    await fs.delete(path);
  }
  const spec: FileJobSpec<F> = {
    path,
    jobId: request.jobId,
    protocol: fs.uploads === null ? "rename" : "upload",
    format: request.format,
  };
  const made = there?.isDirectory !== true && (await fs.mkdirs(path));
  if (spec.protocol === "rename") await fs.mkdirs(stagingDirectory(spec));
  return new FileJob(spec, fs, request, made);
}

class FileJob implements WriteJob {
  #ended = false;

  constructor(
    readonly spec: FileJobSpec,
    private readonly fs: FileSystem,
    private readonly request: Pick<FileJobRequest<unknown>, "mode" | "dynamicPartitions" | "partitions">,
    /** The directory was not there before: it goes when nothing comes into it. */
    private readonly made: boolean,
  ) {}

  async commit(commits: readonly FileTaskCommit[]): Promise<WriteSummary> {
    this.#end();
    const files = commits.flatMap((commit) => commit.files);
    const visible: string[] = [];
    const aside: { readonly from: string; readonly to: string }[] = [];
    try {
      if (new Set(files.map((file) => file.name)).size < files.length)
        throw writeFailed(this.spec.path, "two tasks wrote a file of the same name");
      const old = this.request.mode === "overwrite" ? await this.#replaced(files) : [];
      if (this.spec.protocol === "rename") await this.#putAside(old, aside);
      await this.#show(files, visible);
      if (this.spec.protocol === "upload") await mapConcurrently(old, CONCURRENT_CALLS, ({ path }) => this.fs.delete(path));
      await this.fs.writeFile(joinPath(this.spec.path, SUCCESS), new Uint8Array(0));
    } catch (error) {
      await mapConcurrently(visible, CONCURRENT_CALLS, (path) => this.fs.delete(path));
      for (const { from, to } of aside) await this.fs.rename(to, from);
      await this.#discard(files, visible);
      throw error;
    }
    await this.#deleteTemporary();
    await this.#deleteEmptied(aside.map(({ from }) => from));
    await this.fs.uploads?.abortAllBelow(this.spec.path);
    return {
      files: files.length,
      bytes: files.reduce((sum, file) => sum + file.bytes, 0),
      rows: files.reduce((sum, file) => sum + file.rows, 0),
      partitions: [...new Set(files.map(({ name }) => directoryOf(name)))],
    };
  }

  async abort(commits: readonly FileTaskCommit[]): Promise<void> {
    if (this.#ended) return;
    this.#end();
    await this.#discard(
      commits.flatMap((commit) => commit.files),
      [],
    );
  }

  /** Files of the table that this overwrite replaces. */
  async #replaced(files: readonly WrittenFile[]): Promise<FileStatus[]> {
    const { path } = this.spec;
    const { dynamicPartitions, partitions } = this.request;
    const below = partitions?.below ?? "";
    const isBelow = (name: string): boolean => below === "" || name === below || name.startsWith(`${below}/`);
    const elsewhere = Object.entries(partitions?.places ?? {}).filter(([name, place]) => place !== null && isBelow(name));
    const others: FileStatus[] = [];
    for (const [, place] of elsewhere)
      if ((await this.fs.status(place!)) !== null) others.push(...(await this.fs.list(place!, { recursive: true })));
    const own = (await this.fs.list(path, { recursive: true })).filter(
      (file) => file.path.slice(path.length + 1).split("/")[0] !== TEMPORARY,
    );
    if (!dynamicPartitions) return [...own.filter((file) => isBelow(directoryOf(file.path.slice(path.length + 1)))), ...others];
    const touched = new Set(files.map(({ name }) => directoryOf(this.#target(name))));
    return [...own, ...others].filter((file) => touched.has(directoryOf(file.path)));
  }

  /** Where a file belongs: some partitions are not where their name says. */
  #target(name: string): string {
    const place = this.request.partitions?.places[directoryOf(name)] ?? null;
    if (place === null) return joinPath(this.spec.path, name);
    if (this.spec.protocol === "upload") throw writeFailed(place, "object stores write partitions below their table only");
    return joinPath(place, baseName(name));
  }

  async #putAside(old: readonly FileStatus[], aside: { from: string; to: string }[]): Promise<void> {
    const directory = joinPath(stagingDirectory(this.spec), "replaced");
    if (old.length > 0) await this.fs.mkdirs(directory);
    for (const [i, { path }] of old.entries()) {
      const to = joinPath(directory, String(i));
      await this.fs.rename(path, to);
      aside.push({ from: path, to });
    }
  }

  async #show(files: readonly WrittenFile[], visible: string[]): Promise<void> {
    const directories = new Set(files.map(({ name }) => directoryOf(this.#target(name))));
    directories.delete(this.spec.path);
    if (this.spec.protocol === "rename") for (const directory of directories) await this.fs.mkdirs(directory);
    await mapConcurrently(files, CONCURRENT_CALLS, async (file) => {
      const target = this.#target(file.name);
      if (typeof file.staged === "string") await this.fs.rename(file.staged, target);
      else await this.fs.uploads!.complete(file.staged);
      visible.push(target);
    });
  }

  async #discard(files: readonly WrittenFile[], visible: readonly string[]): Promise<void> {
    const { uploads } = this.fs;
    const done = new Set(visible);
    if (uploads !== null) {
      const pending = files.filter((file) => !done.has(joinPath(this.spec.path, file.name)));
      await mapConcurrently(pending, CONCURRENT_CALLS, async ({ staged }) => {
        if (typeof staged !== "string") await uploads.abort(staged);
      });
      await uploads.abortAllBelow(this.spec.path);
      return;
    }
    await this.#deleteTemporary();
    await this.#deleteEmptied(visible);
    if (this.made) await this.#deleteIfEmpty(this.spec.path);
  }

  async #deleteTemporary(): Promise<void> {
    if (this.spec.protocol !== "rename") return;
    await this.fs.delete(stagingDirectory(this.spec));
    await this.#deleteIfEmpty(joinPath(this.spec.path, TEMPORARY));
  }

  /** Directories of partitions that files have gone from. */
  async #deleteEmptied(files: readonly string[]): Promise<void> {
    if (this.spec.protocol !== "rename") return;
    const directories = new Set<string>();
    for (const file of files) {
      for (let at = directoryOf(file); at.startsWith(`${this.spec.path}/`); at = directoryOf(at)) directories.add(at);
    }
    for (const directory of [...directories].sort((a, b) => b.length - a.length)) await this.#deleteIfEmpty(directory);
  }

  async #deleteIfEmpty(directory: string): Promise<void> {
    const status = await this.fs.status(directory);
    if (status?.isDirectory === true && (await this.fs.list(directory)).length === 0) await this.fs.delete(directory);
  }

  #end(): void {
    if (this.#ended) throw writeFailed(this.spec.path, "its job has ended already");
    this.#ended = true;
  }
}

function directoryOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? "" : path.slice(0, slash);
}
