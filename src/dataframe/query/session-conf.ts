/** The settings of one session: its own, over those of the application, over Spark's defaults. */
import { configEntries } from "../../common/config-entries";
import { misspelt } from "../../common/edit-distance";
import { log } from "../../common/log";
import { AnalysisError } from "../errors";
import type { SqlSettings } from "../settings";
import { zoneOfMachine } from "../types/machine-zone";
import { SQL_CONF_DEFAULTS } from "../conf-defaults";
import { CONF_OPTIONS } from "../conf-options";
import { withoutEffect } from "./conf-without-effect";

/** Set when the application starts; sessions cannot change them. */
const STATIC = new Set([
  "spark.sql.warehouse.dir",
  "spark.sql.catalogImplementation",
  "spark.sql.globalTempDatabase",
  "spark.sql.extensions",
  "spark.sql.cache.serializer",
  "spark.sql.codegen.cache.maxEntries",
  "spark.sql.streaming.ui.enabled",
  "spark.sql.ui.retainedExecutions",
]);

/** Settings that the application was started with; other keys that Spark does not know are the user's own. */
const CORE_KEYS =
  /^spark\.(app|barrier|block|blockManager|broadcast|checkpoint|cleaner|cores|default|deploy|driver|dynamicAllocation|eventLog|excludeOnFailure|executor|files|history|io|jars|kryo|kryoserializer|kubernetes|local|locality|log|logConf|master|memory|metrics|network|port|rdd|reducer|resources|rpc|scheduler|security|serializer|shuffle|speculation|stage|storage|submit|task|ui|worker|yarn)\b/;

/** Other keys of the application that a session may set: they hold for what comes after. */
const APPLICATION_PREFIXES = ["spark.sql.", "firesteel.sql."];

export class SessionConf {
  readonly #own = new Map<string, string>();
  /** What expressions see, until a setting changes. */
  #conf: Readonly<Record<string, string>> | null = null;

  /** @param application settings that the user gave to the application. */
  constructor(private readonly application: () => Readonly<Record<string, string>>) {}

  /** Of an application's first session: what the application was started with is held against the settings' forms, too. */
  static ofApplication(application: () => Readonly<Record<string, string>>): SessionConf {
    for (const [key, value] of Object.entries(application())) {
      if (!key.startsWith("spark.sql.")) continue;
      checkValue(key, value.trim());
      warnOnce(key, value.trim());
    }
    return new SessionConf(application);
  }

  /** The value, or `otherwise`. Throws where the key has no value and there is no `otherwise`. */
  get(key: string, otherwise?: string | null): string {
    const value = this.find(key) ?? otherwise ?? undefined;
    if (value === undefined) throw new AnalysisError("SQL_CONF_NOT_FOUND", { sqlConf: `"${key}"` });
    return value;
  }

  find(key: string): string | undefined {
    return this.#own.get(key) ?? this.application()[key] ?? this.#derived(key) ?? SQL_CONF_DEFAULTS[key];
  }

  /** Whether the user gave it a value, in the session or for the application. */
  isSet(key: string): boolean {
    return this.#own.has(key) || key in this.application();
  }

  set(key: string, value: string | number | boolean): void {
    if (STATIC.has(key)) throw new AnalysisError("CANNOT_MODIFY_STATIC_CONFIG", { key: `"${key}"` });
    if (this.#ofTheApplication(key)) throw new AnalysisError("CANNOT_MODIFY_CONFIG", { key: `"${key}"`, docroot: "" });
    const text = String(value).trim();
    checkValue(key, text);
    warnOnce(key, text);
    this.#own.set(key, text);
    this.#conf = null;
  }

  unset(key: string): void {
    if (STATIC.has(key)) throw new AnalysisError("CANNOT_MODIFY_STATIC_CONFIG", { key: `"${key}"` });
    this.#own.delete(key);
    this.#conf = null;
  }

  reset(): void {
    this.#own.clear();
    this.#conf = null;
  }

  isModifiable(key: string): boolean {
    return !STATIC.has(key) && !this.#ofTheApplication(key) && (key in SQL_CONF_DEFAULTS || key.startsWith("firesteel.sql."));
  }

  /** All that have a value: what SET shows. */
  getAll(): Record<string, string> {
    const given = Object.fromEntries(Object.entries(this.application()).filter(([key]) => key.startsWith("spark.")));
    return { ...given, ...Object.fromEntries(this.#own) };
  }

  /** A copy for a new session. */
  fork(): SessionConf {
    const conf = new SessionConf(this.application);
    for (const [key, value] of this.#own) conf.#own.set(key, value);
    return conf;
  }

  /** As expressions see them. */
  settings(names: Pick<SqlSettings, "currentUser" | "currentCatalog" | "currentDatabase">, now = Date.now() * 1000): SqlSettings {
    return {
      ansi: this.get("spark.sql.ansi.enabled", "true").toLowerCase() === "true",
      timeZone: this.get("spark.sql.session.timeZone"),
      caseSensitive: this.get("spark.sql.caseSensitive", "false").toLowerCase() === "true",
      now,
      ...names,
      conf: (this.#conf ??= this.#confNow()),
    };
  }

  #confNow(): Readonly<Record<string, string>> {
    const conf: Record<string, string> = { ...SQL_CONF_DEFAULTS };
    for (const [key, value] of Object.entries({ ...this.application(), ...Object.fromEntries(this.#own) })) {
      if (APPLICATION_PREFIXES.some((prefix) => key.startsWith(prefix))) conf[key] = value;
    }
    return conf;
  }

  #derived(key: string): string | undefined {
    switch (key) {
      case "spark.sql.session.timeZone":
        return zoneOfMachine();
      case "spark.sql.warehouse.dir":
        return "spark-warehouse";
      default:
        return undefined;
    }
  }

  #ofTheApplication(key: string): boolean {
    if (!key.startsWith("spark.") || key.startsWith("spark.sql.")) return false;
    return CORE_KEYS.test(key) || configEntries().some((entry) => entry.key === key);
  }
}

const warned = new Set<string>();

function warnOnce(key: string, value: string): void {
  const warning = withoutEffect(key, value) ?? noSetting(key);
  if (warning === null || warned.has(key)) return;
  warned.add(key);
  log.warn(warning);
}

/** Of a key of ours that is none, or one that is one letter off one of Spark's. Others may be a program's own. */
export function noSetting(key: string): string | null {
  if (key.startsWith("firesteel.") && !configEntries().some((entry) => entry.key === key))
    return `${key} is not a setting of this version (docs/configuration.md lists them); it has no effect`;
  if (!key.startsWith("spark.sql.")) return null;
  const meant = misspelt(key, [...Object.keys(SQL_CONF_DEFAULTS), ...STATIC, ...configEntries().map((entry) => entry.key)]);
  return meant === null ? null : `${key} is no setting: is ${meant} meant?`;
}

const BOOLEANS = /^(true|false)$/i;

function checkValue(key: string, value: string): void {
  if (key.startsWith("firesteel.")) {
    configEntries()
      .find((entry) => entry.key === key)
      ?.parse(value, key);
    return;
  }
  const initial = SQL_CONF_DEFAULTS[key];
  if (key === "spark.sql.session.timeZone") {
    if (!isTimeZone(value)) {
      throw new AnalysisError("INVALID_CONF_VALUE.TIME_ZONE", { confName: key, confValue: value });
    }
  } else if (initial !== undefined && BOOLEANS.test(initial) && !BOOLEANS.test(value)) {
    throw new AnalysisError("INVALID_CONF_VALUE.TYPE_MISMATCH", { confName: key, confValue: value, confType: "boolean" });
  } else {
    const [confType, form] = numberForm(key, initial ?? "");
    if (!form.test(value)) {
      throw new AnalysisError("INVALID_CONF_VALUE.TYPE_MISMATCH", { confName: key, confValue: value, confType });
    }
  }
  const options = CONF_OPTIONS[key];
  if (options?.every((option) => option.toLowerCase() !== value.toLowerCase()) === true) {
    const confOptions = options.join(", ");
    throw new AnalysisError("INVALID_CONF_VALUE.OUT_OF_RANGE_OF_OPTIONS", { confName: key, confValue: value, confOptions });
  }
  if (key === "spark.sql.shuffle.partitions" && Number(value) < 1) {
    throw new AnalysisError("INVALID_CONF_VALUE.REQUIREMENT", {
      confName: key,
      confValue: value,
      confRequirement: `The value of ${key} must be positive`,
    });
  }
}

/** Numbers by their defaults: Spark's settings keep their types, and two whose defaults are whole numbers take units. */
function numberForm(key: string, initial: string): [type: string, form: RegExp] {
  if (/\.broadcastTimeout$/.test(key)) return ["time in SECONDS", /^-?\d+\s*[a-z]*$/i];
  if (/\.maxPlanStringLength$/.test(key) || /^-?\d+[kmgtp]?b$/i.test(initial)) return ["bytes in BYTE", /^-?\d+\s*[a-z]*$/i];
  if (/^-?\d+$/.test(initial)) return ["int", /^[+-]?\d+$/];
  if (/^-?\d*\.\d+$/.test(initial)) return ["double", /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i];
  return ["string", /^/];
}

function isTimeZone(name: string): boolean {
  if (/^(UTC|GMT|UT)?[+-]\d{1,2}(:?\d{2}){0,2}$/i.test(name) || /^Z$/i.test(name)) return true;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
