/** The airline table on firesteel, with TRAIN, TEST, REPEAT, THREADS and CASES in the environment. One JSON line a case. */
import { readdirSync, readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { SparkSession } from "../../dist/index.mjs";
import * as mllib from "../../dist/mllib.mjs";

const {
  TRAIN,
  TEST,
  REPEAT = "5",
  THREADS = "2",
  CASES = "",
  MASTER = `local[${THREADS}]`,
  EXECUTOR_MEMORY = "4g",
  NODE_OPTIONS_OF_EXECUTORS = "",
  IN_PROCESS = "false",
} = process.env;
const wanted = new Set(CASES.split(",").filter((name) => name !== ""));
const say = (row) => console.log(JSON.stringify({ engine: "firesteel", ...row }));

const spark = SparkSession.builder
  .master(MASTER)
  .config("spark.executor.memory", EXECUTOR_MEMORY)
  .config("spark.ui.showConsoleProgress", false)
  // One thread and one process: what node --cpu-prof sees then is all there is.
  .config("firesteel.local.inProcess", IN_PROCESS)
  .config("spark.executor.extraNodeOptions", NODE_OPTIONS_OF_EXECUTORS)
  .getOrCreate();

async function table(path, partitions) {
  const csv = spark.read.option("header", "true").option("inferSchema", "true").csv(path);
  const inputCols = (await csv.columns()).filter((name) => name !== "Delayed");
  const rows = new mllib.VectorAssembler({ inputCols, outputCol: "features" })
    .transform(csv)
    .selectExpr("features", "CAST(Delayed AS DOUBLE) AS label")
    .repartition(partitions)
    .cache();
  await rows.count();
  return rows;
}
const train = await table(TRAIN, Number(THREADS) * 2);
const test = await table(TEST, Number(THREADS));
const auc = new mllib.BinaryClassificationEvaluator();
const round = (value, digits) => Math.round(value * 10 ** digits) / 10 ** digits;

/** Of this process and its executors: what was computed, whatever else the machine does. */
function cpuMillis() {
  const own = process.cpuUsage();
  let ticks = 0;
  for (const task of readdirSync("/proc/self/task"))
    for (const child of readFileSync(`/proc/self/task/${task}/children`, "utf8").split(" ").filter(Boolean)) {
      const fields = readFileSync(`/proc/${child}/stat`, "utf8").split(") ")[1].split(" ");
      ticks += Number(fields[11]) + Number(fields[12]);
    }
  return Math.round((own.user + own.system) / 1000 + ticks * 10);
}

/** 25 candidates on 3 folds: 75 fits, and one of the best on all rows. */
async function gridSearch(shareWork) {
  const forest = new mllib.RandomForestClassifier({ seed: 1 });
  const sizes = [2, 4, 6, 8, 10];
  const grid = new mllib.ParamGridBuilder()
    .addGrid(forest.getParam("numTrees"), sizes)
    .addGrid(forest.getParam("maxDepth"), sizes)
    .build();
  const search = new mllib.CrossValidator({
    estimator: forest,
    estimatorParamMaps: grid,
    evaluator: auc,
    numFolds: 3,
    seed: 1,
    parallelism: Number(THREADS),
    shareWork,
  });
  return (await search.fit(train)).bestModel;
}

/** Name → fit. */
const fits = {
  "forest 10 x 10": () => new mllib.RandomForestClassifier({ numTrees: 10, maxDepth: 10, seed: 1 }).fit(train),
  "forest 100 x 10": () => new mllib.RandomForestClassifier({ numTrees: 100, maxDepth: 10, seed: 1 }).fit(train),
  "boosting 20 x 5": () => new mllib.GBTClassifier({ maxIter: 20, maxDepth: 5, seed: 1 }).fit(train),
  "logistic regression": () => new mllib.LogisticRegression({ maxIter: 200, tol: 1e-6 }).fit(train),
  "linear regression": () => new mllib.LinearRegression().fit(train),
  "grid search": () => gridSearch(true),
  "grid search unshared": () => gridSearch(false),
};

for (const [name, fit] of Object.entries(fits)) {
  if (wanted.size > 0 && !wanted.has(name)) continue;
  const times = [];
  const costs = [];
  let model;
  const repeat = name.startsWith("grid search") ? Math.min(2, Number(REPEAT)) : Number(REPEAT);
  for (let run = 0; run < repeat; run++) {
    const begin = performance.now();
    const cpu = cpuMillis();
    model = await fit();
    times.push(performance.now() - begin);
    costs.push(cpuMillis() - cpu);
  }
  const sorted = times.toSorted((a, b) => a - b);
  say({
    case: name,
    first_ms: Math.round(times[0]),
    best_ms: Math.round(sorted[0]),
    med_ms: Math.round(sorted[times.length >> 1]),
    cpu_ms: Math.min(...costs),
    ...(model instanceof mllib.LinearRegressionModel
      ? { r2: round(await model.summary.r2(), 6) }
      : {
          auc: round(await auc.evaluate(model.transform(test)), 4),
          auc_train: round(await auc.evaluate(model.transform(train)), 4),
        }),
  });
}

const prediction = "predict 10 M rows";
if (wanted.size === 0 || wanted.has(prediction)) {
  const model = await fits["forest 10 x 10"]();
  const copies = 50;
  const many = spark.range(copies).crossJoin(test).select("features");
  const times = [];
  const costs = [];
  for (let run = 0; run < Math.min(2, Number(REPEAT)); run++) {
    const begin = performance.now();
    const cpu = cpuMillis();
    await model.transform(many).selectExpr("sum(prediction)").collect();
    times.push(performance.now() - begin);
    costs.push(cpuMillis() - cpu);
  }
  say({
    case: prediction,
    best_ms: Math.round(Math.min(...times)),
    med_ms: Math.round(Math.max(...times)),
    cpu_ms: Math.min(...costs),
  });
}
await spark.stop();
