import { CalendarInterval, MapValue, type DataType } from "../../../src/columnar/types";
import { types as T } from "./support";
import { externalizer, inferType, toBoxed, toExternal, wider } from "../../../src/dataframe/types/values";
import { simpleString } from "../../../src/dataframe/types/text";

const settings = { timeZone: "America/Los_Angeles" };
const long: DataType = { kind: "long" };

describe("in", () => {
  test.each<[string, DataType, unknown, unknown]>([
    ["int", { kind: "int" }, 5, 5],
    ["negative zero", { kind: "int" }, -0, 0],
    ["bigint", long, 5n, 5],
    ["wide bigint", long, 2n ** 62n, 2n ** 62n],
    ["float", { kind: "float" }, 0.1, Math.fround(0.1)],
    ["decimal of number", T.DecimalType(5, 2), 1.005, 101],
    ["decimal of text", T.DecimalType(5, 2), "-1.25", -125],
    ["decimal", T.DecimalType(20, 3), T.Decimal.of("12345678901234567.5"), 12345678901234567500n],
    ["date", { kind: "date" }, T.LocalDate.of(1970, 1, 3), 2],
    ["date of Date", { kind: "date" }, new Date("1970-01-03T23:00:00Z"), 2],
    ["date of text", { kind: "date" }, "1970-01-03", 2],
    ["timestamp", { kind: "timestamp" }, new Date(1500), 1500000],
    ["timestamp with microseconds", { kind: "timestamp" }, T.SqlTimestamp.ofEpochMicros(1500001), 1500001],
    ["timestamp of text", { kind: "timestamp" }, "1970-01-01 00:00:00", 28800000000],
    ["time", { kind: "time" }, T.LocalTime.of(1), 3600e9],
    ["array", T.ArrayType(long), [1, null, 3n], [1, null, 3]],
    ["typed array", T.ArrayType({ kind: "double" }), Float64Array.of(1, 2), [1, 2]],
    ["struct of object", T.StructType.fromDDL("a INT, b STRING"), { b: "x", a: 1 }, [1, "x"]],
    ["struct of array", T.StructType.fromDDL("a INT, b STRING"), [1, undefined], [1, null]],
    ["map", T.MapType({ kind: "string" }, long), new Map([["a", 1]]), new MapValue(["a"], [1])],
    ["map of object", T.MapType({ kind: "string" }, long), { a: 1 }, new MapValue(["a"], [1])],
    ["interval", T.DayTimeIntervalType(), new T.DayTimeInterval(5), 5],
    ["months", T.YearMonthIntervalType(), T.YearMonthInterval.of(1, 2), 14],
    ["calendar interval", { kind: "calendarInterval" }, new CalendarInterval(1, 2, 3), new CalendarInterval(1, 2, 3)],
    ["undefined", { kind: "string" }, undefined, null],
  ])("%s", (_, type, value, boxed) => {
    expect(toBoxed(value, type, "v", settings)).toEqual(boxed);
  });

  test.each<[string, DataType, unknown]>([
    ["fraction", { kind: "int" }, 1.5],
    ["too large", { kind: "byte" }, 128],
    ["no exact integer", long, 2 ** 60],
    ["too large for 64 bits", long, 2n ** 63n],
    ["text for a number", { kind: "double" }, "1"],
    ["number for text", { kind: "string" }, 1],
    ["too many digits", T.DecimalType(3, 1), "123.4"],
    ["no date", { kind: "date" }, "2020-02-30"],
    ["invalid date", { kind: "timestamp" }, new Date(NaN)],
    ["wrong number of fields", T.StructType.fromDDL("a INT, b INT"), [1]],
  ])("not: %s", (_, type, value) => {
    expect(() => toBoxed(value, type, "row 3.age", settings)).toThrow(/row 3\.age/);
  });

  test("nulls only where they may be", () => {
    expect(() => toBoxed([null], T.ArrayType(long, false), "v")).toThrow(/NULL/);
    expect(() => toBoxed({}, T.StructType.fromDDL("a INT NOT NULL"), "v")).toThrow(/NULL/);
  });
});

describe("out", () => {
  test.each<[DataType, unknown]>([
    [long, 5],
    [T.DecimalType(5, 2), T.Decimal.of("1.50")],
    [{ kind: "date" }, T.LocalDate.of(2020, 2, 29)],
    [{ kind: "timestamp" }, new Date("2020-02-29T01:02:03.004Z")],
    [{ kind: "timestamp" }, T.SqlTimestamp.ofEpochMicros(1_600_000_000_000_001)],
    [{ kind: "time" }, T.LocalTime.parse("12:30:00.5")],
    [T.ArrayType(T.ArrayType({ kind: "string" })), [["a"], null]],
    [T.MapType({ kind: "string" }, { kind: "date" }), new Map([["a", T.LocalDate.of(2020, 1, 1)]])],
    [T.YearMonthIntervalType(), T.YearMonthInterval.of(1, 2)],
  ])("%j comes back", (type, value) => {
    expect(toExternal(toBoxed(value, type, "v"), type, settings)).toEqual(value);
  });

  test("structs are rows", () => {
    const row = toExternal([1, ["x"]], T.StructType.fromDDL("a INT, b STRUCT<c: STRING>"), settings) as T.Row;
    expect({ ...row, b: { ...(row["b"] as object) } }).toEqual({ a: 1, b: { c: "x" } });
  });

  test("a long beyond safe integers is an error, or a bigint", () => {
    expect(() => toExternal(2n ** 60n, long, settings)).toThrow(/longAs=bigint/);
    const asBigint = externalizer(long, { ...settings, conf: { "firesteel.sql.longAs": "bigint" } });
    expect([asBigint(5), asBigint(2n ** 60n)]).toEqual([5n, 2n ** 60n]);
  });

  test("a timestamp beyond Date is an error", () => {
    expect(() => toExternal(9n * 10n ** 18n, { kind: "timestamp" }, settings)).toThrow(/Date/);
  });
});

test("types of values", () => {
  const of = (value: unknown): string => simpleString(inferType(value));
  expect([1, 1.5, 1n, "a", true, null, new Date(0), [1, 2.5], { a: 1, b: ["x"] }, new Map([["a", 1]])].map(of)).toEqual([
    "bigint",
    "double",
    "bigint",
    "string",
    "boolean",
    "void",
    "timestamp",
    "array<double>",
    "struct<a:bigint,b:array<string>>",
    "map<string,bigint>",
  ]);
  expect(simpleString(wider(inferType({ a: 1 }), inferType({ b: "x", a: null })))).toBe("struct<a:bigint,b:string>");
  expect(() => wider(inferType(1), inferType("a"))).toThrow(/schema/);
});
