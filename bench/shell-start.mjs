/**
 * Time from the start of `firesteel shell` to its prompt, on a terminal that script(1) provides.
 *
 *   node bench/shell-start.mjs [--runs 10] [-- options of the shell]
 */
import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const cli = join(dirname(fileURLToPath(import.meta.url)), "../dist/cli.js");
const { values, positionals } = parseArgs({ options: { runs: { type: "string", default: "10" } }, allowPositionals: true });

function once() {
  const command = [process.execPath, cli, "shell", ...positionals].map((word) => `'${word}'`).join(" ");
  const begin = performance.now();
  const child = spawn("script", ["-qec", command, "/dev/null"], { stdio: ["pipe", "pipe", "inherit"] });
  return new Promise((resolve, reject) => {
    let text = "";
    let ms = 0;
    child.stdout.setEncoding("utf8").on("data", (more) => {
      text += more;
      if (ms > 0 || !text.includes("firesteel> ")) return;
      ms = performance.now() - begin;
      // Not before the prompt has taken the terminal over.
      setTimeout(() => child.stdin.write("\x04"), 200);
    });
    child.once("error", reject);
    child.once("close", () => (ms > 0 ? resolve(ms) : reject(new Error(`no prompt: ${text}`))));
  });
}

await once();
const times = [];
for (let i = 0; i < Number(values.runs); i++) times.push(await once());
times.sort((a, b) => a - b);
const at = (share) => `${Math.round(times[Math.floor(share * (times.length - 1))])} ms`;
console.log(`prompt after ${at(0.5)} (median of ${times.length}; ${at(0)} to ${at(1)})`);
