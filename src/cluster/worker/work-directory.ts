/**
 * The worker's directory: one folder for each application and driver, which goes when nothing was written there for long, and the archives of
 * programs that drivers ran, which go when none was started for long.
 */
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { log } from "../../common/log";

const OURS = /^(?:app|driver|local)-[\w.-]+$/;
const ARCHIVES = "archives";

/** Archives in a worker's directory. */
export function archivesIn(workDirectory: string): string {
  return join(workDirectory, ARCHIVES);
}

export class WorkDirectory {
  readonly #timer: NodeJS.Timeout | null;

  constructor(
    readonly directory: string,
    cleanup: { readonly intervalMs: number; readonly ttlMs: number } | null,
    private readonly inUse: (name: string) => boolean,
    /** Called with the name of each folder and archive that was removed. */
    private readonly removed: (name: string, time: number) => void,
  ) {
    this.#timer = cleanup === null ? null : setInterval(() => void this.clean(cleanup.ttlMs), cleanup.intervalMs);
    this.#timer?.unref();
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
  }

  /** Removes folders of what does not run any more and has written nothing for `ttlMs`, and archives as old; resolves with their names. */
  async clean(ttlMs: number, now = Date.now()): Promise<string[]> {
    const gone: string[] = [];
    const folders = (await readdir(this.directory).catch(() => [])).filter((one) => OURS.test(one) && !this.inUse(one));
    const archives = (await readdir(archivesIn(this.directory)).catch(() => [])).map((one) => join(ARCHIVES, one));
    for (const name of [...folders, ...archives]) {
      const path = join(this.directory, name);
      try {
        if (now - (await lastWrite(path)) < ttlMs) continue;
        await rm(path, { recursive: true, force: true });
        gone.push(name);
        this.removed(name, now);
      } catch (error) {
        log.warn(`${path} cannot be removed: ${(error as Error).message}`);
      }
    }
    return gone;
  }
}

/** When the file, or something in the folder, was written last. */
async function lastWrite(path: string): Promise<number> {
  const own = await stat(path);
  let latest = own.mtimeMs;
  if (own.isFile()) return latest;
  for (const entry of await readdir(path, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) latest = Math.max(latest, (await stat(join(entry.parentPath, entry.name))).mtimeMs);
  }
  return latest;
}
