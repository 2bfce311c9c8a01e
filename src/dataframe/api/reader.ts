/** DataFrameReader: files and other sources as DataFrames. */
import { UsageError } from "../../common/errors";
import type { StructType } from "../../columnar/types";
import { RDD } from "../../rdd";
import type { UnresolvedExpression } from "../syntax/expression";
import type { UnresolvedPlan } from "../syntax/plan";
import { sqlName } from "../types/text";
import { nameParts } from "./column";
import { DataFrame } from "./dataframe";
import { stringLiteral } from "./literal";
import { schemaOf } from "./schema-input";
import type { SchemaInput } from "./schema-input";
import type { SparkSession } from "./spark-session";
import type { OptionValue } from "./writer";

/** How a source is read; made by `spark.read`. Methods change it and give it back; `load` and its kin give DataFrames. */
export class DataFrameReader {
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
  schema(schema: SchemaInput): this {
    this.#schema = schemaOf(schema);
    return this;
  }

  option(key: string, value: OptionValue): this {
    this.#options[key] = String(value);
    return this;
  }

  options(options: Readonly<Record<string, OptionValue>>): this {
    for (const [key, value] of Object.entries(options)) this.option(key, value);
    return this;
  }

  #read(scope: string, format: string, paths: readonly string[]): DataFrame {
    const at = this.spark.core.place(scope);
    return new DataFrame(this.spark, {
      kind: "read",
      format,
      paths,
      options: { ...this.#options },
      ...(this.#schema !== null && { schema: this.#schema }),
      at,
    });
  }

  /** Reads files, directories or patterns of them; without a path, what the options say. */
  load(...paths: readonly (string | readonly string[])[]): DataFrame {
    const { path } = this.#options;
    const all = paths.flat();
    const format = this.#format ?? this.spark.conf.get("spark.sql.sources.default", "parquet");
    return this.#read("load", format, all.length === 0 && path !== undefined ? [path] : all);
  }

  parquet(...paths: readonly (string | readonly string[])[]): DataFrame {
    return this.#read("parquet", "parquet", this.#given("parquet", paths));
  }
  orc(...paths: readonly (string | readonly string[])[]): DataFrame {
    return this.#read("orc", "orc", this.#given("orc", paths));
  }
  /** A row for each line, in the column `value`. */
  text(...paths: readonly (string | readonly string[])[]): DataFrame {
    return this.#read("text", "text", this.#given("text", paths));
  }
  textFile(...paths: readonly (string | readonly string[])[]): DataFrame {
    return this.text(...paths);
  }
  xml(...paths: readonly (string | readonly string[])[]): DataFrame {
    return this.#read("xml", "xml", this.#given("xml", paths));
  }
  /** JSON text, a value a line; of files, or of an RDD of text. */
  json(...paths: readonly (string | readonly string[] | RDD<string>)[]): DataFrame {
    return this.#readText("json", paths);
  }
  csv(...paths: readonly (string | readonly string[] | RDD<string>)[]): DataFrame {
    return this.#readText("csv", paths);
  }

  #given(call: string, paths: readonly (string | readonly string[])[]): readonly string[] {
    const all = paths.flat();
    if (all.length === 0 || all.some((path) => typeof path !== "string" || path === "")) {
      throw new UsageError("INVALID_ARGUMENT", `read.${call} needs paths: text, or arrays of it.`);
    }
    return all;
  }

  /** Text of an RDD goes through the function that reads it, and what is in its struct becomes columns. */
  #readText(format: "json" | "csv", paths: readonly (string | readonly string[] | RDD<string>)[]): DataFrame {
    const [first] = paths;
    if (!(first instanceof RDD))
      return this.#read(format, format, this.#given(format, paths as readonly (string | readonly string[])[]));
    if (this.#schema === null) {
      throw new UsageError("INVALID_ARGUMENT", `read.${format} of an RDD needs a schema: spark.read.schema(…).${format}(rdd).`);
    }
    const text: StructType = { kind: "struct", fields: [{ name: "value", type: { kind: "string" }, nullable: true }] };
    const lines = this.spark.createDataFrame(first, text);
    return lines.derive(format, () => parsedText(lines.plan, format, this.#schema!, this.#options));
  }

  /** A table or view. */
  table(name: string): DataFrame {
    const at = this.spark.core.place("table");
    const options = Object.keys(this.#options).length > 0 ? { options: { ...this.#options } } : {};
    return new DataFrame(this.spark, { kind: "table", name: nameParts(name), ...options, at });
  }

  /** A table of a database: its address, its name, and further options. */
  jdbc(url: string, table: string, properties: Readonly<Record<string, OptionValue>> = {}): DataFrame {
    return this.format("jdbc").options(properties).option("url", url).option("dbtable", table).load();
  }
}

function parsedText(
  child: UnresolvedPlan,
  format: "json" | "csv",
  schema: StructType,
  options: Readonly<Record<string, string>>,
): UnresolvedPlan {
  return {
    kind: "project",
    child: {
      kind: "project",
      child,
      expressions: [
        {
          kind: "alias",
          names: ["parsed"],
          child: {
            kind: "call",
            name: [`from_${format}`],
            args: [{ kind: "name", parts: ["value"] }, stringLiteral(ddlOf(schema)), ...optionsMap(options)],
          },
        },
      ],
    },
    expressions: [{ kind: "star", qualifier: ["parsed"], except: [] }],
  };
}

function ddlOf(schema: StructType): string {
  const name = (text: string): string => `\`${text.replaceAll("`", "``")}\``;
  return schema.fields.map((field) => `${name(field.name)} ${sqlName(field.type)}`).join(", ");
}

function optionsMap(options: Readonly<Record<string, string>>): readonly UnresolvedExpression[] {
  const entries = Object.entries(options);
  if (entries.length === 0) return [];
  return [{ kind: "call", name: ["map"], args: entries.flatMap(([key, value]) => [stringLiteral(key), stringLiteral(value)]) }];
}
