/** Every option of spark-submit: taken with its meaning, or refused with a line that says why. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { SUBMIT_OPTIONS } from "../../src/common/submit-options";
import { PRINT_CONF, root, Workplace } from "./support/command";

const place = new Workplace();
const program = place.write({ "app.ts": PRINT_CONF });
afterAll(() => place.remove());

const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
const long = (flags: string): string => /--[a-z-]+/.exec(flags)![0];

const REST = ["--conf", "-c, ", "--properties-file", "--load-spark-defaults", "--verbose", "-v, ", "--version", "--help", "-h, "];

test.each(["submit", "run-example"])("%s --help lists them all and exits with 0", async (command) => {
  const { code, stdout, stderr } = await place.run([command, "--help"]);
  expect([code, stderr]).toEqual([0, ""]);
  for (const text of [
    ...SUBMIT_OPTIONS.map(({ flags }) => long(flags)),
    ...REST.filter((flag) => command === "submit" || flag !== "--version"),
  ])
    expect(stdout).toContain(text);
});

test.each(["sql", "shell"])("%s --help lists what a prompt can use, and refuses the rest in words", async (command) => {
  const { code, stdout } = await place.run([command, "--help"]);
  expect(code).toBe(0);
  const listed = SUBMIT_OPTIONS.filter(({ flags }) => stdout.includes(`${long(flags)} `)).map(({ flags }) => long(flags));
  const able = SUBMIT_OPTIONS.filter(({ refused, ofPrograms }) => refused === undefined && ofPrograms !== true);
  expect(listed).toEqual(able.map(({ flags }) => long(flags)));
  const { code: refused, stderr } = await place.run([command, "--kill", "driver-1"]);
  expect([refused, stderr]).toEqual([
    1,
    expect.stringContaining(`--kill is of programs: the driver of firesteel ${command} runs here.`),
  ]);
});

test("the options are spark-submit's, and those of a cluster's security", () => {
  expect(SUBMIT_OPTIONS.map(({ flags }) => long(flags)).sort()).toEqual(
    [
      "--secret-file",
      "--tls-ca",
      "--tls-cert",
      "--tls-key",
      "--archives",
      "--class",
      "--deploy-mode",
      "--driver-class-path",
      "--driver-cores",
      "--driver-java-options",
      "--driver-library-path",
      "--driver-memory",
      "--exclude-packages",
      "--executor-cores",
      "--executor-memory",
      "--files",
      "--jars",
      "--keytab",
      "--kill",
      "--master",
      "--name",
      "--num-executors",
      "--packages",
      "--principal",
      "--proxy-user",
      "--py-files",
      "--queue",
      "--remote",
      "--repositories",
      "--status",
      "--supervise",
      "--total-executor-cores",
    ].sort(),
  );
});

test("--version, and the commands", async () => {
  for (const args of [["--version"], ["submit", "--version"]])
    expect(await place.run(args)).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: "" });
  const help = await place.run(["--help"]);
  expect(help.code).toBe(0);
  for (const command of ["submit", "run-example", "executor"]) expect(help.stdout).toContain(command);
  const executor = await place.run(["executor", "--help"]);
  expect(executor.code).toBe(0);
  expect(executor.stdout).toContain("Usage: firesteel executor --driver-url <host:port> --executor-id <id> --app-id <id>");
});

test("options that belong elsewhere are refused, with the reason, with and without a program", async () => {
  for (const { flags, refused } of SUBMIT_OPTIONS.filter((option) => option.refused !== undefined)) {
    const args = flags.includes("<") ? [long(flags), "x"] : [long(flags)];
    for (const rest of [[program], []]) {
      const { code, stdout, stderr } = await place.run(["submit", ...args, ...rest]);
      expect({ code, stdout, stderr }).toEqual({ code: 1, stdout: "", stderr: `firesteel: ${long(flags)} ${refused}\n` });
    }
  }
});

test("the others arrive as settings; what follows the program is the program's", async () => {
  place.write({ "data.txt": "x" });
  const expected: Record<string, [option: string, value: string]> = {
    "spark.master": ["--master", "local-cluster[1,1,512]"],
    "spark.submit.deployMode": ["--deploy-mode", "client"],
    "spark.app.name": ["--name", "my app"],
    "spark.files": ["--files", join(place.folder, "data.txt")],
    "spark.driver.cores": ["--driver-cores", "1"],
    "spark.executor.memory": ["--executor-memory", "600m"],
    "spark.executor.cores": ["--executor-cores", "1"],
    "spark.executor.instances": ["--num-executors", "1"],
    "spark.cores.max": ["--total-executor-cores", "1"],
    "spark.eventLog.enabled": ["--conf", "spark.eventLog.enabled=false"],
    "spark.task.cpus": ["-c", "spark.task.cpus=1"],
    "spark.hadoop.x": ["--conf=spark.hadoop.x=a=b c", ""],
  };
  const options = Object.values(expected).flatMap(([option, value]) => (value === "" ? [option] : [option, value]));
  const { code, stdout, stderr } = await place.run([
    "submit",
    ...options,
    program,
    ...Object.keys(expected),
    "--name",
    "--help",
    "-v",
  ]);
  const value = (key: string): string => expected[key]![1].replace(/^spark[\w.]+=/, "") || "a=b c";
  expect({ code, stderr, lines: stdout.trim().split("\n") }).toEqual({
    code: 0,
    stderr: "",
    lines: [
      ...Object.keys(expected).map((key) => `${key}=${value(key)}`),
      "--name=undefined",
      "--help=undefined",
      "-v=undefined",
    ],
  });
});

test("--driver-memory bounds the driver's heap; --driver-java-options are Node's", async () => {
  const file = place.write({
    "heap.ts": `console.log(Math.round((await import("node:v8")).getHeapStatistics().heap_size_limit / 2 ** 20), typeof (globalThis as any).gc, process.argv.slice(2)); process.exit(7);`,
  });
  const { code, stdout } = await place.submit([
    "--driver-memory",
    "300m",
    "--driver-java-options",
    "--expose-gc --trace-uncaught",
    file,
    "a b",
  ]);
  expect(code).toBe(7);
  const [limit, ...rest] = stdout.trim().split(" ");
  expect(Number(limit)).toBeGreaterThan(299);
  expect(Number(limit)).toBeLessThan(550); // with the young generation: 48 MiB, 192 from Node 24 on
  expect(rest.join(" ")).toBe("function [ 'a b' ]");
});

test("--class calls an exported function with the arguments and waits for it", async () => {
  const file = place.write({
    "main.ts": `export async function Main(args: string[]) { await null; console.log("called", args); }\nexport const value = 1;`,
  });
  expect(await place.submit(["--class", "Main", file, "x", "--y"])).toMatchObject({
    code: 0,
    stdout: "called [ 'x', '--y' ]\n",
    stderr: "",
  });
  expect(await place.submit(["--class", "value", file])).toMatchObject({
    code: 1,
    stderr: "firesteel: --class value: main.ts exports no function of this name\n",
  });
});

describe("what is wrong is said in one line", () => {
  const cases: [what: string, args: string[], says: RegExp][] = [
    ["an unknown option", ["submit", "--mster", "local", "app.ts"], /unknown option '--mster' \(Did you mean --master\?\)/],
    ["an option without its value", ["submit", "--master"], /option '--master <url>' argument missing/],
    ["an unknown command", ["sumbit", "app.ts"], /unknown command 'sumbit' \(Did you mean submit\?\)/],
    ["no program", ["submit", "--master", "local"], /which program\?/],
    ["a driver of no cluster", ["submit", "--kill", "driver-1"], /say which by --master firesteel:\/\/host:port/],
    ["a program that is not there", ["submit", "nowhere.ts"], /no such program: nowhere\.ts/],
    ["a program that is a directory", ["submit", "folder"], /folder is a directory, not a program/],
    ["a first file that is a directory", ["shell", "-i", "folder"], /folder is a directory, not a file \(-i\)/],
    ["statements that are not there", ["sql", "-f", "none.sql"], /no such file: none\.sql \(-f\)/],
    ["statements in a directory", ["sql", "-f", "folder"], /folder is a directory, not a file \(-f\)/],
    ["a number of rows that is none", ["sql", "--rows", "many"], /--rows must be a number, not "many"/],
    ["a program that is none", ["submit", "README.md"], /README\.md is not a program: one of \.ts/],
    ["an unknown master", ["submit", "--master", "yarn", "app.ts"], /master "yarn" is none of local, local\[N\]/],
    ["a master without cores", ["submit", "--master", "local[0]", "app.ts"], /needs at least one core/],
    ["a pair that is none", ["submit", "--conf", "spark.x", "app.ts"], /--conf takes key=value, not "spark\.x"/],
    [
      "a size that is none",
      ["submit", "--executor-memory", "big", "app.ts"],
      /spark\.executor\.memory must be a size such as 512m or 2g, not "big"/,
    ],
    [
      "a flag that is none",
      ["submit", "-c", "spark.speculation=yes", "app.ts"],
      /spark\.speculation must be true or false, not "yes"/,
    ],
    [
      "a number that is none",
      ["submit", "-c", "spark.task.maxFailures=0", "app.ts"],
      /spark\.task\.maxFailures must be an integer of at least 1, not "0"/,
    ],
    [
      "a number of executors that is none",
      ["submit", "--num-executors", "-3", "app.ts"],
      /spark\.executor\.instances must be an integer of at least 0, not "-3"/,
    ],
    [
      "a duration that is none",
      ["submit", "-c", "spark.network.timeout=soon", "app.ts"],
      /spark\.network\.timeout must be a duration/,
    ],
    [
      "a properties file that is not there",
      ["submit", "--properties-file", "none.conf", "app.ts"],
      /Cannot read the properties file .*none\.conf/,
    ],
    ["a file that is not there", ["submit", "--files", "none.txt", "app.ts"], /no such file: none\.txt \(--files\)/],
    [
      "a deploy mode that needs a cluster",
      ["submit", "--deploy-mode", "cluster", "app.ts"],
      /--deploy-mode cluster needs a standalone cluster/,
    ],
    ["an unknown example", ["run-example", "nothing"], /no example "nothing". There are: .*wordcount/],
  ];
  beforeAll(() => place.write({ "README.md": "", "folder/app.ts": "" }));

  test.each(cases)("%s", async (_what, args, says) => {
    const { code, stdout, stderr } = await place.run(args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^firesteel: [^\n]*\n$/);
    expect(stderr).toMatch(says);
  });
});

test("firesteel executor: bad arguments", async () => {
  for (const [args, says] of [
    [[], /--driver-url/],
    [["--driver-url", "nonsense"], /./],
    [["--bogus"], /--bogus/],
  ] as const) {
    const { code, stdout, stderr } = await place.run(["executor", ...args]);
    expect({ code: code === 0, stdout }).toEqual({ code: false, stdout: "" });
    expect(stderr).toMatch(/^firesteel executor: [^\n]*\n$/);
    expect(stderr).toMatch(says);
  }
});

test.each([
  [["--lifetime-restart"], "--lifetime-stagger and --lifetime-restart need --lifetime."],
  [["--lifetime", "soon"], '--lifetime must be a duration such as 100ms, 30s or 2min, not "soon".'],
  [["--lifetime", "1h", "--lifetime-stagger", "60min"], "--lifetime-stagger must be at least 0 and shorter than --lifetime."],
])("worker %p is refused in words", async (options, words) => {
  const { code, stderr } = await place.run(["worker", "firesteel://127.0.0.1:1", "-d", join(place.folder, "work"), ...options]);
  expect([code, stderr]).toEqual([1, expect.stringContaining(words)]);
});
