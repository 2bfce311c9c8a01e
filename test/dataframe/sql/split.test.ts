import { splitStatements } from "../../../src/dataframe/sql/split";

test.each([
  ["SELECT 1; SELECT ';' AS a -- ; comment\n; ", ["SELECT 1", "SELECT ';' AS a -- ; comment"], ""],
  [";;SELECT 1", [], "SELECT 1"],
  ["/* ; */ SELECT 1;", ["/* ; */ SELECT 1"], ""],
  ["BEGIN SELECT CASE WHEN 1 = 1 THEN 2 END; SELECT 3; END; SELECT 4;", ["BEGIN SELECT CASE WHEN 1 = 1 THEN 2 END; SELECT 3; END", "SELECT 4"], ""], // prettier-ignore
  ["SELECT 1 /* not closed; SELECT 2;", [], "SELECT 1 /* not closed; SELECT 2;"],
  ["-- only a comment", [], ""],
])("%j", (text, statements, rest) => {
  expect(splitStatements(text)).toEqual({ statements, rest });
});
