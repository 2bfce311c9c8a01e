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

test("linear regressions and k-means are written as PMML, as Spark does; other models are refused", async () => {
  spark();
  const assembled = assembler();
  const path = join(directory, "pmml");
  const saved = async (model: Pick<typeof assembled, "write">): Promise<string> => {
    await model.write().overwrite().format("pmml").save(path);
    expect(readdirSync(path).sort()).toEqual(["_SUCCESS", "part-00000"]);
    return readFileSync(join(path, "part-00000"), "utf8").replace(/<Timestamp>[-0-9T:]{19}</, "<Timestamp>now<");
  };
  // What Spark 4.2.1 writes, without its name space of inline tables.
  const model = new mllib.LinearRegressionModel(mllib.Vectors.dense([-0.5, 1.25]), 3);
  expect(await saved(model)).toBe(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<PMML version="4.4" xmlns="http://www.dmg.org/PMML-4_4">
    <Header description="linear regression">
        <Application name="Apache Spark MLlib" version="4.2.1"/>
        <Timestamp>now</Timestamp>
    </Header>
    <DataDictionary numberOfFields="3">
        <DataField name="field_0" optype="continuous" dataType="double"/>
        <DataField name="field_1" optype="continuous" dataType="double"/>
        <DataField name="target" optype="continuous" dataType="double"/>
    </DataDictionary>
    <RegressionModel modelName="linear regression" functionName="regression">
        <MiningSchema>
            <MiningField name="field_0" usageType="active"/>
            <MiningField name="field_1" usageType="active"/>
            <MiningField name="target" usageType="target"/>
        </MiningSchema>
        <RegressionTable intercept="3">
            <NumericPredictor name="field_0" coefficient="-0.5"/>
            <NumericPredictor name="field_1" coefficient="1.25"/>
        </RegressionTable>
    </RegressionModel>
</PMML>

`);
  const clusters = await saved(new mllib.KMeansModel([mllib.Vectors.dense([2.2, 1.4])]));
  expect(clusters)
    .toContain(`    <ClusteringModel modelName="k-means" functionName="clustering" modelClass="centerBased" numberOfClusters="1">
        <MiningSchema>
            <MiningField name="field_0" usageType="active"/>
            <MiningField name="field_1" usageType="active"/>
        </MiningSchema>
        <ComparisonMeasure kind="distance">
            <squaredEuclidean/>
        </ComparisonMeasure>
        <ClusteringField field="field_0" compareFunction="absDiff"/>
        <ClusteringField field="field_1" compareFunction="absDiff"/>
        <Cluster name="cluster_0">
            <Array n="2" type="real">2.2 1.4</Array>
        </Cluster>
    </ClusteringModel>`);
  await expect(assembled.write().overwrite().format("pmml").save(path)).rejects.toThrow(/UNSUPPORTED_FORMAT.*be saved as PMML/);
  expect(readFileSync(join(path, "part-00000"), "utf8")).toContain("k-means clustering");
  expect(() => assembled.write().format("xml" as "pmml")).toThrow("UNSUPPORTED_FORMAT");
});
