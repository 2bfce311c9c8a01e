/** Every public name of pyspark.ml (test/golden/mllib/api.py) is here: classes, methods, properties, parameters, and their defaults. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { mllib } from "../support/built-session";

interface Entry {
  readonly area: string;
  readonly members?: readonly string[];
  readonly params?: Readonly<Record<string, unknown>>;
}

const api = JSON.parse(readFileSync(join(__dirname, "../golden/mllib/api.json"), "utf8")) as Readonly<Record<string, Entry>>;
const ours = mllib as unknown as Readonly<Record<string, unknown>>;
const camel = (name: string) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** What there is no value of, and why. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  Vector: "a type here",
  Matrix: "a type here",
  SummaryBuilder: "a type here",
  TypeConverters: "kinds of parameters (intParam, …) check values",
  Predictor: "a class for Python's own learners; Estimator is that of one's own here",
  PredictionModel: "as Predictor; Model",
  PipelineReader: "write() and read() are the same for all classes",
  PipelineWriter: "as PipelineReader",
  PipelineModelReader: "as PipelineReader",
  PipelineModelWriter: "as PipelineReader",
  PipelineSharedReadWrite: "as PipelineReader",
  UnaryTransformer: "abstract: test/mllib/own-classes.test.ts",
  LDAModel: "abstract: its members are those of LocalLDAModel and DistributedLDAModel",
};

/** Members of instances, of classes, or of what they inherit. */
function has(subject: object & { readonly prototype?: object }, instance: object | null, name: string): boolean {
  return [name, camel(name)].some((each) => each in subject || (subject.prototype !== undefined && each in subject.prototype) || (instance !== null && each in instance)); // prettier-ignore
}

const instanceOf = (subject: unknown): object | null => {
  if (subject === mllib.DenseVector) return mllib.Vectors.dense([]);
  try {
    return new (subject as new () => object)();
  } catch {
    return null;
  }
};

test("all names", () => {
  const missing = Object.keys(api).filter((name) => !(name in ours) && !(camel(name) in ours));
  expect(missing.filter((name) => !(name in LEFT_OUT))).toEqual([]);
});

// Fields of models and summaries are there once something is fitted.
const made = Object.entries(api).filter(([name]) => name in ours && !(name in LEFT_OUT) && !/(Model|Summary)$/.test(name));

test.each(made)("%s: members, parameters and defaults", (name, { members = [], params = {} }) => {
  const subject = ours[name] as object;
  const instance = instanceOf(subject);
  expect(members.filter((member) => !has(subject, instance, member))).toEqual([]);
  if (!(instance instanceof mllib.Params)) return;
  for (const [param, value] of Object.entries(params)) {
    expect([param, instance.hasParam(param)]).toEqual([param, true]);
    expect([param, instance.hasDefault(param)]).toEqual([param, value !== null]);
    if (value !== null && value !== "own") expect([param, instance.getOrDefault(param)]).toEqual([param, value === "NaN" ? NaN : value]); // prettier-ignore
  }
});
