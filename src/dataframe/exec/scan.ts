/** Scans of a stage: the source opens its splits, and tells the task what it reads. */
import type { BatchSource } from "../../columnar/vector";
import { localTaskStorage } from "../../filesystem/task-storage";
import type { TaskStorage } from "../../filesystem/task-storage";
import type { ScanExec } from "../physical/plan";
import type { SqlSettings } from "../settings";
import { sourceNamed } from "../sources/registry";
import type { TaskEnvironment } from "./task-environment";

export function openScan(scan: ScanExec, splits: readonly unknown[], env: TaskEnvironment, settings: SqlSettings): BatchSource {
  const { relation, columns, output, pushed, limit } = scan;
  const { metrics } = env.task.env;
  return sourceNamed(relation.format).open(
    splits,
    {
      relation,
      columns: output.map((attribute, i) => ({ path: columns[i]!, type: attribute.type, attribute })),
      pushed,
      limit,
      settings,
    },
    {
      storage: storageOf(env),
      checkInterrupted: () => env.checkInterrupted(),
      readsFile: (file) => env.readsFile(file),
      read: (bytes, rows) => {
        metrics.inputBytes += bytes;
        metrics.inputRecords += rows;
      },
    },
  );
}

export function storageOf(env: TaskEnvironment): TaskStorage {
  const { files } = env.task.env;
  const tempFile = (purpose: string): string => env.tempFile(purpose);
  return files === undefined ? localTaskStorage(tempFile) : { ...files, tempFile };
}
