/**
 * The directories in which an application keeps its files on one machine, from creation to removal:
 *
 *   <root>/firesteel-<application>/owner-<pid>          the process whose end makes all of it garbage
 *   <root>/firesteel-<application>/<executor>/owner     the executor's process
 *   <root>/firesteel-<application>/<executor>/3f/…      map outputs and blocks, by hash of their names
 *   <root>/firesteel-<application>/<executor>/tmp/…     files of running tasks, by slot and task
 *
 * Roots are those of spark.local.dir. Everything is private to the user.
 */
import { lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { ClusterError, UsageError } from "../common/errors";
import type { ProcessIdentity } from "./process-identity";
import { identify, stateOf } from "./process-identity";

const PREFIX = "firesteel-";
const OWNER = "owner";
/** A directory without an owner may be one that is just being made. */
const UNOWNED_GRACE_MS = 60_000;

/** The directories of spark.local.dir, or the system's temporary directory. */
export function localRoots(conf: (key: string) => string | undefined): string[] {
  const given = (conf("spark.local.dir") ?? "")
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
  return given.length === 0 ? [tmpdir()] : given.map((part) => resolve(part));
}

export interface LocalDirectoriesOptions {
  readonly roots: readonly string[];
  readonly appId: string;
  readonly executorId: string;
  /** See ExecutorStorageOptions.ownerPid. */
  readonly ownerPid?: number;
}

export class LocalDirectories {
  private constructor(
    readonly roots: readonly string[],
    readonly appId: string,
    readonly executorId: string,
    /** One per root that could be written, in order. */
    readonly directories: readonly string[],
    private readonly ownerPid: number,
  ) {}

  /** Makes the executor's directory under every root that can be written. Throws a ClusterError when none can. */
  static create(options: LocalDirectoriesOptions): LocalDirectories {
    const { roots, appId, executorId, ownerPid = process.pid } = options;
    for (const id of [appId, executorId]) {
      if (!/^[\w.-]+$/.test(id) || id.startsWith("."))
        throw new UsageError("INVALID_ID", `"${id}" cannot be the name of a directory.`);
    }
    const directories: string[] = [];
    const refused: string[] = [];
    for (const root of roots) {
      const application = join(root, PREFIX + appId);
      try {
        mkdirSync(root, { recursive: true });
        makePrivate(application);
        writeOwner(join(application, `${OWNER}-${ownerPid}`), ownerPid);
        const directory = join(application, executorId);
        makePrivate(directory);
        writeOwner(join(directory, OWNER), process.pid);
        directories.push(directory);
      } catch (error) {
        refused.push(`${root}: ${(error as Error).message}`);
        // An owner that is gone removed the application's directory before it was made again here.
        removeIfEmpty(application);
      }
    }
    if (directories.length === 0) {
      throw new ClusterError(
        "NO_LOCAL_DIRECTORY",
        `None of the local directories can be written (spark.local.dir): ${refused.join("; ")}.`,
      );
    }
    return new LocalDirectories(roots, appId, executorId, directories, ownerPid);
  }

  /** Removes the executor's files, and the application's directories with the last executor. For use at exit: synchronous, never throws. */
  remove(): void {
    for (const directory of this.directories) {
      removeQuietly(directory);
      const application = resolve(directory, "..");
      try {
        if (readdirSync(application).some((name) => !name.startsWith(`${OWNER}-`))) continue;
        rmSync(join(application, `${OWNER}-${this.ownerPid}`), { force: true });
        rmdirSync(application); // refuses while another owner is there
      } catch {
        // Another executor was quicker, or still works there: whoever is last removes it, or the next start does.
      }
    }
  }

  /**
   * Takes over what executors of this application whose processes are gone have left here, one claim each: paths of
   * their directories, now inside this executor's own. The caller removes them when it has looked through.
   */
  claimOrphans(): { readonly executorId: string; readonly directory: string; readonly into: string }[] {
    const claimed: { executorId: string; directory: string; into: string }[] = [];
    for (const into of this.directories) {
      const application = resolve(into, "..");
      for (const executorId of readdirSync(application)) {
        if (executorId === this.executorId || executorId.startsWith(OWNER)) continue;
        const directory = join(into, `orphan-${executorId}`);
        try {
          const owner = readOwner(join(application, executorId, OWNER));
          if (owner === null || stateOf(owner) !== "gone") continue;
          renameSync(join(application, executorId), directory);
          claimed.push({ executorId, directory, into });
        } catch {
          // Another replacement claimed it first, or it cannot be seen whose it is.
        }
      }
    }
    return claimed;
  }
}

/** Removes the directories of applications of this user whose owners are gone. */
export async function removeStaleApplications(roots: readonly string[]): Promise<string[]> {
  const removed: string[] = [];
  for (const root of roots) {
    for (const name of list(root)) {
      if (!name.startsWith(PREFIX)) continue;
      const directory = join(root, name);
      if (!isStale(directory)) continue;
      try {
        await rm(directory, { recursive: true, force: true });
        removed.push(directory);
      } catch {
        // Being removed by another process, or not ours to remove.
      }
    }
  }
  return removed;
}

/** Removes all directories of one application, for the driver when it stops after its executors. */
export function removeApplication(roots: readonly string[], appId: string): void {
  for (const root of roots) removeQuietly(join(root, PREFIX + appId));
}

function isStale(application: string): boolean {
  try {
    const stat = lstatSync(application);
    if (!stat.isDirectory() || (process.getuid && stat.uid !== process.getuid())) return false;
    const entries = readdirSync(application);
    const files = entries.filter((name) => name.startsWith(`${OWNER}-`));
    const owners = files.map((name) => readOwner(join(application, name))).filter((owner) => owner !== null);
    if (owners.some((owner) => stateOf(owner) !== "gone")) return false;
    // No owner has written its file: a directory of the user's whose name begins like ours, unless nothing is in it.
    if (files.length === 0 && entries.length > 0) return false;
    // None, or one whose file is half written, which a full disk makes last.
    return (owners.length > 0 && owners.length === files.length) || Date.now() - stat.mtimeMs > UNOWNED_GRACE_MS;
  } catch {
    return false; // gone meanwhile, or it cannot be seen: too many open files, say
  }
}

/** Makes a directory that only this user can enter, or accepts one; somebody else's, or a link, is refused. */
function makePrivate(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const stat = lstatSync(path);
  if (!stat.isDirectory() || (process.getuid && stat.uid !== process.getuid()))
    throw new Error(`${path} belongs to somebody else`);
}

function writeOwner(path: string, pid: number): void {
  const identity = identify(pid);
  if (identity === null) throw new Error(`there is no process ${pid} to own it`);
  writeFileSync(path, JSON.stringify(identity), { mode: 0o600 });
}

/** Null where there is no owner file, or one that is half written. Throws where that cannot be seen. */
function readOwner(path: string): ProcessIdentity | null {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return null;
    throw error;
  }
  try {
    return JSON.parse(text) as ProcessIdentity;
  } catch {
    return null;
  }
}

function list(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function removeIfEmpty(directory: string): void {
  try {
    rmdirSync(directory);
  } catch {
    // Never made, or in use.
  }
}

function removeQuietly(path: string): void {
  try {
    // Threads may still be writing there, and others removing.
    rmSync(path, { recursive: true, force: true, maxRetries: 3, retryDelay: 10 });
  } catch {
    // What cannot be removed now is removed at the next start.
  }
}
