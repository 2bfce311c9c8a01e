/** DataFrameReader: files and other sources as DataFrames. */
import { UsageError } from "../../common/errors";
import type { StructType } from "../../columnar/types";
import { AnalysisError } from "../errors";
import type { AnyColumns, Columns } from "../types/typed-columns";
import { RDD } from "../../rdd";
import { nameParts } from "./column";
import { DataFrame } from "./dataframe";
import { textOfColumn, textOfRdd } from "./read-text";
import { schemaOfRows } from "./schema-input";
import type { DeclaredStruct, SchemaInput } from "./schema-input";
import type { SparkSession } from "./spark-session";
import type { OptionValue } from "./writer";

/** Settings of a read by name, as keyword arguments in PySpark: the last argument of load and its kin. */
export interface ReadArguments {
  readonly schema?: SchemaInput;
  readonly format?: string;
  /** Options of the source: `{ header: true, sep: ";" }`. Those without a value are left out. */
  readonly [option: string]: OptionValue | SchemaInput | null | undefined;
}

type Paths = readonly (string | readonly string[] | ReadArguments)[];
type TextInput = Paths[number] | RDD<string> | DataFrame;

/** How a source is read; made by `spark.read`. Methods change it and give it back; `load` and its kin give DataFrames. */
export class DataFrameReader<S extends Columns = AnyColumns> {
  #format: string | null = null;
  #schema: StructType | null = null;
  readonly #options: Record<string, string> = {};

  constructor(private readonly spark: SparkSession) {}

  /** "parquet", "json", "csv", "text", "arrow", or another source. */
  format(source: string): this {
    this.#format = source;
    return this;
  }

  /** The schema, so that it need not be found in the data: a StructType, or text as "a INT, b STRING". */
  schema<T extends Columns>(schema: DeclaredStruct<T>): DataFrameReader<T>;
  schema(schema: SchemaInput): this;
  schema(schema: SchemaInput): this {
    this.#schema = schemaOfRows(schema, this.spark.conf);
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

  /** The paths, with the settings among the arguments taken over. */
  #paths(args: readonly unknown[]): readonly string[] {
    const paths: string[] = [];
    for (const arg of args) {
      if (typeof arg !== "object" || arg === null || Array.isArray(arg)) {
        paths.push(...[arg as string | readonly string[]].flat());
        continue;
      }
      const { schema, format, ...options } = arg as ReadArguments;
      if (schema !== undefined) this.schema(schema);
      if (format !== undefined) this.format(format);
      for (const [key, value] of Object.entries(options)) {
        if (value !== undefined && value !== null) this.option(key, value as OptionValue);
      }
    }
    if (paths.length > 0 && "path" in this.#options) throw new AnalysisError("_LEGACY_ERROR_TEMP_1306", {});
    return paths;
  }

  #read(scope: string, format: string, paths: readonly string[]): DataFrame<S> {
    const at = this.spark.core.place(scope);
    return new DataFrame<S>(this.spark, {
      kind: "read",
      format,
      paths,
      options: { ...this.#options },
      ...(this.#schema !== null && { schema: this.#schema }),
      at,
    });
  }

  /**
   * Reads files, directories or patterns of them; without a path, what the options say. Settings may come last by name:
   * `load("in", { format: "csv", header: true })`.
   */
  load(...paths: Paths): DataFrame<S> {
    const all = this.#paths(paths);
    const { path } = this.#options;
    const format = this.#format ?? this.spark.conf.get("spark.sql.sources.default", "parquet");
    return this.#read("load", format, all.length === 0 && path !== undefined ? [path] : all);
  }

  parquet(...paths: Paths): DataFrame<S> {
    return this.#read("parquet", "parquet", this.#given("parquet", paths));
  }
  orc(...paths: Paths): DataFrame<S> {
    return this.#read("orc", "orc", this.#given("orc", paths));
  }
  /** A row for each line, in the column `value`. */
  text(...paths: Paths): DataFrame<S> {
    return this.#read("text", "text", this.#given("text", paths));
  }
  textFile(...paths: Paths): DataFrame<S> {
    return this.text(...paths);
  }
  xml(...paths: Paths): DataFrame<S> {
    return this.#read("xml", "xml", this.#given("xml", paths));
  }
  /** JSON text, a value a line; of files, of an RDD of text, or of a DataFrame whose only column is text. */
  json(...paths: readonly TextInput[]): DataFrame<S> {
    return this.#readText("json", paths);
  }
  /** Lines of values, of files, an RDD of text or a DataFrame's only column: `csv("people.csv", { header: true, inferSchema: true })`. */
  csv(...paths: readonly TextInput[]): DataFrame<S> {
    return this.#readText("csv", paths);
  }

  /** Paths that must be there, as text or arrays of it: an empty array reads nothing. */
  #given(call: string, paths: readonly unknown[]): readonly string[] {
    const all = this.#paths(paths);
    const isGiven = all.length > 0 || paths.some((path) => Array.isArray(path));
    if (!isGiven || all.some((path) => typeof path !== "string" || path === "")) {
      throw new UsageError("INVALID_ARGUMENT", `read.${call} needs paths: text, or arrays of it.`);
    }
    return all;
  }

  #readText(format: "json" | "csv", paths: readonly TextInput[]): DataFrame<S> {
    const [first, ...settings] = paths;
    if (first instanceof DataFrame) {
      this.#paths(settings);
      return textOfColumn<S>(first, format, this.#schema, { ...this.#options });
    }
    if (!(first instanceof RDD)) return this.#read(format, format, this.#given(format, paths));
    this.#paths(settings);
    return textOfRdd<S>(this.spark, first, format, this.#schema, { ...this.#options });
  }

  /** A table or view. */
  table(name: string): DataFrame {
    const at = this.spark.core.place("table");
    const options = Object.keys(this.#options).length > 0 ? { options: { ...this.#options } } : {};
    return new DataFrame(this.spark, { kind: "table", name: nameParts(name), ...options, at });
  }

  /** A table of a database: its address, its name, and further options. */
  jdbc(url: string, table: string, properties: Readonly<Record<string, OptionValue>> = {}): DataFrame<S> {
    return this.format("jdbc").options(properties).option("url", url).option("dbtable", table).load();
  }
}
