/** Timestamps as numbers, and moved between time zones. */
import type { DataType } from "../../../columnar/types";
import { QueryError } from "../../errors";
import { LONG, TIMESTAMP, callByName } from "../../expressions/build";
import type { Call } from "../../expressions/expression";
import { fromLocal, toLocal } from "../../types/datetime";
import { divide, fitsLong, floorDivide, multiply, powerOfTen, remainder, type Exact } from "../../types/exact";
import { saturated } from "../../types/cast-number";
import { timeZone, type TimeZone } from "../../types/time-zone";
import { document, made, plain } from "../documented";
import type { FunctionEntry } from "../registry";
import { scalar } from "../signature";

const doc = document("datetime");
const TIMESTAMP_NTZ: DataType = { kind: "timestamp_ntz" };

function overflow(call: Call): never {
  throw new QueryError("DATETIME_OVERFLOW", { operation: "make a timestamp of a number" }, call.at);
}

function checked(micros: Exact, call: Call): Exact {
  return fitsLong(micros) ? micros : overflow(call);
}

function fromUnits(name: string, unit: number, usage: string, result: string): FunctionEntry {
  return scalar({
    names: [name],
    doc: doc(usage, [`${name}(1230219000123)`, result]),
    inputs: ["integral"],
    result: TIMESTAMP,
    evaluate: made((call) => (count: Exact) => checked(multiply(count, unit), call)),
  });
}

function toUnits(name: string, unit: number, usage: string, result: string): FunctionEntry {
  return scalar({
    names: [name],
    uncast: true,
    doc: doc(usage, [`${name}(TIMESTAMP('1970-01-01 00:00:01Z'))`, result]),
    inputs: ["timestamp"],
    result: LONG,
    evaluate: plain((micros: never) => floorDivide(micros, unit)),
  });
}

/** The zone that a value names; throws INVALID_TIMEZONE. */
export function zoneNamed(id: string, call: Call): TimeZone {
  const zone = timeZone(id);
  if (zone === null) throw new QueryError("INVALID_TIMEZONE", { timeZone: id }, call.at);
  return zone;
}

function moved(name: string, usage: string, result: string, move: (micros: Exact, zone: TimeZone) => Exact): FunctionEntry {
  return scalar({
    names: [name],
    doc: doc(usage, [`${name}('2016-08-31', 'Asia/Seoul')`, result]),
    inputs: ["timestamp", "string"],
    result: TIMESTAMP,
    evaluate: made((call) => (micros: Exact, id: string) => move(micros, zoneNamed(id, call))),
  });
}

export const datetimeEpochFunctions: readonly FunctionEntry[] = [
  scalar({
    names: ["timestamp_seconds"],
    uncast: true,
    doc: doc("The timestamp so many seconds after 1970-01-01 00:00:00 UTC.", [
      "timestamp_seconds(1230219000)",
      "2008-12-25 07:30:00",
    ]),
    inputs: ["numeric"],
    result: TIMESTAMP,
    nullable: (args) => args.some((arg) => arg.nullable || arg.type.kind === "float" || arg.type.kind === "double"),
    evaluate: made((call) => {
      const type = call.args[0]!.type;
      if (type.kind === "float" || type.kind === "double") {
        return (seconds: number) => (Number.isFinite(seconds) ? saturated(seconds * 1e6, "long") : null);
      }
      if (type.kind !== "decimal") return (seconds: Exact) => checked(multiply(seconds, 1_000_000), call);
      const unit = powerOfTen(type.scale);
      return (seconds: Exact) => {
        const scaled = multiply(seconds, 1_000_000);
        if (remainder(scaled, unit) !== 0) overflow(call);
        return checked(divide(scaled, unit), call);
      };
    }),
  }),
  fromUnits(
    "timestamp_millis",
    1000,
    "The timestamp so many milliseconds after 1970-01-01 00:00:00 UTC.",
    "2008-12-25 07:30:00.123",
  ),
  fromUnits(
    "timestamp_micros",
    1,
    "The timestamp so many microseconds after 1970-01-01 00:00:00 UTC.",
    "1970-01-14 21:43:39.000123",
  ),
  toUnits("unix_millis", 1000, "Whole milliseconds since 1970-01-01 00:00:00 UTC.", "1000"),
  toUnits("unix_micros", 1, "Microseconds since 1970-01-01 00:00:00 UTC.", "1000000"),
  moved("from_utc_timestamp", "A timestamp shifted as if its UTC clock were that of the zone.", "2016-08-31 09:00:00", toLocal),
  moved("to_utc_timestamp", "A timestamp shifted as if the zone's clock were that of UTC.", "2016-08-30 15:00:00", fromLocal),
  convertTimezone(),
];

function convertTimezone(): FunctionEntry {
  const entry = scalar({
    names: ["convert_timezone"],
    doc: doc("A timestamp without zone, by the clock of one zone, as the clock of another shows it.", [
      "convert_timezone('Europe/Brussels', 'America/Los_Angeles', timestamp_ntz'2021-12-06 00:00:00')",
      "2021-12-05 15:00:00",
    ]),
    parameters: ["sourceTz", "targetTz", "sourceTs"],
    inputs: ["string", "string", "timestamp_ntz"],
    result: TIMESTAMP_NTZ,
    evaluate: made((call) => (from: string, to: string, local: Exact) => {
      return toLocal(fromLocal(local, zoneNamed(from, call)), zoneNamed(to, call));
    }),
  });
  return {
    ...entry,
    bind: (args, context) =>
      entry.bind(args.length === 2 ? [callByName("current_timezone", [], context), ...args] : args, context),
  };
}
