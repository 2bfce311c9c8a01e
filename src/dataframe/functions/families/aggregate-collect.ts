/** Aggregates that give all the values they met: collect_list, collect_set, listagg. */
import type { Boxed, DataType } from "../../../columnar/types";
import { AnalysisError } from "../../errors";
import { NULL, STRING, coerced, literal } from "../../expressions/build";
import { compareValues } from "../../expressions/compare";
import type { AggregateCall, Expression, SortOrder } from "../../expressions/expression";
import { printed } from "../../expressions/print";
import { sameExpression } from "../../expressions/traverse";
import { containsType } from "../../types/contains";
import { aggregate } from "../aggregate";
import { document } from "../documented";
import { closestInput } from "../input-types";
import type { InputType } from "../input-types";
import type { Accumulator, AggregateFunction, BindContext } from "../registry";
import { constantOf, mismatch, unexpectedInputType, wrongNumArgs } from "../signature";
import { valueKey } from "../value-key";
import type { ValueKey } from "../value-key";

const doc = document("agg");

const arrayOf = (type: DataType): DataType => ({ kind: "array", element: type, containsNull: false });

const collectList = aggregate<Boxed[]>({
  names: ["collect_list", "array_agg"],
  doc: doc("An array of the values that are not null, in the order of the rows.", [
    "collect_list(col) FROM VALUES (1), (2), (1) AS tab(col)",
    "[1,2,1]",
  ]),
  inputs: ["any"],
  deterministic: false,
  result: (types) => arrayOf(types[0] as DataType),
  nullable: false,
  print: (call, args) => `collect_list(${call.distinct ? "DISTINCT " : ""}${args[0]})`,
  accumulator: (call) => ({
    stateTypes: [call.type],
    init: () => [],
    update: (state, args) => {
      const value = args[0] as Boxed;
      if (value !== null) state.push(value);
      return state;
    },
    merge: (state, other) => {
      for (const value of other) state.push(value);
      return state;
    },
    finish: (state) => state,
    toColumns: (state) => [state],
    fromColumns: (columns) => [...(columns[0] as readonly Boxed[])],
  }),
});

const collectSet = aggregate<Map<ValueKey, Boxed>>({
  names: ["collect_set"],
  doc: doc("An array of the different values that are not null, in no order to rely on.", [
    "collect_set(col) FROM VALUES (1), (2), (1) AS tab(col)",
    "[1,2]",
  ]),
  inputs: ["any"],
  deterministic: false,
  result: (types) => arrayOf(types[0] as DataType),
  nullable: false,
  check: (args, context) => {
    if (!holdsMapOrCollated((args[0] as Expression).type)) return;
    throw mismatch("UNSUPPORTED_INPUT_TYPE", args, context, {
      functionName: "`collect_set`",
      dataType: '"MAP" or "COLLATED STRING"',
    });
  },
  accumulator: (call) => {
    const key = valueKey((call.args[0] as Expression).type);
    const add = (state: Map<ValueKey, Boxed>, value: Boxed): void => {
      const at = key(value);
      if (!state.has(at)) state.set(at, value);
    };
    return {
      stateTypes: [call.type],
      init: () => new Map(),
      update: (state, args) => {
        const value = args[0] as Boxed;
        if (value !== null) add(state, value);
        return state;
      },
      merge: (state, other) => {
        for (const value of other.values()) add(state, value);
        return state;
      },
      finish: (state) => [...state.values()],
      toColumns: (state) => [[...state.values()]],
      fromColumns: (columns) => {
        const state = new Map<ValueKey, Boxed>();
        for (const value of columns[0] as readonly Boxed[]) add(state, value);
        return state;
      },
    };
  },
});

function holdsMapOrCollated(type: DataType): boolean {
  return containsType(type, (part) => part.kind === "map" || (part.kind === "string" && part.collation !== undefined));
}

/** How the pieces of a listagg are ordered: whether by each further argument upwards, and where its nulls go. */
interface Order {
  readonly ascending: boolean;
  readonly nullsFirst: boolean;
}

type Piece = readonly Boxed[];

const STRING_OR_BINARY: InputType = { anyOf: ["string", "binary"] };

/** Arguments: the value, the delimiter, then what WITHIN GROUP orders by. A piece is the value and the keys of its order. */
const listagg = aggregate<unknown>({
  names: ["listagg", "string_agg"],
  doc: doc("The values joined to one string, with a delimiter between them; WITHIN GROUP (ORDER BY …) gives their order.", [
    "listagg(col, ', ') FROM VALUES ('a'), (NULL), ('b') AS tab(col)",
    "a, b",
  ]),
  parameters: ["expr", "delimiter"],
  inputs: [STRING_OR_BINARY, STRING_OR_BINARY],
  rest: "any",
  ordered: true,
  deterministic: false,
  prepare: (args, context) => {
    if (args.length === 0 || args.length > 2) throw wrongNumArgs("[1, 2]", args.length, context);
    const [value, delimiter = literal(null, NULL)] = args as readonly [Expression, Expression?];
    const type = closestInput(value.type, STRING_OR_BINARY, context.settings);
    if (type === null) throw unexpectedInputType(STRING_OR_BINARY, 0, [value, delimiter], context);
    const text = coerced(value, type, context);
    constantOf("delimiter", delimiter, [value, delimiter], context);
    const order = context.withinGroup ?? [];
    if (context.distinct === true) checkDistinctOrder(value, order, context);
    const target = delimiter.type.kind === "null" ? text.type : STRING;
    const asIs = delimiter.type.kind === "binary" || delimiter.type.kind === "string";
    const separator = asIs ? delimiter : coerced(delimiter, target, context);
    return [text, separator, ...order.map((one) => one.child)];
  },
  check: (args, context) => {
    const [value, delimiter] = args as readonly [Expression, Expression];
    if (value.type.kind === delimiter.type.kind) return;
    throw mismatch("DATA_DIFF_TYPES", args.slice(0, 2), context, {
      functionName: "`listagg`",
      dataType: `("${value.type.kind.toUpperCase()}" or "${delimiter.type.kind.toUpperCase()}")`,
    });
  },
  result: (types) => types[0] as DataType,
  options: (_, context) => ({
    order: (context.withinGroup ?? []).map(({ ascending, nullsFirst }): Order => ({ ascending, nullsFirst })),
  }),
  print: (call, args) => {
    const orders = (call.options?.["order"] as readonly Order[]).map(
      (one, i) => `${args[i + 2]} ${one.ascending ? "ASC" : "DESC"} NULLS ${one.nullsFirst ? "FIRST" : "LAST"}`,
    );
    const within = orders.length === 0 ? "" : ` WITHIN GROUP (ORDER BY ${orders.join(", ")})`;
    const name = orders.length === 0 ? (call.alias ?? call.fn) : call.fn;
    return `${name}(${call.distinct ? "DISTINCT " : ""}${args[0]}, ${args[1]})${within}`;
  },
  accumulator: (call) => {
    const unordered = (call.options?.["order"] as readonly Order[]).length === 0;
    return unordered && call.type.kind === "string" ? joinedAccumulator(call) : listaggAccumulator(call);
  },
});

function checkDistinctOrder(value: Expression, order: readonly SortOrder[], context: BindContext): void {
  const other = order.find((one) => !sameExpression(unwrapped(one.child), unwrapped(value)));
  if (other === undefined && order.length <= 1) return;
  throw new AnalysisError(
    "INVALID_WITHIN_GROUP_EXPRESSION.MISMATCH_WITH_DISTINCT_INPUT",
    {
      funcName: `\`${context.name}\``,
      funcArg: `"${printed(value)}"`,
      orderingExpr: order.map((one) => `"${printed(one.child)}"`).join(", "),
    },
    context.at,
  );
}

function unwrapped(expression: Expression): Expression {
  return expression.kind === "cast" ? unwrapped(expression.child) : expression;
}

/** What has been joined so far, null before the first value, and the delimiter that a later value has before it. */
interface Joined {
  text: string | null;
  delimiter: string;
}

/** Strings in the order in which they come. */
function joinedAccumulator(call: AggregateCall): Accumulator<Joined> {
  return {
    stateTypes: [call.type, call.type],
    init: () => ({ text: null, delimiter: "" }),
    update: (state, args) => {
      const value = args[0] as string | null;
      if (value === null) return state;
      if (state.text === null) {
        state.text = value;
        state.delimiter = (args[1] as string | null) ?? "";
      } else state.text += state.delimiter + value;
      return state;
    },
    merge: (state, other) => {
      if (state.text === null) return other;
      if (other.text !== null) state.text += state.delimiter + other.text;
      return state;
    },
    finish: (state) => state.text,
    toColumns: (state) => [state.text, state.delimiter],
    fromColumns: (columns) => ({ text: columns[0] as string | null, delimiter: columns[1] as string }),
  };
}

function listaggAccumulator(call: AggregateCall): Accumulator<Piece[]> {
  const order = call.options?.["order"] as readonly Order[];
  const keys = call.args.slice(2);
  const compare = comparePieces(order, keys);
  const delimiterOf = (args: readonly Boxed[]): Boxed => args[1] as Boxed;
  const types = [call.type, (call.args[1] as Expression).type, ...keys.map((key) => key.type)];
  const state: DataType = {
    kind: "array",
    containsNull: false,
    element: { kind: "struct", fields: types.map((type, i) => ({ name: `_${i}`, type, nullable: true })) },
  };
  return {
    stateTypes: [state],
    init: () => [],
    update: (pieces, args) => {
      if (args[0] !== null) pieces.push([...args]);
      return pieces;
    },
    merge: (pieces, other) => {
      for (const piece of other) pieces.push(piece);
      return pieces;
    },
    finish: (pieces) => {
      if (pieces.length === 0) return null;
      const sorted = order.length === 0 ? pieces : [...pieces].sort(compare);
      const values = sorted.map((piece) => piece[0] as Boxed);
      const delimiter = delimiterOf(pieces[0] as Piece);
      return call.type.kind === "binary"
        ? joinBytes(values as Uint8Array[], delimiter as Uint8Array | null)
        : (values as string[]).join((delimiter as string | null) ?? "");
    },
    toColumns: (pieces) => [pieces],
    fromColumns: (columns) => [...(columns[0] as readonly Piece[])],
  };
}

function comparePieces(order: readonly Order[], keys: readonly Expression[]): (a: Piece, b: Piece) => number {
  const compares = keys.map((key) => compareValues(key.type));
  return (a, b) => {
    for (let i = 0; i < order.length; i++) {
      const { ascending, nullsFirst } = order[i] as Order;
      const x = a[i + 2] as Boxed;
      const y = b[i + 2] as Boxed;
      if (x === null && y === null) continue;
      if (x === null || y === null) return (x === null) === nullsFirst ? -1 : 1;
      const way = (compares[i] as (x: Boxed, y: Boxed) => number)(x, y);
      if (way !== 0) return ascending ? way : -way;
    }
    return 0;
  };
}

function joinBytes(values: readonly Uint8Array[], delimiter: Uint8Array | null): Uint8Array {
  const parts = delimiter === null ? values : values.flatMap((value, i) => (i === 0 ? [value] : [delimiter, value]));
  return new Uint8Array(Buffer.concat(parts));
}

export const collectAggregates: readonly AggregateFunction[] = [collectList, collectSet, listagg];
