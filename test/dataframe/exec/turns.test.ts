/** Rows that are there several times inside of a pipeline are those that operators of their own give. */
import type { Boxed, DataType } from "../../../src/columnar/types";
import type { BoxedRow } from "../../../src/columnar/vector";
import { literal } from "../../../src/dataframe/expressions/build";
import type { Attribute, Expression } from "../../../src/dataframe/expressions/expression";
import { builtins } from "../../../src/dataframe/functions";
import type { HashAggregateExec, HashJoinExec, PhysicalPlan } from "../../../src/dataframe/physical/plan";
import {
  aggregate,
  alias,
  asDictionary,
  attribute,
  bindContext,
  call,
  int,
  item,
  nextId,
  outputOf,
  run,
  sorted,
  Table,
  textOf,
} from "./harness";

const key = attribute("key", { kind: "int" });
const long = attribute("long", { kind: "long" });
const text = attribute("text", { kind: "string" });
const double = attribute("double", { kind: "double" });
const flag = attribute("flag", { kind: "boolean" });
const columns = [key, long, text, double, flag];

function value(type: DataType, n: number): Boxed {
  if (n % 7 === 3) return null;
  switch (type.kind) {
    case "int":
      return n % 10;
    case "long":
      return n % 11 === 5 ? 2n ** 60n + BigInt(n) : n * 1000;
    case "string":
      return ["", "a", "bé", "a longer one"][n % 4]!;
    case "double":
      return n % 13 === 1 ? NaN : n / 3;
    default:
      return n % 2 === 0;
  }
}

const rows: readonly BoxedRow[] = Array.from({ length: 500 }, (_, i) => columns.map(({ type }, c) => value(type, i * 5 + c * 3)));
const plain = new Table(columns, rows);
const coded = new Table(columns, rows, { form: asDictionary });

function exploded(table: Table, name: string, array: Expression, kept: readonly Attribute[]): PhysicalPlan {
  const generator = builtins.generator(name).bind([array], { ...bindContext(), name });
  const fields = generator.type.kind === "struct" ? generator.type.fields : [];
  const generated = fields.map((field) => attribute(field.name, field.type, field.nullable));
  return {
    kind: "generate",
    id: nextId(),
    child: table.scan,
    generator,
    outer: false,
    generated,
    output: [...kept, ...generated],
  };
}

const arrays: Record<string, readonly Expression[]> = {
  ints: [key, call("+", key, int(1)), int(7)],
  longs: [long, call("-", int(0), long), long],
  texts: [text, call("concat", text, literal("!", { kind: "string" })), literal(null, { kind: "string" })],
  doubles: [double, call("*", double, double)],
  flags: [flag, call("not", flag), call("isnull", flag)],
  constants: [literal("x", { kind: "string" }), literal("", { kind: "string" }), literal("yé", { kind: "string" })],
  numbers: [int(3), int(-1), literal(null, { kind: "int" })],
};

/** What the generator should give, by the interpreter of arrays: each element in an operator of its own. */
function expected(name: string, table: Table, items: readonly Expression[], kept: readonly Attribute[]): BoxedRow[] {
  const expressions = [...kept.map((column) => column), ...items.map((one, i) => alias(one, `i${i}`))];
  const each = run({ kind: "project", id: nextId(), child: table.scan, expressions, output: outputOf(expressions) }, [
    table,
  ]).rows;
  return each.flatMap((row) => {
    const before = row.slice(0, kept.length);
    return items.map((_, i) => [...before, ...(name === "posexplode" ? [i] : []), row[kept.length + i]!]);
  });
}

describe.each(Object.keys(arrays))("%s", (which) => {
  const items = arrays[which]!;
  const array = call("array", ...items);

  test.each([
    ["explode", plain],
    ["explode", coded],
    ["posexplode", plain],
  ])("%s", (name, table) => {
    const plan = exploded(table, name, array, [text, key]);
    const { rows: made, program, metrics } = run(plan, [table]);
    expect(made).toEqual(expected(name, table, items, [text, key]));
    expect(program.sources().join()).toContain("turn");
    expect(metrics.get(plan.id)!.rows).toBe(rows.length * items.length);
  });
});

test("conditions, groups and joins above see each of the rows", () => {
  const turns = exploded(plain, "posexplode", call("array", key, call("+", key, int(1)), int(7)), [text]);
  const [, place, element] = turns.output as [Attribute, Attribute, Attribute];
  const filtered: PhysicalPlan = {
    kind: "filter",
    id: nextId(),
    child: turns,
    condition: call(">", element, int(2)),
    output: turns.output,
  };
  const other = [attribute("k", { kind: "int" }, false), attribute("name", { kind: "string" }, false)];
  const right = new Table(other, [
    [3, "three"],
    [7, "seven"],
    [7, "sept"],
  ]);
  const join: HashJoinExec = {
    kind: "hashJoin",
    id: nextId(),
    left: filtered,
    right: right.scan,
    type: "inner",
    leftKeys: [element],
    rightKeys: [other[0]!],
    build: "right",
    condition: null,
    output: [...filtered.output, ...other],
  };
  const sums = [item(aggregate("count", element)), item(aggregate("sum", place))];
  const grouped: HashAggregateExec = {
    kind: "hashAggregate",
    id: nextId(),
    child: join,
    mode: "complete",
    grouping: [text, other[1]!],
    aggregates: sums,
    output: [text, other[1]!, ...sums.map(({ result }) => result)],
  };
  const counts = new Map<string, [BoxedRow, number, number]>();
  for (const [k, , t] of rows) {
    [k as number | null, k === null ? null : (k as number) + 1, 7].forEach((element, at) => {
      for (const [n, name] of right.rows) {
        if (n !== element) continue;
        const found = counts.get(textOf([t!, name!])) ?? [[t!, name!], 0, 0];
        counts.set(textOf([t!, name!]), [found[0], found[1] + 1, found[2] + at]);
      }
    });
  }
  const wanted = [...counts.values()].map(([names, count, sum]) => [...names, count, sum]);
  expect(sorted(run(grouped, [plain, right]).rows)).toEqual(sorted(wanted));
});

test("rows by projections: what is the same in all, constants, and what each computes", () => {
  const names = (name: string): Expression => literal(name, { kind: "string" });
  const child = attribute("key", { kind: "int" });
  const plan: PhysicalPlan = {
    kind: "expand",
    id: nextId(),
    child: plain.scan,
    projections: [
      [text, names("key"), call("*", key, int(2))],
      [text, names("seven"), int(7)],
    ],
    output: [text, attribute("name", { kind: "string" }), child],
    byRow: true,
  };
  const { rows: made, program } = run(plan, [plain]);
  expect(made).toEqual(
    rows.flatMap(([k, , t]) => [
      [t, "key", k === null ? null : (k as number) * 2],
      [t, "seven", 7],
    ]),
  );
  expect(program.sources()).toHaveLength(1);
});
