/**
 * What user code prints in a task goes to the executor's descriptors at once, by a blocking write: the usual way through
 * the main thread loses the lines of a task that does not let the event loop turn, or whose thread is ended.
 */
import { writeSync } from "node:fs";
import type { Writable } from "node:stream";

const RETRY_MS = 2;

export function writeAll(fd: number, data: Uint8Array): void {
  for (let done = 0; done < data.length;) {
    try {
      done += writeSync(fd, data, done);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EAGAIN") Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
      else return; // nobody reads any more: what is printed has no place to go
    }
  }
}

/** Makes `process.stdout` and `process.stderr` of this thread, and with them `console`, write at once. */
export function printDirectly(): void {
  writeTo(process.stdout, 1);
  writeTo(process.stderr, 2);
}

/** The streams stay those of Node, which answers them by a message when something was printed before. */
function writeTo(stream: Writable, fd: number): void {
  Object.assign(stream, {
    _write: (chunk: string | Buffer, encoding: BufferEncoding, done: () => void): void => {
      writeAll(fd, typeof chunk === "string" ? Buffer.from(chunk, encoding) : chunk);
      done();
    },
    _writev: undefined,
  });
}
