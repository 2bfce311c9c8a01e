/**
 * A worker thread that reads splits with blocking calls, as tasks do: it posts what it needs, waits in Atomics.wait and
 * takes the answer from the port. Bundled and started by s3.test.ts.
 */
import { receiveMessageOnPort, workerData } from "node:worker_threads";
import type { MessagePort } from "node:worker_threads";
import type { FileSplit } from "../../src/filesystem/splits";
import type { TaskStorage } from "../../src/filesystem/task-storage";
import { openTextSplit } from "../../src/filesystem/text-source";

const { port, signal, splits } = workerData as { port: MessagePort; signal: Int32Array; splits: readonly FileSplit[] };
let waits = 0;

const unused = (): never => {
  throw new Error("not used here");
};
const storage: TaskStorage = {
  fetch: (path, offset, length, next) => {
    Atomics.store(signal, 0, 0);
    port.postMessage({ path, offset, length, next });
    waits++;
    // The notification of the call before may come only now.
    while (Atomics.load(signal, 0) === 0) Atomics.wait(signal, 0, 0);
    return (receiveMessageOnPort(port) as { message: Uint8Array }).message;
  },
  uploads: { upload: unused, abort: unused },
  tempFile: unused,
};

const lines: string[] = [];
for (const split of splits) {
  const source = openTextSplit(split, storage);
  for (let chunk = source.next(); chunk !== null; chunk = source.next()) {
    if (chunk.kind === "lines") lines.push(...(chunk.text.endsWith("\n") ? chunk.text.slice(0, -1) : chunk.text).split("\n"));
  }
}
port.postMessage({ lines, waits });
