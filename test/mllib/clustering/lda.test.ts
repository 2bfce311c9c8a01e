import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DataFrame, mllib, testSession } from "../../support/built-session";
import { expectNear } from "./points";

interface Case {
  readonly params: { readonly k: number; readonly optimizer?: string };
  readonly topics: number[][];
  readonly alpha: number[];
  readonly described: [number, number[], number[]][];
  readonly distributions: number[][];
  readonly logLikelihood: number;
  readonly logPerplexity: number;
  readonly trainingLogLikelihood?: number;
  readonly logPrior?: number;
}
const GOLDEN = join(__dirname, "../../golden/mllib/topics");
const golden = JSON.parse(readFileSync(join(GOLDEN, "topics.json"), "utf8")) as {
  readonly width: number;
  readonly documents: [term: number, count: number][][];
  readonly cases: Case[];
  readonly local: number[][];
  readonly distributed: number[][];
};
const spark = testSession();
const { DistributedLDAModel, LDA, LocalLDAModel, Vectors } = mllib;
type Model = InstanceType<typeof mllib.LDAModel>;

const SCHEMA = {
  kind: "struct",
  fields: [
    { name: "id", type: { kind: "int" }, nullable: true },
    { name: "features", type: mllib.VectorUDT, nullable: true },
  ],
} as const;
const frame = (documents: readonly (readonly [number, number][])[], width = golden.width): DataFrame =>
  spark().createDataFrame(documents.map((pairs, id) => [id, Vectors.sparse(width, pairs)]) as never, SCHEMA as never);
/** The golden documents, in their order, in so many partitions. */
const corpus = (partitions = 1): DataFrame => (partitions === 1 ? frame(golden.documents).coalesce(1) : frame(golden.documents).repartitionByRange(partitions, "id").sortWithinPartitions("id")); // prettier-ignore
const rowsOf = (model: Model): number[][] => model.topicsMatrix.rows().map((row) => [...row.toArray()]);
const distributions = async (model: Model, df: DataFrame): Promise<number[][]> =>
  (await model.transform(df).orderBy("id").collect()).map((row) => [...(row.get("topicDistribution") as { toArray(): Float64Array }).toArray()]); // prettier-ignore
const described = async (model: Model, terms: number): Promise<unknown[]> =>
  (await model.describeTopics(terms).collect()).map((row) => row.toArray());

test.each(golden.cases)("Spark's topics, of documents in one partition: $params", async (spark) => {
  const df = corpus();
  const model = await new LDA({ ...(spark.params as object), seed: 7 }).fit(df);
  // Spark's digamma has some nine digits.
  expectNear(rowsOf(model), spark.topics, 6);
  expectNear([[...model.estimatedDocConcentration.toArray()]], [spark.alpha], 7);
  const told = (await described(model, 4)) as Case["described"];
  expect(told.map(([topic, terms]) => [topic, terms])).toEqual(spark.described.map(([topic, terms]) => [topic, terms]));
  expectNear(told.map(([, , weights]) => weights), spark.described.map(([, , weights]) => weights), 7); // prettier-ignore
  expectNear(await distributions(model, df), spark.distributions, 6);
  // Bounds depend a little on what the inference begins with: Spark begins each document elsewhere.
  expect(Math.abs((await model.logLikelihood(df)) / spark.logLikelihood - 1)).toBeLessThan(1e-3);
  expect(Math.abs((await model.logPerplexity(df)) / spark.logPerplexity - 1)).toBeLessThan(1e-3);
  expect(model.isDistributed).toBe(spark.params.optimizer === "em");
  if (!(model instanceof DistributedLDAModel)) return;
  expectNear([[await model.trainingLogLikelihood(), await model.logPrior()]], [[spark.trainingLogLikelihood!, spark.logPrior!]], 8); // prettier-ignore
});

test.each([{}, { optimizer: "em" }])("the same topics however documents are divided: %p", async (params) => {
  const lda = new LDA({ k: 3, maxIter: 10, subsamplingRate: 0.3, seed: 3, ...(params as object) });
  const one = await lda.fit(corpus(1));
  expectNear(rowsOf(await lda.fit(corpus(3))), rowsOf(one), 9);
});

test("topics of a corpus are found, and documents told by them", async () => {
  let state = 3;
  const random = (): number => (state = (Math.imul(1664525, state) + 1013904223) >>> 0) / 2 ** 32;
  const WIDTH = 50;
  const documents = Array.from({ length: 400 }, (_, i) => {
    const counts = new Map<number, number>();
    for (let n = 0; n < 40; n++) {
      const topic = random() < 0.8 ? i % 5 : Math.floor(random() * 5);
      const term = 10 * topic + Math.floor(random() * 10);
      counts.set(term, (counts.get(term) ?? 0) + 1);
    }
    return [...counts].sort((a, b) => a[0] - b[0]);
  });
  const df = frame(documents, WIDTH).repartitionByRange(2, "id").sortWithinPartitions("id");
  // A corpus of one topic would have a perplexity of ln 50 = 3.91, one whose topics are known and whose documents are half of one topic, 3.06.
  for (const params of [
    { optimizer: "em", maxIter: 40 },
    { maxIter: 30, subsamplingRate: 0.3, learningOffset: 10 },
  ]) {
    const model = await new LDA({ k: 5, seed: 1, ...(params as object) }).fit(df);
    const topics = (await described(model, 10)) as Case["described"];
    const groups = topics.map(([, terms]) => new Set(terms.map((term) => Math.floor(term / 10))));
    expect(groups.map((group) => group.size)).toEqual([1, 1, 1, 1, 1]);
    expect(new Set(groups.map((group) => [...group][0])).size).toBe(5);
    const told = await distributions(model, df);
    const group = (at: number): number => [...groups[told[at]!.indexOf(Math.max(...told[at]!))]!][0]!;
    expect(documents.filter((_, i) => group(i) === i % 5).length).toBeGreaterThan(395);
    expect(await model.logPerplexity(df)).toBeLessThan(3.75);
  }
});

interface Loads {
  load(path: string): Promise<Model>;
}

test.each([
  ["local", LocalLDAModel as Loads],
  ["distributed", DistributedLDAModel as Loads],
] as const)("a %s model that Spark saved, and the same saved here", async (name, type) => {
  const folder = mkdtempSync(join(tmpdir(), "firesteel-topics-"));
  try {
    const model: Model = await type.load(join(GOLDEN, name));
    expectNear(await distributions(model, corpus()), golden[name], 6);
    await model.write().save(join(folder, "model"));
    const again: Model = await type.load(join(folder, "model"));
    expect([again.uid, again.explainParams(), rowsOf(again)]).toEqual([model.uid, model.explainParams(), rowsOf(model)]);
    if (!(model instanceof DistributedLDAModel) || !(again instanceof DistributedLDAModel)) return;
    const fitted = (await new LDA({ k: 3, maxIter: 5, optimizer: "em", seed: 7 }).fit(corpus(3))) as typeof model;
    const likelihoods = await Promise.all([fitted, model, again].map(async (each) => [await each.trainingLogLikelihood(), await each.logPrior()])); // prettier-ignore
    expectNear([likelihoods[1]!, likelihoods[2]!], [likelihoods[0]!, likelihoods[0]!], 8);
    expect(again.toLocal().toString()).toBe(`LocalLDAModel: uid=${model.uid}, k=3, numFeatures=12`);
    expect(await again.toLocal().logPerplexity(corpus())).toBe(await again.logPerplexity(corpus()));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("checkpoints: the last one stays for the model, where it is to", async () => {
  const folder = mkdtempSync(join(tmpdir(), "firesteel-topics-"));
  const context = spark().sparkContext;
  try {
    const em = new LDA({ k: 3, maxIter: 7, optimizer: "em", seed: 7, checkpointInterval: 2 });
    const plain = (await em.fit(corpus(3))) as InstanceType<typeof DistributedLDAModel>;
    expect(plain.getCheckpointFiles()).toEqual([]);
    context.setCheckpointDir(folder);
    const model = (await em.fit(corpus(3))) as InstanceType<typeof DistributedLDAModel>;
    expect(rowsOf(model)).toEqual(rowsOf(plain));
    expect(model.getCheckpointFiles()).toHaveLength(1);
    const kept = (): string[] => readdirSync(folder, { recursive: true }).map(String).filter((name) => /rdd-\d+$/.test(name)); // prettier-ignore
    expect(kept()).toHaveLength(1);
    expect(await model.trainingLogLikelihood()).toBe(await plain.trainingLogLikelihood());
    await model.deleteCheckpointFiles();
    expect([model.getCheckpointFiles(), kept()]).toEqual([[], []]);
    await em.fit(corpus(3), { keepLastCheckpoint: false });
    await em.fit(corpus(3), { checkpointInterval: -1 });
    expect(kept()).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("dense documents, arrays, narrower ones; what is refused", async () => {
  const model = await new LDA({ k: 3, maxIter: 8, subsamplingRate: 0.2, seed: 7 }).fit(corpus());
  const wanted = golden.cases[1]!.distributions;
  const dense = golden.documents.map((pairs, id) => [id, Vectors.sparse(golden.width, pairs).toDense()]);
  const df = spark()
    .createDataFrame(dense as never, SCHEMA)
    .coalesce(1);
  expectNear(await distributions(model, df), wanted, 6);
  expectNear(rowsOf(await new LDA({ k: 3, maxIter: 8, subsamplingRate: 0.2, seed: 7 }).fit(df)), golden.cases[1]!.topics, 6);
  const arrays = spark().createDataFrame(dense.map(([id, vector]) => [id, [...(vector as { values: Float64Array }).values]]) as never, "id INT, features ARRAY<DOUBLE>"); // prettier-ignore
  expectNear(await distributions(model, arrays), wanted, 6);
  // Terms that a document's vector has no entries for are not in it.
  expectNear(await distributions(model, frame([[[0, 2]]], 5)), await distributions(model, frame([[[0, 2]]])), 12);
  await expect(distributions(model, frame([[[12, 1]]], 13))).rejects.toThrow(/knows 12 terms.*term 12/);
  await expect(model.logPerplexity(frame([[[12, 1]]], 13))).rejects.toThrow(/knows 12 terms/);
  const fit = (params: object, data = corpus()): Promise<unknown> => new LDA({ k: 2, maxIter: 2, seed: 1, ...params }).fit(data);
  await expect(fit({}, frame([[[0, -1]]]))).rejects.toThrow(/-1 times/);
  await expect(fit({}, frame([]))).rejects.toThrow(/empty/);
  await expect(fit({ optimizer: "em" }, frame([[[0, 1]]]).union(frame([[[0, 1]]], 4)))).rejects.toThrow(
    /12 and of 4|4 and of 12/,
  );
  await expect(fit({ docConcentration: [1, 1, 1] })).rejects.toThrow(/docConcentration must have one number or k \(2\)/);
  await expect(fit({ optimizer: "em", docConcentration: [2, 3] })).rejects.toThrow(/must be equal/);
  await expect(fit({ optimizer: "em", docConcentration: [1] })).rejects.toThrow(/greater than 1/);
  await expect(fit({ optimizer: "em", topicConcentration: 1 })).rejects.toThrow(/greater than 1/);
  for (const wrong of [{ docConcentration: [-1] }, { topicConcentration: -1 }, { learningDecay: 0 }, { subsamplingRate: 0 }, { checkpointInterval: 0 }, { optimizer: "gibbs" as "em" }]) expect(() => new LDA(wrong)).toThrow(/LDA: /); // prettier-ignore
  expect(await (await new LDA({ k: 2, maxIter: 3, seed: 1 }).fit(frame([[], []]))).describeTopics(2).count()).toBe(2);
  const columns = await model.copy({ topicDistributionCol: "" }).transform(corpus()).columns();
  expect(columns).toEqual(["id", "features"]);
});
