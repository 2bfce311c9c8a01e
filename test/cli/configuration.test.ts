/** Where settings come from, and which of two places wins. */
import { join } from "node:path";
import { PRINT_CONF, root, Workplace } from "./support/command";

const place = new Workplace();
afterAll(() => place.remove());

const print = place.write({
  "print.ts": PRINT_CONF,
  "code.ts": `
    import { SparkConf, SparkContext } from "firesteel";
    const sc = new SparkContext(new SparkConf().setAppName("from code").set("spark.task.maxFailures", 6));
    console.log(sc.appName, sc.getConf().get("spark.task.maxFailures"));
    await sc.stop();`,
  "conf/spark-defaults.conf": `
    # the cluster's
    spark.app.name            from defaults
    spark.task.maxFailures    5
    spark.hadoop.only.defaults = yes
  `,
  "mine.properties": "spark.app.name: from properties\nspark.hadoop.only.properties yes\n",
});
const env = { FIRESTEEL_CONF_DIR: join(place.folder, "conf") };
const names = ["spark.app.name", "spark.hadoop.only.defaults", "spark.hadoop.only.properties"];
const printed = async (args: readonly string[], options = { env } as { env: Record<string, string> }): Promise<string[]> => {
  const { code, stdout, stderr } = await place.submit([...args, print, ...names], options);
  expect([code, stderr]).toEqual([0, ""]);
  return stdout
    .trim()
    .split("\n")
    .map((line) => line.split("=")[1]!);
};

test("code > option > --conf > properties file > defaults file > the program's name", async () => {
  const properties = ["--properties-file", join(place.folder, "mine.properties")];
  const conf = ["--conf", "spark.app.name=first", "--conf", "spark.app.name=from conf"];
  const option = ["--name", "from option"];
  expect(await printed([], { env: {} })).toEqual(["print", "undefined", "undefined"]);
  expect(await printed([])).toEqual(["from defaults", "yes", "undefined"]);
  expect(await printed(properties)).toEqual(["from properties", "undefined", "yes"]);
  expect(await printed([...properties, "--load-spark-defaults"])).toEqual(["from properties", "yes", "yes"]);
  expect(await printed([...properties, ...conf])).toEqual(["from conf", "undefined", "yes"]);
  expect(await printed([...option, ...properties, ...conf])).toEqual(["from option", "undefined", "yes"]);
  const { stdout } = await place.submit([...option, ...properties, ...conf, join(place.folder, "code.ts")], { env });
  expect(stdout).toBe("from code 6\n");
});

test("--verbose tells each setting with its origin, and no secret", async () => {
  const options = [
    "--verbose",
    "--name",
    "n",
    "--conf",
    "spark.hadoop.fs.s3a.secret.key=hunter2",
    "--conf",
    "spark.my.password=hunter2",
  ];
  const { code, stderr } = await place.submit([...options, print, "spark.app.name", "-v"], { env });
  expect(code).toBe(0);
  expect(stderr.split("\n")).toEqual([
    `Program: ${print}`,
    "Arguments: spark.app.name -v",
    "Settings:",
    "  spark.app.name=n  (--name)",
    "  spark.hadoop.fs.s3a.secret.key=*********(redacted)  (--conf)",
    `  spark.hadoop.only.defaults=yes  (defaults file ${join(place.folder, "conf", "spark-defaults.conf")})`,
    "  spark.master=local[2]  (--master)",
    "  spark.my.password=*********(redacted)  (--conf)",
    `  spark.task.maxFailures=5  (defaults file ${join(place.folder, "conf", "spark-defaults.conf")})`,
    "",
  ]);
});

test("keys that are nobody's: those that begin with firesteel. are warned of, those without spark. are left out", async () => {
  const { code, stdout, stderr } = await place.submit([
    "-c",
    "firesteel.bogus=1",
    "-c",
    "other.thing=2",
    print,
    "firesteel.bogus",
    "other.thing",
  ]);
  expect([code, stdout]).toEqual([0, "firesteel.bogus=1\nother.thing=undefined\n"]);
  const lines = stderr.trim().split("\n");
  expect(lines).toHaveLength(2);
  expect(lines[0]).toBe("firesteel: other.thing is left out: settings begin with spark. or firesteel. (--conf)");
  expect(JSON.parse(lines[1]!)).toMatchObject({
    level: "warn",
    msg: expect.stringContaining("firesteel.bogus is not a setting of this version"),
  });
});

test("executors started ahead are not those of a program that sets other things", async () => {
  const file = place.write({
    "other.ts": `
      import { SparkConf, SparkContext } from "firesteel";
      const sc = new SparkContext(new SparkConf().setMaster("local[3]").setExecutorEnv("GREETING", "hello").set("spark.executor.memory", "700m"));
      console.log(sc.master, sc.defaultParallelism, await sc.parallelize([1], 1).map(() => process.env["GREETING"]).collect());
      await sc.stop();`,
    "none.ts": `console.log("no context");`,
  });
  expect(await place.submit([file])).toMatchObject({ code: 0, stdout: "local[3] 3 [ 'hello' ]\n", stderr: "" });
  expect(await place.submit([join(place.folder, "none.ts")])).toMatchObject({ code: 0, stdout: "no context\n", stderr: "" });
  expect(await place.leftoversAtLast()).toEqual([]);
});

describe("FIRESTEEL_SUBMIT_ARGS, for programs that node or tsx runs", () => {
  const asProgram = (text: string): string => text.replace('"firesteel"', JSON.stringify(join(root, "dist/index.mjs")));
  const module = place.write({
    "plain.mjs": asProgram(PRINT_CONF),
    "typed.ts": `type Never = never;\n${asProgram(PRINT_CONF).replace(/^const sc/m, "async function main(): Promise<void> {\nconst sc")}}\nvoid main();`,
  });
  const args = `--master local[3] --name "a name" --conf 'spark.hadoop.x=y z' -c spark.hadoop.q=it\\'s`;
  const keys = ["spark.master", "spark.app.name", "spark.hadoop.x", "spark.hadoop.q"];
  const lines = ["spark.master=local[3]", "spark.app.name=a name", "spark.hadoop.x=y z", "spark.hadoop.q=it's", ""].join("\n");

  test("node", async () => {
    expect(await place.run(keys, { command: [module], env: { FIRESTEEL_SUBMIT_ARGS: args } })).toMatchObject({
      code: 0,
      stdout: lines,
      stderr: "",
    });
  });

  test("tsx", async () => {
    const tsx = join(root, "node_modules/tsx/dist/cli.mjs");
    const done = await place.run(keys, { command: [tsx, join(place.folder, "typed.ts")], env: { FIRESTEEL_SUBMIT_ARGS: args } });
    expect(done).toMatchObject({ code: 0, stdout: lines, stderr: "" });
  });

  test("the defaults file holds for them too, and bad options are named", async () => {
    expect(
      await place.run(["spark.app.name"], { command: [module], env: { ...env, FIRESTEEL_SUBMIT_ARGS: "--master local" } }),
    ).toMatchObject({ stdout: "spark.app.name=from defaults\n" });
    for (const [bad, says] of [
      ["--bogus", /FIRESTEEL_SUBMIT_ARGS: unknown option '--bogus'/],
      ["--master", /FIRESTEEL_SUBMIT_ARGS: option '--master <url>' argument missing/],
      ["--name 'open", /Unclosed '/],
      ["--jars x", /--jars belongs to the JVM/],
    ] as const) {
      const { code, stderr } = await place.run([], { command: [module], env: { FIRESTEEL_SUBMIT_ARGS: bad } });
      expect(code).toBe(1);
      expect(stderr).toMatch(says);
    }
  });
});
