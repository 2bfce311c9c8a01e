/** `firesteel shell` with a standard input that is no terminal. */
import { spawn } from "node:child_process";
import { type Ended, Running, Workplace, cli } from "../support/command";

const place = new Workplace();
afterAll(() => place.remove());
afterEach(async () => expect(await place.leftoversAtLast()).toEqual([]));

function piped(script: string, ...args: string[]): Promise<Ended> {
  const child = spawn(process.execPath, [cli, "shell", "-c", "spark.ui.showConsoleProgress=false", ...args], {
    cwd: place.folder,
    env: place.environment,
    stdio: "pipe",
  });
  child.stdin.end(script);
  return new Running(child).ended;
}

const DECLARED = `
import { factor, Shape } from "./rel";
function f(x: number): number { return x * factor }
class Local { v() { return 1 } }
sc.range(0, 3).map((x) => [f(x), new Shape(x).area(), new Local().v()]).collect()
`;
const AGAIN = `
const f = (x) => -x - 1;
class Local { v() { return 2 } }
sc.range(0, 3).map((x) => [f(x), new Local().v()]).collect()
spark.range(2).withColumn("twice", F.col("id").multiply(2))
sc.range(0, 2)
`;

test("values are printed, without a prompt; what was declared travels, and may be declared again", async () => {
  place.write({
    "rel.ts":
      "export const factor: number = 7;\nexport class Shape { constructor(readonly n: number) {} area() { return this.n * factor } }",
  });
  const init = place.write({ "init.ts": DECLARED });
  const { code, stdout, stderr } = await piped(AGAIN, "-i", init, "--master", "local-cluster[2,1,512]");
  expect(stderr).toBe("");
  const lines = stdout.split("\n").filter((line) => !/^\+|^\|_/.test(line));
  expect(lines).toEqual([
    "| 0| 0| 1|",
    "| 7| 7| 1|",
    "|14|14| 1|",
    "|-1| 2|",
    "|-2| 2|",
    "|-3| 2|",
    "| id|twice|",
    "|  0|    0|",
    "|  1|    2|",
    expect.stringMatching(/^\w+\[\d+\] at range at prompt-2:6:4$/),
    "",
  ]);
  expect(code).toBe(0);
});

test("what is no TypeScript does not run at all", async () => {
  const { code, stdout, stderr } = await piped("1\nlet a = 1; let a = 2", "--master", "local[1]");
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(/^SyntaxError: .*\n {2}prompt-1:2 {2}let a = 1; let a = 2\n {29}\^\n$/);
});

test("an error ends the script with status 1, in a few lines", async () => {
  const { code, stdout, stderr } = await piped(
    "1 + 1\nsc.range(0, 2).map((x) => { throw new RangeError('no') }).collect()\n3",
    "--master",
    "local[1]",
  );
  expect({ code, stdout }).toEqual({ code: 1, stdout: "2\n" });
  expect(stderr).toMatch(/^TaskError: \[TASK_FAILED\].*RangeError: no\n {2}prompt-1:2 .*\n *\^\n\(\.error shows all of it\)\n$/);
});

test("commands; .exit ends with 0; eager display can be switched off", async () => {
  place.write({ "values.ts": "export const loaded = 5;\nloaded + 1" });
  const { code, stdout } = await piped(
    `.load values.ts\nloaded\nspark.range(3)\n.error\n.exit\nthrow 1`,
    "--master",
    "local[1]",
    "-c",
    "spark.sql.repl.eagerEval.enabled=false",
  );
  expect(stdout).toBe("6\n5\nDataFrame[id: bigint]\nThere was no error.\n");
  expect(code).toBe(0);
});

test("what is wrong with the command line, in one line", async () => {
  const [master, init] = await Promise.all([piped("1", "--master", "bogus"), piped("1", "-i", "missing.ts")]);
  expect(master.stderr).toMatch(/^firesteel: The master "bogus" .*\n$/);
  expect(init.stderr).toBe("firesteel: no such file: missing.ts (-i)\n");
  expect([master.code, init.code]).toEqual([1, 1]);
});
