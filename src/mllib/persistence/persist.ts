/** `write()`, `save`, `read()` and `load` of everything that has parameters. */
import { SparkSession } from "../../dataframe/api/spark-session";
import { ModelDirectory } from "./directory";
import { loadInstance, saveInstance } from "./registry";
import { classNameOf, type Params } from "../param/params";

/** Saves one instance. */
export class MLWriter {
  #overwrite = false;
  #session: SparkSession | undefined;

  constructor(private readonly instance: Params) {}

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
    await directory.replacedBy(this.#overwrite, (unfinished) => saveInstance(this.instance, unfinished));
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
