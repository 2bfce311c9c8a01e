/** The aggregate count_min_sketch: about how often values came. */
import type { Boxed } from "../../../columnar/types";
import { BINARY } from "../../expressions/build";
import type { Expression } from "../../expressions/expression";
import { aggregate, outOfRange } from "../aggregate";
import { document } from "../documented";
import type { BindContext } from "../registry";
import { constantOf, mismatch } from "../signature";
import { CountMinSketch } from "../sketches/count-min";

const doc = document("agg");

/** Counters at most: a sketch that does not fit its task is refused before it is made. */
const MOST_COUNTERS = 2 ** 26;

function constant(name: string, at: number, args: readonly Expression[], context: BindContext): number | bigint {
  const value = constantOf(name, args[at] as Expression, args, context);
  if (value === null) throw mismatch("UNEXPECTED_NULL", args, context, { exprName: `\`${name}\`` });
  return value as number | bigint;
}

export const countMinSketch = aggregate<CountMinSketch>({
  names: ["count_min_sketch"],
  parameters: ["column", "epsilon", "confidence", "seed"],
  doc: doc("A count-min sketch with a relative error of eps, right with the given confidence.", [
    "hex(count_min_sketch(col, 0.5d, 0.5d, 1)) FROM VALUES (1), (2), (1) AS tab(col)",
    "0000000100000000000000030000000100000004000000005D8D6AB90000000000000000000000000000000200000000000000010000000000000000",
  ]),
  inputs: [{ anyOf: ["byte", "short", "int", "long", "string", "binary"] }, "double", "double", { anyOf: ["int", "long"] }],
  uncast: true,
  result: BINARY,
  nullable: false,
  options: (args, context) => {
    const eps = Number(constant("eps", 1, args, context));
    const confidence = Number(constant("confidence", 2, args, context));
    // Of a seed of 64 bits Spark takes the low 32.
    const seed = Number(BigInt.asIntN(32, BigInt(constant("seed", 3, args, context))));
    const counters = (2 / eps) * -Math.log2(1 - confidence);
    if (!(eps > 0) || (confidence < 1 && counters > MOST_COUNTERS)) {
      throw outOfRange("eps", "(0.0, 1.7976931348623157E308]", args[1] as Expression, args, context);
    }
    if (!(confidence > 0 && confidence < 1)) throw outOfRange("confidence", "(0.0, 1.0)", args[2] as Expression, args, context);
    return { eps, confidence, seed };
  },
  accumulator: ({ options }) => {
    const { eps, confidence, seed } = options as { readonly eps: number; readonly confidence: number; readonly seed: number };
    return {
      stateTypes: [BINARY],
      init: () => CountMinSketch.of(eps, confidence, seed),
      update: (state, args) => {
        const value = args[0] as Boxed;
        if (typeof value === "string") state.addBytes(Buffer.from(value));
        else if (value instanceof Uint8Array) state.addBytes(value);
        else if (value !== null) state.addInteger(value as number | bigint);
        return state;
      },
      merge: (state, other) => state.merge(other),
      finish: (state) => state.toBytes(),
      toColumns: (state) => [state.toBytes()],
      fromColumns: ([bytes]) => CountMinSketch.fromBytes(bytes as Uint8Array),
    };
  },
});
