/** Data sources by name: the built-in ones, and those that a program registers in this process. */
import { AnalysisError } from "../errors";
import { loadLibraries } from "../libraries";
import type { DataSource } from "./data-source";
import { arrowSource } from "./arrow/arrow-files";
import { csvSource } from "./csv/csv";
import { jdbcSource } from "./jdbc/jdbc";
import { jsonSource } from "./json/json";
import { noopSource } from "./noop/noop";
import { parquetSource } from "./parquet/source";
import { binaryFileSource } from "./text/binary-file";
import { textSource } from "./text/text";
import { userSourceOfTasks } from "./user/source";

const sources = new Map<string, DataSource>();

/** Replaces one of the same name. */
export function registerSource(source: DataSource): void {
  for (const name of [source.name, ...(source.aliases ?? [])]) sources.set(name.toLowerCase(), source);
}

for (const source of [
  parquetSource,
  csvSource,
  jsonSource,
  textSource,
  binaryFileSource,
  arrowSource,
  jdbcSource,
  noopSource,
  userSourceOfTasks,
])
  registerSource(source);

export function findSource(name: string): DataSource | undefined {
  const key = name.toLowerCase();
  return sources.get(key) ?? (loadLibraries() ? sources.get(key) : undefined);
}

/** Throws DATA_SOURCE_NOT_FOUND. */
export function sourceNamed(name: string): DataSource {
  const source = findSource(name);
  if (source === undefined) throw new AnalysisError("DATA_SOURCE_NOT_FOUND", { provider: name });
  return source;
}
