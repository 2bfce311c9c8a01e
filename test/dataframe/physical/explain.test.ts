import { explain, type ExplainMode } from "../../../src/dataframe/physical/explain";
import { planQuery } from "../../../src/dataframe/physical/plan-query";
import { TestSession, tables } from "../support/session";

const TABLES = tables({ t: ["a INT, b STRING", 1_000_000], u: ["c INT, d INT", 10], sales: "amount INT, p_day INT" });

function explained(mode: ExplainMode, sql: string): string {
  const session = new TestSession(TABLES);
  const analyzed = session.analyzed(sql);
  const optimized = session.optimized(sql);
  const physical = planQuery(optimized, session.settings, session.services());
  const codegen = (): { title: string; code: string }[] => [{ title: "*(1) Scan", code: "for (;;);" }];
  return explain(mode, { parsed: () => "'Project [*]\n", analyzed, optimized, physical, codegen });
}

const JOIN = "select b, count(*) as n from t join u on a = c where d > 1 group by b";

test("simple", () => {
  expect(explained("simple", JOIN)).toMatchInlineSnapshot(`
   "== Physical Plan ==
   AdaptiveSparkPlan isFinalPlan=false
   +- Project [b#7, count#11L AS n#10L]
      +- HashAggregate(keys=[b#7], functions=[count(1)])
         +- Exchange hashpartitioning(b#7, 4), ENSURE_REQUIREMENTS, [plan_id=8]
            +- HashAggregate(keys=[b#7], functions=[partial_count(1)])
               +- BroadcastHashJoin [a#6], [c#8], Inner, BuildRight
                  :- Scan parquet t[a#6,b#7] Format: parquet, PushedFilters: [], ReadSchema: struct<a:int,b:string>
                  +- BroadcastExchange IdentityBroadcastMode, [plan_id=5]
                     +- Project [c#8]
                        +- Filter (d#9 > 1)
                           +- Scan parquet u[c#8,d#9] Format: parquet, PushedFilters: [GreaterThan(d,1)], ReadSchema: struct<c:int,d:int>

   "
  `);
});

test("extended", () => {
  const text = explained("extended", JOIN);
  expect(text.match(/^== .* ==$/gm)).toEqual([
    "== Parsed Logical Plan ==",
    "== Analyzed Logical Plan ==",
    "== Optimized Logical Plan ==",
    "== Physical Plan ==",
  ]);
  expect(text).toContain("\nb: string, n: bigint\n");
});

test("cost", () => {
  expect(explained("cost", "select a from t")).toContain("Statistics(sizeInBytes=11.4 MiB, rowCount=1.00E+6)");
});

test("codegen", () => {
  expect(explained("codegen", "select a from t")).toContain("Found 1 WholeStageCodegen subtrees.");
});

test("formatted", () => {
  expect(explained("formatted", "select amount from sales where p_day = 3 and amount > 5")).toMatchInlineSnapshot(`
   "== Physical Plan ==
   Project (3)
   +- Filter (2)
      +- Scan parquet sales (1)


   (1) Scan parquet sales
   Output [2]: [amount#3, p_day#4]
   PushedFilters: [GreaterThan(amount,5)]
   ReadSchema: struct<amount:int>

   (2) Filter
   Input [2]: [amount#3, p_day#4]
   Condition : (amount#3 > 5)

   (3) Project
   Output [1]: [amount#3]
   Input [2]: [amount#3, p_day#4]

   "
  `);
});
