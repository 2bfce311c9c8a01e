/** approx_top_k: the most frequent values and about how often they occur. */
import type { Boxed, DataType } from "../../../columnar/types";
import { AnalysisError } from "../../errors";
import { INT, LONG, literal } from "../../expressions/build";
import type { Expression } from "../../expressions/expression";
import { isFoldable } from "../../expressions/traverse";
import { aggregate } from "../aggregate";
import { document } from "../documented";
import type { AggregateFunction, BindContext } from "../registry";
import { mismatch } from "../signature";
import { FrequentItems } from "../sketches/frequent-items";

const DEFAULT_K = 5;
const DEFAULT_TRACKED = 10000;
const MOST_TRACKED = 1000000;

/** One sketch for each part of the rows, joined at the end as Spark joins them; nulls are counted beside. */
interface TopState {
  readonly parts: FrequentItems[];
  nulls: number;
}

const TRACKED_KINDS: readonly DataType["kind"][] = [
  "boolean",
  "byte",
  "short",
  "int",
  "long",
  "float",
  "double",
  "date",
  "timestamp",
  "timestamp_ntz",
  "decimal",
  "string",
];

function constantInteger(label: string, index: number, args: readonly Expression[], context: BindContext): number {
  const arg = args[index] as Expression;
  if (!isFoldable(arg))
    throw mismatch("TYPE_CHECK_FAILURE_WITH_HINT", args, context, { msg: `${label} must be a constant literal`, hint: "" });
  const value = context.fold(arg).value as number | null;
  if (value === null) {
    throw new AnalysisError("APPROX_TOP_K_NULL_ARG", { argName: label, funcName: "`approx_top_k`" }, context.at);
  }
  if (value <= 0) {
    throw new AnalysisError(
      "APPROX_TOP_K_NON_POSITIVE_ARG",
      { argName: `\`${label}\``, funcName: "`approx_top_k`", argValue: String(value) },
      context.at,
    );
  }
  return value;
}

const list = (type: DataType): DataType => ({ kind: "array", element: type, containsNull: false });

const approxTopK = aggregate<TopState>({
  names: ["approx_top_k"],
  doc: document("agg")("The k most frequent values, with about how often each occurs; so many values are watched at a time.", [
    "approx_top_k(expr, 2) FROM VALUES 'a', 'b', 'c', 'c', 'c', 'c', 'd', 'd' AS tab(expr)",
    '[{"item":"c","count":4},{"item":"d","count":2}]',
  ]),
  inputs: ["any", "int", "int"],
  optional: 2,
  prepare: (args) =>
    args.length === 0 || args.length > 3
      ? args
      : [args[0] as Expression, args[1] ?? literal(DEFAULT_K, INT), args[2] ?? literal(DEFAULT_TRACKED, INT)],
  result: (types) => ({
    kind: "array",
    containsNull: false,
    element: {
      kind: "struct",
      fields: [
        { name: "item", type: types[0] as DataType, nullable: true },
        { name: "count", type: LONG, nullable: false },
      ],
    },
  }),
  nullable: false,
  options: (args, context) => {
    const { kind } = (args[0] as Expression).type;
    if (!TRACKED_KINDS.includes(kind)) {
      throw mismatch("TYPE_CHECK_FAILURE_WITH_HINT", args, context, { msg: `${kind} columns are not supported`, hint: "" });
    }
    const k = constantInteger("k", 1, args, context);
    const tracked = constantInteger("maxItemsTracked", 2, args, context);
    if (tracked > MOST_TRACKED) {
      throw new AnalysisError(
        "APPROX_TOP_K_MAX_ITEMS_TRACKED_EXCEEDS_LIMIT",
        { maxItemsTracked: String(tracked), limit: String(MOST_TRACKED), funcName: "`approx_top_k`" },
        context.at,
      );
    }
    if (tracked < k) {
      throw new AnalysisError(
        "APPROX_TOP_K_MAX_ITEMS_TRACKED_LESS_THAN_K",
        { maxItemsTracked: String(tracked), k: String(k), funcName: "`approx_top_k`" },
        context.at,
      );
    }
    return { k, size: FrequentItems.sizeFor(tracked) };
  },
  accumulator: (call) => {
    const { type } = call.args[0] as Expression;
    const k = call.options?.["k"] as number;
    const size = call.options?.["size"] as number;
    return {
      stateTypes: [list(LONG), list(list(type)), list(list(LONG)), list(LONG), LONG],
      init: () => ({ parts: [], nulls: 0 }),
      update: (state, args) => {
        const value = args[0] as Boxed;
        if (value === null) state.nulls++;
        else {
          if (state.parts.length === 0) state.parts.push(new FrequentItems(type, size));
          (state.parts[0] as FrequentItems).add(value, 1);
        }
        return state;
      },
      merge: (state, other) => ({ parts: [...state.parts, ...other.parts], nulls: state.nulls + other.nulls }),
      finish: ({ parts, nulls }) => {
        const all = new FrequentItems(type, size);
        // Spark joins what has travelled, which lies in its table a little otherwise than what was counted.
        for (const part of parts) all.merge(FrequentItems.of(type, size, part.state()));
        const top: { readonly value: Boxed; readonly count: number }[] = all.top();
        if (nulls > 0) {
          const at = top.findIndex((one) => one.count < nulls);
          top.splice(at < 0 ? top.length : at, 0, { value: null, count: nulls });
        }
        return top.slice(0, k).map(({ value, count }) => [value, count]);
      },
      toColumns: ({ parts, nulls }) => {
        const states = parts.map((part) => part.state());
        return [
          states.map((one) => one.size),
          states.map((one) => one.values),
          states.map((one) => one.counts),
          states.map((one) => one.offset),
          nulls,
        ];
      },
      fromColumns: (columns) => {
        const [sizes, values, counts, offsets, nulls] = columns as readonly [
          readonly number[],
          readonly (readonly Boxed[])[],
          readonly (readonly number[])[],
          readonly number[],
          number,
        ];
        const parts = sizes.map((one, i) =>
          FrequentItems.of(type, size, {
            size: one,
            values: values[i] as readonly Boxed[],
            counts: counts[i] as readonly number[],
            offset: offsets[i] as number,
          }),
        );
        return { parts, nulls };
      },
    };
  },
});

export const topKAggregates: readonly AggregateFunction[] = [approxTopK];
