/** sequence: numbers, dates and timestamps from one value to another in steps. */
import type { Boxed, CalendarInterval, DataType } from "../../../columnar/types";
import { InternalError } from "../../../common/errors";
import { QueryError } from "../../errors";
import { coerced } from "../../expressions/build";
import type { Call, Expression } from "../../expressions/expression";
import { commonType } from "../../types/coercion";
import { addToTimestamp, daysToMicros, microsPerDay, microsToDays, sessionZone } from "../../types/datetime";
import { add, compare, divide, multiply, subtract } from "../../types/exact";
import type { Exact } from "../../types/exact";
import { utc } from "../../types/time-zone";
import type { TimeZone } from "../../types/time-zone";
import { document } from "../documented";
import { isIntegral } from "../input-types";
import type { BindContext, EvaluationContext, FunctionEntry } from "../registry";
import { mismatch, scalar } from "../signature";
import { prepared } from "./array";
import { arrayFor, requireRoomForArray } from "../value-size";
import { arrayOf } from "./array-inputs";

const doc = document("array");

const TIMES = new Set<DataType["kind"]>(["date", "timestamp", "timestamp_ntz"]);

function isStepOfTime(type: DataType): boolean {
  return type.kind === "calendarInterval" || type.kind === "yearMonthInterval" || type.kind === "dayTimeInterval";
}

const sequence = prepared(
  scalar({
    names: ["sequence"],
    doc: doc(
      "An array from one value to another, both included, in steps of 1 or -1, a day, or what the third argument says.",
      ["sequence(1, 5)", "[1,2,3,4,5]"],
      ["sequence(to_date('2018-01-01'), to_date('2018-03-01'), interval 1 month)", "[2018-01-01,2018-02-01,2018-03-01]"],
    ),
    inputs: ["any", "any", "any"],
    optional: 1,
    result: (types) => arrayOf(types[0] as DataType, false),
    evaluate: (call, context) => {
      const { type } = call.args[0] as Expression;
      return isIntegral(type) ? numbers(call) : times(call, type, context);
    },
  }),
  sequenceInputs,
);

function sequenceInputs(args: readonly Expression[], context: BindContext): readonly Expression[] {
  const [start, stop, step] = args as readonly [Expression?, Expression?, Expression?];
  if (start === undefined || stop === undefined || args.length > 3) return args;
  const type = commonType([start.type, stop.type], context.settings);
  if (type !== null && isIntegral(type)) {
    const whole = step === undefined ? type : commonType([type, step.type], context.settings);
    if (whole !== null && isIntegral(whole)) return args.map((arg) => coerced(arg, whole, context));
  } else if (type !== null && TIMES.has(type.kind) && (step === undefined || isStepOfTime(step.type))) {
    return args.map((arg, i) => (i < 2 ? coerced(arg, type, context) : arg));
  }
  throw mismatch("SEQUENCE_WRONG_INPUT_TYPES", args, context, {
    functionName: "`sequence`",
    startType: '("TIMESTAMP" or "TIMESTAMP_NTZ" or "DATE")',
    stepType: '("INTERVAL" or "INTERVAL YEAR TO MONTH" or "INTERVAL DAY TO SECOND")',
    otherStartType: '"INTEGRAL"',
  });
}

function numbers(call: Call): (...args: Boxed[]) => Boxed {
  return (from, to, by) => {
    const start = from as Exact;
    const stop = to as Exact;
    const step = (by as Exact | undefined) ?? (compare(start, stop) <= 0 ? 1 : -1);
    checkWay(start, stop, step, Number(step), call);
    if (step === 0 || step === 0n) return [start];
    const count = add(divide(subtract(stop, start), step), 1);
    const items = arrayFor(count, { name: "sequence", at: call.at });
    for (let i = 0; i < count; i++) items[i] = add(start, multiply(step, i));
    return items;
  };
}

/** Spark's own check, which names no error class. */
function checkWay(start: Exact, stop: Exact, step: Boxed, sign: number, call: Call): void {
  const way = compare(start, stop);
  if ((sign > 0 && way <= 0) || (sign < 0 && way >= 0) || (sign === 0 && way === 0)) return;
  throw new QueryError(
    "ILLEGAL_SEQUENCE_BOUNDARIES",
    { start: String(start), stop: String(stop), step: typeof step === "object" ? JSON.stringify(step) : String(step) },
    call.at,
  );
}

interface Step {
  readonly months: number;
  readonly days: number;
  readonly micros: Exact;
}

function stepOf(value: Boxed | undefined, type: DataType | undefined, ascending: boolean): Step {
  switch (type?.kind) {
    case undefined:
      return { months: 0, days: ascending ? 1 : -1, micros: 0 };
    case "yearMonthInterval":
      return { months: value as number, days: 0, micros: 0 };
    case "dayTimeInterval": {
      // Whole days are days of the calendar, however long.
      const micros = value as Exact;
      const days = Number(divide(micros, microsPerDay));
      return { months: 0, days, micros: subtract(micros, multiply(days, microsPerDay)) };
    }
    case "calendarInterval": {
      const { months, days, microseconds } = value as CalendarInterval;
      return { months, days, micros: microseconds };
    }
    default:
      throw new InternalError(`A step of type ${String(type?.kind)}.`);
  }
}

/** About as long as a month of the calendar, for telling how many steps there may be. */
const MICROS_PER_MONTH = 28 * microsPerDay;

function times(call: Call, type: DataType, context: EvaluationContext): (...args: Boxed[]) => Boxed {
  const zone: TimeZone = type.kind === "timestamp" ? sessionZone(context.settings.timeZone) : utc;
  const stepType = call.args[2]?.type;
  const toMicros = type.kind === "date" ? (x: Boxed): Exact => daysToMicros(x as number, zone) : (x: Boxed): Exact => x as Exact;
  const back = type.kind === "date" ? (x: Exact): Boxed => microsToDays(x, zone) : (x: Exact): Boxed => x;
  return (from, to, by) => {
    const start = toMicros(from);
    const stop = toMicros(to);
    const step = stepOf(by, stepType, compare(start, stop) <= 0);
    const wholeDays = Number(step.micros) % microsPerDay === 0;
    if (type.kind === "date" && !wholeDays && step.months === 0 && step.days === 0) {
      throw new QueryError("_LEGACY_ERROR_TEMP_3242", { step: "interval day to second of day granularity" }, call.at);
    }
    const length = step.months * MICROS_PER_MONTH + step.days * microsPerDay + Number(step.micros);
    checkWay(start, stop, by ?? null, length, call);
    if (length === 0) return [from];
    const most = Math.ceil(Math.abs(Number(subtract(stop, start)) / length));
    requireRoomForArray(most, { name: "sequence", at: call.at });
    const items: Boxed[] = [];
    for (let i = 0; ; i++) {
      const at = addToTimestamp(start, i * step.months, i * step.days, multiply(step.micros, i), zone);
      if (length > 0 ? compare(at, stop) > 0 : compare(at, stop) < 0) return items;
      items.push(back(at));
    }
  };
}

export const sequenceFunctions: readonly FunctionEntry[] = [sequence];
