/** The order of rows that come of one, with the answers of PySpark 4.2. */
import { answersOf } from "../../support/answers";
import { testSession } from "../../support/built-session";

const { answer } = answersOf(testSession());

test("UNPIVOT goes row by row", async () => {
  const rows = "FROM VALUES (1, 10, NULL), (2, 30, 40) t(id, x, y)";
  expect(await answer(`SELECT * ${rows} UNPIVOT INCLUDE NULLS (v FOR n IN (x, y))`)).toEqual([
    [1, "x", 10],
    [1, "y", null],
    [2, "x", 30],
    [2, "y", 40],
  ]);
  expect(await answer(`SELECT * ${rows} UNPIVOT (v FOR n IN (x, y))`)).toEqual([
    [1, "x", 10],
    [2, "x", 30],
    [2, "y", 40],
  ]);
});

test("so do the windows of a time", async () => {
  const windows = "window(TIMESTAMP_NTZ '2024-01-01 00:05:00' + make_dt_interval(0, id), '2 hours', '1 hour').start";
  expect(await answer(`SELECT id, date_format(${windows}, 'dd HH') FROM VALUES (0), (5) t(id)`)).toEqual([
    [0, "01 00"],
    [0, "31 23"],
    [5, "01 05"],
    [5, "01 04"],
  ]);
});
