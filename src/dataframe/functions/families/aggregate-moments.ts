/** Variance and its relatives, correlation and regression: updated value by value as Spark does, so that the last digits agree. */
import type { Boxed } from "../../../columnar/types";
import { QueryError } from "../../errors";
import { DOUBLE, LONG } from "../../expressions/build";
import type { AggregateCall } from "../../expressions/expression";
import { aggregate } from "../aggregate";
import { document } from "../documented";
import { addMoment, addPair, MOMENTS, PAIR_MOMENTS } from "../numeric/moments";
import type { Accumulator, AggregateFunction, EvaluationContext } from "../registry";

const doc = document("agg");

/** Count, mean and the sums of powers of the distances from it. */
interface Moments {
  readonly n: number;
  readonly avg: number;
  readonly m2: number;
  readonly m3: number;
  readonly m4: number;
}

function mergeMoments(a: Moments, b: Moments): Moments {
  const n1 = a.n;
  const n2 = b.n;
  const n = n1 + n2;
  const delta = b.avg - a.avg;
  const deltaN = n === 0 ? 0 : delta / n;
  return {
    n,
    avg: a.avg + deltaN * n2,
    m2: a.m2 + b.m2 + delta * deltaN * n1 * n2,
    m3: a.m3 + b.m3 + deltaN * deltaN * delta * n1 * n2 * (n1 - n2) + 3 * deltaN * (n1 * b.m2 - n2 * a.m2),
    m4:
      a.m4 +
      b.m4 +
      deltaN * deltaN * deltaN * delta * n1 * n2 * (n1 * n1 - n1 * n2 + n2 * n2) +
      6 * deltaN * deltaN * (n1 * n1 * b.m2 + n2 * n2 * a.m2) +
      4 * deltaN * (n1 * b.m3 - n2 * a.m3),
  };
}

function momentsOf(cells: Float64Array): Moments {
  const [n, avg, m2, m3, m4] = cells as unknown as readonly [number, number, number, number, number];
  return { n, avg, m2, m3, m4 };
}

function moments(value: (args: readonly Boxed[]) => Boxed, finish: (state: Moments) => Boxed): Accumulator<Float64Array> {
  return {
    stateTypes: [DOUBLE, DOUBLE, DOUBLE, DOUBLE, DOUBLE],
    init: () => new Float64Array(MOMENTS),
    update: (state, args) => {
      const x = value(args);
      if (x !== null) addMoment(state, 0, x as number);
      return state;
    },
    merge: (a, b) => {
      const { n, avg, m2, m3, m4 } = mergeMoments(momentsOf(a), momentsOf(b));
      a.set([n, avg, m2, m3, m4]);
      return a;
    },
    finish: (state) => finish(momentsOf(state)),
    toColumns: (state) => [...state],
    fromColumns: (columns) => new Float64Array(columns as readonly number[]),
  };
}

const first = (args: readonly Boxed[]): Boxed => args[0] as Boxed;

function moment(
  names: readonly string[],
  usage: string,
  example: readonly [string, string],
  finish: (state: Moments) => Boxed,
): AggregateFunction {
  return aggregate({
    names,
    doc: doc(usage, example),
    inputs: ["double"],
    result: DOUBLE,
    accumulator: () => moments(first, (state) => (state.n === 0 ? null : finish(state))),
  });
}

/** Of pairs in which neither is null: means, the products of distances, and the squares on either side. */
interface Pairs {
  readonly n: number;
  readonly xAvg: number;
  readonly yAvg: number;
  readonly ck: number;
  readonly xMk: number;
  readonly yMk: number;
  readonly xM2: number;
}

function mergePairs(a: Pairs, b: Pairs): Pairs {
  const n1 = a.n;
  const n2 = b.n;
  const n = n1 + n2;
  const dx = b.xAvg - a.xAvg;
  const dxN = n === 0 ? 0 : dx / n;
  const dy = b.yAvg - a.yAvg;
  const dyN = n === 0 ? 0 : dy / n;
  return {
    n,
    xAvg: a.xAvg + dxN * n2,
    yAvg: a.yAvg + dyN * n2,
    ck: a.ck + b.ck + dx * dyN * n1 * n2,
    xMk: a.xMk + b.xMk + dx * dxN * n1 * n2,
    yMk: a.yMk + b.yMk + dy * dyN * n1 * n2,
    xM2: a.xM2 + b.xM2 + dx * dxN * n1 * n2,
  };
}

function pairsOf(cells: Float64Array): Pairs {
  const [n, xAvg, yAvg, ck, xMk, yMk, xM2] = cells as unknown as readonly [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return { n, xAvg, yAvg, ck, xMk, yMk, xM2 };
}

/** `swap`: the second argument is x. */
function pairs(swap: boolean, finish: (state: Pairs) => Boxed): Accumulator<Float64Array> {
  return {
    stateTypes: [DOUBLE, DOUBLE, DOUBLE, DOUBLE, DOUBLE, DOUBLE, DOUBLE],
    init: () => new Float64Array(PAIR_MOMENTS),
    update: (state, args) => {
      const [a, b] = args as readonly [number | null, number | null];
      if (a === null || b === null) return state;
      if (swap) addPair(state, 0, b, a);
      else addPair(state, 0, a, b);
      return state;
    },
    merge: (a, b) => {
      const { n, xAvg, yAvg, ck, xMk, yMk, xM2 } = mergePairs(pairsOf(a), pairsOf(b));
      a.set([n, xAvg, yAvg, ck, xMk, yMk, xM2]);
      return a;
    },
    finish: (state) => finish(pairsOf(state)),
    toColumns: (state) => [...state],
    fromColumns: (columns) => new Float64Array(columns as readonly number[]),
  };
}

function paired(
  name: string,
  usage: string,
  example: readonly [string, string],
  swap: boolean,
  finish: (state: Pairs, divide: (a: number, b: number) => number | null) => Boxed,
): AggregateFunction {
  return aggregate({
    names: [name],
    doc: doc(usage, example),
    inputs: ["double", "double"],
    result: DOUBLE,
    accumulator: (call, context) => {
      const divide = division(call, context);
      return pairs(swap, (state) => (state.n === 0 ? null : finish(state, divide)));
    },
  });
}

/** A quotient of SQL: nothing is divided by zero. */
function division(call: AggregateCall, context: EvaluationContext): (a: number, b: number) => number | null {
  return (a, b) => {
    if (b !== 0) return a / b;
    if (!context.settings.ansi) return null;
    throw new QueryError("DIVIDE_BY_ZERO", { config: '"spark.sql.ansi.enabled"' }, call.at);
  };
}

/** An aggregate of one side of the pairs in which neither is null. */
function sideOfPairs(
  name: string,
  usage: string,
  example: readonly [string, string],
  side: 0 | 1,
  finish: (state: Moments) => Boxed,
): AggregateFunction {
  return aggregate({
    names: [name],
    doc: doc(usage, example),
    inputs: ["double", "double"],
    result: DOUBLE,
    accumulator: () =>
      moments(
        (args) => (args[0] === null || args[1] === null ? null : (args[side] as Boxed)),
        (state) => (state.n === 0 ? null : finish(state)),
      ),
  });
}

const regrCount = aggregate<number>({
  names: ["regr_count"],
  doc: doc("Number of pairs in which neither is null.", [
    "regr_count(y, x) FROM VALUES (1, 2), (2, null), (2, 3), (2, 4) AS tab(y, x)",
    "3",
  ]),
  inputs: ["double", "double"],
  result: LONG,
  nullable: false,
  accumulator: () => ({
    stateTypes: [LONG],
    init: () => 0,
    update: (state, args) => (args[0] === null || args[1] === null ? state : state + 1),
    retract: (state, args) => (args[0] === null || args[1] === null ? state : state - 1),
    merge: (a, b) => a + b,
    finish: (state) => state,
    toColumns: (state) => [state],
    fromColumns: (columns) => columns[0] as number,
  }),
});

const LINE = "FROM VALUES (1, 1), (2, null), (3, 3), (4, 4) AS tab(y, x)";
const PAIRS = "FROM VALUES (1, 2), (2, 2), (2, 3), (2, 4) AS tab(y, x)";
const ONE_TO_THREE = "FROM VALUES (1), (2), (3) AS tab(col)";
const C1C2 = "FROM VALUES (1, 1), (2, 2), (3, 3) AS tab(c1, c2)";

export const momentAggregates: readonly AggregateFunction[] = [
  moment(
    ["stddev_samp", "stddev", "std"],
    "The standard deviation of a sample; null for one value.",
    [`stddev_samp(col) ${ONE_TO_THREE}`, "1.0"],
    ({ n, m2 }) => (n === 1 ? null : Math.sqrt(m2 / (n - 1))),
  ),
  moment(
    ["stddev_pop"],
    "The standard deviation of a population.",
    [`stddev_pop(col) ${ONE_TO_THREE}`, "0.816496580927726"],
    (s) => Math.sqrt(s.m2 / s.n),
  ),
  moment(
    ["var_samp", "variance"],
    "The variance of a sample; null for one value.",
    [`var_samp(col) ${ONE_TO_THREE}`, "1.0"],
    ({ n, m2 }) => (n === 1 ? null : m2 / (n - 1)),
  ),
  moment(["var_pop"], "The variance of a population.", [`var_pop(col) ${ONE_TO_THREE}`, "0.6666666666666666"], (s) => s.m2 / s.n),
  moment(
    ["skewness"],
    "How the values lean to one side of their mean.",
    ["skewness(col) FROM VALUES (-10), (-20), (100), (1000) AS tab(col)", "1.1135657469022011"],
    ({ n, m2, m3 }) => (m2 === 0 ? null : (Math.sqrt(n) * m3) / Math.sqrt(m2 * m2 * m2)),
  ),
  moment(
    ["kurtosis"],
    "How much of the variance comes from far values, less that of the normal distribution.",
    ["kurtosis(col) FROM VALUES (1), (10), (100), (10), (1) AS tab(col)", "0.19432323191699075"],
    ({ n, m2, m4 }) => (m2 === 0 ? null : (n * m4) / (m2 * m2) - 3),
  ),
  paired(
    "corr",
    "Pearson's correlation of two columns.",
    [`corr(c1, c2) ${C1C2}`, "1.0"],
    false,
    ({ n, ck, xMk, yMk }, divide) => (n === 1 ? null : divide(ck, Math.sqrt(xMk * yMk))),
  ),
  paired(
    "covar_pop",
    "The covariance of a population.",
    [`covar_pop(c1, c2) ${C1C2}`, "0.6666666666666666"],
    false,
    (s) => s.ck / s.n,
  ),
  paired("covar_samp", "The covariance of a sample; null for one pair.", [`covar_samp(c1, c2) ${C1C2}`, "1.0"], false, (s) =>
    s.n === 1 ? null : s.ck / (s.n - 1),
  ),
  regrCount,
  sideOfPairs(
    "regr_sxx",
    "The sum of squared distances of x from its mean.",
    [`regr_sxx(y, x) ${PAIRS}`, "2.75"],
    1,
    (s) => s.m2,
  ),
  sideOfPairs(
    "regr_syy",
    "The sum of squared distances of y from its mean.",
    [`regr_syy(y, x) ${PAIRS}`, "0.75"],
    0,
    (s) => s.m2,
  ),
  paired("regr_sxy", "The sum of products of distances of y and x.", [`regr_sxy(y, x) ${PAIRS}`, "0.75"], false, (s) => s.ck),
  paired(
    "regr_r2",
    "How much of y's variance a line through the pairs explains.",
    [`regr_r2(y, x) ${PAIRS}`, "0.2727272727272727"],
    false,
    (s, divide) => {
      if (s.yMk === 0) return null;
      if (s.xMk === 0) return 1;
      const corr = divide(s.ck, Math.sqrt(s.xMk * s.yMk)) as number;
      return corr * corr;
    },
  ),
  paired("regr_slope", "The slope of the line of least squares.", [`regr_slope(y, x) ${LINE}`, "1.0"], true, (s) =>
    s.xM2 === 0 ? null : s.ck / s.xM2,
  ),
  paired(
    "regr_intercept",
    "Where the line of least squares meets the y axis.",
    [`regr_intercept(y, x) ${LINE}`, "0.0"],
    true,
    (s) => (s.xM2 === 0 ? null : s.yAvg - (s.ck / s.xM2) * s.xAvg),
  ),
];
