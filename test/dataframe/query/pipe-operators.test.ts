/** What pipe operators see and refuse, rows of VALUES, and decimals beside TINYINT: as PySpark 4.2 has them. */
import { testSession } from "../../support/built-session";

const spark = testSession();
const rows = async (query: string): Promise<unknown[][]> => (await spark().sql(query).collect()).map((row) => row.toArray());
const refusal = async (query: string): Promise<unknown> => {
  try {
    return await rows(query);
  } catch (error) {
    return (error as { errorClass?: string }).errorClass;
  }
};

const pairs = "VALUES (0, 'a'), (1, 'b') AS t(x, y)";

test("DROP takes qualified names, and what it dropped is gone", async () => {
  expect(await rows(`FROM ${pairs} |> AS u |> DROP u.y |> ORDER BY x`)).toEqual([[0], [1]]);
  expect(await refusal(`${pairs} |> DROP x |> WHERE x = 1`)).toBe("UNRESOLVED_COLUMN.WITH_SUGGESTION");
  expect(await rows(`${pairs} |> EXTEND x + 1 AS z |> WHERE z = 2`)).toEqual([[1, "b", 2]]);
});

test("pipes behind ORDER BY are operators of their own", async () => {
  expect(await rows(`${pairs} |> ORDER BY x DESC |> LIMIT 1`)).toEqual([[1, "b"]]);
  expect(await refusal("SELECT 1 AS x ORDER BY x |> LIMIT 1")).toBe("PARSE_SYNTAX_ERROR");
  expect(await rows("(SELECT 1 AS x ORDER BY x) |> LIMIT 1")).toEqual([[1]]);
  expect(await refusal(`${pairs} |> WHERE x = 1 WINDOW w AS (ORDER BY x)`)).toBe(
    "NOT_ALLOWED_IN_PIPE_OPERATOR_WHERE.WINDOW_CLAUSE",
  );
});

test("a struct that is alone in a row of VALUES is the row", async () => {
  expect(await rows("VALUES (struct(1, 'a'))")).toEqual([[1, "a"]]);
  expect(await rows("SELECT col1.x FROM VALUES (named_struct('x', 5))")).toEqual([[5]]);
});

test("literals of TINYINT beside decimals have three digits, others as many as they need", async () => {
  expect(await rows("SELECT typeof(1Y + 7.25BD), typeof(7.25BD + 1Y), typeof(1S + 7.25BD), typeof(1 + 7.25BD)")).toEqual([
    ["decimal(6,2)", "decimal(6,2)", "decimal(4,2)", "decimal(4,2)"],
  ]);
});
