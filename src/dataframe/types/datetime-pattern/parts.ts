/** What a pattern is made of, and what cannot be one. */

/** Why a pattern cannot be used: the rest of an error class, and its parameters. */
export class PatternFault extends Error {
  constructor(
    readonly errorClass: string,
    readonly parameters: Readonly<Record<string, string>>,
  ) {
    super(errorClass);
  }
}

export type Field =
  | "year"
  | "yearOfEra"
  | "era"
  | "quarter"
  | "month"
  | "day"
  | "dayOfYear"
  | "weekday"
  | "weekOfMonth"
  | "hour"
  | "hourOfHalf"
  | "clockHour"
  | "clockHourOfHalf"
  | "half"
  | "minute"
  | "second"
  | "nano";

/** A part of a pattern. Numbers say how many letters they have and how wide they may be; `reserve` is what adjacent fixed numbers after it take. */
export type Part =
  | { readonly kind: "text"; readonly text: string }
  | {
      readonly kind: "number";
      readonly field: Field;
      readonly min: number;
      readonly max: number;
      readonly sign: "normal" | "exceedsPad" | "never";
      reserve: number;
      fixed: boolean;
    }
  | { readonly kind: "twoDigitYear"; readonly field: "year" | "yearOfEra"; reserve: number; fixed: boolean }
  | { readonly kind: "fraction"; readonly digits: number }
  | { readonly kind: "words"; readonly field: Field; readonly words: readonly string[] }
  | { readonly kind: "zoneId" }
  | { readonly kind: "zoneName"; readonly long: boolean }
  | { readonly kind: "offset"; readonly style: number; readonly zero: string }
  | { readonly kind: "localOffset"; readonly long: boolean }
  | { readonly kind: "optional"; readonly parts: readonly Part[] };

const months = "January February March April May June July August September October November December".split(" ");
const weekdays = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split(" ");
const shortMonths = months.map((name) => name.slice(0, 3));
const shortWeekdays = weekdays.map((name) => name.slice(0, 3));
const quarters = ["1st quarter", "2nd quarter", "3rd quarter", "4th quarter"];
const halves = ["AM", "PM"];

/** The place of a field's value among its words. */
export const wordBase: Readonly<Partial<Record<Field, number>>> = { month: 1, quarter: 1, weekday: 1, half: 0, era: 0 };

const weekLetters = new Set("YWwuec");
const unknownLetters = new Set("ABnNp");
const unparsedLetters = new Set("EFqQ");
/** What patterns before Spark 3 could hold: such a pattern is refused with advice. */
const formerLetters = /^[GyYMLwWDdFEuaHkKhmsSzZX]$/;

function quoted(pattern: string): string {
  return `'${pattern.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

export function crossVersion(pattern: string): PatternFault {
  return new PatternFault("INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_PATTERN_RECOGNITION", {
    pattern: quoted(pattern),
    config: '"spark.sql.legacy.timeParserPolicy"',
    docroot: "https://spark.apache.org/docs/latest",
  });
}

/** The fault of a pattern that is none. */
export function invalidPattern(pattern: string): PatternFault {
  return new PatternFault("INVALID_DATETIME_PATTERN.WITH_SUGGESTION", {
    pattern: quoted(pattern),
    docroot: "https://spark.apache.org/docs/latest",
  });
}

/** Whether SimpleDateFormat takes the pattern. */
export function wasPattern(pattern: string): boolean {
  const outside = pattern.split("'");
  if (outside.length % 2 === 0) return false;
  return outside.every((part, i) => i % 2 === 1 || [...part].every((c) => !/[A-Za-z]/.test(c) || formerLetters.test(c)));
}

export function checkLetters(pattern: string, parsing: boolean): void {
  for (const [i, part] of pattern.split("'").entries()) {
    if (i % 2 === 1) continue;
    for (const c of part) {
      if (weekLetters.has(c)) {
        throw new PatternFault("INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_WEEK_BASED_PATTERN", { c });
      }
    }
    for (const c of part) {
      if (unknownLetters.has(c) || (parsing && unparsedLetters.has(c))) {
        throw new PatternFault("INVALID_DATETIME_PATTERN.ILLEGAL_CHARACTER", { c, pattern });
      }
    }
    if (/G{5}|M{5}|L{5}|E{5}|Q{5}|q{5}|y{7}/.test(part)) {
      throw new PatternFault("INVALID_DATETIME_PATTERN.LENGTH", { pattern });
    }
  }
}

export function partsOf(pattern: string): readonly Part[] {
  /* Without an era years count through zero, as ISO's do. */
  const hasEra = pattern.split("'").some((part, i) => i % 2 === 0 && part.includes("G"));
  const stack: Part[][] = [[]];
  for (let i = 0; i < pattern.length;) {
    const c = pattern[i]!;
    const parts = stack.at(-1)!;
    if (/[A-Za-z]/.test(c)) {
      let end = i + 1;
      while (pattern[end] === c) end++;
      const part = letterPart(c, end - i, hasEra, pattern);
      join(parts, part);
      parts.push(part);
      i = end;
    } else if (c === "'") {
      let text = "";
      let end = i + 1;
      for (; end < pattern.length; end++) {
        if (pattern[end] !== "'") text += pattern[end]!;
        else if (pattern[end + 1] === "'") {
          text += "'";
          end++;
        } else break;
      }
      if (end >= pattern.length) throw invalidPattern(pattern);
      parts.push({ kind: "text", text: text === "" ? "'" : text });
      i = end + 1;
    } else if (c === "[") {
      stack.push([]);
      i++;
    } else if (c === "]") {
      const inner = stack.pop()!;
      if (stack.length === 0) throw invalidPattern(pattern);
      stack.at(-1)!.push({ kind: "optional", parts: inner });
      i++;
    } else if (c === "{" || c === "}" || c === "#") {
      throw invalidPattern(pattern);
    } else {
      parts.push({ kind: "text", text: c });
      i++;
    }
  }
  while (stack.length > 1) {
    const inner = stack.pop()!;
    stack.at(-1)!.push({ kind: "optional", parts: inner });
  }
  return stack[0]!;
}

/** Numbers that touch: one of open width leaves room for those of fixed width after it. */
function join(before: readonly Part[], part: Part): void {
  const width = fixedWidth(part);
  if (part.kind !== "number" && part.kind !== "twoDigitYear") return;
  let i = before.length - 1;
  const isFixed = (other: Part): boolean => fixedWidth(other) !== null && "fixed" in other && other.fixed;
  while (i >= 0 && isFixed(before[i]!)) i--;
  const open = before[i];
  if (open === undefined || (open.kind !== "number" && open.kind !== "twoDigitYear")) return;
  if (width !== null) {
    open.reserve += width;
    if ("fixed" in part) part.fixed = true;
  } else open.fixed = true;
}

function fixedWidth(part: Part): number | null {
  if (part.kind === "twoDigitYear") return 2;
  return part.kind === "number" && part.min === part.max && part.sign === "never" ? part.min : null;
}

function letterPart(letter: string, count: number, hasEra: boolean, pattern: string): Part {
  const number = (field: Field, min = 1, max = 19, sign: "normal" | "exceedsPad" | "never" = "normal"): Part => ({
    kind: "number",
    field,
    min,
    max,
    sign,
    reserve: 0,
    fixed: false,
  });
  const oneOrTwo = (field: Field): Part => {
    if (count > 2) throw invalidPattern(pattern);
    return count === 1 ? number(field) : number(field, 2, 2, "never");
  };
  const only = (most: number, part: Part): Part => {
    if (count > most) throw invalidPattern(pattern);
    return part;
  };
  switch (letter) {
    case "y": {
      const field = hasEra ? "yearOfEra" : "year";
      if (count === 2) return { kind: "twoDigitYear", field, reserve: 0, fixed: false };
      return number(field, count, 19, count < 4 ? "normal" : "exceedsPad");
    }
    case "G":
      return only(4, { kind: "words", field: "era", words: count === 4 ? ["Before Christ", "Anno Domini"] : ["BC", "AD"] });
    case "M":
    case "L":
      if (count <= 2) return oneOrTwo("month");
      return only(4, { kind: "words", field: "month", words: count === 3 ? shortMonths : months });
    case "Q":
    case "q":
      if (count <= 2) return oneOrTwo("quarter");
      return only(4, { kind: "words", field: "quarter", words: count === 3 ? ["Q1", "Q2", "Q3", "Q4"] : quarters });
    case "E":
      return only(4, { kind: "words", field: "weekday", words: count <= 3 ? shortWeekdays : weekdays });
    case "D":
      return only(3, count === 1 ? number("dayOfYear") : number("dayOfYear", count, 3, "never"));
    case "d":
      return oneOrTwo("day");
    case "F":
      return only(1, number("weekOfMonth"));
    case "H":
      return oneOrTwo("hour");
    case "h":
      return oneOrTwo("clockHourOfHalf");
    case "k":
      return oneOrTwo("clockHour");
    case "K":
      return oneOrTwo("hourOfHalf");
    case "m":
      return oneOrTwo("minute");
    case "s":
      return oneOrTwo("second");
    case "a":
      return only(1, { kind: "words", field: "half", words: halves });
    case "S":
      return only(9, { kind: "fraction", digits: count });
    case "V":
      if (count !== 2) throw invalidPattern(pattern);
      return { kind: "zoneId" };
    case "z":
      return only(4, { kind: "zoneName", long: count === 4 });
    case "O":
      if (count !== 1 && count !== 4) throw invalidPattern(pattern);
      return { kind: "localOffset", long: count === 4 };
    case "X":
      return only(5, { kind: "offset", style: count, zero: "Z" });
    case "x":
      return only(5, { kind: "offset", style: count, zero: ["+00", "+0000", "+00:00", "+0000", "+00:00"][count - 1]! });
    case "Z":
      if (count < 4) return { kind: "offset", style: 2, zero: "+0000" };
      if (count === 4) return { kind: "localOffset", long: true };
      return only(5, { kind: "offset", style: 5, zero: "Z" });
    default:
      throw invalidPattern(pattern);
  }
}
