/** What scans are told of how long the pipeline above them looks at their memory. */
import type { BoxedRow } from "../../../src/columnar/vector";
import type { Attribute, Expression, NamedExpression } from "../../../src/dataframe/expressions/expression";
import type { PhysicalPlan } from "../../../src/dataframe/physical/plan";
import type { ScanUse } from "../../../src/dataframe/sources/data-source";
import { aggregate, alias, call, item, nextId, run, sourceOf, Table, text } from "./harness";

const number = attribute("n", "int");
const kept = attribute("kept", "string");
const tested = attribute("tested", "string");
const raw = attribute("raw", "binary");
const columns = [number, kept, tested, raw];
const table = new Table(
  columns,
  Array.from({ length: 250 }, (_, i): BoxedRow => [i, `kept ${i}`, i % 3 === 0 ? "no" : `tested ${i}`, Uint8Array.of(i)]),
);

function attribute(name: string, kind: "int" | "string" | "binary"): Attribute {
  return { kind: "attribute", id: nextId(), name, type: { kind }, nullable: true, qualifier: [] };
}

function filter(condition: Expression): PhysicalPlan {
  return { kind: "filter", id: nextId(), output: columns, child: table.scan, condition };
}

function project(child: PhysicalPlan, ...expressions: readonly NamedExpression[]): PhysicalPlan {
  const output = expressions.map(({ id, name, type, nullable }) => ({
    kind: "attribute" as const,
    id,
    name,
    type,
    nullable,
    qualifier: [],
  }));
  return { kind: "project", id: nextId(), child, expressions, output };
}

/** What the scan was told of strings, by the columns' names; and how many rows came. */
function told(plan: PhysicalPlan): readonly [strings: readonly string[], rows: number] {
  let use: ScanUse | undefined;
  const { rows } = run(plan, [table], {
    services: {
      openScan: (_scan, _splits, _env, given) => {
        use = given;
        return sourceOf(table.batches);
      },
    },
  });
  const names = columns.filter(({ id }) => use?.transient === true && use.transientStrings?.has(id) === true);
  return [names.map(({ name }) => name), rows.length];
}

const passes = call("like", tested, text("%ed%"));
const total = item(aggregate("sum", number));
const passing = table.rows.filter(([, , value]) => value !== "no").length;

test("strings that conditions alone look at need not outlast a batch", () => {
  expect(told(project(filter(passes), number, kept))).toEqual([["tested"], passing]);
  const sum: PhysicalPlan = {
    kind: "hashAggregate",
    id: nextId(),
    mode: "complete",
    child: filter(passes),
    grouping: [kept],
    aggregates: [total],
    output: [kept, total.result],
  };
  expect(told(sum)).toEqual([["tested"], passing]);
});

test("strings that leave, that something is made of, or that nobody tests, and bytes, which functions may keep, do", () => {
  expect(told(project(filter(passes), number, tested))).toEqual([[], passing]);
  expect(told(project(filter(passes), alias(call("upper", tested), "upper")))).toEqual([[], passing]);
  expect(told(filter(passes))).toEqual([[], passing]);
  expect(told(project(filter(call("isnotnull", raw)), number))).toEqual([[], table.rows.length]);
});
