/** Generated code gives what the interpreter gives: values, nulls and errors, on random expressions over random rows. */
import fc from "fast-check";
import { CalendarInterval, type Boxed, type DataType } from "../../../src/columnar/types";
import type { Attribute, Expression } from "../../../src/dataframe/expressions/expression";
import { cast, literal } from "../../../src/dataframe/expressions/build";
import { interpreter } from "../../../src/dataframe/expressions/interpret";
import type { ProjectExec } from "../../../src/dataframe/physical/plan";
import { alias, asDictionary, attribute, call, nextId, outputOf, run, settings, Table, textOf } from "../exec/harness";

const decimal = (precision: number, scale: number): DataType => ({ kind: "decimal", precision, scale });
const int: DataType = { kind: "int" };
const long: DataType = { kind: "long" };
const double: DataType = { kind: "double" };
const string: DataType = { kind: "string" };
const date: DataType = { kind: "date" };
const boolean: DataType = { kind: "boolean" };

const narrowed = (value: bigint): Boxed => (value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value);

/** What casts to numbers take, and what is close to it. */
const NUMBERS = [
  ...["12", "-7", "+3", " 8 ", "007", "-0", "127", "-129", "32768", "2147483647", "-2147483649", "123456789012345"],
  ...["1234567890123456", "9223372036854775807", "-9223372036854775808", "9223372036854775808", "1".repeat(30), "-", "+", "."],
  ...["1.5", "-.25", "3.", "1e3", "1E-400", "-1e400", "1e", "e1", "1.2.3", "1-2", "0.1000000000000000055", "1d", "2.5F", "0x10"],
  ...["0x1p3", "nan", "Infinity", "-inf", "١"],
];

function valuesOf(type: DataType): fc.Arbitrary<Boxed> {
  switch (type.kind) {
    case "boolean":
      return fc.boolean();
    case "byte":
      return fc.integer({ min: -128, max: 127 });
    case "short":
      return fc.integer({ min: -32768, max: 32767 });
    case "int":
      return fc.oneof(fc.integer({ min: -20, max: 20 }), fc.integer(), fc.constantFrom(2147483647, -2147483648));
    case "date":
      return fc.integer({ min: -200000, max: 200000 });
    case "long":
      return fc.oneof(
        fc.integer({ min: -20, max: 20 }),
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(narrowed),
        fc.constantFrom<Boxed>(9007199254740991, -9007199254740991, 9007199254740992n, 2n ** 63n - 1n, -(2n ** 63n)),
      );
    case "decimal": {
      const most = 10n ** BigInt(type.precision) - 1n;
      return fc.oneof(
        fc.integer({ min: -99, max: 99 }),
        fc.bigInt({ min: -most, max: most }).map(narrowed),
        fc
          .integer({ min: 1, max: type.precision })
          .chain((digits) => fc.bigInt({ min: -(10n ** BigInt(digits)) + 1n, max: 10n ** BigInt(digits) - 1n }))
          .map(narrowed),
        fc.constantFrom(narrowed(most), narrowed(-most)),
      );
    }
    case "double":
      return fc.oneof(
        fc.integer({ min: -9, max: 9 }).map((n) => n / 2 + 0),
        fc.double(),
        fc.constantFrom(NaN, Infinity, -Infinity, 0),
      );
    case "float":
      return fc.float().map(Math.fround);
    case "string":
      return fc.oneof(
        fc.constantFrom("", "a", "ab", " abc  ", "special requests", "x".repeat(130), "ABC", "ä", "日本語", "a%b", "x_y", "12"),
        fc.string({ maxLength: 6, unit: fc.constantFrom("a", "b", "%", "é", "𝄞", " ") }),
        fc.constantFrom(...NUMBERS),
      );
    default:
      throw new Error(`No values of ${type.kind}.`);
  }
}

const TYPES: readonly DataType[] = [
  boolean,
  { kind: "byte" },
  { kind: "short" },
  int,
  long,
  { kind: "float" },
  double,
  decimal(7, 2),
  decimal(15, 2),
  decimal(18, 4),
  decimal(25, 11),
  decimal(38, 6),
  string,
  date,
];

const isNumeric = (type: DataType): boolean => ["byte", "short", "int", "long", "float", "double", "decimal"].includes(type.kind);

const OF_TEXT = ["length", "octet_length", "upper", "lower", "trim", "ltrim", "rtrim", "md5", "sha1", "crc32"];

const OF_DOUBLES = ["sqrt", "ln", "log10", "log1p", "exp", "expm1", "sin", "cos", "tan", "cosh", "cbrt", "atan", "acos"];

/** A function by name over expressions of the right types; what the registry refuses is left out. */
function bound(name: string, ...args: readonly Expression[]): Expression | null {
  try {
    return call(name, ...args);
  } catch {
    return null;
  }
}

/** One operation over operands made by `operand`; null where the registry refuses their types. */
function operation(
  columns: readonly Attribute[],
  operand: (test: (type: DataType) => boolean) => fc.Arbitrary<Expression>,
): fc.Arbitrary<Expression | null> {
  const any = operand(() => true);
  const numeric = operand(isNumeric);
  const bool = operand((type) => type.kind === "boolean");
  const text = operand((type) => type.kind === "string");
  const dates = operand((type) => type.kind === "date");
  const constant = (type: DataType): fc.Arbitrary<Expression> => valuesOf(type).map((value) => literal(value, type));
  return fc.oneof(
    fc
      .tuple(fc.constantFrom("+", "-", "*", "/", "%", "try_add", "try_multiply"), numeric, numeric)
      .map(([name, a, b]) => bound(name, a, b)),
    fc
      .tuple(fc.constantFrom("%", "pmod", "div", "&", "|", "^", "greatest", "least"), numeric, numeric)
      .map(([name, a, b]) => bound(name, a, b)),
    fc
      .constantFrom(...columns)
      .chain((column) =>
        fc
          .tuple(
            fc.constantFrom("%", "pmod", "div", "&", "|", "greatest"),
            isNumeric(column.type) ? constant(column.type) : numeric,
          )
          .map(([name, value]) => bound(name, column, value)),
      ),
    fc.tuple(numeric, numeric, numeric).map((args) => bound("least", ...args)),
    numeric.map((a) => bound("abs", a)),
    fc.tuple(fc.constantFrom("hash", "xxhash64"), any, any).map(([name, a, b]) => bound(name, a, b)),
    numeric.map((a) => bound("%", bound("xxhash64", a)!, literal(1000, long))),
    fc.tuple(fc.constantFrom("=", "<", "<=", ">", ">=", "<=>", "!="), any, any).map(([name, a, b]) => bound(name, a, b)),
    fc
      .constantFrom(...columns)
      .chain((column) =>
        fc
          .tuple(fc.constantFrom("=", "<", "<=", ">", ">=", "<=>", "!="), constant(column.type))
          .map(([name, value]) => bound(name, column, value)),
      ),
    fc
      .tuple(fc.constantFrom("=", "<", ">=", "<=>", "startswith", "endswith", "contains"), text, fc.oneof(text, constant(string)))
      .map(([name, a, b]) => bound(name, a, b)),
    fc.tuple(text, valuesOf(string)).map(([a, pattern]) => bound("like", a, literal(pattern, string))),
    fc.tuple(fc.constantFrom("and", "or"), bool, bool).map(([name, a, b]) => bound(name, a, b)),
    bool.map((a) => bound("not", a)),
    fc.tuple(fc.constantFrom("isnull", "isnotnull"), any).map(([name, a]) => bound(name, a)),
    fc.tuple(bool, any, any).map(([c, a, b]) => bound("if", c, a, b)),
    fc.tuple(bool, numeric, bool, numeric, numeric).map((args) => bound("case", ...args)),
    fc.tuple(bool, text).map(([c, a]) => bound("case", c, a)),
    fc.tuple(any, any, any).map((args) => bound("coalesce", ...args)),
    fc
      .constantFrom(...columns)
      .chain((column) =>
        fc
          .array(fc.option(valuesOf(column.type), { freq: 8 }), { minLength: 1, maxLength: 10 })
          .map((list) => bound("in", column, ...list.map((value) => literal(value, column.type)))),
      ),
    fc.tuple(fc.constantFrom("year", "month", "day", "quarter"), dates).map(([name, a]) => bound(name, a)),
    fc
      .tuple(
        fc.constantFrom("extract", "date_part", "datepart"),
        fc.constantFrom("YEAR", "mon", "d", "QTR", "week", "doy"),
        dates,
      )
      .map(([name, field, a]) => bound(name, literal(field, string), a)),
    fc
      .tuple(fc.constantFrom("date_add", "date_sub"), dates, fc.integer({ min: -1000, max: 1000 }))
      .map(([name, a, days]) => bound(name, a, literal(days, int))),
    fc
      .tuple(text, fc.integer({ min: -5, max: 6 }), fc.integer({ min: -1, max: 5 }))
      .map(([a, from, length]) => bound("substring", a, literal(from, int), literal(length, int))),
    fc.tuple(fc.constantFrom(...OF_TEXT), text).map(([name, a]) => bound(name, a)),
    fc
      .tuple(fc.constantFrom("left", "right"), text, fc.integer({ min: -2, max: 6 }))
      .map(([name, a, n]) => bound(name, a, literal(n, int))),
    fc.tuple(text, fc.oneof(text, constant(string)), text).map((args) => bound("concat", ...args)),
    text.map((a) => bound("unhex", bound("hex", a)!)),
    fc
      .tuple(fc.constantFrom("hex", "unhex", "base64", "unbase64"), text)
      .map(([name, a]) => bound(name, name === "base64" ? cast(a, { kind: "binary" }, "ansi") : a)),
    fc
      .tuple(text, fc.constantFrom("", "=", "a", " "))
      .map(([a, more]) =>
        bound("unbase64", bound("concat", bound("base64", cast(a, { kind: "binary" }, "ansi"))!, literal(more, string))!),
      ),
    fc.tuple(text, fc.constantFrom(0, 224, 256, 384, 512, 7)).map(([a, bits]) => bound("sha2", a, literal(bits, int))),
    fc.tuple(fc.constantFrom("upper", "concat", "trim"), text).map(([name, a]) => bound("md5", bound(name, a)!)),
    numeric.map((a) => bound("negative", a)),
    fc
      .tuple(numeric, fc.constantFrom(...TYPES.filter(isNumeric)), fc.constantFrom("ansi" as const, "try" as const))
      .map(([a, type, mode]) => cast(a, type, mode)),
    fc
      .tuple(
        fc.oneof(
          text,
          numeric.map((a) => cast(a, string, "ansi")),
        ),
        fc.constantFrom(...TYPES.filter((type) => isNumeric(type) && type.kind !== "decimal")),
        fc.constantFrom("ansi" as const, "try" as const, "legacy" as const),
      )
      .map(([a, type, mode]) => cast(a, type, mode)),
    fc.tuple(fc.constantFrom(...OF_DOUBLES), numeric).map(([name, a]) => bound(name, a)),
    fc.tuple(numeric, numeric).map((args) => bound("power", ...args)),
    fc.tuple(dates, fc.oneof(numeric, constant(int))).map((args) => bound("add_months", ...args)),
    fc
      .tuple(dates, fc.constantFrom("year", "QUARTER", "mm", "Week", "day"))
      .map(([a, unit]) => bound("trunc", a, literal(unit, string))),
    fc
      .tuple(fc.constantFrom("timestamp_seconds", "timestamp_millis", "timestamp_micros"), numeric)
      .map(([name, a]) => bound(name, a)),
    fc
      .tuple(
        fc.constantFrom("+", "-"),
        numeric,
        fc.oneof(
          valuesOf(long).map((time) => literal(time, { kind: "dayTimeInterval", start: 0, end: 3 })),
          fc
            .tuple(fc.constantFrom(0, 0, 1), fc.integer({ min: -9, max: 9 }), fc.integer())
            .map((parts) => literal(new CalendarInterval(...parts), { kind: "calendarInterval" })),
        ),
      )
      .map(([name, a, time]) => bound(name, bound("timestamp_micros", a) ?? a, time)),
    fc
      .tuple(
        fc.constantFrom("array_item", "element_at"),
        text,
        fc.constantFrom("a", " ", "\\.", "ab", "|", "é", "["),
        fc.integer({ min: 0, max: 3 }),
      )
      .map(([name, a, pattern, place]) => {
        const parts = bound("split", a, literal(pattern, string));
        return parts && bound(name, parts, literal(place, int));
      }),
    any.map((a) => cast(a, string, "ansi")),
    any.map((a) => bound("concat", cast(a, string, "legacy"), literal("ä", string))),
  );
}

/** Operations of operations: operands are picked out of a pool that grows level by level. */
function expressions(columns: readonly Attribute[]): fc.Arbitrary<Expression> {
  const leaf = fc.oneof(
    { arbitrary: fc.constantFrom<Expression>(...columns), weight: 4 },
    {
      arbitrary: fc
        .constantFrom(...TYPES)
        .chain((type) => fc.option(valuesOf(type), { freq: 6 }).map((value): Expression => literal(value, type))),
      weight: 1,
    },
  );
  const step = (pool: readonly Expression[]): fc.Arbitrary<readonly Expression[]> =>
    operation(columns, (test) => fc.constantFrom<Expression>(...pool.filter((one) => test(one.type)))).map((made) =>
      made === null ? pool : [...pool, made, made, made],
    );
  return fc
    .array(leaf, { minLength: 2, maxLength: 4 })
    .chain((leaves) => step([...columns, ...leaves, ...leaves]))
    .chain(step)
    .chain(step)
    .map((pool) => pool.at(-1)!);
}

type Outcome = { readonly value: string } | { readonly error: string };

function outcome(type: DataType, evaluate: () => Boxed): Outcome {
  try {
    const raw = evaluate();
    const value =
      raw instanceof Uint8Array ? new Uint8Array(raw) : type.kind === "float" && typeof raw === "number" ? Math.fround(raw) : raw;
    return { value: textOf([Object.is(value, -0) ? 0 : value]) };
  } catch (error) {
    return { error: (error as { errorClass?: string }).errorClass ?? (error as Error).message };
  }
}

const columns = TYPES.map((type) => attribute(type.kind, type));
const row = fc.tuple(...TYPES.map((type) => fc.option(valuesOf(type), { freq: 5 })));

type Form = typeof asDictionary;
const nullColumn: Form = ({ length }) => ({ form: "null", length, valid: new Uint8Array(length) });

function generated(expression: Expression, rows: readonly (readonly Boxed[])[], form?: Form): Boxed[] {
  const table = new Table(columns, rows, form === undefined ? {} : { form });
  const output = [alias(expression, "x")];
  const plan: ProjectExec = { kind: "project", id: nextId(), child: table.scan, expressions: output, output: outputOf(output) };
  return run(plan, [table]).rows.map(([value]) => value as Boxed);
}

function check(expression: Expression, rows: readonly (readonly Boxed[])[], form?: Form): void {
  const interpret = interpreter(expression, columns, { settings, partition: 0, inputFile: () => null });
  const expected = rows.map((one) => outcome(expression.type, () => interpret(one)));
  const fine = rows.filter((_, i) => "value" in expected[i]!);
  const values = generated(expression, fine, form).map((value) => outcome(expression.type, () => value));
  expect(values).toEqual(expected.filter((one) => "value" in one));
  const failing = rows.findIndex((_, i) => "error" in expected[i]!);
  if (failing >= 0) {
    expect(outcome(expression.type, () => generated(expression, [rows[failing]!], form)[0]!)).toEqual(expected[failing]);
  }
}

const runs = Number(process.env["FC_RUNS"] ?? 400);

test("plain columns", () => {
  fc.assert(
    fc.property(expressions(columns), fc.array(row, { minLength: 1, maxLength: 12 }), (expression, rows) => {
      check(expression, rows);
    }),
    { numRuns: runs },
  );
});

test("columns without nulls", () => {
  const full = fc.tuple(...TYPES.map((type) => valuesOf(type)));
  fc.assert(
    fc.property(expressions(columns), fc.array(full, { minLength: 1, maxLength: 12 }), (expression, rows) => {
      check(expression, rows);
    }),
    { numRuns: runs },
  );
});

test("columns of nulls alone, as outer joins make them", () => {
  const none = columns.map(() => null);
  fc.assert(
    fc.property(expressions(columns), fc.integer({ min: 1, max: 3 }), (expression, count) => {
      check(
        expression,
        Array.from({ length: count }, () => none),
        nullColumn,
      );
    }),
    { numRuns: runs },
  );
});

test("dictionaries", () => {
  fc.assert(
    fc.property(expressions(columns), fc.array(row, { minLength: 1, maxLength: 12 }), (expression, rows) => {
      check(expression, rows, asDictionary);
    }),
    { numRuns: runs },
  );
});

test("texts in lists of short ones, which are compared as numbers", () => {
  const short = fc.string({ unit: fc.constantFrom("a", "b", "é", "\0"), maxLength: 3 });
  const listed = fc.array(fc.option(short, { freq: 20 }), { minLength: 3, maxLength: 14 });
  const text = columns[TYPES.indexOf(string)]!;
  fc.assert(
    fc.property(
      listed,
      fc.integer({ min: 1, max: 3 }),
      fc.array(short, { minLength: 1, maxLength: 12 }),
      (list, length, texts) => {
        const items = list.map((value) => literal(value, string));
        const rows = [...texts, null].map((value) => columns.map((column) => (column === text ? value : null)));
        for (const form of [undefined, asDictionary]) {
          check(call("in", text, ...items), rows, form);
          check(call("in", call("left", text, literal(length, int)), ...items), rows, form);
        }
      },
    ),
    { numRuns: runs },
  );
});

test("short and long strings are put one behind the other", () => {
  const text = columns.find(({ type }) => type.kind === "string")!;
  const texts = ["", "a", "ä".repeat(20), "b".repeat(41), "€".repeat(1366), "c".repeat(5000), null];
  const rows = texts.map((value) => columns.map((column) => (column === text ? value : null)));
  const upper = call("upper", text);
  for (const args of [
    [text, text],
    [text, literal("-", text.type), text],
    [upper, text, upper],
  ])
    check(call("concat", ...args), rows);
});
