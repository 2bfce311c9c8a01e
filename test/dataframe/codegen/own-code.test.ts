/** What is frequent has code of its own: evaluators, which box each value, are called in branches that rows seldom take. */
import type { DataType } from "../../../src/columnar/types";
import { type Binding, Emitter } from "../../../src/dataframe/codegen/emitter";
import type { Rep } from "../../../src/dataframe/codegen/term";
import { FunctionWriter } from "../../../src/dataframe/codegen/writer";
import { cast, literal } from "../../../src/dataframe/expressions/build";
import type { Expression, ExprId } from "../../../src/dataframe/expressions/expression";
import { functionTable } from "../../../src/dataframe/expressions/function-table";
import { attribute, call, settings } from "../exec/harness";

const int: DataType = { kind: "int" };
const long: DataType = { kind: "long" };
const double: DataType = { kind: "double" };
const string: DataType = { kind: "string" };
const [n, x, s, d] = [attribute("n", long), attribute("x", double), attribute("s", string), attribute("d", { kind: "date" })];
const column = attribute("c", string);
const REPS: ReadonlyMap<number, Rep> = new Map([
  [n.id, "safe"],
  [x.id, "f64"],
  [s.id, "text"],
  [d.id, "int"],
]);

/** The statements outside of branches. */
function straight(expression: Expression): string {
  const writer = new FunctionWriter();
  const emitter = new Emitter({ writer, functions: functionTable(), settings });
  const bindings = new Map(
    [n, x, s, d].map(({ id, name, type }): [ExprId, Binding] => [
      id,
      () => ({ type, rep: REPS.get(id)!, code: name, isNull: null }),
    ]),
  );
  bindings.set(column.id, () => ({ type: string, rep: "bytes", code: "c", start: "cStart", end: "cEnd", isNull: null }));
  const { lines } = writer.capture(() => emitter.within(bindings, () => emitter.emit(expression)));
  let depth = 0;
  return lines
    .filter((line) => {
      if (line.startsWith("}")) depth--;
      const outside = depth === 0;
      if (line.endsWith("{")) depth++;
      return outside;
    })
    .join("\n");
}

const split = call("split", s, literal("_", string));
const hours: DataType = { kind: "dayTimeInterval", start: 0, end: 1 };

test.each<[string, Expression]>([
  ["text of integers", cast(n, string, "ansi")],
  ["text of doubles", cast(x, string, "ansi")],
  ["integers of text", cast(s, int, "ansi")],
  ["longs of text", cast(s, long, "try")],
  ["doubles of text", cast(s, double, "legacy")],
  ["months later", call("add_months", d, literal(3, int))],
  ["the first day of a month", call("trunc", d, literal("month", string))],
  ["hours later", call("+", call("timestamp_seconds", n), literal(7_200_000_000, hours))],
  ["logarithms", call("ln", call("sqrt", x))],
  ["powers", call("power", x, literal(0.3, double))],
  ["a part of a text", call("array_item", split, literal(1, int))],
])("%s", (_, expression) => {
  expect(straight(expression)).not.toMatch(/\b(?:f|cast)\d+\(/);
});

test("bytes of a column stay bytes where other strings are put beside them", () => {
  const code = straight(call("concat", s, literal("-", string), column));
  expect(code).toContain("R.copied(c, cStart, cEnd,");
  expect(code).not.toContain("textOf");
});
