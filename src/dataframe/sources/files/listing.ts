/** From paths to the files of a table, on the driver: globs, directories, filters by name and time, partition directories. */
import type { StructField } from "../../../columnar/types";
import type { FileStatus, FileSystem } from "../../../filesystem/file-system";
import { componentPattern, expandBraces, glob, hasGlob } from "../../../filesystem/glob";
import { mapConcurrently } from "../../../filesystem/concurrently";
import { baseName, joinPath, qualifyPath } from "../../../filesystem/path";
import { AnalysisError } from "../../errors";
import { parseTimestamp, sessionZone } from "../../types/datetime";
import type { DriverContext, LoadRequest, SourceOptions } from "../data-source";
import { booleanOption, booleanSetting, invalidOption, option } from "../options";
import type { FileEntry } from "../relation";
import { partitionFields, partitionOf, partitionValue } from "./partition-values";

export interface Listing {
  /** Qualified paths as the user meant them, globs filled in. */
  readonly roots: readonly string[];
  readonly files: readonly FileEntry[];
  readonly partitionFields: readonly StructField[];
}

export interface ListingRequest {
  readonly paths: readonly string[];
  readonly options: SourceOptions;
  /** Types that partition columns must have, by the user's schema or the catalog's. */
  readonly known: readonly StructField[];
  /** A table of the catalog is empty where its directory is missing. */
  readonly ofCatalog?: boolean;
  /** As in LoadRequest. */
  readonly partitionPlaces?: LoadRequest["partitionPlaces"];
}

const CONCURRENT_LISTINGS = 32;

export async function listFiles(request: ListingRequest, driver: DriverContext): Promise<Listing> {
  const { options } = request;
  const { settings } = driver;
  const recursive = booleanOption(options, "recursiveFileLookup", false);
  const places = Object.entries(request.partitionPlaces ?? {});
  const roots = await rootsOf(request.paths, driver, request.ofCatalog ?? false);
  const wanted = fileFilter(options, settings.timeZone);
  const basePath = option(options, "basePath");
  const base = basePath === undefined ? null : qualifyPath(basePath);

  const found: FoundFile[] = [];
  for (const root of roots) {
    const start = base ?? (root.isDirectory ? root.path : parentOf(root.path));
    if (base !== null && root.path !== base && !root.path.startsWith(joinPath(base, "")))
      throw new AnalysisError("INVALID_OPTION_VALUE", {
        optionName: "basePath",
        optionValue: base,
        expected: `a directory above ${root.path}`,
      });
    const files = root.isDirectory ? await filesBelow(driver.fileSystems.of(root.path), root.path) : [root];
    const isElsewhere = (path: string): boolean => places.some(([name]) => path.startsWith(joinPath(start, `${name}/`)));
    for (const status of files)
      if (wanted(status) && !isElsewhere(status.path))
        found.push({ status, root: root.path, base: start, direct: !root.isDirectory });
  }
  for (const [name, place] of places) {
    if (place === null) continue;
    for (const root of await rootsOf([place], driver, true)) {
      const files = await filesBelow(driver.fileSystems.of(root.path), root.path);
      for (const status of files)
        if (wanted(status)) found.push({ status, root: root.path, base: root.path, direct: false, name });
    }
  }
  if (recursive)
    return { roots: roots.map((r) => r.path), files: found.map(({ status }) => entry(status, [])), partitionFields: [] };

  const { names, texts } = partitionsOf(found);
  if (names.length === 0) {
    // Without partitions a directory stands for the files in it, not for those below.
    const kept = found.filter(({ status, root, direct }) => direct || parentOf(status.path) === root);
    return { roots: roots.map((r) => r.path), files: kept.map(({ status }) => entry(status, [])), partitionFields: [] };
  }
  const same = settings.caseSensitive
    ? (a: string, b: string) => a === b
    : (a: string, b: string) => a.toLowerCase() === b.toLowerCase();
  const fields = partitionFields(names, texts, settings).map(
    (field) => request.known.find(({ name }) => same(name, field.name)) ?? field,
  );
  const values = new Map<string, readonly unknown[]>();
  const files = found.map(({ status }, i) => {
    const key = texts[i]!.join("\0");
    let row = values.get(key);
    if (row === undefined) {
      row = texts[i]!.map((text, column) => partitionValue(text, fields[column]!, settings));
      values.set(key, row);
    }
    return entry(status, row);
  });
  return { roots: roots.map((r) => r.path), files, partitionFields: fields };
}

interface FoundFile {
  readonly status: FileStatus;
  readonly root: string;
  /** Partition directories begin below. */
  readonly base: string;
  /** Named by the user itself. */
  readonly direct: boolean;
  /** Its partition, "a=1/b=x", where the path does not tell. */
  readonly name?: string;
}

function entry(status: FileStatus, partition: readonly unknown[]): FileEntry {
  return { path: status.path, length: status.length, modified: status.modificationTime, partition };
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}

async function rootsOf(paths: readonly string[], driver: DriverContext, mayMiss: boolean): Promise<FileStatus[]> {
  const roots: FileStatus[] = [];
  for (const path of paths) {
    const qualified = qualifyPath(path);
    const fs = driver.fileSystems.of(qualified);
    // A path that is there is no pattern, whatever its characters.
    const itself = await fs.status(qualified);
    const found = itself !== null ? [itself] : hasGlob(qualified) ? await glob(fs, qualified) : [];
    const matches = found.filter((match) => match === itself || !isHiddenName(baseName(match.path)));
    if (matches.length === 0) {
      if (mayMiss) continue;
      if (booleanSetting(driver.settings, "spark.sql.files.ignoreMissingFiles", false) && roots.length > 0) continue;
      throw new AnalysisError("PATH_NOT_FOUND", { path: qualified });
    }
    roots.push(...matches);
  }
  return roots;
}

/** Hidden as Spark sees it: partition columns may begin with an underscore. */
function isHiddenName(name: string): boolean {
  return (name.startsWith("_") && !name.includes("=")) || name.startsWith(".") || name.endsWith("._COPYING_");
}

async function filesBelow(fs: FileSystem, directory: string): Promise<FileStatus[]> {
  if (fs.uploads !== null) {
    const all = await fs.list(directory, { recursive: true });
    return all.filter(
      ({ path }) =>
        !path
          .slice(directory.length + 1)
          .split("/")
          .some(isHiddenName),
    );
  }
  const entries = (await fs.list(directory)).filter(({ path }) => !isHiddenName(baseName(path)));
  const below = await mapConcurrently(
    entries.filter((e) => e.isDirectory),
    CONCURRENT_LISTINGS,
    (e) => filesBelow(fs, e.path),
  );
  return [...entries.filter((e) => !e.isDirectory), ...below.flat()];
}

function fileFilter(options: SourceOptions, zone: string): (status: FileStatus) => boolean {
  const pattern = option(options, "pathGlobFilter");
  const matchers = pattern === undefined ? null : expandBraces(pattern).map(componentPattern);
  const before = timeOption(options, "modifiedBefore", zone);
  const after = timeOption(options, "modifiedAfter", zone);
  return ({ path, modificationTime }) =>
    (matchers === null || matchers.some((matcher) => matcher.test(baseName(path)))) &&
    (before === null || modificationTime < before) &&
    (after === null || modificationTime > after);
}

/** Milliseconds since the epoch. */
function timeOption(options: SourceOptions, name: string, zone: string): number | null {
  const text = option(options, name);
  if (text === undefined) return null;
  const micros = parseTimestamp(text, sessionZone(option(options, "timeZone") ?? zone), 0);
  if (micros === null) throw invalidOption(name, text, "a timestamp such as 2024-01-31T12:00:00");
  return Number(micros) / 1000;
}

interface Partitions {
  readonly names: readonly string[];
  /** By file. */
  readonly texts: readonly (readonly string[])[];
}

/** Columns and values from the `k=v` directories between base and file, which must be the same for all files. */
function partitionsOf(found: readonly FoundFile[]): Partitions {
  let names: readonly string[] | null = null;
  let example = "";
  const texts: (readonly string[])[] = [];
  for (const { status, base, name } of found) {
    const directories = (name === undefined ? status.path.slice(base.length + 1) : `${name}/`).split("/").slice(0, -1);
    const pairs: (readonly [string, string])[] = [];
    for (const directory of directories) {
      const pair = partitionOf(directory);
      if (pair !== null) pairs.push(pair);
      // A directory without a value among those that have one ends the columns.
      else if (pairs.length > 0) break;
    }
    const own = pairs.map(([name]) => name);
    if (names === null) {
      names = own;
      example = status.path;
    } else if (own.length !== names.length || own.some((name, i) => name !== names![i])) {
      throw new AnalysisError("CONFLICTING_PARTITION_COLUMN_NAMES", {
        distinctPartColLists: [names, own].map((list, i) => `list ${i}: ${list.join(", ")}`).join("; "),
        suspiciousPaths: `${example}, ${status.path}`,
      });
    }
    texts.push(pairs.map(([, value]) => value));
  }
  return { names: names ?? [], texts };
}
