/**
 * Writes docs/configuration.md from the entries in src/common/config-entries.ts. With `--check` it only compares, and ends
 * with 1 where the page is out of date.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { buildSync } from "esbuild";

const root = join(import.meta.dirname, "..");
const page = join(root, "docs/configuration.md");
const text = render(configEntries());

if (process.argv.includes("--check")) {
  if (readFileSync(page, "utf8") !== text) {
    console.error("docs/configuration.md is out of date: run node tools/config-docs.mjs");
    process.exitCode = 1;
  }
} else {
  writeFileSync(page, text);
}

function configEntries() {
  const { outputFiles } = buildSync({
    entryPoints: [join(root, "src/common/config-entries.ts")],
    bundle: true,
    format: "cjs",
    platform: "node",
    write: false,
  });
  const module = { exports: {} };
  new Function("module", "exports", "require", outputFiles[0].text)(module, module.exports, createRequire(import.meta.url));
  return module.exports.configEntries();
}

function render(entries) {
  const lines = [
    "<!-- Generated from src/common/config-entries.ts by tools/config-docs.mjs. -->",
    "",
    "# Configuration",
    "",
    "Settings have Spark's names, defaults and units; keys of firesteel's own begin with `firesteel.`. A setting is looked for",
    "in this order, and the first place that has it wins:",
    "",
    "1. the program: `new SparkConf().set(key, value)`;",
    "2. options of `firesteel submit`, such as `--master`;",
    "3. `--conf key=value`, the last one where a key comes twice;",
    "4. the file of `--properties-file`;",
    "5. `spark-defaults.conf` in `$FIRESTEEL_CONF_DIR` or `~/.firesteel`; with a properties file only if `--load-spark-defaults`",
    "   is given, too.",
    "",
    "Programs that `node` or `tsx` runs take the same options from the variable `FIRESTEEL_SUBMIT_ARGS`. `--verbose` prints each",
    "setting and where it came from. A value of the wrong form is an error, an unknown key that begins with `firesteel.` a warning;",
    "other keys of Spark are kept and can be read, and have no effect.",
    "",
    "Sizes are written as `512m` or `2g` (binary units), durations as `100ms`, `30s` or `2min`. An empty default means that the",
    "setting is not set.",
  ];
  for (const section of new Set(entries.map((entry) => entry.section))) {
    lines.push("", `## ${section}`, "", "| setting | default | meaning |", "|---|---|---|");
    for (const { key, defaultText, doc } of entries.filter((entry) => entry.section === section)) {
      lines.push(`| \`${key}\` | ${defaultText === "" ? "" : `\`${defaultText}\``} | ${doc.replaceAll("|", "\\|")} |`);
    }
  }
  lines.push(
    "",
    "Three families take any name: `spark.executorEnv.NAME` sets an environment variable of the executors,",
    "`spark.hadoop.fs.s3a.*` (`endpoint`, `access.key`, `secret.key`, `path.style.access`, …) configures `s3://` paths, and resources such as GPUs are",
    "`spark.worker.resource.NAME.amount` and `.discoveryScript` of workers, `spark.executor.resource.NAME.amount` and `spark.task.resource.NAME.amount` of",
    "applications ([cluster.md](cluster.md#gpus-and-other-resources)).",
  );
  return `${lines.join("\n")}\n`;
}
