/** Join orders over TPC-H's tables at scale factor 1: the joins of its queries, written in the order of the text. */
import type { LogicalPlan } from "../../../src/dataframe/logical/plan";
import { childrenOf } from "../../../src/dataframe/logical/traverse";
import { TestSession } from "../support/session";
import { tpchTable } from "../support/tpch";

/** Relations and joins alone; the streamed side stands first. */
function order(plan: LogicalPlan): string {
  if (plan.kind === "scan") return plan.relation.name;
  if (plan.kind === "join") {
    const sign = { leftSemi: "semi", leftAnti: "anti", left: "left" }[plan.type as string] ?? "*";
    return `(${order(plan.left)} ${sign} ${order(plan.right)})`;
  }
  return childrenOf(plan).map(order).join(" ");
}

function ordered(sql: string, conf: Readonly<Record<string, string>> = {}): string {
  return order(new TestSession(tpchTable, conf).optimized(sql));
}

test("the shipping priority query starts from a market segment", () => {
  expect(
    ordered(`select l_orderkey, sum(l_extendedprice) from customer, orders, lineitem
      where c_mktsegment = 'BUILDING' and c_custkey = o_custkey and l_orderkey = o_orderkey
        and o_orderdate < date '1995-03-15' and l_shipdate > date '1995-03-15' group by l_orderkey`),
  ).toBe("(lineitem * (orders * customer))");
});

test("the local supplier query starts from a region", () => {
  expect(
    ordered(`select n_name, sum(l_extendedprice) from customer, orders, lineitem, supplier, nation, region
      where c_custkey = o_custkey and l_orderkey = o_orderkey and l_suppkey = s_suppkey and c_nationkey = s_nationkey
        and s_nationkey = n_nationkey and n_regionkey = r_regionkey and r_name = 'ASIA'
        and o_orderdate >= date '1994-01-01' and o_orderdate < date '1995-01-01' group by n_name`),
  ).toBe("((lineitem * (orders * (customer * (nation * region)))) * supplier)");
});

test("the market share query reads no table against a product", () => {
  const text = ordered(`select sum(l_extendedprice) from part, supplier, lineitem, orders, customer, nation n1, nation n2, region
    where p_partkey = l_partkey and s_suppkey = l_suppkey and l_orderkey = o_orderkey and o_custkey = c_custkey
      and c_nationkey = n1.n_nationkey and n1.n_regionkey = r_regionkey and r_name = 'AMERICA' and s_nationkey = n2.n_nationkey
      and o_orderdate between date '1995-01-01' and date '1996-12-31' and p_type = 'ECONOMY ANODIZED STEEL'`);
  expect(text).toContain("(customer * (nation * region))");
  expect(text).not.toContain("(nation * nation)");
});

test("the product profit query joins by equalities that follow from others", () => {
  expect(
    ordered(`select n_name, sum(l_extendedprice) from part, supplier, lineitem, partsupp, orders, nation
      where s_suppkey = l_suppkey and ps_suppkey = l_suppkey and ps_partkey = l_partkey and p_partkey = l_partkey
        and o_orderkey = l_orderkey and s_nationkey = n_nationkey and p_name like '%green%' group by n_name`),
  ).toBe("(orders * (lineitem * ((partsupp * part) * (supplier * nation))))");
});

test("the large orders query asks for the few orders first", () => {
  expect(
    ordered(`select c_name, sum(l_quantity) from customer, orders, lineitem
      where o_orderkey in (select l_orderkey from lineitem group by l_orderkey having sum(l_quantity) > 300)
        and c_custkey = o_custkey and o_orderkey = l_orderkey group by c_name`),
  ).toBe("(lineitem * ((orders semi lineitem) * customer))");
});

test("the small quantity query joins its subquery's averages as a table", () => {
  expect(
    ordered(`select sum(l_extendedprice) from lineitem, part where p_partkey = l_partkey and p_brand = 'Brand#23'
      and l_quantity < (select 0.2 * avg(l_quantity) from lineitem where l_partkey = p_partkey)`),
  ).toBe("(lineitem * ((lineitem semi part) * part))");
});

test("the waiting suppliers query looks for other suppliers last", () => {
  expect(
    ordered(`select s_name, count(*) from supplier, lineitem l1, orders, nation
      where s_suppkey = l1.l_suppkey and o_orderkey = l1.l_orderkey and o_orderstatus = 'F' and s_nationkey = n_nationkey
        and n_name = 'SAUDI ARABIA'
        and exists (select * from lineitem l2 where l2.l_orderkey = l1.l_orderkey and l2.l_suppkey <> l1.l_suppkey)
      group by s_name`),
  ).toMatch(/^\(\(.*\) semi lineitem\)$/);
});

test("hints keep joins where they were written", () => {
  expect(
    ordered(`select /*+ broadcast(customer) */ count(*) from lineitem join orders on l_orderkey = o_orderkey
      join customer on c_custkey = o_custkey and c_mktsegment = 'BUILDING'`),
  ).toBe("((lineitem * orders) * customer)");
});

test("can be turned off", () => {
  const sql = "select count(*) from lineitem, orders, region, customer where l_orderkey = o_orderkey and o_custkey = c_custkey";
  const off = { "spark.sql.optimizer.excludedRules": "ReorderJoin" };
  expect(ordered(sql, off)).toBe("(((lineitem * orders) * region) * customer)");
  expect(ordered(sql)).not.toBe(ordered(sql, off));
});

test("more tables than can be tried one by one are still ordered", () => {
  const names = Array.from({ length: 14 }, (_, i) => `nation n${i}`);
  const joined = names.slice(1).map((_, i) => `n${i}.n_nationkey = n${i + 1}.n_regionkey`);
  const sql = `select count(*) from ${names.join(", ")} where ${joined.join(" and ")} and n7.n_name = 'PERU'`;
  expect(ordered(sql).match(/nation/g)).toHaveLength(14);
});
