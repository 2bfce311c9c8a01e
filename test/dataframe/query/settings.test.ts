/** Settings: the list of those without effect is true, and users are told. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { checkSettings } from "../../../src/common/check-settings";
import { SQL_CONF_DEFAULTS, withDefaults, withoutDefaults } from "../../../src/dataframe/conf-defaults";
import { noSetting, SessionConf } from "../../../src/dataframe/query/session-conf";
import { WITHOUT_EFFECT, withoutEffect } from "../../../src/dataframe/query/conf-without-effect";

const source = join(__dirname, "../../../src");

test("each known key is either read somewhere or listed as one without effect", () => {
  const read = readdirSync(source, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith(".ts") && !/conf-(defaults|without-effect)\.ts$/.test(name))
    .map((name) => readFileSync(join(source, name), "utf8"))
    .join("\n");
  const wrong = Object.keys(SQL_CONF_DEFAULTS).filter((key) => read.includes(`"${key}"`) === WITHOUT_EFFECT.has(key));
  expect(wrong).toEqual([]);
  expect([...WITHOUT_EFFECT].filter((key) => !(key in SQL_CONF_DEFAULTS))).toEqual([]);
});

test("says why, and nothing of values that are the default", () => {
  expect(withoutEffect("spark.sql.cbo.enabled", "true")).toMatch(/no effect here: plans are always chosen by cost/);
  expect(withoutEffect("spark.sql.cbo.enabled", "false")).toBeNull();
  expect(withoutEffect("spark.sql.ansi.enabled", "false")).toBeNull();
});

test.each([
  ["spark.sql.shuffle.partitions", "many", /TYPE_MISMATCH/],
  ["spark.sql.shuffle.partitions", "3.5", /TYPE_MISMATCH/],
  ["spark.sql.shuffle.partitions", "0", /INVALID_CONF_VALUE\.REQUIREMENT/],
  ["spark.sql.broadcastTimeout", "1e3", /TYPE_MISMATCH/],
  ["spark.sql.autoBroadcastJoinThreshold", "3.5", /TYPE_MISMATCH/],
  ["spark.sql.adaptive.skewJoin.skewedPartitionFactor", "x", /TYPE_MISMATCH/],
  ["spark.sql.sources.partitionOverwriteMode", "dynamically", /OUT_OF_RANGE_OF_OPTIONS.* one of STATIC, DYNAMIC/],
  ["spark.sql.mapKeyDedupPolicy", "LAST", /OUT_OF_RANGE_OF_OPTIONS/],
  ["spark.sql.parquet.compression.codec", "zip", /OUT_OF_RANGE_OF_OPTIONS/],
])("%s cannot be %s", (key, value, error) => {
  expect(() => new SessionConf(() => ({})).set(key, value)).toThrow(error);
  // Nor can an application be started with it.
  expect(() => SessionConf.ofApplication(() => ({ [key]: value }))).toThrow(error);
});

test.each([
  ["firesteel.sql.longAs", "text", /must be one of NUMBER, BIGINT, not "text"/],
  ["firesteel.sql.rangedScans.enabled", "perhaps", /must be true or false/],
])("our own %s cannot be %s", (key, value, error) => {
  expect(() => new SessionConf(() => ({})).set(key, value)).toThrow(error);
  expect(() => checkSettings([[key, value]])).toThrow(error);
});

test("our own settings are known, to the session and to the application", () => {
  expect(checkSettings([["firesteel.sql.longAs", "bigint"]])).toEqual([]);
  expect(noSetting("firesteel.sql.longAs")).toBeNull();
  expect(noSetting("firesteel.sql.longsAs")).toMatch(/^firesteel\.sql\.longsAs is not a setting of this version/);
});

test("keys that are misspelt are told; a program's own are not", () => {
  expect(noSetting("spark.sql.shufle.partitions")).toBe(
    "spark.sql.shufle.partitions is no setting: is spark.sql.shuffle.partitions meant?",
  );
  for (const own of ["spark.sql.shuffle.partitions", "spark.sql.ui.retainedExecutions", "spark.sql.catalog.mine", "spark.my.key"])
    expect(noSetting(own)).toBeNull();
});

test.each([
  ["spark.sql.shuffle.partitions", " 10 "],
  ["spark.sql.broadcastTimeout", "-1"],
  ["spark.sql.broadcastTimeout", "5min"],
  ["spark.sql.autoBroadcastJoinThreshold", "-1"],
  ["spark.sql.autoBroadcastJoinThreshold", "1k"],
  ["spark.sql.adaptive.skewJoin.skewedPartitionFactor", "2.5"],
])("%s can be %s", (key, value) => {
  const conf = new SessionConf(() => ({}));
  conf.set(key, value);
  expect(conf.get(key)).toBe(value.trim());
});

test("what queries see of the settings is made once, until one of them changes", () => {
  const session = new SessionConf(() => ({ "spark.sql.session.timeZone": "UTC", "spark.app.name": "x" }));
  const names = { currentUser: "u", currentCatalog: "c", currentDatabase: "d" };
  const conf = (): Readonly<Record<string, string>> => session.settings(names).conf;
  const first = conf();
  expect(conf()).toBe(first);
  session.set("spark.sql.shuffle.partitions", 3);
  expect(conf()).toEqual({ ...first, "spark.sql.shuffle.partitions": "3" });
  session.unset("spark.sql.shuffle.partitions");
  expect(conf()).toEqual(first);
  session.set("spark.sql.shuffle.partitions", 4);
  session.reset();
  expect(conf()).toEqual(first);
  expect(first["spark.app.name"]).toBeUndefined();
});

test("of the settings that travel with a stage those are left out that are Spark's defaults", () => {
  const conf = { ...SQL_CONF_DEFAULTS, "spark.sql.shuffle.partitions": "3", "firesteel.sql.x": "1" };
  expect(withoutDefaults(conf)).toEqual({ "spark.sql.shuffle.partitions": "3", "firesteel.sql.x": "1" });
  expect(withDefaults(withoutDefaults(conf))).toEqual(conf);
});
