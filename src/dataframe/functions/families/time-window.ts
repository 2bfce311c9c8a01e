/**
 * window, session_window and window_time: rows by spans of time. Each of the first two gives the span of its row as a struct; analysis
 * (analysis/time-windows.ts) makes of them several rows where spans overlap, and joins sessions that touch.
 */
import type { Boxed, DataType, StructType } from "../../../columnar/types";
import { AnalysisError } from "../../errors";
import { callByName, cast, coerced } from "../../expressions/build";
import type { Call, Expression } from "../../expressions/expression";
import { printed } from "../../expressions/print";
import { calendarIntervalOrNull } from "../../types/interval";
import { add, subtract, type Exact } from "../../types/exact";
import { sqlName } from "../../types/text";
import { document } from "../documented";
import type { BindContext, FunctionEntry, ScalarFunction } from "../registry";
import { mismatch, scalar, unexpectedInputType, wrongNumArgs } from "../signature";

const doc = document("datetime");

/** Microseconds. `shift`: how far before the last window that holds the row. */
export interface WindowOptions {
  readonly window: number;
  readonly slide: number;
  readonly start: number;
  readonly shift: number;
}

/** Whose fields may be null by their type, whatever the time is. */
function spanType({ type }: Expression): StructType {
  return {
    kind: "struct",
    fields: [
      { name: "start", type, nullable: true },
      { name: "end", type, nullable: true },
    ],
  };
}

function isSpan(type: DataType): boolean {
  return (
    type.kind === "struct" &&
    type.fields.length === 2 &&
    type.fields[0]!.name === "start" &&
    type.fields[1]!.name === "end" &&
    type.fields.every((field) => field.type.kind === "timestamp" || field.type.kind === "timestamp_ntz")
  );
}

/** A time, as it is or as a timestamp; of the span of another window its last moment. */
function timeOf(given: Expression, wrong: () => AnalysisError, context: BindContext): Expression {
  switch (given.type.kind) {
    case "timestamp":
    case "timestamp_ntz":
      return given;
    case "null":
    case "string":
    case "date":
      return coerced(given, { kind: "timestamp" }, context);
    default:
      if (!isSpan(given.type)) throw wrong();
      return callByName("window_time", [given], context);
  }
}

/** A duration of so many microseconds: a number, or a text such as "5 minutes". */
function microsOf(arg: Expression, context: BindContext): number {
  if (arg.kind === "literal" && (arg.type.kind === "int" || arg.type.kind === "long")) return Number(arg.value);
  if (arg.kind !== "literal" || arg.type.kind !== "string") throw new AnalysisError("_LEGACY_ERROR_TEMP_1207", {}, context.at);
  const text = arg.value as string;
  const interval = calendarIntervalOrNull(text);
  if (interval === null) throw new AnalysisError("CANNOT_PARSE_INTERVAL", { intervalString: `'${text}'` }, context.at);
  if (interval.months !== 0) throw new AnalysisError("_LEGACY_ERROR_TEMP_3231", { interval: text }, context.at);
  return interval.days * 86_400_000_000 + Number(interval.microseconds);
}

const window: ScalarFunction = {
  kind: "scalar",
  names: ["window"],
  doc: doc(
    "The window of so long that holds a time; with a slide that is shorter, a row for each of the windows that do. Windows begin at multiples of the slide since 1970, moved by the start time.",
    ["window(TIMESTAMP'2021-01-01 00:04:30', '5 minutes')", '{"start":2021-01-01 00:00:00,"end":2021-01-01 00:05:00}'],
  ),
  parameters: ["time_column", "window_duration", "slide_duration", "start_time"],
  bind: (args, context) => {
    if (args.length < 2 || args.length > 4) throw wrongNumArgs("[2, 3, 4]", args.length, context);
    const [given, ...durations] = args as readonly [Expression, ...Expression[]];
    const [length = 0, slide = length, start = 0] = durations.map((arg) => microsOf(arg, context));
    const text = `window(${printed(given)}, ${length}, ${slide}, ${start})`;
    checkDurations(length, slide, start, text, context);
    const time = timeOf(given, () => notATime(given, text, context), context);
    const options: WindowOptions = { window: length, slide, start, shift: 0 };
    return {
      kind: "call",
      fn: "window",
      args: [time],
      type: spanType(time),
      nullable: false,
      printed: "window",
      options: { ...options },
      ...(context.at && { at: context.at }),
    };
  },
  nulls: "propagate",
  evaluate: (call) => {
    const { window: length, slide, start, shift } = call.options as unknown as WindowOptions;
    return (time) => {
      const from = subtract(startBefore(time as Exact, slide, start), shift);
      return [from, add(from, length)];
    };
  },
  print: () => "window",
};

/** The last start of a window that is not after the time. */
function startBefore(time: Exact, slide: number, start: number): Exact {
  const past = subtract(time, start);
  if (typeof past === "bigint") {
    const rest = past % BigInt(slide);
    return subtract(time, rest < 0n ? rest + BigInt(slide) : rest);
  }
  const rest = past % slide;
  return subtract(time, rest < 0 ? rest + slide : rest);
}

function checkDurations(length: number, slide: number, start: number, text: string, context: BindContext): void {
  const outOfRange = (name: string, value: number): AnalysisError =>
    new AnalysisError(
      "DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE",
      { sqlExpr: `"${text}"`, exprName: `\`${name}\``, valueRange: "(0, 9223372036854775807]", currentValue: `${value}L` },
      context.at,
    );
  if (length <= 0) throw outOfRange("window_duration", length);
  if (slide <= 0) throw outOfRange("slide_duration", slide);
  const violated = (
    leftExprName: string,
    leftExprValue: number,
    constraint: string,
    right: string,
    value: number,
  ): AnalysisError =>
    new AnalysisError(
      "DATATYPE_MISMATCH.PARAMETER_CONSTRAINT_VIOLATION",
      {
        sqlExpr: `"${text}"`,
        leftExprName: `\`${leftExprName}\``,
        leftExprValue: `${leftExprValue}L`,
        constraint,
        rightExprName: `\`${right}\``,
        rightExprValue: `${value}L`,
      },
      context.at,
    );
  if (slide > length) throw violated("slide_duration", slide, "<=", "window_duration", length);
  if (Math.abs(start) >= slide) throw violated("abs(start_time)", Math.abs(start), "<", "slide_duration", slide);
}

function notATime(given: Expression, text: string, context: BindContext): AnalysisError {
  return mismatch("UNEXPECTED_INPUT_TYPE", [given], context, {
    sqlExpr: `"${text}"`,
    paramIndex: "first",
    requiredType:
      '("(TIMESTAMP OR TIMESTAMP WITHOUT TIME ZONE)" or "STRUCT<start: TIMESTAMP, end: TIMESTAMP>" or "STRUCT<start: TIMESTAMP_NTZ, end: TIMESTAMP_NTZ>")',
    inputSql: `"${printed(given)}"`,
    inputType: `"${sqlName(given.type)}"`,
  });
}

const sessionWindow: ScalarFunction = {
  kind: "scalar",
  names: ["session_window"],
  doc: doc("The span from a time to a gap after it; where it groups rows, the span of all rows that lie less than a gap apart.", [
    "session_window(TIMESTAMP'2021-01-01 00:04:30', '5 minutes')",
    '{"start":2021-01-01 00:04:30,"end":2021-01-01 00:09:30}',
  ]),
  parameters: ["time_column", "gap_duration"],
  bind: (args, context) => {
    if (args.length !== 2) throw wrongNumArgs("2", args.length, context);
    const [given, gap] = args as readonly [Expression, Expression];
    const time = timeOf(given, () => notATime(given, `session_window(${printed(given)}, ${printed(gap)})`, context), context);
    const interval = gap.type.kind === "string" ? cast(gap, { kind: "calendarInterval" }, "ansi", { implicit: true }) : gap;
    const end = callByName("+", [time, interval], context);
    return {
      kind: "call",
      fn: "session_window",
      args: [time, end],
      type: spanType(time),
      nullable: false,
      printed: "session_window",
      ...(context.at && { at: context.at }),
    };
  },
  nulls: "custom",
  evaluate: () => (start, end) => [start, end],
  print: () => "session_window",
};

const windowTime = scalar({
  names: ["window_time"],
  doc: doc("The last moment of a window.", [
    "window_time(window(TIMESTAMP'2021-01-01 00:04:30', '5 minutes'))",
    "2021-01-01 00:04:59.999999",
  ]),
  inputs: ["struct"],
  check: (args, context) => {
    if (!isSpan((args[0] as Expression).type)) throw unexpectedInputType("struct", 0, args, context);
  },
  result: (types) => (types[0] as StructType).fields[1]!.type,
  nullable: true,
  evaluate: () => (span) => {
    const end = (span as readonly Boxed[])[1] as Exact | null;
    return end === null ? null : subtract(end, 1);
  },
});

/** The same window, so many slides earlier. */
export function shiftedWindow(call: Call, slides: number): Call {
  const options = call.options as unknown as WindowOptions;
  return { ...call, options: { ...options, shift: slides * options.slide } };
}

export const timeWindowFunctions: readonly FunctionEntry[] = [window, sessionWindow, windowTime];
