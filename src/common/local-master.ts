/** Master URLs of this machine: local, local[N], local[N,F], local[*], local[*,F], local-cluster[n,cores,memoryMiB]. */
import { availableParallelism } from "node:os";
import { UsageError } from "./errors";

/** What a master URL asks for. */
export interface LocalMaster {
  readonly kind: "local" | "local-cluster";
  readonly executors: number;
  readonly coresPerExecutor: number;
  /** Memory of one worker, bytes: the executor's unless spark.executor.memory is set. Null where the master names none. */
  readonly workerMemoryBytes: number | null;
  /** Attempts of a task before its job fails: local[N] 1, local[N,F] F; null for local-cluster, where the setting holds. */
  readonly maxFailures: number | null;
}

const MIB = 2 ** 20;

/** Masters of Spark's that are none here, and why. */
const FOREIGN: readonly (readonly [form: RegExp, why: string])[] = [
  [/^k8s:/, "executors are not started on Kubernetes"],
  [/^yarn(-|$)/, "executors are not started on YARN"],
  [/^mesos:/, "executors are not started on Mesos"],
  [/^spark:/, "masters of Apache Spark start no executors of firesteel"],
  [/^sc:/, "programs run their own driver, and cannot use a Spark Connect server"],
];

/**
 * Reads a master URL. `local[*]` takes the cores that the container and the process's affinity grant. Throws a UsageError
 * for anything else.
 */
export function parseLocalMaster(master: string, cores: () => number = availableParallelism): LocalMaster {
  const local = /^local(?:\[\s*(\d+|\*)\s*(?:,\s*(\d+)\s*)?\])?$/.exec(master);
  if (local !== null) {
    const [, threads = "1", failures] = local;
    const count = threads === "*" ? cores() : Number(threads);
    if (count < 1) throw invalid(master, "needs at least one core");
    if (failures !== undefined && Number(failures) < 1) throw invalid(master, "needs at least one attempt a task");
    return {
      kind: "local",
      executors: 1,
      coresPerExecutor: count,
      workerMemoryBytes: null,
      maxFailures: failures === undefined ? 1 : Number(failures),
    };
  }
  const cluster = /^local-cluster\[\s*(\d+)\s*,\s*(\d+)\s*,\s*(\d+)\s*\]$/.exec(master);
  if (cluster !== null) {
    const [executors, coresEach, memory] = cluster.slice(1).map(Number) as [number, number, number];
    if (executors < 1 || coresEach < 1 || memory < 1)
      throw invalid(master, "needs at least one executor with one core and some memory");
    return { kind: "local-cluster", executors, coresPerExecutor: coresEach, workerMemoryBytes: memory * MIB, maxFailures: null };
  }
  const why = FOREIGN.find(([form]) => form.test(master))?.[1];
  throw invalid(
    master,
    "is none of local, local[N], local[N,F], local[*], local[*,F], local-cluster[n,cores,memoryMiB], firesteel://host:port" +
      (why === undefined ? "" : `: ${why}`),
  );
}

function invalid(master: string, why: string): UsageError {
  return new UsageError("INVALID_MASTER", `The master "${master}" ${why}.`, { parameters: { master } });
}
