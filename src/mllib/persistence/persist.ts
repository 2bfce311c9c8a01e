/** `write()`, `save`, `read()` and `load` of everything that has parameters. */
import { UsageError } from "../../common/errors";
import { SparkSession } from "../../dataframe/api/spark-session";
import { ModelDirectory } from "./directory";
import { loadInstance, saveInstance, savePmml } from "./registry";
import { classNameOf, type Params } from "../param/params";

/** Saves one instance. */
export class MLWriter {
  #overwrite = false;
  #session: SparkSession | undefined;
  #save = saveInstance;

  constructor(private readonly instance: Params) {}

  /**
   * `internal`, Spark ML's layout, is what `load` reads; `pmml` writes linear regressions and k-means for other engines, as Spark does.
   * Throws UNSUPPORTED_FORMAT for others.
   */
  format(source: "internal" | "pmml"): this {
    if (source !== "internal" && source !== "pmml")
      throw new UsageError("UNSUPPORTED_FORMAT", `There is no format ${String(source)} for models; there are internal and pmml.`);
    this.#save = source === "pmml" ? savePmml : saveInstance;
    return this;
  }

  /** Replaces what is at the path. */
  overwrite(): this {
    this.#overwrite = true;
    return this;
  }

  session(session: SparkSession): this {
    this.#session = session;
    return this;
  }

  /** Writes the directory. What was there before stays until the new one is complete. */
  async save(path: string): Promise<void> {
    const directory = ModelDirectory.at(this.#session ?? SparkSession.active(), path);
    await directory.replacedBy(this.#overwrite, (unfinished) => this.#save(this.instance, unfinished));
  }
}

type ClassOf<T> = abstract new (...args: never[]) => T;

/** Loads instances of one class. */
export class MLReader<T> {
  #session: SparkSession | undefined;

  constructor(private readonly type: ClassOf<T>) {}

  session(session: SparkSession): this {
    this.#session = session;
    return this;
  }

  /** Throws INVALID_MODEL where there is none, a damaged one, or one of another class. */
  async load(path: string): Promise<T> {
    const directory = ModelDirectory.at(this.#session ?? SparkSession.active(), path);
    const instance = await loadInstance(directory);
    if (!(instance instanceof this.type))
      throw directory.damaged(`it is a ${instance.className}, not a ${classNameOf(this.type)}`);
    return instance;
  }
}
