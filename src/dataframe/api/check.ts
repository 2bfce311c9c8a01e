/** Refuses what users give where a column, a condition or a value belongs, in words that say what they may have meant. */
import { UsageError } from "../../common/errors";

function described(value: unknown): string {
  if (value === null || value === undefined || typeof value === "boolean" || typeof value === "number") return String(value);
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "function") return "a function";
  if (typeof value !== "object") return `a ${typeof value}`;
  if (value instanceof Promise) return "a promise";
  return Array.isArray(value) ? "an array" : `an object of the class ${value.constructor?.name.replace(/^_/, "") ?? "null"}`;
}

function advice(value: unknown): string {
  if (value === undefined) return ' DataFrames have no properties for their columns: write col("name") or df.col("name").';
  if (typeof value === "boolean") return ' JavaScript\'s operators do not work on columns: write col("a").gt(1), or SQL text.';
  if (value instanceof Promise) return " Await it first.";
  if (typeof value === "function") return " udf(…) makes a function of values one of columns.";
  if (typeof value === "string") return ` For the column write col(${JSON.stringify(value)}), for the text lit(…).`;
  return value === null || typeof value !== "object" ? " lit(…) makes a value a column." : "";
}

/** @param what the call and its argument. @param wanted what belongs there, with its article. */
export function refuse(what: string, wanted: string, value: unknown): never {
  throw new UsageError("NOT_EXPECTED_TYPE", `${what} must be ${wanted}, not ${described(value)}.${advice(value)}`);
}

/** As refuse, where there is nothing to advise. */
export function refusePlainly(what: string, wanted: string, value: unknown): never {
  throw new UsageError("NOT_EXPECTED_TYPE", `${what} must be ${wanted}, not ${described(value)}.`);
}
