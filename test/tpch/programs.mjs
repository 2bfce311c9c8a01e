/**
 * The 22 queries of TPC-H as DataFrame programs, with the parameters that the texts of SQLBench-H have. Each takes the tables and gives a
 * DataFrame; nothing runs before it is collected. They are read as examples, too: a query a function, in the order of a query.
 */
import { functions } from "../../dist/index.mjs";

const { avg, broadcast, col, count, countDistinct, lit, max, min, substring, sum, to_date, when, year } = functions;

const date = (text) => to_date(lit(text));
const decimal = (text) => lit(text).cast("DECIMAL(12,10)");
const revenue = col("l_extendedprice").times(lit(1).minus(col("l_discount")));
const between = (column, from, to) =>
  col(column)
    .geq(date(from))
    .and(col(column).lt(date(to)));

/** @type {Record<string, (tables: Record<string, import("../../dist/index.mjs").DataFrame>) => import("../../dist/index.mjs").DataFrame>} */
export const programs = {
  q1: ({ lineitem }) =>
    lineitem
      .filter(col("l_shipdate").leq(date("1998-09-24")))
      .groupBy("l_returnflag", "l_linestatus")
      .agg(
        sum("l_quantity").as("sum_qty"),
        sum("l_extendedprice").as("sum_base_price"),
        sum(revenue).as("sum_disc_price"),
        sum(revenue.times(lit(1).plus(col("l_tax")))).as("sum_charge"),
        avg("l_quantity").as("avg_qty"),
        avg("l_extendedprice").as("avg_price"),
        avg("l_discount").as("avg_disc"),
        count(lit(1)).as("count_order"),
      )
      .orderBy("l_returnflag", "l_linestatus"),

  q2({ part, supplier, partsupp, nation, region }) {
    const asian = partsupp
      .join(supplier, col("ps_suppkey").eq(col("s_suppkey")))
      .join(nation, col("s_nationkey").eq(col("n_nationkey")))
      .join(region.filter(col("r_name").eq("ASIA")), col("n_regionkey").eq(col("r_regionkey")));
    const cheapest = asian.groupBy(col("ps_partkey").as("cheapest_part")).agg(min("ps_supplycost").as("least"));
    return part
      .filter(col("p_size").eq(48).and(col("p_type").like("%TIN")))
      .join(asian, col("p_partkey").eq(col("ps_partkey")))
      .join(
        cheapest,
        col("ps_partkey")
          .eq(col("cheapest_part"))
          .and(col("ps_supplycost").eq(col("least"))),
      )
      .select("s_acctbal", "s_name", "n_name", "p_partkey", "p_mfgr", "s_address", "s_phone", "s_comment")
      .orderBy(col("s_acctbal").desc(), "n_name", "s_name", "p_partkey")
      .limit(100);
  },

  q3: ({ customer, orders, lineitem }) =>
    customer
      .filter(col("c_mktsegment").eq("BUILDING"))
      .join(orders.filter(col("o_orderdate").lt(date("1995-03-15"))), col("c_custkey").eq(col("o_custkey")))
      .join(lineitem.filter(col("l_shipdate").gt(date("1995-03-15"))), col("l_orderkey").eq(col("o_orderkey")))
      .groupBy("l_orderkey", "o_orderdate", "o_shippriority")
      .agg(sum(revenue).as("revenue"))
      .select("l_orderkey", "revenue", "o_orderdate", "o_shippriority")
      .orderBy(col("revenue").desc(), "o_orderdate")
      .limit(10),

  q4: ({ orders, lineitem }) =>
    orders
      .filter(between("o_orderdate", "1995-04-01", "1995-07-01"))
      .join(lineitem.filter(col("l_commitdate").lt(col("l_receiptdate"))), col("l_orderkey").eq(col("o_orderkey")), "left_semi")
      .groupBy("o_orderpriority")
      .agg(count(lit(1)).as("order_count"))
      .orderBy("o_orderpriority"),

  q5: ({ customer, orders, lineitem, supplier, nation, region }) =>
    region
      .filter(col("r_name").eq("AFRICA"))
      .join(nation, col("n_regionkey").eq(col("r_regionkey")))
      .join(supplier, col("s_nationkey").eq(col("n_nationkey")))
      .join(lineitem, col("l_suppkey").eq(col("s_suppkey")))
      .join(orders.filter(between("o_orderdate", "1994-01-01", "1995-01-01")), col("l_orderkey").eq(col("o_orderkey")))
      .join(
        customer,
        col("c_custkey")
          .eq(col("o_custkey"))
          .and(col("c_nationkey").eq(col("s_nationkey"))),
      )
      .groupBy("n_name")
      .agg(sum(revenue).as("revenue"))
      .orderBy(col("revenue").desc()),

  q6: ({ lineitem }) =>
    lineitem
      .filter(between("l_shipdate", "1994-01-01", "1995-01-01"))
      .filter(col("l_discount").between(decimal("0.03"), decimal("0.05")))
      .filter(col("l_quantity").lt(24))
      .agg(sum(col("l_extendedprice").times(col("l_discount"))).as("revenue")),

  q7({ supplier, lineitem, orders, customer, nation }) {
    const [ours, theirs] = ["supp_nation", "cust_nation"].map((name) =>
      nation.select(col("n_nationkey").as(`${name}_key`), col("n_name").as(name)),
    );
    const trade = (from, to) => col("supp_nation").eq(from).and(col("cust_nation").eq(to));
    return supplier
      .join(
        lineitem.filter(col("l_shipdate").between(date("1995-01-01"), date("1996-12-31"))),
        col("s_suppkey").eq(col("l_suppkey")),
      )
      .join(orders, col("o_orderkey").eq(col("l_orderkey")))
      .join(customer, col("c_custkey").eq(col("o_custkey")))
      .join(broadcast(ours), col("s_nationkey").eq(col("supp_nation_key")))
      .join(broadcast(theirs), col("c_nationkey").eq(col("cust_nation_key")))
      .filter(trade("GERMANY", "IRAQ").or(trade("IRAQ", "GERMANY")))
      .groupBy("supp_nation", "cust_nation", year("l_shipdate").as("l_year"))
      .agg(sum(revenue).as("revenue"))
      .orderBy("supp_nation", "cust_nation", "l_year");
  },

  q8({ part, supplier, lineitem, orders, customer, nation, region }) {
    const eastern = customer
      .join(nation, col("c_nationkey").eq(col("n_nationkey")))
      .join(region.filter(col("r_name").eq("MIDDLE EAST")), col("n_regionkey").eq(col("r_regionkey")))
      .select("c_custkey");
    const home = nation.select(col("n_nationkey").as("home_key"), col("n_name").as("nation"));
    const ofIraq = when(col("nation").eq("IRAQ"), col("volume")).otherwise(0);
    return part
      .filter(col("p_type").eq("LARGE PLATED STEEL"))
      .join(lineitem, col("p_partkey").eq(col("l_partkey")))
      .join(supplier, col("s_suppkey").eq(col("l_suppkey")))
      .join(
        orders.filter(col("o_orderdate").between(date("1995-01-01"), date("1996-12-31"))),
        col("l_orderkey").eq(col("o_orderkey")),
      )
      .join(eastern, col("o_custkey").eq(col("c_custkey")))
      .join(home, col("s_nationkey").eq(col("home_key")))
      .select(year("o_orderdate").as("o_year"), revenue.as("volume"), "nation")
      .groupBy("o_year")
      .agg(sum(ofIraq).divide(sum("volume")).as("mkt_share"))
      .orderBy("o_year");
  },

  q9: ({ part, supplier, lineitem, partsupp, orders, nation }) =>
    part
      .filter(col("p_name").contains("moccasin"))
      .join(lineitem, col("p_partkey").eq(col("l_partkey")))
      .join(supplier, col("s_suppkey").eq(col("l_suppkey")))
      .join(
        partsupp,
        col("ps_suppkey")
          .eq(col("l_suppkey"))
          .and(col("ps_partkey").eq(col("l_partkey"))),
      )
      .join(orders, col("o_orderkey").eq(col("l_orderkey")))
      .join(nation, col("s_nationkey").eq(col("n_nationkey")))
      .withColumn("amount", revenue.minus(col("ps_supplycost").times(col("l_quantity"))))
      .groupBy(col("n_name").as("nation"), year("o_orderdate").as("o_year"))
      .agg(sum("amount").as("sum_profit"))
      .orderBy(col("nation"), col("o_year").desc()),

  q10: ({ customer, orders, lineitem, nation }) =>
    customer
      .join(orders.filter(between("o_orderdate", "1993-07-01", "1993-10-01")), col("c_custkey").eq(col("o_custkey")))
      .join(lineitem.filter(col("l_returnflag").eq("R")), col("l_orderkey").eq(col("o_orderkey")))
      .join(nation, col("c_nationkey").eq(col("n_nationkey")))
      .groupBy("c_custkey", "c_name", "c_acctbal", "c_phone", "n_name", "c_address", "c_comment")
      .agg(sum(revenue).as("revenue"))
      .select("c_custkey", "c_name", "revenue", "c_acctbal", "n_name", "c_address", "c_phone", "c_comment")
      .orderBy(col("revenue").desc())
      .limit(20),

  q11({ partsupp, supplier, nation }) {
    const value = sum(col("ps_supplycost").times(col("ps_availqty")));
    const algerian = partsupp
      .join(supplier, col("ps_suppkey").eq(col("s_suppkey")))
      .join(nation.filter(col("n_name").eq("ALGERIA")), col("s_nationkey").eq(col("n_nationkey")));
    const least = algerian.agg(value.times(decimal("0.0001")).as("least"));
    return algerian
      .groupBy("ps_partkey")
      .agg(value.as("value"))
      .join(least, col("value").gt(col("least")))
      .select("ps_partkey", "value")
      .orderBy(col("value").desc());
  },

  q12({ orders, lineitem }) {
    const urgent = col("o_orderpriority").isin("1-URGENT", "2-HIGH");
    return orders
      .join(
        lineitem
          .filter(col("l_shipmode").isin("FOB", "SHIP"))
          .filter(
            col("l_commitdate")
              .lt(col("l_receiptdate"))
              .and(col("l_shipdate").lt(col("l_commitdate"))),
          )
          .filter(between("l_receiptdate", "1995-01-01", "1996-01-01")),
        col("o_orderkey").eq(col("l_orderkey")),
      )
      .groupBy("l_shipmode")
      .agg(sum(when(urgent, 1).otherwise(0)).as("high_line_count"), sum(when(urgent, 0).otherwise(1)).as("low_line_count"))
      .orderBy("l_shipmode");
  },

  q13: ({ customer, orders }) =>
    customer
      .join(orders, col("c_custkey").eq(col("o_custkey")).and(col("o_comment").like("%express%requests%").not()), "left_outer")
      .groupBy("c_custkey")
      .agg(count("o_orderkey").as("c_count"))
      .groupBy("c_count")
      .agg(count(lit(1)).as("custdist"))
      .orderBy(col("custdist").desc(), col("c_count").desc()),

  q14: ({ lineitem, part }) =>
    lineitem
      .filter(between("l_shipdate", "1995-02-01", "1995-03-01"))
      .join(part, col("l_partkey").eq(col("p_partkey")))
      .agg(
        lit("100.00")
          .cast("DECIMAL(5,2)")
          .times(sum(when(col("p_type").startsWith("PROMO"), revenue).otherwise(0)))
          .divide(sum(revenue))
          .as("promo_revenue"),
      ),

  q15({ supplier, lineitem }) {
    const totals = lineitem
      .filter(between("l_shipdate", "1996-08-01", "1996-11-01"))
      .groupBy(col("l_suppkey").as("supplier_no"))
      .agg(sum(revenue).as("total_revenue"));
    return supplier
      .join(totals, col("s_suppkey").eq(col("supplier_no")))
      .join(totals.agg(max("total_revenue").as("most")), col("total_revenue").eq(col("most")))
      .select("s_suppkey", "s_name", "s_address", "s_phone", "total_revenue")
      .orderBy("s_suppkey");
  },

  q16: ({ partsupp, part, supplier }) =>
    part
      .filter(col("p_brand").neq("Brand#14").and(col("p_type").like("SMALL PLATED%").not()))
      .filter(col("p_size").isin(14, 6, 5, 31, 49, 15, 41, 47))
      .join(partsupp, col("p_partkey").eq(col("ps_partkey")))
      .join(supplier.filter(col("s_comment").like("%Customer%Complaints%")), col("ps_suppkey").eq(col("s_suppkey")), "left_anti")
      .groupBy("p_brand", "p_type", "p_size")
      .agg(countDistinct("ps_suppkey").as("supplier_cnt"))
      .orderBy(col("supplier_cnt").desc(), "p_brand", "p_type", "p_size"),

  q17({ lineitem, part }) {
    const usual = lineitem.groupBy(col("l_partkey").as("usual_part")).agg(avg("l_quantity").as("usual"));
    return lineitem
      .join(
        part.filter(col("p_brand").eq("Brand#42").and(col("p_container").eq("LG BAG"))),
        col("p_partkey").eq(col("l_partkey")),
      )
      .join(usual, col("usual_part").eq(col("l_partkey")))
      .filter(col("l_quantity").lt(col("usual").times(decimal("0.2"))))
      .agg(sum("l_extendedprice").divide(lit("7.0").cast("DECIMAL(2,1)")).as("avg_yearly"));
  },

  q18({ customer, orders, lineitem }) {
    const large = lineitem
      .groupBy(col("l_orderkey").as("large_order"))
      .agg(sum("l_quantity").as("quantity"))
      .filter(col("quantity").gt(313));
    return orders
      .join(large, col("o_orderkey").eq(col("large_order")), "left_semi")
      .join(customer, col("c_custkey").eq(col("o_custkey")))
      .join(lineitem, col("o_orderkey").eq(col("l_orderkey")))
      .groupBy("c_name", "c_custkey", "o_orderkey", "o_orderdate", "o_totalprice")
      .agg(sum("l_quantity"))
      .orderBy(col("o_totalprice").desc(), "o_orderdate")
      .limit(100);
  },

  q19({ lineitem, part }) {
    const containers = (size, ...kinds) => col("p_container").isin(...kinds.map((kind) => `${size} ${kind}`));
    const offer = (brand, packed, least, largest) =>
      col("p_brand")
        .eq(brand)
        .and(packed)
        .and(col("l_quantity").between(least, least + 10))
        .and(col("p_size").between(1, largest));
    return lineitem
      .filter(col("l_shipmode").isin("AIR", "AIR REG").and(col("l_shipinstruct").eq("DELIVER IN PERSON")))
      .join(part, col("p_partkey").eq(col("l_partkey")))
      .filter(
        offer("Brand#21", containers("SM", "CASE", "BOX", "PACK", "PKG"), 8, 5)
          .or(offer("Brand#13", containers("MED", "BAG", "BOX", "PKG", "PACK"), 20, 10))
          .or(offer("Brand#52", containers("LG", "CASE", "BOX", "PACK", "PKG"), 30, 15)),
      )
      .agg(sum(revenue).as("revenue"));
  },

  q20({ supplier, nation, partsupp, part, lineitem }) {
    const shipped = lineitem
      .filter(between("l_shipdate", "1993-01-01", "1994-01-01"))
      .groupBy("l_partkey", "l_suppkey")
      .agg(sum("l_quantity").times(lit("0.5").cast("DECIMAL(2,1)")).as("half"));
    const plenty = partsupp
      .join(part.filter(col("p_name").startsWith("blanched")), col("ps_partkey").eq(col("p_partkey")), "left_semi")
      .join(
        shipped,
        col("l_partkey")
          .eq(col("ps_partkey"))
          .and(col("l_suppkey").eq(col("ps_suppkey"))),
      )
      .filter(col("ps_availqty").gt(col("half")));
    return supplier
      .join(nation.filter(col("n_name").eq("KENYA")), col("s_nationkey").eq(col("n_nationkey")))
      .join(plenty, col("s_suppkey").eq(col("ps_suppkey")), "left_semi")
      .select("s_name", "s_address")
      .orderBy("s_name");
  },

  q21({ supplier, lineitem, orders, nation }) {
    const late = lineitem.filter(col("l_receiptdate").gt(col("l_commitdate")));
    const one = late.alias("l1");
    const sameOrder = (other) =>
      col(`${other}.l_orderkey`)
        .eq(col("l1.l_orderkey"))
        .and(col(`${other}.l_suppkey`).neq(col("l1.l_suppkey")));
    return one
      .join(lineitem.alias("l2"), sameOrder("l2"), "left_semi")
      .join(late.alias("l3"), sameOrder("l3"), "left_anti")
      .join(orders.filter(col("o_orderstatus").eq("F")), col("o_orderkey").eq(col("l1.l_orderkey")))
      .join(supplier, col("s_suppkey").eq(col("l1.l_suppkey")))
      .join(nation.filter(col("n_name").eq("ARGENTINA")), col("s_nationkey").eq(col("n_nationkey")))
      .groupBy("s_name")
      .agg(count(lit(1)).as("numwait"))
      .orderBy(col("numwait").desc(), "s_name")
      .limit(100);
  },

  q22({ customer, orders }) {
    const code = substring("c_phone", 1, 2);
    const callers = customer.filter(code.isin("24", "34", "16", "30", "33", "14", "13"));
    const usual = callers.filter(col("c_acctbal").gt(0)).agg(avg("c_acctbal").as("usual"));
    return callers
      .join(usual, col("c_acctbal").gt(col("usual")))
      .join(orders, col("o_custkey").eq(col("c_custkey")), "left_anti")
      .groupBy(code.as("cntrycode"))
      .agg(count(lit(1)).as("numcust"), sum("c_acctbal").as("totacctbal"))
      .orderBy("cntrycode");
  },
};
