/** However a query is cut into stages and planned again, it gives the rows that its analysed plan gives, read literally. */
import fc from "fast-check";
import type { BoxedRow } from "../../../src/columnar/vector";
import { physicalText } from "../../../src/dataframe/physical/print";
import { bindSubqueries } from "../../../src/dataframe/physical/subqueries";
import { runPhysical, type Observed } from "../support/evaluate-physical";
import { PlanEvaluator, rowsText } from "../support/evaluate-plan";
import { TestSession, tables } from "../support/session";

const small = fc.option(fc.integer({ min: 0, max: 4 }), { nil: null, freq: 4 });
const data = fc.record({
  t: fc.array(fc.tuple(small, small, fc.constantFrom("x", "y", null)), { maxLength: 12 }),
  u: fc.array(fc.tuple(small, small), { maxLength: 12 }),
  w: fc.array(fc.tuple(small, small), { maxLength: 12 }),
});

const SCHEMAS = { t: "a INT, b INT, s STRING", u: "c INT, d INT", w: "e INT, f INT" };

interface Setting {
  readonly conf: Readonly<Record<string, string>>;
  /** Rows that tables are said to have. */
  readonly rows: number;
  readonly splits: number;
  readonly bytesOfRow: number;
}

const SETTINGS: Readonly<Record<string, Setting>> = {
  "small tables": { conf: {}, rows: 1000, splits: 3, bytesOfRow: 10 },
  "large tables": { conf: {}, rows: 100_000_000, splits: 3, bytesOfRow: 50_000_000 },
  "large tables that turn out small": { conf: {}, rows: 100_000_000, splits: 3, bytesOfRow: 10 },
  "one split": { conf: {}, rows: 1000, splits: 1, bytesOfRow: 10 },
  "not adaptive": { conf: { "spark.sql.adaptive.enabled": "false" }, rows: 100_000_000, splits: 2, bytesOfRow: 10 },
  "sort-merge": {
    conf: { "spark.sql.join.preferSortMergeJoin": "true", "spark.sql.autoBroadcastJoinThreshold": "-1" },
    rows: 100_000,
    splits: 2,
    bytesOfRow: 2_000_000,
  },
  skewed: {
    conf: {
      "spark.sql.adaptive.skewJoin.skewedPartitionThresholdInBytes": "1",
      "spark.sql.adaptive.skewJoin.skewedPartitionFactor": "1.1",
      "spark.sql.adaptive.advisoryPartitionSizeInBytes": "1MB",
      "spark.sql.autoBroadcastJoinThreshold": "-1",
    },
    rows: 100_000_000,
    splits: 4,
    bytesOfRow: 1_000_000,
  },
};

function run(sql: string, setting: Setting, rows: Readonly<Record<string, readonly BoxedRow[]>>): Observed {
  const spec = Object.fromEntries(Object.entries(SCHEMAS).map(([name, schema]) => [name, [schema, setting.rows] as const]));
  const session = new TestSession(tables(spec), setting.conf);
  const of = (name: string): readonly BoxedRow[] => rows[name] as readonly BoxedRow[];
  const evaluator = new PlanEvaluator(session.settings, of);
  const plan = bindSubqueries(session.optimized(sql), (subquery) => evaluator.rows(subquery)[0]?.[0] ?? null);
  return runPhysical(plan, session.settings, session.services(setting.splits), of, setting.bytesOfRow);
}

function holds(sql: string, setting: Setting): void {
  const ordered = /order by [^)]*$/i.test(sql);
  const session = new TestSession(tables(SCHEMAS));
  const analyzed = session.analyzed(sql);
  fc.assert(
    fc.property(data, (rows: Readonly<Record<string, readonly BoxedRow[]>>) => {
      const evaluator = new PlanEvaluator(session.settings, (name) => rows[name] as readonly BoxedRow[]);
      const wanted = JSON.stringify(rowsText(evaluator.rows(analyzed), ordered));
      const observed = run(sql, setting, rows);
      const found = JSON.stringify(rowsText(observed.rows, ordered));
      if (found !== wanted) throw new Error(`${found} instead of ${wanted}\n${physicalText(observed.plan)}`);
    }),
    { numRuns: 15 },
  );
}

const QUERIES = [
  "select a, b from t where a > 1",
  "select count(*), sum(b) from t",
  "select a, count(*), avg(b), max(s) from t group by a",
  "select distinct a, b from t",
  "select a, count(distinct b), sum(b) from t group by a",
  "select a, count(distinct b), count(distinct s), avg(b) from t group by a",
  "select a, b from t order by a, b",
  "select a, b from t order by a desc, b limit 3",
  "select a, b from t order by a, b limit 3 offset 2",
  "select count(*) from (select a from t limit 4)",
  "select * from t join u on a = c",
  "select * from t left join u on a = c and b < d",
  "select * from t right join u on a = c",
  "select * from t full join u on a = c",
  "select * from t full join u on a < c",
  "select * from t join u on a < c",
  "select * from t cross join u",
  "select * from t left semi join u on a = c and b <= d",
  "select * from t left anti join u on a = c",
  "select * from t where a not in (select c from u)",
  "select a, a in (select c from u) from t",
  "select * from t join u on a <=> c",
  "select * from t, u, w where a = c and d = e",
  "select * from t, u, w where a = c and c = e",
  "select * from t left join u on a = c left join w on a = e",
  "select a, sum(n) from (select a, b, count(*) as n from t group by a, b) group by a",
  "select x.a, n, d from (select a, count(*) as n from t group by a) x join u on x.a = c",
  "select a, b, row_number() over (partition by a order by b, s) from t",
  "select a, b, s, count(*) over (partition by a) from t",
  "select a, n, row_number() over (partition by a order by n) from (select a, b, count(*) as n from t group by a, b)",
  "select a from t union all select c from u",
  "select a, count(*) from (select a from t union all select c from u) group by a",
  "select a from t intersect select c from u",
  "select a, b from t except all select c, d from u",
  "select x.a, y.a from t x join t y on x.a = y.b",
  "with x as (select a, count(*) as n from t group by a) select p.a, q.n from x p join x q on p.a = q.n",
  "select a, b, count(*) from t group by cube (a, b)",
  "select a from t where b > (select avg(d) from u where c = a)",
  "select a, sum(b) as x from t group by a having sum(b) > (select sum(b) / 3 from t)",
  "with v as (select a, count(*) as n from t group by a) select a, d from v join u on a = c where n = (select max(n) from v)",
  "with v as (select * from t) select a from v where b > 0 and a > (select avg(a) from v where b > 0 and a < 4) and not exists (select * from u where c = a)",
  "with v as (select * from t) select s, count(*) from v where b > 0 and a > (select min(a) from v where b > 0) and a in (select c from u) and a not in (select e from w where f > 1) group by s",
  "with v as (select a, b, rand(3) < 2 as r from t where b > 3) select p.a, q.a from v p join v q on p.a = q.a",
  "select a from t where exists (select 1 from u where c = a) or b = 1",
  "select /*+ broadcast(u) */ * from t join u on a = c",
  "select /*+ merge(u) */ * from t join u on a = c",
  "select /*+ shuffle_hash(u) */ * from t left join u on a = c",
  "select /*+ repartition(3) */ * from t",
  "select a, count(*) from (select /*+ repartition(2, a) */ * from t) group by a",
  "select /*+ coalesce(1) */ * from t",
  "select id, a from range(10) join t on id = a",
];

describe.each(Object.entries(SETTINGS))("%s", (_, setting) => {
  test.each(QUERIES)("%s", (sql) => holds(sql, setting));
});
