/** The worker's directory: one folder for each application and driver, which goes when nothing was written there for long. */
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { log } from "../../common/log";

const OURS = /^(?:app|driver|local)-[\w.-]+$/;

export class WorkDirectory {
  readonly #timer: NodeJS.Timeout | null;

  constructor(
    readonly directory: string,
    cleanup: { readonly intervalMs: number; readonly ttlMs: number } | null,
    private readonly inUse: (name: string) => boolean,
  ) {
    this.#timer = cleanup === null ? null : setInterval(() => void this.clean(cleanup.ttlMs), cleanup.intervalMs);
    this.#timer?.unref();
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
  }

  /** Removes folders of what does not run any more and has written nothing for `ttlMs`; resolves with their names. */
  async clean(ttlMs: number, now = Date.now()): Promise<string[]> {
    const removed: string[] = [];
    for (const name of (await readdir(this.directory).catch(() => [])).filter((one) => OURS.test(one))) {
      if (this.inUse(name)) continue;
      const path = join(this.directory, name);
      try {
        if (now - (await lastWrite(path)) < ttlMs) continue;
        await rm(path, { recursive: true, force: true });
        removed.push(name);
      } catch (error) {
        log.warn(`the folder ${path} cannot be removed: ${(error as Error).message}`);
      }
    }
    return removed;
  }
}

/** When something below was written last. */
async function lastWrite(path: string): Promise<number> {
  let latest = (await stat(path)).mtimeMs;
  for (const entry of await readdir(path, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) latest = Math.max(latest, (await stat(join(entry.parentPath, entry.name))).mtimeMs);
  }
  return latest;
}
