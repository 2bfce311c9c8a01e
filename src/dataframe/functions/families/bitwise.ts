/** Operations on the bits of integers. */
import type { Boxed, DataType } from "../../../columnar/types";
import { QueryError } from "../../errors";
import { BYTE, INT, coerced } from "../../expressions/build";
import type { Expression } from "../../expressions/expression";
import { normalize } from "../../types/exact";
import type { Exact } from "../../types/exact";
import { alignDecimals, checkOperands, promoteStrings, tightest } from "../binary-coercion";
import type { Pair } from "../binary-coercion";
import { document, made, plain } from "../documented";
import type { BindContext, FunctionEntry, ScalarFunction } from "../registry";
import { scalar, unexpectedInputType, wrongNumArgs } from "../signature";

const doc = document("bitwise");

type Words = (a: number, b: number) => number;
type Longs = (a: bigint, b: bigint) => bigint;

function operator(name: string, usage: string, example: readonly [string, string], words: Words, longs: Longs): ScalarFunction {
  return {
    kind: "scalar",
    names: [name],
    doc: doc(usage, example),
    bind: (args, context) => {
      if (args.length !== 2) throw wrongNumArgs("2", args.length, context);
      let pair = tightest(alignDecimals(promoteStrings(args as Pair, context), context), "integral", context);
      if (pair.every((side) => side.type.kind === "null"))
        pair = pair.map((side) => coerced(side, INT, context)) as unknown as Pair;
      checkOperands(pair, "integral", context);
      return {
        kind: "call",
        fn: name,
        args: pair,
        type: pair[0].type,
        nullable: pair.some((side) => side.nullable),
        ...(context.at && { at: context.at }),
      };
    },
    evaluate: (call) =>
      call.type.kind === "long"
        ? (a, b) => normalize(longs(BigInt(a as Exact), BigInt(b as Exact)))
        : (a, b) => words(a as number, b as number),
    print: (_, args) => `(${args.join(` ${name} `)})`,
  };
}

/** Shifts by the lower 5 bits of the distance for ints, 6 for longs; smaller integers are ints. */
function shift(
  name: string,
  symbol: string,
  usage: string,
  example: readonly [string, string],
  words: Words,
  longs: Longs,
): FunctionEntry {
  return scalar({
    names: [name, symbol],
    doc: doc(usage, example),
    parameters: ["base", "exp"],
    inputs: [{ anyOf: ["int", "long"] }, "int"],
    result: (types) => types[0] as DataType,
    evaluate: made((call) =>
      call.type.kind === "long"
        ? (a: Exact, n: number) => normalize(BigInt.asIntN(64, longs(BigInt(a), BigInt(n & 63))))
        : (a: number, n: number) => words(a, n),
    ),
    print: (call, args) => (call.alias === symbol ? `(${args.join(` ${symbol} `)})` : `${name}(${args.join(", ")})`),
  });
}

/** Text would be a truth value. */
function refuseText(args: readonly Expression[], context: BindContext): void {
  const [value] = args;
  if (value?.kind === "cast" && value.implicit === true && value.child.type.kind === "string") {
    throw unexpectedInputType({ anyOf: ["integral", "boolean"] }, 0, [value.child], context);
  }
}

const BITS: Readonly<Record<string, number>> = { byte: 8, short: 16, int: 32, long: 64 };

export const bitwiseFunctions: readonly FunctionEntry[] = [
  operator(
    "&",
    "The bits that both have.",
    ["3 & 5", "1"],
    (a, b) => a & b,
    (a, b) => a & b,
  ),
  operator(
    "|",
    "The bits that one of both has.",
    ["3 | 5", "7"],
    (a, b) => a | b,
    (a, b) => a | b,
  ),
  operator(
    "^",
    "The bits that only one of both has.",
    ["3 ^ 5", "6"],
    (a, b) => a ^ b,
    (a, b) => a ^ b,
  ),
  scalar({
    names: ["~"],
    doc: doc("The bits that a number does not have.", ["~ 0", "-1"]),
    inputs: ["integral"],
    result: (types) => types[0] as DataType,
    evaluate: plain((value: Exact) => (typeof value === "number" ? -value - 1 : normalize(~value))),
    print: (_, args) => `~${args[0]}`,
  }),
  shift(
    "shiftleft",
    "<<",
    "The bits moved to the left.",
    ["2 << 1", "4"],
    (a, n) => a << n,
    (a, n) => a << n,
  ),
  shift(
    "shiftright",
    ">>",
    "The bits moved to the right, the sign kept.",
    ["shiftright(4, 1)", "2"],
    (a, n) => a >> n,
    (a, n) => a >> n,
  ),
  shift(
    "shiftrightunsigned",
    ">>>",
    "The bits moved to the right, zeros put before them.",
    ["4 >>> 1", "2"],
    (a, n) => (a >>> n) | 0,
    (a, n) => BigInt.asUintN(64, a) >> n,
  ),
  scalar({
    names: ["bit_count"],
    doc: doc("How many bits of the 64 of an integer are set.", ["bit_count(0)", "0"]),
    inputs: [{ anyOf: ["integral", "boolean"] }],
    check: (args, context) => refuseText(args, context),
    result: INT,
    evaluate: plain((value: Boxed) => {
      let bits = BigInt.asUintN(64, BigInt(value as number));
      let count = 0;
      for (; bits > 0n; bits &= bits - 1n) count++;
      return count;
    }),
  }),
  scalar({
    names: ["bit_get", "getbit"],
    doc: doc("The bit at a place, counted from the right from 0.", ["getbit(11, 0)", "1"]),
    inputs: ["integral", "int"],
    result: BYTE,
    evaluate: (call) => {
      const upper = BITS[(call.args[0] as Expression).type.kind] as number;
      return (value, place) => {
        const at = place as number;
        if (at >= 0 && at < upper) return Number((BigInt(value as Exact) >> BigInt(at)) & 1n);
        throw new QueryError(
          "INVALID_PARAMETER_VALUE.BIT_POSITION_RANGE",
          { parameter: "`pos`", functionName: "`bit_get`", upper: String(upper), invalidValue: String(at) },
          call.at,
        );
      };
    },
  }),
];
