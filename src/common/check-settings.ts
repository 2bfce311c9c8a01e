/** Looks through settings before anything starts: values must have the form that their entries ask for. */
import { configEntries } from "./config-entries";
import { misspelt } from "./edit-distance";
import { UsageError } from "./errors";
import { parseLocalMaster } from "./local-master";
import { checkResources, isResourceSetting } from "./resources";

const ON = /^\s*true\s*$/i;

const NAMED =
  "Pages ask nobody who they are: a proxy in front of them must say it, in the header that firesteel.ui.userHeader names.";
/** Settings of Spark's that promise protection, or another engine, which is not built: who asks for it must not believe to have it. */
const UNKEPT: Readonly<Record<string, { readonly asks: RegExp; readonly instead: string; readonly unless?: string }>> = {
  "spark.acls.enable": { asks: ON, instead: NAMED, unless: "firesteel.ui.userHeader" },
  "spark.ui.acls.enable": { asks: ON, instead: "It is spark.acls.enable today." },
  "spark.history.ui.acls.enable": { asks: ON, instead: NAMED, unless: "firesteel.ui.userHeader" },
  "spark.ui.filters": { asks: /\S/, instead: "Filters are classes of the JVM: put a proxy in front of the pages." },
  "spark.network.crypto.enabled": {
    asks: ON,
    instead: "Connections are encrypted by TLS: --tls-cert, --tls-key and --tls-ca.",
    unless: "spark.ssl.privateKey",
  },
  "spark.remote": { asks: /\S/, instead: "Programs run their own driver (spark.master), and cannot use a Spark Connect server." },
};

const DRIVER_RESOURCE = /^spark\.driver\.resource\.[^.]+\.amount$/;
const SOME = /[1-9]/;

/**
 * Throws a UsageError for the first value of the wrong form, and for protection that is asked for and not built. Gives
 * a line for each of our own keys that does not exist, and for each of Spark's that is one letter off one that does.
 */
export function checkSettings(settings: Iterable<readonly [key: string, value: string]>): string[] {
  const known = new Map(configEntries().map((entry) => [entry.key, entry]));
  const warnings: string[] = [];
  const all = new Map(settings);
  for (const [key, value] of all) {
    const missing = Object.hasOwn(UNKEPT, key) ? UNKEPT[key]! : undefined;
    if (missing?.asks.test(value) === true && !(missing.unless !== undefined && (all.get(missing.unless) ?? "").trim() !== ""))
      throw new UsageError("UNSUPPORTED_SETTING", `${key}=${value.trim()} is not supported. ${missing.instead}`);
    if (DRIVER_RESOURCE.test(key) && SOME.test(value))
      throw new UsageError(
        "UNSUPPORTED_SETTING",
        `${key}=${value.trim()} is not supported. Executors have resources, and their tasks.`,
      );
    const entry = known.get(key);
    if (entry !== undefined) entry.parse(value, key);
    else if (key.startsWith("firesteel."))
      warnings.push(`${key} is not a setting of this version (docs/configuration.md lists them); it is ignored`);
    else if (key.startsWith("spark.") && !key.startsWith("spark.sql.")) {
      const meant = isResourceSetting(key) ? null : misspelt(key, known.keys());
      if (meant !== null) warnings.push(`${key} is no setting: is ${meant} meant?`);
    }
  }
  return warnings;
}

/**
 * Throws a UsageError where tasks of an application ask for resources that its executors do not have. Gives a line for what will lie idle.
 * For all settings of the application: some may be made by its program.
 */
export function checkApplicationResources(settings: Iterable<readonly [key: string, value: string]>): string[] {
  const all = new Map(settings);
  return checkResources(all, coresOfExecutor(all));
}

/** Null where the master decides. */
function coresOfExecutor(settings: ReadonlyMap<string, string>): number | null {
  const master = settings.get("spark.master") ?? "";
  if (/^local(?:-cluster)?(?:\[|$)/.test(master)) return parseLocalMaster(master).coresPerExecutor;
  const cores = Number(settings.get("spark.executor.cores") ?? NaN);
  return Number.isInteger(cores) ? cores : null;
}
