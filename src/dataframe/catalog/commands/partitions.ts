/**
 * Partitions of a table: directories `a=1/b=x` under its location, but for those that the catalog says lie elsewhere, or were dropped
 * while their files stay (TableMetadata.partitionPlaces).
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { AnalysisError } from "../../errors";
import type { QueryContext } from "../../errors";
import { idText, quoted } from "../../analysis/messages";
import { valueToString } from "../../types/print";
import { coerced } from "../../expressions/build";
import type { PartitionSpec } from "../../syntax/command";
import { analyzeAlone } from "../analysis-context";
import { foldExpression } from "../../expressions/fold";
import type { CommandSession } from "../ports";
import { localPath, locationOf } from "../store";
import { qualifiedTable } from "../table";
import type { TableMetadata } from "../table";
import { dateText, storageLines } from "./information";

export interface Partition {
  /** "a=1/b=x", values escaped as in paths. */
  readonly path: string;
  readonly values: Readonly<Record<string, string>>;
  /** "file:/…" */
  readonly location: string;
}

export const NULL_PARTITION = "__HIVE_DEFAULT_PARTITION__";

/** Those that a (partial) spec means, sorted. */
export async function partitionsOf(
  table: TableMetadata,
  spec: PartitionSpec | null,
  session: CommandSession,
  at?: QueryContext,
): Promise<readonly Partition[]> {
  if (table.partitionColumns.length === 0) {
    throw new AnalysisError("INVALID_PARTITION_OPERATION.PARTITION_SCHEMA_IS_EMPTY", { name: idText(qualifiedTable(table)) }, at);
  }
  const wanted = spec === null ? {} : await specValues(table, spec, session);
  return listed(table).filter((one) =>
    Object.entries(wanted).every(([name, value]) => value === null || one.values[name] === value),
  );
}

function listed(table: TableMetadata): readonly Partition[] {
  if (table.location === null) return [];
  const places = table.partitionPlaces ?? {};
  const found: Partition[] = [];
  for (const [path, location] of Object.entries(places))
    if (location !== null) found.push({ path, values: valuesOf(table, path), location });
  const visit = (folder: string, depth: number, path: string, values: Record<string, string>): void => {
    const column = table.partitionColumns[depth];
    if (column === undefined) {
      if (places[path] === undefined) found.push({ path, values, location: `${table.location}/${path}` });
      return;
    }
    if (!existsSync(folder)) return;
    for (const name of readdirSync(folder).sort()) {
      const [key, value] = splitName(name);
      if (value === null || key.toLowerCase() !== column.toLowerCase()) continue;
      visit(join(folder, name), depth + 1, path === "" ? name : `${path}/${name}`, { ...values, [column]: unescapePath(value) });
    }
  };
  visit(localPath(table.location), 0, "", {});
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function valuesOf(table: TableMetadata, path: string): Record<string, string> {
  const texts = path.split("/").map((name) => unescapePath(splitName(name)[1] ?? ""));
  return Object.fromEntries(table.partitionColumns.map((column, i) => [column, texts[i] ?? ""]));
}

/** Whether there is one of the values; all columns must have one. */
export function hasPartition(table: TableMetadata, values: Readonly<Record<string, string | null>>): boolean {
  const path = partitionPath(table, values);
  return listed(table).some((one) => one.path === path);
}

/** The directories that the values fix: "a=1" of a and b where only a has one. */
export function fixedPath(table: TableMetadata, values: Readonly<Record<string, string | null>>): string {
  const open = table.partitionColumns.findIndex((name) => (values[name] ?? null) === null);
  return partitionPath({ ...table, partitionColumns: table.partitionColumns.slice(0, open < 0 ? undefined : open) }, values);
}

/**
 * The table after rows came into `written` ("a=1/b=x"): they are partitions. All those below `replaced` that got none are gone; null:
 * nothing was replaced.
 */
export function afterWrite(table: TableMetadata, written: readonly string[], replaced: string | null): TableMetadata {
  if (table.partitionPlaces === undefined) return table;
  const isReplaced = (path: string): boolean =>
    replaced !== null && (replaced === "" || path === replaced || path.startsWith(`${replaced}/`));
  const kept = Object.entries(table.partitionPlaces).filter(([path, place]) =>
    written.includes(path) ? place !== null : !isReplaced(path),
  );
  return withPlaces(table, Object.fromEntries(kept));
}

function withPlaces(table: TableMetadata, places: Readonly<Record<string, string | null>>): TableMetadata {
  const { partitionPlaces: _, ...rest } = table;
  return Object.keys(places).length === 0 ? rest : { ...rest, partitionPlaces: places };
}

/** The table with a partition at `place`; undefined: where its name says; null: nowhere. */
function placed(table: TableMetadata, path: string, place: string | null | undefined): TableMetadata {
  const { [path]: _, ...others } = table.partitionPlaces ?? {};
  return withPlaces(table, place === undefined ? others : { ...others, [path]: place });
}

function splitName(name: string): readonly [string, string | null] {
  const i = name.indexOf("=");
  return i < 0 ? [name, null] : [unescapePath(name.slice(0, i)), name.slice(i + 1)];
}

/** Values by the table's column names; null for columns without one. Throws for columns that are not the partition's. */
export async function specValues(
  table: TableMetadata,
  spec: PartitionSpec,
  session: CommandSession,
): Promise<Readonly<Record<string, string | null>>> {
  const settings = session.settings();
  const values: Record<string, string | null> = {};
  for (const { name, value } of spec) {
    const column = table.partitionColumns.find((one) => one.toLowerCase() === name.toLowerCase());
    if (column === undefined) {
      throw new AnalysisError("PARTITIONS_NOT_FOUND", { partitionList: quoted(name), tableName: idText(qualifiedTable(table)) });
    }
    if (value === null) {
      values[column] = null;
      continue;
    }
    const type = (table.schema.fields.find((field) => field.name === column) as (typeof table.schema.fields)[number]).type;
    const bound = await analyzeAlone(value, session);
    const folded = foldExpression(coerced(bound, type, { settings }), settings);
    values[column] = folded.value === null ? NULL_PARTITION : valueToString(folded.value, folded.type, settings);
  }
  return values;
}

export function partitionPath(table: TableMetadata, values: Readonly<Record<string, string | null>>): string {
  return table.partitionColumns.map((name) => `${escapePath(name)}=${escapePath(values[name] ?? NULL_PARTITION)}`).join("/");
}

/** A spec that names every partition column. */
export async function fullSpec(
  table: TableMetadata,
  spec: PartitionSpec,
  session: CommandSession,
): Promise<Readonly<Record<string, string>>> {
  const values = await specValues(table, spec, session);
  if (table.partitionColumns.some((name) => (values[name] ?? null) === null)) {
    throw new AnalysisError("_LEGACY_ERROR_TEMP_1232", {
      specKeys: Object.keys(values).join(", "),
      partitionColumnNames: table.partitionColumns.join(", "),
      tableName: idText(qualifiedTable(table)),
    });
  }
  return values as Record<string, string>;
}

function noPartition(table: TableMetadata, values: Readonly<Record<string, string>>): AnalysisError {
  const text = table.partitionColumns.map((name) => `${quoted(name)} = ${values[name]}`).join(", ");
  return new AnalysisError("PARTITIONS_NOT_FOUND", {
    partitionList: `PARTITION (${text})`,
    tableName: idText([table.database, table.name]),
  });
}

export async function onePartition(table: TableMetadata, spec: PartitionSpec, session: CommandSession): Promise<Partition> {
  const values = await fullSpec(table, spec, session);
  const path = partitionPath(table, values);
  const found = listed(table).find((one) => one.path === path);
  if (found === undefined) throw noPartition(table, values);
  return found;
}

export async function partitionInformation(table: TableMetadata, spec: PartitionSpec, session: CommandSession): Promise<string> {
  const found = await onePartition(table, spec, session);
  return `${partitionLines(table, found)
    .map(([name, value]) => `${name}: ${value}`)
    .join("\n")}\n`;
}

export function partitionLines(table: TableMetadata, partition: Partition): readonly (readonly [string, string])[] {
  const statistics = table.partitionStatistics?.[partition.path];
  const rows = statistics?.rowCount === undefined ? "" : `, ${statistics.rowCount} rows`;
  return [
    ["Partition Values", `[${table.partitionColumns.map((name) => `${name}=${partition.values[name]}`).join(", ")}]`],
    ["Location", partition.location],
    ...storageLines(table),
    ["Created Time", dateText(partitionCreated(partition))],
    ["Last Access", "UNKNOWN"],
    ...(statistics === undefined ? [] : [["Partition Statistics", `${statistics.sizeInBytes} bytes${rows}`] as const]),
  ];
}

/** Milliseconds since the epoch. */
export function partitionCreated(partition: Partition): number {
  const folder = localPath(partition.location);
  return existsSync(folder) ? statSync(folder).birthtimeMs : 0;
}

/** What the table is with the partition; its directory is made. `location`: a path or URL, below the table's where it is relative. */
export async function addPartition(
  table: TableMetadata,
  { spec, location }: { readonly spec: PartitionSpec; readonly location?: string },
  ifNotExists: boolean,
  session: CommandSession,
): Promise<TableMetadata> {
  const values = await fullSpec(table, spec, session);
  if (hasPartition(table, values)) {
    if (ifNotExists) return table;
    throw existsAlready(table, values);
  }
  const path = partitionPath(table, values);
  const place = location === undefined ? undefined : placeOf(table, location);
  mkdirSync(place === undefined ? join(localPath(table.location as string), path) : localPath(place), { recursive: true });
  return placed(table, path, place);
}

function placeOf(table: TableMetadata, location: string): string {
  const isWhole = location.startsWith("/") || /^[a-zA-Z][\w+.-]*:/.test(location);
  return locationOf(isWhole ? location : `${localPath(table.location as string)}/${location}`);
}

function existsAlready(table: TableMetadata, values: Readonly<Record<string, string>>): AnalysisError {
  const text = table.partitionColumns.map((name) => `${quoted(name)} = ${values[name]}`).join(", ");
  return new AnalysisError("PARTITIONS_ALREADY_EXIST", {
    partitionList: `PARTITION (${text})`,
    tableName: idText([table.database, table.name]),
  });
}

/** What the table is without them. Files of a managed table go, too. */
export async function dropPartition(
  table: TableMetadata,
  spec: PartitionSpec,
  ifExists: boolean,
  session: CommandSession,
): Promise<TableMetadata> {
  const wanted = await specValues(table, spec, session);
  const found = listed(table).filter((one) => Object.entries(wanted).every(([name, value]) => one.values[name] === value));
  if (found.length === 0 && !ifExists) throw noPartition(table, wanted as Record<string, string>);
  let left = table;
  for (const { path, location } of found) {
    if (table.kind === "managed") rmSync(localPath(location), { recursive: true, force: true });
    const stays = existsSync(join(localPath(table.location as string), path));
    left = placed(left, path, stays ? null : undefined);
  }
  return left;
}

/** What the table is then. Files of a managed table are moved; those of others stay where they are. */
export async function renamePartition(
  table: TableMetadata,
  from: PartitionSpec,
  to: PartitionSpec,
  session: CommandSession,
): Promise<TableMetadata> {
  const found = await onePartition(table, from, session);
  const values = await fullSpec(table, to, session);
  if (hasPartition(table, values)) throw existsAlready(table, values);
  const root = localPath(table.location as string);
  const path = partitionPath(table, values);
  const isOwn = table.partitionPlaces?.[found.path] === undefined;
  if (table.kind !== "managed" || !isOwn)
    return placed(placed(table, path, found.location), found.path, isOwn ? null : undefined);
  const target = join(root, path);
  rmSync(target, { recursive: true, force: true });
  mkdirSync(dirname(target), { recursive: true });
  renameSync(join(root, found.path), target);
  return placed(table, path, undefined);
}

/** What the table is with one partition elsewhere; no file is moved. */
export async function movePartition(
  table: TableMetadata,
  spec: PartitionSpec,
  location: string,
  session: CommandSession,
): Promise<TableMetadata> {
  const { path } = await onePartition(table, spec, session);
  return placed(table, path, placeOf(table, location));
}

/** What the table is at another place: partitions that it has stay where they are. */
export function moveTable(table: TableMetadata, location: string): TableMetadata {
  const partitions = table.partitionColumns.length === 0 ? [] : listed(table);
  const places = partitions.map(({ path, location: place }): readonly [string, string] => [path, place]);
  return { ...withPlaces(table, Object.fromEntries(places)), location };
}

/** MSCK REPAIR TABLE: what the table is when all directories below it are partitions (`add`), and all others none (`drop`). */
export function repairPartitions(table: TableMetadata, how: { readonly add: boolean; readonly drop: boolean }): TableMetadata {
  const kept = Object.entries(table.partitionPlaces ?? {}).filter(([, place]) =>
    place === null ? !how.add : !how.drop || existsSync(localPath(place)),
  );
  return withPlaces(table, Object.fromEntries(kept));
}

const ESCAPED = /[\u0001-\u001f"#%'*/:=?\\\u007f{[\]^]/g;

export function escapePath(text: string): string {
  if (text === "") return NULL_PARTITION;
  return text.replace(ESCAPED, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`);
}

export function unescapePath(text: string): string {
  return text.replace(/%([0-9A-Fa-f]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}
