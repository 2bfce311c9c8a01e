/**
 * A child process that a blocking thread can talk to. A helper thread owns the child and its streams; both sides post
 * messages, count bytes in shared memory for backpressure, and raise a shared signal that this thread waits on.
 */
import { MessageChannel, receiveMessageOnPort, Worker } from "node:worker_threads";

export interface PipeCommand {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

interface PipeResult {
  /** Exit status; null when a signal ended the child. */
  readonly code: number | null;
  readonly signal: string | null;
  /** The end of what the child wrote to its standard error. */
  readonly stderr: string;
  /** Why the child could not be started. */
  readonly error: string | null;
}

export interface PipeProcess {
  /** Whether the child keeps up with what was written. */
  writable(): boolean;
  write(bytes: Uint8Array): void;
  /** No more input. */
  end(): void;
  /** Output of the child: empty when there is none yet (after at most `waitMs`, longer when input is not wanted either), null at its end. */
  read(waitMs: number): Uint8Array | null;
  /** After `read` gave null. */
  result(): PipeResult;
  /** Ends child and helper thread. */
  kill(): void;
}

/** Bytes on the way to or from the child before the other side waits. */
const MAX_IN_FLIGHT = 1 << 20;
/** Indices into the shared state. */
const SIGNAL = 0;
const UNREAD_INPUT = 1;

/** The helper thread: plain CommonJS, given as text so that it needs no file. */
const HELPER = `
"use strict";
const { spawn } = require("node:child_process");
const { workerData } = require("node:worker_threads");
const { port, shared, command, env, max } = workerData;
const state = new Int32Array(shared);
const tell = (message, transfer) => { port.postMessage(message, transfer); Atomics.add(state, 0, 1); Atomics.notify(state, 0); };
let stderr = "";
let unread = 0;
let ended = false;
const finish = (result) => { if (!ended) { ended = true; tell({ result: { stderr, ...result } }); port.close(); } };
const child = spawn(command[0], command.slice(1), { env: { ...process.env, ...env }, stdio: ["pipe", "pipe", "pipe"] });
child.on("error", (error) => finish({ code: null, signal: null, error: error.message }));
child.stdin.on("error", () => undefined);
child.stderr.setEncoding("utf8");
child.stderr.on("data", (text) => { stderr = (stderr + text).slice(-8192); });
child.stdout.on("data", (bytes) => {
  unread += bytes.length;
  if (unread > max) child.stdout.pause();
  tell({ bytes: new Uint8Array(bytes) });
});
child.on("close", (code, signal) => finish({ code, signal, error: null }));
port.on("message", (message) => {
  if (message.write) {
    const count = message.write.length;
    child.stdin.write(message.write, () => { Atomics.sub(state, 1, count); Atomics.add(state, 0, 1); Atomics.notify(state, 0); });
  } else if (message.end) child.stdin.end();
  else if (message.taken) {
    unread -= message.taken;
    if (unread <= max) child.stdout.resume();
  } else if (message.kill) child.kill("SIGKILL");
});
`;

/** Starts the command. */
export function openPipe({ command, env }: PipeCommand): PipeProcess {
  const { port1: port, port2 } = new MessageChannel();
  const shared = new SharedArrayBuffer(8);
  const state = new Int32Array(shared);
  const worker = new Worker(HELPER, {
    eval: true,
    workerData: { port: port2, shared, command, env, max: MAX_IN_FLIGHT },
    transferList: [port2],
    stdout: false,
    stderr: false,
  });
  worker.unref();
  let result: PipeResult | null = null;
  const read = (): Uint8Array | null | undefined => {
    const received = receiveMessageOnPort(port) as
      { readonly message: { readonly bytes?: Uint8Array; readonly result?: PipeResult } } | undefined;
    if (received === undefined) return undefined;
    if (received.message.bytes !== undefined) {
      port.postMessage({ taken: received.message.bytes.length });
      return received.message.bytes;
    }
    result = received.message.result!;
    return null;
  };
  return {
    writable: () => result === null && Atomics.load(state, UNREAD_INPUT) < MAX_IN_FLIGHT,
    write(bytes) {
      Atomics.add(state, UNREAD_INPUT, bytes.length);
      port.postMessage({ write: bytes });
    },
    end: () => port.postMessage({ end: true }),
    read(waitMs) {
      if (result !== null) return null;
      const seen = Atomics.load(state, SIGNAL);
      const first = read();
      if (first !== undefined) return first;
      const wait = Atomics.load(state, UNREAD_INPUT) >= MAX_IN_FLIGHT ? Math.max(waitMs, 100) : waitMs;
      if (wait > 0) Atomics.wait(state, SIGNAL, seen, wait);
      return read() ?? (result === null ? new Uint8Array(0) : null);
    },
    result: () => result!,
    kill() {
      if (result === null) port.postMessage({ kill: true });
      port.close();
    },
  };
}
