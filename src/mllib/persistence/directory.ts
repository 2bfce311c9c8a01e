/** The directory of a saved model, in Spark ML's layout: `metadata/` with one line of JSON, and tables of Parquet beside it. */
import type { StructType } from "../../columnar/types";
import { DataError, UsageError } from "../../common/errors";
import { log } from "../../common/log";
import type { DataFrame } from "../../dataframe/api/dataframe";
import type { SparkSession } from "../../dataframe/api/spark-session";
import type { Row } from "../../dataframe/types/row";
import type { FileSystem } from "../../filesystem/file-system";
import { joinPath, qualifyPath } from "../../filesystem/path";
import { jsonText } from "../param/json-text";

/** What Spark's metadata have; some classes add fields. */
export interface Metadata {
  readonly class: string;
  readonly timestamp: number;
  readonly sparkVersion: string;
  readonly uid: string;
  readonly paramMap: Readonly<Record<string, unknown>>;
  readonly defaultParamMap?: Readonly<Record<string, unknown>>;
  readonly [more: string]: unknown;
}

/** The version of Spark whose layout this is. */
export const LAYOUT_VERSION = "4.2.1";

const METADATA = "metadata";

/** Later versions of which a warning was given: a pipeline's stages all have the same. */
const warnedOf = new Set<string>();

export class ModelDirectory {
  constructor(
    readonly session: SparkSession,
    readonly path: string,
  ) {}

  static at(session: SparkSession, path: string): ModelDirectory {
    return new ModelDirectory(session, qualifyPath(path));
  }

  get files(): FileSystem {
    return this.session.core.port.context.fileSystems.of(this.path);
  }

  /** A directory in this one. */
  child(name: string): ModelDirectory {
    return new ModelDirectory(this.session, joinPath(this.path, name));
  }

  async exists(): Promise<boolean> {
    return (await this.files.status(this.path)) !== null;
  }

  writeMetadata(metadata: Metadata): Promise<void> {
    return this.writeMetadataJson(metadata);
  }

  /** A text file of one part. */
  async writeText(text: string): Promise<void> {
    await this.files.mkdirs(this.path);
    await this.files.writeFile(joinPath(this.path, "part-00000"), Buffer.from(`${text}\n`));
    await this.files.writeFile(joinPath(this.path, "_SUCCESS"), new Uint8Array(0));
  }

  /** Throws INVALID_MODEL where there is none, or one that cannot be read. */
  async readMetadata(): Promise<Metadata> {
    const known = (await this.readMetadataJson()) as Partial<Metadata> | null;
    if (typeof known !== "object" || typeof known?.class !== "string" || typeof known.uid !== "string")
      throw this.damaged(`${METADATA} does not say of which class the model is`);
    this.#checkVersion(known.sparkVersion);
    return { paramMap: {}, ...known } as Metadata;
  }

  /** As Spark, refuses what is no version. Spark reads layouts of later versions as its own without a word; here a warning says so. */
  #checkVersion(version: unknown): void {
    const major = /^(\d+)\.\d+(\..*)?$/.exec(String(version))?.[1];
    if (major === undefined) throw this.damaged(`${METADATA} says that Spark ${String(version)} saved it, which is no version`);
    const saved = String(version);
    if (Number(major) <= Number.parseInt(LAYOUT_VERSION) || warnedOf.has(saved)) return;
    warnedOf.add(saved);
    log.warn(
      `the model at ${this.path} was saved by Spark ${saved}, and is read as one of Spark ${LAYOUT_VERSION}: the layout may differ`,
    );
  }

  /** The metadata, whatever they hold: those of spark.mllib have fields of their own. */
  async readMetadataJson(): Promise<unknown> {
    const directory = joinPath(this.path, METADATA);
    const status = await this.files.status(directory);
    if (status === null) throw this.damaged(`there is no ${METADATA} directory; no model was saved here, or not to its end`);
    const parts = (await this.files.list(directory)).filter(({ path, length }) => /\/part-[^/]*$/.test(path) && length > 0);
    const [part] = parts;
    if (part === undefined) throw this.damaged(`${METADATA} holds no part file`);
    const text = Buffer.from(await this.files.readRange(part.path, 0, part.length)).toString("utf8");
    try {
      return JSON.parse(text);
    } catch (cause) {
      throw this.damaged(`${METADATA} is no JSON (${(cause as Error).message})`, cause);
    }
  }

  async writeMetadataJson(metadata: unknown): Promise<void> {
    await this.child(METADATA).writeText(jsonText(metadata));
  }

  /** A table of one Parquet file in this directory. Records are as `createDataFrame` takes them. */
  async writeTable(name: string, schema: StructType | string, records: readonly unknown[]): Promise<void> {
    await this.session.createDataFrame(records, schema).coalesce(1).write.parquet(joinPath(this.path, name));
  }

  /** A table of what a query gives, in as many files as it has partitions. */
  async writeFrame(name: string, df: DataFrame): Promise<void> {
    await df.write.parquet(joinPath(this.path, name));
  }

  /** The rows of a table of this directory. Throws INVALID_MODEL where it is missing or lacks `columns`. */
  async readTable(name: string, columns: readonly string[]): Promise<Row[]> {
    return (await this.frame(name, columns)).collect();
  }

  /** The same as a DataFrame, which reads the files when it is asked for rows. */
  async frame(name: string, columns: readonly string[]): Promise<DataFrame> {
    const path = joinPath(this.path, name);
    if ((await this.files.status(path)) === null) throw this.damaged(`there is no ${name}`);
    const table = this.session.read.parquet(path);
    const have = new Set(await table.columns());
    const missing = columns.filter((column) => !have.has(column));
    if (missing.length > 0) throw this.damaged(`${name} has no column ${missing.join(", ")}`);
    return table.select(...columns.map((column) => `\`${column}\``));
  }

  damaged(why: string, cause?: unknown): DataError {
    return new DataError("INVALID_MODEL", `The model at ${this.path} cannot be read: ${why}.`, {
      parameters: { path: this.path },
      ...(cause === undefined ? {} : { cause }),
    });
  }

  /** Runs `fill` on a directory beside this one, and puts that in the place of this one once it is complete. */
  async replacedBy(overwrite: boolean, fill: (directory: ModelDirectory) => Promise<void>): Promise<void> {
    const { files } = this;
    if (!overwrite && (await this.exists()))
      throw new UsageError(
        "PATH_ALREADY_EXISTS",
        `${this.path} already exists. Use write().overwrite().save(path) to replace it.`,
        {
          sqlState: "42K04",
          parameters: { outputPath: this.path },
        },
      );
    const unfinished = new ModelDirectory(this.session, `${this.path}.unfinished-${process.pid}-${Date.now().toString(36)}`);
    try {
      await files.mkdirs(unfinished.path);
      await fill(unfinished);
      await files.delete(this.path);
      await files.rename(unfinished.path, this.path);
    } catch (error) {
      await files.delete(unfinished.path);
      throw error;
    }
  }
}
