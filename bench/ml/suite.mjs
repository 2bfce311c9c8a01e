/**
 * Learning on the airline table (airline.mjs): fits in memory, on the same rows and cores. Forests, boosting and linear models beside
 * scikit-learn, LightGBM, XGBoost, scikit-learn-intelex and Spark ML. Columns are milliseconds and the AUC over rows that were not learned from.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { sparkHome, venv } from "../peers.mjs";
import { ROWS } from "./airline.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const PYTHON = ["scikit-learn==1.9.1", "lightgbm", "xgboost", "pandas"];
const PACKAGES = {
  sklearn: PYTHON,
  lightgbm: PYTHON,
  xgboost: PYTHON,
  sklearnex: [...PYTHON, "scikit-learn-intelex"],
  dask: [...PYTHON, "dask", "distributed"],
  spark: ["pyspark[ml]==4.2.1", "pandas"],
};

export const ml = {
  engines: ["firesteel", "sklearn", "lightgbm", "xgboost", "sklearnex", "dask", "spark"],
  columns: ["best_ms", "auc"],

  environment() {
    const rows = Number(process.env.ROWS ?? ROWS);
    return { TRAIN: table("train", rows, 2008), TEST: table("test", 200_000, 1987) };
  },

  command(engine, { threads }) {
    if (engine === "firesteel") return { args: [process.execPath, join(here, "firesteel.mjs")] };
    const packages = PACKAGES[engine];
    if (packages === undefined) return undefined;
    const folder = ["spark", "sklearnex", "dask"].includes(engine) ? `ml-${engine}` : "ml";
    const env = { OMP_NUM_THREADS: threads };
    if (engine === "spark") env.SPARK_HOME = sparkHome(packages);
    return { args: [join(venv(folder, packages), "bin/python"), join(here, "peers.py"), engine], env };
  },
};

function table(name, rows, seed) {
  const folder = join(here, "../data");
  const path = join(folder, `airline-${name}-${rows}.csv`);
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  execFileSync(process.execPath, [join(here, "airline.mjs"), path, String(rows), String(seed)], { stdio: "inherit" });
  return path;
}
