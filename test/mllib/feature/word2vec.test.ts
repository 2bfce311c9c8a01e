/** Vectors of words against Spark's (test/golden/mllib/words.py). */
import golden from "../../golden/mllib/words.json";
import type { DenseVector } from "../../../src/mllib/linalg/vectors";
import { huffmanPaths } from "../../../src/mllib/feature/words/vocabulary";
import { type DataFrame, mllib, testSession } from "../../support/built-session";
import { expectNear } from "../linear/near";

const spark = testSession({ "spark.default.parallelism": "3" });
const frame = (sentences: readonly (readonly string[])[]): DataFrame =>
  spark().createDataFrame(sentences.map((words) => [words]), "words ARRAY<STRING>"); // prettier-ignore

test.each(golden.cases.map((c) => [JSON.stringify(c.params), c] as const))("Spark's vectors: %s", async (_name, c) => {
  const estimator = new mllib.Word2Vec({ inputCol: "words", outputCol: "out", minCount: 0, ...c.params });
  const model = await estimator.fit(frame(golden.sentences).coalesce(1));
  const vectors = new Map((await model.getVectors().collect()).map((row) => [row.get(0) as string, row.get(1) as DenseVector]));
  expect([...vectors.keys()].sort()).toEqual(Object.keys(c.vectors).sort());
  // Both compute in single precision, in another order.
  for (const [word, vector] of Object.entries(c.vectors)) expectNear(vectors.get(word)!.values, vector, 1e-4);
  const synonyms = await model.findSynonyms("w0", 3).collect();
  expect(synonyms.map((row) => row.get(0))).toEqual(c.synonyms.map(([word]) => word));
  expectNear(synonyms.map((row) => row.get(1) as number), c.synonyms.map(([, similarity]) => similarity as number), 1e-4); // prettier-ignore
  const transformed = await model.transform(frame([["w1", "w2", "unknown"], []])).select("out").collect(); // prettier-ignore
  transformed.forEach((row, i) => expectNear((row.get(0) as DenseVector).toArray(), c.transformed[i]!, 1e-4));
});

test("partitions that learn side by side tell neighbours from strangers", async () => {
  // Words of one half stand beside each other, never beside those of the other.
  const sentences = Array.from({ length: 400 }, (_, i) => Array.from({ length: 12 }, (_, j) => `${i % 2 === 0 ? "a" : "b"}${(i * 5 + j * 7 + ((i * j) % 3)) % 10}`)); // prettier-ignore
  const estimator = new mllib.Word2Vec({
    inputCol: "words",
    vectorSize: 16,
    numPartitions: 3,
    maxIter: 8,
    stepSize: 0.1,
    seed: 7,
  });
  const model = await estimator.fit(frame(sentences).repartition(4));
  for (const half of ["a", "b"])
    expect(model.findSynonymsArray(`${half}3`, 9).map(([word]) => word[0])).toEqual(Array.from({ length: 9 }, () => half));
});

test("what is asked of it in vain", async () => {
  const Word2Vec = mllib.Word2Vec;
  await expect(new Word2Vec({ inputCol: "words" }).fit(frame([["a", "b"]]))).rejects.toThrow("The vocabulary size should be > 0");
  const model = await new Word2Vec({ inputCol: "words", minCount: 1, vectorSize: 3 }).fit(frame([["a", "b", "__proto__"]]));
  expect([...model.words].sort()).toEqual(["__proto__", "a", "b"]);
  expect(() => model.findSynonymsArray("c", 1)).toThrow("c not in vocabulary");
  expect(() => model.findSynonymsArray("a", 0)).toThrow("Number of similar words should > 0");
  expect(() => model.findSynonymsArray([1, 2], 1)).toThrow("A vector of 2 entries was given; those of words have 3.");
});

test("paths tell words apart, and frequent words have short ones", () => {
  const { starts, nodes, turns } = huffmanPaths([40, 20, 10, 5, 5, 1]);
  const paths = [0, 1, 2, 3, 4, 5].map((w) => [...turns.subarray(starts[w], starts[w + 1])].join(""));
  expect(paths.map((path) => path.length)).toEqual([1, 2, 3, 4, 5, 5]);
  for (const a of paths) for (const b of paths) if (a !== b) expect(a.startsWith(b)).toBe(false);
  // The root is the last of five nodes.
  for (let w = 0; w < 6; w++) expect(nodes[starts[w]!]).toBe(4);
  expect([...huffmanPaths([3]).starts]).toEqual([0, 0]);
});
