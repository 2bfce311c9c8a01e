/** Partitions of a table: directories `a=1/b=x` under its location. */
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
import { localPath } from "../store";
import { qualifiedTable } from "../table";
import type { TableMetadata } from "../table";
import { dateText, storageLines } from "./information";

export interface Partition {
  /** "a=1/b=x", values escaped as in paths. */
  readonly path: string;
  readonly values: Readonly<Record<string, string>>;
}

export const NULL_PARTITION = "__HIVE_DEFAULT_PARTITION__";

/** Those that a (partial) spec means, sorted. */
export async function partitionsOf(
  table: TableMetadata,
  spec: PartitionSpec | null,
  operation: string,
  session: CommandSession,
  at?: QueryContext,
): Promise<readonly Partition[]> {
  if (table.partitionColumns.length === 0) {
    throw new AnalysisError("INVALID_PARTITION_OPERATION.PARTITION_SCHEMA_IS_EMPTY", { name: idText(qualifiedTable(table)) }, at);
  }
  const wanted = spec === null ? {} : await specValues(table, spec, session);
  void operation;
  return listed(table).filter((one) =>
    Object.entries(wanted).every(([name, value]) => value === null || one.values[name] === value),
  );
}

function listed(table: TableMetadata): readonly Partition[] {
  if (table.location === null) return [];
  const found: Partition[] = [];
  const visit = (folder: string, depth: number, path: string, values: Record<string, string>): void => {
    const column = table.partitionColumns[depth];
    if (column === undefined) {
      found.push({ path, values });
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
  return found;
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
    ["Location", `${table.location}/${partition.path}`],
    ...storageLines(table),
    ["Created Time", dateText(partitionCreated(table, partition))],
    ["Last Access", "UNKNOWN"],
    ...(statistics === undefined ? [] : [["Partition Statistics", `${statistics.sizeInBytes} bytes${rows}`] as const]),
  ];
}

/** Milliseconds since the epoch. */
export function partitionCreated(table: TableMetadata, partition: Partition): number {
  const folder = join(localPath(table.location as string), partition.path);
  return existsSync(folder) ? statSync(folder).birthtimeMs : 0;
}

export async function addPartition(
  table: TableMetadata,
  spec: PartitionSpec,
  ifNotExists: boolean,
  session: CommandSession,
): Promise<void> {
  const values = await fullSpec(table, spec, session);
  const path = partitionPath(table, values);
  const folder = join(localPath(table.location as string), path);
  if (existsSync(folder) && !ifNotExists) {
    const text = table.partitionColumns.map((name) => `${quoted(name)} = ${values[name]}`).join(", ");
    throw new AnalysisError("PARTITIONS_ALREADY_EXIST", {
      partitionList: `PARTITION (${text})`,
      tableName: idText(qualifiedTable(table)),
    });
  }
  mkdirSync(folder, { recursive: true });
}

export async function dropPartition(
  table: TableMetadata,
  spec: PartitionSpec,
  ifExists: boolean,
  session: CommandSession,
): Promise<void> {
  const wanted = await specValues(table, spec, session);
  const found = listed(table).filter((one) => Object.entries(wanted).every(([name, value]) => one.values[name] === value));
  if (found.length === 0 && !ifExists) throw noPartition(table, wanted as Record<string, string>);
  for (const one of found) rmSync(join(localPath(table.location as string), one.path), { recursive: true, force: true });
}

export async function renamePartition(
  table: TableMetadata,
  from: PartitionSpec,
  to: PartitionSpec,
  session: CommandSession,
): Promise<void> {
  const found = await onePartition(table, from, session);
  const root = localPath(table.location as string);
  const target = join(root, partitionPath(table, await fullSpec(table, to, session)));
  mkdirSync(dirname(target), { recursive: true });
  renameSync(join(root, found.path), target);
}

const ESCAPED = /[\u0001-\u001f"#%'*/:=?\\\u007f{[\]^]/g;

export function escapePath(text: string): string {
  if (text === "") return NULL_PARTITION;
  return text.replace(ESCAPED, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`);
}

export function unescapePath(text: string): string {
  return text.replace(/%([0-9A-Fa-f]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}
