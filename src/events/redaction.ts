/** Settings whose values are nobody's business: what is shown, logged or written to an event log goes through here. */
import { UsageError } from "../common/errors";
import type { ListenerEvent, Properties } from "./listener-events";

const REDACTED = "*********(redacted)";
/** Spark's default, and what other systems call such things. */
const DEFAULT_PATTERN = "(?i)secret|password|token|access[.]?key|credential";
const PATTERN_KEY = "spark.redaction.regex";

export class Redactor {
  readonly #pattern: RegExp;

  /** Throws a UsageError when spark.redaction.regex is no regular expression. */
  constructor(settings: Properties) {
    const text = settings[PATTERN_KEY] || DEFAULT_PATTERN;
    const caseless = text.startsWith("(?i)");
    try {
      this.#pattern = new RegExp(caseless ? text.slice(4) : text, caseless ? "i" : "");
    } catch (error) {
      throw new UsageError(
        "INVALID_CONF_VALUE",
        `${PATTERN_KEY} must be a regular expression, not "${text}": ${(error as Error).message}`,
      );
    }
  }

  /** Values whose key or text matches are masked, as Spark does. */
  properties(properties: Properties): Record<string, string> {
    return Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, this.#value(key, value)]));
  }

  event(event: ListenerEvent): ListenerEvent {
    switch (event.type) {
      case "EnvironmentUpdate":
        return {
          ...event,
          sparkProperties: this.properties(event.sparkProperties),
          hadoopProperties: this.properties(event.hadoopProperties),
          systemProperties: this.properties(event.systemProperties),
          metricsProperties: this.properties(event.metricsProperties),
          classpathEntries: this.properties(event.classpathEntries),
        };
      case "JobStart":
      case "StageSubmitted":
        return { ...event, properties: this.properties(event.properties) };
      case "SQLExecutionStart":
        return { ...event, modifiedConfigs: this.properties(event.modifiedConfigs) };
      default:
        return event;
    }
  }

  #value(key: string, value: string): string {
    if (key === PATTERN_KEY || value === "") return value;
    return this.#pattern.test(key) || this.#pattern.test(value) ? REDACTED : value;
  }
}
