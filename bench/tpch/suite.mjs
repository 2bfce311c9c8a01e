/**
 * TPC-H: the 22 queries over Parquet files as tpchgen-cli writes them, views over the files, nothing cached between runs.
 * The texts are not part of this project: --queries DIR names a folder of q1.sql … q22.sql.
 */
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { sparkHome, venv } from "../peers.mjs";
import { tables } from "./tables.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const PACKAGES = {
  duckdb: ["duckdb==2.0.0"],
  polars: ["polars==2.1.0"],
  sail: ["pysail==0.7.2", "pyspark-client==4.1.3"],
  spark: ["pyspark==4.2.1"],
};

export const tpch = {
  engines: ["firesteel", "duckdb", "polars", "sail", "spark"],
  /** What stands in the first column, and figures that sum up a column. */
  summary: "geometric mean",
  columns: ["first_ms", "best_ms"],

  environment(options) {
    if (options.queries === undefined) throw new Error("name the folder of the texts (q1.sql … q22.sql) with --queries");
    const queries = resolve(options.queries);
    if (!existsSync(join(queries, "q1.sql")))
      throw new Error(`no q1.sql in ${queries}: name the folder of the texts with --queries`);
    const data = options.data === undefined ? tables(options.sf) : resolve(options.data);
    return { DATA: data, QUERIES: queries };
  },

  command(engine, { threads }) {
    if (engine === "firesteel") return { args: [process.execPath, join(here, "firesteel.mjs")] };
    const packages = PACKAGES[engine];
    if (packages === undefined) return undefined;
    const env = { OMP_NUM_THREADS: threads, POLARS_MAX_THREADS: threads, TOKIO_WORKER_THREADS: threads };
    if (engine === "spark") env.SPARK_HOME = sparkHome(packages);
    return { args: [join(venv(engine, packages), "bin/python"), join(here, "peers.py"), engine], env };
  },
};
