/** What a running task may ask of its executor, joined from the storage layer's part and the thread's own. */
import type { ValueContext } from "../../columnar/value-context";
import type { ResourceAddresses } from "../../common/resources";
import { CommitDenied, TaskKilled } from "../../storage/task-env";
import type { RemoteUpload, TaskBarrier, TaskEnv, TaskFiles, TaskInfo, TaskMetrics } from "../../storage/task-env";
import type { TaskStorage, ThreadStorage } from "../ports";
import type { FileOps, TaskSetData } from "../shared/messages";
import { OP_ABORT_UPLOAD, OP_BARRIER, OP_COMMIT, OP_READ_FILE, OP_RESOURCES, OP_UPLOAD } from "../shared/messages";
import type { ThreadCells } from "../shared/thread-cells";
import type { HostPort } from "./host-port";

export interface EnvironmentParts {
  readonly info: TaskInfo;
  readonly metrics: TaskMetrics;
  readonly values: ValueContext;
  readonly set: TaskSetData;
  readonly storage: ThreadStorage;
  readonly host: HostPort;
  readonly cells: ThreadCells;
  readonly conf: (key: string) => string | undefined;
  readonly maxDirectResult: number;
}

export interface OpenEnvironment {
  readonly env: TaskEnv;
  readonly storage: TaskStorage;
}

export function openEnvironment(parts: EnvironmentParts): OpenEnvironment {
  const { info, metrics, values, set, host, cells, conf } = parts;
  const { taskId } = info;
  // Asked once a chunk: also the moment to tell how far the task is.
  const interrupted = (): boolean => {
    cells.progressed(metrics);
    return cells.stopping(taskId);
  };
  const storage = parts.storage.openTask({ info, metrics, values, conf, interrupted });
  const env: TaskEnv = {
    info,
    maxDirectResult: parts.maxDirectResult,
    conf,
    values,
    metrics,
    memory: storage.memory,
    blocks: storage.blocks,
    shuffle: storage.shuffle,
    ...(storage.memories === undefined ? {} : { memories: storage.memories }),
    tempFile: (purpose) => storage.tempFile(purpose),
    directory: storage.directory,
    resources: () => host.call(OP_RESOURCES, null) as ResourceAddresses,
    interrupted,
    checkInterrupted: () => {
      if (interrupted()) throw new TaskKilled("The task was told to stop.");
    },
    requestCommit: () => {
      const { stageId, stageAttempt, partition, attempt } = info;
      if (host.call(OP_COMMIT, { stageId, stageAttempt, partition, attempt, taskId }) !== true) {
        throw new CommitDenied(`Another attempt of partition ${partition} of stage ${stageId} has the permission to commit.`);
      }
    },
    files: remoteFiles(host),
    ...(set.barrier === null ? {} : { barrier: openBarrier(set.id, info, set.barrier.addresses, host) }),
  };
  return { env, storage };
}

function remoteFiles(host: HostPort): TaskFiles {
  return {
    fetch: (path, offset, length, next) =>
      host.call(OP_READ_FILE, { path, offset, length, next } satisfies FileOps["read"]) as Uint8Array,
    uploads: {
      upload: (localFile, path) => host.call(OP_UPLOAD, { localFile, path } satisfies FileOps["upload"]) as RemoteUpload,
      abort: (upload) => void host.call(OP_ABORT_UPLOAD, upload satisfies FileOps["abort"]),
    },
  };
}

function openBarrier(taskSet: number, info: TaskInfo, addresses: readonly string[], host: HostPort): TaskBarrier {
  let round = 0;
  const meet = (kind: string, message: string): Promise<readonly string[]> => {
    const { partition, attempt, taskId } = info;
    return host.ask(OP_BARRIER, { taskSet, partition, attempt, taskId, round: round++, kind, message }) as Promise<
      readonly string[]
    >;
  };
  return {
    addresses,
    barrier: () => meet("barrier", "").then(() => undefined),
    allGather: (message) => meet("allGather", message),
  };
}
