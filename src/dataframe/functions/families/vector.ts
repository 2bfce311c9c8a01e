/** Arrays of floats as vectors. Sums are of single precision, as Spark's are. */
import type { Boxed, DataType } from "../../../columnar/types";
import { QueryError } from "../../errors";
import { FLOAT, literal } from "../../expressions/build";
import type { Call, Expression } from "../../expressions/expression";
import { document } from "../documented";
import type { BindContext, FunctionEntry } from "../registry";
import { scalar, unexpectedInputType } from "../signature";

const doc = document("vector");
const VECTOR: DataType = { kind: "array", element: FLOAT, containsNull: true };
const TWO = literal(2, FLOAT);

type Floats = readonly (number | null)[];
const round = Math.fround;

/** Only arrays of floats: others are not cast. */
function checkVectors(count: number): (args: readonly Expression[], context: BindContext) => void {
  return (args, context) => {
    args.slice(0, count).forEach((arg, i) => {
      const fits = arg.type.kind === "array" && arg.type.element.kind === "float";
      if (!fits) throw unexpectedInputType(VECTOR, i, args, context);
    });
    const degree = args[count];
    if (degree !== undefined && degree.type.kind !== "float") throw unexpectedInputType("float", count, args, context);
  };
}

/** Null where an element is null. */
function pairwise(
  name: string,
  usage: string,
  example: readonly [string, string],
  combine: (a: readonly number[], b: readonly number[]) => number | null,
): FunctionEntry {
  return scalar({
    names: [name],
    doc: doc(usage, example),
    inputs: ["any", "any"],
    check: checkVectors(2),
    result: FLOAT,
    nullable: true,
    evaluate: (call) => (left, right) => {
      const [a, b] = [left as Floats, right as Floats];
      if (a.length !== b.length) {
        throw new QueryError(
          "VECTOR_DIMENSION_MISMATCH",
          { functionName: `\`${name}\``, leftDim: String(a.length), rightDim: String(b.length) },
          call.at,
        );
      }
      if (a.includes(null) || b.includes(null)) return null;
      return combine(a as readonly number[], b as readonly number[]);
    },
  });
}

function sum(values: readonly number[], term: (value: number, i: number) => number): number {
  let total = 0;
  values.forEach((value, i) => (total = round(total + round(term(value, i)))));
  return total;
}

const dot = (a: readonly number[], b: readonly number[]): number => sum(a, (x, i) => x * (b[i] as number));

function cosine(a: readonly number[], b: readonly number[]): number | null {
  const norms = round(Math.sqrt(round(dot(a, a) * dot(b, b))));
  return norms === 0 ? null : round(dot(a, b) / norms);
}

/** Degrees 1, 2 and infinity. */
function norm(values: readonly number[], degree: number, name: string, call: Call): number {
  if (degree === 1) return sum(values, Math.abs);
  if (degree === 2) return round(Math.sqrt(dot(values, values)));
  if (degree === Infinity) return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  throw new QueryError(
    "INVALID_VECTOR_NORM_DEGREE",
    { functionName: `\`${name}\``, degree: Number.isInteger(degree) ? `${degree}.0` : String(degree) },
    call.at,
  );
}

function ofNorm(
  name: string,
  usage: string,
  example: readonly [string, string],
  result: DataType,
  make: (values: readonly number[], length: number) => Boxed,
): FunctionEntry {
  return scalar({
    names: [name],
    doc: doc(usage, example),
    parameters: ["vector", "degree"],
    inputs: ["any", "any"],
    optional: 1,
    defaults: (args) => [...args, TWO],
    check: checkVectors(1),
    result,
    nullable: true,
    evaluate: (call) => (vector, degree) => {
      const values = vector as Floats;
      const length = norm(values.includes(null) ? [] : (values as readonly number[]), degree as number, name, call);
      return values.includes(null) ? null : make(values as readonly number[], length);
    },
  });
}

export const vectorFunctions: readonly FunctionEntry[] = [
  pairwise(
    "vector_cosine_similarity",
    "The cosine of the angle between two vectors; null where one is 0.",
    ["vector_cosine_similarity(array(1.0F, 2.0F, 3.0F), array(4.0F, 5.0F, 6.0F))", "0.9746319"],
    cosine,
  ),
  pairwise(
    "vector_inner_product",
    "The inner product of two vectors.",
    ["vector_inner_product(array(1.0F, 2.0F, 3.0F), array(4.0F, 5.0F, 6.0F))", "32.0"],
    dot,
  ),
  pairwise(
    "vector_l2_distance",
    "The Euclidean distance between two vectors.",
    ["vector_l2_distance(array(1.0F, 2.0F, 3.0F), array(4.0F, 5.0F, 6.0F))", "5.196152"],
    (a, b) => round(Math.sqrt(sum(a, (x, i) => round(x - (b[i] as number)) * round(x - (b[i] as number))))),
  ),
  ofNorm(
    "vector_norm",
    "The length of a vector, of degree 1, 2 or infinity.",
    ["vector_norm(array(3.0F, 4.0F), 2.0F)", "5.0"],
    FLOAT,
    (_, length) => length,
  ),
  ofNorm(
    "vector_normalize",
    "The vector divided by its length; null where that is 0.",
    ["vector_normalize(array(3.0F, 4.0F), 2.0F)", "[0.6,0.8]"],
    VECTOR,
    (values, length) => (length === 0 ? null : values.map((value) => round(value / length))),
  ),
];
