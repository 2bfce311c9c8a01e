/** Fields of dates, and days added to them. Timestamps depend on a zone and go to the evaluators. */
import type { Call } from "../../expressions/expression";
import type { Emitter } from "../emitter";
import type { Range, Term } from "../term";

const FIELDS: Readonly<Record<string, readonly [fn: string, range: Range]>> = {
  year: ["yearOf", [-6000000, 6000000]],
  month: ["monthOf", [1, 12]],
  day: ["dayOf", [1, 31]],
  dayofmonth: ["dayOf", [1, 31]],
  quarter: ["quarterOf", [1, 4]],
};

/** Functions whose first argument names the field; the name is an option of the call. */
const NAMING = new Set(["extract", "datepart", "date_part"]);

export function emitDateField(emitter: Emitter, call: Call): Term | null {
  const naming = NAMING.has(call.fn);
  const arg = call.args[naming ? 1 : 0];
  const field = FIELDS[naming ? (call.options?.["part"] as string) : call.fn];
  if (field === undefined || arg?.type.kind !== "date" || call.type.kind !== "int") return null;
  const child = emitter.emit(arg);
  const code = emitter.writer.constant(`R.${field[0]}(${child.code})`, "field");
  return { type: call.type, rep: "int", code, isNull: child.isNull, range: field[1] };
}

/** Days added wrap as Java's ints do. */
export function emitDateAdd(emitter: Emitter, call: Call): Term | null {
  const [date, days] = call.args;
  if (date?.type.kind !== "date" || days === undefined || call.type.kind !== "date") return null;
  if (days.type.kind !== "int" && days.type.kind !== "short" && days.type.kind !== "byte") return null;
  const [a, b] = emitter.emitArgs([date, days]) as [Term, Term];
  const sign = call.fn === "date_add" ? "+" : "-";
  const code = emitter.writer.constant(`(${a.code} ${sign} ${b.code}) | 0`, "date");
  return { type: call.type, rep: "int", code, isNull: emitter.anyNull([a, b]), range: [-2147483648, 2147483647] };
}
