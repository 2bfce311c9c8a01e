/** Files into tasks: large ones cut, small ones together, evenly over the cores there are. */
import type { SqlSettings } from "../../settings";
import { bytesSetting } from "../options";
import type { FileEntry } from "../relation";

/** What one task reads of one file: plain data. */
export interface FileSplit {
  readonly path: string;
  readonly start: number;
  readonly length: number;
  readonly fileLength: number;
  readonly modified: number;
  readonly partition: readonly unknown[];
}

export interface PackingOptions {
  readonly splittable: (file: FileEntry) => boolean;
  readonly parallelism: number;
  /** Files without bytes are read too. */
  readonly empty?: boolean;
}

/**
 * As Spark: a split has at most min(maxPartitionBytes, max(openCostInBytes, bytes per core)), where every file counts
 * openCostInBytes more than it has. Splits of the same size are dealt out largest first, each to the task that has least.
 */
export function packFiles(files: readonly FileEntry[], settings: SqlSettings, options: PackingOptions): FileSplit[][] {
  if (files.length === 0) return [];
  const most = bytesSetting(settings, "spark.sql.files.maxPartitionBytes", 128 * 2 ** 20);
  const openCost = bytesSetting(settings, "spark.sql.files.openCostInBytes", 4 * 2 ** 20);
  const minimum = Number(settings.conf["spark.sql.files.minPartitionNum"] ?? options.parallelism);
  const total = files.reduce((sum, file) => sum + file.length + openCost, 0);
  const limit = Math.max(1, Math.min(most, Math.max(openCost, Math.ceil(total / Math.max(1, minimum)))));
  const splits: FileSplit[] = [];
  for (const file of files) {
    if (file.length === 0 && options.empty !== true) continue;
    // Equal parts: a short rest would be a task for itself.
    const parts = options.splittable(file) ? Math.max(1, Math.ceil(file.length / limit)) : 1;
    for (let i = 0; i < parts; i++) {
      const start = Math.floor((file.length * i) / parts);
      const end = Math.floor((file.length * (i + 1)) / parts);
      const { path, modified, partition, length } = file;
      splits.push({ path, start, length: end - start, fileLength: length, modified, partition });
    }
  }
  return packed(splits, limit, openCost);
}

function packed(splits: readonly FileSplit[], limit: number, openCost: number): FileSplit[][] {
  const sorted = splits
    .map((split, order) => ({ split, order }))
    .sort((a, b) => b.split.length - a.split.length || a.order - b.order);
  const tasks: { split: FileSplit; order: number }[][] = [];
  let current: { split: FileSplit; order: number }[] = [];
  let size = 0;
  for (const item of sorted) {
    if (current.length > 0 && size + item.split.length > limit) {
      tasks.push(current);
      current = [];
      size = 0;
    }
    current.push(item);
    size += item.split.length + openCost;
  }
  if (current.length > 0) tasks.push(current);
  // Within a task, and among tasks, in the order of the files.
  for (const task of tasks) task.sort((a, b) => a.order - b.order);
  return tasks.sort((a, b) => a[0]!.order - b[0]!.order).map((task) => task.map(({ split }) => split));
}
