/** `firesteel sql`: statements from the command line, files and pipes. */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { root, Workplace } from "./support/command";

const place = new Workplace();
afterAll(() => place.remove());
afterEach(async () => expect(await place.leftoversAtLast()).toEqual([]));

const LOCAL = ["--master", "local[2]", "--conf", "spark.ui.showConsoleProgress=false"];

test("statements share a session, results are drawn as show() does", async () => {
  const text = "CREATE TEMPORARY VIEW t AS SELECT * FROM VALUES (1, 'a;b'), (2, NULL) AS v(n, s); SELECT s, n FROM t ORDER BY n";
  expect(await place.run(["sql", ...LOCAL, "-e", text])).toMatchObject({
    code: 0,
    stdout: "+----+---+\n|s   |n  |\n+----+---+\n|a;b |1  |\n|NULL|2  |\n+----+---+\n",
    stderr: "",
  });
});

test("what follows a result that is cut short begins a line", async () => {
  const run = await place.run(["sql", ...LOCAL, "--rows", "1", "-e", "SELECT id FROM range(2); SELECT 5 AS five"]);
  expect(run.stdout).toBe("+---+\n|id |\n+---+\n|0  |\n+---+\nonly showing top 1 row\n+----+\n|five|\n+----+\n|5   |\n+----+\n");
});

test.each([
  ["csv", 's,d,e\n"a,""b",2024-01-01,1.50\n,2024-01-01,1.50\n'],
  ["json", '{"s":"a,\\"b","d":"2024-01-01","e":1.50}\n{"d":"2024-01-01","e":1.50}\n'],
])("%s, from a file", async (format, stdout) => {
  const file = place.write({
    "q.sql": `-- two rows\nSELECT explode(array('a,"b', NULL)) AS s, DATE'2024-01-01' AS d, 1.50BD AS e;\n`,
  });
  expect(await place.run(["sql", ...LOCAL, "--format", format, "-f", file])).toMatchObject({ code: 0, stdout, stderr: "" });
});

test("from a pipe", () => {
  const run = spawnSync(process.execPath, [join(root, "dist/cli.js"), "sql", ...LOCAL, "--format", "csv"], {
    input: "SELECT id FROM range(2) ORDER BY id;",
    encoding: "utf8",
  });
  expect(run).toMatchObject({ status: 0, stdout: "id\n0\n1\n", stderr: "" });
});

test("an error says what and where, and is the exit code", async () => {
  const { code, stdout, stderr } = await place.run([
    "sql",
    ...LOCAL,
    "-e",
    "SELECT 1 AS a; SELECT nme FROM VALUES (1) AS t(name)",
  ]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "+---+\n|a  |\n+---+\n|1  |\n+---+\n" });
  expect(stderr).toMatch(/^\[UNRESOLVED_COLUMN\.WITH_SUGGESTION\] .*`nme`.*`name`/);
  expect(stderr).not.toContain("    at ");
});

test("stages are at the statement that they are of", async () => {
  const counts = "SELECT count(*) FROM (SELECT id % 7 AS k FROM range(100) GROUP BY 1)";
  const file = place.write({ "stages/q.sql": `SELECT 1;\n${counts};` });
  const folder = dirname(file);
  const logged = ["--conf", "spark.eventLog.enabled=true", "--conf", `spark.eventLog.dir=${folder}`];
  const plain = ["--conf", "spark.eventLog.rolling.enabled=false", "--conf", "spark.eventLog.compress=false"];
  expect(await place.run(["sql", ...LOCAL, ...logged, ...plain, "-f", file])).toMatchObject({ code: 0 });
  const [log] = readdirSync(folder).filter((name) => name !== "q.sql");
  const events = readFileSync(join(folder, log!), "utf8").trimEnd().split("\n");
  const names = events.flatMap((event) => (JSON.parse(event) as Completed)["Stage Info"]?.["Stage Name"] ?? []);
  expect(names.length).toBeGreaterThan(0);
  expect(new Set(names)).toEqual(new Set(["show at statement 2 of q.sql"]));
});

interface Completed {
  readonly "Stage Info"?: { readonly "Stage Name": string };
}

test.each(["", "CACHE TABLE "])("records that are not of the schema are counted and shown (%j)", async (cached) => {
  const file = place.write({ "bad/people.csv": "name,age\nAnn,31\nBob,old\nCid,40\nDan,young\n" });
  const view = `CREATE TEMPORARY VIEW people (name STRING, age INT) USING csv OPTIONS (path '${file}', header true)`;
  const text = `${view};${cached === "" ? "" : `${cached} people;`} SELECT count(age) FROM people`;
  const { stdout, stderr } = await place.run(["sql", ...LOCAL, "--format", "csv", "-e", text]);
  expect(stdout).toContain("count(age)\n2\n");
  expect(stderr.match(/2 records are not of the schema of csv/g)).toHaveLength(1);
  expect(stderr).toContain("people.csv: Bob,old");
});

test.each([
  ["", "UTC"],
  ["Nowhere/At_all", "UTC"],
  ["Europe/Berlin", "Europe/Berlin"],
])("the zone of TZ=%j is %s", async (TZ, zone) => {
  const statement =
    "SELECT current_timezone(), TIMESTAMP '2026-07-01 12:00:00' = TIMESTAMP '2026-07-01 12:00:00 ' || current_timezone()";
  const { stdout } = await place.run(["sql", ...LOCAL, "--format", "csv", "-e", statement], { env: { TZ } });
  expect(stdout.split("\n")[1]).toBe(`${zone},true`);
});

test("an unknown format is refused", async () => {
  const { code, stderr } = await place.run(["sql", ...LOCAL, "--format", "xml", "-e", "SELECT 1"]);
  expect(code).not.toBe(0);
  expect(stderr).toContain("--format must be one of table, csv, json");
});
