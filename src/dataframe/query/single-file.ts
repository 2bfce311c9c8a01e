/**
 * `single`: exactly one file under the path that was asked for, instead of a directory of parts. The rows are written by one task, in their
 * order, into a hidden directory beside; when that is complete its file gets the path.
 */
import { UsageError } from "../../common/errors";
import type { FileSystem } from "../../filesystem/file-system";
import { baseName, joinPath, qualifyPath } from "../../filesystem/path";
import { AnalysisError } from "../errors";
import type { LogicalPlan } from "../logical/plan";
import { booleanOption, option } from "../sources/options";
import type { SaveTarget } from "./session-data";

const OPTION = "single";

export function isSingle({ options }: SaveTarget): boolean {
  return booleanOption(options, OPTION, false);
}

/** @param save writes a query into a directory */
export async function saveSingle(
  query: LogicalPlan,
  target: SaveTarget,
  fileSystemOf: (path: string) => FileSystem,
  save: (query: LogicalPlan, target: SaveTarget) => Promise<void>,
): Promise<void> {
  checkSingle(target);
  const path = qualifyPath(target.path);
  const fs = fileSystemOf(path);
  const there = await fs.status(path);
  if (there !== null) {
    if (target.mode === "ignore") return;
    if (target.mode === "error") throw new AnalysisError("PATH_ALREADY_EXISTS", { outputPath: path });
    if (there.isDirectory) throw notSingle(`${path} is a directory, which it does not replace`);
  }
  const directory = joinPath(parentOf(path), `.${baseName(path)}-${Date.now()}-${process.pid}`);
  try {
    await save(
      { kind: "repartition", child: query, how: "coalesce", numPartitions: 1, by: [] },
      { ...target, path: directory, mode: "error" },
    );
    const part = (await fs.list(directory)).find((file) => baseName(file.path).startsWith("part-"));
    if (part === undefined) throw notSingle("there are no rows, and without rows this format has no file");
    if (there !== null) await fs.delete(path);
    await fs.rename(part.path, path);
  } finally {
    await fs.delete(directory);
  }
}

function checkSingle({ mode, partitionBy, buckets, options, path }: SaveTarget): void {
  if (mode === "append") throw notSingle("nothing can be added to a file; write with mode overwrite");
  if (partitionBy.length > 0 || buckets !== undefined) throw notSingle("partitioned tables are many files");
  if (Number(option(options, "maxRecordsPerFile") ?? 0) > 0) throw notSingle("maxRecordsPerFile asks for many files");
  if (path === "" || path.endsWith("/")) throw notSingle("it needs the path of a file");
}

function notSingle(why: string): UsageError {
  return new UsageError("INVALID_ARGUMENT", `Option single: ${why}.`);
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}
