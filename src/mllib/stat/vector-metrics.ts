/** Statistics of vectors as an aggregate function, for queries: `Summarizer` makes calls of it. */
import type { Boxed, DataType } from "../../columnar/types";
import { DataError, UsageError } from "../../common/errors";
import { aggregate } from "../../dataframe/functions/aggregate";
import { document } from "../../dataframe/functions/documented";
import { builtins } from "../../dataframe/functions";
import type { Accumulator } from "../../dataframe/functions/registry";
import { unexpectedInputType } from "../../dataframe/functions/signature";
import type { Expression } from "../../dataframe/expressions/expression";
import { isVector } from "../base/schema";
import { VectorUDT } from "../linalg/user-types";
import { mergeStored, nothing, type Stored, summaryOf, type VectorSummary } from "./vector-summary";

export const METRICS = ["mean", "sum", "variance", "std", "count", "numNonZeros", "max", "min", "normL1", "normL2"] as const;
export type Metric = (typeof METRICS)[number];

export const VECTOR_METRICS = "aggregate_metrics";

const DENSE = 1;
const DOUBLE: DataType = { kind: "double" };
const DOUBLES: DataType = { kind: "array", element: DOUBLE, containsNull: false };
/** Fields of what travels that are numbers, and those that are arrays. */
const NUMBERS = ["width", "rows", "weightSum", "weightSquares"] as const;
const ARRAYS = ["counts", "weights", "means", "m2", "nonzeros", "mins", "maxs", "absolutes", "squares"] as const;

/** A vector as columns have it. */
type BoxedVector = readonly [type: number, size: number, indices: readonly number[], values: readonly number[]];

interface State {
  sums: Stored | null;
}

/** Takes a row in, as Spark does: of weight 0 it does not count at all. Means and squares by Welford's method, of what is not 0. */
function add(state: State, given: Boxed, weight: number): State {
  if (given === null) throw new DataError("NULL_VALUE", "Summarizer: vectors must not be null.");
  if (!(weight >= 0)) throw new DataError("INVALID_WEIGHT", `Summarizer: weights must be 0 or more, but a row has ${weight}.`);
  if (weight === 0) return state;
  const [type, size, indices, values] = given as unknown as BoxedVector;
  const isDense = type === DENSE;
  const width = isDense ? values.length : size;
  const sums = (state.sums ??= nothing(width));
  checkWidth(sums.width, width);
  sums.rows++;
  sums.weightSum += weight;
  sums.weightSquares += weight * weight;
  for (let i = 0; i < values.length; i++) {
    const x = values[i]!;
    if (x === 0) continue;
    const j = isDense ? i : indices[i]!;
    const deviation = x - sums.means[j]!;
    sums.counts[j]!++;
    sums.nonzeros[j]!++;
    sums.weights[j]! += weight;
    sums.means[j]! += (deviation * weight) / sums.weights[j]!;
    sums.m2[j]! += weight * deviation * (x - sums.means[j]!);
    sums.absolutes[j]! += weight * Math.abs(x);
    sums.squares[j]! += weight * x * x;
    if (x < sums.mins[j]!) sums.mins[j] = x;
    if (x > sums.maxs[j]!) sums.maxs[j] = x;
  }
  return state;
}

function checkWidth(a: number, b: number): void {
  if (a !== b)
    throw new DataError("VECTOR_SIZES_DIFFER", `Summarizer: the column holds vectors of ${a} and of ${b} entries; all must have as many.`); // prettier-ignore
}

function merge(a: State, b: State): State {
  if (b.sums === null) return a;
  if (a.sums === null) return b;
  checkWidth(a.sums.width, b.sums.width);
  mergeStored(a.sums, b.sums);
  return a;
}

const boxed = (values: Float64Array): Boxed => [DENSE, null, null, [...values]];

function finish({ sums }: State, metrics: readonly Metric[]): Boxed {
  if (sums === null) {
    if (metrics.every((metric) => metric === "count")) return metrics.map(() => 0);
    throw new DataError("EMPTY_DATASET", "Summarizer: there are no rows, or all weigh 0.");
  }
  const summary: VectorSummary = summaryOf(sums);
  return metrics.map((metric) => (metric === "count" ? summary.count : boxed(summary[metric].values)));
}

const accumulator = (metrics: readonly Metric[]): Accumulator<State> => ({
  stateTypes: [...NUMBERS.map(() => DOUBLE), ...ARRAYS.map(() => DOUBLES)],
  init: () => ({ sums: null }),
  update: (state, [vector, weight]) => add(state, vector!, (weight ?? 0) as number),
  merge,
  finish: (state) => finish(state, metrics),
  toColumns: ({ sums }) => [
    ...NUMBERS.map((name) => (sums === null ? null : sums[name])),
    ...ARRAYS.map((name) => (sums === null ? null : [...sums[name]])),
  ],
  fromColumns: (columns) => {
    if (columns[0] === null) return { sums: null };
    const numbers = NUMBERS.map((name, i) => [name, columns[i]]);
    const arrays = ARRAYS.map((name, i) => [name, Float64Array.from(columns[NUMBERS.length + i] as readonly number[])]);
    return { sums: Object.fromEntries([...numbers, ...arrays]) as Stored };
  },
});

/** The metrics that the third argument names. */
function chosen(args: readonly Expression[]): readonly Metric[] {
  const names = args[2];
  const found = names?.kind === "literal" && typeof names.value === "string" ? names.value.split(",") : [];
  if (found.length > 0 && found.every((name) => METRICS.includes(name as Metric))) return found as Metric[];
  throw new UsageError("INVALID_ARGUMENT", `${VECTOR_METRICS}: the third argument must name metrics, of ${METRICS.join(", ")}.`);
}

builtins.add(
  aggregate<State>({
    names: [VECTOR_METRICS],
    doc: document("vector")("Statistics of each entry of vectors of MLlib, by name, of rows that have weights.", [
      "aggregate_metrics(features, 1.0, 'mean') FROM VALUES (array_to_vector(array(1.0D))) AS tab(features)",
      '{"mean":[1.0]}',
    ]),
    inputs: ["any", "double", "string"],
    check: (args, context) => {
      if (!isVector(args[0]!.type)) throw unexpectedInputType(VectorUDT, 0, args, context);
    },
    result: (_, args) => ({
      kind: "struct",
      fields: chosen(args).map((name) => ({
        name,
        type: name === "count" ? { kind: "long" } : VectorUDT,
        nullable: false,
      })),
    }),
    nullable: false,
    accumulator: (call) => accumulator(chosen(call.args)),
    print: (_, args) => `${VECTOR_METRICS}(${args.slice(0, 2).join(", ")})`,
  }),
);
