import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mllib, testSession } from "../../support/built-session";

const { VectorAssembler } = mllib;
const spark = testSession();
const directory = mkdtempSync(join(tmpdir(), "firesteel-models-"));
afterAll(() => rmSync(directory, { recursive: true }));

const assembler = () => new VectorAssembler({ inputCols: ["a", "b"], outputCol: "v", handleInvalid: "keep" });

test("what was saved is loaded with its uid, values and defaults, in Spark's layout", async () => {
  spark();
  const path = join(directory, "assembler");
  const saved = assembler();
  await saved.save(path);
  expect(readdirSync(path)).toEqual(["metadata"]);
  expect(readdirSync(join(path, "metadata")).sort()).toEqual(["_SUCCESS", "part-00000"]);
  expect(JSON.parse(readFileSync(join(path, "metadata/part-00000"), "utf8"))).toMatchObject({
    class: "org.apache.spark.ml.feature.VectorAssembler",
    uid: saved.uid,
    paramMap: { inputCols: ["a", "b"], outputCol: "v", handleInvalid: "keep" },
    defaultParamMap: { handleInvalid: "error" },
  });
  const loaded = await VectorAssembler.load(path);
  expect([loaded.uid, loaded.explainParams()]).toEqual([saved.uid, saved.explainParams()]);
});

test("nothing is replaced unless asked, and then the old stays until the new one is whole", async () => {
  const path = join(directory, "again");
  await assembler().save(path);
  await expect(assembler().setOutputCol("w").save(path)).rejects.toThrow(/PATH_ALREADY_EXISTS.*overwrite\(\)/s);
  await assembler().setOutputCol("w").write().overwrite().save(path);
  expect((await VectorAssembler.load(path)).getOutputCol()).toBe("w");
  expect(readdirSync(directory).filter((name) => name.includes("unfinished"))).toEqual([]);
});

test("damaged, foreign and missing models say what is wrong", async () => {
  const path = join(directory, "damaged");
  await assembler().save(path);
  const metadata = join(path, "metadata/part-00000");
  const whole = readFileSync(metadata, "utf8");
  const says = async (text: string): Promise<void> => {
    const told = expect(VectorAssembler.load(path)).rejects;
    await told.toThrow(text);
  };
  writeFileSync(metadata, '{"class":"?"');
  await says("metadata is no JSON");
  writeFileSync(metadata, '{"x":1}');
  await says("metadata does not say of which class the model is");
  writeFileSync(metadata, whole.replace("feature.VectorAssembler", "feature.Unheard"));
  await says("it is of class org.apache.spark.ml.feature.Unheard, which firesteel does not know");
  writeFileSync(metadata, whole.replace('"keep"', '"kept"'));
  await says("handleInvalid must be one of error, skip, keep");
  rmSync(metadata);
  await says("metadata holds no part file");
  rmSync(join(path, "metadata"), { recursive: true });
  await says("there is no metadata directory");
  mkdirSync(join(directory, "empty"));
  await expect(VectorAssembler.load(join(directory, "nowhere"))).rejects.toThrow("nowhere cannot be read: there is no metadata");
});
