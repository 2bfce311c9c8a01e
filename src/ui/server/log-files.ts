/** Pieces of the output of processes: "stdout" and "stderr" in a directory of this machine, or of an executor by its worker's pages. */
import { existsSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import type { LogPiece } from "./applications";
import type { TlsFiles } from "../../wire/tls";
import { textOfPages } from "./peer-pages";
import { HttpError } from "./routes";

const WORKER_ANSWERS_MS = 5000;

/**
 * The same of an executor on a worker, whose pages have it. `link` is what the executor told, "http://worker:8081/#/logs/app-1%2F0?stream=stdout".
 * Rejects with an HttpError when the worker cannot be asked.
 */
export async function workerLog(
  link: string,
  offset: number | null,
  length: number,
  tls: TlsFiles | null = null,
): Promise<LogPiece> {
  const url = new URL(link);
  const [, path = "", stream = ""] = /^#\/logs\/([^?]*)\?stream=(\w+)$/.exec(url.hash) ?? [];
  const query = new URLSearchParams({ stream, length: String(length), ...(offset === null ? {} : { offset: String(offset) }) });
  const asked = `${url.origin}/api/firesteel/v1/logs/${decodeURIComponent(path)}?${query.toString()}`;
  try {
    const { status, body } = await textOfPages(asked, WORKER_ANSWERS_MS, tls);
    const answer = JSON.parse(body) as LogPiece | { error: string };
    if (status === 200) return answer as LogPiece;
    const { error } = answer as { error: string };
    throw new HttpError(status === 404 ? 404 : 502, `The worker at ${url.origin} says: ${error}`);
  } catch (error) {
    if (error instanceof HttpError) throw error;
    throw new HttpError(
      502,
      `The pages of the worker at ${url.origin} cannot be reached from the driver (firesteel.ui.bindAddress of the worker opens them to other machines).`,
    );
  }
}

/**
 * `length` bytes from `offset`, or the last ones where it is null. An output that was never written to is empty. Rejects with an HttpError when
 * the directory is not there.
 */
export async function logPiece(
  directory: string,
  stream: "stdout" | "stderr",
  offset: number | null,
  length: number,
): Promise<LogPiece> {
  let file;
  try {
    file = await open(join(directory, stream), "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    if (existsSync(directory)) return { size: 0, offset: 0, text: "" };
    throw new HttpError(404, "The folder of these logs is gone, and it was not the worker that removed it.");
  }
  try {
    const { size } = await file.stat();
    const from = Math.max(0, Math.min(size, offset ?? size - length));
    const buffer = Buffer.alloc(Math.max(0, Math.min(length, size - from)));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, from);
    return { size, offset: from, text: buffer.toString("utf8", 0, bytesRead) };
  } finally {
    await file.close();
  }
}
