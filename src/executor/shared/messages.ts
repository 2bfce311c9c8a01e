/** What passes between an executor's main thread and its task threads by message port. */
import type { MessagePort } from "node:worker_threads";
import type { RemoteUpload } from "../../storage/task-env";

/** workerData of a task thread. */
export interface ThreadData {
  /** Number among all threads that ever lived in this process. */
  readonly thread: number;
  readonly cells: SharedArrayBuffer;
  readonly reports: SharedArrayBuffer;
  readonly queue: SharedArrayBuffer;
  readonly board: SharedArrayBuffer;
  /** Calls, their answers and notices; only ever read with receiveMessageOnPort in the thread. */
  readonly calls: MessagePort;
}

/** Main thread → task thread by parentPort, which is read while the thread's event loop turns. */
export type ThreadMessage =
  /** The thread becomes slot `slot` and takes tasks from now on. */
  | {
      readonly type: "activate";
      readonly slot: number;
      readonly executorId: string;
      readonly host: string;
      readonly storage: unknown;
      readonly conf: Readonly<Record<string, string>>;
    }
  /** The answer to an asynchronous call. */
  | { readonly type: "settled"; readonly id: number; readonly value?: unknown; readonly error?: ThrownData };

/** Task thread → main thread by parentPort. */
export type ThreadReport =
  | { readonly type: "loaded" }
  /** Something is in the ring. */
  | { readonly type: "wake" }
  /** A report too long for the ring. */
  | { readonly type: "report"; readonly taskId: number; readonly tag: number; readonly report: Uint8Array }
  | { readonly type: "call"; readonly id: number; readonly op: string; readonly args: unknown };

/** Task thread → main thread by the call port. `id` is 0 where no answer is wanted. */
export interface CallMessage {
  readonly id: number;
  readonly op: string;
  readonly args: unknown;
}

/** Main thread → task thread by the call port. */
export type CallAnswer =
  { readonly id: number; readonly value: unknown } | { readonly id: number; readonly error: ThrownData } | ForgetNotice;

/** Not an answer: stage attempts and binaries that will not be used again. */
export interface ForgetNotice {
  readonly id: 0;
  readonly sets: readonly number[];
  readonly binaries: readonly string[];
}

/** An error as structured clone carries it. */
export interface ThrownData {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  readonly errorClass: string | undefined;
  readonly fetch:
    { readonly shuffleId: number; readonly map: number; readonly reduce: number; readonly executorId: string | null } | undefined;
}

/** Tag of a report in the ring: what the main thread needs to know of it without decoding. */
export const REPORT_ENDED = 0;
/** Set when the thread must not run another task: it left handles open or changed what all tasks share. */
export const REPORT_RECYCLE = 1;

/** What the tasks of one stage attempt have in common, as a thread asks for it. */
export interface TaskSetData {
  readonly id: number;
  readonly binaryId: string;
  readonly binary: ArrayBufferLike;
  readonly jobId: number;
  readonly stageId: number;
  readonly stageAttempt: number;
  readonly numPartitions: number;
  readonly cpus: number;
  readonly localProperties: Readonly<Record<string, string>>;
  readonly barrier: { readonly addresses: readonly string[] } | null;
}

/** Operations of the executor itself; those of the storage begin with STORAGE_OP_PREFIX. */
export const OP_TASK_SET = "executor.taskSet";
export const OP_PAYLOAD = "executor.payload";
/** What the task has of the executor's resources. */
export const OP_RESOURCES = "executor.resources";
export const OP_COMMIT = "executor.commit";
export const OP_BARRIER = "executor.barrier";
/** Keeps a result for the driver to fetch. */
export const OP_KEEP_RESULT = "executor.keepResult";
export const OP_READ_FILE = "executor.readFile";
export const OP_UPLOAD = "executor.upload";
export const OP_ABORT_UPLOAD = "executor.abortUpload";

/** Arguments of the operations on remote files. */
export interface FileOps {
  readonly read: { readonly path: string; readonly offset: number; readonly length: number; readonly next: number };
  readonly upload: { readonly localFile: string; readonly path: string };
  readonly abort: RemoteUpload;
}
