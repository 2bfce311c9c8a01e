/** Shared by the tests of this folder. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ChunkSource } from "../../src/columnar/chunk";
import { localTaskStorage } from "../../src/filesystem/task-storage";
import type { ByteInput, TaskStorage } from "../../src/filesystem/task-storage";

/** A directory for the tests of one file, removed behind them. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "firesteel-fs-"));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

export function storageIn(directory: string): TaskStorage {
  let files = 0;
  return localTaskStorage((purpose) => join(directory, `${purpose}-${files++}`));
}

/** Bytes from memory, at most `pieceBytes` a read. */
export function memoryInput(
  bytes: Uint8Array,
  position = 0,
  pieceBytes = Number.POSITIVE_INFINITY,
): ByteInput & { closed: boolean } {
  return {
    bytesRead: 0,
    closed: false,
    read(into, offset, length) {
      const piece = bytes.subarray(position, position + Math.min(length, pieceBytes));
      into.set(piece, offset);
      position += piece.length;
      return piece.length;
    },
    close() {
      this.closed = true;
    },
  };
}

export function readAll(input: ByteInput, pieceBytes = 1 << 16): Buffer {
  const parts: Buffer[] = [];
  for (;;) {
    const piece = Buffer.alloc(pieceBytes);
    const n = input.read(piece, 0, piece.length);
    if (n === 0) return Buffer.concat(parts);
    parts.push(piece.subarray(0, n));
  }
}

/** The lines of chunks of kind "lines", checked against what that kind promises. */
export function linesOf(source: ChunkSource): string[] {
  const lines: string[] = [];
  let open = false;
  for (let chunk = source.next(); chunk !== null; chunk = source.next()) {
    if (chunk.kind !== "lines") throw new Error(`a chunk of kind ${chunk.kind}`);
    if (open) throw new Error("only the last chunk may end without a line end");
    if (chunk.text === "" || chunk.text.includes("\r")) throw new Error(`a chunk of ${JSON.stringify(chunk.text)}`);
    open = !chunk.text.endsWith("\n");
    lines.push(...(open ? chunk.text : chunk.text.slice(0, -1)).split("\n"));
  }
  return lines;
}

export function rowsOf(source: ChunkSource): unknown[] {
  const rows: unknown[] = [];
  for (let chunk = source.next(); chunk !== null; chunk = source.next()) {
    if (chunk.kind !== "rows") throw new Error(`a chunk of kind ${chunk.kind}`);
    rows.push(...chunk.rows.slice(chunk.start, chunk.end));
  }
  return rows;
}
