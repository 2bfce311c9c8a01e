/** Values in generated code: what a name in the source stands for. */
import type { Boxed, DataType } from "../../columnar/types";
import { isFloating, isIntLike, isLongLike } from "../types/families";
import type { PairCode } from "./pairs";

/**
 * How a value is held in locals:
 *
 *   bool    true or false
 *   int     a number that is an int32 (byte, short, int, date, year-month interval)
 *   f64     a number (float, double)
 *   safe    a number that is a safe integer (long, decimal, timestamp, …)
 *   any     such an integer where it may not be safe, in two locals: a number, and a bigint where the number is NaN. What is computed
 *           from NaN is NaN and fails every check of range: fast paths need no look at the kind of their operands. Where it comes with a pair
 *           of doubles, those that know pairs need no bigint
 *   bytes   three locals: the array, start and end (string, binary)
 *   text    a JavaScript string (string)
 *   boxed   a Boxed value (complex types); null where isNull holds
 */
export type Rep = "bool" | "int" | "f64" | "safe" | "any" | "bytes" | "text" | "boxed";

/** Bounds of a number; both included. */
export type Range = readonly [low: number, high: number];

export interface Term {
  readonly type: DataType;
  readonly rep: Rep;
  /** An expression without effects that is cheap to repeat: a local's name or a literal. For bytes: the array. */
  readonly code: string;
  readonly start?: string;
  readonly end?: string;
  /** Of rep "any": the bigint, where the number is NaN. A local, or a call that makes it of the pair. */
  readonly big?: string;
  /** Of rep "any", perhaps: its value as two doubles (pairs.ts), whether it is safe or not; `high` is NaN where it is in the bigint `beyond` alone. */
  readonly pair?: { readonly high: string; readonly low: string; readonly beyond: string };
  /** A condition, cheap to repeat; null where the value is never missing. The value behind a null may be read and is of its rep. */
  readonly isNull: string | null;
  readonly range?: Range;
  /** A constant of the plan. */
  readonly literal?: { readonly value: Boxed };
  /** The value of a column whose dictionary is known in this function. */
  readonly entry?: DictionaryEntry;
  /** Column of the input, or of a join's build side, that this is the plain value of. */
  readonly column?: ColumnOrigin;
}

/** The code of `big` of a term with this pair. */
export function exactCode({ high, low, beyond }: NonNullable<Term["pair"]>): string {
  return `R.exactOf(${high}, ${low}, ${beyond})`;
}

/** What code knows as two doubles: of a value without a pair NaN, where it may not be safe. */
export function pairOf(term: Term): PairCode {
  return term.pair ?? { high: term.code, low: "0" };
}

export interface DictionaryEntry {
  /** The local that holds the dictionary vector. */
  readonly dictionary: string;
  /** Its code for the current row. */
  readonly code: string;
}

export interface ColumnOrigin {
  /** Index of the source: 0 is the input of the pipeline, 1… are build sides in the order of their joins. */
  readonly source: number;
  readonly index: number;
}

export const MAX_SAFE = Number.MAX_SAFE_INTEGER;
const SAFE: Range = [-MAX_SAFE, MAX_SAFE];

/** Values that a type allows; infinite for what is no integer. */
export function rangeOf(type: DataType): Range {
  switch (type.kind) {
    case "byte":
      return [-128, 127];
    case "short":
      return [-32768, 32767];
    case "int":
    case "date":
    case "yearMonthInterval":
      return [-2147483648, 2147483647];
    case "decimal": {
      const bound = 10 ** type.precision;
      return [-bound, bound];
    }
    case "long":
    case "timestamp":
    case "timestamp_ntz":
    case "time":
    case "dayTimeInterval":
      return [-(2 ** 63), 2 ** 63];
    default:
      return [-Infinity, Infinity];
  }
}

export function safeRange(range: Range): Range {
  return [Math.max(range[0], SAFE[0]), Math.min(range[1], SAFE[1])];
}

export function isSafeRange(range: Range | undefined): boolean {
  return range !== undefined && range[0] >= SAFE[0] && range[1] <= SAFE[1];
}

/** How values of a type are held when nothing more is known of them. */
export function repOf(type: DataType): Rep {
  if (type.kind === "boolean") return "bool";
  if (isIntLike(type)) return "int";
  if (isFloating(type)) return "f64";
  if (isLongLike(type)) return "any";
  if (type.kind === "string") return "text";
  return type.kind === "binary" ? "bytes" : "boxed";
}
