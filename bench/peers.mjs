/** Peers from PyPI, each set in a virtual environment of its own under bench/.venv, made at the first use. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = process.env.FIRESTEEL_BENCH_VENV ?? join(dirname(fileURLToPath(import.meta.url)), ".venv");
const ready = new Set();

/** The folder of environment `name`, with `packages` in it. */
export function venv(name, packages) {
  const folder = join(root, name);
  if (ready.has(name)) return folder;
  if (!existsSync(join(folder, "bin/python"))) execFileSync("python3", ["-m", "venv", folder], { stdio: "inherit" });
  execFileSync(join(folder, "bin/pip"), ["install", "-q", "--disable-pip-version-check", ...packages], { stdio: "inherit" });
  ready.add(name);
  return folder;
}

/** Where an installed PySpark keeps Spark itself; Java 17 must be there. */
export function sparkHome(packages) {
  const python = join(venv("spark", packages), "bin/python");
  return execFileSync(python, ["-c", "import pyspark, os; print(os.path.dirname(pyspark.__file__))"], {
    encoding: "utf8",
  }).trim();
}
