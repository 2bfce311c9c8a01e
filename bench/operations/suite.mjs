/**
 * One operation at a time: a hundred queries over 2,000,000 generated rows, each of which spends its time in one function, aggregate, window,
 * join or set operation. What is slower than a peer's is found here, and not in queries where it is one part of many.
 */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { sparkHome, venv } from "../peers.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const PACKAGES = { spark: ["pyspark==4.2.1"], sail: ["pysail==0.7.2", "pyspark-client==4.1.3"] };

export const operations = {
  engines: ["firesteel", "spark", "sail"],
  columns: ["first_ms", "best_ms"],
  summary: "geometric mean",

  environment: () => ({}),

  command(engine, { threads }) {
    if (engine === "firesteel") return { args: [process.execPath, join(here, "firesteel.mjs")] };
    const packages = PACKAGES[engine];
    if (packages === undefined) return undefined;
    const env = { TOKIO_WORKER_THREADS: threads };
    if (engine === "spark") env.SPARK_HOME = sparkHome(packages);
    return { args: [join(venv(engine, packages), "bin/python"), join(here, "peers.py"), engine], env };
  },
};
