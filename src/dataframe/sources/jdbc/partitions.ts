/** How a table is cut for several tasks: ranges of a column, as Spark cuts them, so that together they hold every row once. */
import type { StructType } from "../../../columnar/types";
import { parseDate, parseTimestampNtz } from "../../types/datetime";
import { valueToString } from "../../types/print";
import type { SourceOptions } from "../data-source";
import { integerOption, invalidOption, option } from "../options";
import { missing } from "./request";

/** Conditions, one for each task; null: all rows. */
export function partitionConditions(
  options: SourceOptions,
  schema: StructType,
  quoted: (column: string) => string,
): readonly (string | null)[] {
  const name = option(options, "partitionColumn");
  const bounds = ["lowerBound", "upperBound", "numPartitions"] as const;
  if (name === undefined) {
    const given = bounds.slice(0, 2).find((bound) => option(options, bound) !== undefined);
    if (given !== undefined) throw missing("partitionColumn");
    return [null];
  }
  for (const bound of bounds) if (option(options, bound) === undefined) throw missing(bound);
  const field = schema.fields.find((one) => one.name.toLowerCase() === name.toLowerCase().replace(/^["`]|["`]$/g, ""));
  if (field === undefined)
    throw invalidOption(
      "partitionColumn",
      name,
      `one of the table's columns: ${schema.fields.map((one) => one.name).join(", ")}`,
    );
  const { kind } = field.type;
  const isTime = kind === "timestamp" || kind === "timestamp_ntz";
  const valueOf = (bound: "lowerBound" | "upperBound"): bigint => {
    const text = option(options, bound)!.trim();
    if (kind === "date") return BigInt(parseDate(text) ?? wrong(bound, text, "a date"));
    if (isTime) return BigInt(parseTimestampNtz(text) ?? wrong(bound, text, "a timestamp"));
    if (/^[+-]?\d+$/.test(text)) return BigInt(text);
    return wrong(bound, text, "an integer");
  };
  if (!["byte", "short", "int", "long", "decimal", "float", "double", "date"].includes(kind) && !isTime)
    throw invalidOption("partitionColumn", name, "a column of numbers, dates or timestamps");
  const lower = valueOf("lowerBound");
  const upper = valueOf("upperBound");
  if (lower > upper) throw invalidOption("lowerBound", String(lower), "not above upperBound");
  const wanted = BigInt(Math.max(1, integerOption(options, "numPartitions", 1)));
  const count = upper - lower < wanted ? (upper - lower > 1n ? upper - lower : 1n) : wanted;
  if (count === 1n) return [null];
  const column = quoted(field.name);
  const text = (value: bigint): string => {
    if (kind !== "date" && !isTime) return String(value);
    const printed = valueToString(kind === "date" ? Number(value) : value, field.type, { timeZone: "UTC" });
    return `'${printed}'`;
  };
  const at = (i: bigint): string => text(lower + ((upper - lower) * i) / count);
  return Array.from({ length: Number(count) }, (_, i) => {
    const low = `${column} >= ${at(BigInt(i))}`;
    const high = `${column} < ${at(BigInt(i) + 1n)}`;
    if (i === 0) return `${high} OR ${column} IS NULL`;
    return i === Number(count) - 1 ? low : `${low} AND ${high}`;
  });
}

function wrong(bound: string, text: string, expected: string): never {
  throw invalidOption(bound, text, expected);
}
