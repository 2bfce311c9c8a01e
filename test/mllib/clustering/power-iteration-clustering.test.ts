import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DataFrame, mllib, testSession } from "../../support/built-session";

const golden = JSON.parse(readFileSync(join(__dirname, "../../golden/mllib/power-iteration/clusters.json"), "utf8")) as {
  readonly edges: readonly [number, number, number][];
  readonly cases: readonly { readonly params: object; readonly clusters: readonly number[] }[];
};
const spark = testSession({ "spark.default.parallelism": "3" });
const { PowerIterationClustering } = mllib;

const SCHEMA = "src BIGINT, dst BIGINT, weight DOUBLE";
const frame = (rows: readonly (readonly unknown[])[], schema = SCHEMA): DataFrame => spark().createDataFrame(rows as never, schema); // prettier-ignore
const clusters = async (params: object, df: DataFrame): Promise<number[][]> => {
  const rows = await new PowerIterationClustering({ weightCol: "weight", ...params }).assignClusters(df).orderBy("id").collect();
  return rows.map((row) => [Number(row.get("id")), row.get("cluster") as number]);
};

test.each(golden.cases)("the clusters that Spark finds: $params", async ({ params, clusters: wanted }) => {
  const found = await clusters(params, frame(golden.edges));
  expect(found.map(([id]) => id)).toEqual(wanted.map((_, id) => id));
  const pairs = new Set(found.map(([id, cluster]) => `${wanted[id!]} ${cluster}`));
  expect(pairs.size).toBe(2);
});

test("two groups that hardly know each other, from a random start, on one and on many partitions", async () => {
  const edges: [number, number, number][] = [[0, 100, 1e-4]];
  for (const first of [0, 100])
    for (let i = 0; i < 12; i++) for (let j = 0; j < i; j++) edges.push([first + i, first + j, 1 + ((i * j) % 3)]);
  const one = await clusters({ maxIter: 60 }, frame(edges).repartition(1));
  expect(await clusters({ maxIter: 60 }, frame(edges).repartition(8))).toEqual(one);
  expect(new Set(one.map(([id, cluster]) => `${id! < 100} ${cluster}`)).size).toBe(2);
});

test("columns, types, loops and no weights", async () => {
  const df = frame([[1, 1], [2, 3], [3, 4]], "a INT, b INT"); // prettier-ignore
  const found = new PowerIterationClustering({ srcCol: "a", dstCol: "b", initMode: "degree", maxIter: 0 }).assignClusters(df);
  expect((await found.schema()).fields.map(({ name, type, nullable }) => [name, type.kind, nullable])).toEqual([["id", "long", false], ["cluster", "int", false]]); // prettier-ignore
  expect((await found.orderBy("id").collect()).map((row) => row.toArray())).toEqual([[2, 0], [3, 1], [4, 0]]); // prettier-ignore
});

describe("refused", () => {
  test.each([
    ["negative weights", [[0, 1, -1]], SCHEMA, /MUST NOT be negative, NaN or infinite, but got -1/],
    ["weights that are NaN", [[0, 1, NaN]], SCHEMA, /MUST NOT be negative, NaN or infinite/],
    ["null ends", [[null, 1, 1]], SCHEMA, /Column src holds null/],
    ["fractions", [[0.5, 1, 1]], "src DOUBLE, dst BIGINT, weight DOUBLE", /column src must be int or bigint, but is double/],
    ["loops alone", [[1, 1, 1]], SCHEMA, /no edges between vertices/],
    ["weights of 0 alone", [[1, 2, 0]], SCHEMA, /all similarities are 0/],
    ["nothing", [], SCHEMA, /the dataset is empty/],
    ["large ids", [[2n ** 60n + 1n, 1, 1]], SCHEMA, /within 2\^53/],
  ] as const)("%s", async (_, rows, schema, message) => {
    await expect(clusters({}, frame(rows, schema))).rejects.toThrow(message);
  });
  test("parameters", () => {
    expect(() => new PowerIterationClustering({ k: 1 })).toThrow(/PowerIterationClustering: k must be greater than 1/);
    expect(() => new PowerIterationClustering({ initMode: "guess" as "random" })).toThrow(/random, degree/);
  });
});

test("saving and loading", async () => {
  const directory = mkdtempSync(join(tmpdir(), "firesteel-pic-"));
  try {
    const stage = new PowerIterationClustering({ k: 3, initMode: "degree", weightCol: "weight" });
    await stage.write().save(join(directory, "pic"));
    const loaded = await PowerIterationClustering.load(join(directory, "pic"));
    expect([loaded.uid, loaded.explainParams()]).toEqual([stage.uid, stage.explainParams()]);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
