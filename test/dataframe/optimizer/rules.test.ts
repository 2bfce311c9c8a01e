/** Each rule alone: what it makes of a plan, and a plan that it leaves as it is. */
import { planText } from "../../../src/dataframe/logical/print";
import type { LogicalPlan } from "../../../src/dataframe/logical/plan";
import type { Rule } from "../../../src/dataframe/optimizer/context";
import { applyRule } from "../../../src/dataframe/optimizer/engine";
import { aggregateJoinedRows } from "../../../src/dataframe/optimizer/rules/aggregate-joined-rows";
import { booleanSimplification } from "../../../src/dataframe/optimizer/rules/boolean-simplification";
import { collapseProject } from "../../../src/dataframe/optimizer/rules/collapse-project";
import { columnPruning } from "../../../src/dataframe/optimizer/rules/column-pruning";
import { combineFilters } from "../../../src/dataframe/optimizer/rules/combine-filters";
import { combineLimits } from "../../../src/dataframe/optimizer/rules/combine-limits";
import { combineUnions } from "../../../src/dataframe/optimizer/rules/combine-unions";
import { constantFolding } from "../../../src/dataframe/optimizer/rules/constant-folding";
import { eliminateHints } from "../../../src/dataframe/optimizer/rules/eliminate-hints";
import { eliminateOuterJoin } from "../../../src/dataframe/optimizer/rules/eliminate-outer-join";
import { eliminateSorts } from "../../../src/dataframe/optimizer/rules/eliminate-sorts";
import { eliminateSubqueryAliases } from "../../../src/dataframe/optimizer/rules/eliminate-subquery-aliases";
import { groupStructsByFields } from "../../../src/dataframe/optimizer/rules/group-structs-by-fields";
import { inferFiltersFromConstraints } from "../../../src/dataframe/optimizer/rules/infer-filters";
import { inlineCte } from "../../../src/dataframe/optimizer/rules/inline-cte";
import { likeSimplification } from "../../../src/dataframe/optimizer/rules/like-simplification";
import { limitPushDown } from "../../../src/dataframe/optimizer/rules/limit-push-down";
import { nullPropagation } from "../../../src/dataframe/optimizer/rules/null-propagation";
import { optimizeIn } from "../../../src/dataframe/optimizer/rules/optimize-in";
import { partitionPruning } from "../../../src/dataframe/optimizer/rules/partition-pruning";
import { precomputeInCte } from "../../../src/dataframe/optimizer/rules/precompute-in-cte";
import { propagateEmptyRelation } from "../../../src/dataframe/optimizer/rules/propagate-empty-relation";
import { pruneFilters } from "../../../src/dataframe/optimizer/rules/prune-filters";
import { pullOutGroupingExpressions } from "../../../src/dataframe/optimizer/rules/pull-out-grouping-expressions";
import { pushDownPredicates } from "../../../src/dataframe/optimizer/rules/push-down-predicates";
import { pushExtraPredicates } from "../../../src/dataframe/optimizer/rules/push-extra-predicates";
import { pushFiltersIntoScans } from "../../../src/dataframe/optimizer/rules/push-filters-into-scans";
import { reduceAggregateInput } from "../../../src/dataframe/optimizer/rules/reduce-aggregate-input";
import { reorderJoins } from "../../../src/dataframe/optimizer/rules/reorder-joins";
import { replaceDistinctWithAggregate } from "../../../src/dataframe/optimizer/rules/replace-distinct";
import { replaceSetOperations } from "../../../src/dataframe/optimizer/rules/replace-set-operations";
import { rewriteDistinctAggregates } from "../../../src/dataframe/optimizer/rules/rewrite-distinct-aggregates";
import { rewriteLateralJoins } from "../../../src/dataframe/optimizer/rules/rewrite-lateral-joins";
import { rewriteSubqueries } from "../../../src/dataframe/optimizer/rules/rewrite-subqueries";
import { shareAggregates } from "../../../src/dataframe/optimizer/rules/share-aggregates";
import { shareFilteredRows } from "../../../src/dataframe/optimizer/rules/share-filtered-rows";
import { simplifyCasts } from "../../../src/dataframe/optimizer/rules/simplify-casts";
import { simplifyConditionals } from "../../../src/dataframe/optimizer/rules/simplify-conditionals";
import { simplifyExtracts } from "../../../src/dataframe/optimizer/rules/simplify-extracts";
import { unwrapCastInBinaryComparison } from "../../../src/dataframe/optimizer/rules/unwrap-cast";
import { TestSession, tables } from "../support/session";

const TABLES = tables({
  t: "a INT, b INT, s STRING",
  u: "c INT, d INT",
  n: "x INT NOT NULL, y INT NOT NULL",
  big: ["k INT, l INT, m INT", 1_000_000],
  mid: ["o INT, p INT", 10_000],
  texts: ["w STRING, n INT", 10_000],
  sales: ["amount INT, p_day INT", 100_000_000],
  times: "ts TIMESTAMP",
  nested: "st STRUCT<f: INT, g: STRUCT<h: INT, i: INT>>, z INT",
});

const ALWAYS = [eliminateSubqueryAliases];

/** The plan of a query before and after a rule, as text; the second is null where the rule leaves it. */
function fire(rule: Rule, sql: string, before: readonly Rule[] = ALWAYS): string {
  const session = new TestSession(TABLES);
  let plan: LogicalPlan = session.analyzed(sql);
  for (const earlier of before) plan = applyRule(earlier, plan, session.optimizer);
  const after = applyRule(rule, plan, { ...session.optimizer, prunesNested: () => true });
  const text = planText(after).replaceAll("spark_catalog.default.", "");
  return after === plan ? "as it was" : `\n${text}`;
}

describe("InlineCTE", () => {
  test("with x as (select a from t) select p.a from x p, x q", () => {
    expect(fire(inlineCte, "with x as (select a from t) select p.a from x p, x q")).toMatchInlineSnapshot(`
     "
     Project [a#5]
     +- Join Inner
        :- Project [a#2 AS a#5]
        :  +- Project [a#2]
        :     +- Relation t[a#2,b#3,s#4] parquet
        +- Project [a#7 AS a#6]
           +- Project [a#7]
              +- Relation t[a#7,b#8,s#9] parquet
     "
    `);
  });

  test.each(["with x as (select rand() as r from t) select p.r from x p, x q"])("does not change %s", (sql) => {
    expect(fire(inlineCte, sql)).toBe("as it was");
  });
});

describe("EliminateSubqueryAliases", () => {
  test("select q.a from t q", () => {
    expect(fire(eliminateSubqueryAliases, "select q.a from t q", [])).toMatchInlineSnapshot(`
     "
     Project [a#1]
     +- Relation t[a#1,b#2,s#3] parquet
     "
    `);
  });

  test.each(["select id from range(3)"])("does not change %s", (sql) => {
    expect(fire(eliminateSubqueryAliases, sql, [])).toBe("as it was");
  });
});

describe("EliminateResolvedHint", () => {
  test("select /*+ broadcast(u) */ a from t join u on a = c", () => {
    expect(fire(eliminateHints, "select /*+ broadcast(u) */ a from t join u on a = c")).toMatchInlineSnapshot(`
     "
     Project [a#1]
     +- Join Inner, (a#1 = c#4), rightHint=(strategy=broadcast)
        :- Relation t[a#1,b#2,s#3] parquet
        +- Relation u[c#4,d#5] parquet
     "
    `);
  });

  test.each(["select a from t join u on a = c"])("does not change %s", (sql) => {
    expect(fire(eliminateHints, sql)).toBe("as it was");
  });
});

describe("ReplaceDistinctWithAggregate", () => {
  test("select distinct a, b from t", () => {
    expect(fire(replaceDistinctWithAggregate, "select distinct a, b from t")).toMatchInlineSnapshot(`
     "
     Aggregate [a#1, b#2], [a#1, b#2]
     +- Project [a#1, b#2]
        +- Relation t[a#1,b#2,s#3] parquet
     "
    `);
  });

  test.each(["select a from t group by a"])("does not change %s", (sql) => {
    expect(fire(replaceDistinctWithAggregate, sql)).toBe("as it was");
  });
});

describe("ReplaceSetOperations", () => {
  test("select a from t except select c from u", () => {
    expect(fire(replaceSetOperations, "select a from t except select c from u")).toMatchInlineSnapshot(`
     "
     Aggregate [a#1], [a#1]
     +- Join LeftAnti, (a#1 <=> c#4)
        :- Project [a#1]
        :  +- Relation t[a#1,b#2,s#3] parquet
        +- Project [c#4]
           +- Relation u[c#4,d#5] parquet
     "
    `);
  });
  test("select a from t intersect all select c from u", () => {
    expect(fire(replaceSetOperations, "select a from t intersect all select c from u")).toMatchInlineSnapshot(`
     "
     Project [a#1]
     +- Join LeftSemi, ((a#1 <=> c#4) AND (row_number#6 = row_number#7))
        :- Window [row_number() windowspecdefinition(a#1, a#1 ASC NULLS FIRST, specifiedwindowframe(RowFrame, unboundedpreceding$(), currentrow$())) AS row_number#6], [a#1], [a#1 ASC NULLS FIRST]
        :  +- Project [a#1]
        :     +- Relation t[a#1,b#2,s#3] parquet
        +- Window [row_number() windowspecdefinition(c#4, c#4 ASC NULLS FIRST, specifiedwindowframe(RowFrame, unboundedpreceding$(), currentrow$())) AS row_number#7], [c#4], [c#4 ASC NULLS FIRST]
           +- Project [c#4]
              +- Relation u[c#4,d#5] parquet
     "
    `);
  });

  test.each(["select a from t union all select c from u"])("does not change %s", (sql) => {
    expect(fire(replaceSetOperations, sql)).toBe("as it was");
  });
});

describe("PullOutGroupingExpressions", () => {
  test("select a + 1, count(*) from t group by a + 1", () => {
    expect(fire(pullOutGroupingExpressions, "select a + 1, count(*) from t group by a + 1")).toMatchInlineSnapshot(`
     "
     Aggregate [_groupingexpression#6], [_groupingexpression#6 AS (a + 1)#4, count(1) AS count(1)#5L]
     +- Project [a#1, b#2, s#3, (a#1 + 1) AS _groupingexpression#6]
        +- Relation t[a#1,b#2,s#3] parquet
     "
    `);
  });

  test.each(["select a, count(*) from t group by a"])("does not change %s", (sql) => {
    expect(fire(pullOutGroupingExpressions, sql)).toBe("as it was");
  });
});

describe("RewriteSubqueries", () => {
  test("select a from t where exists (select 1 from u where c = a)", () => {
    expect(fire(rewriteSubqueries, "select a from t where exists (select 1 from u where c = a)")).toMatchInlineSnapshot(`
     "
     Project [a#1]
     +- Join LeftSemi, (c#4 = a#1)
        :- Relation t[a#1,b#2,s#3] parquet
        +- Relation u[c#4,d#5] parquet
     "
    `);
  });
  test("select a from t where a not in (select c from u)", () => {
    expect(fire(rewriteSubqueries, "select a from t where a not in (select c from u)")).toMatchInlineSnapshot(`
     "
     Project [a#1]
     +- Join NullAwareAnti, (a#1 = c#4)
        :- Relation t[a#1,b#2,s#3] parquet
        +- Project [c#4]
           +- Relation u[c#4,d#5] parquet
     "
    `);
  });
  test("select a from t where b > (select max(d) from u where c = a)", () => {
    expect(fire(rewriteSubqueries, "select a from t where b > (select max(d) from u where c = a)")).toMatchInlineSnapshot(`
     "
     Project [a#1]
     +- Project [a#1, b#2, s#3]
        +- Filter (b#2 > max(d)#6)
           +- Join LeftOuter, (c#4 = a#1)
              :- Relation t[a#1,b#2,s#3] parquet
              +- Aggregate [c#4], [max(d#5) AS max(d)#6, c#4]
                 +- Relation u[c#4,d#5] parquet
     "
    `);
  });
  test("select a, (select count(*) from u where c = a) as n from t", () => {
    expect(fire(rewriteSubqueries, "select a, (select count(*) from u where c = a) as n from t")).toMatchInlineSnapshot(`
     "
     Project [a#1, CASE WHEN isnull(_matched#8) THEN 0 ELSE count(1)#6L END AS n#7L]
     +- Join LeftOuter, (c#4 = a#1)
        :- Relation t[a#1,b#2,s#3] parquet
        +- Project [count(1)#6L, c#4, true AS _matched#8]
           +- Aggregate [c#4], [count(1) AS count(1)#6L, c#4]
              +- Relation u[c#4,d#5] parquet
     "
    `);
  });
  test("select a from t where a in (select c from u) or b = 1", () => {
    expect(fire(rewriteSubqueries, "select a from t where a in (select c from u) or b = 1")).toMatchInlineSnapshot(`
     "
     Project [a#1]
     +- Project [a#1, b#2, s#3]
        +- Filter (exists#6 OR (b#2 = 1))
           +- Join ExistenceJoin(exists#6), (a#1 = c#4)
              :- Relation t[a#1,b#2,s#3] parquet
              +- Project [c#4]
                 +- Relation u[c#4,d#5] parquet
     "
    `);
  });
  test("select a from t where exists (select 1 from u)", () => {
    expect(fire(rewriteSubqueries, "select a from t where exists (select 1 from u)")).toMatchInlineSnapshot(`
     "
     Project [a#1]
     +- Filter isnotnull(scalar-subquery)
        :  +- Limit 1
        :     +- Project [1 AS one#7]
        :        +- Project [1 AS 1#6]
        :           +- Relation u[c#4,d#5] parquet
        +- Relation t[a#1,b#2,s#3] parquet
     "
    `);
  });
  test("select a, (select sum(d) from u where c < a) as n from t", () => {
    expect(fire(rewriteSubqueries, "select a, (select sum(d) from u where c < a) as n from t")).toMatchInlineSnapshot(`
     "
     Project [a#1, sum(d)#6L AS n#7L]
     +- Join LeftOuter, (a#1 <=> a#8)
        :- Relation t[a#1,b#2,s#3] parquet
        +- Aggregate [a#8], [sum(d#5) AS sum(d)#6L, a#8]
           +- Filter (c#4 < a#8)
              +- Join Inner
                 :- Relation u[c#4,d#5] parquet
                 +- Aggregate [a#8], [a#8]
                    +- Relation t[a#8,b#9,s#10] parquet
     "
    `);
  });

  test.each(["select a from t where b > (select max(d) from u)"])("does not change %s", (sql) => {
    expect(fire(rewriteSubqueries, sql)).toBe("as it was");
  });
});

describe("RewriteLateralJoin", () => {
  test("select * from t, lateral (select d from u where c = a)", () => {
    expect(fire(rewriteLateralJoins, "select * from t, lateral (select d from u where c = a)")).toMatchInlineSnapshot(`
     "
     Project [a#1, b#2, s#3, d#5]
     +- Project [a#1, b#2, s#3, d#5]
        +- Join Inner, (c#4 = a#1)
           :- Relation t[a#1,b#2,s#3] parquet
           +- Project [d#5, c#4]
              +- Relation u[c#4,d#5] parquet
     "
    `);
  });
  test("select * from t, lateral (select a + b as x)", () => {
    expect(fire(rewriteLateralJoins, "select * from t, lateral (select a + b as x)")).toMatchInlineSnapshot(`
     "
     Project [a#1, b#2, s#3, x#4]
     +- Project [a#1, b#2, s#3, (a#1 + b#2) AS x#4]
        +- Relation t[a#1,b#2,s#3] parquet
     "
    `);
  });

  test.each(["select * from t, u"])("does not change %s", (sql) => {
    expect(fire(rewriteLateralJoins, sql)).toBe("as it was");
  });
});

describe("CombineUnions", () => {
  test("select a from t union all select * from (select c from u union all select x from n)", () => {
    expect(fire(combineUnions, "select a from t union all select * from (select c from u union all select x from n)"))
      .toMatchInlineSnapshot(`
     "
     Union
     :- Project [a#1]
     :  +- Relation t[a#1,b#2,s#3] parquet
     :- Project [c#4 AS c#10]
     :  +- Project [c#4]
     :     +- Relation u[c#4,d#5] parquet
     +- Project [x#6 AS c#11]
        +- Project [x#6]
           +- Relation n[x#6,y#7] parquet
     "
    `);
  });

  test.each(["select a from t union all select c from u"])("does not change %s", (sql) => {
    expect(fire(combineUnions, sql)).toBe("as it was");
  });
});

describe("PushDownPredicates", () => {
  test("select * from (select a + 1 as x, b from t) where x > 2", () => {
    expect(fire(pushDownPredicates, "select * from (select a + 1 as x, b from t) where x > 2")).toMatchInlineSnapshot(`
     "
     Project [x#4, b#2]
     +- Project [(a#1 + 1) AS x#4, b#2]
        +- Filter ((a#1 + 1) > 2)
           +- Relation t[a#1,b#2,s#3] parquet
     "
    `);
  });
  test("select * from t join u on a = c where b > 1 and d > 2 and b < d", () => {
    expect(fire(pushDownPredicates, "select * from t join u on a = c where b > 1 and d > 2 and b < d")).toMatchInlineSnapshot(`
     "
     Project [a#1, b#2, s#3, c#4, d#5]
     +- Join Inner, ((a#1 = c#4) AND (b#2 < d#5))
        :- Filter (b#2 > 1)
        :  +- Relation t[a#1,b#2,s#3] parquet
        +- Filter (d#5 > 2)
           +- Relation u[c#4,d#5] parquet
     "
    `);
  });
  test("select * from t left join u on a = c where b > 1 and d is null", () => {
    expect(fire(pushDownPredicates, "select * from t left join u on a = c where b > 1 and d is null")).toMatchInlineSnapshot(`
     "
     Project [a#1, b#2, s#3, c#4, d#5]
     +- Filter isnull(d#5)
        +- Join LeftOuter, (a#1 = c#4)
           :- Filter (b#2 > 1)
           :  +- Relation t[a#1,b#2,s#3] parquet
           +- Relation u[c#4,d#5] parquet
     "
    `);
  });
  test("select * from t left join u on a = c and b > 1 and d > 2", () => {
    expect(fire(pushDownPredicates, "select * from t left join u on a = c and b > 1 and d > 2")).toMatchInlineSnapshot(`
     "
     Project [a#1, b#2, s#3, c#4, d#5]
     +- Join LeftOuter, ((a#1 = c#4) AND (b#2 > 1))
        :- Relation t[a#1,b#2,s#3] parquet
        +- Filter (d#5 > 2)
           +- Relation u[c#4,d#5] parquet
     "
    `);
  });
  test("select * from (select a, count(*) as n from t group by a) where a > 1 and n > 2", () => {
    expect(fire(pushDownPredicates, "select * from (select a, count(*) as n from t group by a) where a > 1 and n > 2"))
      .toMatchInlineSnapshot(`
     "
     Project [a#1, n#4L]
     +- Filter (n#4L > cast(2 as bigint))
        +- Aggregate [a#1], [a#1, count(1) AS n#4L]
           +- Filter (a#1 > 1)
              +- Relation t[a#1,b#2,s#3] parquet
     "
    `);
  });
  test("select * from (select a, row_number() over (partition by a order by b) as r from t) where a = 1 and r = 1", () => {
    expect(
      fire(
        pushDownPredicates,
        "select * from (select a, row_number() over (partition by a order by b) as r from t) where a = 1 and r = 1",
      ),
    ).toMatchInlineSnapshot(`
     "
     Project [a#1, r#4]
     +- Project [a#1, row_number() OVER (PARTITION BY a ORDER BY b ASC NULLS FIRST ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)#5 AS r#4]
        +- Filter (row_number() OVER (PARTITION BY a ORDER BY b ASC NULLS FIRST ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)#5 = 1)
           +- Window [row_number() windowspecdefinition(a#1, b#2 ASC NULLS FIRST, specifiedwindowframe(RowFrame, unboundedpreceding$(), currentrow$())) AS row_number() OVER (PARTITION BY a ORDER BY b ASC NULLS FIRST ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)#5], [a#1], [b#2 ASC NULLS FIRST]
              +- Filter (a#1 = 1)
                 +- Relation t[a#1,b#2,s#3] parquet
     "
    `);
  });
  test("select * from (select a from t union all select c from u) where a = 1", () => {
    expect(fire(pushDownPredicates, "select * from (select a from t union all select c from u) where a = 1"))
      .toMatchInlineSnapshot(`
     "
     Project [a#6]
     +- Union
        :- Project [a#1]
        :  +- Filter (a#1 = 1)
        :     +- Relation t[a#1,b#2,s#3] parquet
        +- Project [c#4]
           +- Filter (c#4 = 1)
              +- Relation u[c#4,d#5] parquet
     "
    `);
  });

  test.each([
    "select * from (select rand() as r from t) where r > 0.5",
    "select * from t full join u on a = c where b > 1",
    "select * from (select a from t limit 5) where a > 1",
  ])("does not change %s", (sql) => {
    expect(fire(pushDownPredicates, sql)).toBe("as it was");
  });
});

describe("CombineFilters", () => {
  test("select * from (select * from t where a > 1) where b > 2", () => {
    expect(
      fire(combineFilters, "select * from (select * from t where a > 1) where b > 2", [
        eliminateSubqueryAliases,
        collapseProject,
      ]),
    ).toMatchInlineSnapshot(`
     "
     Filter ((a#1 > 1) AND (b#2 > 2))
     +- Relation t[a#1,b#2,s#3] parquet
     "
    `);
  });

  test.each(["select a from t where a > 1"])("does not change %s", (sql) => {
    expect(fire(combineFilters, sql, [eliminateSubqueryAliases, collapseProject])).toBe("as it was");
  });
});

describe("EliminateOuterJoin", () => {
  test("select * from t left join u on a = c where d > 1", () => {
    expect(fire(eliminateOuterJoin, "select * from t left join u on a = c where d > 1")).toMatchInlineSnapshot(`
     "
     Project [a#1, b#2, s#3, c#4, d#5]
     +- Filter (d#5 > 1)
        +- Join Inner, (a#1 = c#4)
           :- Relation t[a#1,b#2,s#3] parquet
           +- Relation u[c#4,d#5] parquet
     "
    `);
  });
  test("select * from t full join u on a = c where b > 1", () => {
    expect(fire(eliminateOuterJoin, "select * from t full join u on a = c where b > 1")).toMatchInlineSnapshot(`
     "
     Project [a#1, b#2, s#3, c#4, d#5]
     +- Filter (b#2 > 1)
        +- Join LeftOuter, (a#1 = c#4)
           :- Relation t[a#1,b#2,s#3] parquet
           +- Relation u[c#4,d#5] parquet
     "
    `);
  });

  test.each([
    "select * from t left join u on a = c where d is null",
    "select * from t left join u on a = c where coalesce(d, 1) = 1",
  ])("does not change %s", (sql) => {
    expect(fire(eliminateOuterJoin, sql)).toBe("as it was");
  });
});

describe("LimitPushDown", () => {
  test("(select a from t union all select c from u) limit 3", () => {
    expect(fire(limitPushDown, "(select a from t union all select c from u) limit 3")).toMatchInlineSnapshot(`
     "
     Limit 3
     +- Union
        :- Project [a#1]
        :  +- Limit 3
        :     +- Relation t[a#1,b#2,s#3] parquet, Limit: 3
        +- Project [c#4]
           +- Limit 3
              +- Relation u[c#4,d#5] parquet, Limit: 3
     "
    `);
  });
  test("select * from t left join u on a = c limit 3", () => {
    expect(fire(limitPushDown, "select * from t left join u on a = c limit 3")).toMatchInlineSnapshot(`
     "
     Project [a#1, b#2, s#3, c#4, d#5]
     +- Limit 3
        +- Join LeftOuter, (a#1 = c#4)
           :- Limit 3
           :  +- Relation t[a#1,b#2,s#3] parquet, Limit: 3
           +- Relation u[c#4,d#5] parquet
     "
    `);
  });

  test.each(["select distinct a from t limit 3"])("does not change %s", (sql) => {
    expect(fire(limitPushDown, sql)).toBe("as it was");
  });
});

describe("CombineLimits", () => {
  test("select * from (select a from t limit 5) limit 3", () => {
    expect(fire(combineLimits, "select * from (select a from t limit 5) limit 3", [eliminateSubqueryAliases, collapseProject]))
      .toMatchInlineSnapshot(`
     "
     Limit 3
     +- Project [a#1]
        +- Relation t[a#1,b#2,s#3] parquet
     "
    `);
  });
  test("select count(*) from t limit 3", () => {
    expect(fire(combineLimits, "select count(*) from t limit 3")).toMatchInlineSnapshot(`
     "
     Aggregate [], [count(1) AS count(1)#4L]
     +- Relation t[a#1,b#2,s#3] parquet
     "
    `);
  });

  test.each(["select a from t limit 3"])("does not change %s", (sql) => {
    expect(fire(combineLimits, sql)).toBe("as it was");
  });
});

describe("CollapseProject", () => {
  test("select x + 1 as y from (select a * 2 as x from t)", () => {
    expect(fire(collapseProject, "select x + 1 as y from (select a * 2 as x from t)")).toMatchInlineSnapshot(`
     "
     Project [((a#1 * 2) + 1) AS y#5]
     +- Relation t[a#1,b#2,s#3] parquet
     "
    `);
  });

  test.each(["select x + x as y from (select a * 2 as x from t)", "select r + 1 as y from (select rand() as r from t)"])(
    "does not change %s",
    (sql) => {
      expect(fire(collapseProject, sql)).toBe("as it was");
    },
  );
});

describe("NullPropagation", () => {
  test("select a + null as x, coalesce(null, a, b) as y, count(x) over () as z from t, n", () => {
    expect(fire(nullPropagation, "select a + null as x, coalesce(null, a, b) as y, count(x) over () as z from t, n"))
      .toMatchInlineSnapshot(`
     "
     Project [null AS x#6, coalesce(a#1, b#2) AS y#7, count(x) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)#9L AS z#8L]
     +- Window [count(1) windowspecdefinition(specifiedwindowframe(RowFrame, unboundedpreceding$(), unboundedfollowing$())) AS count(x) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)#9], [], []
        +- Join Inner
           :- Relation t[a#1,b#2,s#3] parquet
           +- Relation n[x#4,y#5] parquet
     "
    `);
  });
  test("select count(x) as c from n", () => {
    expect(fire(nullPropagation, "select count(x) as c from n")).toMatchInlineSnapshot(`
     "
     Aggregate [], [count(1) AS c#3L]
     +- Relation n[x#1,y#2] parquet
     "
    `);
  });
  test("select x is null as i, y is not null as j from n", () => {
    expect(fire(nullPropagation, "select x is null as i, y is not null as j from n")).toMatchInlineSnapshot(`
     "
     Project [false AS i#3, true AS j#4]
     +- Relation n[x#1,y#2] parquet
     "
    `);
  });

  test.each(["select a + 1 as x, count(a) as y from t group by a"])("does not change %s", (sql) => {
    expect(fire(nullPropagation, sql)).toBe("as it was");
  });
});

describe("ConstantFolding", () => {
  test("select a + (1 + 2) as x, upper('q') as y from t", () => {
    expect(fire(constantFolding, "select a + (1 + 2) as x, upper('q') as y from t")).toMatchInlineSnapshot(`
     "
     Project [(a#1 + 3) AS x#4, Q AS y#5]
     +- Relation t[a#1,b#2,s#3] parquet
     "
    `);
  });

  test.each(["select a + 1 as x, rand() as y, 1 / 0 as z from t"])("does not change %s", (sql) => {
    expect(fire(constantFolding, sql)).toBe("as it was");
  });
});

describe("OptimizeIn", () => {
  test("select a from t where a in (1, 1, 2) and b in (3)", () => {
    expect(fire(optimizeIn, "select a from t where a in (1, 1, 2) and b in (3)")).toMatchInlineSnapshot(`
     "
     Project [a#1]
     +- Filter (a#1 IN (1,2) AND (b#2 = 3))
        +- Relation t[a#1,b#2,s#3] parquet
     "
    `);
  });
  test("select a from t where a = 1 or a = 2 or b = 3", () => {
    expect(fire(optimizeIn, "select a from t where a = 1 or a = 2 or b = 3")).toMatchInlineSnapshot(`
     "
     Project [a#1]
     +- Filter (a#1 IN (1,2) OR (b#2 = 3))
        +- Relation t[a#1,b#2,s#3] parquet
     "
    `);
  });

  test.each(["select a from t where a in (1, 2)"])("does not change %s", (sql) => {
    expect(fire(optimizeIn, sql)).toBe("as it was");
  });
});

describe("LikeSimplification", () => {
  test("select s like 'x%' as p, s like '%x' as q, s like '%x%' as r, s like 'x' as e, s like 'x%y' as b from t", () => {
    expect(
      fire(
        likeSimplification,
        "select s like 'x%' as p, s like '%x' as q, s like '%x%' as r, s like 'x' as e, s like 'x%y' as b from t",
      ),
    ).toMatchInlineSnapshot(`
     "
     Project [startswith(s#3, x) AS p#4, endswith(s#3, x) AS q#5, contains(s#3, x) AS r#6, (s#3 = x) AS e#7, (((length(s#3) >= 2) AND startswith(s#3, x)) AND endswith(s#3, y)) AS b#8]
     +- Relation t[a#1,b#2,s#3] parquet
     "
    `);
  });

  test.each(["select s like 'x_' as p, s like '%x%y%' as q from t"])("does not change %s", (sql) => {
    expect(fire(likeSimplification, sql)).toBe("as it was");
  });
});

describe("SimplifyCasts", () => {
  test("select cast(a as int) as x, cast(cast(a as bigint) as decimal(20, 0)) as y from t", () => {
    expect(fire(simplifyCasts, "select cast(a as int) as x, cast(cast(a as bigint) as decimal(20, 0)) as y from t"))
      .toMatchInlineSnapshot(`
     "
     Project [a#1 AS x#4, cast(a#1 as decimal(20,0)) AS y#5]
     +- Relation t[a#1,b#2,s#3] parquet
     "
    `);
  });

  test.each(["select cast(a as string) as x, cast(cast(a as tinyint) as int) as y from t"])("does not change %s", (sql) => {
    expect(fire(simplifyCasts, sql)).toBe("as it was");
  });
});

describe("UnwrapCastInBinaryComparison", () => {
  test("select a from t where cast(a as bigint) > 5", () => {
    expect(
      fire(unwrapCastInBinaryComparison, "select a from t where cast(a as bigint) > 5", [
        eliminateSubqueryAliases,
        constantFolding,
      ]),
    ).toMatchInlineSnapshot(`
     "
     Project [a#1]
     +- Filter (a#1 > 5)
        +- Relation t[a#1,b#2,s#3] parquet
     "
    `);
  });
  test("select a from t where cast(a as bigint) > 3000000000", () => {
    expect(
      fire(unwrapCastInBinaryComparison, "select a from t where cast(a as bigint) > 3000000000", [
        eliminateSubqueryAliases,
        constantFolding,
      ]),
    ).toMatchInlineSnapshot(`
     "
     Project [a#1]
     +- Filter (isnull(a#1) AND null)
        +- Relation t[a#1,b#2,s#3] parquet
     "
    `);
  });
  test("select a from t where cast(a as double) < 1.5D and cast(a as bigint) in (1, 3000000000)", () => {
    expect(
      fire(
        unwrapCastInBinaryComparison,
        "select a from t where cast(a as double) < 1.5D and cast(a as bigint) in (1, 3000000000)",
        [eliminateSubqueryAliases, constantFolding],
      ),
    ).toMatchInlineSnapshot(`
     "
     Project [a#1]
     +- Filter ((cast(a#1 as double) < 1.5) AND a#1 IN (1))
        +- Relation t[a#1,b#2,s#3] parquet
     "
    `);
  });

  test.each(["select a from t where cast(a as string) = '1'"])("does not change %s", (sql) => {
    expect(fire(unwrapCastInBinaryComparison, sql, [eliminateSubqueryAliases, constantFolding])).toBe("as it was");
  });
});

describe("SimplifyConditionals", () => {
  test("select case when false then a when b = 1 then 2 when true then 3 else 4 end as x, if(true, a, b) as y from t", () => {
    expect(
      fire(
        simplifyConditionals,
        "select case when false then a when b = 1 then 2 when true then 3 else 4 end as x, if(true, a, b) as y from t",
      ),
    ).toMatchInlineSnapshot(`
     "
     Project [CASE WHEN (b#2 = 1) THEN 2 ELSE 3 END AS x#4, a#1 AS y#5]
     +- Relation t[a#1,b#2,s#3] parquet
     "
    `);
  });

  test.each(["select case when a = 1 then 2 else 3 end as x from t"])("does not change %s", (sql) => {
    expect(fire(simplifyConditionals, sql)).toBe("as it was");
  });
});

describe("BooleanSimplification", () => {
  test("select a from t where (a = 1 and b = 2) or (a = 1 and b = 3)", () => {
    expect(fire(booleanSimplification, "select a from t where (a = 1 and b = 2) or (a = 1 and b = 3)")).toMatchInlineSnapshot(`
     "
     Project [a#1]
     +- Filter ((a#1 = 1) AND ((b#2 = 2) OR (b#2 = 3)))
        +- Relation t[a#1,b#2,s#3] parquet
     "
    `);
  });
  test("select a from t where not (a < 1 or b >= 2) and true", () => {
    expect(fire(booleanSimplification, "select a from t where not (a < 1 or b >= 2) and true")).toMatchInlineSnapshot(`
     "
     Project [a#1]
     +- Filter ((a#1 >= 1) AND (b#2 < 2))
        +- Relation t[a#1,b#2,s#3] parquet
     "
    `);
  });
  test("select a from t where a > 1 and (a > 1 or b > 1)", () => {
    expect(fire(booleanSimplification, "select a from t where a > 1 and (a > 1 or b > 1)")).toMatchInlineSnapshot(`
     "
     Project [a#1]
     +- Filter (a#1 > 1)
        +- Relation t[a#1,b#2,s#3] parquet
     "
    `);
  });

  test.each(["select a from t where a = 1 or b = 2"])("does not change %s", (sql) => {
    expect(fire(booleanSimplification, sql)).toBe("as it was");
  });
});

describe("PruneFilters", () => {
  test("select a from t where true and a > 1", () => {
    expect(fire(pruneFilters, "select a from t where true and a > 1")).toMatchInlineSnapshot(`
     "
     Project [a#1]
     +- Filter (a#1 > 1)
        +- Relation t[a#1,b#2,s#3] parquet
     "
    `);
  });
  test("select a from t where false", () => {
    expect(fire(pruneFilters, "select a from t where false")).toMatchInlineSnapshot(`
     "
     Project [a#1]
     +- LocalRelation <empty>, [a#1, b#2, s#3]
     "
    `);
  });
  test("select a from t where null or a = 1", () => {
    expect(fire(pruneFilters, "select a from t where null or a = 1")).toMatchInlineSnapshot(`
     "
     Project [a#1]
     +- Filter (a#1 = 1)
        +- Relation t[a#1,b#2,s#3] parquet
     "
    `);
  });

  test.each(["select a from t where a > 1"])("does not change %s", (sql) => {
    expect(fire(pruneFilters, sql)).toBe("as it was");
  });
});

describe("EliminateSorts", () => {
  test("select count(*) from (select a from t order by a)", () => {
    expect(fire(eliminateSorts, "select count(*) from (select a from t order by a)")).toMatchInlineSnapshot(`
     "
     Aggregate [], [count(1) AS count(1)#4L]
     +- Project [a#1]
        +- Relation t[a#1,b#2,s#3] parquet
     "
    `);
  });
  test("select * from (select a from t order by a) join u on a = c", () => {
    expect(fire(eliminateSorts, "select * from (select a from t order by a) join u on a = c")).toMatchInlineSnapshot(`
     "
     Project [a#1, c#4, d#5]
     +- Join Inner, (a#1 = c#4)
        :- Project [a#1]
        :  +- Relation t[a#1,b#2,s#3] parquet
        +- Relation u[c#4,d#5] parquet
     "
    `);
  });

  test.each([
    "select collect_list(a) from (select a from t order by a)",
    "select * from (select a from t order by a limit 3) join u on a = c",
  ])("does not change %s", (sql) => {
    expect(fire(eliminateSorts, sql)).toBe("as it was");
  });
});

describe("PropagateEmptyRelation", () => {
  test("select * from t join (select c from u where false) on a = c", () => {
    expect(
      fire(propagateEmptyRelation, "select * from t join (select c from u where false) on a = c", [
        eliminateSubqueryAliases,
        pruneFilters,
      ]),
    ).toMatchInlineSnapshot(`
     "
     LocalRelation <empty>, [a#1, b#2, s#3, c#4]
     "
    `);
  });
  test("select * from t left join (select c from u where false) on a = c", () => {
    expect(
      fire(propagateEmptyRelation, "select * from t left join (select c from u where false) on a = c", [
        eliminateSubqueryAliases,
        pruneFilters,
      ]),
    ).toMatchInlineSnapshot(`
     "
     Project [a#1, b#2, s#3, c#4]
     +- Project [a#1, b#2, s#3, null AS c#4]
        +- Relation t[a#1,b#2,s#3] parquet
     "
    `);
  });
  test("select a from t union all select c from u where false", () => {
    expect(
      fire(propagateEmptyRelation, "select a from t union all select c from u where false", [
        eliminateSubqueryAliases,
        pruneFilters,
      ]),
    ).toMatchInlineSnapshot(`
     "
     Project [a#1 AS a#6]
     +- Project [a#1]
        +- Relation t[a#1,b#2,s#3] parquet
     "
    `);
  });

  test.each(["select * from t left join u on a = c"])("does not change %s", (sql) => {
    expect(fire(propagateEmptyRelation, sql, [eliminateSubqueryAliases, pruneFilters])).toBe("as it was");
  });
});

describe("InferFiltersFromConstraints", () => {
  test("select * from (select * from t where a > 5) join u on a = c", () => {
    expect(fire(inferFiltersFromConstraints, "select * from (select * from t where a > 5) join u on a = c"))
      .toMatchInlineSnapshot(`
     "
     Project [a#1, b#2, s#3, c#4, d#5]
     +- Join Inner, (a#1 = c#4)
        :- Project [a#1, b#2, s#3]
        :  +- Filter (a#1 > 5)
        :     +- Relation t[a#1,b#2,s#3] parquet
        +- Filter (c#4 > 5)
           +- Relation u[c#4,d#5] parquet
     "
    `);
  });
  test("select * from (select * from t where a in (1, 2)) left join u on a = c", () => {
    expect(fire(inferFiltersFromConstraints, "select * from (select * from t where a in (1, 2)) left join u on a = c"))
      .toMatchInlineSnapshot(`
     "
     Project [a#1, b#2, s#3, c#4, d#5]
     +- Join LeftOuter, (a#1 = c#4)
        :- Project [a#1, b#2, s#3]
        :  +- Filter a#1 IN (1,2)
        :     +- Relation t[a#1,b#2,s#3] parquet
        +- Filter c#4 IN (1,2)
           +- Relation u[c#4,d#5] parquet
     "
    `);
  });

  test.each([
    "select * from t left join (select * from u where c > 5) on a = c",
    "select * from (select * from t where a > 5) join u on a < c",
  ])("does not change %s", (sql) => {
    expect(fire(inferFiltersFromConstraints, sql)).toBe("as it was");
  });
});

describe("PushExtraPredicateThroughJoin", () => {
  test("select * from t join u on (a = 1 and d = 2) or (a = 3 and d = 4)", () => {
    expect(fire(pushExtraPredicates, "select * from t join u on (a = 1 and d = 2) or (a = 3 and d = 4)")).toMatchInlineSnapshot(`
     "
     Project [a#1, b#2, s#3, c#4, d#5]
     +- Join Inner, (((a#1 = 1) AND (d#5 = 2)) OR ((a#1 = 3) AND (d#5 = 4)))
        :- Filter ((a#1 = 1) OR (a#1 = 3))
        :  +- Relation t[a#1,b#2,s#3] parquet
        +- Filter ((d#5 = 2) OR (d#5 = 4))
           +- Relation u[c#4,d#5] parquet
     "
    `);
  });

  test.each(["select * from t join u on a = 1 or d = 2"])("does not change %s", (sql) => {
    expect(fire(pushExtraPredicates, sql)).toBe("as it was");
  });
});

describe("ReorderJoin", () => {
  test("select k from big, mid, u where l = o and p = c and d = 1", () => {
    expect(
      fire(reorderJoins, "select k from big, mid, u where l = o and p = c and d = 1", [
        eliminateSubqueryAliases,
        pushDownPredicates,
      ]),
    ).toMatchInlineSnapshot(`
     "
     Project [k#1]
     +- Join Inner, (l#2 = o#4)
        :- Relation big[k#1,l#2,m#3] parquet
        +- Join Inner, (p#5 = c#6)
           :- Relation mid[o#4,p#5] parquet
           +- Filter (d#7 = 1)
              +- Relation u[c#6,d#7] parquet
     "
    `);
  });

  test.each(["select k from big join mid on l = o", "select k from big left join mid on l = o left join u on p = c"])(
    "does not change %s",
    (sql) => {
      expect(fire(reorderJoins, sql, [eliminateSubqueryAliases, pushDownPredicates])).toBe("as it was");
    },
  );
});

describe("ShareAggregates", () => {
  // The relation of two mentions of a table is the same here where it is a view's.
  const before = [inlineCte, eliminateSubqueryAliases];
  const view = "with r as (select * from big)";

  test("sums of groups make the sum of all", () => {
    const sql = `${view} select l from r where m > 1 group by l having sum(k) > (select sum(k) * 0.1 from r where m > 1)`;
    expect(fire(shareAggregates, sql, before)).toMatchInlineSnapshot(`
     "
     WithCTE [18]
     :- Aggregate [l#6], [l#6, sum(k#5) AS sum(k)#12L]
     :  +- Filter (m#7 > 1)
     :     +- Project [k#2 AS k#5, l#3 AS l#6, m#4 AS m#7]
     :        +- Project [k#2, l#3, m#4]
     :           +- Relation big[k#2,l#3,m#4] parquet
     +- Project [l#6]
        +- Project [l#6, sum(k)#12L]
           +- Filter (cast(cast(sum(k)#12L as decimal(20,0)) as decimal(22,1)) > (sum(k) * 0.1)#11)
              +- Join Cross
                 :- CTERelationRef 18, [l#6, sum(k)#12L]
                 +- Aggregate [], [(cast(sum(sum(k)#17L) as decimal(20,0)) * 0.1) AS (sum(k) * 0.1)#11]
                    +- CTERelationRef 18, [l#16, sum(k)#17L]
     "
    `);
  });

  test("groups of a view that is used twice", () => {
    const sql =
      "with v as (select k, sum(l) as n from big group by k) select o from mid, v where o = k and n = (select max(n) from v)";
    expect(fire(shareAggregates, sql, before)).toMatchInlineSnapshot(`
     "
     WithCTE [17]
     :- Project [k#2 AS k#8, n#5L AS n#9L]
     :  +- Aggregate [k#2], [k#2, sum(l#3) AS n#5L]
     :     +- Relation big[k#2,l#3,m#4] parquet
     +- Project [o#6]
        +- Project [o#6, p#7, k#8, n#9L]
           +- Filter ((o#6 = k#8) AND (n#9L = max(n)#12L))
              +- Join Cross
                 :- Join Inner
                 :  :- Relation mid[o#6,p#7] parquet
                 :  +- CTERelationRef 17, [k#8, n#9L]
                 +- Aggregate [], [max(n#11L) AS max(n)#12L]
                    +- CTERelationRef 17, [k#10, n#11L]
     "
    `);
  });

  test.each([
    ["other rows", "select l from r where m > 1 group by l having sum(k) > (select sum(k) from r where m > 2)"],
    ["what parts do not tell", "select l from r group by l having sum(k) > (select avg(k) from r)"],
    ["distinct values", "select l from r group by l having sum(k) > (select count(distinct k) from r)"],
    ["no groups", "select k from r where k > (select avg(k) from r)"],
    ["random rows", "select l from r where rand(1) < 1 group by l having sum(k) > (select sum(k) from r where rand(1) < 1)"],
  ])("%s", (_, sql) => expect(fire(shareAggregates, `${view} ${sql}`, before)).toBe("as it was"));
});

describe("ShareFilteredRows", () => {
  const before = [inlineCte, eliminateSubqueryAliases];
  const views = "with r as (select * from mid), y as (select * from big)";

  test("rows that a subquery and the query around it filter alike", () => {
    const sql =
      "select p from r where o in (1, 2) and p < 9 and p > (select avg(p) from r where p > 0 and o in (1, 2)) and not exists (select * from y where k = o)";
    expect(fire(shareFilteredRows, `${views} ${sql}`, before)).toMatchInlineSnapshot(`
     "
     WithCTE [18]
     :- Filter o#8 IN (1,2)
     :  +- Project [o#3 AS o#8, p#4 AS p#9]
     :     +- Project [o#3, p#4]
     :        +- Relation mid[o#3,p#4] parquet
     +- Project [p#9]
        +- Project [o#8, p#9]
           +- Filter (cast(p#9 as double) > avg(p)#21)
              +- Join Cross
                 :- Filter ((p#9 < 9) AND NOT exists)
                 :  :  +- Project [k#13, l#14, m#15]
                 :  :     +- Filter (k#13 = outer(o#8))
                 :  :        +- Project [k#5 AS k#13, l#6 AS l#14, m#7 AS m#15]
                 :  :           +- Project [k#5, l#6, m#7]
                 :  :              +- Relation big[k#5,l#6,m#7] parquet
                 :  +- CTERelationRef 18, [o#8, p#9]
                 +- Aggregate [], [avg(p#20) AS avg(p)#21]
                    +- Filter (p#20 > 0)
                       +- CTERelationRef 18, [o#19, p#20]
     "
    `);
  });

  test("rows of a view", () => {
    const sql =
      "with v as (select o + 1 as a, p from mid) select p from v where a > 1 and (p = 3 or p = (select max(p) from v where a > 1))";
    expect(fire(shareFilteredRows, sql, before)).toMatchInlineSnapshot(`
     "
     WithCTE [13]
     :- Filter (a#5 > 1)
     :  +- Project [a#4 AS a#5, p#3 AS p#6]
     :     +- Project [(o#2 + 1) AS a#4, p#3]
     :        +- Relation mid[o#2,p#3] parquet
     +- Project [p#6]
        +- Project [a#5, p#6]
           +- Filter ((p#6 = 3) OR (p#6 = max(p)#16))
              +- Join Cross
                 :- CTERelationRef 13, [a#5, p#6]
                 +- Aggregate [], [max(p#15) AS max(p)#16]
                    +- CTERelationRef 13, [a#14, p#15]
     "
    `);
  });

  test.each([
    ["other conditions", "select p from r where o > 1 and p > (select avg(p) from r where o > 2)"],
    ["no condition in common", "select p from r where o > 1 and p > (select avg(p) from r)"],
    ["another relation", "select p from r where o > 1 and p > (select avg(k) from y where k > 1)"],
    ["groups", "select p from r where o > 1 and p > (select avg(p) from r where o > 1 group by o limit 1)"],
    ["the row around", "select p from r m where o > 1 and p > (select avg(p) from r x where o > 1 and x.p <> m.p)"],
    ["random rows", "select p from r where rand(1) < 1 and p > (select avg(p) from r where rand(1) < 1)"],
    ["joins", "select p from r, u where o > 1 and p > (select avg(p) from r, u where o > 1)"],
    ["many rows", "select k from y where l > 1 and k > (select avg(k) from y where l > 1)"],
  ])("%s", (_, sql) => expect(fire(shareFilteredRows, `${views} ${sql}`, before)).toBe("as it was"));
});

describe("PrecomputeInCTE", () => {
  const before = [
    inlineCte,
    eliminateSubqueryAliases,
    shareFilteredRows,
    rewriteSubqueries,
    pushDownPredicates,
    columnPruning,
    collapseProject,
  ];
  const view = "with words as (select * from texts)";
  /** Of some of the words those above the mean number of these. */
  const above = (some: string): string => `${some} and n > (select avg(n) from words where ${some})`;
  const XY = above("substring(w, 1, 1) in ('x', 'y')");

  test("a part of a text that the CTE's filter compares", () => {
    const sql = `${view} select substring(w, 1, 1) as s, max(n) as m from words where ${XY} group by substring(w, 1, 1)`;
    expect(fire(precomputeInCte, sql, before)).toMatchInlineSnapshot(`
     "
     WithCTE [13]
     :- Project [substring(w#2, 1, 1) AS _common_expr#19, n#3 AS n#5]
     :  +- Filter substring(w#2, 1, 1) IN (x,y)
     :     +- Relation texts[w#2,n#3] parquet
     +- Aggregate [_common_expr#17], [_common_expr#17 AS s#9, max(n#5) AS m#10]
        +- Project [_common_expr#17, n#5]
           +- Join Inner, (cast(n#5 as double) > avg(n)#16)
              :- CTERelationRef 13, [_common_expr#17, n#5]
              +- Aggregate [], [avg(n#15) AS avg(n)#16]
                 +- CTERelationRef 13, [_common_expr#18, n#15]
     "
    `);
  });

  test("a number that is computed of a text, and read by joins and conditions", () => {
    const sql = `${view} select n from (select * from words where ${above("not length(w) > 7")}), u where length(w) = c and (n > 3 or length(w) > d)`;
    expect(fire(precomputeInCte, sql, before)).toMatchInlineSnapshot(`
     "
     WithCTE [13]
     :- Project [length(w#2) AS _common_expr#19, n#3 AS n#5]
     :  +- Filter NOT (length(w#2) > 7)
     :     +- Relation texts[w#2,n#3] parquet
     +- Project [n#5]
        +- Join Inner, ((_common_expr#17 = c#9) AND ((n#5 > 3) OR (_common_expr#17 > d#10)))
           :- Project [_common_expr#17, n#5]
           :  +- Join Inner, (cast(n#5 as double) > avg(n)#16)
           :     :- CTERelationRef 13, [_common_expr#17, n#5]
           :     +- Aggregate [], [avg(n#15) AS avg(n)#16]
           :        +- CTERelationRef 13, [_common_expr#18, n#15]
           +- Relation u[c#9,d#10] parquet
     "
    `);
  });

  test.each([
    ["the column itself is read too", `${view} select w, substring(w, 1, 1) from words where ${XY}`],
    ["groups of the column", `${view} select w, count(*) from words where ${XY} group by w having substring(w, 1, 1) < 'y'`],
    ["another part is read", `${view} select substring(w, 1, 2) from words where ${XY}`],
    ["two parts are read", `${view} select substring(w, 1, 1), length(w) from words where ${XY}`],
    ["nothing is read of it", `${view} select n from words where ${XY}`],
    ["a value as long as the column", `${view} select upper(w) from words where ${above("upper(w) > 'X'")}`],
    ["one of two conditions", `${view} select length(w) from words where ${above("(length(w) > 1 or n > 1)")}`],
    [
      "a value that the filter may leave out",
      `${view} select length(w) from words where ${above("if(n > 1, length(w), 0) > 1")}`,
    ],
    [
      "an error that the filter may leave out",
      `${view} select w + 1 from words where ${above("try_cast(w + 1 as tinyint) is null")}`,
    ],
    ["of two columns", `${view} select length(concat(w, n)) from words where ${above("length(concat(w, n)) > 1")}`],
    [
      "a short column",
      `${view} select n + 1 from words where n + 1 > 1 and w > (select max(w) from words where n + 1 > 1 and w < 'x')`,
    ],
    [
      "rows without a match",
      `${view} select length(w) from u left join (select * from words where ${above("length(w) > 1")}) on c = n`,
    ],
    ["a union", `${view} select length(w) from (select w from words where ${above("length(w) > 1")} union all select s from t)`],
    ["distinct rows", `${view} select length(w) from (select distinct w, n from words where ${above("length(w) > 1")})`],
  ])("%s", (_, sql) => expect(fire(precomputeInCte, sql, before)).toBe("as it was"));
});

describe("AggregateJoinedRows", () => {
  const before = [
    inlineCte,
    eliminateSubqueryAliases,
    collapseProject,
    rewriteSubqueries,
    pushDownPredicates,
    eliminateOuterJoin,
    pushDownPredicates,
    collapseProject,
  ];
  const view = "with r as (select * from big)";

  test("the least of each key among rows that a small table chooses", () => {
    const sql = `${view} select k, m from r, mid where k = o and p = 3 and l = (select min(l) from r x where x.k = o)`;
    expect(fire(aggregateJoinedRows, sql, before)).toMatchInlineSnapshot(`
     "
     Project [k#5, m#7]
     +- WithCTE [17]
        :- Project [k#5, l#6, m#7, o#8]
        :  +- Join Inner, (k#5 = o#8)
        :     :- Project [k#2 AS k#5, l#3 AS l#6, m#4 AS m#7]
        :     :  +- Relation big[k#2,l#3,m#4] parquet
        :     +- Filter (p#9 = 3)
        :        +- Relation mid[o#8,p#9] parquet
        +- Project [k#5, m#7]
           +- Join Inner, ((k#10 = o#8) AND (l#6 = min(l)#13))
              :- CTERelationRef 17, [k#5, l#6, m#7, o#8]
              +- Aggregate [k#18], [min(l#19) AS min(l)#13, k#18 AS k#10]
                 +- CTERelationRef 17, [k#18, l#19, m#20, o#21]
     "
    `);
  });

  test.each([
    ["a sum", "select k from r, mid where k = o and p = 3 and l = (select sum(l) from r x where x.k = o)"],
    ["other rows", "select k from r, mid where k = o and p = 3 and l = (select min(l) from r x where x.k = o and m > 1)"],
    ["fewer rows", "select k from r, mid where k = o and p = 3 and m > 1 and l = (select min(l) from r x where x.k = o)"],
    [
      "rows compared by more than keys",
      "select k from r, mid where k = o and p = m and l = (select min(l) from r x where x.k = o)",
    ],
    ["another key", "select k from r, mid where k = o and p = 3 and l = (select min(l) from r x where x.m = o)"],
    ["many rows", "select r.k from r, big y where r.k = y.k and r.l = (select min(l) from r x where x.k = y.k)"],
  ])("%s", (_, sql) => expect(fire(aggregateJoinedRows, `${view} ${sql}`, before)).toBe("as it was"));
});

describe("ReduceAggregateInput", () => {
  const before = [eliminateSubqueryAliases, pushDownPredicates];

  test("select o from mid join (select k, sum(l) as s from big group by k) q on o = k where p = 3", () => {
    const sql = "select o from mid join (select k, sum(l) as s from big group by k) q on o = k where p = 3";
    expect(fire(reduceAggregateInput, sql, before)).toMatchInlineSnapshot(`
     "
     Project [o#1]
     +- Join Inner, (o#1 = k#3)
        :- Filter (p#2 = 3)
        :  +- Relation mid[o#1,p#2] parquet
        +- Aggregate [k#3], [k#3, sum(l#4) AS s#6L]
           +- Join LeftSemi, (k#3 = o#9)
              :- Relation big[k#3,l#4,m#5] parquet
              +- Project [o#7 AS o#9]
                 +- Filter (p#8 = 3)
                    +- Relation mid[o#7,p#8] parquet
     "
    `);
  });

  test("the keys go below projections and joins, to the relation that they are of", () => {
    const sql =
      "select o from mid join (select kk, count(*) as n from (select k as kk, l from big) b join u on l = c group by kk) q on o = kk where p = 3";
    expect(fire(reduceAggregateInput, sql, before)).toMatchInlineSnapshot(`
     "
     Project [o#1]
     +- Join Inner, (o#1 = kk#6)
        :- Filter (p#2 = 3)
        :  +- Relation mid[o#1,p#2] parquet
        +- Aggregate [kk#6], [kk#6, count(1) AS n#9L]
           +- Join Inner, (l#4 = c#7)
              :- Project [k#3 AS kk#6, l#4]
              :  +- Join LeftSemi, (k#3 = o#12)
              :     :- Relation big[k#3,l#4,m#5] parquet
              :     +- Project [o#10 AS o#12]
              :        +- Filter (p#11 = 3)
              :           +- Relation mid[o#10,p#11] parquet
              +- Relation u[c#7,d#8] parquet
     "
    `);
  });

  test("a side that is a join becomes a CTE", () => {
    const sql =
      "select o from (select o from mid join u on p = c where d = 3) m join (select k, sum(l) as s from big group by k) q on o = k";
    expect(fire(reduceAggregateInput, sql, before)).toMatchInlineSnapshot(`
     "
     Project [o#1]
     +- WithCTE [9]
        :- Project [o#1]
        :  +- Join Inner, (p#2 = c#3)
        :     :- Relation mid[o#1,p#2] parquet
        :     +- Filter (d#4 = 3)
        :        +- Relation u[c#3,d#4] parquet
        +- Join Inner, (o#1 = k#5)
           :- CTERelationRef 9, [o#1]
           +- Aggregate [k#5], [k#5, sum(l#6) AS s#8L]
              +- Join LeftSemi, (k#5 = o#11)
                 :- Relation big[k#5,l#6,m#7] parquet
                 +- Project [o#10 AS o#11]
                    +- CTERelationRef 9, [o#10]
     "
    `);
  });

  test.each([
    // Rows without a match stay: all groups are asked for.
    "select k, o from (select k, sum(l) as s from big group by k) q left join (select * from mid where p = 3) m on o = k",
    // The other side has as many keys as there are groups.
    "select b.l from big b join (select k, sum(l) as s from big group by k) q on b.k = q.k",
    "select p from (select * from mid where p = 3) m join (select l, max(k) as k from big group by l) q on o = q.k",
    "select o from (select * from mid where p = 3 limit 5) m join (select k, sum(l) as s from big group by k) q on o = k",
  ])("does not change %s", (sql) => {
    expect(fire(reduceAggregateInput, sql, before)).toBe("as it was");
  });
});

describe("RewriteDistinctAggregates", () => {
  test("select a, count(distinct b) as n from t group by a", () => {
    expect(fire(rewriteDistinctAggregates, "select a, count(distinct b) as n from t group by a")).toMatchInlineSnapshot(`
     "
     Aggregate [a#1], [a#1, count(b#2) AS n#4L]
     +- Aggregate [a#1, b#2], [a#1, b#2]
        +- Relation t[a#1,b#2,s#3] parquet
     "
    `);
  });
  test("select a, count(distinct b) as n, max(b) as m from t group by a", () => {
    expect(fire(rewriteDistinctAggregates, "select a, count(distinct b) as n, max(b) as m from t group by a"))
      .toMatchInlineSnapshot(`
     "
     Aggregate [a#1], [a#1, count(b#2) AS n#4L, max(_partial#6) AS m#5]
     +- Aggregate [a#1, b#2], [a#1, b#2, max(b#2) AS _partial#6]
        +- Relation t[a#1,b#2,s#3] parquet
     "
    `);
  });
  test("select count(distinct a) as n, sum(distinct b) as m, min_by(a, b) as x from t", () => {
    expect(fire(rewriteDistinctAggregates, "select count(distinct a) as n, sum(distinct b) as m, min_by(a, b) as x from t"))
      .toMatchInlineSnapshot(`
     "
     Aggregate [], [count(_distinct#7) FILTER (WHERE (_group#9 = 1)) AS n#4L, sum(_distinct#8) FILTER (WHERE (_group#9 = 2)) AS m#5L, first(_result#12) FILTER (WHERE (_group#9 = 0)) AS x#6]
     +- Aggregate [_distinct#7, _distinct#8, _group#9], [_distinct#7, _distinct#8, _group#9, min_by(_value#10, _value#11) AS _result#12]
        +- Expand [[null, null, 0, a#1, b#2], [a#1, null, 1, null, null], [null, b#2, 2, null, null]], [_distinct#7, _distinct#8, _group#9, _value#10, _value#11]
           +- Relation t[a#1,b#2,s#3] parquet
     "
    `);
  });

  test.each(["select a, count(b) as n from t group by a"])("does not change %s", (sql) => {
    expect(fire(rewriteDistinctAggregates, sql)).toBe("as it was");
  });
});

describe("PushFiltersIntoScans", () => {
  test("select amount from sales where p_day = 3 and amount > 5", () => {
    expect(fire(pushFiltersIntoScans, "select amount from sales where p_day = 3 and amount > 5")).toMatchInlineSnapshot(`
     "
     Project [amount#1]
     +- Filter (amount#1 > 5)
        +- Relation sales[amount#1,p_day#2] parquet, PartitionFilters: [(p_day#2 = 3)], PushedFilters: [(amount#1 > 5)]
     "
    `);
  });

  test.each(["select a from t where a + b > 3"])("does not change %s", (sql) => {
    expect(fire(pushFiltersIntoScans, sql)).toBe("as it was");
  });
});

describe("ColumnPruning", () => {
  test("select b from t join u on a = c", () => {
    expect(fire(columnPruning, "select b from t join u on a = c")).toMatchInlineSnapshot(`
     "
     Project [b#2]
     +- Join Inner, (a#1 = c#4)
        :- Relation t[a#1,b#2] parquet
        +- Relation u[c#4] parquet
     "
    `);
  });
  test("select a from (select a, b, row_number() over (order by b) as r from t)", () => {
    expect(fire(columnPruning, "select a from (select a, b, row_number() over (order by b) as r from t)")).toMatchInlineSnapshot(`
     "
     Relation t[a#1] parquet
     "
    `);
  });
  test("a CTE has the columns that its references need", () => {
    const sql =
      "with c as (select a, b, s, rand() as r from t), e as (select b, s, r from c) select x.a from c x join e on x.a = e.b";
    expect(fire(columnPruning, sql, [inlineCte, ...ALWAYS])).toMatchInlineSnapshot(`
     "
     WithCTE [1]
     :- Project [a#3, b#4]
     :  +- Project [a#3, b#4, rand() AS r#6]
     :     +- Relation t[a#3,b#4] parquet
     +- Project [a#11]
        +- Join Inner, (a#11 = b#15)
           :- Project [a#11]
           :  +- CTERelationRef 1, [a#11, b#12]
           +- Project [b#8 AS b#15]
              +- Project [b#8]
                 +- CTERelationRef 1, [a#7, b#8]
     "
    `);
    const read = "with c as (select a, b, rand() as r from t) select a from c where a in (select max(r) from c)";
    expect(fire(columnPruning, read, [inlineCte, ...ALWAYS])).toMatchInlineSnapshot(`
     "
     WithCTE [1]
     :- Project [a#2, b#3, rand() AS r#5]
     :  +- Relation t[a#2,b#3] parquet
     +- Project [a#6]
        +- Filter cast(a#6 as double) IN (list)
           :  +- Aggregate [], [max(r#11) AS max(r)#12]
           :     +- CTERelationRef 1, [a#9, b#10, r#11]
           +- CTERelationRef 1, [a#6, b#7, r#8]
     "
    `);
    expect(fire(columnPruning, "with c as (select a, rand() from t) select 1 from c, c c2", [inlineCte])).toMatchInlineSnapshot(`
     "
     WithCTE [1]
     :- Project [a#2]
     :  +- Project [a#2, rand() AS rand()#5]
     :     +- SubqueryAlias t
     :        +- Relation t[a#2] parquet
     +- Project [1 AS 1#10]
        +- Join Inner
           :- Project []
           :  +- SubqueryAlias c
           :     +- CTERelationRef 1, [a#6]
           +- Project []
              +- SubqueryAlias c2
                 +- SubqueryAlias c
                    +- CTERelationRef 1, [a#8]
     "
    `);
  });
  test("select st.g.h from nested where st.f > 1", () => {
    expect(fire(columnPruning, "select st.g.h from nested where st.f > 1")).toMatchInlineSnapshot(`
     "
     Project [g.h#4 AS h#3]
     +- Filter (f#5 > 1)
        +- Relation nested[g.h#4,f#5] parquet
     "
    `);
  });

  test.each(["select a, b, s from t", "select st, st.f from nested where z > 1"])("does not change %s", (sql) => {
    expect(fire(columnPruning, sql)).toBe("as it was");
  });
});

describe("PartitionPruning", () => {
  test("select amount from sales join u on p_day = c where d = 1", () => {
    expect(
      fire(partitionPruning, "select amount from sales join u on p_day = c where d = 1", [
        eliminateSubqueryAliases,
        pushDownPredicates,
      ]),
    ).toMatchInlineSnapshot(`
     "
     Project [amount#1]
     +- Join Inner, (p_day#2 = c#3)
        :- Relation sales[amount#1,p_day#2] parquet, PartitionFilters: [p_day#2 IN (list)]
        :     +- Aggregate [c#5], [c#5]
        :        +- Filter (d#6 = 1)
        :           +- Relation u[c#5,d#6] parquet
        +- Filter (d#4 = 1)
           +- Relation u[c#3,d#4] parquet
     "
    `);
  });

  test.each(["select amount from sales join u on p_day = c", "select amount from sales join u on amount = c where d = 1"])(
    "does not change %s",
    (sql) => {
      expect(fire(partitionPruning, sql, [eliminateSubqueryAliases, pushDownPredicates])).toBe("as it was");
    },
  );
});

describe("rules", () => {
  const excluded = "org.apache.spark.sql.catalyst.optimizer.PushDownPredicates, ConstantFolding";

  test("can be left out by name", () => {
    const sql = "select * from (select a + 0 as x from t) where x > 1 + 1";
    const session = new TestSession(TABLES, { "spark.sql.optimizer.excludedRules": excluded });
    const text = planText(session.optimized(sql));
    expect(text).toContain("(1 + 1)");
    expect(text.indexOf("Filter")).toBeLessThan(text.indexOf("Project"));
  });

  test("that the planner needs cannot be left out", () => {
    const session = new TestSession(TABLES, { "spark.sql.optimizer.excludedRules": "ReplaceSetOperations,RewriteSubqueries" });
    expect(planText(session.optimized("select a from t intersect select c from u"))).toContain("LeftSemi");
  });

  test("are told of as they fire", () => {
    const session = new TestSession(TABLES);
    session.optimized("select a from t where 1 + 1 = b");
    expect(session.changes).toContain("ConstantFolding");
  });
});

describe("SimplifyExtractValueOps", () => {
  test("select named_struct('x', a, 'y', b + 1).y from t", () => {
    expect(fire(simplifyExtracts, "select named_struct('x', a, 'y', b + 1).y from t")).toMatchInlineSnapshot(`
     "
     Project [(b#2 + 1) AS named_struct(x, a, y, (b + 1)).y#4]
     +- Relation t[a#1,b#2,s#3] parquet
     "
    `);
  });

  test.each([
    ["array(a, b + 1)[1]", "(b#2 + 1)"],
    ["get(array(a, b), 0)", "a#1"],
    ["array(a, b)[2]", "null"],
    ["array(named_struct('x', a), named_struct('x', b)).x", "array(a#1, b#2)"],
    ["map(s, a, 'k', b)['k']", "CASE WHEN (s#3 = k) THEN a#1 WHEN (k = k) THEN b#2 END"],
  ])("select %s from t takes %s", (sql, value) => {
    expect(fire(simplifyExtracts, `select ${sql} from t`)).toContain(`Project [${value} AS `);
  });

  test.each([
    "select st.f from nested",
    "select named_struct('x', a) from t",
    "select array(a, b)[b] from t",
    "select array(1, 2)[5] from t",
    "select map(a, b)[rand(1)] from t",
    "select map('a', 1, 'a', 2)['a'] from t",
  ])("does not change %s", (sql) => {
    expect(fire(simplifyExtracts, sql)).toBe("as it was");
  });
});

describe("CollapseProject of structs", () => {
  test("fields that are read once each do not need the struct", () => {
    const sql = "select v.x * v.y from (select named_struct('x', a + 1, 'y', b + 1) as v from t)";
    expect(fire(simplifyExtracts, sql, [...ALWAYS, collapseProject])).toMatchInlineSnapshot(`
     "
     Project [((a#1 + 1) * (b#2 + 1)) AS (v.x * v.y)#5]
     +- Relation t[a#1,b#2,s#3] parquet
     "
    `);
  });

  test.each([
    "select v.x * v.x from (select named_struct('x', a + 1, 'y', b + 1) as v from t)",
    "select v, v.x from (select named_struct('x', a + 1, 'y', b + 1) as v from t)",
    "select v.x from (select named_struct('x', rand(1)) as v from t)",
  ])("does not change %s", (sql) => {
    expect(fire(collapseProject, sql)).toBe("as it was");
  });
});

describe("GroupStructsByFields", () => {
  const fields = [...ALWAYS, pullOutGroupingExpressions];

  test("select named_struct('x', a, 'y', b + 1, 'z', 7) as v, count(*), max(a) from t group by v", () => {
    const sql = "select named_struct('x', a, 'y', b + 1, 'z', 7) as v, count(*), max(a) from t group by v";
    expect(fire(groupStructsByFields, sql, fields)).toMatchInlineSnapshot(`
     "
     Aggregate [a#1, y#8], [named_struct(x, a#1, y, y#8, z, 7) AS v#4, count(1) AS count(1)#5L, max(a#1) AS max(a)#6]
     +- Project [a#1, b#2, s#3, (b#2 + 1) AS y#8]
        +- Relation t[a#1,b#2,s#3] parquet
     "
    `);
  });

  test("select v.x, min(v) from (select a, struct(b as x) as v from t) group by a, v", () => {
    const sql = "select v.x, min(v) from (select a, struct(b as x) as v from t) group by a, v";
    expect(fire(groupStructsByFields, sql, fields)).toMatchInlineSnapshot(`
     "
     Aggregate [a#1, b#2], [struct_field(named_struct(x, b#2)) AS x#6, min(named_struct(x, b#2)) AS min(v)#7]
     +- Project [a#1, b#2]
        +- Relation t[a#1,b#2,s#3] parquet
     "
    `);
  });

  test("select window(ts, '5 minutes'), count(*) from times group by 1", () => {
    const sql = "select window(ts, '5 minutes'), count(*) from times group by 1";
    expect(fire(groupStructsByFields, sql, fields)).toMatchInlineSnapshot(`
     "
     Aggregate [start#4, end#5], [named_struct(start, start#4, end, end#5) AS window#2, count(1) AS count(1)#3L]
     +- Project [ts#1, struct_field(window(ts#1)) AS start#4, struct_field(window(ts#1)) AS end#5]
        +- Filter isnotnull(ts#1)
           +- Relation times[ts#1] parquet
     "
    `);
  });

  test.each([
    "select st, count(*) from nested group by st",
    "select named_struct('x', 1), count(*) from t group by 1",
    "select named_struct('x', rand(1)) as v, count(*) from t group by v",
    "select array(a, b), count(*) from t group by 1",
  ])("does not change %s", (sql) => {
    expect(fire(groupStructsByFields, sql, fields)).toBe("as it was");
  });
});
