/** `spark.conf`: settings of the session. */
import { AnalysisError } from "../errors";
import type { ConfigurationPort } from "./query-port";

export class RuntimeConfig {
  constructor(private readonly conf: ConfigurationPort) {}

  /** The value of a setting: its own, its default, or `otherwise`. An error where there is none of them. */
  get(key: string): string;
  get<T>(key: string, otherwise: T): string | T;
  get(key: string, ...otherwise: readonly unknown[]): unknown {
    const value = this.conf.find(key);
    if (value !== undefined) return value;
    if (otherwise.length > 0) return otherwise[0];
    throw new AnalysisError("SQL_CONF_NOT_FOUND", { sqlConf: `"${key}"` });
  }

  set(key: string, value: string | number | boolean): void {
    this.conf.set(key, String(value));
  }

  /** Back to the default. */
  unset(key: string): void {
    this.conf.unset(key);
  }

  /** Whether a session may change it. */
  isModifiable(key: string): boolean {
    return this.conf.isModifiable(key);
  }

  /** All that have been set. */
  get getAll(): Readonly<Record<string, string>> {
    return this.conf.getAll();
  }
}
