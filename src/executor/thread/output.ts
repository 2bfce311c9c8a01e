/**
 * What user code prints in a task goes to the executor's descriptors at once, by a blocking write: the usual way through
 * the main thread loses the lines of a task that does not let the event loop turn, or whose thread is ended.
 */
import { Console } from "node:console";
import { writeSync } from "node:fs";
import { Writable } from "node:stream";

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

class DirectStream extends Writable {
  constructor(readonly fd: number) {
    super({ decodeStrings: true });
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    writeAll(this.fd, chunk);
    done();
  }
}

/** Replaces `console`, `process.stdout` and `process.stderr` of this thread. */
export function printDirectly(): void {
  const stdout = new DirectStream(1);
  const stderr = new DirectStream(2);
  Object.defineProperty(process, "stdout", { configurable: true, enumerable: true, get: () => stdout });
  Object.defineProperty(process, "stderr", { configurable: true, enumerable: true, get: () => stderr });
  globalThis.console = new Console({ stdout, stderr });
}
