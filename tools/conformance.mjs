/**
 * Holds the engine in dist/ against Spark's own answers: `npm run conformance -- DIR [--json FILE] [--baseline FILE] [--filter TEXT]`.
 * A query passes when schema and rows, or error class and SQLSTATE, are equal. `--json` writes each failure with both answers;
 * `--baseline` compares the figures of each file with a file of them, or writes it where there is none. Ends with 1 where a file
 * passes fewer cases than its baseline says.
 */
import { fork } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { readCases } from "./conformance/cases.mjs";
import { expectation } from "./conformance/compare.mjs";

const TIMEOUT = 20_000;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: "string" },
    baseline: { type: "string" },
    filter: { type: "string" },
    workers: { type: "string", default: String(Math.max(1, availableParallelism() - 1)) },
  },
});
const [folder] = positionals;
if (folder === undefined) {
  console.error("Usage: npm run conformance -- DIR [--json FILE] [--baseline FILE] [--filter TEXT] [--workers N]");
  process.exit(2);
}

const started = Date.now();
const files = readCases(folder, options.filter).map((file) => ({ ...file, results: new Array(file.cases.length) }));
const queue = [...files].sort((a, b) => b.cases.length - a.cases.length);
await Promise.all(Array.from({ length: Number(options.workers) }, work));
report();

async function work() {
  let child = null;
  for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
    const skip = [];
    for (;;) {
      child ??= fork(new URL("./conformance/worker.mjs", import.meta.url), {
        stdio: ["ignore", "ignore", "ignore", "ipc"],
        env: { ...process.env, TZ: "America/Los_Angeles" },
      });
      if (await runOn(child, file, skip)) break;
      child.kill("SIGKILL");
      child = null;
    }
  }
  child?.disconnect();
}

/** Whether the file came to its end; where not, the case that did not is in `skip` and the process must go. */
function runOn(child, file, skip) {
  return new Promise((resolve) => {
    let current = null;
    let timer;
    const finish = (ended) => {
      clearTimeout(timer);
      child.removeAllListeners();
      resolve(ended);
    };
    const stuck = (wrong) => {
      if (current === null) {
        for (const [i] of file.cases.entries()) file.results[i] ??= { wrong, given: { errorClass: wrong } };
        return finish(true);
      }
      file.results[current] = { wrong, given: { errorClass: wrong } };
      skip.push(current);
      finish(false);
    };
    const wait = () => {
      clearTimeout(timer);
      timer = setTimeout(() => stuck("timeout"), TIMEOUT);
    };
    child.on("message", (message) => {
      wait();
      if (message.begun !== undefined) current = message.begun;
      else if (message.index !== undefined) file.results[message.index] = message;
      else if (message.broken !== undefined) {
        for (const [i] of file.cases.entries()) file.results[i] ??= { wrong: "broken", given: { errorClass: message.broken } };
        finish(true);
      } else finish(true);
    });
    child.on("exit", () => stuck("crash"));
    const reported = file.results.findIndex((result) => result === undefined);
    wait();
    const { form, name, settings, cases } = file;
    child.send({ file: { form, name, settings, cases }, skip, reported: Math.max(0, reported) });
  });
}

function figures(file) {
  const notApplicable = {};
  let passed = 0;
  let failed = 0;
  for (const result of file.results) {
    if (result.notApplicable !== undefined) notApplicable[result.notApplicable] = (notApplicable[result.notApplicable] ?? 0) + 1;
    else if (result.wrong === null) passed++;
    else failed++;
  }
  return { passed, failed, notApplicable };
}

function report() {
  const baseline =
    options.baseline !== undefined && existsSync(options.baseline) ? JSON.parse(readFileSync(options.baseline, "utf8")) : {};
  const counts = {};
  const totals = {};
  let worse = 0;
  for (const file of files) {
    const key = `${file.form}/${file.name}`;
    const { passed, failed, notApplicable } = figures(file);
    const skipped = Object.values(notApplicable).reduce((sum, n) => sum + n, 0);
    counts[key] = { passed, failed, notApplicable: skipped };
    const total = (totals[file.form] ??= { passed: 0, failed: 0, notApplicable: 0 });
    total.passed += passed;
    total.failed += failed;
    total.notApplicable += skipped;
    const reasons = Object.entries(notApplicable).map(([why, n]) => `${why}: ${n}`);
    const before = baseline[key]?.passed;
    const isWorse = before !== undefined && passed < before;
    if (isWorse) worse++;
    console.log(
      `${key}: ${passed} passed, ${failed} failed, ${skipped} not applicable${reasons.length > 0 ? ` (${reasons.join("; ")})` : ""}` +
        (isWorse ? ` — ${before} passed before` : ""),
    );
  }
  for (const [form, { passed, failed, notApplicable }] of Object.entries(totals)) {
    const share = ((100 * passed) / Math.max(1, passed + failed)).toFixed(1);
    console.log(
      `total ${form}: ${passed} passed, ${failed} failed, ${notApplicable} not applicable (${share} % of what applies)`,
    );
  }
  console.log(`${((Date.now() - started) / 1000).toFixed(0)} s`);
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(failures(), null, 1)}\n`);
  if (options.baseline !== undefined && !existsSync(options.baseline))
    writeFileSync(options.baseline, `${JSON.stringify(counts, null, 2)}\n`);
  if (worse > 0) {
    console.log(`${worse} files pass fewer cases than before.`);
    process.exitCode = 1;
  }
}

function failures() {
  return files.flatMap((file) =>
    file.results.flatMap(({ wrong, given }, i) =>
      wrong === null || wrong === undefined
        ? []
        : [
            {
              file: `${file.form}/${file.name}`,
              index: i,
              query: file.cases[i].query,
              wrong,
              expected: expectation(file.cases[i]),
              given,
            },
          ],
    ),
  );
}
