/** Row groups as parts that splits can be made of, with the bounds of the columns that a query reads. */
import type { DataType } from "../../../columnar/types";
import { isDiscrete } from "../../optimizer/predicates";
import type { DriverContext, PlanRequest, ScanColumn, SourcePart, SourceParts } from "../data-source";
import type { FileSplit } from "../files/packing";
import { prunedFiles } from "../files/partition-pruning";
import type { FileEntry } from "../relation";
import { boundsOf } from "./bounds";
import { childNamed } from "./column-plan";
import type { ParquetFooter } from "./file";
import { driverFooter, FEW_FILES } from "./infer";
import { compressedBytes, startOf } from "./open";

/** Null where there are many files: their footers are not read before the tasks read them. */
export async function rowGroupParts(
  { relation, columns, partitionFilters }: PlanRequest,
  driver: DriverContext,
): Promise<SourceParts | null> {
  const files = prunedFiles(relation, partitionFilters, driver.settings).filter((file) => file.length > 0);
  if (files.length === 0 || files.length > FEW_FILES) return null;
  const parts: (SourcePart & { readonly file: FileEntry; readonly start: number; readonly end: number })[] = [];
  for (const file of files) {
    let footer: ParquetFooter;
    try {
      footer = await driverFooter(file, driver);
    } catch {
      // A file that cannot be read is told of by the task that reads it.
      return null;
    }
    const bounds = columns.map((column) => columnBounds(footer, column, driver.settings.caseSensitive));
    const { rowGroups } = footer.metadata;
    // A split holds the row groups whose middles are in it: what follows one another is cut at its ends.
    const starts = rowGroups.map(startOf);
    if (starts.some((start, i) => i > 0 && start < starts[i - 1]! + compressedBytes(rowGroups[i - 1]!))) return null;
    rowGroups.forEach((group, i) => {
      const [start, end] = [i === 0 ? 0 : starts[i]!, starts[i + 1] ?? file.length];
      parts.push({ file, start, end, bytes: compressedBytes(group), bounds: bounds.map((of) => of[i]!) });
    });
  }
  return {
    parts,
    splits: (places) => {
      const splits: FileSplit[] = [];
      for (const place of places) {
        const { file, start, end } = parts[place]!;
        const last = splits.at(-1);
        if (last?.path === file.path && last.start + last.length === start) {
          splits[splits.length - 1] = { ...last, length: end - last.start };
          continue;
        }
        const { path, modified, partition, length } = file;
        splits.push({ path, start, length: end - start, fileLength: length, modified, partition });
      }
      return splits;
    },
  };
}

type Bounds = SourcePart["bounds"][number];

/** By footer, path and type: the driver asks for the same columns again and again. */
const known = new WeakMap<ParquetFooter, Map<string, readonly Bounds[]>>();

function columnBounds(footer: ParquetFooter, { path, type }: ScanColumn, caseSensitive: boolean): readonly Bounds[] {
  let columns = known.get(footer);
  if (columns === undefined) known.set(footer, (columns = new Map<string, readonly Bounds[]>()));
  const key = JSON.stringify([path, type.kind, caseSensitive]);
  let bounds = columns.get(key);
  if (bounds === undefined) columns.set(key, (bounds = computeBounds(footer, path, type, caseSensitive)));
  return bounds;
}

function computeBounds(
  { root, metadata }: ParquetFooter,
  path: readonly string[],
  type: DataType,
  caseSensitive: boolean,
): readonly Bounds[] {
  const node = path.length === 1 && isDiscrete(type) ? childNamed(root, path[0]!, caseSensitive) : undefined;
  if (node === undefined || node.leaf < 0) return metadata.rowGroups.map(() => null);
  return metadata.rowGroups.map((group): Bounds => {
    const chunk = group.columns[node.leaf]!;
    const found = boundsOf(node, type, chunk.statistics, chunk.values, metadata.typeOrder?.[node.leaf] ?? false);
    if (found === null || found.mayBeNull || !isSafe(found.min) || !isSafe(found.max)) return null;
    return [found.min, found.max];
  });
}

function isSafe(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value);
}
