/** The fits give Spark's coefficients, objectives and numbers of iterations (test/golden/mllib/linear.py). */
import golden from "../../golden/mllib/linear.json";
import { fitGlm } from "../../../src/mllib/linear/glm-fit";
import { LINKS, type FamilyName, type LinkName } from "../../../src/mllib/linear/families";
import { fitLinear } from "../../../src/mllib/linear/linear-fit";
import { fitLogistic, type LogisticBounds } from "../../../src/mllib/linear/logistic-fit";
import { fitSvc } from "../../../src/mllib/linear/svc-fit";
import { leastSquares } from "../../../src/mllib/optim/weighted-least-squares";
import { momentsOf, summarize } from "../../../src/mllib/linear/summary";
import { passing, reweighting } from "./in-process";
import { expectNear } from "./near";
import { blocksOf, type Row, table } from "./rows";

const rows = table(golden.seed, golden.n);
type Values = Readonly<Record<string, any>>;
const base = { regParam: 0, elasticNetParam: 0, maxIter: 100, tol: 1e-6, fitIntercept: true, standardization: true };

const data = (params: Values, options: { sparse?: boolean; blockRows?: number; constant?: boolean } = {}) =>
  blocksOf(rows, {
    label: (params["labelCol"] ?? "label") as Exclude<keyof Row, "features">,
    weighted: params["weightCol"] !== undefined,
    offset: params["offsetCol"] !== undefined,
    ...options,
  });

const forms = [{}, { sparse: true }, { blockRows: 50 }];

describe("logistic regression", () => {
  test.each(golden.logistic.map((c) => [JSON.stringify({ data: c.data, ...c.params }), c] as const))("%s", (_name, c) => {
    const params: Values = c.params;
    const numClasses = params["labelCol"] === "cls" ? 3 : 2;
    const matrix = (name: string): Float64Array[] | undefined => params[name]?.map((row: number[]) => Float64Array.from(row));
    const vector = (name: string): Float64Array | undefined => params[name] && Float64Array.from(params[name]);
    const bounds: LogisticBounds = {
      lowerCoefficients: matrix("lowerBoundsOnCoefficients"),
      upperCoefficients: matrix("upperBoundsOnCoefficients"),
      lowerIntercepts: vector("lowerBoundsOnIntercepts"),
      upperIntercepts: vector("upperBoundsOnIntercepts"),
    };
    for (const form of forms) {
      const training = data(params, { ...form, constant: c.data === "constant" });
      const fit = passing(
        training,
        fitLogistic(summarize(training, true)!, {
          ...base,
          ...params,
          numClasses,
          multinomial: numClasses > 2 || params["family"] === "multinomial",
          bounds: Object.values(bounds).some((bound) => bound !== undefined) ? bounds : undefined,
          initial: undefined,
        }),
      );
      // Without a penalty the multinomial objective is flat along a line, and 40 steps end where they end.
      const loose = params["maxIter"] === 40;
      fit.coefficients.forEach((row, k) => expectNear(row, c.coefficients[k]!, loose ? 1e-3 : 1e-7));
      expectNear(fit.intercepts, c.intercepts, loose ? 1e-3 : 1e-7);
      expectNear(fit.objectiveHistory, c.objectiveHistory, loose ? 1e-4 : 1e-8);
    }
  });
});

describe("linear SVC", () => {
  test.each(golden.svc.map((c) => [JSON.stringify(c.params), c] as const))("%s", (_name, c) => {
    const params: Values = c.params;
    for (const form of forms) {
      const training = data(params, form);
      const fit = passing(training, fitSvc(summarize(training, true)!, { ...base, ...params }));
      expectNear(fit.objectiveHistory, c.objectiveHistory, 1e-10);
      expectNear([...fit.coefficients, fit.intercept], [...c.coefficients, c.intercept], 1e-8);
    }
  });
});

describe("linear regression", () => {
  test.each(golden.linear.map((c) => [JSON.stringify({ data: c.data, ...c.params }), c] as const))("%s", (_name, c) => {
    const params: Values = { labelCol: "target", loss: "squaredError", epsilon: 1.35, ...c.params };
    for (const form of forms) {
      const training = data(params, { ...form, constant: c.data === "constant" });
      if (params["loss"] === "squaredError" && params["solver"] !== "l-bfgs") {
        const { standardization: standardizeFeatures, ...options } = { ...base, ...params };
        const fit = leastSquares(momentsOf(training)!, { ...options, standardizeFeatures, standardizeLabel: true });
        expectNear([...fit.coefficients, fit.intercept], [...c.coefficients, c.intercept], 1e-8);
        expectNear(fit.objectiveHistory, c.objectiveHistory, 1e-9);
      } else {
        const options = { ...base, ...(params as { loss: "huber"; epsilon: number }) };
        const fit = passing(training, fitLinear(summarize(training, false)!, options));
        expectNear([...fit.coefficients, fit.intercept, fit.scale], [...c.coefficients, c.intercept, c.scale], 1e-6);
        expectNear(fit.objectiveHistory, c.objectiveHistory, 1e-8);
      }
    }
  });
});

describe("generalized linear regression", () => {
  test.each(golden.glr.map((c) => [JSON.stringify(c.params), c] as const))("%s", (_name, c) => {
    const params: Values = c.params;
    const family = params["family"] as FamilyName;
    const variancePower: number = params["variancePower"] ?? 0;
    const link: LinkName | { power: number } =
      family === "tweedie" ? { power: params["linkPower"] ?? 1 - variancePower } : (params["link"] ?? LINKS[family][0]!);
    for (const form of forms) {
      const fit = reweighting(
        data(params, form),
        fitGlm({
          ...base,
          maxIter: 25,
          ...params,
          family: { family, variancePower, link },
          hasOffset: params["offsetCol"] !== undefined,
        }),
      );
      expect(fit.numIterations).toBe(c.numIterations);
      // Where 25 steps do not converge, they follow Spark's only roughly.
      const tolerance = c.numIterations === 25 ? 0.2 : 1e-8;
      expectNear([...fit.coefficients, fit.intercept], [...c.coefficients, c.intercept], tolerance);
    }
  });
});
