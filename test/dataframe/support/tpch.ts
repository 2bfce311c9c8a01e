/** TPC-H's tables as the planner sees them at scale factor 1: schemas, row counts, ranges of keys. No data. */
import type { DataType, StructField } from "../../../src/columnar/types";
import type { ColumnStatistics, Relation } from "../../../src/dataframe/sources/relation";

const LONG: DataType = { kind: "long" };
const INT: DataType = { kind: "int" };
const STRING: DataType = { kind: "string" };
const DATE: DataType = { kind: "date" };
const MONEY: DataType = { kind: "decimal", precision: 15, scale: 2 };

interface Table {
  readonly rows: number;
  readonly columns: readonly (readonly [name: string, type: DataType, range?: readonly [number, number]])[];
}

/** Days since the epoch. */
const FIRST_DAY = 8035;
const LAST_DAY = 10440;

const TABLES: Readonly<Record<string, Table>> = {
  region: {
    rows: 5,
    columns: [
      ["r_regionkey", INT, [0, 4]],
      ["r_name", STRING],
      ["r_comment", STRING],
    ],
  },
  nation: {
    rows: 25,
    columns: [
      ["n_nationkey", INT, [0, 24]],
      ["n_name", STRING],
      ["n_regionkey", INT, [0, 4]],
      ["n_comment", STRING],
    ],
  },
  supplier: {
    rows: 10_000,
    columns: [
      ["s_suppkey", LONG, [1, 10_000]],
      ["s_name", STRING],
      ["s_address", STRING],
      ["s_nationkey", INT, [0, 24]],
      ["s_phone", STRING],
      ["s_acctbal", MONEY],
      ["s_comment", STRING],
    ],
  },
  customer: {
    rows: 150_000,
    columns: [
      ["c_custkey", LONG, [1, 150_000]],
      ["c_name", STRING],
      ["c_address", STRING],
      ["c_nationkey", INT, [0, 24]],
      ["c_phone", STRING],
      ["c_acctbal", MONEY],
      ["c_mktsegment", STRING],
      ["c_comment", STRING],
    ],
  },
  part: {
    rows: 200_000,
    columns: [
      ["p_partkey", LONG, [1, 200_000]],
      ["p_name", STRING],
      ["p_mfgr", STRING],
      ["p_brand", STRING],
      ["p_type", STRING],
      ["p_size", INT, [1, 50]],
      ["p_container", STRING],
      ["p_retailprice", MONEY],
      ["p_comment", STRING],
    ],
  },
  partsupp: {
    rows: 800_000,
    columns: [
      ["ps_partkey", LONG, [1, 200_000]],
      ["ps_suppkey", LONG, [1, 10_000]],
      ["ps_availqty", INT, [1, 9999]],
      ["ps_supplycost", MONEY],
      ["ps_comment", STRING],
    ],
  },
  orders: {
    rows: 1_500_000,
    columns: [
      ["o_orderkey", LONG, [1, 6_000_000]],
      ["o_custkey", LONG, [1, 150_000]],
      ["o_orderstatus", STRING],
      ["o_totalprice", MONEY],
      ["o_orderdate", DATE, [FIRST_DAY, LAST_DAY]],
      ["o_orderpriority", STRING],
      ["o_clerk", STRING],
      ["o_shippriority", INT, [0, 0]],
      ["o_comment", STRING],
    ],
  },
  lineitem: {
    rows: 6_001_215,
    columns: [
      ["l_orderkey", LONG, [1, 6_000_000]],
      ["l_partkey", LONG, [1, 200_000]],
      ["l_suppkey", LONG, [1, 10_000]],
      ["l_linenumber", INT, [1, 7]],
      ["l_quantity", MONEY],
      ["l_extendedprice", MONEY],
      ["l_discount", MONEY],
      ["l_tax", MONEY],
      ["l_returnflag", STRING],
      ["l_linestatus", STRING],
      ["l_shipdate", DATE, [FIRST_DAY, LAST_DAY]],
      ["l_commitdate", DATE, [FIRST_DAY, LAST_DAY]],
      ["l_receiptdate", DATE, [FIRST_DAY, LAST_DAY]],
      ["l_shipinstruct", STRING],
      ["l_shipmode", STRING],
      ["l_comment", STRING],
    ],
  },
};

export function tpchTable(name: string): Relation | null {
  const table = TABLES[name];
  if (table === undefined) return null;
  return relationOf(name, table);
}

export function relationOf(name: string, { rows, columns }: Table): Relation {
  const fields = columns.map(([column, type]): StructField => ({ name: column, type, nullable: true }));
  const statistics: Record<string, ColumnStatistics> = {};
  for (const [column, , range] of columns) if (range !== undefined) statistics[column] = { min: range[0], max: range[1] };
  return {
    format: "parquet",
    name,
    schema: { kind: "struct", fields },
    partitionColumns: [],
    options: {},
    files: null,
    statistics: { sizeInBytes: rows * columns.length * 6, rowCount: rows, columns: statistics },
  };
}
