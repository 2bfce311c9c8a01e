/** Collations of strings: how two are compared, and the key under which equal ones meet. */
import type { Boxed, DataType, StringType } from "../../columnar/types";
import { AnalysisError, QueryError } from "../errors";

export interface Collation {
  readonly name: string;
  readonly compare: (a: Boxed, b: Boxed) => number;
  /** Equal for strings that compare equal. */
  readonly key: (text: string) => string;
  /** Letters that count as one made one, without a change of length: for looking inside of strings. Null where all differ. */
  readonly fold: ((text: string) => string) | null;
  /** Without the spaces at the end that do not count. */
  readonly trimmed: (text: string) => string;
}

/** Of strings whose collation could not be told: two columns of different ones met. Such strings cannot be compared. */
export const INDETERMINATE = "null";

const cache = new Map<string, Collation>();

export function collationOf(type: Pick<StringType, "collation">): Collation {
  return collationNamed(type.collation ?? "UTF8_BINARY");
}

/** UTF8_BINARY, UTF8_LCASE, UNICODE and locales, with CI, AI and RTRIM. */
export function collationNamed(name: string): Collation {
  const normal = name.toUpperCase();
  let collation = cache.get(normal);
  if (collation === undefined) cache.set(normal, (collation = make(normal)));
  return collation;
}

/** The language whose rules for capital and small letters differ from all others'; undefined where the common ones hold. */
export function letterLocale(type: DataType): string | undefined {
  if (type.kind !== "string" || type.collation === undefined) return undefined;
  const language = type.collation.split("_", 1)[0]?.toLowerCase();
  return LETTER_LOCALES.find((one) => one === language);
}

/** ICU's, but for "nl", whose collation is the common one, and Armenian, which JavaScript has no rules for. */
const LETTER_LOCALES: readonly string[] = ["tr", "az", "lt", "el"];

/** As Spark spells names: UTF8_LCASE, UNICODE_CI_RTRIM, en_AI, de_CI_AI. Throws COLLATION_INVALID_NAME. */
export function normalCollation(name: string): string {
  collationNamed(name);
  const [first = "", ...rest] = name.split("_");
  const own = /^(?:utf8|unicode)$/i.test(first);
  const isMark = (part: string): boolean => MARKS.includes(part.toUpperCase());
  const places = rest.filter((part) => !isMark(part));
  const script = (part: string): string =>
    part.length === 4 ? part.charAt(0).toUpperCase() + part.slice(1).toLowerCase() : part.toUpperCase();
  const marks = rest.filter(isMark).map((part) => part.toUpperCase());
  return [
    own ? first.toUpperCase() : first.toLowerCase(),
    ...places.map((part) => (own ? part.toUpperCase() : script(part))),
    // Those of the default are not written; the others have an order of their own.
    ...["CI", "AI", "RTRIM"].filter((mark) => marks.includes(mark)),
  ].join("_");
}

const MARKS: readonly string[] = ["CI", "CS", "AI", "AS", "RTRIM"];

function make(name: string): Collation {
  if (name === INDETERMINATE.toUpperCase()) throw new QueryError("INDETERMINATE_COLLATION", {});
  const [base, ...marks] = name.split("_").reduce<string[]>(joinBase, []);
  for (const pair of [["CI", "CS"], ["AI", "AS"], ["RTRIM"]])
    if (marks.filter((mark) => pair.includes(mark)).length > 1) throw invalid(name);
  const trim = marks.includes("RTRIM");
  const rest = marks.filter((mark) => mark !== "RTRIM");
  const trimmed = trim ? (text: string): string => text.replace(/ +$/, "") : (text: string): string => text;
  if (base === "UTF8_BINARY" || base === "UTF8_LCASE") {
    if (rest.length > 0) throw invalid(name);
    const key = base === "UTF8_LCASE" ? (text: string): string => lowerKey(trimmed(text)) : trimmed;
    const fold = base === "UTF8_LCASE" ? folder(true, false) : null;
    return { name, key, fold, trimmed, compare: (a, b) => byCodePoint(key(a as string), key(b as string)) };
  }
  const accents = !rest.includes("AI");
  const cases = !rest.includes("CI");
  const locale = localeOf(base as string, name, rest);
  const collator = new Intl.Collator(locale, {
    sensitivity: cases ? (accents ? "variant" : "case") : accents ? "accent" : "base",
    caseFirst: "false",
  });
  const key = (text: string): string => {
    let folded = trimmed(text).normalize("NFD");
    if (!accents) folded = folded.replace(/\p{M}/gu, "");
    return cases ? folded : folded.toLowerCase();
  };
  const fold = cases && accents ? null : folder(!cases, !accents);
  return { name, key, fold, trimmed, compare: (a, b) => collator.compare(trimmed(a as string), trimmed(b as string)) };
}

function folder(cases: boolean, accents: boolean): (text: string) => string {
  const one = (c: string): string => {
    const bare = accents ? (c.normalize("NFD")[0] ?? c) : c;
    const lower = cases ? lowerKey(bare) : bare;
    return lower.length === c.length ? lower : c;
  };
  return (text) => Array.from(text, one).join("");
}

/** "UTF8_LCASE" is one word of a name, and locales have underscores of their own. */
function joinBase(parts: string[], part: string): string[] {
  if (parts.length === 0) return [part];
  if (parts.length === 1 && !MARKS.includes(part)) return [`${parts[0]}_${part}`];
  return [...parts, part];
}

function localeOf(base: string, name: string, marks: readonly string[]): string {
  if (marks.some((mark) => !["CI", "CS", "AI", "AS"].includes(mark))) throw invalid(name);
  if (base === "UNICODE") return "und";
  const [language = ""] = base.split("_");
  const locale = language.toLowerCase();
  if (language.length < 2 || language.length > 3 || Intl.Collator.supportedLocalesOf([locale]).length === 0) throw invalid(name);
  return locale;
}

function invalid(name: string): AnalysisError {
  return new AnalysisError("COLLATION_INVALID_NAME", { collationName: name, proposals: "UTF8_BINARY, UTF8_LCASE, UNICODE" });
}

/** Lower case letter by letter; both forms of sigma are one. */
export function lowerKey(text: string): string {
  return text.toLowerCase().replaceAll("ς", "σ");
}

function byCodePoint(a: string, b: string): number {
  const x = Buffer.from(a, "utf8");
  return Buffer.compare(x, Buffer.from(b, "utf8"));
}
