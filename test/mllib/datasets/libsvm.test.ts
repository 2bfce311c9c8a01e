/** The source "libsvm", as Spark reads and writes it. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DataFrame, mllib, testSession } from "../../support/built-session";

const spark = testSession();
let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "firesteel-libsvm-"))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function read(text: string, options: Record<string, string | number> = {}): DataFrame {
  const path = join(folder, "data.txt");
  writeFileSync(path, text);
  let reader = spark().read.format("libsvm");
  for (const [name, value] of Object.entries(options)) reader = reader.option(name, value);
  return reader.load(path);
}
const rows = async (df: DataFrame): Promise<unknown[]> =>
  (await df.collect()).map((row) => [row.get("label"), String(row.get("features"))]);

const TEXT = "1 1:0.5 3:2\n# a comment\n\n-1 2:1e3\n0\n";

test("labels and sparse features; comments and empty lines do not count", async () => {
  const df = read(TEXT);
  expect(await rows(df)).toEqual([
    [1, "(3,[0,2],[0.5,2.0])"],
    [-1, "(3,[1],[1000.0])"],
    [0, "(3,[],[])"],
  ]);
  expect(await df.count()).toBe(3);
  expect((await df.select("label").collect()).map((row) => row.get(0))).toEqual([1, -1, 0]);
});

test("numFeatures and dense vectors", async () => {
  expect(await rows(read("2 1:1\n", { numFeatures: 2, vectorType: "dense" }))).toEqual([[2, "[1.0,0.0]"]]);
});

test.each([
  ["indices that fall", "1 3:1 2:1\n", {}, /one-based and in ascending order; found current=2, previous=3; line="1 3:1 2:1"/],
  ["index 0", "1 0:1\n", {}, /one-based/],
  ["no number", "one 1:1\n", {}, /"one" is not a number/],
  ["no index", "1 a:1\n", {}, /"a:1" is not index:value/],
  ["more features than were said", "1 5:1\n", { numFeatures: 4 }, /index 5 is above numFeatures, which is 4/],
  ["a wrong option", "1 1:1\n", { vectorType: "thin" }, /sparse or dense/],
  ["a wrong width", "1 1:1\n", { numFeatures: 0 }, /numFeatures/],
])("refused: %s", async (_, text, options, message) => {
  await expect(read(text, options).collect()).rejects.toThrow(message);
});

test("what is written is read again, without entries that are 0", async () => {
  const path = join(folder, "out");
  const { Vectors } = mllib;
  const data = [[1, Vectors.dense(0, 1.5, 0)], [0, Vectors.sparse(3, [[2, -1]])]]; // prettier-ignore
  const schema = { kind: "struct", fields: [{ name: "y", type: { kind: "double" }, nullable: true }, { name: "x", type: mllib.VectorUDT, nullable: true }] }; // prettier-ignore
  const df = spark().createDataFrame(data as never, schema as never).coalesce(1); // prettier-ignore
  await df.write.format("libsvm").save(path);
  const [part] = readdirSync(path).filter((name) => name.startsWith("part-"));
  expect(readFileSync(join(path, part!), "utf8")).toBe("1.0 2:1.5\n0.0 3:-1.0\n");
  expect(await rows(spark().read.format("libsvm").load(path))).toEqual([[1, "(3,[1],[1.5])"], [0, "(3,[2],[-1.0])"]]); // prettier-ignore
  await expect(spark().range(3).write.format("libsvm").save(join(folder, "ids"))).rejects.toThrow(/LibSVM/);
});
