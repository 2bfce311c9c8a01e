/** The RDD cases: words, circles, shuffles of pairs and strings, cached passes, empty tasks. Peers: Scala Spark and PySpark. */
import { existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { sparkHome, venv } from "../peers.mjs";
import { writeWords } from "../words.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const PYSPARK = ["pyspark==4.2.1"];

export const rdd = {
  engines: ["firesteel", "spark", "pyspark"],

  environment(options) {
    const data = join(here, "../data");
    mkdirSync(data, { recursive: true });
    const text = join(data, `words-${options.megabytes}.txt`);
    if (!existsSync(text)) writeWords(text, Number(options.megabytes));
    return { TEXT: text };
  },

  command(engine, { threads }) {
    switch (engine) {
      case "firesteel":
        return { args: [process.execPath, join(here, "firesteel.mjs")] };
      case "spark": {
        const home = sparkHome(PYSPARK);
        const shell = ["--master", `local[${threads}]`, "--driver-memory", "8g", "--conf", "spark.ui.enabled=false"];
        return { args: [join(home, "bin/spark-shell"), ...shell, "-i", join(here, "spark.scala")], env: { SPARK_HOME: home } };
      }
      case "pyspark":
        return { args: [join(venv("spark", PYSPARK), "bin/python"), join(here, "pyspark_rdd.py")] };
      default:
        return undefined;
    }
  },
};
