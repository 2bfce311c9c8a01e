/** Functions of a row's place in its window. They are typed here and computed by the window operator, by name. */
import type { DataType } from "../../../columnar/types";
import { DOUBLE, INT, NULL, call as callOf, coerced, literal } from "../../expressions/build";
import type { Call, Expression, WindowFunctionCall } from "../../expressions/expression";
import { printed } from "../../expressions/print";
import { isFoldable } from "../../expressions/traverse";
import { implicitlyCastable } from "../../types/coercion";
import { sqlName } from "../../types/text";
import { outOfRange } from "../aggregate";
import type { BindContext, FunctionDoc, WindowFunction } from "../registry";
import { constantOf, mismatch, scalar } from "../signature";
import type { InputSpec } from "../signature";

interface WindowSpec extends InputSpec {
  readonly name: string;
  readonly usage: string;
  readonly example: readonly [sql: string, result: string];
  readonly result: DataType | ((types: readonly DataType[]) => DataType);
  readonly nullable?: boolean | ((args: readonly Expression[]) => boolean);
  readonly defaults?: (args: readonly Expression[], context: BindContext) => readonly Expression[];
  readonly check?: (args: readonly Expression[], context: BindContext) => void;
  readonly options?: (args: readonly Expression[], context: BindContext) => Readonly<Record<string, unknown>>;
  /** Where it is not name(arg, …). */
  readonly print?: (args: readonly string[], context: BindContext) => string;
  /** What `args` of the call are; the arguments themselves unless said otherwise. */
  readonly keep?: (args: readonly Expression[], context: BindContext) => readonly Expression[];
}

function windowFunction(spec: WindowSpec): WindowFunction {
  const { name, usage, example, nullable, print, keep, ...signature } = spec;
  const doc: FunctionDoc = { group: "window", usage, examples: [[`SELECT ${example[0]}`, example[1]]] };
  const typed = scalar({
    ...signature,
    names: [name],
    doc,
    nullable: typeof nullable === "function" ? (args) => nullable(args) : (nullable ?? false),
  });
  return {
    kind: "windowFunction",
    names: [name],
    doc,
    bind: (args, context) => {
      const bound = typed.bind(args, context) as Call;
      const call: WindowFunctionCall = {
        kind: "windowFunction",
        fn: name,
        args: keep === undefined ? bound.args : keep(bound.args, context),
        ignoreNulls: context.ignoreNulls === true,
        type: bound.type,
        nullable: bound.nullable,
        ...(bound.options && { options: bound.options }),
        ...(bound.at && { at: bound.at }),
        ...(print && { printed: print(bound.args.map(printed), context) }),
      };
      return call;
    },
  };
}

const SAMPLE = "FROM VALUES ('A1', 2), ('A1', 1), ('A2', 3), ('A1', 1) tab(a, b)";
const over = (fn: string): string => `a, b, ${fn} OVER (PARTITION BY a ORDER BY b) ${SAMPLE}`;

/** rank, dense_rank and percent_rank: arguments are allowed and mean nothing, as what they rank is the window's order. */
function ranking(name: string, usage: string, type: DataType, last: readonly [string, string, string, string]): WindowFunction {
  const rows = [`A1\t1\t${last[0]}`, `A1\t1\t${last[1]}`, `A1\t2\t${last[2]}`, `A2\t3\t${last[3]}`];
  return windowFunction({
    name,
    usage,
    example: [over(`${name}()`), rows.join("\n")],
    inputs: [],
    rest: "any",
    result: type,
    keep: () => [],
    print: () => `${name.toUpperCase()}()`,
  });
}

function shift(name: "lag" | "lead", usage: string, last: readonly [string, string, string, string]): WindowFunction {
  const rows = [`A1\t1\t${last[0]}`, `A1\t1\t${last[1]}`, `A1\t2\t${last[2]}`, `A2\t3\t${last[3]}`];
  return windowFunction({
    name,
    usage,
    example: [over(`${name}(b)`), rows.join("\n")],
    inputs: ["any", "int", "any"],
    optional: 2,
    defaults: (args) => [...args.slice(0, 1), args[1] ?? literal(1, INT), literal(null, args[0]?.type ?? NULL)],
    keep: (args, context) => {
      const [value, offset, fallback] = args as readonly [Expression, Expression, Expression];
      return [value, offset, coerced(fallback, value.type, context)];
    },
    check: (args, context) => {
      const [value, offset, fallback] = args as readonly [Expression, Expression, Expression];
      if (!implicitlyCastable(fallback.type, value.type, context.settings)) {
        throw mismatch("UNEXPECTED_INPUT_TYPE", args, context, {
          paramIndex: "third",
          requiredType: `"${sqlName(value.type)}"`,
          inputSql: `"${printed(fallback)}"`,
          inputType: `"${sqlName(fallback.type)}"`,
        });
      }
      if (!isFoldable(offset)) {
        const negated: Expression = callOf("negative", [offset], INT, offset.nullable);
        throw mismatch("NON_FOLDABLE_INPUT", args, context, {
          inputName: "`offset`",
          inputType: '"INT"',
          inputExpr: `"${printed(name === "lag" ? negated : offset)}"`,
        });
      }
    },
    result: (types) => types[0] as DataType,
    nullable: (args) => (args[2] as Expression).nullable || (args[0] as Expression).nullable,
    options: (args, context) => ({ offset: context.fold(args[1] as Expression).value }),
  });
}

export const windowFunctions: readonly WindowFunction[] = [
  windowFunction({
    name: "row_number",
    usage: "The row's number in its window, from 1.",
    example: [over("row_number()"), "A1\t1\t1\nA1\t1\t2\nA1\t2\t3\nA2\t3\t1"],
    inputs: [],
    result: INT,
  }),
  ranking("rank", "The row's rank in its window, the same for equal rows, with gaps after them.", INT, ["1", "1", "3", "1"]),
  ranking("dense_rank", "The row's rank in its window, the same for equal rows, without gaps.", INT, ["1", "1", "2", "1"]),
  ranking("percent_rank", "The row's rank from 0 to 1.", DOUBLE, ["0.0", "0.0", "1.0", "0.0"]),
  windowFunction({
    name: "cume_dist",
    usage: "The share of rows that are not behind this one.",
    example: [over("cume_dist()"), "A1\t1\t0.6666666666666666\nA1\t1\t0.6666666666666666\nA1\t2\t1.0\nA2\t3\t1.0"],
    inputs: [],
    result: DOUBLE,
  }),
  windowFunction({
    name: "ntile",
    usage: "The number of the row's bucket where the window is divided into that many of equal size.",
    example: [over("ntile(2)"), "A1\t1\t1\nA1\t1\t1\nA1\t2\t2\nA2\t3\t1"],
    inputs: ["int"],
    uncast: true,
    optional: 1,
    defaults: () => [literal(1, INT)],
    check: (args, context) => {
      const buckets = args[0] as Expression;
      const value = constantOf("buckets", buckets, args, context) as number | null;
      if (value === null || value <= 0) throw outOfRange("buckets", "(0, 2147483647]", buckets, args, context);
    },
    result: INT,
    options: (args, context) => ({ buckets: context.fold(args[0] as Expression).value }),
  }),
  shift("lag", "The value in an earlier row: so many before, and what to give where there is none.", ["NULL", "1", "1", "NULL"]),
  shift("lead", "The value in a later row: so many after, and what to give where there is none.", ["1", "2", "NULL", "NULL"]),
  windowFunction({
    name: "nth_value",
    usage: "The value in the nth row of the window's frame.",
    example: [over("nth_value(b, 2)"), "A1\t1\t1\nA1\t1\t1\nA1\t2\t1\nA2\t3\tNULL"],
    inputs: ["any", "integral"],
    check: (args, context) => {
      const offset = args[1] as Expression;
      const value = constantOf("offset", offset, args, context) as number | bigint | null;
      if (value === null || value <= 0) throw outOfRange("offset", "(0, 9223372036854775807]", offset, args, context);
    },
    result: (types) => types[0] as DataType,
    nullable: true,
    options: (args, context) => ({ n: Number(context.fold(args[1] as Expression).value) }),
    print: (args, context) => `nth_value(${args.join(", ")})${context.ignoreNulls === true ? " ignore nulls" : ""}`,
  }),
];
