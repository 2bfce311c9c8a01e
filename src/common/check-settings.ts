/** Looks through settings before anything starts: values must have the form that their entries ask for. */
import { configEntries } from "./config-entries";

/** Throws a UsageError for the first value of the wrong form. Gives a line for each of our own keys that does not exist. */
export function checkSettings(settings: Iterable<readonly [key: string, value: string]>): string[] {
  const known = new Map(configEntries().map((entry) => [entry.key, entry]));
  const warnings: string[] = [];
  for (const [key, value] of settings) {
    const entry = known.get(key);
    if (entry !== undefined) entry.parse(value, key);
    else if (key.startsWith("firesteel."))
      warnings.push(`${key} is not a setting of this version (docs/configuration.md lists them); it is ignored`);
  }
  return warnings;
}
