/**
 * The unit tests and the package's programs on another version of Node, which npm brings: `node tools/test-on-node.mjs 24 [FOLDER...]`.
 * With folders of test/, the tests in these only.
 * Prints "N passed, N failed" at the end. Where that Node cannot be had it says so on a line of its own, and passes:
 * what was not run is not a failure of ours.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const [version, ...folders] = process.argv.slice(2);
if (!/^\d+(\.\d+){0,2}$/.test(version ?? "")) {
  console.error("usage: node tools/test-on-node.mjs VERSION [FOLDER...], as in 24 or 24.1.0 closure dataframe/types");
  process.exit(2);
}

/** The path of the Node that was asked for, installed under `folder`; null when npm has none for this machine. */
function install(folder) {
  const name = `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
  writeFileSync(join(folder, "package.json"), `{ "name": "node-to-test", "private": true }\n`);
  const args = ["install", `${name}@${version}`, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  const npm = spawnSync("npm", args, { cwd: folder, stdio: "inherit" });
  const binary = join(folder, "node_modules", name, "bin", "node");
  return npm.status === 0 && existsSync(binary) ? binary : null;
}

/** Runs a script on that Node, showing what it prints; the counts of its last summary line. */
function run(node, script, args) {
  const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH}` };
  const child = spawnSync(node, [script, ...args], { cwd: root, env, encoding: "utf8", maxBuffer: 2 ** 28 });
  process.stdout.write(`${child.stdout}${child.stderr}`);
  const lines = `${child.stdout}\n${child.stderr}`
    .split("\n")
    .filter((line) => /^(Tests: .*total|\d+ passed, \d+ failed)/.test(line));
  const count = (word) => Number(new RegExp(`(\\d+) ${word}`).exec(lines.at(-1) ?? "")?.[1] ?? 0);
  return { passed: count("passed"), failed: Math.max(count("failed"), child.status === 0 ? 0 : 1) };
}

const folder = mkdtempSync(join(tmpdir(), "node-to-test-"));
try {
  const node = install(folder);
  if (node === null) {
    console.log(
      `NOT RUN: npm has no Node ${version} for ${process.platform} ${process.arch} here; the tests on it were not run.`,
    );
    console.log("0 passed, 0 failed");
  } else {
    const suites = [
      run(node, join(root, "node_modules/jest/bin/jest.js"), ["--ci", ...folders.map((name) => `test/${name}/`)]),
      run(node, join(root, "tools/check-package.mjs"), ["--node", node, "--ways", "submit,bundled,jest"]),
    ];
    const sum = (key) => suites.reduce((total, suite) => total + suite[key], 0);
    console.log(`${sum("passed")} passed, ${sum("failed")} failed`);
    process.exitCode = sum("failed") === 0 ? 0 : 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
