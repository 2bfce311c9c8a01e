/** Against scikit-learn, batch by batch: test/golden/mllib/sgd.py. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Batch, PassiveAggressiveClassifier, Perceptron, SGDClassifier, SGDRegressor } from "../../../src/mllib/incremental";
import type { InstanceBlock } from "../../../src/mllib/compute/instances";
import { Vectors } from "../../../src/mllib/linalg";
import { lossNamed } from "../../../src/mllib/incremental/sgd-loss";
import { SgdPass, type SgdSettings, type SgdWeights } from "../../../src/mllib/incremental/sgd";

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

describe("a pass over sparse rows", () => {
  let state = 11;
  const random = (): number => (state = (Math.imul(1664525, state) + 1013904223) >>> 0) / 4294967296;
  const common: SgdSettings = { loss: "log_loss", epsilon: 0.1, penalty: "l2", alpha: 0.01, l1Ratio: 0.3, fitIntercept: true, learningRate: "constant", eta0: 0.1, powerT: 0.5, shuffle: false, seed: 1, average: 0 }; // prettier-ignore
  const start = (width: number): SgdWeights => ({ weights: new Float64Array(width), intercept: 0, t: 1 });

  /** Rows of `stored` entries each, an entry at times twice. */
  function sparseRows(rows: number, width: number, stored: number): InstanceBlock & { readonly label: Float64Array } {
    return {
      rows,
      width,
      dense: null,
      sparse: {
        starts: Int32Array.from({ length: rows + 1 }, (_, row) => row * stored),
        indices: Int32Array.from({ length: rows * stored }, () => Math.floor(random() * width)),
        values: Float64Array.from({ length: rows * stored }, () => 4 * random() - 2),
      },
      label: Float64Array.from({ length: rows }, () => (random() < 0.5 ? -1 : 1)),
      weight: null,
      extra: [],
    };
  }

  const penalties = ["l2", "l1", "elasticnet", "none"] as const;
  // Of alpha 9, the scale of the weights goes below its bound every tenth of rows or so.
  it.each(penalties.flatMap((penalty) => [0.01, 9].map((alpha) => [penalty, alpha] as const)))(
    "measures loss and penalty of each row as from all weights: %s, alpha %d",
    (penalty, alpha) => {
      const settings: SgdSettings = { ...common, penalty, alpha, average: 5 };
      const width = 12;
      const pass = new SgdPass(settings, start(width));
      const share = { l2: 0, l1: 1, elasticnet: settings.l1Ratio, none: 0 }[penalty];
      for (let row = 0; row < 300; row++) {
        const block = sparseRows(1, width, 3);
        const { weights, intercept } = pass.finish("test");
        const p = [0, 1, 2].reduce(
          (sum, at) => sum + block.sparse!.values[at]! * weights[block.sparse!.indices[at]!]!,
          intercept,
        );
        const squares = weights.reduce((sum, weight) => sum + weight ** 2, 0);
        const sizes = weights.reduce((sum, weight) => sum + Math.abs(weight), 0);
        const own = penalty === "none" ? 0 : alpha * (((1 - share) / 2) * squares + share * sizes);
        const expected = lossNamed(settings.loss, settings.epsilon).value(block.label[0]!, p) + own;
        pass.learn(block, block.label, null, true);
        expect(Math.abs(pass.takeObjective() / expected - 1)).toBeLessThan(1e-9);
      }
    },
  );

  it("gives the weights that it gives without measuring", () => {
    const settings: SgdSettings = { ...common, penalty: "elasticnet", average: 5 };
    const block = sparseRows(200, 30, 4);
    const [measured, plain] = [true, false].map((measures) => {
      const pass = new SgdPass(settings, start(30));
      pass.learn(block, block.label, null, measures);
      return pass.finish("test");
    });
    expect(measured).toEqual(plain);
  });

  it.each(penalties)("reads of the weights those of its rows, and all of them once: %s", (penalty) => {
    const width = 1 << 12;
    const stored = 3;
    const rows = 200;
    let reads = 0;
    const counted = new Proxy(new Float64Array(width), {
      get(target, key) {
        const value: unknown = Reflect.get(target, key, target);
        if (typeof key === "string" && /^\d+$/.test(key)) reads++;
        return value;
      },
      set: (target, key, value) => Reflect.set(target, key, value, target),
    });
    const weights = { length: width, slice: () => counted } as unknown as Float64Array;
    const average = { weights: new Float64Array(width), intercept: 0 };
    const pass = new SgdPass({ ...common, penalty, average: 1 }, { weights, intercept: 0, t: 1, average });
    const block = sparseRows(rows, width, stored);
    pass.learn(block, block.label, null, true);
    expect(reads).toBeGreaterThanOrEqual(rows * stored);
    expect(reads).toBeLessThanOrEqual(width + 10 * rows * stored);
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

  it("takes vectors: sparse ones as scikit-learn takes rows of a sparse matrix, dense ones as arrays", async () => {
    const sgd = new SGDClassifier({ loss: "log_loss", alpha: 0.01, shuffle: false, learningRate: "constant", eta0: 0.1 });
    const features = [Vectors.sparse(6, [1], [2]), Vectors.sparse(6, [3, 5], [-1, 0.5]), Vectors.sparse(6, [0], [1.5]), Vectors.sparse(6, [5], [-2])]; // prettier-ignore
    const label = [0, 1, 1, 0];
    const first = await sgd.partialFit({ features, label }, { classes: [0, 1] });
    const { weights, intercept } = (await sgd.partialFit({ features: features.slice(0, 2), label: [0, 1] }, { model: first })).state[0]!; // prettier-ignore
    // SGDClassifier(…).partial_fit of the csr_matrix of these rows
    const expected = [0.07477522025154855, -0.18947442746473114, 0.0, -0.09705043124335928, 0.0, 0.14585764433943885];
    expected.forEach((weight, j) => expect(weights[j]).toBeCloseTo(weight, 12));
    expect(intercept).toBeCloseTo(3.4547392841156746e-5, 12);
    const arrays = await sgd.partialFit({ features: features.map((row) => row.toArray()), label }, { classes: [0, 1] });
    for (const mixed of [features.map((row) => row.toDense()), [features[0]!, ...features.slice(1).map((row) => row.toDense())]])
      expect((await sgd.partialFit({ features: mixed, label }, { classes: [0, 1] })).state).toEqual(arrays.state);
  });

  it("of sparse rows takes memory by what is stored", async () => {
    const width = 1_000_000;
    const label = Array.from({ length: 50_000 }, (_, row) => row % 2);
    const features = label.map((_, row) => Vectors.sparse(width, [row], [1]));
    const model = await new SGDClassifier({ seed: 1 }).partialFit({ features, label }, { classes: [0, 1] });
    expect(model.state[0]!.weights.filter((weight) => weight !== 0).length).toBeGreaterThan(label.length / 2);
  });

  it("says which features are no numbers", async () => {
    const regressor = new SGDRegressor();
    await expect(regressor.partialFit({ features: [[1], [NaN]], label: [1, 2] })).rejects.toThrow(/Column features.*NaN/);
    const sparse = [Vectors.sparse(9, [1], [Infinity]), Vectors.sparse(9, [1], [2])];
    await expect(regressor.partialFit({ features: sparse, label: [1, 2] })).rejects.toThrow(/Infinity/);
  });

  it("says that the numbers grew beyond all bounds", async () => {
    const sgd = new SGDRegressor({ learningRate: "constant", eta0: 1e300 });
    await expect(sgd.partialFit({ features: [[1e200], [1e200]], label: [1, 2] })).rejects.toThrow(/beyond all bounds/);
  });
});
