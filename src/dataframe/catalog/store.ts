/**
 * The catalog on disk: a directory `.metastore` in the warehouse with one JSON file an object, so that sessions and programs
 * that share a warehouse see each other's tables. Files are replaced whole, by renaming.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { typeFromJson, typeToJson } from "../types/text";
import type { Json } from "../types/text";
import type { StructType } from "../../columnar/types";
import type { DatabaseMetadata, FunctionMetadata, TableMetadata } from "./table";

type Kind = "tables" | "functions";

export class CatalogStore {
  /** A local directory. */
  readonly warehouse: string;
  readonly #root: string;

  /** `warehouse`: a path or file: URL. */
  constructor(warehouse: string) {
    this.warehouse = localPath(warehouse);
    this.#root = join(this.warehouse, ".metastore");
  }

  databases(): readonly DatabaseMetadata[] {
    const found = listJson(this.#root).map((name) => readJson<DatabaseMetadata>(join(this.#root, `${name}.json`)));
    const known = found.filter((one) => one !== null);
    return known.some((one) => one.name === "default") ? known : [this.#defaultDatabase(), ...known];
  }

  database(name: string): DatabaseMetadata | null {
    const found = readJson<DatabaseMetadata>(this.#databaseFile(name));
    return found ?? (name === "default" ? this.#defaultDatabase() : null);
  }

  saveDatabase(database: DatabaseMetadata): void {
    writeJson(this.#databaseFile(database.name), database);
    mkdirSync(localPath(database.location), { recursive: true });
  }

  dropDatabase(name: string): void {
    const database = this.database(name);
    rmSync(this.#databaseFile(name), { force: true });
    rmSync(join(this.#root, fileName(name)), { recursive: true, force: true });
    if (database !== null) rmSync(localPath(database.location), { recursive: true, force: true });
  }

  defaultLocation(database: string): string {
    return database === "default" ? locationOf(this.warehouse) : locationOf(join(this.warehouse, `${database}.db`));
  }

  tables(database: string): readonly TableMetadata[] {
    return this.#all(database, "tables").map((json) => tableFromJson(json));
  }

  table(database: string, name: string): TableMetadata | null {
    const json = readJson<Json>(this.#file(database, "tables", name));
    return json === null ? null : tableFromJson(json);
  }

  saveTable(table: TableMetadata): void {
    writeJson(this.#file(table.database, "tables", table.name), { ...table, schema: typeToJson(table.schema) });
  }

  dropTable(database: string, name: string): void {
    rmSync(this.#file(database, "tables", name), { force: true });
  }

  functions(database: string): readonly FunctionMetadata[] {
    return this.#all(database, "functions").map((json) => functionFromJson(json));
  }

  function(database: string, name: string): FunctionMetadata | null {
    const json = readJson<Json>(this.#file(database, "functions", name));
    return json === null ? null : functionFromJson(json);
  }

  saveFunction(database: string, fn: FunctionMetadata): void {
    writeJson(this.#file(database, "functions", fn.name), {
      ...fn,
      parameters: fn.parameters.map((one) => ({ ...one, type: typeToJson(one.type) })),
      returns:
        fn.returns.kind === "scalar"
          ? { kind: "scalar", type: typeToJson(fn.returns.type) }
          : { kind: "table", schema: typeToJson(fn.returns.schema) },
    });
  }

  dropFunction(database: string, name: string): void {
    rmSync(this.#file(database, "functions", name), { force: true });
  }

  #all(database: string, kind: Kind): readonly Json[] {
    const folder = join(this.#root, fileName(database), kind);
    return listJson(folder).flatMap((name) => readJson<Json>(join(folder, `${name}.json`)) ?? []);
  }

  #file(database: string, kind: Kind, name: string): string {
    return join(this.#root, fileName(database), kind, `${fileName(name)}.json`);
  }

  #databaseFile(name: string): string {
    return join(this.#root, `${fileName(name)}.json`);
  }

  #defaultDatabase(): DatabaseMetadata {
    return {
      name: "default",
      comment: "default database",
      location: locationOf(this.warehouse),
      owner: "",
      properties: {},
    };
  }
}

/** Letters, digits and _ as they are; the rest by code point. */
function fileName(name: string): string {
  return name.replace(/[^a-z0-9_]/g, (char) => `%${(char.codePointAt(0) as number).toString(16)}.`);
}

/** "file:/a/b", "file:///a/b" and "/a/b" as a path of this machine. */
export function localPath(location: string): string {
  if (!location.startsWith("file:")) return location;
  return location.startsWith("file://") ? fileURLToPath(location) : fileURLToPath(location.replace(/^file:/, "file://"));
}

/** A path as catalogs show it: "file:/a/b". */
export function locationOf(path: string): string {
  if (/^file:\/\/\/[^/]/.test(path)) return path.replace("file:///", "file:/");
  return /^[a-zA-Z][\w+.-]*:/.test(path) ? path : pathToFileURL(path).href.replace(/^file:\/\//, "file:");
}

function listJson(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .map((name) => name.slice(0, -".json".length))
    .sort();
}

function readJson<T>(file: string): T | null {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

let written = 0;

function writeJson(file: string, value: unknown): void {
  mkdirSync(join(file, ".."), { recursive: true });
  const part = `${file}.${process.pid}.${written++}`;
  writeFileSync(part, `${JSON.stringify(value, null, 2)}\n`);
  renameSync(part, file);
}

function tableFromJson(json: Json): TableMetadata {
  const table = json as unknown as TableMetadata & { readonly schema: Json };
  return { ...table, schema: typeFromJson(table.schema) as StructType };
}

function functionFromJson(json: Json): FunctionMetadata {
  const fn = json as unknown as FunctionMetadata;
  return {
    ...fn,
    parameters: fn.parameters.map((one) => ({ ...one, type: typeFromJson(one.type as unknown as Json) })),
    returns:
      fn.returns.kind === "scalar"
        ? { kind: "scalar", type: typeFromJson(fn.returns.type as unknown as Json) }
        : { kind: "table", schema: typeFromJson(fn.returns.schema as unknown as Json) as StructType },
  };
}
