/** Aggregates over bitmaps of 32768 bits, and the names grouping and grouping_id. */
import type { Boxed } from "../../../columnar/types";
import { AnalysisError, QueryError } from "../../errors";
import { BINARY } from "../../expressions/build";
import { aggregate } from "../aggregate";
import { document } from "../documented";
import type { AggregateFunction, FunctionEntry, ScalarFunction } from "../registry";

const doc = document("agg");

const BYTES = 4096;

const construct = aggregate<Uint8Array>({
  names: ["bitmap_construct_agg"],
  doc: doc("A bitmap with the bits at the given positions.", [
    "substring(hex(bitmap_construct_agg(bitmap_bit_position(col))), 0, 6) FROM VALUES (1), (2), (3) AS tab(col)",
    "070000",
  ]),
  inputs: ["long"],
  result: BINARY,
  nullable: false,
  accumulator: (call) => ({
    ...bitmaps((a, b) => a | b, 0),
    update: (state, args) => {
      const position = args[0] as number | bigint | null;
      if (position === null) return state;
      const bit = Number(position);
      if (bit < 0 || bit >= 8 * BYTES) {
        throw new QueryError(
          "INVALID_BITMAP_POSITION",
          { bitPosition: String(position), bitmapNumBytes: String(BYTES), bitmapNumBits: String(8 * BYTES) },
          call.at,
        );
      }
      state[bit >> 3] = (state[bit >> 3] as number) | (1 << (bit & 7));
      return state;
    },
  }),
});

function bitmaps(
  join: (a: number, b: number) => number,
  empty: number,
): {
  readonly stateTypes: readonly [typeof BINARY];
  init(): Uint8Array;
  merge(state: Uint8Array, other: Uint8Array): Uint8Array;
  finish(state: Uint8Array): Boxed;
  toColumns(state: Uint8Array): readonly Boxed[];
  fromColumns(columns: readonly Boxed[]): Uint8Array;
} {
  return {
    stateTypes: [BINARY],
    init: () => new Uint8Array(BYTES).fill(empty),
    merge: (state, other) => {
      const n = Math.min(other.length, BYTES);
      for (let i = 0; i < n; i++) state[i] = join(state[i] as number, other[i] as number);
      for (let i = n; i < BYTES; i++) state[i] = join(state[i] as number, 0);
      return state;
    },
    finish: (state) => state,
    toColumns: (state) => [state],
    fromColumns: (columns) => Uint8Array.from(columns[0] as Uint8Array),
  };
}

function joined(
  name: string,
  usage: string,
  result: string,
  join: (a: number, b: number) => number,
  empty: number,
): AggregateFunction {
  return aggregate<Uint8Array>({
    names: [name],
    doc: doc(usage, [`substring(hex(${name}(col)), 0, 6) FROM VALUES (X'10'), (X'30'), (X'50') AS tab(col)`, result]),
    inputs: ["binary"],
    uncast: true,
    result: BINARY,
    nullable: false,
    accumulator: () => {
      const states = bitmaps(join, empty);
      return {
        ...states,
        update: (state, args) => (args[0] === null ? state : states.merge(state, args[0] as Uint8Array)),
      };
    },
  });
}

/** Analysis makes these calls itself, and puts the grouping's own column in their place where there are grouping sets. */
function groupingOnly(name: string, usage: string): ScalarFunction {
  return {
    kind: "scalar",
    names: [name],
    doc: doc(usage),
    bind: (_, context) => {
      throw new AnalysisError("UNSUPPORTED_GROUPING_EXPRESSION", {}, context.at);
    },
  };
}

export const bitmapAggregates: readonly FunctionEntry[] = [
  construct,
  joined("bitmap_or_agg", "The bits that are in some of the bitmaps.", "700000", (a, b) => a | b, 0),
  joined("bitmap_and_agg", "The bits that are in all of the bitmaps.", "100000", (a, b) => a & b, 0xff),
  groupingOnly("grouping", "1 where a row has been grouped without this column, else 0; only with grouping sets."),
  groupingOnly("grouping_id", "The bits of grouping for several columns as one number; only with grouping sets."),
];
