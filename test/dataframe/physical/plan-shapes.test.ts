/** Where exchanges and sorts stand, and which joins are chosen. */
import type { PhysicalPlan } from "../../../src/dataframe/physical/plan";
import { planQuery } from "../../../src/dataframe/physical/plan-query";
import { exchangesOf, operatorName } from "../../../src/dataframe/physical/print";
import { QueryRun } from "../../../src/dataframe/physical/stages";
import { childrenOf } from "../../../src/dataframe/physical/traverse";
import { TestSession, tables } from "../support/session";

const TABLES = tables({
  small: ["a INT, b INT, s STRING", 1000],
  large: ["k INT, v INT, w STRING", 50_000_000],
  other: ["x INT, y INT", 40_000_000],
});

/** Names of operators, top down, sides of joins in brackets. */
function shape(plan: PhysicalPlan): string {
  const exchanges = exchangesOf(plan);
  const visit = (node: PhysicalPlan): string => {
    const name = operatorName(node, exchanges).replace("Scan parquet", "Scan");
    const mode = node.kind === "hashAggregate" ? `:${node.mode}` : node.kind === "exchange" ? `:${node.partitioning.kind}` : "";
    const children = childrenOf(node).map(visit);
    return children.length === 0
      ? name
      : `${name}${mode} ${children.length > 1 ? `(${children.join(", ")})` : (children[0] as string)}`;
  };
  return visit(plan).replaceAll("Project ", "");
}

function planned(sql: string, options: { splits?: number; conf?: Readonly<Record<string, string>> } = {}): string {
  const session = new TestSession(TABLES, options.conf);
  return shape(planQuery(session.optimized(sql), session.settings, session.services(options.splits ?? 4)));
}

describe("aggregates", () => {
  test.each([
    ["select count(*) from large", "HashAggregate:final Exchange:single HashAggregate:partial Scan"],
    ["select k, count(*) from large group by k", "HashAggregate:final Exchange:hash HashAggregate:partial Scan"],
    ["select distinct k from large", "HashAggregate:final Exchange:hash HashAggregate:partial Scan"],
    [
      "select a, b, sum(a), count(*) from small group by rollup (a, b)",
      "HashAggregate:final Exchange:hash HashAggregate:merge Expand HashAggregate:partial Scan",
    ],
    // Without a set of all keys, or of states that tell how rows were put together, rows are expanded.
    [
      "select a, b, c, sum(c) from (select a, b, a + b as c from small) group by grouping sets ((a, b), (b, c), (c))",
      "HashAggregate:final Exchange:hash HashAggregate:partial Expand Scan",
    ],
    [
      "select a, b, collect_list(a) from small group by rollup (a, b)",
      "HashAggregate:final Exchange:hash HashAggregate:partial Expand Scan",
    ],
    [
      "select k, sum(n) from (select k, v, count(*) as n from large group by k, v) group by k",
      "HashAggregate:complete HashAggregate:final Exchange:hash HashAggregate:partial Scan",
    ],
    [
      "select count(distinct v) from large",
      "HashAggregate:final Exchange:single HashAggregate:partial HashAggregate:final Exchange:hash HashAggregate:partial Scan",
    ],
    [
      "select k, count(distinct v) from large group by k",
      "HashAggregate:complete HashAggregate:final Exchange:hash HashAggregate:partial Scan",
    ],
  ])("%s", (sql, wanted) => expect(planned(sql)).toBe(wanted));

  test("of one partition need no exchange", () => {
    expect(planned("select a, count(*) from small group by a order by a", { splits: 1 })).toBe(
      "Sort HashAggregate:complete Scan",
    );
    expect(planned("select * from values (1), (2) as v(i) order by i")).toBe("Sort LocalTableScan");
  });
});

describe("joins", () => {
  test.each([
    ["select v, b from large join small on k = a", "BroadcastHashJoin (Scan, BroadcastExchange:broadcast Scan)"],
    ["select v, b from small join large on k = a", "BroadcastHashJoin (BroadcastExchange:broadcast Scan, Scan)"],
    ["select v, b from small left join large on k = a", "ShuffledHashJoin (Exchange:hash Scan, Exchange:hash Scan)"],
    ["select v, y from large join other on k = x", "ShuffledHashJoin (Exchange:hash Scan, Exchange:hash Scan)"],
    ["select v, b from large full join small on k = a", "ShuffledHashJoin (Exchange:hash Scan, Exchange:hash Scan)"],
    [
      "select /*+ merge(other) */ v, y from large join other on k = x",
      "SortMergeJoin (Sort Exchange:hash Scan, Sort Exchange:hash Scan)",
    ],
    [
      "select /*+ broadcast(other) */ v, y from large join other on k = x",
      "BroadcastHashJoin (Scan, BroadcastExchange:broadcast Scan)",
    ],
    ["select v, b from large join small on k < a", "BroadcastNestedLoopJoin (Scan, BroadcastExchange:broadcast Scan)"],
    ["select v from large where k not in (select a from small)", "BroadcastHashJoin (Scan, BroadcastExchange:broadcast Scan)"],
    [
      "select v from large where exists (select 1 from other where x = k)",
      "ShuffledHashJoin (Exchange:hash Scan, Exchange:hash Scan)",
    ],
  ])("%s", (sql, wanted) => expect(planned(sql)).toBe(wanted));

  test.each([
    [
      "select k from large intersect select x from other",
      "HashAggregate:complete ShuffledHashJoin (Exchange:hash HashAggregate:partial Scan, Exchange:hash HashAggregate:partial Scan)",
    ],
    [
      "select k, v from large except select x, y from other",
      "HashAggregate:complete ShuffledHashJoin (Exchange:hash HashAggregate:partial Scan, Exchange:hash HashAggregate:partial Scan)",
    ],
    // Rows that are all different, and lie by what is compared.
    [
      "select distinct k from large intersect select x from other",
      "HashAggregate:complete ShuffledHashJoin (HashAggregate:final Exchange:hash HashAggregate:partial Scan, Exchange:hash HashAggregate:partial Scan)",
    ],
    [
      "select k from large intersect select a from small",
      "HashAggregate:final Exchange:hash HashAggregate:partial BroadcastHashJoin (Scan, BroadcastExchange:broadcast Scan)",
    ],
    ["select k from large left semi join other on k <=> x", "ShuffledHashJoin (Exchange:hash Scan, Exchange:hash Scan)"],
  ])("of set operations: %s", (sql, wanted) => expect(planned(sql)).toBe(wanted));

  test("what lies right already is not moved again", () => {
    expect(planned("select n, y from (select k, count(*) as n from large group by k) join other on k = x where y > 1")).toBe(
      "ShuffledHashJoin (HashAggregate:final Exchange:hash HashAggregate:partial Scan, Exchange:hash Filter Scan)",
    );
    expect(planned("select k, sum(v) from large join other on k = x group by k")).toBe(
      "HashAggregate:complete ShuffledHashJoin (Exchange:hash Scan, Exchange:hash Scan)",
    );
  });

  test("the left side moves to where the right side and the aggregate above have their keys", () => {
    expect(planned("select k, count(y) from large left join other on k = x group by k")).toBe(
      "HashAggregate:complete ShuffledHashJoin (Exchange:hash Scan, HashAggregate:final Exchange:hash HashAggregate:partial Scan)",
    );
  });

  test("of single partitions move nothing", () => {
    expect(planned("select v, b from large join small on k = a", { splits: 1 })).toBe("ShuffledHashJoin (Scan, Scan)");
  });

  test("sort-merge where the user prefers it", () => {
    const conf = { "spark.sql.join.preferSortMergeJoin": "true" };
    expect(planned("select v, y from large join other on k = x", { conf })).toMatch(/^SortMergeJoin/);
  });

  test("the threshold is a setting", () => {
    const conf = { "spark.sql.autoBroadcastJoinThreshold": "-1" };
    expect(planned("select v, b from large join small on k = a", { conf })).toMatch(/^ShuffledHashJoin/);
  });
});

describe("orders and limits", () => {
  test.each([
    ["select k from large order by k", "Sort Exchange:range Scan"],
    ["select k from large sort by k", "Sort Scan"],
    ["select k from large order by k limit 5", "TakeOrdered Exchange:single TakeOrdered Scan"],
    ["select k from large limit 5", "Limit Exchange:single Limit Scan"],
    ["select k, row_number() over (partition by k order by v) from large", "Window Sort Exchange:hash Scan"],
    ["select k, count(*) over () from large", "Window Exchange:single Scan"],
  ])("%s", (sql, wanted) => expect(planned(sql)).toBe(wanted));

  const top = (functions: string, condition: string): string =>
    `select * from (select k, v, ${functions} from large) where ${condition}`;
  const LIMITED = "Filter Window Sort WindowGroupLimit Exchange:hash WindowGroupLimit Scan";

  test.each([
    ["row_number() over (partition by k order by v) as r", "r <= 3", LIMITED],
    ["rank() over (partition by k order by v desc) as r", "2 > r and v > 5", LIMITED],
    ["dense_rank() over (partition by k order by v) as r", "r = 1", LIMITED],
    [
      "row_number() over (order by v) as r",
      "r < 10",
      "Filter Window Sort WindowGroupLimit Exchange:single WindowGroupLimit Scan",
    ],
    [
      "rank() over (partition by k order by v) as r, sum(v) over (partition by k order by v rows unbounded preceding) as s",
      "r <= 3",
      LIMITED,
    ],
  ])("rows that %s drops by %s are not moved and sorted", (functions, condition, wanted) => {
    expect(planned(top(functions, condition)).replace("Filter Scan", "Scan")).toBe(wanted);
  });

  test.each([
    ["row_number() over (partition by k order by v) as r", "r >= 3"],
    ["row_number() over (partition by k order by v) as r", "r <= 3 or v = 1"],
    ["row_number() over (partition by k order by v) as r", "r <= 1001"],
    ["ntile(4) over (partition by k order by v) as r", "r <= 1"],
    // Looks at rows behind its own: peers.
    ["rank() over (partition by k order by v) as r, sum(v) over (partition by k order by v) as s", "r <= 3"],
    ["rank() over (partition by k order by v) as r, lead(v) over (partition by k order by v) as s", "r <= 3"],
  ])("a window needs all rows for %s where %s", (functions, condition) => {
    expect(planned(top(functions, condition))).not.toMatch(/WindowGroupLimit/);
  });

  test("the limit of groups is a setting", () => {
    const conf = { "spark.sql.optimizer.windowGroupLimitThreshold": "2" };
    const sql = top("row_number() over (partition by k order by v) as r", "r <= 3");
    expect(planned(sql, { conf })).not.toMatch(/WindowGroupLimit/);
  });

  test("a limit at the top is taken by the driver", () => {
    const session = new TestSession(TABLES);
    const run = new QueryRun(session.optimized("select k + 1 from large limit 5 offset 2"), session.settings, session.services());
    const stage = run.next();
    expect(stage.kind === "result" && stage.take).toEqual({ limit: 5, offset: 2 });
    expect(shape(stage.root)).toBe("Limit Scan");
    expect(run.next(false)).toMatchObject({ kind: "exchange", partitioning: { kind: "single" } });
  });
});

test("repartition by the user keeps its count", () => {
  expect(planned("select /*+ repartition(7, k) */ * from large")).toBe("Exchange:hash Scan");
  expect(planned("select k, count(*) from (select /*+ repartition(7, k) */ * from large) group by k")).toBe(
    "HashAggregate:complete Exchange:hash Scan",
  );
});

test("equal exchanges are made once", () => {
  const session = new TestSession(TABLES);
  const sql = "with c as (select k, count(*) as n from large group by k) select p.k from c p join c q on p.k = q.k";
  const run = new QueryRun(session.optimized(sql), session.settings, session.services());
  expect(shape(run.plan)).toBe(
    "ShuffledHashJoin (HashAggregate:final Exchange:hash HashAggregate:partial Scan, HashAggregate:final ReusedExchange)",
  );
});
