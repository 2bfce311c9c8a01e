/** What an entry of the settings is, and the kinds of values. Entries belong to the section that was begun last. */
import { UsageError } from "./errors";
import { parseBytes, parseDuration } from "./units";

export interface ConfigEntry<T> {
  readonly key: string;
  /** Heading under which the documentation lists it. */
  readonly section: string;
  readonly defaultText: string;
  readonly doc: string;
  parse(text: string, key: string): T;
}

const entries: ConfigEntry<unknown>[] = [];
const lastEntries: ConfigEntry<unknown>[] = [];
let section = "";
let current = entries;

/** Begins a heading of the documentation; those of `atEnd` come after all others. */
export function beginSection(name: string, atEnd = false): void {
  section = name;
  current = atEnd ? lastEntries : entries;
}

/** All that were defined so far. */
export function definedEntries(): readonly ConfigEntry<unknown>[] {
  return [...entries, ...lastEntries];
}

export function define<T>(
  key: string,
  defaultText: string,
  doc: string,
  parse: (text: string, key: string) => T,
): ConfigEntry<T> {
  const entry = { key, section, defaultText, doc, parse };
  current.push(entry);
  return entry;
}

function invalid(key: string, text: string, wanted: string): never {
  throw new UsageError("INVALID_CONF_VALUE", `${key} must be ${wanted}, not "${text}".`, { parameters: { key, value: text } });
}

export const text = (key: string, value: string, doc: string) => define(key, value, doc, (v) => v);
export const bytes = (key: string, value: string, doc: string) => define(key, value, doc, (v, k) => parseBytes(v, k));
export const milliseconds = (key: string, value: string, doc: string) => define(key, value, doc, (v, k) => parseDuration(v, k));
export const seconds = (key: string, value: string, doc: string) => define(key, value, doc, (v, k) => parseDuration(v, k, "s"));
export const positiveSeconds = (key: string, value: string, doc: string) =>
  define(key, value, doc, (v, k) => {
    const ms = parseDuration(v, k, "s");
    return ms > 0 ? ms : invalid(k, v, "more than nothing");
  });
export const flag = (key: string, value: boolean, doc: string) =>
  define(key, String(value), doc, (v, k) =>
    /^true$/i.test(v) ? true : /^false$/i.test(v) ? false : invalid(k, v, "true or false"),
  );
export const integer = (key: string, value: number | "", doc: string, min = 0) =>
  define(key, String(value), doc, (v, k) => {
    const n = Number(v);
    return v.trim() !== "" && Number.isSafeInteger(n) && n >= min ? n : invalid(k, v, `an integer of at least ${min}`);
  });
export const optionalInteger = (key: string, doc: string, min = 1) =>
  define(key, "", doc, (v, k) => {
    if (v === "") return undefined;
    const n = Number(v);
    return Number.isSafeInteger(n) && n >= min ? n : invalid(k, v, `an integer of at least ${min}`);
  });
export const optionalMilliseconds = (key: string, doc: string) =>
  define(key, "", doc, (v, k) => (v === "" ? undefined : parseDuration(v, k)));
export const choice = (key: string, value: string, options: readonly string[], doc: string) =>
  define(key, value, doc, (v, k) =>
    v === value || options.includes(v.toUpperCase()) ? v : invalid(k, v, `one of ${options.join(", ")}`),
  );
export const fraction = (key: string, value: number, doc: string) =>
  define(key, String(value), doc, (v, k) =>
    Number(v) >= 0 && Number(v) <= 1 && v.trim() !== "" ? Number(v) : invalid(k, v, "a number from 0 to 1"),
  );
export const decimal = (key: string, value: number, doc: string) =>
  define(key, String(value), doc, (v, k) =>
    Number.isFinite(Number(v)) && v.trim() !== "" ? Number(v) : invalid(k, v, "a number"),
  );
