/** Times of day. */
import type { DataType } from "../../../columnar/types";
import { QueryError } from "../../errors";
import { INT, LONG, literal } from "../../expressions/build";
import type { Call } from "../../expressions/expression";
import type { SqlSettings } from "../../settings";
import { microsOfDay, nanosPerDay, sessionZone, toLocal, truncateTime, parseTime } from "../../types/datetime";
import { ParseFault } from "../../types/datetime-pattern/parse";
import { divide, multiply, powerOfTen, type Exact } from "../../types/exact";
import { document, made, plain } from "../documented";
import type { FunctionEntry } from "../registry";
import { constantOf, mismatch, scalar } from "../signature";
import { exactly } from "./datetime-make";
import { patternOf } from "./datetime-text";

const doc = document("datetime");
const TIME: DataType = { kind: "time", precision: 6 };
const SECONDS: DataType = { kind: "decimal", precision: 16, scale: 6 };

function outOfBounds(rangeMessage: string, call: Call): never {
  throw new QueryError("DATETIME_FIELD_OUT_OF_BOUNDS.WITHOUT_SUGGESTION", { rangeMessage }, call.at);
}

function ofDay(nanos: Exact, call: Call): number {
  if (nanos < 0 || nanos >= nanosPerDay)
    outOfBounds(`A time is 0 to ${String(nanosPerDay - 1)} nanoseconds, not ${String(nanos)}`, call);
  return Number(nanos);
}

const unitNanos = new Map([
  ["HOUR", 3.6e12],
  ["MINUTE", 6e10],
  ["SECOND", 1e9],
  ["MILLISECOND", 1e6],
  ["MICROSECOND", 1e3],
]);

function unitNamed(unit: string, call: Call): number {
  const size = unitNanos.get(unit.toUpperCase());
  if (size !== undefined) return size;
  throw new QueryError(
    "INVALID_PARAMETER_VALUE.TIME_UNIT",
    { functionName: `\`${call.fn}\``, parameter: "`unit`", invalidValue: `'${unit}'` },
    call.at,
  );
}

const currentTime = scalar({
  names: ["current_time"],
  doc: doc("The time of day at which the query started, with so many digits of a second's fraction.", [
    "current_time() = current_time()",
    "true",
  ]),
  inputs: ["int"],
  optional: 1,
  defaults: () => [literal(6, INT)],
  check: (args, context) => {
    const precision = constantOf("precision", args[0]!, args, context) as number | null;
    if (precision === null || precision < 0 || precision > 6) {
      throw mismatch("VALUE_OUT_OF_RANGE", args, context, {
        exprName: "`precision`",
        valueRange: "[0, 6]",
        currentValue: precision === null ? "NULL" : String(precision),
      });
    }
  },
  result: (_, args, context) => ({ kind: "time", precision: constantOf("precision", args[0]!, args, context) as number }),
  nullable: false,
  evaluate: (call, context) => {
    const local = toLocal(context.settings.now, sessionZone(context.settings.timeZone));
    const precision = call.type.kind === "time" ? (call.type.precision ?? 6) : 6;
    const nanos = truncateTime(microsOfDay(local) * 1000, precision);
    return () => nanos;
  },
});

const makeTime = scalar({
  names: ["make_time"],
  doc: doc("The time of an hour, a minute and seconds.", ["make_time(6, 30, 45.887)", "06:30:45.887"]),
  inputs: ["int", "int", SECONDS],
  result: TIME,
  nullable: true,
  evaluate: made((call) => (hour: number, minute: number, seconds: Exact) => {
    const micros = Number(seconds);
    const check = (name: string, value: number, most: number): void => {
      if (value < 0 || value > most) outOfBounds(`The ${name} ${String(value)} is not in 0 to ${String(most)}`, call);
    };
    check("hour", hour, 23);
    check("minute", minute, 59);
    check("second", Math.floor(micros / 1e6), 59);
    return ((hour * 60 + minute) * 60e6 + micros) * 1000;
  }),
});

/** to_time(text) reads the form of casts, to_time(text, pattern) that of the pattern. */
function toTime(name: string, tries: boolean): FunctionEntry {
  const entry = scalar({
    names: [name],
    doc: doc(
      tries
        ? "As to_time; NULL where the text says no time."
        : "The time that a text says, by a pattern or in the form of casts.",
      [tries ? "try_to_time('foo', 'HH:mm')" : "to_time('12.10.05', 'HH.mm.ss')", tries ? "NULL" : "12:10:05"],
    ),
    inputs: ["string", "string"],
    optional: 1,
    result: TIME,
    nullable: true,
    print: (_, args) => (tries ? `try_to_time(to_time(${args.join(", ")}))` : `to_time(${args.join(", ")})`),
    evaluate: made((call, context) => (text: string, pattern?: string) => {
      const nanos = pattern === undefined ? parseTime(text) : byPattern(text, pattern, call, context.settings);
      if (nanos !== null || tries) return nanos;
      throw new QueryError("CANNOT_PARSE_TIME", { input: `'${text}'`, format: `'${pattern ?? "HH:mm:ss.SSSSSS"}'` }, call.at);
    }),
  });
  return { ...entry, bind: (args, context) => entry.bind(exactly(["string", "string"], args, context), context) };
}

function byPattern(text: string, pattern: string, call: Call, settings: SqlSettings): number | null {
  try {
    const { nanosOfDay } = patternOf(pattern, "parse", call, settings).parse(text);
    return nanosOfDay === null ? null : truncateTime(nanosOfDay, 6);
  } catch (error) {
    if (error instanceof ParseFault) return null;
    throw error;
  }
}

function fromUnits(name: string, nanos: number, usage: string): FunctionEntry {
  return scalar({
    names: [name],
    doc: doc(usage, [`${name}(0)`, "00:00:00"]),
    inputs: ["integral"],
    result: TIME,
    nullable: true,
    evaluate: made((call) => (count: Exact) => ofDay(multiply(count, nanos), call)),
  });
}

function toUnits(name: string, nanos: number, usage: string, result: string): FunctionEntry {
  return scalar({
    names: [name],
    uncast: true,
    doc: doc(usage, [`${name}(TIME'14:30:00')`, result]),
    inputs: ["time"],
    result: LONG,
    nullable: true,
    evaluate: plain((time: number) => Math.floor(time / nanos)),
  });
}

export const timeFunctions: readonly FunctionEntry[] = [
  currentTime,
  makeTime,
  toTime("to_time", false),
  toTime("try_to_time", true),
  scalar({
    names: ["time_diff"],
    doc: doc("Whole units from the first time to the second: HOUR, MINUTE, SECOND, MILLISECOND, MICROSECOND.", [
      "time_diff('HOUR', TIME'20:30:29', TIME'21:30:29')",
      "1",
    ]),
    inputs: ["string", "time", "time"],
    result: LONG,
    nullable: true,
    evaluate: made((call) => (unit: string, from: number, to: number) => divide(to - from, unitNamed(unit, call))),
  }),
  scalar({
    names: ["time_trunc"],
    doc: doc("A time cut down to a unit from HOUR to MICROSECOND.", ["time_trunc('HOUR', TIME'09:32:05.359')", "09:00:00"]),
    inputs: ["string", "time"],
    result: (types) => types[1]!,
    nullable: true,
    evaluate: made((call) => (unit: string, time: number) => time - (time % unitNamed(unit, call))),
  }),
  scalar({
    names: ["time_from_seconds"],
    uncast: true,
    doc: doc("The time so many seconds after midnight.", ["time_from_seconds(52200.5)", "14:30:00.5"]),
    inputs: ["numeric"],
    result: TIME,
    nullable: true,
    evaluate: made((call) => {
      const type = call.args[0]!.type;
      if (type.kind === "float" || type.kind === "double") {
        return (seconds: number) => {
          if (!Number.isFinite(seconds)) outOfBounds(`${String(seconds)} seconds are no time`, call);
          return ofDay(Math.trunc(seconds * 1e6) * 1000, call);
        };
      }
      if (type.kind !== "decimal") return (seconds: Exact) => ofDay(multiply(seconds, 1e9), call);
      const unit = powerOfTen(type.scale);
      return (seconds: Exact) => truncateTime(ofDay(divide(multiply(seconds, 1e9), unit), call), 6);
    }),
  }),
  fromUnits("time_from_millis", 1e6, "The time so many milliseconds after midnight."),
  fromUnits("time_from_micros", 1e3, "The time so many microseconds after midnight."),
  scalar({
    names: ["time_to_seconds"],
    uncast: true,
    doc: doc("Seconds since midnight, with their fraction.", ["time_to_seconds(TIME'14:30:00.5')", "52200.500000"]),
    inputs: ["time"],
    result: { kind: "decimal", precision: 14, scale: 6 },
    nullable: true,
    evaluate: plain((time: number) => Math.floor(time / 1000)),
  }),
  toUnits("time_to_millis", 1e6, "Milliseconds since midnight.", "52200000"),
  toUnits("time_to_micros", 1e3, "Microseconds since midnight.", "52200000000"),
];
