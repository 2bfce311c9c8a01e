/** What is read of the bytes of JSON texts, and made in bytes, is what the functions give of strings: plain texts and spoilt ones. */
import fc from "fast-check";
import type { Boxed, DataType } from "../../../src/columnar/types";
import { cast } from "../../../src/dataframe/expressions/build";
import type { Expression } from "../../../src/dataframe/expressions/expression";
import { interpreter } from "../../../src/dataframe/expressions/interpret";
import type { ProjectExec } from "../../../src/dataframe/physical/plan";
import { alias, attribute, call, nextId, outputOf, run, settings, Table, text, textOf } from "../exec/harness";

const string: DataType = { kind: "string" };
const columns = [
  attribute("json", string),
  attribute("long", { kind: "long" }),
  attribute("int", { kind: "int" }),
  attribute("double", { kind: "double" }),
  attribute("date", { kind: "date" }),
];
const [json, long, int, double, date] = columns as [Expression, Expression, Expression, Expression, Expression];

const SCHEMA =
  "a INT, b STRING, c DOUBLE, d BOOLEAN, e BIGINT, f DATE, g STRUCT<x: INT, y: ARRAY<STRING>>, h DECIMAL(6,2), t TINYINT";
const record = call("from_json", json, text(SCHEMA));
const fieldOf = (struct: Expression, name: string): Expression => call("struct_field", struct, text(name));
const struct = (...parts: readonly (readonly [string, Expression])[]): Expression =>
  call("named_struct", ...parts.flatMap(([name, value]) => [text(name), value]));

const PATHS = ["$", "$.a", "$.b", "$.g.x", "$.g.y[0]", "$.g.y[1]", "$[0].a", "$['é']", "$.g.y[*]", "$.a.b[0].c"];

const expressions: readonly Expression[] = [
  ...PATHS.map((path) => call("get_json_object", json, text(path))),
  call("get_json_object", call("concat", text("["), json, text("]")), text("$[0].b")),
  record,
  ...["a", "b", "c", "d", "e", "f", "g", "h", "t"].map((name) => fieldOf(record, name)),
  fieldOf(call("from_json", json, text("a INT, `_corrupt_record` STRING")), "_corrupt_record"),
  fieldOf(call("from_json", json, text("a INT"), call("map", text("mode"), text("FAILFAST"))), "a"),
  call("to_json", struct(["a", json], ["b", long], ['"é', int], ["c", double], ["d", date])),
  call("to_json", struct(["x", json])),
  call("to_json", struct(["a", int], ["b", json]), call("map", text("ignoreNullFields"), text("false"))),
  call("to_json", struct(["b", long], ["a", json]), call("map", text("pretty"), text("true"))),
  ...(["ansi", "legacy", "try"] as const).flatMap((mode) =>
    (["byte", "int", "long"] as const).map((kind) => cast(json, { kind }, mode)),
  ),
];

const LEAVES = [
  "1",
  "-0",
  "12345678901",
  "1.50",
  "1e3",
  "true",
  "null",
  '"x"',
  '""',
  '"é"',
  '"a\\nb"',
  '"\\u00e9"',
  '"2024-02-30"',
];
const leaf = fc.constantFrom(
  ...LEAVES,
  '"2024-02-29"',
  "9223372036854775808",
  "128",
  "-128",
  "01",
  "NaN",
  "'q'",
  '"\u0001"',
  "tru",
);
const space = fc.constantFrom("", "", "", " ", "\n\t");
const name = fc.constantFrom("a", "b", "c", "d", "e", "f", "g", "h", "t", "x", "y", "é", "\\u0061", "z");
const { value } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc
      .tuple(fc.array(fc.tuple(name, tie("value"), space), { maxLength: 5 }), space)
      .map(([fields, gap]) => `{${gap}${fields.map(([key, item, some]) => `"${key}"${some}:${some}${item}`).join(`${gap},`)}}`),
    fc.tuple(fc.array(tie("value"), { maxLength: 3 }), space).map(([items, gap]) => `[${gap}${items.join(`,${gap}`)}${gap}]`),
  ),
}));
const typical = fc
  .tuple(leaf, leaf, leaf, value)
  .map(([a, b, f, g]) => `{"a":${a},"b":${b},"f":${f},"g":{"x":${a},"y":[${b},${g}]}}`);
const spoilt = fc
  .tuple(fc.oneof(value, typical), fc.nat(40), fc.constantFrom("", "}", '"', ",", "\\", "1", "\u0000"))
  .map(([whole, at, piece]) => whole.slice(0, at % (whole.length + 1)) + piece + whole.slice((at % (whole.length + 1)) + 1));
const texts = fc.oneof(typical, value, spoilt, fc.constantFrom("", " ", "12", "-7", "128", "99999999999999999999", "+5", "1.9"));
const row = fc.tuple(
  fc.option(texts, { freq: 8 }),
  fc.option(fc.oneof(fc.integer(), fc.constantFrom<Boxed>(9007199254740991, -9007199254740991, 2n ** 63n - 1n))),
  fc.option(fc.integer()),
  fc.option(fc.double()),
  fc.option(fc.integer({ min: -9000, max: 90000 })),
);

type Outcome = { readonly value: string } | { readonly error: string };

function outcome(evaluate: () => Boxed): Outcome {
  try {
    return { value: textOf([evaluate()]) };
  } catch (error) {
    return { error: (error as { errorClass?: string }).errorClass ?? (error as Error).message };
  }
}

function generated(expression: Expression, rows: readonly (readonly Boxed[])[]): Boxed[] {
  const table = new Table(columns, rows);
  const output = [alias(expression, "x")];
  const plan: ProjectExec = { kind: "project", id: nextId(), child: table.scan, expressions: output, output: outputOf(output) };
  return run(plan, [table]).rows.map(([item]) => item as Boxed);
}

test.each(expressions.map((expression, i) => [i, expression] as const))("expression %i", (_, expression) => {
  const interpret = interpreter(expression, columns, { settings, partition: 0, inputFile: () => null });
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 30 }), (rows) => {
      const expected = rows.map((one) => outcome(() => interpret(one)));
      const fine = rows.filter((__, i) => "value" in expected[i]!);
      const values = generated(expression, fine).map((item) => outcome(() => item));
      expect(values).toEqual(expected.filter((one) => "value" in one));
      const failing = rows.findIndex((__, i) => "error" in expected[i]!);
      if (failing >= 0) expect(outcome(() => generated(expression, [rows[failing]!])[0]!)).toEqual(expected[failing]);
    }),
    { numRuns: Number(process.env["FC_RUNS"] ?? 3) },
  );
});

test("fields that are read side by side come of one look at the record", () => {
  const table = new Table(columns, [[`{"b":"x","a":1}`, null, null, null, null]]);
  const output = ["a", "b"].map((field) => alias(fieldOf(record, field), field));
  const plan: ProjectExec = { kind: "project", id: nextId(), child: table.scan, expressions: output, output: outputOf(output) };
  const { rows, program } = run(plan, [table]);
  expect(rows).toEqual([[1, "x"]]);
  expect(
    program
      .sources()
      .join("")
      .match(/\.read\(/g),
  ).toHaveLength(1);
});
