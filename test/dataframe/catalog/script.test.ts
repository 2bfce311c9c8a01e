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
  expect(
    await after(`BEGIN
      DECLARE CONTINUE HANDLER FOR SQLEXCEPTION SET out = out + 100;
      SET out = 1 / 0;
      SET out = out + 5;
    END`),
  ).toBe(105);
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
    .run("BEGIN SELECT 1 AS a; SELECT 2 AS b; SET VAR x = 1; EXCEPTION_FREE: BEGIN END; END")
    .catch((e: Error) => e);
  expect(String(result)).toContain("UNRESOLVED_VARIABLE");
  harness.answers.push([[1]], [[2]]);
  expect((await harness.run("BEGIN SELECT 1 AS a; SELECT 2 AS b; END")).rows).toEqual([[2]]);
});
