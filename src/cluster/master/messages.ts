/** What peers of a master say, as the machine's plain data, and back. Numbers that stand for "none" on the wire become null. */
import { decodeResources } from "../../wire/resources";
import type { Messages } from "../../wire/wire";
import type { ApplicationFacts, DriverFacts, ExecutorClaim, ExecutorEnd, WorkerFacts } from "./events";
import type { ExecutorStatus } from "../state";

const ENDS: readonly string[] = ["KILLED", "FAILED", "LOST", "EXITED"];
const NO_BYTES = new Uint8Array(0);

export function workerFacts(message: Messages.RegisterWorker.$Properties): WorkerFacts {
  return {
    id: message.workerId ?? "",
    host: message.host ?? "",
    cores: message.cores ?? 0,
    memory: message.memoryBytes ?? 0,
    webUrl: message.webUrl ?? "",
    decommissioning: message.decommissioning ?? false,
    resources: decodeResources(message.resources),
  };
}

export function runningExecutor(message: Messages.RunningExecutor.$Properties, workerId: string): ExecutorClaim {
  return {
    appId: message.appId ?? "",
    executorId: message.executorId ?? "",
    workerId,
    cores: message.cores ?? 0,
    memory: message.memoryBytes ?? 0,
    resources: decodeResources(message.resources),
  };
}

export function heldExecutor(message: Messages.HeldExecutor.$Properties, appId: string): ExecutorClaim {
  return {
    appId,
    executorId: message.executorId ?? "",
    workerId: message.workerId ?? "",
    cores: message.cores ?? 0,
    memory: message.memoryBytes ?? 0,
    resources: decodeResources(message.resources),
  };
}

export function executorEnd(message: Messages.ExecutorChanged.$Properties | Messages.ExecutorUpdated.$Properties): ExecutorEnd {
  const state = message.state ?? "";
  const exitCode = message.exitCode ?? -1;
  return {
    state: (ENDS.includes(state) ? state : "EXITED") as ExecutorStatus,
    reason: message.reason ?? "",
    exitCode: exitCode < 0 ? null : exitCode,
    signal: message.signal || null,
    outOfMemory: message.outOfMemory ?? false,
  };
}

export function endMessage(end: ExecutorEnd): {
  state: string;
  reason: string;
  exitCode: number;
  signal: string;
  outOfMemory: boolean;
} {
  return {
    state: end.state,
    reason: end.reason,
    exitCode: end.exitCode ?? -1,
    signal: end.signal ?? "",
    outOfMemory: end.outOfMemory,
  };
}

export function applicationFacts(message: Messages.RegisterApplication.$Properties): ApplicationFacts {
  const limit = message.executorLimit ?? -1;
  return {
    id: message.appId ?? "",
    name: message.name ?? "",
    user: message.user ?? "",
    driverUrl: message.driverUrl ?? "",
    salt: Buffer.from(message.salt ?? NO_BYTES).toString("base64"),
    coresMax: message.coresMax || null,
    executorCores: message.executorCores || null,
    executorMemory: message.executorMemoryBytes || null,
    executorResources: { ...message.executorResources },
    executorLimit: limit < 0 ? null : limit,
    executorEnv: { ...message.executorEnv },
    nodeOptions: [...(message.nodeOptions ?? [])],
    configuration: { ...message.configuration },
    webUrl: message.webUrl ?? "",
    startTime: message.startTime ?? 0,
  };
}

export function driverFacts(message: Messages.DriverDescription.$Properties): DriverFacts {
  return {
    archive: message.archive ?? "",
    mainFile: message.mainFile ?? "",
    args: [...(message.args ?? [])],
    settings: { ...message.settings },
    cores: message.cores ?? 1,
    memory: message.memoryBytes ?? 0,
    supervise: message.supervise ?? false,
    name: message.name ?? "",
    submitTime: message.submitTime ?? 0,
    restarts: message.restarts ?? 0,
  };
}

export function driverDescription(facts: DriverFacts): Messages.DriverDescription.$Properties {
  const { archive, mainFile, args, settings, cores, memory, supervise, name, submitTime, restarts } = facts;
  return {
    archive,
    mainFile,
    args: [...args],
    settings: { ...settings },
    cores,
    memoryBytes: memory,
    supervise,
    name,
    submitTime,
    restarts,
  };
}
