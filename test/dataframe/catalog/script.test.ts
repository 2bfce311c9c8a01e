import { CommandHarness } from "./session";

async function variable(harness: CommandHarness, name: string): Promise<unknown> {
  return harness.catalog.findVariable([name])?.value;
}

async function after(script: string): Promise<unknown> {
  const harness = new CommandHarness();
  await harness.run("DECLARE out INT DEFAULT 0");
  await harness.run(script);
  return variable(harness, "out");
}

test("loops, conditions, jumps", async () => {
  expect(
    await after(`BEGIN
      DECLARE i INT DEFAULT 0;
      outer_loop: WHILE true DO
        SET i = i + 1;
        IF i = 3 THEN ITERATE outer_loop; END IF;
        IF i > 5 THEN LEAVE outer_loop; END IF;
        SET out = out + i;
      END WHILE;
    END`),
  ).toBe(1 + 2 + 4 + 5);
});

test("variables of inner blocks hide those around", async () => {
  expect(
    await after(`BEGIN
      DECLARE x INT DEFAULT 1;
      inner_block: BEGIN
        DECLARE x INT DEFAULT 10;
        SET x = x + 1;
        SET out = inner_block.x;
      END;
      SET out = out * 10 + x;
    END`),
  ).toBe(111);
});

test("EXIT handlers end their block, CONTINUE handlers go on after the statement", async () => {
  expect(
    await after(`BEGIN
      DECLARE EXIT HANDLER FOR DIVIDE_BY_ZERO SET out = out + 100;
      SET out = 1 / 0;
      SET out = 5;
    END`),
  ).toBe(100);
  const continuing = `BEGIN
      DECLARE CONTINUE HANDLER FOR SQLEXCEPTION SET out = out + 100;
      SET out = 1 / 0;
      SET out = out + 5;
    END`;
  const harness = new CommandHarness();
  await harness.run("DECLARE out INT DEFAULT 0");
  await expect(harness.run(continuing)).rejects.toMatchObject({ errorClass: "UNSUPPORTED_FEATURE.CONTINUE_EXCEPTION_HANDLER" });
  harness.session.conf.set("spark.sql.scripting.continueHandlerEnabled", "true");
  await harness.run(continuing);
  expect(await variable(harness, "out")).toBe(105);
});

test("FOR takes the rows of a query", async () => {
  const harness = new CommandHarness();
  await harness.run("DECLARE out STRING DEFAULT ''");
  harness.answers.push([
    [1, "a"],
    [2, "b"],
  ]);
  await harness.run("BEGIN FOR r AS SELECT * FROM VALUES (0, '') AS v(n, s) DO SET out = out || r.n || s; END FOR; END");
  expect(await variable(harness, "out")).toBe("1a2b");
});

test("the last query is the result", async () => {
  const harness = new CommandHarness();
  harness.answers.push([[1]], [[2]]);
  const result = await harness
    .run("BEGIN SELECT 1 AS a; SELECT 2 AS b; SET x = 1; EXCEPTION_FREE: BEGIN END; END")
    .catch((e: Error) => e);
  expect(String(result)).toContain("UNRESOLVED_VARIABLE");
  harness.answers.push([[1]], [[2]]);
  expect((await harness.run("BEGIN SELECT 1 AS a; SELECT 2 AS b; END")).rows).toEqual([[2]]);
});

test("handlers within handlers, and conditions that are declared, are known by name", async () => {
  expect(
    await after(`BEGIN
      DECLARE EXIT HANDLER FOR SQLEXCEPTION
      BEGIN
        DECLARE EXIT HANDLER FOR SQLEXCEPTION SET out = out + 7;
        SET out = 1;
        SET out = 1 / 0;
      END;
      SET out = 1 / 0;
    END`),
  ).toBe(8);
  const named = "BEGIN DECLARE c CONDITION FOR SQLSTATE '22012'; DECLARE EXIT HANDLER FOR c SET out = 1; SET out = 1 / 0; END";
  await expect(after(named)).rejects.toMatchObject({ errorClass: "DIVIDE_BY_ZERO" });
});

test("a CASE without a branch that fits does nothing; what commands tell is no result", async () => {
  expect(await after("BEGIN CASE 5 WHEN 1 THEN SET out = 1; END CASE; SET out = out + 2; END")).toBe(2);
  const harness = new CommandHarness();
  expect((await harness.run("BEGIN SHOW CURRENT NAMESPACE; END")).schema.fields).toEqual([]);
});

test.each([
  ["IF 5 THEN SELECT 1; END IF;", "INVALID_BOOLEAN_STATEMENT"],
  ["IF NULL THEN SELECT 1; END IF;", "INVALID_BOOLEAN_STATEMENT"],
  ["WHILE 'x' DO SELECT 1; END WHILE;", "INVALID_BOOLEAN_STATEMENT"],
  ["REPEAT SET x = 1; UNTIL 5 END REPEAT;", "UNRESOLVED_VARIABLE"],
  [
    "DECLARE EXIT HANDLER FOR DIVIDE_BY_ZERO SELECT 1; DECLARE EXIT HANDLER FOR DIVIDE_BY_ZERO SELECT 2;",
    "DUPLICATE_EXCEPTION_HANDLER.CONDITION",
  ],
  [
    "DECLARE EXIT HANDLER FOR SQLSTATE '22012' SELECT 1; DECLARE EXIT HANDLER FOR SQLSTATE '22012' SELECT 2;",
    "DUPLICATE_EXCEPTION_HANDLER.SQLSTATE",
  ],
  [
    "DECLARE EXIT HANDLER FOR DIVIDE_BY_ZERO, DIVIDE_BY_ZERO SELECT 1;",
    "INVALID_HANDLER_DECLARATION.DUPLICATE_CONDITION_IN_HANDLER_DECLARATION",
  ],
  ["DECLARE EXIT HANDLER FOR nocond SELECT 1;", "INVALID_HANDLER_DECLARATION.CONDITION_NOT_FOUND"],
  [
    "DECLARE EXIT HANDLER FOR SQLEXCEPTION, SQLSTATE '22012' SELECT 1;",
    "INVALID_HANDLER_DECLARATION.INVALID_CONDITION_COMBINATION",
  ],
  ["DECLARE EXIT HANDLER FOR SQLSTATE '2201' SELECT 1;", "INVALID_SQLSTATE"],
  ["DECLARE EXIT HANDLER FOR SQLSTATE 'XX000' SELECT 1;", "INVALID_SQLSTATE"],
  ["SELECT 3; DECLARE EXIT HANDLER FOR SQLEXCEPTION SELECT 1;", "INVALID_HANDLER_DECLARATION.WRONG_PLACE_OF_DECLARATION"],
  ["SELECT 3; DECLARE c CONDITION;", "INVALID_ERROR_CONDITION_DECLARATION.NOT_AT_START_OF_COMPOUND_STATEMENT"],
  ["DECLARE c CONDITION; DECLARE c CONDITION;", "DUPLICATE_CONDITION_IN_SCOPE"],
  ["SELECT 1; DECLARE x = 2;", "INVALID_VARIABLE_DECLARATION.ONLY_AT_BEGINNING"],
  ["DECLARE OR REPLACE x = 1;", "INVALID_VARIABLE_DECLARATION.REPLACE_LOCAL_VARIABLE"],
  ["DECLARE s.x = 1;", "INVALID_VARIABLE_DECLARATION.QUALIFIED_LOCAL_VARIABLE"],
  ["DECLARE x = 1; DECLARE x = 2;", "VARIABLE_ALREADY_EXISTS"],
  ["DROP TEMPORARY VARIABLE x;", "UNSUPPORTED_FEATURE.SQL_SCRIPTING_DROP_TEMPORARY_VARIABLE"],
  ["LEAVE zz;", "INVALID_LABEL_USAGE.DOES_NOT_EXIST"],
  ["a: BEGIN ITERATE a; END a;", "INVALID_LABEL_USAGE.ITERATE_IN_COMPOUND"],
  ["a: BEGIN a: BEGIN SELECT 1; END a; END a;", "LABEL_OR_FOR_VARIABLE_ALREADY_EXISTS"],
  ["sys_x: LOOP LEAVE sys_x; END LOOP;", "LABEL_OR_FOR_VARIABLE_NAME_FORBIDDEN"],
  ["a: BEGIN SELECT 1; END b;", "LABELS_MISMATCH"],
  ["EXECUTE IMMEDIATE 'BEGIN SELECT 1; END';", "SQL_SCRIPT_IN_EXECUTE_IMMEDIATE"],
  ["DECLARE x = 1; SET VAR x = 3;", "PARSE_SYNTAX_ERROR"],
])("BEGIN %s END is refused", async (body, errorClass) => {
  const refused = Promise.resolve().then(() => new CommandHarness().run(`BEGIN ${body} END`));
  await expect(refused).rejects.toMatchObject({ errorClass });
});
