/** Scans of a stage: the source opens its splits, and tells the task what it reads. */
import type { BatchSource, ColumnBatch } from "../../columnar/vector";
import { localTaskStorage } from "../../filesystem/task-storage";
import type { TaskStorage } from "../../filesystem/task-storage";
import type { PhysicalPlan, ScanExec } from "../physical/plan";
import { walk } from "../physical/traverse";
import type { SqlSettings } from "../settings";
import type { DataSource, ScanEnv, ScanRequest, ScanUse } from "../sources/data-source";
import { sourceNamed } from "../sources/registry";
import type { TaskEnvironment } from "./task-environment";

export function openScan(
  scan: ScanExec,
  splits: readonly unknown[],
  env: TaskEnvironment,
  settings: SqlSettings,
  use: ScanUse = {},
): BatchSource {
  const { source, request, scanEnv } = asked(scan, env, settings);
  return source.open(splits, { ...request, ...use }, scanEnv);
}

/** Scans whose rows may have to be waited for. */
export function laterScans(root: PhysicalPlan): ScanExec[] {
  const scans: ScanExec[] = [];
  walk(root, (node) => {
    if (node.kind === "scan" && sourceNamed(node.relation.format).openLater !== undefined) scans.push(node);
  });
  return scans;
}

export function openScanLater(
  scan: ScanExec,
  splits: readonly unknown[],
  env: TaskEnvironment,
  settings: SqlSettings,
): BatchSource | AsyncIterable<ColumnBatch> {
  const { source, request, scanEnv } = asked(scan, env, settings);
  return source.openLater!(splits, request, scanEnv);
}

function asked(
  scan: ScanExec,
  env: TaskEnvironment,
  settings: SqlSettings,
): { readonly source: DataSource; readonly request: ScanRequest; readonly scanEnv: ScanEnv } {
  const { relation, columns, output, pushed, limit } = scan;
  const { metrics } = env.task.env;
  return {
    source: sourceNamed(relation.format),
    request: {
      relation,
      columns: output.map((attribute, i) => ({ path: columns[i]!, type: attribute.type, attribute })),
      pushed,
      limit,
      settings,
    },
    scanEnv: {
      storage: storageOf(env),
      checkInterrupted: () => env.checkInterrupted(),
      readsFile: (file) => env.readsFile(file),
      badRecord: (mode, path, record) => env.badRecord(relation.name, mode, path, record),
      read: (bytes, rows) => {
        metrics.inputBytes += bytes;
        metrics.inputRecords += rows;
      },
      userFunction: (id) => env.task.function(id),
    },
  };
}

export function storageOf(env: TaskEnvironment): TaskStorage {
  const { files } = env.task.env;
  const tempFile = (purpose: string): string => env.tempFile(purpose);
  return files === undefined ? localTaskStorage(tempFile) : { ...files, tempFile };
}
