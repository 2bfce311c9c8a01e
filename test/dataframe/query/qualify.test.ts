/** QUALIFY, with the answers of PySpark 4.2. */
import { answersOf } from "../../support/answers";
import { testSession } from "../../support/built-session";

const { answer, refusal } = answersOf(testSession());

const ROWS = "FROM VALUES (1, 2), (3, 1) t(a, b)";

test("ORDER BY reaches columns under the list", async () => {
  expect(await answer(`SELECT a, row_number() OVER (ORDER BY b) r ${ROWS} QUALIFY r <= 2 ORDER BY b`)).toEqual([
    [3, 1],
    [1, 2],
  ]);
});

test("names are columns of the input before they are aliases", async () => {
  expect(await answer(`SELECT a AS b ${ROWS} QUALIFY rank() OVER (ORDER BY b) = 1`)).toEqual([[3]]);
});

test("it may follow WINDOW, and what casts to a boolean is a condition", async () => {
  expect(await answer(`SELECT a ${ROWS} WINDOW w AS (ORDER BY a) QUALIFY row_number() OVER w = 1`)).toEqual([[1]]);
  expect(await answer(`SELECT a ${ROWS} QUALIFY rank() OVER (ORDER BY a)`)).toEqual([[1], [3]]);
});

test("a window of the list is enough", async () => {
  expect(await answer(`SELECT a, sum(b) OVER () ${ROWS} QUALIFY a = 1`)).toEqual([[1, 3]]);
  expect(await refusal(`SELECT a ${ROWS} QUALIFY a = 1`)).toBe("QUALIFY_REQUIRES_WINDOW_FUNCTION");
  expect(await refusal(`SELECT a FROM (SELECT a, sum(b) OVER () AS s ${ROWS}) QUALIFY a = 1`)).toBe(
    "QUALIFY_REQUIRES_WINDOW_FUNCTION",
  );
});

test("of groups only the list is there", async () => {
  const groups = `SELECT a, sum(b) AS s ${ROWS} GROUP BY a`;
  expect(await answer(`${groups} QUALIFY rank() OVER (ORDER BY s) = 1`)).toEqual([[3, 1]]);
  expect(await refusal(`${groups} QUALIFY rank() OVER (ORDER BY sum(b)) = 1`)).toBe("UNRESOLVED_COLUMN.WITH_SUGGESTION");
  expect(await refusal(`${groups} QUALIFY rank() OVER (ORDER BY count(*)) = 1`)).toBe("MISSING_GROUP_BY");
  expect(await refusal(`SELECT a ${ROWS} QUALIFY count(*) > 1`)).toBe("QUALIFY_AGGREGATE_NOT_ALLOWED");
});
