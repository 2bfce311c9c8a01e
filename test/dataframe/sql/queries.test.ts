import { parseStatement } from "../../../src/dataframe/sql/parse";
import type { UnresolvedExpression } from "../../../src/dataframe/syntax/expression";
import type { UnresolvedPlan } from "../../../src/dataframe/syntax/plan";

function text(e: UnresolvedExpression): string {
  return e.at?.fragment ?? e.kind;
}

/** A plan in one line, from its root to its leaves. */
function shown(plan: UnresolvedPlan): string {
  const under = "child" in plan ? ` < ${shown(plan.child)}` : "";
  switch (plan.kind) {
    case "table":
      return Array.isArray(plan.name) ? plan.name.join(".") : "identifier";
    case "project":
      return `project[${plan.expressions.map(text).join(", ")}]${under}`;
    case "filter":
    case "having":
    case "qualify":
      return `${plan.kind}[${text(plan.condition)}]${under}`;
    case "aggregate": {
      const { grouping } = plan;
      const by =
        grouping.kind === "all"
          ? "all"
          : grouping.kind === "by"
            ? grouping.expressions.map(text).join(", ")
            : `${grouping.expressions.map(text).join(", ")} in ${JSON.stringify(grouping.sets)}`;
      return `aggregate[${by}; ${plan.aggregates.map(text).join(", ")}]${under}`;
    }
    case "join":
      return `${plan.lateral === true ? "lateral " : ""}${plan.type}(${shown(plan.left)}, ${shown(plan.right)}${plan.condition ? ` on ${text(plan.condition)}` : ""}${plan.using ? ` using ${plan.using.join()}` : ""}${plan.natural === true ? " natural" : ""})`;
    case "setOperation":
      return `${plan.operation}${plan.all ? " all" : ""}${plan.byName ? " by name" : ""}(${shown(plan.left)}, ${shown(plan.right)})`;
    case "sort":
      return `${plan.global ? "sort" : "local sort"}[${plan.order.map(text).join(", ")}]${under}`;
    case "limit":
      return `limit[${text(plan.limit)}]${under}`;
    case "alias":
      return `${plan.name}${plan.columns ? `(${plan.columns.join()})` : ""}${under}`;
    case "with":
      return `with[${plan.recursive ? "recursive " : ""}${plan.ctes.map((cte) => `${cte.name}: ${shown(cte.plan)}`).join("; ")}]${under}`;
    case "inlineTable":
      return `values[${plan.names?.join() ?? ""}: ${plan.rows.map((row) => row.map(text).join(",")).join("; ")}]`;
    case "hint":
      return `${plan.name}(${plan.args.map(text).join(", ")})${under}`;
    case "lateralView":
      return `${plan.outer ? "outer " : ""}view[${text(plan.generator)} ${plan.table}: ${plan.columns.join()}]${under}`;
    case "tableFunction":
      return `${String(plan.name)}(${plan.args.map(text).join(", ")})`;
    default:
      return `${plan.kind}${under}`;
  }
}

function parsed(sql: string): string {
  const statement = parseStatement(sql);
  return statement.kind === "query" ? shown(statement.plan) : statement.kind;
}

test.each([
  ["SELECT 1", "project[1] < oneRow"],
  ["SELECT a FROM", "project[a FROM] < oneRow"],
  ["SELECT a x, b AS y FROM t WHERE c", "project[a x, b AS y] < filter[c] < t"],
  ["SELECT DISTINCT a FROM t", "distinct < project[a] < t"],
  ["SELECT sum(a) FROM t HAVING b", "having[b] < aggregate[; sum(a)] < t"],
  [
    "SELECT a, sum(b) FROM t GROUP BY a HAVING c ORDER BY d LIMIT 5 OFFSET 2",
    "limit[5] < offset < sort[d] < having[c] < aggregate[a; a, sum(b)] < t",
  ],
  ["SELECT a FROM t GROUP BY ALL", "aggregate[all; a] < t"],
  ["SELECT a FROM t GROUP BY a, ROLLUP(b, c)", "aggregate[a, b, c in [[0,1,2],[0,1],[0]]; a] < t"],
  ["SELECT a FROM t GROUP BY CUBE(a, (b, c))", "aggregate[a, b, c in [[0,1,2],[0],[1,2],[]]; a] < t"],
  ["SELECT a FROM t GROUP BY a, b GROUPING SETS ((a), ())", "aggregate[a, b in [[0],[]]; a] < t"],
  ["SELECT a FROM t GROUP BY a WITH ROLLUP", "aggregate[a in [[0],[]]; a] < t"],
  ["SELECT a FROM t QUALIFY b", "qualify[b] < project[a] < t"],
  ["SELECT * FROM t limit", "project[*] < limit < t"],
  [
    "SELECT * FROM a, b c JOIN d ON e LEFT SEMI JOIN f USING (g)",
    "project[*] < leftSemi(inner(inner(a, c < b), d on e), f using g)",
  ],
  ["SELECT * FROM a NATURAL FULL OUTER JOIN b", "project[*] < full(a, b natural)"],
  ["SELECT * FROM a CROSS JOIN LATERAL (SELECT 1) x", "project[*] < lateral cross(a, x < project[1] < oneRow)"],
  ["SELECT * FROM (a JOIN b) x", "project[*] < x < inner(a, b)"],
  [
    "SELECT * FROM ((SELECT 1) UNION (SELECT 2))",
    "project[*] < __auto_generated_subquery_name < union(project[1] < oneRow, project[2] < oneRow)",
  ],
  [
    "SELECT 1 UNION SELECT 2 INTERSECT SELECT 3 EXCEPT ALL SELECT 4 ORDER BY 1",
    "sort[1] < except all(union(project[1] < oneRow, intersect(project[2] < oneRow, project[3] < oneRow)), project[4] < oneRow)",
  ],
  [
    "WITH a AS (SELECT 1), b(c) AS (SELECT 2) SELECT * FROM a",
    "with[a: project[1] < oneRow; b: project[2] < oneRow] < project[*] < a",
  ],
  ["WITH RECURSIVE r(n) AS (SELECT 1) TABLE r", "with[recursive r: project[1] < oneRow] < r"],
  ["FROM t SELECT a", "project[a] < t"],
  ["VALUES (1, 2), (3, 4) AS t(a, b)", "t < values[a,b: 1,2; 3,4]"],
  ["SELECT /*+ BROADCAST(a), REPARTITION(3) */ * FROM a", "BROADCAST(a) < REPARTITION(3) < project[*] < a"],
  ["SELECT * FROM t LATERAL VIEW OUTER explode(a) x AS y, z", "project[*] < outer view[explode(a) x: y,z] < t"],
  ["SELECT * FROM range(3) r(n)", "project[*] < r(n) < range(3)"],
  ["SELECT * FROM parquet.`/a b`", "project[*] < parquet./a b"],
  ["SELECT a FROM t DISTRIBUTE BY b SORT BY c DESC", "local sort[c DESC] < repartition < project[a] < t"],
  ["SELECT * FROM t TABLESAMPLE (10 ROWS)", "project[*] < limit[10] < t"],
  ["FROM t |> WHERE a |> SELECT b |> LIMIT 1", "limit[1] < project[b] < filter[a] < t"],
  ["FROM t |> SELECT b, sum(a) GROUP BY b ORDER BY b", "sort[b] < aggregate[b; b, sum(a)] < t"],
  ["SELECT 1;", "project[1] < oneRow"],
])("%s", (sql, expected) => expect(parsed(sql)).toBe(expected));

test("pivot and unpivot", () => {
  expect(parseStatement("SELECT * FROM t PIVOT (sum(a) AS s FOR b IN (1 AS x, 2))")).toMatchObject({
    plan: {
      child: { kind: "pivot", values: [{ kind: "alias", names: ["x"] }, { kind: "literal" }], aggregates: [{ names: ["s"] }] },
    },
  });
  expect(parseStatement("SELECT * FROM t UNPIVOT INCLUDE NULLS ((a, b) FOR n IN ((c, d) AS x))")).toMatchObject({
    plan: { child: { kind: "unpivot", valueNames: ["a", "b"], includeNulls: true, values: [{ alias: "x" }] } },
  });
});

test.each([
  ["SELECT 1 2", "PARSE_SYNTAX_ERROR"],
  ["SELECT * FROM t left", "PARSE_SYNTAX_ERROR"],
  ["SELEC 1", "PARSE_SYNTAX_ERROR"],
  ["SELECT 1; SELECT 2", "PARSE_SYNTAX_ERROR"],
  ["SELECT * FROM a-b", "INVALID_IDENTIFIER"],
  ["WITH a AS (SELECT 1), a AS (SELECT 2) SELECT 1", "DUPLICATED_CTE_NAMES"],
  ["VALUES (1, 2), (3)", "INVALID_INLINE_TABLE.NUM_COLUMNS_MISMATCH"],
  ["SELECT * FROM a NATURAL JOIN LATERAL (SELECT 1)", "INCOMPATIBLE_JOIN_TYPES"],
  ["SELECT a FROM t GROUP BY ROLLUP(a, ())", "_LEGACY_ERROR_TEMP_0051"],
])("%s is refused", (sql, errorClass) => {
  expect(() => parseStatement(sql)).toThrow(expect.objectContaining({ errorClass }) as Error);
});
