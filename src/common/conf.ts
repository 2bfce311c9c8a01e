/**
 * SparkConf: the settings of an application, as strings under Spark's keys, and typed reading of them. Which keys exist,
 * with their defaults and meanings, is in config-entries.ts.
 */
import { inspect } from "node:util";
import type { ConfigEntry } from "./config-entries";
import { deprecatedKey } from "./config-entries";
import { UsageError } from "./errors";
import { submittedSettings } from "./submit-options";

/**
 * Settings for a SparkContext. `new SparkConf()` starts from what the application was submitted with (command line,
 * properties file, `FIRESTEEL_SUBMIT_ARGS`); what code sets afterwards wins, as in Spark.
 *
 * @example
 * const sc = new SparkContext(new SparkConf().setMaster("local[4]").setAppName("words").set("spark.executor.memory", "2g"));
 */
export class SparkConf {
  /** What `SparkContext.setSystemProperty` has set in this process. */
  static readonly #properties = new Map<string, string>();

  /** Sets what every later `new SparkConf()` starts with, over what the application was submitted with. Keys begin with "spark." or "firesteel.". */
  static setSystemProperty(key: string, value: string): void {
    if (typeof key !== "string" || !/^(?:spark|firesteel)\../.test(key) || typeof value !== "string")
      throw new UsageError(
        "INVALID_ARGUMENT",
        `setSystemProperty: a setting "spark.…" or "firesteel.…" and its text, not ${String(key)} and ${String(value)}.`,
      );
    SparkConf.#properties.set(deprecatedKey(key), value);
  }

  readonly #settings = new Map<string, string>();

  /** @param loadDefaults false for an empty configuration that ignores how the program was started. */
  constructor(loadDefaults = true) {
    if (!loadDefaults) return;
    for (const [key, value] of submittedSettings()) this.#settings.set(key, value);
    for (const [key, value] of SparkConf.#properties) this.#settings.set(key, value);
  }

  /**
   * Sets `key`; numbers and booleans are stored as their text. null removes the key. A key that Spark has renamed counts as the
   * new one. Throws a UsageError for an empty key or a value of another type; whether the text is good for the key shows when it is read.
   */
  set(key: string, value: string | number | boolean | null): this {
    if (typeof key !== "string" || key === "")
      throw new UsageError("INVALID_CONF_KEY", "A configuration key must be a non-empty string.");
    const current = deprecatedKey(key);
    if (value === null) this.#settings.delete(current);
    else if (typeof value === "string" || typeof value === "number" || typeof value === "boolean")
      this.#settings.set(current, String(value));
    else
      throw new UsageError("INVALID_CONF_VALUE", `${key} must be a string, number or boolean, not ${typeof value}.`, {
        parameters: { key },
      });
    return this;
  }

  /** As `set`, where the key has no value yet. */
  setIfMissing(key: string, value: string | number | boolean): this {
    return this.contains(key) ? this : this.set(key, value);
  }

  /** As `set`, of each pair in its turn. */
  setAll(pairs: Iterable<readonly [string, string | number | boolean]>): this {
    for (const [key, value] of pairs) this.set(key, value);
    return this;
  }

  /**
   * Where executors run: "local", "local[4]", "local[*]", "local-cluster[executors,cores,MiB]" or "firesteel://host:port".
   * It is looked at when the context is made.
   */
  setMaster(master: string): this {
    return this.set("spark.master", master);
  }

  /** The name under which dashboards and logs show the application. */
  setAppName(name: string): this {
    return this.set("spark.app.name", name);
  }

  /** An environment variable of every executor; the object form sets several. Throws a UsageError for a name without a value. */
  setExecutorEnv(name: string | Readonly<Record<string, string>>, value?: string): this {
    if (typeof name === "string") {
      if (value === undefined) throw new UsageError("MISSING_ARGUMENT", `setExecutorEnv("${name}") needs a value.`);
      return this.set(`spark.executorEnv.${name}`, value);
    }
    for (const [key, text] of Object.entries(name)) this.set(`spark.executorEnv.${key}`, text);
    return this;
  }

  /** Sets spark.home, which nothing reads: programs written for Spark may set it. */
  setSparkHome(home: string): this {
    return this.set("spark.home", home);
  }

  /** Forgets what was set; the key's default holds again. */
  remove(key: string): this {
    return this.set(key, null);
  }

  /** What was set, as its text; else `defaultValue`. Defaults of known keys are not consulted: that is `read`. */
  get(key: string): string | undefined;
  get(key: string, defaultValue: string): string;
  get(key: string, defaultValue?: string): string | undefined {
    return this.#settings.get(deprecatedKey(key)) ?? defaultValue;
  }

  /** What was set, as pairs ordered by key. */
  getAll(): [string, string][] {
    return [...this.#settings].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  /** Whether the key was set, also by the command line or a file; a default does not count. */
  contains(key: string): boolean {
    return this.#settings.has(deprecatedKey(key));
  }

  /** One `key=value` a line, sorted. Secrets are shown: this is for the owner of the program. */
  toDebugString(): string {
    return this.getAll()
      .map(([key, value]) => `${key}=${value}`)
      .join("\n");
  }

  /** Without the values, of which some are secret. */
  [inspect.custom](): string {
    return `SparkConf (${this.#settings.size} settings; toDebugString() lists them)`;
  }

  /** A copy: what is set in one later is not set in the other. */
  clone(): SparkConf {
    return new SparkConf(false).setAll(this.#settings);
  }

  /** The typed value of a known entry: what was set, else its default. Throws a UsageError for a value of the wrong form. */
  read<T>(entry: ConfigEntry<T>): T {
    return entry.parse(this.#settings.get(entry.key) ?? entry.defaultText, entry.key);
  }
}
