/**
 * Linear fits of one-hot codes of three columns: features by the thousand, of which a row has three.
 *
 *   node bench/ml/wide.mjs [--rows 400000] [--categories 1000] [--threads 2] [--cases linear,logistic,binomial]
 *
 * Columns are the case, milliseconds, features and the intercept that was found, by which runs of two versions can be compared.
 */
import { parseArgs } from "node:util";
import { SparkSession } from "../../dist/index.mjs";
import * as mllib from "../../dist/mllib.mjs";

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "400000" },
    categories: { type: "string", default: "1000" },
    threads: { type: "string", default: "2" },
    cases: { type: "string", default: "linear,logistic,binomial" },
  },
});

const fits = {
  linear: (rows) => new mllib.LinearRegression({ labelCol: "target", regParam: 1e-3 }).fit(rows),
  logistic: (rows) => new mllib.LogisticRegression({ maxIter: 20 }).fit(rows),
  binomial: (rows) => new mllib.GeneralizedLinearRegression({ family: "binomial", regParam: 1e-3, maxIter: 3 }).fit(rows),
};

const spark = SparkSession.builder.appName("wide").master(`local[${values.threads}]`).getOrCreate();
const category = (salt) => `cast(pmod(xxhash64(id + ${salt}), ${values.categories}) as double)`;
const table = spark
  .range(0, Number(values.rows), 1, 4)
  .selectExpr("id", `${category(0)} a`, `${category(1)} b`, `${category(7)} c`)
  .selectExpr(
    "a",
    "b",
    "c",
    "a * 0.01 - b * 0.02 + pmod(c, 7) + pmod(id, 13) target",
    "cast(a - b + pmod(id, 500) > 250 as double) label",
  );
const codes = { inputCols: ["a", "b", "c"], outputCols: ["codeOfA", "codeOfB", "codeOfC"] };
const encoder = await new mllib.OneHotEncoder(codes).fit(table);
const rows = new mllib.VectorAssembler({ inputCols: codes.outputCols, outputCol: "features" })
  .transform(encoder.transform(table))
  .cache();
await rows.count();
for (const name of values.cases.split(",")) {
  const begin = performance.now();
  const model = await fits[name](rows);
  console.log(name, Math.round(performance.now() - begin), model.numFeatures, model.intercept);
}
await spark.stop();
