/**
 * Random calls of every function that Spark has, answered by firesteel and by Spark:
 * `node test/fuzz/functions/run.mjs [--count 20] [--seed 1] [--function NAME,…] [--shard 0/3] [--python PYTHON]`. PYTHON has PySpark 4.2 (default: python3).
 * Compares types, values as spark-sql prints them and error classes, in ANSI mode and out of it, folded and in generated code. Functions that
 * firesteel does not have are counted and left out. Needs a built dist/.
 */
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { SparkSession } from "../../../dist/index.mjs";
import { randomOf } from "../sql/generator.mjs";
import { CallGenerator } from "./generator.mjs";

// The engine that the session is of, beside its public surface.
const { queryText } = createRequire(import.meta.url)("../../../dist/engine.js").programs();

const { values: options } = parseArgs({
  options: {
    count: { type: "string", default: "20" },
    seed: { type: "string", default: "1" },
    function: { type: "string" },
    python: { type: "string", default: "python3" },
    shard: { type: "string", default: "0/1" },
    sql: { type: "string" },
    show: { type: "string", default: "3" },
  },
});

/** Their values are of the moment, of the process, or random. */
const OTHERS = new Set("rand randn random randstr uuid shuffle now current_timestamp current_date curdate current_time localtimestamp unix_timestamp current_user user session_user current_database current_schema current_catalog version input_file_name input_file_block_start input_file_block_length monotonically_increasing_id spark_partition_id reflect java_method try_reflect uniform current_path to_unix_timestamp aes_encrypt".split(" ")); // prettier-ignore

const python = spawn(options.python, [fileURLToPath(new URL("spark-answers.py", import.meta.url))], {
  stdio: ["pipe", "pipe", "ignore"],
});
const lines = createInterface({ input: python.stdout })[Symbol.asyncIterator]();
async function ask(request) {
  python.stdin.write(`${JSON.stringify(request)}\n`);
  const { value, done } = await lines.next();
  if (done) throw new Error("Spark ended.");
  return JSON.parse(value);
}

const spark = SparkSession.builder
  .config("firesteel.local.inProcess", true)
  .config("spark.ui.enabled", false)
  .config("spark.ui.showConsoleProgress", false)
  .config("spark.log.level", "OFF")
  .config("spark.sql.session.timeZone", "America/Los_Angeles")
  .config("spark.sql.timeType.enabled", true)
  .getOrCreate();
const UNFOLDED = { "spark.sql.optimizer.excludedRules": "ConstantFolding" };

const wanted = options.function?.split(",");
const all = options.sql !== undefined ? [{ name: "", examples: [options.sql] }] : await ask({ functions: true });
const functions = all.filter(({ name, examples }) => examples.length > 0 && !OTHERS.has(name) && (wanted === undefined || wanted.includes(name))); // prettier-ignore
const missing = [];
const totals = { equal: 0, different: 0 };
const [shard, shards] = options.shard.split("/").map(Number);
for (const [index, one] of functions.entries()) {
  if (index % shards !== shard) continue;
  const random = randomOf(Number(options.seed) * 100_003 + index);
  const generator = new CallGenerator(random);
  const calls = options.sql !== undefined ? [options.sql] : [...new Set([...one.examples, ...Array.from({ length: Number(options.count) }, () => generator.call(one))])]; // prettier-ignore
  let shown = 0;
  for (const ansi of ["true", "false"]) {
    const conf = { "spark.sql.ansi.enabled": ansi };
    await ask({ conf });
    const theirs = await ask({ expressions: calls });
    for (const [i, call] of calls.entries()) {
      for (const how of [{}, UNFOLDED]) {
        const ours = await answer(call, { ...conf, ...how });
        if (i === 0 && ours[0] === "UNRESOLVED_ROUTINE" && theirs[i][0] !== ours[0]) {
          if (!missing.includes(one.name)) missing.push(one.name);
          break;
        }
        if (same(ours, theirs[i])) {
          totals.equal++;
          continue;
        }
        totals.different++;
        if (++shown <= Number(options.show))
          console.log(`${one.name}${ansi === "true" ? "" : " (legacy)"}${how === UNFOLDED ? " (generated)" : ""}: ${call}\n  Spark: ${JSON.stringify(theirs[i])}\n  ours:  ${JSON.stringify(ours)}`); // prettier-ignore
        break;
      }
      if (missing.includes(one.name)) break;
    }
  }
  if (shown > Number(options.show)) console.log(`  … ${shown - Number(options.show)} more of ${one.name}`);
}
await spark.stop();
python.stdin.end();
if (missing.length > 0) console.log(`not here: ${missing.join(" ")}`);
console.log(`${totals.equal} equal, ${totals.different} different`);
process.exitCode = totals.different === 0 ? 0 : 1;

async function answer(call, conf) {
  for (const [key, value] of Object.entries(conf)) spark.conf.set(key, value);
  try {
    const frame = spark.sql(`SELECT ${call}`);
    const { rows } = await queryText(frame);
    const types = (await frame.dtypes()).map(([, type]) => type);
    return [types.join(", "), [...rows].sort().join("\n")];
  } catch (error) {
    return [error?.errorClass ?? String(error?.stack ?? error).slice(0, 600)];
  } finally {
    for (const key of Object.keys(conf)) spark.conf.unset(key);
  }
}

function same(ours, theirs) {
  if (ours.length !== theirs.length) return false;
  // What the Java library says has no class.
  if (ours.length === 1) return ours[0] === theirs[0] || (/ /.test(theirs[0]) && !/Error|defect/.test(ours[0]));
  return ours[0] === theirs[0] && (ours[1] === theirs[1] || near(ours[1], theirs[1]));
}

/** The last digits of transcendental functions are the library's. */
function near(a, b) {
  const NUMBER = /-?\d+\.\d+(?:E-?\d+)?/g;
  if (a.replace(NUMBER, "#") !== b.replace(NUMBER, "#")) return false;
  const [x, y] = [a.match(NUMBER) ?? [], b.match(NUMBER) ?? []];
  return x.every((text, i) => Math.abs(Number(text) - Number(y[i])) <= 1e-13 * Math.abs(Number(y[i])));
}
