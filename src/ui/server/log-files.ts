/** Pieces of the output that a process left in its directory: "stdout", "stderr". */
import { open } from "node:fs/promises";
import { join } from "node:path";
import type { LogPiece } from "./applications";

/** `length` bytes from `offset`, or the last ones where it is null. An output that was never written to is empty. */
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
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return { size: 0, offset: 0, text: "" };
    throw error;
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
