/** Passes by WebAssembly against the same sums in plain JavaScript, row by row. */
import { type Loss, type PassResult, type PassSpec, runPass } from "../../../src/mllib/linear/pass";
import { momentsOf } from "../../../src/mllib/linear/summary";
import { TileRoom, type TrainingBlock, trainingBlock } from "../../../src/mllib/linear/tiles";
import { expectNear } from "./near";

let state = 1;
const random = (): number => (state = (Math.imul(1664525, state) + 1013904223) >>> 0) / 4294967296;

interface Data {
  readonly rows: readonly (readonly number[])[];
  readonly label: Float64Array;
  readonly weight: Float64Array | null;
}

function dataOf(rows: number, width: number, classes: number, weighted: boolean): Data {
  return {
    rows: Array.from({ length: rows }, () => Array.from({ length: width }, () => 4 * random() - 2)),
    label: Float64Array.from({ length: rows }, () => Math.floor(random() * classes)),
    weight: weighted ? Float64Array.from({ length: rows }, () => Math.floor(random() * 4) / 2) : null,
  };
}

const blockOf = ({ rows, label, weight }: Data): TrainingBlock =>
  trainingBlock({
    rows: rows.length,
    width: rows[0]!.length,
    dense: Float64Array.from(rows.flat()),
    sparse: null,
    label,
    weight,
    extra: [],
  });

/** Loss of a row and its derivatives by the margins and by sigma. */
function row(loss: Loss, margins: readonly number[], y: number): { loss: number; slopes: number[]; sigma: number } {
  const m = margins[0]!;
  switch (loss.kind) {
    case "logistic": {
      const s = y > 0 ? m : -m;
      const value = s > 0 ? Math.log1p(Math.exp(-s)) : -s + Math.log1p(Math.exp(s));
      return { loss: value, slopes: [1 / (1 + Math.exp(-m)) - y], sigma: 0 };
    }
    case "softmax": {
      const most = Math.max(...margins);
      const powers = margins.map((each) => Math.exp(each - most));
      const sum = powers.reduce((a, b) => a + b, 0);
      return { loss: Math.log(sum) - (margins[y]! - most), slopes: powers.map((p, k) => p / sum - (k === y ? 1 : 0)), sigma: 0 };
    }
    case "hinge": {
      const sign = 2 * y - 1;
      const value = Math.max(0, 1 - sign * m);
      return { loss: value, slopes: [value > 0 ? -sign : 0], sigma: 0 };
    }
    case "squared": {
      const d = m - y / loss.labelScale;
      return { loss: (d * d) / 2, slopes: [d], sigma: 0 };
    }
    case "huber": {
      const { sigma, epsilon } = loss;
      const d = y - m;
      return Math.abs(d) <= sigma * epsilon
        ? { loss: (sigma + (d * d) / sigma) / 2, slopes: [-d / sigma], sigma: (1 - (d / sigma) ** 2) / 2 }
        : {
            loss: (sigma + 2 * epsilon * Math.abs(d) - sigma * epsilon ** 2) / 2,
            slopes: [-Math.sign(d) * epsilon],
            sigma: (1 - epsilon ** 2) / 2,
          };
    }
    case "survival":
      throw new Error("Its rows have censors: see survival.test.ts.");
  }
}

function twin({ rows, label, weight }: Data, { loss, width, outputs, coefficients, offsets }: PassSpec): PassResult {
  const result: PassResult = {
    loss: 0,
    weight: 0,
    gradient: new Float64Array(width * outputs),
    residuals: new Float64Array(outputs),
    sigmaGradient: 0,
  };
  rows.forEach((x, r) => {
    const w = weight === null ? 1 : weight[r]!;
    const margins = Array.from(offsets, (offset, k) =>
      x.reduce((sum, value, j) => sum + value * coefficients[k * width + j]!, offset),
    );
    const { loss: value, slopes, sigma } = row(loss, margins, label[r]!);
    result.weight += w;
    result.loss += w * value;
    result.sigmaGradient += w * sigma;
    slopes.forEach((slope, k) => {
      result.residuals[k]! += w * slope;
      x.forEach((each, j) => (result.gradient[k * width + j]! += w * slope * each));
    });
  });
  return result;
}

const losses: readonly (readonly [Loss, number])[] = [
  [{ kind: "logistic" }, 1],
  [{ kind: "softmax" }, 4],
  [{ kind: "hinge" }, 1],
  [{ kind: "squared", labelScale: 0.7 }, 1],
  [{ kind: "huber", sigma: 0.6, epsilon: 1.35 }, 1],
];
const shapes = [
  [1, 1],
  [7, 3],
  [8, 0],
  [519, 11],
  [1030, 2],
  [90, 600],
] as const;

describe.each(losses)("%p", (loss, outputs) => {
  test.each(shapes)("%i rows of %i features", (rows, width) => {
    for (const weighted of [false, true])
      for (const size of [0.1, 1, 40]) {
        const data = dataOf(rows, width, outputs === 1 ? 2 : outputs, weighted);
        const spec = {
          loss,
          width,
          outputs,
          coefficients: Float64Array.from({ length: width * outputs }, () => size * (2 * random() - 1)),
          offsets: Float64Array.from({ length: outputs }, () => 2 * random() - 1),
        };
        const got = runPass([blockOf(data)], spec);
        const want = twin(data, spec);
        expectNear([got.loss, got.weight, got.sigmaGradient], [want.loss, want.weight, want.sigmaGradient], 1e-11);
        // Sums of signed parts: errors are in parts of what is added up.
        const scale = Math.max(1, want.weight);
        expectNear(
          got.residuals.map((v) => v / scale),
          [...want.residuals.map((v) => v / scale)],
          1e-12,
        );
        expectNear(
          got.gradient.map((v) => v / scale),
          [...want.gradient.map((v) => v / scale)],
          1e-12,
        );
      }
  });
});

test("margins that are out of the exponential's range", () => {
  const data = { rows: [[1000], [-1000], [1000], [-1000]], label: Float64Array.of(1, 0, 0, 1), weight: null };
  const spec: PassSpec = {
    loss: { kind: "logistic" },
    width: 1,
    outputs: 1,
    coefficients: Float64Array.of(1),
    offsets: Float64Array.of(0),
  };
  const got = runPass([blockOf(data)], spec);
  expect(got.loss).toBe(2000);
  expectNear(got.gradient, [2000], 1e-12);
});

test("moments keep their digits far from zero, and constants have none", () => {
  const rows = Array.from({ length: 700 }, (_, i) => [1e8 + (i % 7), 0.1]);
  const label = Float64Array.from(rows, ([x]) => 2 * (x! - 1e8));
  const moments = momentsOf([blockOf({ rows, label, weight: null })])!;
  expect(moments.products[0]! / 700).toBeCloseTo(4, 9);
  expect(moments.labelProducts[0]! / 700).toBeCloseTo(8, 9);
  expect([moments.products[1], moments.products[2], moments.means[1]]).toEqual([0, 0, 0.1]);
});

test("rows of short whole numbers make the tiles that they make as doubles, in memory that is used again too", () => {
  const room = new TileRoom();
  for (const [rows, width] of [
    [1, 3],
    [7, 11],
    [600, 11],
    [5, 1],
  ] as const) {
    const short = Int16Array.from({ length: rows * width }, () => Math.floor(65_536 * random()) - 32_768);
    const common = { rows, width, sparse: null, label: new Float64Array(rows), weight: null, extra: [] };
    const wanted = trainingBlock({ ...common, dense: Float64Array.from(short) });
    expect(trainingBlock({ ...common, dense: null, short })).toEqual(wanted);
    expect(trainingBlock({ ...common, dense: null, short }, room)).toEqual(wanted);
    // What is no float of 32 bits stands in the same room.
    const dense = Float64Array.from(short, (value) => value + 0.1);
    expect(trainingBlock({ ...common, dense }, room)).toEqual(trainingBlock({ ...common, dense }));
  }
});
