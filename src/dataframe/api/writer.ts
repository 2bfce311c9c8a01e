/** DataFrameWriter: rows into files and tables. */
import { AnalysisError } from "../errors";
import { nameParts } from "./column";
import type { DataFrame } from "./dataframe";
import type { BucketBy, SaveMode, WriteSpec } from "./query-port";
import type { QueryOptions } from "./session-core";

const MODES: Readonly<Record<string, SaveMode>> = {
  append: "append",
  overwrite: "overwrite",
  error: "error",
  errorifexists: "error",
  default: "error",
  ignore: "ignore",
};

export type OptionValue = string | number | boolean;

/** The last argument of writes: the writer's settings and options of the source by name, as keyword arguments in PySpark. */
export interface WriteArguments extends QueryOptions {
  readonly mode?: SaveMode | "errorifexists" | "default";
  readonly partitionBy?: string | readonly string[];
  readonly format?: string;
  /** Options of the source: `{ header: true, compression: "gzip" }`. Those without a value are left out. */
  readonly [option: string]: OptionValue | readonly string[] | AbortSignal | null | undefined;
}

/** Where and how rows are written; made by `df.write`. Methods change it and give it back; `save` and its kin write. */
export class DataFrameWriter {
  #format: string | null = null;
  #mode: SaveMode = "error";
  readonly #options: Record<string, string> = {};
  #partitionBy: readonly string[] = [];
  #clusterBy: readonly string[] = [];
  #bucketBy: { readonly buckets: number; readonly columns: readonly string[] } | null = null;
  #sortBy: readonly string[] = [];

  constructor(private readonly df: DataFrame) {}

  /** "parquet", "json", "csv", "text", "arrow", or another source. */
  format(source: string): this {
    this.#format = source;
    return this;
  }

  /** What to do where there is something already: "append", "overwrite", "ignore", or "error" (the default). */
  mode(mode: SaveMode | "errorifexists" | "default"): this {
    const known = MODES[mode.toLowerCase()];
    if (known === undefined) throw new AnalysisError("INVALID_SAVE_MODE", { mode: `"${mode}"` });
    this.#mode = known;
    return this;
  }

  /** An option of the format; the last value of a key counts. */
  option(key: string, value: OptionValue): this {
    this.#options[key] = String(value);
    return this;
  }

  /** Several options by their keys. */
  options(options: Readonly<Record<string, OptionValue>>): this {
    for (const [key, value] of Object.entries(options)) this.option(key, value);
    return this;
  }

  /** One directory for each combination of values of these columns: `year=2024/month=1`. */
  partitionBy(...columns: readonly (string | readonly string[])[]): this {
    this.#partitionBy = columns.flat();
    return this;
  }

  /** So many files by the hash of columns; only for tables. */
  bucketBy(buckets: number, ...columns: readonly (string | readonly string[])[]): this {
    this.#bucketBy = { buckets, columns: columns.flat() };
    return this;
  }

  /** The order within each bucket. */
  sortBy(...columns: readonly (string | readonly string[])[]): this {
    this.#sortBy = columns.flat();
    return this;
  }

  /** Rows with near values of these columns near each other; only for tables. */
  clusterBy(...columns: readonly (string | readonly string[])[]): this {
    this.#clusterBy = columns.flat();
    return this;
  }

  /** Takes over what was given by name. */
  #with({ mode, partitionBy, format, signal, ...options }: WriteArguments = {}): QueryOptions {
    if (format !== undefined) this.format(format);
    if (mode !== undefined) this.mode(mode);
    if (partitionBy !== undefined) this.partitionBy(partitionBy);
    for (const [key, value] of Object.entries(options)) {
      if (value !== undefined && value !== null) this.option(key, value as OptionValue);
    }
    return signal === undefined ? {} : { signal };
  }

  async #write(scope: string, spec: WriteSpec, options?: QueryOptions): Promise<void> {
    const { core } = this.df.sparkSession;
    const call = core.call(scope, options);
    await core.change(async () => core.port.write(await core.completeInside(this.df.plan), spec, call));
  }

  /** Writes to a path, or to where the options say: `save("out", { format: "csv", header: true, mode: "overwrite" })`. */
  async save(path?: string, settings?: WriteArguments | QueryOptions): Promise<void> {
    const options = this.#with(settings as WriteArguments | undefined);
    if (this.#bucketBy !== null) throw new AnalysisError("_LEGACY_ERROR_TEMP_1312", { operation: "save" });
    if (this.#sortBy.length > 0) throw new AnalysisError("SORT_BY_WITHOUT_BUCKETING", {});
    if (this.#clusterBy.length > 0) throw new AnalysisError("CLUSTERING_NOT_SUPPORTED", { operation: "save" });
    if (path !== undefined && this.#options["path"] !== undefined) throw new AnalysisError("_LEGACY_ERROR_TEMP_1307", {});
    const target = path ?? this.#options["path"] ?? null;
    await this.#write(
      "save",
      {
        kind: "save",
        format: this.#format,
        path: target,
        mode: this.#mode,
        partitionBy: this.#partitionBy,
        options: { ...this.#options },
      },
      options,
    );
  }

  parquet(path: string, settings?: WriteArguments | QueryOptions): Promise<void> {
    return this.format("parquet").save(path, settings);
  }
  json(path: string, settings?: WriteArguments | QueryOptions): Promise<void> {
    return this.format("json").save(path, settings);
  }
  csv(path: string, settings?: WriteArguments | QueryOptions): Promise<void> {
    return this.format("csv").save(path, settings);
  }
  /** Lines of text: one string column. */
  text(path: string, settings?: WriteArguments | QueryOptions): Promise<void> {
    return this.format("text").save(path, settings);
  }
  orc(path: string, settings?: WriteArguments | QueryOptions): Promise<void> {
    return this.format("orc").save(path, settings);
  }
  xml(path: string, settings?: WriteArguments | QueryOptions): Promise<void> {
    return this.format("xml").save(path, settings);
  }
  jdbc(
    url: string,
    table: string,
    properties: Readonly<Record<string, OptionValue>> = {},
    options?: QueryOptions,
  ): Promise<void> {
    return this.format("jdbc").options(properties).option("url", url).option("dbtable", table).save(undefined, options);
  }

  /** Makes a table of the rows, or writes into one, by the names of columns. */
  async saveAsTable(table: string, settings?: WriteArguments | QueryOptions): Promise<void> {
    const options = this.#with(settings as WriteArguments | undefined);
    if (this.#bucketBy === null && this.#sortBy.length > 0) throw new AnalysisError("SORT_BY_WITHOUT_BUCKETING", {});
    const bucketBy: BucketBy | null = this.#bucketBy === null ? null : { ...this.#bucketBy, sort: this.#sortBy };
    await this.#write(
      "saveAsTable",
      {
        kind: "saveAsTable",
        table: nameParts(table),
        format: this.#format,
        mode: this.#mode,
        partitionBy: this.#partitionBy,
        clusterBy: this.#clusterBy,
        bucketBy,
        options: { ...this.#options },
      },
      options,
    );
  }

  /** Writes into a table that exists, by the positions of columns. */
  async insertInto(table: string, overwrite: boolean = this.#mode === "overwrite", options?: QueryOptions): Promise<void> {
    if (this.#bucketBy !== null) throw new AnalysisError("_LEGACY_ERROR_TEMP_1312", { operation: "insertInto" });
    if (this.#partitionBy.length > 0) {
      throw new AnalysisError("PARTITION_BY_NOT_ALLOWED_WITH_INSERT_INTO", { tableName: table });
    }
    await this.#write("insertInto", { kind: "insertInto", table: nameParts(table), overwrite }, options);
  }
}
