/**
 * Reading and writing files: lineitem of TPC-H as CSV, orders as JSON lines, their types found by all rows; read with a given schema, some columns or all
 * of them; and lineitem from Parquet into Parquet, CSV and JSON lines. Files are in the system's cache.
 */
import { existsSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { sparkHome, venv } from "../peers.mjs";
import { tables } from "../tpch/tables.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const PACKAGES = { duckdb: ["duckdb==2.0.0"], polars: ["polars==2.1.0"], spark: ["pyspark==4.2.1"] };

export const files = {
  engines: ["firesteel", "duckdb", "polars", "spark"],
  columns: ["first_ms", "best_ms"],

  environment(options) {
    const data = options.data === undefined ? tables(options.sf) : resolve(options.data);
    const rows = join(here, "../data", `rows-${data.replace(/[^\w.-]+/g, "_")}`);
    if (!existsSync(join(rows, "orders.json")))
      execFileSync(join(venv("duckdb", PACKAGES.duckdb), "bin/python"), [join(here, "rows.py"), data, rows], {
        stdio: "inherit",
      });
    return { DATA: data, ROWS: rows };
  },

  command(engine, { threads }) {
    if (engine === "firesteel") return { args: [process.execPath, join(here, "firesteel.mjs")] };
    const packages = PACKAGES[engine];
    if (packages === undefined) return undefined;
    const env = { POLARS_MAX_THREADS: threads };
    if (engine === "spark") env.SPARK_HOME = sparkHome(packages);
    return { args: [join(venv(engine, packages), "bin/python"), join(here, "peers.py"), engine], env };
  },
};
