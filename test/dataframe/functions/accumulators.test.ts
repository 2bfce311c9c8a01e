/** Aggregates over parts that travelled and were joined give what they give over the whole; undoing an update leaves no trace. */
import fc from "fast-check";
import type { Boxed, DataType } from "../../../src/columnar/types";
import { attribute } from "../../../src/dataframe/expressions/build";
import type { AggregateCall, SortOrder } from "../../../src/dataframe/expressions/expression";
import { foldExpression } from "../../../src/dataframe/expressions/fold";
import { builtins } from "../../../src/dataframe/functions";
import type { Accumulator, BindContext, EvaluationContext } from "../../../src/dataframe/functions/registry";
import { literal } from "../../../src/dataframe/expressions/build";
import { settings } from "./evaluate";

const given = settings();
const evaluation: EvaluationContext = { settings: given, partition: 0, inputFile: () => null };

const INT: DataType = { kind: "int" };
const LONG: DataType = { kind: "long" };
const DOUBLE: DataType = { kind: "double" };
const STRING: DataType = { kind: "string" };
const BOOLEAN: DataType = { kind: "boolean" };
const DECIMAL: DataType = { kind: "decimal", precision: 20, scale: 2 };

function call(
  name: string,
  types: readonly DataType[],
  constants: readonly Boxed[] = [],
  withinGroup?: readonly SortOrder[],
): AggregateCall {
  const columns = types.map((type, i) => attribute(i + 1, `c${i}`, type, true));
  const context: BindContext = {
    settings: given,
    name,
    at: undefined,
    nextId: () => 0,
    fold: (expression) => foldExpression(expression, given),
    bindLambda: () => {
      throw new Error("No lambdas.");
    },
    ...(withinGroup && { withinGroup }),
  };
  const typeOf = (value: Boxed): DataType =>
    typeof value === "string" ? STRING : typeof value === "boolean" ? BOOLEAN : Number.isInteger(value) ? INT : DOUBLE;
  const fixed = constants.map((value) => literal(value, typeOf(value)));
  return builtins.aggregate(name).bind([...columns, ...fixed], context) as AggregateCall;
}

function accumulated(accumulator: Accumulator, rows: readonly (readonly Boxed[])[]): unknown {
  return rows.reduce<unknown>((state, row) => accumulator.update(state, row), accumulator.init());
}

function travelled(accumulator: Accumulator, state: unknown): unknown {
  const columns = accumulator.toColumns(state);
  expect(columns).toHaveLength(accumulator.stateTypes.length);
  return accumulator.fromColumns(structuredClone(columns));
}

const maybe = <T extends Boxed>(values: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(values, { freq: 5 });
const ints = maybe(fc.integer({ min: -1000, max: 1000 }));
const longs = maybe(fc.oneof(fc.maxSafeInteger(), fc.bigInt({ min: -(2n ** 60n), max: -(2n ** 55n) })));
const whole = maybe(fc.integer({ min: -1000, max: 1000 }));
const texts = maybe(fc.string({ maxLength: 3 }));

interface Case {
  readonly name: string;
  readonly types: readonly DataType[];
  readonly constants?: readonly Boxed[];
  readonly rows: fc.Arbitrary<readonly Boxed[]>;
}

const one = (values: fc.Arbitrary<Boxed>): fc.Arbitrary<readonly Boxed[]> => fc.tuple(values);

/** Results that do not depend on how the rows are divided: exact ones, and doubles of small whole numbers. */
const cases: readonly Case[] = [
  ...["count", "sum", "avg", "min", "max", "first", "last", "collect_list", "bit_and", "bit_or", "bit_xor"].map((name) => ({
    name,
    types: [INT],
    rows: one(ints),
  })),
  ...["min", "max", "count", "bit_xor", "approx_count_distinct"].map((name) => ({
    name,
    types: [LONG],
    rows: one(longs),
  })),
  ...["try_sum", "avg", "sum", "min"].map((name) => ({ name, types: [DECIMAL], rows: one(longs) })),
  ...["min", "max", "listagg", "approx_count_distinct", "collect_list"].map((name) => ({
    name,
    types: [STRING],
    rows: one(texts),
  })),
  ...["bool_and", "bool_or", "count_if"].map((name) => ({ name, types: [BOOLEAN], rows: one(maybe(fc.boolean())) })),
  { name: "percentile", types: [INT], constants: [0.3], rows: one(ints) },
  { name: "median", types: [DOUBLE], rows: one(whole) },
  { name: "approx_percentile", types: [INT], constants: [0.5], rows: one(ints) },
  // Without the flag any of several most frequent values is right.
  { name: "mode", types: [LONG], constants: [true], rows: one(longs) },
  { name: "max_by", types: [STRING, INT], rows: fc.tuple(texts, ints) },
  { name: "min_by", types: [STRING, INT], constants: [3], rows: fc.tuple(texts, ints) },
  { name: "regr_count", types: [DOUBLE, DOUBLE], rows: fc.tuple(whole, whole) },
  { name: "regr_avgy", types: [INT, INT], rows: fc.tuple(ints, ints) },
];

test.each(cases.map((each) => [`${each.name}(${each.types.map((type) => type.kind).join(", ")})`, each] as const))(
  "%s of parts is that of the whole",
  (_, { name, types, constants, rows }) => {
    const bound = call(name, types, constants);
    const accumulator = builtins.aggregate(name).accumulator(bound, evaluation);
    const extra = constants ?? [];
    fc.assert(
      fc.property(fc.array(rows, { maxLength: 40 }), fc.array(fc.nat(40), { maxLength: 3 }), (all, cuts) => {
        const full = all.map((row) => [...row, ...(name === "listagg" ? ["-"] : extra)]);
        const bounds = [0, ...cuts.map((cut) => Math.min(cut, full.length)).sort((a, b) => a - b), full.length];
        const parts = bounds.slice(1).map((end, i) => full.slice(bounds[i], end));
        const joined = parts
          .map((part) => travelled(accumulator, accumulated(accumulator, part)))
          .reduce((a, b) => accumulator.merge(a, b));
        expect(accumulator.finish(joined)).toEqual(accumulator.finish(accumulated(accumulator, full)));
      }),
      { numRuns: 60 },
    );
  },
);

/** Moments of parts are joined by a formula of their own: equal up to rounding. */
test.each(["stddev", "var_pop", "skewness", "kurtosis"])("%s of parts is near that of the whole", (name) => {
  const accumulator = builtins.aggregate(name).accumulator(call(name, [DOUBLE]), evaluation);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 4, maxLength: 40 }), fc.nat(40), (values, cut) => {
      const rows = values.map((value) => [value]);
      const at = Math.min(cut, rows.length);
      const parts = [rows.slice(0, at), rows.slice(at)].map((part) => travelled(accumulator, accumulated(accumulator, part)));
      const joined = accumulator.finish(accumulator.merge(parts[0], parts[1])) as number | null;
      const whole = accumulator.finish(accumulated(accumulator, rows)) as number | null;
      if (whole === null || new Set(values).size === 1) return;
      expect(joined).toBeCloseTo(whole, 6);
    }),
  );
});

test.each([
  ["count", [INT]],
  ["sum", [INT]],
  ["avg", [INT]],
  ["sum", [DECIMAL]],
  ["avg", [DECIMAL]],
  ["regr_avgx", [INT, INT]],
  ["regr_count", [INT, INT]],
] as const)("%s of %j forgets what is taken back", (name, types: readonly DataType[]) => {
  const accumulator = builtins.aggregate(name).accumulator(call(name, types), evaluation);
  const row = fc.tuple(...types.map(() => ints));
  fc.assert(
    fc.property(fc.array(row, { maxLength: 20 }), fc.array(row, { maxLength: 20 }), (kept, gone) => {
      const both = accumulated(accumulator, [...gone, ...kept]);
      const left = gone.reduce<unknown>((state, each) => accumulator.retract?.(state, each), both);
      expect(accumulator.finish(left)).toEqual(accumulator.finish(accumulated(accumulator, kept)));
    }),
  );
});

test("listagg orders what WITHIN GROUP asks for, in parts as in the whole", () => {
  const order: SortOrder = { kind: "sortOrder", child: attribute(9, "k", INT, true), ascending: false, nullsFirst: false };
  const accumulator = builtins.aggregate("listagg").accumulator(call("listagg", [STRING], [","], [order]), evaluation);
  const left = travelled(
    accumulator,
    accumulated(accumulator, [
      ["a", ",", 1],
      ["b", ",", null],
    ]),
  );
  const right = travelled(
    accumulator,
    accumulated(accumulator, [
      ["c", ",", 3],
      [null, ",", 9],
    ]),
  );
  expect(accumulator.finish(accumulator.merge(left, right))).toBe("c,a,b");
});

test.each(["vector_sum", "vector_avg"])("%s has its argument's type", (name) => {
  for (const containsNull of [true, false]) {
    const type: DataType = { kind: "array", element: { kind: "float" }, containsNull };
    expect(call(name, [type]).type).toEqual(type);
  }
});

test("summaries of few rows travel without ranks, those of many with them, and tell the same", () => {
  const accumulator = builtins.aggregate("approx_percentile").accumulator(call("approx_percentile", [INT], [0.3]), evaluation);
  const few = accumulated(
    accumulator,
    Array.from({ length: 1000 }, (_, i) => [(i * 7919) % 1000]),
  );
  expect(accumulator.toColumns(few)).toEqual([1000, Array.from({ length: 1000 }, (_, i) => i), [], []]);
  const many = accumulated(
    accumulator,
    Array.from({ length: 200_000 }, (_, i) => [(i * 7919) % 199_999]),
  );
  const [, values, gs, deltas] = accumulator.toColumns(many) as [number, number[], number[], number[]];
  expect([gs.length, deltas.length]).toEqual([values.length, values.length]);
  expect(accumulator.finish(travelled(accumulator, many))).toBe(accumulator.finish(many));
  expect(accumulator.toColumns(travelled(accumulator, many))).toEqual([200_000, values, gs, deltas]);
});
