/** Theta sketches: how many different values there are, about, also in unions, intersections and differences of sets. */
import type { Boxed, DataType } from "../../../columnar/types";
import { AnalysisError, QueryError } from "../../errors";
import type { QueryContext } from "../../errors";
import { collationOf } from "../../expressions/collation";
import { BINARY, INT, literal, LONG } from "../../expressions/build";
import type { AggregateCall, Call, Expression } from "../../expressions/expression";
import { isFoldable } from "../../expressions/traverse";
import { aggregate } from "../aggregate";
import { document } from "../documented";
import type { InputType } from "../input-types";
import type { Accumulator, BindContext, FunctionDoc, FunctionEntry, ScalarFunction } from "../registry";
import { scalar } from "../signature";
import {
  decodeTheta,
  encodeTheta,
  NO_VALUES,
  thetaDifference,
  thetaEstimate,
  thetaHash,
  thetaIntersection,
  type ThetaSketch,
  ThetaUpdate,
} from "../sketches/theta";
import { exactly } from "./datetime-make";

const doc = document("sketch");

const DEFAULT_LG = literal(12, INT);
const [LEAST_LG, MOST_LG] = [4, 26];

/** What sketches of different values take. */
export const SKETCHED_VALUES: InputType = {
  anyOf: [{ arrayOf: "int" }, { arrayOf: "long" }, "binary", "double", "float", "int", "long", "string"],
};

function checkedLg(value: number | null, name: string, at: QueryContext | undefined): number {
  const lg = value ?? 0;
  if (lg >= LEAST_LG && lg <= MOST_LG) return lg;
  const parameters = { function: `\`${name}\``, min: String(LEAST_LG), max: String(MOST_LG), value: String(lg) };
  throw new QueryError("SKETCH_INVALID_LG_NOM_ENTRIES", parameters, at);
}

function constantLg(arg: Expression, context: BindContext): number {
  if (!isFoldable(arg))
    throw new AnalysisError("THETA_LG_NOM_ENTRIES_MUST_BE_CONSTANT", { function: `\`${context.name}\`` }, context.at);
  return checkedLg(context.fold(arg).value as number | null, context.name, context.at);
}

function sketchOf(bytes: Uint8Array, { fn, at }: Pick<Call, "fn" | "at">): ThetaSketch {
  const sketch = decodeTheta(bytes);
  if (sketch === null) throw new QueryError("THETA_INVALID_INPUT_SKETCH_BUFFER", { function: `\`${fn}\`` }, at);
  return sketch;
}

/** The bytes that stand for a value, null for those that do not count: nulls, and what is empty. */
export function bytesOf(type: DataType): (value: Boxed) => Uint8Array | null {
  const eight = new Uint8Array(8);
  const view = new DataView(eight.buffer);
  switch (type.kind) {
    case "int":
    case "long":
      return (value) => {
        view.setBigInt64(0, BigInt(value as number | bigint), true);
        return eight;
      };
    case "float":
    case "double":
      return (value) => {
        // Without the sign of zero.
        view.setFloat64(0, (value as number) + 0, true);
        return eight;
      };
    case "array": {
      const { kind } = type.element;
      return (value) => {
        const items = value as readonly (number | bigint | null)[];
        if (items.length === 0) return null;
        return new Uint8Array(
          kind === "long"
            ? BigInt64Array.from(items, (item) => BigInt(item ?? 0)).buffer
            : Int32Array.from(items, (item) => Number(item ?? 0)).buffer,
        );
      };
    }
    case "string": {
      const key = type.collation === undefined ? (text: string): string => text : collationOf(type).key;
      return (value) => nonEmpty(Buffer.from(key(value as string)));
    }
    default:
      return (value) => nonEmpty(value as Uint8Array);
  }
}

function nonEmpty(bytes: Uint8Array): Uint8Array | null {
  return bytes.length === 0 ? null : bytes;
}

/** Sketches that grow, in the size that the call asks for. */
function growing(call: AggregateCall, take: (state: ThetaUpdate, value: Boxed) => void): Accumulator<ThetaUpdate> {
  const lg = call.options?.["lg"] as number;
  return {
    stateTypes: [BINARY],
    init: () => new ThetaUpdate(lg),
    update: (state, [value]) => {
      if (value !== null && value !== undefined) take(state, value);
      return state;
    },
    merge: (state, other) => {
      state.unite(other);
      return state;
    },
    finish: (state) => encodeTheta(state.result()),
    toColumns: (state) => [encodeTheta(state)],
    fromColumns: ([bytes]) => {
      const state = new ThetaUpdate(lg);
      state.unite(decodeTheta(bytes as Uint8Array) ?? NO_VALUES);
      return state;
    },
  };
}

const withDefaultLg =
  (inputs: readonly InputType[]) =>
  (args: readonly Expression[], context: BindContext): readonly Expression[] =>
    exactly(inputs, args.length === 1 ? [...args, DEFAULT_LG] : args, context);

const sketchAggregate = aggregate<ThetaUpdate>({
  names: ["theta_sketch_agg"],
  doc: doc("A theta sketch of the values, of at most 2^lgNomEntries (4 to 26, default 12) hashes.", [
    "theta_sketch_estimate(theta_sketch_agg(col)) FROM VALUES (1), (1), (2), (2), (3) AS tab(col)",
    "3",
  ]),
  inputs: ["any", "any"],
  optional: 1,
  prepare: withDefaultLg([SKETCHED_VALUES, "int"]),
  result: BINARY,
  nullable: false,
  options: (args, context) => ({ lg: constantLg(args[1] as Expression, context) }),
  accumulator: (call) => {
    const bytes = bytesOf((call.args[0] as Expression).type);
    return growing(call, (state, value) => {
      const known = bytes(value);
      if (known !== null) state.add(thetaHash(known));
    });
  },
});

const unionAggregate = aggregate<ThetaUpdate>({
  names: ["theta_union_agg"],
  doc: doc("The theta sketch of the values of all sketches, of at most 2^lgNomEntries hashes.", [
    "theta_sketch_estimate(theta_union_agg(sketch)) FROM (SELECT theta_sketch_agg(col) AS sketch FROM VALUES (1), (2) AS tab(col))",
    "2",
  ]),
  inputs: ["any", "any"],
  optional: 1,
  prepare: withDefaultLg(["binary", "int"]),
  result: BINARY,
  nullable: false,
  options: (args, context) => ({ lg: constantLg(args[1] as Expression, context) }),
  accumulator: (call) => growing(call, (state, value) => state.unite(sketchOf(value as Uint8Array, call))),
});

/** Null: no sketch has been seen, everything is in the intersection. */
interface Intersection {
  sketch: ThetaSketch | null;
}

const intersectionAggregate = aggregate<Intersection>({
  names: ["theta_intersection_agg"],
  doc: doc("The theta sketch of the values that are in every sketch.", [
    "theta_sketch_estimate(theta_intersection_agg(sketch)) FROM (SELECT theta_sketch_agg(col) AS sketch FROM VALUES (1), (2) AS tab(col))",
    "2",
  ]),
  inputs: ["any"],
  prepare: (args, context) => exactly(["binary"], args, context),
  result: BINARY,
  nullable: false,
  accumulator: (call) => {
    const meet = (state: Intersection, other: ThetaSketch | null): Intersection => {
      if (other !== null) state.sketch = state.sketch === null ? other : thetaIntersection(state.sketch, other);
      return state;
    };
    return {
      stateTypes: [BINARY],
      init: () => ({ sketch: null }),
      update: (state, [value]) =>
        value === null || value === undefined ? state : meet(state, sketchOf(value as Uint8Array, call)),
      merge: (state, other) => meet(state, other.sketch),
      finish: ({ sketch }) => encodeTheta(sketch ?? NO_VALUES),
      toColumns: ({ sketch }) => [sketch === null ? null : encodeTheta(sketch)],
      fromColumns: ([bytes]) => ({ sketch: bytes === null ? null : decodeTheta(bytes as Uint8Array) }),
    };
  },
});

const estimate: ScalarFunction = scalar({
  names: ["theta_sketch_estimate"],
  doc: doc("About how many different values a theta sketch has seen.", [
    "theta_sketch_estimate(theta_sketch_agg(col)) FROM VALUES (1), (1), (2) AS tab(col)",
    "2",
  ]),
  inputs: ["any"],
  result: LONG,
  evaluate: (call) => (bytes) => thetaEstimate(sketchOf(bytes as Uint8Array, call)),
});

const union: ScalarFunction = scalar({
  names: ["theta_union"],
  doc: doc("The theta sketch of the values of either sketch, of at most 2^lgNomEntries hashes.", [
    "theta_sketch_estimate(theta_union(theta_sketch_agg(col1), theta_sketch_agg(col2))) FROM VALUES (1, 4), (2, 5), (3, 4) AS tab(col1, col2)",
    "5",
  ]),
  inputs: ["any", "any", "any"],
  optional: 1,
  defaults: (args) => (args.length === 2 ? [...args, DEFAULT_LG] : args),
  result: BINARY,
  evaluate: (call) => (a, b, lg) => {
    const all = new ThetaUpdate(checkedLg(lg as number, call.fn, call.at));
    all.unite(sketchOf(a as Uint8Array, call));
    all.unite(sketchOf(b as Uint8Array, call));
    return encodeTheta(all.result());
  },
});

function ofTwo(name: string, info: FunctionDoc, join: (a: ThetaSketch, b: ThetaSketch) => ThetaSketch): ScalarFunction {
  return scalar({
    names: [name],
    doc: info,
    inputs: ["any", "any"],
    result: BINARY,
    evaluate: (call) => (a, b) => encodeTheta(join(sketchOf(a as Uint8Array, call), sketchOf(b as Uint8Array, call))),
  });
}

/** Arguments of these types alone: nothing becomes a sketch by a cast. */
function strict(entry: ScalarFunction, inputs: readonly InputType[]): ScalarFunction {
  return { ...entry, bind: (args, context) => entry.bind(exactly(inputs, args, context), context) };
}

export const thetaFunctions: readonly FunctionEntry[] = [
  sketchAggregate,
  unionAggregate,
  intersectionAggregate,
  strict(estimate, ["binary"]),
  strict(union, ["binary", "binary", "int"]),
  strict(
    ofTwo(
      "theta_intersection",
      doc("The theta sketch of the values that are in both sketches.", [
        "theta_sketch_estimate(theta_intersection(theta_sketch_agg(col1), theta_sketch_agg(col2))) FROM VALUES (5, 4), (1, 4), (2, 5), (3, 1) AS tab(col1, col2)",
        "2",
      ]),
      thetaIntersection,
    ),
    ["binary", "binary"],
  ),
  strict(
    ofTwo(
      "theta_difference",
      doc("The theta sketch of the values of the first sketch that are not in the second.", [
        "theta_sketch_estimate(theta_difference(theta_sketch_agg(col1), theta_sketch_agg(col2))) FROM VALUES (5, 4), (1, 4), (2, 5), (3, 1) AS tab(col1, col2)",
        "2",
      ]),
      thetaDifference,
    ),
    ["binary", "binary"],
  ),
];
