/** The settings: what is documented is read, what is read is documented, and wrong values are named. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { checkSettings } from "../../src/common/check-settings";
import { SparkConf } from "../../src/common/conf";
import { configEntries, isSecretKey } from "../../src/common/config-entries";
import { UsageError } from "../../src/common/errors";
import { schedulerConfig } from "../../src/driver/scheduler/config";

const root = join(__dirname, "../..");
const keys = configEntries().map((entry) => entry.key);

/** Keys that the scheduler asks for when all its parts are switched on. */
function schedulerKeys(): Set<string> {
  const asked = new Set<string>();
  const on = /^spark\.(?:speculation|excludeOnFailure\.enabled|dynamicAllocation\.enabled)$/;
  schedulerConfig((key) => {
    asked.add(key);
    return on.test(key) ? "true" : key === "spark.speculation.task.duration.threshold" ? "1s" : undefined;
  });
  return asked;
}

test("docs/configuration.md is generated from the entries as they are", () => {
  expect(() => execFileSync(process.execPath, [join(root, "tools/config-docs.mjs"), "--check"], { stdio: "pipe" })).not.toThrow();
});

test("no key comes twice; every default has the form that is asked for", () => {
  expect(new Set(keys).size).toBe(keys.length);
  for (const { key, defaultText, parse, section } of configEntries()) {
    expect(() => parse(defaultText, key)).not.toThrow();
    expect(section).not.toBe("");
  }
});

test("every entry is read somewhere", () => {
  const files = readdirSync(join(root, "src"), { recursive: true, withFileTypes: true }).filter(
    (file) => file.isFile() && file.name.endsWith(".ts"),
  );
  const text = (path: string): string => readFileSync(path, "utf8");
  const sources = files
    .map((file) => join(file.parentPath, file.name))
    .filter((path) => !path.endsWith("config-entries.ts"))
    .map(text)
    .join("\n");
  const entries = ["config-entries.ts", "cluster-config-entries.ts"]
    .map((name) => text(join(root, "src/common", name)))
    .join("\n");
  const asked = schedulerKeys();
  const unread = keys.filter((key) => {
    const constant = new RegExp(`^export const (\\w+) = \\w+\\(\\s*"${key.replaceAll(".", "\\.")}"`, "m").exec(entries)?.[1];
    return (
      !asked.has(key) &&
      !(constant !== undefined && new RegExp(`\\b${constant}\\b`).test(sources)) &&
      !sources.includes(`"${key}"`)
    );
  });
  expect(unread).toEqual([]);
});

test("every key that the scheduler reads is an entry", () => {
  expect([...schedulerKeys()].filter((key) => !keys.includes(key))).toEqual([]);
});

test("values of the wrong form are named with their key; our own unknown keys are warned of", () => {
  const wrong: [string, string, RegExp][] = [
    ["spark.executor.memory", "1 gigabyte", /size such as 512m/],
    ["spark.speculation", "1", /true or false/],
    ["spark.speculation.quantile", "1.5", /number from 0 to 1/],
    ["spark.speculation.multiplier", "fast", /a number/],
    ["spark.task.cpus", "1.5", /integer of at least 1/],
    ["spark.default.parallelism", "-1", /integer of at least 1/],
    ["spark.network.timeout", "2 fortnights", /duration such as/],
    ["spark.scheduler.mode", "RANDOM", /one of FIFO, FAIR/],
    ["spark.log.level", "CHATTY", /one of ALL, TRACE/],
  ];
  for (const [key, value, says] of wrong) {
    expect(() => checkSettings([[key, value]])).toThrow(UsageError);
    expect(() => checkSettings([[key, value]])).toThrow(says);
    expect(() => checkSettings([[key, value]])).toThrow(`${key} must be`);
    expect(() => checkSettings([[key, value]])).toThrow(`"${value}"`);
  }
  expect(
    checkSettings([
      ["firesteel.nothing", "x"],
      ["spark.unknown", "x"],
      ["firesteel.async.maxInFlight", "3"],
    ]),
  ).toEqual([expect.stringContaining("firesteel.nothing is not a setting")]);
});

test("Spark's keys that are misspelt are warned of; a program's own, and Spark's own that are not read here, are not", () => {
  const warned = (...list: string[]): string[] => checkSettings(list.map((key): [string, string] => [key, "x"]));
  expect(warned("spark.executor.memry", "spark.exeutor.cors", "spark.ui.prt")).toEqual([
    "spark.executor.memry is no setting: is spark.executor.memory meant?",
    "spark.exeutor.cors is no setting: is spark.executor.cores meant?",
    "spark.ui.prt is no setting: is spark.ui.port meant?",
  ]);
  expect(warned("spark.my.port", "spark.kryoserializer.buffer", "spark.executorEnv.PATH", "spark.sql.shufle.partitions")).toEqual(
    [],
  );
});

test("protection that is not built is refused, not passed over", () => {
  const asked: [string, string][] = [
    ["spark.acls.enable", "true"],
    ["spark.ui.acls.enable", "true"],
    ["spark.history.ui.acls.enable", " TRUE "],
    ["spark.ui.filters", "org.example.Filter"],
    ["spark.network.crypto.enabled", "true"],
  ];
  for (const pair of asked) expect(() => checkSettings([pair])).toThrow(`${pair[0]}=${pair[1].trim()} is not supported. `);
  expect(checkSettings(asked.map(([key]) => [key, key === "spark.ui.filters" ? "" : "false"]))).toEqual([]);
  expect(
    checkSettings([
      ["spark.network.crypto.enabled", "true"],
      ["spark.ssl.privateKey", "key.pem"],
      ["spark.acls.enable", "true"],
      ["firesteel.ui.userHeader", "X-Forwarded-User"],
    ]),
  ).toEqual([]);
});

test("engines and resources that there are not are refused, not passed over", () => {
  const asked: [string, string][] = [
    ["spark.remote", "sc://host:15002"],
    ["spark.driver.resource.gpu.amount", " 2 "],
  ];
  for (const pair of asked) expect(() => checkSettings([pair])).toThrow(`${pair[0]}=${pair[1].trim()} is not supported. `);
  const none: [string, string][] = [
    ["spark.remote", ""],
    ["spark.driver.resource.gpu.amount", "0"],
    ["spark.driver.resource.gpu.discoveryScript", "/opt/gpus"],
  ];
  expect(checkSettings(none)).toEqual([]);
});

test("secrets are known by their names", () => {
  expect(
    [
      "spark.hadoop.fs.s3a.secret.key",
      "spark.hadoop.fs.s3a.access.key",
      "spark.ssl.keyPassword",
      "my.token",
      "AWS_CREDENTIALS",
    ].filter((key) => !isSecretKey(key)),
  ).toEqual([]);
  expect(["spark.app.name", "spark.executor.memory"].filter(isSecretKey)).toEqual([]);
});

describe("SparkConf", () => {
  test("keeps text; null removes; clones stand alone", () => {
    const conf = new SparkConf(false).setMaster("local").setAppName("a").set("spark.task.cpus", 2).set("spark.speculation", true);
    const copy = conf.clone().set("spark.task.cpus", null).setIfMissing("spark.app.name", "b").setIfMissing("spark.x", "y");
    expect(conf.getAll()).toEqual([
      ["spark.app.name", "a"],
      ["spark.master", "local"],
      ["spark.speculation", "true"],
      ["spark.task.cpus", "2"],
    ]);
    expect(copy.get("spark.task.cpus")).toBeUndefined();
    expect([
      copy.get("spark.task.cpus", "7"),
      copy.get("spark.app.name"),
      copy.contains("spark.x"),
      conf.contains("spark.x"),
    ]).toEqual(["7", "a", true, false]);
    expect(conf.toDebugString()).toBe("spark.app.name=a\nspark.master=local\nspark.speculation=true\nspark.task.cpus=2");
  });

  test("old names are understood, environment of executors is set by name or object", () => {
    const conf = new SparkConf(false)
      .set("spark.blacklist.enabled", "true")
      .setExecutorEnv("A", "1")
      .setExecutorEnv({ B: "2", C: "3" });
    expect(conf.get("spark.excludeOnFailure.enabled")).toBe("true");
    expect(conf.get("spark.blacklist.enabled")).toBe("true");
    expect(["A", "B", "C"].map((name) => conf.get(`spark.executorEnv.${name}`))).toEqual(["1", "2", "3"]);
  });

  test("refuses what is no key or value", () => {
    const conf = new SparkConf(false);
    expect(() => conf.set("", "x")).toThrow(UsageError);
    expect(() => conf.set("spark.x", {} as never)).toThrow(/must be a string, number or boolean, not object/);
    expect(() => conf.setExecutorEnv("A")).toThrow(/needs a value/);
  });
});

test("a configuration is printed without its values", () => {
  const conf = new SparkConf(false).set("spark.authenticate.secret", "hidden");
  expect(inspect(conf)).toBe("SparkConf (1 settings; toDebugString() lists them)");
});

test("setSystemProperty holds for configurations that are made later, under what they say themselves", () => {
  const earlier = new SparkConf();
  SparkConf.setSystemProperty("spark.executor.memory", "3g");
  expect(new SparkConf().get("spark.executor.memory")).toBe("3g");
  expect(new SparkConf().set("spark.executor.memory", "5g").get("spark.executor.memory")).toBe("5g");
  expect([earlier.get("spark.executor.memory"), new SparkConf(false).get("spark.executor.memory")]).toEqual([
    undefined,
    undefined,
  ]);
  expect(() => SparkConf.setSystemProperty("executor.memory", "3g")).toThrow(/a setting "spark\.…"/);
});
