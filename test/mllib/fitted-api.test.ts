/** Every public name of pyspark.ml's models and summaries (test/golden/mllib/api.py) is there once something is fitted. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type DataFrame, mllib, testSession } from "../support/built-session";
import { rows, SCHEMA } from "./compliance-data";
import { SUBJECTS } from "./compliance-table";

interface Fitted {
  readonly className: string;
  readonly hasSummary?: boolean;
  readonly summary?: object;
  evaluate?(df: DataFrame): object | Promise<object>;
}
type Class = new (params: object) => { fit?(df: DataFrame): Promise<Fitted> };

const api = JSON.parse(readFileSync(join(__dirname, "../golden/mllib/api.json"), "utf8")) as Readonly<
  Record<string, { readonly members?: readonly string[] }>
>;
const camel = (name: string) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
const spark = testSession();

/** Members of pyspark.ml's class that neither the instance nor its class has. */
function missing(instance: object, name: string): string[] {
  const has = (member: string): boolean =>
    [member, camel(member)].some((each) => each in instance || each in instance.constructor);
  return (api[name]?.members ?? []).filter((member) => !has(member)).map((member) => `${name}.${member}`);
}

/** Of a model, or of the binary kind of a summary, which is the same class here. */
const kinds = (name: string): string[] => [name, `Binary${name}`].filter((each) => each in api);

const data = () => spark().createDataFrame(rows(12) as never, SCHEMA as never);
const known = new Set<string>();

test.each([...SUBJECTS, { name: "LDA", params: { topicDistributionCol: "out", featuresCol: "counts", k: 2, maxIter: 2, optimizer: "em", seed: 1 } }])(
  "$name",
  async ({ name, params }) => {
    const stage = new (mllib as unknown as Readonly<Record<string, Class>>)[name]!(params);
    if (stage.fit === undefined) return;
    const model = await stage.fit(data());
    known.add(model.className);
    expect(missing(model, model.className)).toEqual([]);
    if (model.hasSummary !== true) return;
    const summaries = [model.summary!, ...(model.evaluate === undefined ? [] : [await model.evaluate(data())])];
    for (const summary of summaries) {
      const own = kinds(summary.constructor.name.replace(/^_/, ""));
      own.forEach((each) => known.add(each));
      expect(own.flatMap((each) => missing(summary, each))).toEqual([]);
    }
  },
); // prettier-ignore

test("all models and summaries were there", () => {
  const abstract = ["Model", "PredictionModel", "LDAModel"];
  // Summaries of other rows that have nothing of their own are the class that they share with others here.
  const shared = ["LinearSVCSummary", "FMClassificationSummary", "MultilayerPerceptronClassificationSummary"];
  const names = Object.keys(api).filter((name) => /(Model|Summary)$/.test(name));
  expect(names.filter((name) => !known.has(name) && !abstract.includes(name) && !shared.includes(name))).toEqual([]);
});
