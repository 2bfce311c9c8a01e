/**
 * Models to PySpark and back: `node test/mllib/pyspark/run.mjs --python PYTHON`. PYTHON has pyspark 4.2 (which needs Java 17). An instance of
 * each class is saved here, loaded and used there, saved there, loaded and used here; what it gives must be the same everywhere, numbers to
 * 1e-9 of their size (1e-6 where Spark computes in single precision, 1e-7 of topics). `--only TEXT`: classes whose names contain it. Needs a built dist/.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: { python: { type: "string", default: "python3" }, only: { type: "string", default: "" } },
});
const here = (file) => fileURLToPath(new URL(file, import.meta.url));
const directory = mkdtempSync(join(tmpdir(), "firesteel-pyspark-"));

/** Spark computes in single precision, or with a digamma function of nine digits. */
const TOLERANCES = { ALS: 1e-6, LDA: 1e-7, LDA_em: 1e-7 };

function run(command, args, prefix) {
  const { stdout, stderr, status } = spawnSync(command, args, { encoding: "utf8", maxBuffer: 1 << 28 });
  const answers = new Map();
  for (const line of stdout.split("\n")) {
    const at = line.indexOf(prefix);
    if (at < 0) continue;
    const answer = JSON.parse(line.slice(at + prefix.length - 1));
    answers.set(answer.name, answer);
  }
  if (answers.size === 0) throw new Error(`${command} ${args.join(" ")} ended with ${status}:\n${stderr.slice(-3000)}`);
  return answers;
}

const firesteel = (mode) =>
  run(
    process.execPath,
    [here("../../../dist/cli.js"), "submit", "--master", "local[2]", here("models.ts"), mode, directory, values.only],
    "{",
  );
let passed = 0;
let failed = 0;
const unknown = [];
try {
  const saved = firesteel("save");
  const theirs = run(values.python, [here("check.py"), directory], "JSON {");
  const back = firesteel("load");
  for (const [name, ours] of saved) {
    if (theirs.get(name)?.unknown !== undefined) {
      unknown.push(name);
      continue;
    }
    const problem = ours.error ?? different("PySpark", ours, theirs.get(name)) ?? different("back here", ours, back.get(name));
    if (problem === null) passed++;
    else {
      failed++;
      console.log(`${name}: ${problem}`);
    }
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}
console.log(`Spark has no counterpart of, and so nothing was compared: ${unknown.join(", ")}`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

function different(where, ours, other) {
  if (other === undefined) return `${where}: nothing was said of it`;
  if (other.error !== undefined) return `${where}: ${other.error}`;
  if (JSON.stringify(other.added) !== JSON.stringify(ours.added)) return `${where}: columns ${other.added}, not ${ours.added}`;
  for (const [i, row] of ours.rows.entries())
    for (const [k, value] of row.entries())
      if (!same(value, other.rows[i]?.[k], TOLERANCES[ours.name] ?? 1e-9))
        return `${where}: row ${i}, ${k === 0 ? "row" : ours.added[k - 1]}: ${JSON.stringify(other.rows[i]?.[k])}, not ${JSON.stringify(value)}`;
  return null;
}

function same(a, b, tolerance) {
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, i) => same(item, b[i], tolerance));
  if (typeof a === "number" && typeof b === "number")
    return a === b || Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(a), Math.abs(b));
  return a === b || (a == null && b == null);
}
