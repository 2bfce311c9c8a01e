/** Analysed plans as text: the forms that the optimizer takes. */
import { planText } from "../../../src/dataframe/logical/print";
import type { UnresolvedPlan } from "../../../src/dataframe/syntax/plan";
import { analyzePlan, schemaOf } from "../../../src/dataframe/catalog/analysis-context";
import { parseExpression, parseQuery } from "../../../src/dataframe/sql/parse";
import { simpleString } from "../../../src/dataframe/types/text";
import { CommandHarness } from "../catalog/session";

async function harness(): Promise<CommandHarness> {
  const one = new CommandHarness();
  await one.run("CREATE TEMPORARY VIEW t AS SELECT * FROM VALUES (1, 2) AS t(a, b)");
  await one.run("CREATE TEMPORARY VIEW u AS SELECT * FROM VALUES (1, 'x') AS u(a, c)");
  return one;
}

/** Node names from the top, one a line of the plan. */
async function shape(sql: string): Promise<string[]> {
  const text = planText(await (await harness()).analyzed(sql));
  return text
    .trimEnd()
    .split("\n")
    .map((line) => /[A-Z]\w+/.exec(line)?.[0] ?? line);
}

test("HAVING stands between groups and windows", async () => {
  const nodes = await shape("SELECT a, sum(sum(b)) OVER (ORDER BY a) FROM t GROUP BY a HAVING count(*) > 1");
  expect(nodes.slice(0, 4)).toEqual(["Project", "Window", "Filter", "Aggregate"]);
});

test("a window over groups sums their sums", async () => {
  const text = planText(await (await harness()).analyzed("SELECT sum(sum(b)) OVER (PARTITION BY a) FROM t GROUP BY a"));
  const aggregates = text.split("\n").find((line) => line.includes("Aggregate")) ?? "";
  expect(aggregates).toMatch(/sum\(b#\d+\)/);
  expect(aggregates).not.toMatch(/sum\(sum\(b#/);
});

test("what ORDER BY needs from below is added and taken out again", async () => {
  expect((await shape("SELECT a FROM t ORDER BY b")).slice(0, 3)).toEqual(["Project", "Sort", "Project"]);
  expect((await shape("SELECT a FROM t ORDER BY a + 1")).slice(0, 2)).toEqual(["Sort", "Project"]);
  expect((await shape("SELECT a FROM t GROUP BY a ORDER BY sum(b)")).slice(0, 3)).toEqual(["Project", "Sort", "Aggregate"]);
});

test("a CTE that is used once stands in its place, one used twice is kept", async () => {
  expect(await shape("WITH x AS (SELECT a FROM t) SELECT * FROM x")).not.toContain("WithCTE");
  expect((await shape("WITH x AS (SELECT a FROM t) SELECT * FROM x JOIN x y ON x.a = y.a"))[0]).toMatch(/^With/);
});

test("random aliases are computed once", async () => {
  const nodes = await shape("SELECT rand() AS r, r + 1 AS s FROM t");
  expect(nodes.slice(0, 2)).toEqual(["Project", "Project"]);
});

test("windows of one specification share a node", async () => {
  const nodes = await shape("SELECT rank() OVER (ORDER BY a), sum(b) OVER (ORDER BY a), sum(b) OVER (PARTITION BY b) FROM t");
  expect(nodes.filter((node) => node === "Window")).toHaveLength(2);
});

describe("df.col", () => {
  const withId = (sql: string, planId: number): UnresolvedPlan => ({ ...parseQuery(sql), planId });
  const column = (name: string, planId: number) => ({ kind: "name" as const, parts: [name], planId });

  test("means a column of that DataFrame", async () => {
    const left = withId("SELECT a, b FROM t", 1);
    const right = withId("SELECT a, c FROM u", 2);
    const joined: UnresolvedPlan = {
      kind: "join",
      left,
      right,
      type: "inner",
      condition: { kind: "call", name: ["="], args: [column("a", 1), column("a", 2)], operator: true },
    };
    const selected: UnresolvedPlan = { kind: "project", child: joined, expressions: [column("a", 2), column("b", 1)] };
    const plan = await analyzePlan(selected, (await harness()).session);
    expect(simpleString(schemaOf(plan))).toBe("struct<a:int,b:int>");
  });

  test("is ambiguous where the DataFrame is on both sides", async () => {
    const side = withId("SELECT a FROM t", 1);
    const joined: UnresolvedPlan = { kind: "join", left: side, right: side, type: "cross" };
    const selected: UnresolvedPlan = { kind: "project", child: joined, expressions: [column("a", 1)] };
    await expect(analyzePlan(selected, (await harness()).session)).rejects.toThrow("AMBIGUOUS_COLUMN_REFERENCE");
  });

  test("is not found where its column is gone", async () => {
    const source = withId("SELECT a, b FROM t", 1);
    const grouped: UnresolvedPlan = {
      kind: "aggregate",
      child: source,
      grouping: { kind: "by", expressions: [parseExpression("a")] },
      aggregates: [parseExpression("count(*)")],
      keyed: true,
    };
    const selected: UnresolvedPlan = { kind: "project", child: grouped, expressions: [column("b", 1)] };
    await expect(analyzePlan(selected, (await harness()).session)).rejects.toThrow("CANNOT_RESOLVE_DATAFRAME_COLUMN");
  });
});

describe("columns by name", () => {
  const schemaAfter = async (plan: UnresolvedPlan): Promise<string> =>
    simpleString(schemaOf(await analyzePlan(plan, (await harness()).session)));
  const t = parseQuery("SELECT a, b FROM t");

  test("withColumns replaces in place and adds at the end", async () => {
    const columns = [
      { name: "B", expression: parseExpression("a + 1.5D") },
      { name: "c", expression: parseExpression("b") },
    ];
    expect(await schemaAfter({ kind: "withColumns", child: t, columns })).toBe("struct<a:int,B:double,c:int>");
  });

  test("drop is silent about what is not there", async () => {
    const columns = [parseExpression("A"), parseExpression("nope")];
    expect(await schemaAfter({ kind: "drop", child: t, names: [], columns })).toBe("struct<b:int>");
    expect(await schemaAfter({ kind: "drop", child: t, names: ["A", "nope"], columns: [] })).toBe("struct<b:int>");
  });

  test("drop takes all columns of a name, and refuses an expression that may be several", async () => {
    const twice: UnresolvedPlan = { kind: "join", left: t, right: t, type: "cross" };
    expect(await schemaAfter({ kind: "drop", child: twice, names: ["a"], columns: [] })).toBe("struct<b:int,b:int>");
    const columns = [parseExpression("a")];
    await expect(schemaAfter({ kind: "drop", child: twice, names: [], columns })).rejects.toThrow("AMBIGUOUS_REFERENCE");
  });

  test("unionByName fills what is missing", async () => {
    const plan: UnresolvedPlan = {
      kind: "setOperation",
      operation: "union",
      all: true,
      byName: true,
      allowMissingColumns: true,
      left: t,
      right: parseQuery("SELECT c, a FROM u"),
    };
    expect(await schemaAfter(plan)).toBe("struct<a:int,b:int,c:string>");
    await expect(schemaAfter({ ...plan, allowMissingColumns: false })).rejects.toThrow("UNRESOLVED_COLUMN_AMONG_FIELD_NAMES");
  });

  test("dropDuplicates keeps names and qualifiers", async () => {
    const plan: UnresolvedPlan = { kind: "dropDuplicates", child: t, columns: ["a"] };
    expect(await schemaAfter({ kind: "filter", child: plan, condition: parseExpression("b > 1") })).toBe("struct<a:int,b:int>");
  });
});

test("windows are not divided by what has no order", async () => {
  const one = await harness();
  await expect(one.analyzed("SELECT count(*) OVER (PARTITION BY map(a, b)) FROM t")).rejects.toThrow(
    "EXPRESSION_TYPE_IS_NOT_ORDERABLE",
  );
  await one.analyzed("SELECT count(*) OVER (PARTITION BY NULL) FROM t");
});
