/** Answers the cases of files, in a process of its own: what hangs is ended from outside. Spark's suites run in Los Angeles. */
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { canonicalJson } from "./cases.mjs";
import { difference, isOfItsMoment, notApplicable } from "./compare.mjs";

const { api, queryText } = createRequire(import.meta.url)("../../dist/engine.js").programs();
const { SparkSession } = api;

const TABLES = [
  "CREATE TABLE testdata USING parquet AS SELECT CAST(id AS INT) AS key, CAST(id AS STRING) AS value FROM range(1, 101)",
  `CREATE TABLE arraydata USING parquet AS SELECT * FROM VALUES
     (array(1, 2, 3), array(array(1, 2, 3))), (array(2, 3, 4), array(array(2, 3, 4))) AS t(arraycol, nestedarraycol)`,
  `CREATE TABLE mapdata USING parquet AS SELECT * FROM VALUES
     (map(1, 'a1', 2, 'b1', 3, 'c1', 4, 'd1', 5, 'e1')), (map(1, 'a2', 2, 'b2', 3, 'c2', 4, 'd2')),
     (map(1, 'a3', 2, 'b3', 3, 'c3')), (map(1, 'a4', 2, 'b4')), (map(1, 'a5')) AS t(mapcol)`,
];

/** The functions that Spark's suites register for their folders: `udf` gives its argument back, `udaf` counts. */
const FUNCTIONS = {
  udf: (spark) =>
    spark.udf.register(
      "udf",
      (value) => value,
      ([type]) => type,
    ),
  udaf: (spark) =>
    spark.udf.registerAggregate(
      "udaf",
      {
        zero: () => 0,
        reduce: (count, value) => count + (value === null ? 0 : 1),
        merge: (a, b) => a + b,
        finish: (count) => count,
      },
      "int",
    ),
};

const send = (message) => new Promise((sent) => process.send(message, sent));

async function answer(spark, query, form) {
  try {
    const { schema, schemaJson, rows } = await queryText(spark.sql(query));
    return { schema: form === "functions" ? canonicalJson(JSON.parse(schemaJson)) : schema, rows };
  } catch (error) {
    const { errorClass, sqlState } = error ?? {};
    return { errorClass: errorClass ?? error?.constructor?.name ?? "Error", sqlState, message: String(error?.stack ?? error) };
  }
}

async function runFile({ form, name, settings, cases }, { skip, reported }) {
  const folder = mkdtempSync(join(tmpdir(), "conformance-"));
  const base = SparkSession.builder
    .master("local[2]")
    .config({
      "firesteel.local.inProcess": "true",
      "spark.ui.enabled": "false",
      "spark.sql.shuffle.partitions": "4",
      // As in Spark's suites.
      "spark.sql.datetime.java8API.enabled": "true",
      // Sums of doubles depend on it.
      "spark.sql.leafNodeDefaultParallelism": "2",
      "spark.sql.warehouse.dir": join(folder, "spark-warehouse/org.apache.spark.sql.SQLQueryTestSuite"),
    })
    .getOrCreate();
  const configured = () => {
    const session = base.newSession();
    for (const [key, value] of settings) session.conf.set(key, value);
    for (const folder of ["udf", "udaf"]) if (name.split("/").includes(folder)) FUNCTIONS[folder](session);
    return session;
  };
  try {
    let spark = configured();
    if (form === "sql-tests") for (const text of TABLES) await spark.sql(text).collect();
    const missing = new Map();
    for (const [index, testCase] of cases.entries()) {
      if (skip.includes(index)) continue;
      const reason = notApplicable(testCase.query, missing);
      if (reason !== null) {
        if (index >= reported) await send({ index, notApplicable: reason });
        continue;
      }
      if (form === "functions") spark = configured();
      await send({ begun: index });
      const given = await answer(spark, testCase.query, form);
      const wrong = difference({ ...testCase, form }, given);
      if (isOfItsMoment({ ...testCase, form }, wrong)) {
        if (index >= reported) await send({ index, notApplicable: "the answer is of its moment and machine" });
        continue;
      }
      if (index >= reported) await send({ index, wrong, ...(wrong !== null && { given }) });
    }
  } finally {
    await base.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  await send({ ended: name });
}

process.on("message", ({ file, skip, reported }) => {
  runFile(file, { skip, reported }).catch((error) => send({ broken: String(error?.stack ?? error) }));
});
process.on("disconnect", () => process.exit());
process.on("uncaughtException", () => undefined);
process.on("unhandledRejection", () => undefined);
