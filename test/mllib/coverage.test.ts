/** Every public estimator, transformer and evaluator is in the compliance suite and has golden results, or it is said here why not. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { mllib } from "../support/built-session";
import { SUBJECTS } from "./compliance-table";

const { Estimator, Evaluator, Model, Params, Transformer } = mllib;
type Class = abstract new (...args: never[]) => object;

/** Exported classes that have parameters; models are what estimators give, and are tried with them. */
const classes = Object.entries(mllib as unknown as Readonly<Record<string, unknown>>)
  .filter((entry): entry is [string, Class] => typeof entry[1] === "function" && entry[1].prototype instanceof Params)
  .filter(([name, each]) => !(each.prototype instanceof Model && name.endsWith("Model")))
  .filter(([, each]) => ![Estimator, Evaluator, Model, Transformer].includes(each as never));
const is = (each: Class, kind: unknown): boolean => each.prototype instanceof (kind as Class);
const named = (kind: unknown): string[] => classes.flatMap(([name, each]) => (is(each, kind) ? [name] : []));

/** What the compliance suite cannot try, and why. */
const NOT_A_SUBJECT: Readonly<Record<string, string>> = {
  UnaryTransformer: "abstract: own-classes.test.ts",
  IncrementalEstimator: "abstract: what classes with partialFit have in common",
};

/** What no other library answers for, and why. */
const WITHOUT_GOLDEN: Readonly<Record<string, string>> = {
  UnaryTransformer: "abstract",
  IncrementalEstimator: "abstract",
  BaggingClassifier: "samples are drawn: meta.test.ts compares with the members alone",
  BaggingRegressor: "samples are drawn: meta.test.ts compares with the members alone",
  Incremental: "what its estimator's partialFit gives, batch after batch: meta.test.ts",
  ParallelPostFit: "what its estimator gives: meta.test.ts",
  Pipeline: "what its stages give; saved ones go to PySpark and back",
  RandomizedSearchCV: "candidates are drawn; their scores are CrossValidator's",
  SuccessiveHalvingSearchCV: "candidates are drawn; its plan is held in plans.test.ts",
  HyperbandSearchCV: "candidates are drawn; its plan is held in plans.test.ts",
  IncrementalSearchCV: "candidates are drawn; its plan is held in plans.test.ts",
  InverseDecaySearchCV: "candidates are drawn; its plan is held in plans.test.ts",
};

/** The scripts that asked Spark and scikit-learn. */
function scripts(folder: string): string {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".py") && entry.name !== "api.py")
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
    .join("\n");
}

test("every estimator and transformer is in the compliance suite", () => {
  const subjects = new Set(SUBJECTS.map(({ name }) => name));
  const all = [...named(Estimator), ...named(Transformer)];
  expect(all.filter((name) => !subjects.has(name) && !(name in NOT_A_SUBJECT))).toEqual([]);
  expect([...subjects].filter((name) => !all.includes(name) || name in NOT_A_SUBJECT)).toEqual([]);
});

test("every class is in the documentation", () => {
  const page = readFileSync(join(__dirname, "../../docs/mllib.md"), "utf8");
  const internal = ["IncrementalEstimator"];
  const all = classes.map(([name]) => name).filter((name) => !internal.includes(name));
  expect(all.filter((name) => !new RegExp(`\\b${name}\\b`).test(page))).toEqual([]);
});

test("every class has golden results of Spark or scikit-learn", () => {
  const asked = scripts(join(__dirname, "../golden/mllib"));
  const all = classes.map(([name]) => name);
  expect(all).toEqual(expect.arrayContaining(["PowerIterationClustering", "PrefixSpan", ...named(Evaluator)]));
  const has = (name: string): boolean => new RegExp(`\\b${name}\\b`).test(asked);
  expect(all.filter((name) => !has(name) && !(name in WITHOUT_GOLDEN))).toEqual([]);
  expect(Object.keys(WITHOUT_GOLDEN).filter((name) => !all.includes(name))).toEqual([]);
});
