/** Tuple sketches: how many different keys there are, about, and a number for each: the sum, the least or the greatest of the key's numbers. */
import type { Boxed, DataType } from "../../../columnar/types";
import { QueryError } from "../../errors";
import { BINARY, DOUBLE, INT, literal, LONG, STRING } from "../../expressions/build";
import type { AggregateCall, Call, Expression } from "../../expressions/expression";
import { add, type Exact } from "../../types/exact";
import { aggregate } from "../aggregate";
import { document } from "../documented";
import type { Accumulator, BindContext, FunctionDoc, FunctionEntry } from "../registry";
import { constantOf, mismatch, scalar, type ScalarSpec } from "../signature";
import { decodeTheta, FAMILY_THETA, thetaHash, type ThetaSketch } from "../sketches/theta";
import {
  decodeTuple,
  DOUBLES,
  encodeTuple,
  initialSummary,
  inSmallTable,
  INTEGERS,
  joinedSummary,
  type Mode,
  MODES,
  NO_TUPLES,
  type SummaryKind,
  tupleDifference,
  tupleIntersection,
  type TupleSketch,
  tupleTheta,
  TupleUpdate,
} from "../sketches/tuple";
import { bytesOf, SKETCHED_VALUES } from "./theta-sketch";

const doc = document("sketch");

interface Family {
  readonly suffix: "double" | "integer";
  readonly kind: SummaryKind;
  readonly type: DataType;
  /** A literal's ending in the examples. */
  readonly letter: string;
  readonly total: { readonly type: DataType; readonly add: (a: Exact, b: Exact) => Exact };
}

const families: readonly Family[] = [
  {
    suffix: "double",
    kind: DOUBLES,
    type: DOUBLE,
    letter: "D",
    total: { type: DOUBLE, add: (a, b) => Number(a) + Number(b) },
  },
  { suffix: "integer", kind: INTEGERS, type: INT, letter: "", total: { type: LONG, add } },
];

const LG = literal(12, INT);
const SUM = literal("sum", STRING);
const [LEAST_LG, MOST_LG] = [4, 26];

function constant(name: string, arg: Expression, args: readonly Expression[], context: BindContext): Boxed {
  const value = constantOf(name, arg, args, context);
  if (value === null) throw mismatch("UNEXPECTED_NULL", args, context, { exprName: name });
  return value;
}

function constantLg(arg: Expression, args: readonly Expression[], context: BindContext): number {
  const lg = constant("lgNomEntries", arg, args, context) as number;
  if (lg >= LEAST_LG && lg <= MOST_LG) return lg;
  const msg = `lgNomEntries must be between ${LEAST_LG} and ${MOST_LG}, not ${lg}`;
  throw mismatch("TYPE_CHECK_FAILURE_WITH_HINT", args, context, { msg, hint: "" });
}

function constantMode(arg: Expression, args: readonly Expression[], context: BindContext): Mode {
  const text = constant("mode", arg, args, context) as string;
  const mode = MODES.find((one) => one === text.toLowerCase());
  if (mode !== undefined) return mode;
  const msg = `mode must be one of ${MODES.join(", ")}, not ${text}`;
  throw mismatch("TYPE_CHECK_FAILURE_WITH_HINT", args, context, { msg, hint: "" });
}

/** Behind those that must be given, where they are. */
function withDefaults(args: readonly Expression[], needed: number, defaults: readonly Expression[]): readonly Expression[] {
  return args.length < needed ? args : [...args, ...defaults.slice(args.length - needed)];
}

type Options = { readonly lg: number; readonly mode: Mode };

const optionsOf = (call: Pick<Call, "options">): Options => call.options as unknown as Options;

/** The constants at these places. */
function constants(places: { readonly lg?: number; readonly mode?: number }): NonNullable<ScalarSpec["options"]> {
  return (args, context) => ({
    ...(places.lg !== undefined && { lg: constantLg(args[places.lg]!, args, context) }),
    ...(places.mode !== undefined && { mode: constantMode(args[places.mode]!, args, context) }),
  });
}

function tuplesOf(bytes: Boxed, kind: SummaryKind, { fn, at }: Pick<Call, "fn" | "at">): TupleSketch {
  const sketch = decodeTuple(bytes as Uint8Array, kind);
  if (typeof sketch !== "string") return sketch;
  const name = sketch === "family" ? "TUPLE_INVALID_INPUT_SKETCH_BUFFER_FAMILY" : "TUPLE_INVALID_INPUT_SKETCH_BUFFER";
  throw new QueryError(name, { function: `\`${fn}\`` }, at);
}

function thetaOf(bytes: Boxed, { fn, at }: Pick<Call, "fn" | "at">): ThetaSketch {
  const given = bytes as Uint8Array;
  const sketch = decodeTheta(given);
  if (sketch !== null) return sketch;
  const family = given.length >= 8 && given[2] !== FAMILY_THETA;
  const name = family ? "THETA_INVALID_INPUT_SKETCH_BUFFER_FAMILY" : "THETA_INVALID_INPUT_SKETCH_BUFFER";
  throw new QueryError(name, { function: `\`${fn}\`` }, at);
}

/** The keys of a theta sketch with the number that no value makes. */
function withSummaries({ theta, hashes }: ThetaSketch, kind: SummaryKind, mode: Mode): TupleSketch {
  const summary = initialSummary(kind, mode);
  return { theta, entries: new Map([...hashes].map((hash) => [hash, summary])) };
}

const isNull = (value: unknown): value is null | undefined => value === null || value === undefined;

/** What the rows have made, what was read from bytes, and the union of such. */
interface Growing {
  readonly own: TupleUpdate | null;
  readonly given: TupleSketch | null;
  readonly all: TupleUpdate | null;
}

/** As in Spark, whose bytes show it by their order, partial sketches have as many entries as fit, and the end is a union. */
function growing(
  call: AggregateCall,
  kind: SummaryKind,
  take: (own: TupleUpdate, values: readonly Boxed[]) => void,
): Accumulator<Growing> {
  const { lg, mode } = optionsOf(call);
  const united = (state: Growing, other?: Growing): TupleUpdate => {
    const all = state.all ?? new TupleUpdate(lg);
    for (const one of [state.own, state.given, other?.all, other?.own, other?.given]) {
      if (!isNull(one)) all.unite(one, kind, mode);
    }
    return all;
  };
  return {
    stateTypes: [BINARY],
    init: () => ({ own: null, given: null, all: null }),
    update: (state, values) => {
      const own = state.own ?? new TupleUpdate(lg);
      take(own, values);
      return state.own === null ? { ...state, own } : state;
    },
    merge: (state, other) => ({ own: null, given: null, all: united(state, other) }),
    finish: (state) => encodeTuple(united(state).result(), kind),
    toColumns: (state) => [encodeTuple((state.all === null ? (state.given ?? state.own) : null) ?? united(state), kind)],
    fromColumns: ([bytes]) => ({ own: null, given: tuplesOf(bytes!, kind, call), all: null }),
  };
}

/** Null: no sketch has been seen, everything is in the intersection. */
interface Intersection {
  sketch: TupleSketch | null;
}

const rows = (letter: string): string => `FROM VALUES (1, 5${letter}), (1, 1${letter}), (2, 2${letter}) AS tab(key, number)`;

function aggregates({ suffix, kind, type, letter }: Family): readonly FunctionEntry[] {
  const sketched = `tuple_sketch_agg_${suffix}(key, number)`;
  const example = (name: string): readonly [string, string] => [
    `tuple_sketch_estimate_${suffix}(${name}(sketch)) FROM (SELECT ${sketched} AS sketch ${rows(letter)})`,
    "2.0",
  ];
  return [
    aggregate<Growing>({
      names: [`tuple_sketch_agg_${suffix}`],
      doc: doc(
        "A tuple sketch of keys and numbers, of at most 2^lgNomEntries (4 to 26, default 12) keys; the mode says what becomes of the numbers of a key: sum (the default), min, max or alwaysone.",
        [`tuple_sketch_estimate_${suffix}(${sketched}) ${rows(letter)}`, "2.0"],
      ),
      inputs: [SKETCHED_VALUES, type.kind as "int" | "double", "int", "string"],
      optional: 2,
      prepare: (args) => withDefaults(args, 2, [LG, SUM]),
      result: BINARY,
      nullable: false,
      options: constants({ lg: 2, mode: 3 }),
      accumulator: (call) => {
        const bytes = bytesOf((call.args[0] as Expression).type);
        const { mode } = optionsOf(call);
        const initial = initialSummary(kind, mode);
        return growing(call, kind, (state, [key, number]) => {
          if (isNull(key) || isNull(number)) return;
          const known = bytes(key);
          if (known === null) return;
          state.add(thetaHash(known), (summary = initial) => joinedSummary(kind, mode, summary.value, number as number));
        });
      },
    }),
    aggregate<Growing>({
      names: [`tuple_union_agg_${suffix}`],
      doc: doc(
        "The tuple sketch of the keys of all sketches, of at most 2^lgNomEntries; the mode joins the numbers of equal keys.",
        example(`tuple_union_agg_${suffix}`),
      ),
      inputs: ["binary", "int", "string"],
      optional: 2,
      prepare: (args) => withDefaults(args, 1, [LG, SUM]),
      result: BINARY,
      nullable: false,
      options: constants({ lg: 1, mode: 2 }),
      accumulator: (call) =>
        growing(call, kind, (state, [sketch]) => {
          if (!isNull(sketch)) state.unite(tuplesOf(sketch, kind, call), kind, optionsOf(call).mode);
        }),
    }),
    aggregate<Intersection>({
      names: [`tuple_intersection_agg_${suffix}`],
      doc: doc(
        "The tuple sketch of the keys that are in every sketch; the mode joins their numbers.",
        example(`tuple_intersection_agg_${suffix}`),
      ),
      inputs: ["binary", "string"],
      optional: 1,
      prepare: (args) => withDefaults(args, 1, [SUM]),
      result: BINARY,
      nullable: false,
      options: constants({ mode: 1 }),
      accumulator: (call) => {
        const { mode } = optionsOf(call);
        const meet = (state: Intersection, other: TupleSketch | null): Intersection => {
          if (other !== null)
            state.sketch = state.sketch === null ? inSmallTable(other) : tupleIntersection(state.sketch, other, kind, mode);
          return state;
        };
        return {
          stateTypes: [BINARY],
          init: () => ({ sketch: null }),
          update: (state, [value]) => (isNull(value) ? state : meet(state, tuplesOf(value, kind, call))),
          merge: (state, other) => meet(state, other.sketch),
          finish: ({ sketch }) => encodeTuple(sketch ?? NO_TUPLES, kind),
          toColumns: ({ sketch }) => [sketch === null ? null : encodeTuple(sketch, kind)],
          fromColumns: ([bytes]) => ({ sketch: isNull(bytes) ? null : tuplesOf(bytes, kind, call) }),
        };
      },
    }),
  ];
}

function readers({ suffix, kind, letter, total }: Family): readonly FunctionEntry[] {
  const of = (name: string): string => `${name}(tuple_sketch_agg_${suffix}(key, number)) ${rows(letter)}`;
  const reader = (name: string, info: FunctionDoc, value: (sketch: TupleSketch) => number): FunctionEntry =>
    scalar({
      names: [name],
      doc: info,
      inputs: ["binary"],
      result: DOUBLE,
      evaluate: (call) => (bytes) => value(tuplesOf(bytes, kind, call)),
    });
  const summary = `tuple_sketch_summary_${suffix}`;
  return [
    reader(
      `tuple_sketch_estimate_${suffix}`,
      doc("About how many different keys a tuple sketch has seen.", [of(`tuple_sketch_estimate_${suffix}`), "2.0"]),
      (sketch) => sketch.entries.size / tupleTheta(sketch),
    ),
    reader(
      `tuple_sketch_theta_${suffix}`,
      doc("The share of all keys that a tuple sketch keeps.", [of(`tuple_sketch_theta_${suffix}`), "1.0"]),
      tupleTheta,
    ),
    scalar({
      names: [summary],
      doc: doc(
        "The numbers of the keys that a tuple sketch keeps, joined: sum (the default), min, max or alwaysone, their count.",
        [of(summary), suffix === "double" ? "8.0" : "8"],
      ),
      inputs: ["binary", "string"],
      optional: 1,
      defaults: (args) => withDefaults(args, 1, [SUM]),
      result: total.type,
      options: constants({ mode: 1 }),
      evaluate: (call) => (bytes) => {
        const { mode } = optionsOf(call);
        const numbers = [...tuplesOf(bytes, kind, call).entries.values()].map(({ value }) => value);
        if (mode === "alwaysone") return numbers.length;
        if (mode === "sum") return numbers.reduce<Exact>((sum, value) => total.add(sum, value), 0);
        return numbers.length === 0 ? 0 : numbers.reduce((a, b) => Math[mode](a, b));
      },
    }),
  ];
}

/** The second sketch is a tuple sketch or a theta sketch. */
function joins({ suffix, kind, letter }: Family, theta: boolean): readonly FunctionEntry[] {
  const end = theta ? `theta_${suffix}` : suffix;
  const other = (bytes: Boxed, call: Call): TupleSketch =>
    theta ? withSummaries(thetaOf(bytes, call), kind, optionsOf(call).mode ?? "sum") : tuplesOf(bytes, kind, call);
  const what = theta ? "a tuple sketch and a theta sketch" : "two tuple sketches";
  const example = (name: string, result: string): readonly [string, string] => [
    `tuple_sketch_estimate_${suffix}(${name}(tuple_sketch_agg_${suffix}(a, n), ${theta ? "theta_sketch_agg(b)" : `tuple_sketch_agg_${suffix}(b, n)`})) FROM VALUES (1, 1, 1${letter}), (2, 3, 2${letter}) AS tab(a, b, n)`,
    result,
  ];
  return [
    scalar({
      names: [`tuple_union_${end}`],
      doc: doc(`The keys that are in either of ${what}, at most 2^lgNomEntries.`, example(`tuple_union_${end}`, "3.0")),
      inputs: ["binary", "binary", "int", "string"],
      optional: 2,
      defaults: (args) => withDefaults(args, 2, [LG, SUM]),
      result: BINARY,
      options: constants({ lg: 2, mode: 3 }),
      evaluate: (call) => (a, b) => {
        const { lg, mode } = optionsOf(call);
        const all = new TupleUpdate(lg);
        all.unite(tuplesOf(a, kind, call), kind, mode);
        all.unite(other(b, call), kind, mode);
        return encodeTuple(all.result(), kind);
      },
    }),
    scalar({
      names: [`tuple_intersection_${end}`],
      doc: doc(`The keys that are in both of ${what}.`, example(`tuple_intersection_${end}`, "1.0")),
      inputs: ["binary", "binary", "string"],
      optional: 1,
      defaults: (args) => withDefaults(args, 2, [SUM]),
      result: BINARY,
      options: constants({ mode: 2 }),
      evaluate: (call) => (a, b) =>
        encodeTuple(tupleIntersection(tuplesOf(a, kind, call), other(b, call), kind, optionsOf(call).mode), kind),
    }),
    scalar({
      names: [`tuple_difference_${end}`],
      doc: doc(`The keys of the first of ${what} that are not in the second.`, example(`tuple_difference_${end}`, "1.0")),
      inputs: ["binary", "binary"],
      result: BINARY,
      options: () => ({}),
      evaluate: (call) => (a, b) => {
        const { theta: bound, entries } = other(b, call);
        return encodeTuple(tupleDifference(tuplesOf(a, kind, call), entries, bound), kind);
      },
    }),
  ];
}

export const tupleFunctions: readonly FunctionEntry[] = families.flatMap((family) => [
  ...aggregates(family),
  ...readers(family),
  ...joins(family, false),
  ...joins(family, true),
]);
