/** Fields of structs that projections make and of columns of structs: what the interpreter gives, without a struct being made. */
import fc from "fast-check";
import type { Boxed, DataType } from "../../../src/columnar/types";
import type { Attribute, Expression } from "../../../src/dataframe/expressions/expression";
import { interpreter } from "../../../src/dataframe/expressions/interpret";
import type { ProjectExec } from "../../../src/dataframe/physical/plan";
import { alias, attribute, call, nextId, outputOf, run, settings, Table, text, textOf, type Run } from "../exec/harness";

const int: DataType = { kind: "int" };
const string: DataType = { kind: "string" };
const field = (name: string, type: DataType) => ({ name, type, nullable: true });
const inner: DataType = {
  kind: "struct",
  fields: [field("x", { kind: "long" }), field("y", string), field("z", { kind: "array", element: int, containsNull: true })],
};
const columns = [
  attribute("n", int),
  attribute("s", string),
  attribute("c", {
    kind: "struct",
    fields: [field("i", inner), field("d", { kind: "double" }), field("b", { kind: "boolean" })],
  }),
];
const [n, s, c] = columns as [Attribute, Attribute, Attribute];

const fieldOf = (struct: Expression, ...path: readonly string[]): Expression =>
  path.reduce((value, name) => call("struct_field", value, text(name)), struct);
const struct = (...parts: readonly (readonly [string, Expression])[]): Expression =>
  call("named_struct", ...parts.flatMap(([name, value]) => [text(name), value]));

/** What a projection makes, and what the one above it reads of that. */
const below = {
  made: alias(struct(["a", struct(["n", n], ["s", call("upper", s)])], ["c", c], ["m", call("+", n, n)]), "made"),
  part: alias(fieldOf(c, "i"), "part"),
  either: alias(
    call("if", call("isnull", n), c, struct(["i", fieldOf(c, "i")], ["d", fieldOf(c, "d")], ["b", fieldOf(c, "b")])),
    "e",
  ),
};
const [made, part, either] = outputOf(Object.values(below)) as [Attribute, Attribute, Attribute];

const cases: readonly (readonly [string, Expression, free: boolean])[] = [
  ["of a struct that is made", fieldOf(made, "m"), true],
  ["of a struct in it", fieldOf(made, "a", "s"), true],
  ["of a column in it", fieldOf(made, "c", "i", "x"), true],
  ["of one of its fields", fieldOf(part, "y"), true],
  ["which is an array", fieldOf(made, "c", "i", "z"), true],
  ["which is a truth value", fieldOf(made, "c", "b"), true],
  ["of the whole of it", fieldOf(made, "c", "i"), true],
  ["of one that a condition chose", fieldOf(either, "i", "y"), false],
  ["beside the whole", call("concat", call("to_json", made), fieldOf(made, "a", "s")), false],
];

function project(expression: Expression, rows: readonly (readonly Boxed[])[]): Run {
  const table = new Table(columns, rows, { batchRows: 7 });
  const lower = Object.values(below);
  const first: ProjectExec = { kind: "project", id: nextId(), child: table.scan, expressions: lower, output: outputOf(lower) };
  const upper = [alias(expression, "r")];
  return run({ kind: "project", id: nextId(), child: first, expressions: upper, output: outputOf(upper) }, [table]);
}

const row = fc.tuple(
  fc.option(fc.integer({ min: -1000, max: 1000 })),
  fc.option(fc.string()),
  fc.option(
    fc.tuple(
      fc.option(fc.tuple(fc.option(fc.maxSafeInteger()), fc.option(fc.string()), fc.option(fc.array(fc.option(fc.integer()))))),
      fc.option(fc.double()),
      fc.option(fc.boolean()),
    ),
  ),
);

test.each(cases)("%s", (_, expression, free) => {
  const evaluation = { settings, partition: 0, inputFile: () => null };
  const lower = Object.values(below).map((one) => interpreter(one, columns, evaluation));
  const upper = interpreter(expression, [made, part, either], evaluation);
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 30 }), (rows) => {
      const { rows: given, program } = project(expression, rows);
      expect(given.map(textOf)).toEqual(rows.map((one) => textOf([upper(lower.map((make) => make(one)))])));
      // No evaluator is called: neither makes one the struct nor takes another the field out of it.
      if (free) expect(program.sources().join("")).not.toMatch(/= f\d+\("/);
    }),
    { numRuns: Number(process.env["FC_RUNS"] ?? 20) },
  );
});
