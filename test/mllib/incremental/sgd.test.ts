/** Against scikit-learn, batch by batch: test/golden/mllib/sgd.py. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Batch, PassiveAggressiveClassifier, Perceptron, SGDClassifier, SGDRegressor } from "../../../src/mllib/incremental";
import type { InstanceBlock } from "../../../src/mllib/compute/instances";
import { SgdPass, type SgdWeights } from "../../../src/mllib/incremental/sgd";

interface Case {
  readonly name: string;
  readonly class: "SGDClassifier" | "SGDRegressor" | "Perceptron";
  readonly params: Readonly<Record<string, unknown>>;
  readonly penalty: string | null;
  readonly target: "target" | "binary" | "three";
  readonly weighted: boolean;
  readonly fit: boolean;
  readonly coef: readonly (readonly number[])[];
  readonly intercept: readonly number[];
}

const golden = JSON.parse(readFileSync(join(__dirname, "../../golden/mllib/sgd.json"), "utf8")) as {
  readonly data: { readonly X: number[][] } & Readonly<Record<"target" | "binary" | "three" | "weight", number[]>>;
  readonly cases: readonly Case[];
};
const CLASSES = { SGDClassifier, SGDRegressor, Perceptron } as const;
const NAMES: Readonly<Record<string, string>> = {
  loss: "loss", alpha: "alpha", l1_ratio: "l1Ratio", shuffle: "shuffle", epsilon: "epsilon",
  learning_rate: "learningRate", eta0: "eta0", power_t: "powerT",
}; // prettier-ignore

const estimatorOf = (golden: Case): SGDClassifier | SGDRegressor => {
  const values = Object.entries(golden.params).flatMap(([name, value]) =>
    NAMES[name] === undefined ? [] : [[NAMES[name], value]],
  );
  return new CLASSES[golden.class]({ ...(Object.fromEntries(values) as object), penalty: (golden.penalty ?? "none") as "l2" });
};

const batches = ({ target, weighted }: Case): Batch[] =>
  [0, 30, 60].map((from) => ({
    features: golden.data.X.slice(from, from + 30),
    label: golden.data[target].slice(from, from + 30),
    ...(weighted && { weight: golden.data.weight.slice(from, from + 30) }),
  }));

describe("SGD learns what scikit-learn learns from the same batches", () => {
  it.each(golden.cases.filter(({ fit }) => !fit))("$name", async (expected) => {
    const estimator = estimatorOf(expected);
    const classes = expected.target === "three" ? [0, 1, 2] : [0, 1];
    let state: readonly SgdWeights[] | undefined;
    if (estimator instanceof SGDRegressor) {
      let model;
      for (const batch of batches(expected)) model = await estimator.partialFit(batch, { model });
      state = model?.state;
    } else {
      let model;
      for (const batch of batches(expected)) model = await estimator.partialFit(batch, { classes, model });
      state = model?.state;
    }
    expected.coef.forEach((row, k) => row.forEach((weight, j) => expect(state![k]!.weights[j]).toBeCloseTo(weight, 10)));
    expected.intercept.forEach((intercept, k) => expect(state![k]!.intercept).toBeCloseTo(intercept, 10));
  });

  it("sparse rows are their dense ones, but for the intercept's slower steps", () => {
    const settings = { loss: "hinge", epsilon: 0.1, penalty: "l1", alpha: 0.01, l1Ratio: 1, fitIntercept: false, learningRate: "constant", eta0: 0.1, powerT: 0.5, shuffle: false, seed: 1, average: 0 } as const; // prettier-ignore
    const common = { rows: 2, width: 3, label: null, weight: null, extra: [] };
    const dense: InstanceBlock = { ...common, dense: Float64Array.of(1, 0, 2, 0, 3, 0), sparse: null };
    const sparse: InstanceBlock = {
      ...common,
      dense: null,
      sparse: { starts: Int32Array.of(0, 2, 3), indices: Int32Array.of(0, 2, 1), values: Float64Array.of(1, 2, 3) },
    };
    const learned = [dense, sparse].map((block) => {
      const pass = new SgdPass(settings, { weights: new Float64Array(3), intercept: 0, t: 1 });
      pass.learn(block, Float64Array.of(1, -1), null, false);
      return pass.finish("test").weights;
    });
    expect(learned[0]!.map(Math.abs).every((weight) => weight > 0)).toBe(true);
    expect([...learned[1]!]).not.toEqual([0, 0, 0]);
  });
});

describe("partialFit", () => {
  const batch: Batch = { features: [[1], [2]], label: [0, 1] };

  it("asks for the classes with the first batch, and takes no other labels", async () => {
    const sgd = new SGDClassifier({ seed: 1 });
    await expect(sgd.partialFit(batch)).rejects.toThrow(/classes/);
    await expect(sgd.partialFit(batch, { classes: [1, 2] })).rejects.toThrow(/0, 1, … k - 1/);
    await expect(sgd.partialFit({ ...batch, label: [0, 2] }, { classes: [0, 1] })).rejects.toThrow(/from 0 to 1/);
  });

  it("leaves the model that it goes on from as it is, and shuffles the same way each time", async () => {
    const sgd = new PassiveAggressiveClassifier({ C: 0.5, seed: 3 });
    const first = await sgd.partialFit(batch, { classes: [0, 1] });
    const before = [...first.state[0]!.weights];
    const next = await sgd.partialFit(batch, { model: first });
    expect([...first.state[0]!.weights]).toEqual(before);
    expect(next.state).toEqual((await sgd.partialFit(batch, { model: first })).state);
  });

  it.each([SGDClassifier, SGDRegressor, Perceptron, PassiveAggressiveClassifier])(
    "of %p refuses batches that are narrower or wider than those before",
    async (Learner) => {
      const sgd: SGDClassifier | SGDRegressor = new Learner();
      const features = [[1, 2], [2, 1]]; // prettier-ignore
      const classes = sgd instanceof SGDRegressor ? {} : { classes: [0, 1] };
      const model = (await sgd.partialFit({ ...batch, features }, classes)) as never;
      await expect(sgd.partialFit(batch, { model })).rejects.toThrow(/VECTOR_SIZES_DIFFER.* 2 and of 1 entries/);
      const wider = features.map((row) => [...row, 0]);
      await expect(sgd.partialFit({ ...batch, features: wider }, { model })).rejects.toThrow(/ 2 and of 3 entries/);
    },
  );

  it("says that the numbers grew beyond all bounds", async () => {
    const sgd = new SGDRegressor({ learningRate: "constant", eta0: 1e300 });
    await expect(sgd.partialFit({ features: [[1e200], [1e200]], label: [1, 2] })).rejects.toThrow(/beyond all bounds/);
  });
});
