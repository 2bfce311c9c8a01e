import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type DataFrame, mllib, testSession } from "../../support/built-session";

interface Case {
  readonly name: "min-hash" | "random-projection";
  readonly rows: "sets" | "points";
  readonly threshold: number;
  readonly hashes: readonly (readonly number[])[];
  readonly join: readonly [number, number, number][];
  readonly self: readonly [number, number, number][];
  readonly nearest: readonly [number, number][];
  readonly nearestMany: readonly [number, number][];
}

const folder = join(__dirname, "../../golden/mllib/lsh");
const golden = JSON.parse(readFileSync(join(folder, "hashes.json"), "utf8")) as {
  readonly sets: readonly number[][];
  readonly points: readonly number[][];
  readonly cases: readonly Case[];
};
const spark = testSession({ "spark.default.parallelism": "3" });
const { BucketedRandomProjectionLSH, BucketedRandomProjectionLSHModel, MinHashLSH, MinHashLSHModel, Vectors } = mllib;
type Vector = InstanceType<typeof mllib.DenseVector> | InstanceType<typeof mllib.SparseVector>;

const SCHEMA = { kind: "struct", fields: [{ name: "id", type: { kind: "int" }, nullable: true }, { name: "features", type: mllib.VectorUDT, nullable: true }] }; // prettier-ignore
const frame = (rows: readonly (readonly [number, Vector | null])[]): DataFrame => spark().createDataFrame(rows as never, SCHEMA as never); // prettier-ignore
const set = (indices: readonly number[], size = 60): Vector => Vectors.sparse(size, [...indices], indices.map(() => 1)); // prettier-ignore
const rowsOf = ({ rows }: Case): [number, Vector][] =>
  rows === "sets" ? golden.sets.map((one, i) => [i, set(one)]) : golden.points.map((one, i) => [i, Vectors.dense(one)]);
const io = { inputCol: "features", outputCol: "hashes", seed: 7 };
const fit = ({ name }: Case, df: DataFrame) =>
  name === "min-hash"
    ? new MinHashLSH({ ...io, numHashTables: 5 }).fit(df)
    : new BucketedRandomProjectionLSH({ ...io, numHashTables: 3, bucketLength: 1 }).fit(df);

async function pairs(found: DataFrame): Promise<number[][]> {
  const rows = await found.selectExpr("datasetA.id AS a", "datasetB.id AS b", "distCol").orderBy("a", "b").collect();
  return rows.map((row) => row.toArray() as number[]);
}
const near = (found: readonly (readonly number[])[], wanted: readonly (readonly number[])[]): void => {
  expect(found.map((row) => row.slice(0, -1))).toEqual(wanted.map((row) => row.slice(0, -1)));
  found.forEach((row, i) => expect(row.at(-1)).toBeCloseTo(wanted[i]!.at(-1)!, 9));
};

describe.each(golden.cases)("$name, as Spark", (one) => {
  const all = (): DataFrame => frame(rowsOf(one));
  const [a, b] = [
    (): DataFrame => all().filter("id < 30").repartition(3),
    (): DataFrame => all().filter("id >= 30").repartition(2),
  ];

  test("hashes, from models of the same seed and of Spark's", async () => {
    const path = join(folder, one.name);
    const saved = one.name === "min-hash" ? MinHashLSHModel.load(path) : BucketedRandomProjectionLSHModel.load(path);
    for (const model of [await fit(one, a()), await saved]) {
      const rows = await model.transform(all()).orderBy("id").collect();
      expect(rows.map((row) => (row.get("hashes") as Vector[]).map((hash) => hash.get(0)))).toEqual(one.hashes);
    }
  });

  test("joins", async () => {
    const model = await fit(one, a());
    near(await pairs(model.approxSimilarityJoin(a(), b(), one.threshold)), one.join);
    near(await pairs(model.approxSimilarityJoin(a(), a(), one.threshold)), one.self);
    const twice = a().union(a());
    near(await pairs(model.approxSimilarityJoin(model.transform(twice), b(), one.threshold)), one.join);
    const names = async (df: DataFrame): Promise<string[]> => (await df.schema()).fields.map(({ name }) => name);
    const joined = model.approxSimilarityJoin(a(), b(), 1, "far");
    expect(await names(joined)).toEqual(["datasetA", "datasetB", "far"]);
    expect(await names(joined.select("datasetB.*"))).toEqual(["id", "features", "hashes"]);
  });

  test("near neighbours, with one probe and with several", async () => {
    const model = await fit(one, a());
    const key = rowsOf(one)[31]![1];
    const found = async (singleProbe: boolean): Promise<number[][]> => {
      const rows = await model.approxNearestNeighbors(all(), key, 5, "distCol", singleProbe).collect();
      return rows.map((row) => [row.get("id") as number, row.get("distCol") as number]);
    };
    // Rows of the same distance are in no order.
    const distances = (rows: readonly (readonly number[])[]): number[][] => rows.map((row) => [row[1]!]);
    near(distances(await found(true)), distances(one.nearest));
    // Quantiles are known approximately, and as many rows more are looked at.
    (await found(false)).forEach(([, distance], i) => expect(distance).toBeLessThan(one.nearestMany[i]![1] + 1e-9));
    expect((await found(true))[0]).toEqual([31, 0]);
  });
});

test("dense and sparse vectors of the same entries have the same hashes and no distance", async () => {
  const rows: [number, Vector][] = [[0, Vectors.dense(0, 2, 0, 1)], [1, Vectors.sparse(4, [1, 2, 3], [2, 0, 1])]]; // prettier-ignore
  for (const lsh of [new MinHashLSH(io), new BucketedRandomProjectionLSH({ ...io, bucketLength: 0.5 })]) {
    const model = await lsh.fit(frame(rows));
    expect((await pairs(model.approxSimilarityJoin(frame(rows), frame(rows), 1e-9)))).toEqual([[0, 0, 0], [0, 1, 0], [1, 0, 0], [1, 1, 0]]); // prettier-ignore
  }
});

describe("refused", () => {
  const df = (): DataFrame => frame([[0, set([1])]]);
  test("vectors without entries, keys without entries, no neighbours", async () => {
    const model = await new MinHashLSH(io).fit(df());
    await expect(model.transform(frame([[0, set([])]])).collect()).rejects.toThrow(/at least 1 non zero entry/);
    expect(() => model.approxNearestNeighbors(df(), set([]), 1)).toThrow(/at least 1 non zero entry/);
    expect(() => model.approxNearestNeighbors(df(), set([1]), 0)).toThrow(/cannot be less than 1, got 0/);
    await expect(new MinHashLSH(io).fit(frame([[0, set([1], 2147483647)]]))).rejects.toThrow(/2147483647 exceeds the threshold 2038074743/); // prettier-ignore
  });
  test("vectors of another size", async () => {
    const model = await new BucketedRandomProjectionLSH({ ...io, bucketLength: 1 }).fit(df());
    await expect(model.transform(frame([[0, Vectors.dense(1, 2)]])).collect()).rejects.toThrow(/60 entries, but one has 2/);
    expect(() => model.approxNearestNeighbors(df(), [1, 2], 1)).toThrow(/60 entries, but one has 2/);
  });
  test("no bucketLength", async () => {
    const model = await new BucketedRandomProjectionLSH(io).fit(df());
    await expect(model.transform(df()).collect()).rejects.toThrow(/bucketLength has no default/);
  });
});
