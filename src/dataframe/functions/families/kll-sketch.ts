/** KLL sketches: quantiles and ranks, about, in little space; of BIGINT, FLOAT and DOUBLE. */
import type { Boxed, DataType } from "../../../columnar/types";
import { QueryError } from "../../errors";
import { BINARY, DOUBLE, FLOAT, LONG, STRING } from "../../expressions/build";
import type { AggregateCall, Call, Expression } from "../../expressions/expression";
import { printed } from "../../expressions/print";
import { isFoldable } from "../../expressions/traverse";
import { doubleText, floatText } from "../../types/print";
import { sqlName } from "../../types/text";
import { aggregate } from "../aggregate";
import { document } from "../documented";
import type { InputType } from "../input-types";
import type { Accumulator, AggregateFunction, BindContext, FunctionEntry, ScalarFunction } from "../registry";
import { mismatch, scalar, unexpectedInputType } from "../signature";
import { KllSketch } from "../sketches/kll";
import type { KllKind, KllValue } from "../sketches/kll";
import { exactly } from "./datetime-make";

const doc = document("sketch");

const DEFAULT_K = 200;
const [LEAST_K, MOST_K] = [8, 65535];

interface Family {
  readonly suffix: "bigint" | "float" | "double";
  readonly kind: KllKind;
  readonly type: DataType;
  /** What the sketch takes without a cast. */
  readonly values: InputType;
  readonly cast: string;
  readonly boxed: (value: KllValue) => Boxed;
}

const toNumber = (value: KllValue): number => Number(value);

const families: readonly Family[] = [
  {
    suffix: "bigint",
    kind: {
      name: "KllLongsSketch",
      width: 8,
      read: (view, at) => view.getBigInt64(at, true),
      write: (view, at, value) => view.setBigInt64(at, BigInt(value), true),
      text: String,
    },
    type: LONG,
    values: { anyOf: ["byte", "int", "long", "short"] },
    cast: "BIGINT",
    boxed: (value) => (Number.isSafeInteger(Number(value)) ? Number(value) : value),
  },
  {
    suffix: "float",
    kind: {
      name: "KllFloatsSketch",
      width: 4,
      read: (view, at) => view.getFloat32(at, true),
      write: (view, at, value) => view.setFloat32(at, Number(value), true),
      text: (value) => floatText(Number(value)),
    },
    type: FLOAT,
    values: "float",
    cast: "FLOAT",
    boxed: toNumber,
  },
  {
    suffix: "double",
    kind: {
      name: "KllDoublesSketch",
      width: 8,
      read: (view, at) => view.getFloat64(at, true),
      write: (view, at, value) => view.setFloat64(at, Number(value), true),
      text: (value) => doubleText(Number(value)),
    },
    type: DOUBLE,
    values: { anyOf: ["float", "double"] },
    cast: "DOUBLE",
    boxed: toNumber,
  },
];

function sketchOf(kind: KllKind, bytes: Boxed, { fn, at }: Pick<Call, "fn" | "at">): KllSketch {
  const sketch = KllSketch.decode(kind, bytes as Uint8Array);
  if (sketch === null) throw new QueryError("KLL_INVALID_INPUT_SKETCH_BUFFER", { function: `\`${fn}\`` }, at);
  return sketch;
}

function constantK(arg: Expression, args: readonly Expression[], context: BindContext): number {
  if (!isFoldable(arg)) {
    throw mismatch("NON_FOLDABLE_INPUT", args, context, {
      inputName: "`k`",
      inputType: `"${sqlName(arg.type)}"`,
      inputExpr: `"${printed(arg)}"`,
    });
  }
  const value = context.fold(arg).value as number | null;
  if (value === null) throw mismatch("UNEXPECTED_NULL", args, context, { exprName: "k" });
  if (value >= LEAST_K && value <= MOST_K) return value;
  const msg = `k must be between ${LEAST_K} and ${MOST_K}, not ${value}`;
  throw mismatch("TYPE_CHECK_FAILURE_WITH_HINT", args, context, { msg, hint: "" });
}

/** Sketches of one size that grow; partial ones travel as bytes. */
function growing(
  kind: KllKind,
  k: number,
  take: (state: KllSketch | null, value: Boxed) => KllSketch,
): Accumulator<{ sketch: KllSketch | null }> {
  return {
    stateTypes: [BINARY],
    init: () => ({ sketch: null }),
    update: (state, [value]) => {
      if (value !== null && value !== undefined) state.sketch = take(state.sketch, value);
      return state;
    },
    merge: (state, other) => {
      if (other.sketch === null) return state;
      if (state.sketch === null) return other;
      state.sketch.merge(other.sketch);
      return state;
    },
    finish: ({ sketch }) => (sketch ?? new KllSketch(kind, k)).encode(),
    toColumns: ({ sketch }) => [sketch === null ? null : sketch.encode()],
    fromColumns: ([bytes]) => ({ sketch: bytes === null ? null : KllSketch.decode(kind, bytes as Uint8Array) }),
  };
}

const SAMPLE = "FROM VALUES (1), (2), (3), (4), (5) AS tab(col)";
const inputOf = ({ suffix, cast }: Family): string => (suffix === "bigint" ? "col" : `CAST(col AS ${cast})`);
const sketchText = (family: Family): string => `kll_sketch_agg_${family.suffix}(${inputOf(family)})`;

function sketchAggregate(family: Family): AggregateFunction {
  const { suffix, kind, values } = family;
  return aggregate<{ sketch: KllSketch | null }>({
    names: [`kll_sketch_agg_${suffix}`],
    doc: doc(`A KLL sketch of the values; its size is that of k (${LEAST_K} to ${MOST_K}, default ${DEFAULT_K}).`, [
      `kll_sketch_get_n_${suffix}(${sketchText(family)}) ${SAMPLE}`,
      "5",
    ]),
    inputs: ["any", "any"],
    optional: 1,
    prepare: (args, context) => exactly([values, "int"], args, context),
    result: BINARY,
    nullable: false,
    options: (args, context) => ({ k: args[1] === undefined ? DEFAULT_K : constantK(args[1], args, context) }),
    accumulator: (call: AggregateCall) => {
      const k = call.options?.["k"] as number;
      const exact =
        suffix === "bigint" ? (value: Boxed): KllValue => BigInt(value as number | bigint) : (value: Boxed) => value as number;
      return growing(kind, k, (state, value) => {
        const sketch = state ?? new KllSketch(kind, k);
        sketch.add(exact(value));
        return sketch;
      });
    },
  });
}

function mergeAggregate(family: Family): AggregateFunction {
  const { suffix, kind } = family;
  return aggregate<{ sketch: KllSketch | null }>({
    names: [`kll_merge_agg_${suffix}`],
    doc: doc("The KLL sketch of the values of all sketches; its k is that of the first one unless given.", [
      `kll_sketch_get_n_${suffix}(kll_merge_agg_${suffix}(sketch)) FROM (SELECT ${sketchText(family)} AS sketch ${SAMPLE})`,
      "5",
    ]),
    inputs: ["any", "any"],
    optional: 1,
    prepare: (args, context) => exactly(["binary", "int"], args, context),
    result: BINARY,
    nullable: false,
    options: (args, context) => (args[1] === undefined ? {} : { k: constantK(args[1], args, context) }),
    accumulator: (call: AggregateCall) => {
      const k = call.options?.["k"] as number | undefined;
      return growing(kind, k ?? DEFAULT_K, (state, bytes) => {
        const more = sketchOf(kind, bytes, call);
        const sketch = state ?? new KllSketch(kind, k ?? more.k);
        sketch.merge(more);
        return sketch;
      });
    },
  });
}

/** Arguments of these types alone: nothing becomes a sketch by a cast. */
function strict(entry: ScalarFunction, inputs: readonly InputType[]): ScalarFunction {
  return { ...entry, bind: (args, context) => entry.bind(exactly(inputs, args, context), context) };
}

/** A function of a sketch and a value, or an array of them. */
function asking(
  family: Family,
  name: string,
  usage: string,
  example: readonly [argument: string, result: string],
  input: "double" | "float" | "long",
  result: DataType,
  evaluate: (sketch: KllSketch, argument: Boxed, call: Call) => Boxed,
  constant = false,
): ScalarFunction {
  const either: InputType = { anyOf: [input, { arrayOf: input }] };
  const entry = scalar({
    names: [`${name}_${family.suffix}`],
    doc: doc(usage, [`${name}_${family.suffix}(${sketchText(family)}, ${example[0]}) ${SAMPLE}`, example[1]]),
    inputs: ["any", either],
    result: (types) => (types[1]?.kind === "array" ? { kind: "array", element: result, containsNull: false } : result),
    evaluate: (call) => (bytes, argument) => {
      const sketch = sketchOf(family.kind, bytes, call);
      return Array.isArray(argument)
        ? argument.map((one: Boxed) => evaluate(sketch, one, call))
        : evaluate(sketch, argument, call);
    },
  });
  return {
    ...entry,
    bind: (args, context) => {
      exactly(["binary"], args, context);
      const second = args[1];
      // An array that may hold nulls has no value for each of its elements.
      if (second?.type.kind === "array" && second.type.containsNull) throw unexpectedInputType(either, 1, args, context);
      if (constant && second !== undefined && !isFoldable(second)) {
        const parameters = { inputName: "`rank`", inputType: '"DOUBLE"', inputExpr: `"${printed(second)}"` };
        throw mismatch("NON_FOLDABLE_INPUT", args, context, parameters);
      }
      return entry.bind(args, context);
    },
  };
}

function functionsOf(family: Family): readonly FunctionEntry[] {
  const { suffix, kind, type, boxed } = family;
  const noValues = (call: Call): QueryError =>
    new QueryError("KLL_INVALID_INPUT_SKETCH_BUFFER", { function: `\`${call.fn}\`` }, call.at);
  const ranked = type.kind as "double" | "float" | "long";
  return [
    sketchAggregate(family),
    mergeAggregate(family),
    strict(
      scalar({
        names: [`kll_sketch_to_string_${suffix}`],
        doc: doc("A summary of a KLL sketch: its sizes, its error, its smallest and largest value.", [
          `split(kll_sketch_to_string_${suffix}(${sketchText(family)}), '\\n')[1] ${SAMPLE}`,
          `### Kll${kind.name} Summary:`,
        ]),
        inputs: ["any"],
        result: STRING,
        evaluate: (call) => (bytes) => sketchOf(kind, bytes, call).text(),
      }),
      ["binary"],
    ),
    strict(
      scalar({
        names: [`kll_sketch_get_n_${suffix}`],
        doc: doc("How many values a KLL sketch has seen.", [`kll_sketch_get_n_${suffix}(${sketchText(family)}) ${SAMPLE}`, "5"]),
        inputs: ["any"],
        result: LONG,
        evaluate: (call) => (bytes) => Number(sketchOf(kind, bytes, call).n),
      }),
      ["binary"],
    ),
    strict(
      scalar({
        names: [`kll_sketch_merge_${suffix}`],
        doc: doc("The KLL sketch of the values of both.", [
          `kll_sketch_get_n_${suffix}(kll_sketch_merge_${suffix}(${sketchText(family)}, ${sketchText(family)})) ${SAMPLE}`,
          "10",
        ]),
        inputs: ["any", "any"],
        result: BINARY,
        evaluate: (call) => (left, right) => {
          const sketch = sketchOf(kind, left, call);
          sketch.merge(sketchOf(kind, right, call));
          return sketch.encode();
        },
      }),
      ["binary", "binary"],
    ),
    asking(
      family,
      "kll_sketch_get_quantile",
      "The value, about, up to which that share of all values lies; several for an array.",
      ["0.5", suffix === "bigint" ? "3" : "3.0"],
      "double",
      type,
      (sketch, rank, call) => {
        const share = rank as number;
        if (!(share >= 0 && share <= 1))
          throw new QueryError("KLL_SKETCH_INVALID_QUANTILE_RANGE", { functionName: `\`${call.fn}\`` }, call.at);
        const value = sketch.quantile(share);
        if (value === null) throw noValues(call);
        return boxed(value);
      },
      true,
    ),
    asking(
      family,
      "kll_sketch_get_rank",
      "The share of values, about, that are not above this one; several for an array.",
      ["3", "0.6"],
      ranked,
      DOUBLE,
      (sketch, value, call) => {
        const rank = sketch.rank(suffix === "bigint" ? BigInt(value as number | bigint) : (value as number));
        if (rank === null) throw noValues(call);
        return rank;
      },
    ),
  ];
}

export const kllFunctions: readonly FunctionEntry[] = families.flatMap(functionsOf);
