/** Sums and averages of vectors, element by element in single precision. */
import type { DataType } from "../../../columnar/types";
import { QueryError } from "../../errors";
import { FLOAT, LONG } from "../../expressions/build";
import type { AggregateCall } from "../../expressions/expression";
import { aggregate } from "../aggregate";
import { document } from "../documented";
import type { Accumulator, FunctionEntry } from "../registry";
import { unexpectedInputType } from "../signature";

const doc = document("vector");
const VECTOR: DataType = { kind: "array", element: FLOAT, containsNull: true };

interface State {
  count: number;
  vector: number[] | null;
}

/** `step` makes the next value of an element; `join` that of two states. Vectors with a null in them do not count. */
function accumulator(
  call: AggregateCall,
  step: (value: number, x: number, count: number) => number,
  join: (a: number, b: number, countA: number, countB: number) => number,
): Accumulator<State> {
  const checked = (a: readonly number[], b: readonly number[]): void => {
    if (a.length === b.length) return;
    throw new QueryError(
      "VECTOR_DIMENSION_MISMATCH",
      { functionName: `\`${call.fn}\``, leftDim: String(a.length), rightDim: String(b.length) },
      call.at,
    );
  };
  return {
    stateTypes: [LONG, VECTOR],
    init: () => ({ count: 0, vector: null }),
    update: (state, [given]) => {
      const vector = given as readonly (number | null)[] | null;
      if (vector === null || vector === undefined || vector.includes(null)) return state;
      const values = vector as readonly number[];
      state.count++;
      if (state.vector === null) {
        state.vector = [...values];
        return state;
      }
      checked(state.vector, values);
      const sums = state.vector;
      for (let i = 0; i < sums.length; i++) sums[i] = Math.fround(step(sums[i] as number, values[i] as number, state.count));
      return state;
    },
    merge: (a, b) => {
      if (b.vector === null) return a;
      if (a.vector === null) return b;
      checked(a.vector, b.vector);
      const others = b.vector;
      const vector = a.vector.map((x, i) => Math.fround(join(x, others[i] as number, a.count, b.count)));
      return { count: a.count + b.count, vector };
    },
    finish: (state) => state.vector,
    toColumns: (state) => [state.count, state.vector],
    fromColumns: ([count, vector]) => ({
      count: Number(count),
      vector: vector === null ? null : [...(vector as readonly number[])],
    }),
  };
}

function vectorAggregate(
  name: string,
  usage: string,
  result: string,
  step: (value: number, x: number, count: number) => number,
  join: (a: number, b: number, countA: number, countB: number) => number,
): FunctionEntry {
  return aggregate<State>({
    names: [name],
    doc: doc(usage, [`${name}(col) FROM VALUES (array(1.0F, 2.0F)), (array(3.0F, 4.0F)) AS tab(col)`, result]),
    inputs: ["any"],
    check: (args, context) => {
      const type = args[0]?.type;
      if (type?.kind !== "array" || type.element.kind !== "float") throw unexpectedInputType(VECTOR, 0, args, context);
    },
    result: ([type]) => type ?? VECTOR,
    accumulator: (call) => accumulator(call, step, join),
  });
}

export const vectorAggregates: readonly FunctionEntry[] = [
  vectorAggregate(
    "vector_sum",
    "The sum of vectors.",
    "[4.0,6.0]",
    (sum, x) => sum + x,
    (a, b) => a + b,
  ),
  vectorAggregate(
    "vector_avg",
    "The average of vectors.",
    "[2.0,3.0]",
    (avg, x, count) => avg + Math.fround(Math.fround(x - avg) / count),
    (a, b, countA, countB) => a + Math.fround(b - a) * (countB / (countA + countB)),
  ),
];
