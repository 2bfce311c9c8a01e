// Which flights are late? CSV → SQL clean-up → pipeline → grid search → test AUC → saved model → batch prediction.
// npx firesteel run-example flights [rows] [folder that all machines share]
import { createWriteStream, mkdtempSync, rmSync } from "node:fs";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SparkSession } from "firesteel";
import { BinaryClassificationEvaluator, CrossValidator, ParamGridBuilder, Pipeline, PipelineModel, RandomForestClassifier, StringIndexer, VectorAssembler } from "firesteel/mllib"; // prettier-ignore

const rows = Number(process.argv[2] ?? 563_737);
const dir = mkdtempSync(join(process.argv[3] ?? tmpdir(), "flights-"));
const csv = join(dir, "flights.csv");
await writeFlights(csv, rows);

const spark = SparkSession.builder.appName("flights").getOrCreate();
await spark.read.option("header", true).option("inferSchema", true).csv(csv).createOrReplaceTempView("raw");
const flights = spark
  .sql(
    `SELECT month, day, weekday, departure DIV 100 * 60 + departure % 100 AS departs, arrival DIV 100 * 60 + arrival % 100 AS arrives,
            carrier, elapsed, origin, dest, distance, taxi_out, CAST(delay > 15 AS DOUBLE) AS label
     FROM raw WHERE NOT cancelled AND delay IS NOT NULL`,
  )
  .repartition(4);
const [training, test] = flights.randomSplit([0.8, 0.2], 1);
void training.cache();

const words = ["carrier", "origin", "dest"];
const indexer = new StringIndexer({ inputCols: words, outputCols: words.map((word) => `${word}_index`), handleInvalid: "keep" });
const numbers = ["month", "day", "weekday", "departs", "arrives", "elapsed", "distance", "taxi_out"];
const assembler = new VectorAssembler({ inputCols: [...numbers, ...words.map((word) => `${word}_index`)], outputCol: "features" }); // prettier-ignore
const forest = new RandomForestClassifier({ seed: 1, maxBins: 64 });
const pipeline = new Pipeline({ stages: [indexer, assembler, forest] });

const sizes = [2, 4, 6, 8, 10];
const grid = new ParamGridBuilder().addGrid(forest.numTrees, sizes).addGrid(forest.maxDepth, sizes).build();
const evaluator = new BinaryClassificationEvaluator();
const started = Date.now();
const search = await new CrossValidator({ estimator: pipeline, estimatorParamMaps: grid, evaluator, numFolds: 3, parallelism: 2, seed: 1 }).fit(training); // prettier-ignore
const { requested, performed } = search.fitCounts;
console.log(`grid search: ${requested} fits asked for, ${performed} made, ${((Date.now() - started) / 1000).toFixed(1)} s`);
console.log(`AUC, trees down, depth across\n      ${sizes.map((depth) => String(depth).padStart(7)).join("")}`);
sizes.forEach((trees, i) => {
  const scores = search.avgMetrics.slice(i * sizes.length, (i + 1) * sizes.length);
  console.log(`${String(trees).padStart(6)}${scores.map((score) => score.toFixed(4).padStart(7)).join(" ")}`);
});
console.log(`best: ${search.bestParams.toString()}, test AUC ${(await evaluator.evaluate(search.transform(test))).toFixed(4)}`);

await search.bestModel.write().overwrite().save(join(dir, "model"));
const model = await PipelineModel.load(join(dir, "model"));
await model
  .transform(test)
  .select("carrier", "origin", "dest", "probability", "prediction")
  .write.parquet(join(dir, "predictions"));
console.log(
  `predictions: ${await spark.read.parquet(join(dir, "predictions")).count()} rows by the model that was saved and loaded`,
);
await spark.stop();
rmSync(dir, { recursive: true });

/** Flights with a delay that depends on hour, carrier, origin, month and time on the taxiway. */
async function writeFlights(path: string, count: number): Promise<void> {
  let state = 42;
  const random = (): number => (state = (Math.imul(1664525, state) + 1013904223) >>> 0) / 2 ** 32;
  const skewed = (n: number): number => Math.floor(n * random() ** 2.5);
  const time = (minutes: number): number => Math.floor(minutes / 60) * 100 + (minutes % 60);
  const out = createWriteStream(path);
  out.write("month,day,weekday,departure,arrival,carrier,elapsed,origin,dest,distance,taxi_out,delay,cancelled\n");
  for (let i = 0; i < count; i++) {
    const [month, day, weekday] = [1 + Math.floor(random() * 12), 1 + Math.floor(random() * 28), 1 + Math.floor(random() * 7)];
    const departs = 300 + Math.floor(random() * 1080);
    const [carrier, origin, dest] = [skewed(14), skewed(60), skewed(60)];
    const distance = 100 + Math.floor(2400 * random() ** 2);
    const elapsed = 40 + Math.floor(distance / 8);
    const taxi = 5 + Math.floor(25 * random() ** 2);
    const risk = -2.9 + departs / 900 + 0.12 * (carrier % 5) + 0.02 * (origin % 13) + (month < 3 || month > 10 ? 0.35 : 0) + 0.04 * taxi - (weekday === 6 ? 0.3 : 0); // prettier-ignore
    const late = random() < 1 / (1 + Math.exp(-risk));
    const delay = late ? 16 + Math.floor(90 * random()) : Math.floor(30 * random()) - 15;
    const cancelled = random() < 0.01;
    const line = `${month},${day},${weekday},${time(departs)},${time((departs + elapsed) % 1440)},C${carrier},${elapsed},A${origin},A${dest},${distance},${taxi},${cancelled ? "" : delay},${cancelled}\n`;
    if (!out.write(line)) await once(out, "drain");
  }
  out.end();
  await once(out, "finish");
}
