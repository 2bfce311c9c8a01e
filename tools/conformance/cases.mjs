/** The cases of a folder: sql-tests with their expected answers, and the examples of functions. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join, relative } from "node:path";

/**
 * A file of cases.
 * @typedef {{ query: string, schema: string, output: string }} Case
 * @typedef {{ form: "sql-tests" | "functions", name: string, settings: [string, string][], cases: Case[] }} CaseFile
 */

/** @returns {CaseFile[]} */
export function readCases(folder, filter) {
  const wanted = (file) => filter === undefined || `${file.form}/${file.name}`.includes(filter);
  return [...sqlFiles(join(folder, "sql-tests")), ...functionFiles(join(folder, "functions"))].filter(wanted);
}

function sqlFiles(folder) {
  const results = join(folder, "results");
  if (!existsSync(results)) return [];
  return readdirSync(results, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith(".sql.out"))
    .sort()
    .map((path) => {
      const name = path.slice(0, -".out".length);
      const input = join(folder, "inputs", name);
      return {
        form: "sql-tests",
        name,
        settings: [...settingsOf(name), ...(existsSync(input) ? settingsIn(readFileSync(input, "utf8")) : [])],
        cases: casesIn(readFileSync(join(results, path), "utf8")),
      };
    });
}

function settingsOf(name) {
  const settings = [
    ["spark.sql.session.timeZone", "America/Los_Angeles"],
    ["spark.sql.ansi.enabled", String(!/(^|\/)nonansi\//.test(name))],
  ];
  if (/(^|\/)postgreSQL\//.test(name)) settings.push(["spark.sql.legacy.interval.enabled", "true"]);
  return settings;
}

/** `--SET`, and the first configuration of each dimension; settings of imported files do not come with them. */
function settingsIn(text) {
  const settings = [];
  const dimensions = new Set();
  for (const line of text.split("\n")) {
    const [, kind, list] = /^--(SET|CONFIG_DIM\d+) (.*)$/.exec(line) ?? [];
    if (kind === undefined || dimensions.has(kind)) continue;
    if (kind !== "SET") dimensions.add(kind);
    for (const entry of list.split(",")) {
      const at = entry.indexOf("=");
      settings.push([entry.slice(0, at).trim(), entry.slice(at + 1).trim()]);
    }
  }
  return settings;
}

function casesIn(text) {
  const parts = text.split(/^-- !query.*\n/m).slice(1);
  const cases = [];
  for (let i = 0; i + 2 < parts.length; i += 3) {
    cases.push({ query: parts[i].trim(), schema: parts[i + 1].trim(), output: parts[i + 2].replace(/\s+$/, "") });
  }
  return cases;
}

function functionFiles(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => ({
      form: "functions",
      name: basename(relative(folder, join(folder, name))),
      settings: settingsOf(name),
      cases: JSON.parse(readFileSync(join(folder, name), "utf8")).map(({ query, result, schema }) => ({
        query: query.trim().replace(/;$/, ""),
        schema: canonicalJson(schema),
        output: result.join("\n"),
      })),
    }));
}

/** JSON text with keys in order and decimals in one form: equal schemas have equal texts. */
export function canonicalJson(value) {
  return JSON.stringify(value, (_, part) =>
    typeof part === "string"
      ? part.replace(/^decimal\((\d+), (\d+)\)$/, "decimal($1,$2)")
      : part !== null && typeof part === "object" && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
        : part,
  );
}
