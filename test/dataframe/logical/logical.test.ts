/** Columns of plans, walking, fresh copies. */
import { freshIds } from "../../../src/dataframe/logical/fresh";
import { outputIds, outputOf } from "../../../src/dataframe/logical/output";
import type { LogicalPlan } from "../../../src/dataframe/logical/plan";
import { planText } from "../../../src/dataframe/logical/print";
import {
  childrenOf,
  expressionsOf,
  mapExpressions,
  transformDown,
  transformUp,
  transformUpWithSubqueries,
  withChildren,
} from "../../../src/dataframe/logical/traverse";
import { TestSession, tables } from "../support/session";

const TABLES = tables({ t: "a INT NOT NULL, b INT", u: "c INT NOT NULL, d INT" });

const QUERIES = [
  "select a + 1 as x from t where b > 1 order by a limit 3",
  "select a, count(*) as n from t group by a having count(*) > 1",
  "select * from t left join u on a = c",
  "select a from t union all select c from u",
  "select a from t intersect select c from u",
  "select distinct a from t",
  "select a, row_number() over (partition by b order by a) as r from t",
  "select a, x from t lateral view explode(array(1, 2)) e as x",
  "with q as (select a from t) select * from q p join q r on p.a = r.a",
  "select a from t where a in (select c from u where d = b)",
  "select a, b, sum(a) from t group by cube (a, b)",
  "select id from range(3)",
  "select * from values (1, 'x') as v(i, s)",
  "with recursive r(n) as (select 1 union all select n + 1 from r where n < 3) select * from r",
];

function analyzed(sql: string): { readonly session: TestSession; readonly plan: LogicalPlan } {
  const session = new TestSession(TABLES);
  return { session, plan: session.analyzed(sql) };
}

describe.each(QUERIES)("%s", (sql) => {
  test("is the same object when nothing is rewritten", () => {
    const { plan } = analyzed(sql);
    expect(transformUp(plan, (node) => node)).toBe(plan);
    expect(transformDown(plan, (node) => node)).toBe(plan);
    expect(transformUpWithSubqueries(plan, (node) => node)).toBe(plan);
    transformUp(plan, (node) => {
      expect(withChildren(node, childrenOf(node))).toBe(node);
      expect(mapExpressions(node, (expression) => expression)).toBe(node);
      expressionsOf(node);
      return node;
    });
  });

  test("has a copy with columns of its own", () => {
    const { session, plan } = analyzed(sql);
    const copy = freshIds(plan, session.nextId).plan;
    const ids = outputIds(plan);
    expect(outputOf(copy).map(({ name, type }) => [name, type])).toEqual(outputOf(plan).map(({ name, type }) => [name, type]));
    for (const column of outputOf(copy)) expect(ids.has(column.id)).toBe(false);
    const shape = (text: string): string => text.replace(/#\d+/g, "#");
    expect(shape(planText(copy))).toBe(shape(planText(plan)));
  });
});

test.each([
  ["inner", [false, true, false, true]],
  ["left", [false, true, true, true]],
  ["right", [true, true, false, true]],
  ["full", [true, true, true, true]],
  ["left semi", [false, true]],
  ["left anti", [false, true]],
])("columns of a %s join may be null", (type, nullable) => {
  const { plan } = analyzed(`select * from t ${type} join u on a = c`);
  expect(outputOf(plan).map((column) => column.nullable)).toEqual(nullable);
});

test("trees are drawn with subqueries under what holds them", () => {
  const { plan } = analyzed("select a from t where b > (select max(d) from u where c = 1)");
  expect(planText(plan).replaceAll("spark_catalog.default.", "")).toMatchInlineSnapshot(`
   "Project [a#1]
   +- Filter (b#2 > scalar-subquery)
      :  +- Aggregate [], [max(d#4) AS max(d)#5]
      :     +- Filter (c#3 = 1)
      :        +- SubqueryAlias u
      :           +- Relation u[c#3,d#4] parquet
      +- SubqueryAlias t
         +- Relation t[a#1,b#2] parquet
   "
  `);
});
