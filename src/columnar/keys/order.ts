/**
 * The natural order of keys, as sortBy, top, min and max use it: null first, then undefined; numbers (with bigints among
 * them, NaN after all others, 0 and -0 equal); strings by UTF-16 units; false before true; dates by time (invalid ones
 * last); arrays and byte arrays element by element, a beginning before its continuations. Nothing else has an order, and
 * values of two of these kinds have none between them.
 */
import { types } from "node:util";
import { UsageError } from "../../common/errors";
import { describe } from "../values/kinds";

/** Negative, 0 or positive. A UsageError for keys without an order, naming both. */
export function compareKeys(left: unknown, right: unknown): number {
  if (typeof left === "number" && typeof right === "number") return compareNumbers(left, right);
  if (typeof left === "string" && typeof right === "string") return left < right ? -1 : left > right ? 1 : 0;
  if (Array.isArray(left) && Array.isArray(right)) return compareLists(left, right);
  return compareOthers(left, right);
}

/** Numbers with NaN last. */
function compareNumbers(left: number, right: number): number {
  if (left < right) return -1;
  if (left > right) return 1;
  if (left === right) return 0;
  return left === left ? -1 : right === right ? 1 : 0;
}

function compareOthers(left: unknown, right: unknown): number {
  const missing = missingRank(left) - missingRank(right);
  if (missing !== 0 || left === null || left === undefined) {
    // Even the other side of a missing key must be one that could be sorted.
    requireOrder(left, right);
    requireOrder(right, left);
    return missing;
  }
  if (typeof left === "bigint" || typeof right === "bigint") {
    if (isNumeric(left) && isNumeric(right))
      return left < right ? -1 : left > right ? 1 : Number.isNaN(right) ? -1 : Number.isNaN(left) ? 1 : 0;
    return refuse(left, right);
  }
  if (typeof left === "boolean" && typeof right === "boolean") return Number(left) - Number(right);
  if (typeof left !== "object" || typeof right !== "object") return refuse(left, right);
  if (types.isDate(left) && types.isDate(right)) return compareNumbers(left.getTime(), right.getTime());
  if (isElements(left) && isElements(right)) return compareLists(left, right);
  return refuse(left, right);
}

function compareLists(left: ArrayLike<unknown>, right: ArrayLike<unknown>): number {
  const shared = Math.min(left.length, right.length);
  for (let index = 0; index < shared; index++) {
    const order = compareKeys(left[index], right[index]);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

const missingRank = (value: unknown): number => (value === null ? 0 : value === undefined ? 1 : 2);
const isNumeric = (value: unknown): value is number | bigint => typeof value === "number" || typeof value === "bigint";
const isElements = (value: unknown): value is Uint8Array => ArrayBuffer.isView(value) && !types.isDataView(value);

function hasOrder(value: unknown): boolean {
  if (typeof value === "object") return value === null || types.isDate(value) || Array.isArray(value) || isElements(value);
  return typeof value !== "function" && typeof value !== "symbol";
}

function requireOrder(value: unknown, other: unknown): void {
  if (!hasOrder(value)) refuse(value, other);
}

function refuse(left: unknown, right: unknown): never {
  const unordered = !hasOrder(left) ? left : !hasOrder(right) ? right : undefined;
  if (unordered !== undefined) {
    throw new UsageError(
      "INCOMPARABLE_KEYS",
      `Keys cannot be sorted: ${describe(unordered)} has no natural order. ` +
        "Give a key function that makes a number, string, date or array of it, as in sortBy(x => x.name).",
    );
  }
  throw new UsageError(
    "INCOMPARABLE_KEYS",
    `Keys cannot be sorted: ${describe(left)} and ${describe(right)} have no order between them. ` +
      "Give a key function that makes values of one type.",
  );
}
