import { onOneLine, splitStatements } from "../../../src/dataframe/sql/split";

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

test.each([
  "BEGIN DECLARE i INT DEFAULT 0; WHILE i < 3 DO SET i = i + 1; END WHILE; SELECT i; END",
  "BEGIN IF 1 = 1 THEN SELECT 1; ELSE BEGIN SELECT if(true, 2, 3); END; END IF; SELECT 4; END",
  "BEGIN CASE 1 WHEN 1 THEN SELECT 1; END CASE; SELECT CASE WHEN true THEN 2 END; END",
  "BEGIN l: LOOP LEAVE l; END LOOP l; REPEAT SELECT 1; UNTIL true END REPEAT; END",
  "BEGIN FOR r AS SELECT substring('abc' FROM CASE WHEN true THEN 1 END FOR 2) DO SELECT 1; END FOR; SELECT 2 END",
  "BEGIN DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN SELECT 1; END; SELECT 1 / 0; END",
  "BEGIN END",
])("a script ends with the END of its BEGIN: %s", (script) => {
  expect(splitStatements(`${script}; SELECT 4; BEGIN`)).toEqual({ statements: [script, "SELECT 4"], rest: "BEGIN" });
});

test.each([
  ["SELECT a, -- the first\n  'x  y' /* and\n  more */\n\tFROM t", "SELECT a, 'x  y' FROM t"],
  ["/* first */ SELECT /*+ BROADCAST(t) */ a.b+1", "SELECT /*+ BROADCAST(t) */ a.b+1"],
  ["SELECT 'x\ny'", null],
])("on one line, %j is %j", (statement, line) => {
  expect(onOneLine(statement)).toBe(line);
});
