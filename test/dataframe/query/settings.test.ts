/** Settings: the list of those without effect is true, and users are told. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { SQL_CONF_DEFAULTS } from "../../../src/dataframe/query/conf-defaults";
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
