/** Checks of what users pass, with messages that name the call. */
import { types } from "node:util";
import { UsageError } from "../common/errors";
import { ASYNC_COMBINER, asyncCombiner } from "../shuffle";

/** How messages show a value. */
export function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "function") return "a function";
  if (typeof value === "bigint") return `${value}n`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === "object" && value !== null) return `an object (${value.constructor?.name ?? "no class"})`;
  return String(value);
}

function invalid(call: string, what: string, wanted: string, value: unknown): UsageError {
  return value === undefined
    ? new UsageError("MISSING_ARGUMENT", `${call}: ${what} is missing; it must be ${wanted}.`, {
        parameters: { call, argument: what },
      })
    : new UsageError("INVALID_ARGUMENT", `${call}: ${what} must be ${wanted}, not ${show(value)}.`, {
        parameters: { call, argument: what },
      });
}

export function checkFunction(call: string, f: unknown, what = "the function"): void {
  if (typeof f !== "function") throw invalid(call, what, "a function", f);
}

/** @param name what messages call `f`, a function that combines records. @throws UsageError for an async function. */
export function checkSynchronous(call: string, f: unknown, name: string): void {
  if (types.isAsyncFunction(f)) throw new UsageError(ASYNC_COMBINER, asyncCombiner(call, name));
}

export function checkInteger(call: string, what: string, value: unknown, min: number): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < min) {
    if (Number.isInteger(value) && (value as number) >= min)
      throw invalid(call, what, `at most ${Number.MAX_SAFE_INTEGER}, the largest integer that numbers hold exactly`, value);
    throw invalid(call, what, min === Number.MIN_SAFE_INTEGER ? "an integer" : `an integer of at least ${min}`, value);
  }
  return value;
}

/** A driver of 4 GB has no room to keep account of more. */
const MOST_PARTITIONS = 4_000_000;

export function checkNumPartitions(call: string, value: unknown, min = 1, what = "the number of partitions"): number {
  const count = checkInteger(call, what, value, min);
  if (count > MOST_PARTITIONS) throw invalid(call, what, `at most ${MOST_PARTITIONS}`, value);
  return count;
}

export function checkNumber(call: string, what: string, value: unknown, min = -Infinity): number {
  if (typeof value !== "number" || Number.isNaN(value) || value < min) {
    throw invalid(call, what, min === -Infinity ? "a number" : `a number of at least ${min}`, value);
  }
  return value;
}

export function checkString(call: string, what: string, value: unknown): string {
  if (typeof value !== "string" || value === "") throw invalid(call, what, "a non-empty string", value);
  return value;
}

export function checkBoolean(call: string, what: string, value: unknown): boolean {
  if (typeof value !== "boolean") throw invalid(call, what, "true or false", value);
  return value;
}

export function invalidArgument(call: string, what: string, wanted: string, value: unknown): UsageError {
  return invalid(call, what, wanted, value);
}
