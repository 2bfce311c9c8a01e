/** How programs end, and that nothing is left when they have. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root, Workplace } from "./support/command";

const place = new Workplace();
afterAll(() => place.remove());
afterEach(async () => expect(await place.leftoversAtLast()).toEqual([]));

const START = `import { SparkContext } from "firesteel";\nconst sc = new SparkContext();\n`;
/** Prints "start" when its job runs. */
const LOOP = `${START}const timer = setInterval(() => undefined, 1000);\nsc.addSparkListener({ onTaskStart: ({ taskInfo }) => { if (taskInfo.index === 0) console.log("start"); } });\nawait sc.range(0, 4, 1, 4).map((x) => { for (let i = 0; ; i++) if (i === -1) return x; }).count();\n`;

test("an error of the program: its stack in the program's own lines, exit code 1", async () => {
  const file = place.write({
    "wrong.ts": `interface Shape { a: number }\n\nfunction wrong(x: Shape): never {\n  throw new TypeError(\`wrong \${x.a}\`);\n}\n\nwrong({ a: 1 });\n`,
  });
  const { code, stdout, stderr } = await place.submit([file]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(/^TypeError: wrong 1\n\s+at wrong \(.*wrong\.ts:4:9\)\n\s+at .*wrong\.ts:7:1\)?\n/);
  expect(stderr).not.toContain("dist/");
});

test("a failed assertion quotes the statement that failed, not the one that stands there in what was compiled", async () => {
  const file = place.write({
    "assertion.ts": `import assert from "node:assert";\ninterface Unused {\n  a: 1;\n}\n\n\nconst sum: number = 1 + 1;\nassert.ok(sum === 2);\n  assert.ok(\n    [sum, ")"].includes("(" as never),\n  ); // three lines\nassert.ok(sum === 2);\nassert.ok(sum === 2);\n`,
  });
  const { code, stderr } = await place.submit([file]);
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /falsy value:\n\n {2}assert\.ok\(\n {4}\[sum, "\)"\]\.includes\("\(" as never\),\n {2}\)\n\n\s+at .*assertion\.ts:9:10/,
  );
});

test("an error in a task: the user's error, where it was thrown and which call ran it", async () => {
  const file = place.write({
    "task.ts": `${START}interface Unused { a: 1 }\nconst bad = (x: number): number => {\n  if (x === 3) throw new RangeError("three is bad");\n  return x;\n};\nawait sc.range(0, 5).map(bad).collect();\n`,
  });
  const { code, stderr } = await place.submit([file]);
  expect(code).toBe(1);
  expect(stderr).toContain("RangeError: three is bad\n");
  expect(stderr).toMatch(/at bad \(.*task\.ts:5:22\)/);
  expect(stderr).toMatch(/task\.ts:8:31/);
  expect(stderr).not.toContain("dist/engine.js");
});

test("causes and gathered errors are told", async () => {
  const file = place.write({
    "cause.ts": `throw new AggregateError([new Error("first"), new Error("second")], "both", { cause: new Error("why") });`,
  });
  const { code, stderr } = await place.submit([file]);
  expect(code).toBe(1);
  for (const text of ["AggregateError: both", "Caused by: Error: why", "- Error: first", "- Error: second"])
    expect(stderr).toContain(text);
});

test("a rejection that nobody takes ends the program, and what ran beside it", async () => {
  const file = place.write({
    "rejected.ts": `${START}void sc.range(3).map((x) => { if (x === 2) throw new Error("lost"); return x; }).collect();\nsetTimeout(() => console.log("too late"), 600_000);\n`,
  });
  const { code, stdout, stderr } = await place.submit([file]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toContain("Error: lost");
});

test("a program's own handler of uncaught errors decides", async () => {
  const file = place.write({
    "handler.ts": `process.on("uncaughtException", (e) => { console.log("handled", e.message); process.exitCode = 9; });\nsetTimeout(() => { throw new Error("later"); }, 10);`,
  });
  expect(await place.submit([file])).toMatchObject({ code: 9, stdout: "handled later\n", stderr: "" });
});

test.each([
  ["process.exit", `${START}console.log(await sc.range(5).count());\nprocess.exit(42);`, 42],
  ["process.exitCode", `${START}console.log(await sc.range(5).count());\nprocess.exitCode = 43;`, 43],
  [
    "process.exit while a job runs",
    `${START}console.log(await sc.range(5).count());\nvoid sc.range(4).map((x) => { for (;;); return x; }).count();\nsetTimeout(() => process.exit(44), 300);`,
    44,
  ],
  ["no sc.stop()", `${START}console.log(await sc.range(5).count());`, 0],
])("%s", async (_name, text, expected) => {
  const { code, stdout, stderr } = await place.submit([place.write({ "end.ts": text })]);
  expect({ code, stdout, stderr }).toEqual({ code: expected, stdout: "5\n", stderr: "" });
});

test("a program that waits for what never comes is no success", async () => {
  const file = place.write({
    "never.ts": `${START}console.log(await sc.range(5).count());\nawait new Promise(() => undefined);`,
  });
  expect(await place.submit([file])).toMatchObject({
    code: 13,
    stdout: "5\n",
    stderr: "firesteel: the program waits at its top level for a promise that nothing is left to settle\n",
  });
});

test("a report with profiles is written while nothing else keeps the process", async () => {
  const file = place.write({
    "report.ts": `${START}await sc.range(5).count();\nawait sc.performanceReport(process.argv[2]!);\nconsole.log("written");`,
  });
  const report = join(place.folder, "report.html");
  const { code, stdout, stderr } = await place.submit(["--conf", "firesteel.profiler.enabled=true", file, report]);
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: "written\n", stderr: "" });
  expect(readFileSync(report, "utf8")).toContain("firesteel-report");
});

test("a program without sc.stop() under plain node ends as well", async () => {
  const file = place.write({
    "plain.mjs": `${START}console.log(await sc.range(5).count());`.replace(
      '"firesteel"',
      JSON.stringify(join(root, "dist/index.mjs")),
    ),
  });
  expect(await place.run([], { command: [file], env: { FIRESTEEL_SUBMIT_ARGS: "--master local[2]" } })).toMatchObject({
    code: 0,
    stdout: "5\n",
    stderr: "",
  });
});

test.each(["local[2]", "local-cluster[2,1,512]"])("Ctrl-C under plain node leaves nothing behind on %s", async (master) => {
  const file = place.write({
    "interrupted.mjs": LOOP.replace('"firesteel"', JSON.stringify(join(root, "dist/index.mjs"))),
  });
  const running = place.start([], { command: [file], env: { FIRESTEEL_SUBMIT_ARGS: `--master ${master}` } });
  await running.printed("start");
  running.child.kill("SIGINT");
  expect(await running.ended).toMatchObject({ code: null, signal: "SIGINT", stdout: "start\n" });
  expect(await place.leftoversAtLast()).toEqual([]);
});

test.each([
  [
    "a TypeScript error",
    { "syntax.ts": `const x: number = 1;\nconst y = (;\n` },
    /^firesteel: .*syntax\.ts:2:12: Unexpected ";"\n$/,
  ],
  [
    "a TypeScript error in a module",
    { "main.ts": `import "./broken";`, "broken.ts": `export const = 3;` },
    /^firesteel: .*broken\.ts:1:14: Expected identifier but found "="\n$/,
  ],
  [
    "a module that is not there",
    { "importing.ts": `import { x } from "./nowhere"; console.log(x);` },
    /^firesteel: Cannot find module '.*nowhere' imported from .*importing\.ts\n$/,
  ],
  [
    "a package that is not there",
    { "package.ts": `import { x } from "no-such-package"; console.log(x);` },
    /^firesteel: Cannot find package 'no-such-package' imported from .*package\.ts\n$/,
  ],
])("%s is told in one line", async (_name, files, says) => {
  const { code, stdout, stderr } = await place.submit([place.write(files)]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(says);
});

test.each([
  ["broken.mjs", `import "firesteel";\nconst x = 1;\nconst y = (;\n`, 3],
  ["main.mjs", `import "./imported.js";`, 2],
])("a JavaScript module that cannot be parsed is shown with its file and line: %s", async (name, text, line) => {
  const files = { [name]: text, "imported.js": `export const a = 1;\nlet b = = 2;\n`, "package.json": `{"type":"module"}` };
  const { code, stdout, stderr } = await place.submit([place.write(files)]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(
    new RegExp(`^file://.*/(broken\\.mjs|imported\\.js):${line}\n.*\n *\\^\n\n.SyntaxError: Unexpected token`),
  );
  expect(stderr).not.toMatch(/^\s+at /m);
});

describe.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
] as const)("%s", (signal, code) => {
  test.each(["local[2]", "local-cluster[2,1,512]"])("cancels the jobs and ends everything on %s", async (master) => {
    const running = place.start(["submit", "--master", master, place.write({ "loop.ts": LOOP })]);
    await running.printed("start");
    running.child.kill(signal);
    const ended = await running.ended;
    expect({ ...ended, ms: 0 }).toEqual({
      code,
      signal: null,
      stdout: "start\n",
      stderr: `firesteel: cancelled 1 job (${signal})\n`,
      ms: 0,
    });
    expect(await place.leftoversAtLast()).toEqual([]);
  });
});

test("a second Ctrl-C ends it at once", async () => {
  const running = place.start(["submit", "--master", "local[2]", place.write({ "loop.ts": LOOP })]);
  await running.printed("start");
  running.child.kill("SIGINT");
  while (running.stderr === "") await new Promise((resolve) => setTimeout(resolve, 1));
  running.child.kill("SIGINT");
  expect(await running.ended).toMatchObject({ code: 130, stderr: "firesteel: cancelled 1 job (SIGINT)\n" });
});

test("a program's own handler of SIGINT decides", async () => {
  const file = place.write({
    "own.ts": `${START}process.on("SIGINT", async () => { console.log("mine"); await sc.stop(); process.exit(5); });\nsetInterval(() => undefined, 1000);\nconsole.log("start", await sc.range(5).count());`,
  });
  const running = place.start(["submit", "--master", "local[2]", file]);
  await running.printed("start 5");
  running.child.kill("SIGINT");
  expect(await running.ended).toMatchObject({ code: 5, stdout: "start 5\nmine\n", stderr: "" });
});

test("a driver that is killed leaves nothing either", async () => {
  const running = place.start(["submit", "--master", "local[2]", place.write({ "loop.ts": LOOP })]);
  await running.printed("start");
  running.child.kill("SIGKILL");
  expect((await running.ended).signal).toBe("SIGKILL");
});

test("what goes wrong while a program runs is told on standard error, with what to do: large functions, lost executors", async () => {
  const file = place.write({
    "warnings.mjs": `${START}const big = new Float64Array(2_000_000).fill(2);\nconsole.log(await sc.range(0, 2, 1, 2).map((i) => big[i]).sum());\nconst lost = sc.range(0, 2, 1, 2).map((i) => { if (i === 1) process.kill(process.pid, "SIGKILL"); return i; });\nawait lost.count().catch(() => undefined);\nconsole.log(await sc.range(0, 2).count());\nawait sc.stop();\n`,
  });
  const { code, stdout, stderr } = await place.submit([file]);
  expect({ code, stdout }).toEqual({ code: 0, stdout: "4\n2\n" });
  const lines = stderr.match(/\{"level":"warn".*\}/g)!.map((line) => (JSON.parse(line) as { msg: string }).msg);
  expect(lines).toEqual([
    expect.stringMatching(/^the functions of sum at .*warnings\.mjs:4:\d+ take 15\.\d MiB .*sc\.broadcast/),
    expect.stringMatching(/^executor 0 on localhost is lost: killed by SIGKILL/),
  ]);
});
