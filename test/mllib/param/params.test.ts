import { inspect } from "node:util";
import { jsonText } from "../../../src/mllib/param/json-text";
import fc from "fast-check";
import { Params, withParams } from "../../../src/mllib/param/params";
import { ParamMap } from "../../../src/mllib/param/param";
import {
  choiceParam,
  doubleParam,
  doublesParam,
  gtEq,
  inRange,
  intParam,
  matrixParam,
  stringsParam,
  vectorParam,
} from "../../../src/mllib/param/kinds";
import { Matrices, Vectors } from "../../../src/mllib/linalg";

class Base extends withParams(Params, { maxIter: intParam("most iterations", 100, gtEq(0)) }) {}
class Learner extends withParams(Base, {
  rate: doubleParam("learning rate", 0.5, inRange(0, 1, false)),
  mode: choiceParam("how", ["fast", "Exact"], "fast"),
  names: stringsParam("names"),
  start: vectorParam("where to begin"),
  bounds: matrixParam("limits"),
  limits: doublesParam("splits"),
}) {}

test("constructors, setters and getters are typed by the parameters", () => {
  const learner = new Learner({ rate: 0.25, maxIter: 7 });
  const rate: number = learner.getRate();
  expect([rate, learner.getMaxIter(), learner.getMode()]).toEqual([0.25, 7, "fast"]);
  const same: Learner = learner.setMode("Exact").setMaxIter(8);
  expect(same).toBe(learner);
  expect([learner.getMode(), learner.getMaxIter()]).toEqual(["Exact", 8]);
  expect(learner.setParams({ mode: "fast", maxIter: 9 })).toBe(learner);
  expect([learner.getMode(), learner.getMaxIter()]).toEqual(["fast", 9]);
  // @ts-expect-error a rate is a number
  expect(() => new Learner({ rate: "x" })).toThrow('Learner: rate must be a number, got "x".');
});

test("values are checked when they are set, with names and limits", () => {
  expect(() => new Learner({ rate: 0 })).toThrow("[INVALID_PARAMETER_VALUE] Learner: rate must be in (0, 1], got 0.");
  expect(() => new Learner({ maxIter: -1 })).toThrow("maxIter must be at least 0, got -1");
  expect(() => new Learner({ maxIter: 1.5 })).toThrow("maxIter must be a whole number");
  expect(() => new Learner({ mode: "slow" as "fast" })).toThrow('mode must be one of fast, Exact, got "slow"');
  expect(() => new Learner({ maxItr: 1 } as never)).toThrow("Learner has no parameter maxItr. Did you mean maxIter?");
  expect(() => new Learner({ n_estimators: 1 } as never)).toThrow("Learner has no parameter n_estimators. scikit-learn's n_estimators is maxIter here."); // prettier-ignore
  expect(() => new Learner({ zzzzzzzz: 1 } as never)).toThrow("There are: bounds, limits, maxIter, mode, names, rate, start.");
  expect(() => new Learner().getNames()).toThrow("[PARAMETER_NOT_SET] Learner: names has no default and was not set.");
});

test("words are taken in whatever case and kept as they are known", () => {
  expect(new Learner({ mode: "exact" as "Exact" }).getMode()).toBe("Exact");
});

test("copies have the same uid and values of their own", () => {
  const learner = new Learner({ rate: 0.25 });
  const copy = learner.copy({ maxIter: 3 });
  expect(copy).toBeInstanceOf(Learner);
  expect([copy.uid, copy.getMaxIter(), copy.getRate()]).toEqual([learner.uid, 3, 0.25]);
  copy.setRate(0.75);
  expect([learner.getMaxIter(), learner.getRate()]).toEqual([100, 0.25]);
  expect(new Learner().uid).not.toBe(learner.uid);
  expect(learner.uid).toMatch(/^Learner_[0-9a-f]{12}$/);
});

test("parameter maps hold values for several instances, and each takes its own", () => {
  const [a, b] = [new Learner(), new Learner()];
  const map = new ParamMap([
    [a.rate, 0.1],
    [b.rate, 0.2],
  ]);
  expect([a.copy(map).getRate(), b.copy(map).getRate(), new Learner().copy(map).getRate()]).toEqual([0.1, 0.2, 0.5]);
  expect(() => map.put(a.rate, 2)).toThrow("rate must be in (0, 1], got 2");
  expect(Object.keys(map.toObject())).toEqual([String(a.rate), String(b.rate)]);
  expect(new ParamMap([[a.rate, 0.1]]).toObject()).toEqual({ rate: 0.1 });
});

test("what is set, what is a default, and what is neither", () => {
  const learner = new Learner({ rate: 1 });
  expect([
    learner.isSet("rate"),
    learner.isSet("maxIter"),
    learner.isDefined("maxIter"),
    learner.isDefined(learner.names),
  ]).toEqual([true, false, true, false]);
  expect(learner.explainParam("rate")).toBe("rate: learning rate (default: 0.5, current: 1)");
  expect(learner.explainParam("names")).toBe("names: names (undefined)");
  expect(learner.params.map((param) => param.name)).toEqual(["bounds", "limits", "maxIter", "mode", "names", "rate", "start"]);
  expect(learner.clear("rate").getRate()).toBe(0.5);
  expect([...learner.extractParamMap({ rate: 0.9 })].map(([param, value]) => [param.name, value])).toEqual([
    ["maxIter", 100],
    ["mode", "fast"],
    ["rate", 0.9],
  ]);
  expect(() => learner.set(new Learner().rate, 1)).toThrow("is a parameter of another instance");
});

test("parameters go to JSON and back", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1 }), (values) => {
      const learner = new Learner({
        start: Vectors.dense(values).toSparse(),
        bounds: Matrices.dense(
          1,
          values.length,
          values.map((value) => value + 0),
        ),
        limits: [NaN, Infinity, -Infinity, ...values],
        names: ["a"],
      });
      const { paramMap, defaultParamMap } = JSON.parse(jsonText(learner.paramsToJson())) as ReturnType<Learner["paramsToJson"]>;
      const read = new Learner().paramsFromJson(learner.uid, paramMap, defaultParamMap);
      expect(read.uid).toBe(learner.uid);
      expect(read.getStart().equals(learner.getStart())).toBe(true);
      expect(read.getBounds().equals(learner.getBounds())).toBe(true);
      expect(read.explainParams()).toBe(learner.explainParams());
    }),
    { numRuns: 50 },
  );
});

test("values in something else than an object or a ParamMap are refused, not passed over", () => {
  const learner = new Learner();
  const map = new Map([[learner.maxIter, 5]]);
  expect(() => learner.copy(map as unknown as ParamMap)).toThrow("not an object of the class Map");
  expect(() => learner.setAll([1] as unknown as ParamMap)).toThrow("not an array");
  expect(() => learner.extractParamMap(map as unknown as ParamMap)).toThrow("ParamMap");
  expect(learner.copy(new ParamMap(map)).getMaxIter()).toBe(5);
  expect(learner.copy(Object.assign(Object.create(null), { maxIter: 6 }) as object as ParamMap).getMaxIter()).toBe(6);
});

test("console.log shows an instance by its text", () => {
  const learner = new Learner();
  expect(inspect({ learner })).toBe(`{ learner: ${learner.uid} }`);
});
