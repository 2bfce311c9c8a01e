/** Random values. With a seed they are Spark's: the seed and the partition's number give the sequence of a task. */
import type { Boxed, DataType } from "../../../columnar/types";
import { XorShiftRandom } from "../../../rdd/random/xor-shift";
import { AnalysisError } from "../../errors";
import { DOUBLE, STRING, cast, literal } from "../../expressions/build";
import type { Call, Expression } from "../../expressions/expression";
import { printed } from "../../expressions/print";
import { isFoldable } from "../../expressions/traverse";
import { newSeed } from "../../syntax/random-calls";
import { widerType } from "../../types/coercion";
import type { Exact } from "../../types/exact";
import { isIntegral, isNumeric, sqlName } from "../../types/text";
import { document } from "../documented";
import { MersenneTwister } from "../numeric/mersenne-twister";
import type { BindContext, EvaluationContext, FunctionEntry, ScalarFunction } from "../registry";
import { mismatch, scalar, unexpectedInputType, wrongNumArgs } from "../signature";
import { requireRoomForText } from "../value-size";

const doc = document("math");

/**
 * The seed as decimal digits: plans are JSON-like, and seeds have 64 bits. That of a call without one stays the call's, so that a task that
 * runs again draws the same.
 */
function seedOf(
  arg: Expression | undefined,
  args: readonly Expression[],
  context: BindContext,
  notConstant: (arg: Expression, args: readonly Expression[], context: BindContext) => AnalysisError = seedNotConstant,
): string {
  if (arg === undefined) return context.seed ?? newSeed();
  if (!isFoldable(arg)) throw notConstant(arg, args, context);
  const value = context.fold(arg).value as Exact | null;
  return value === null ? "0" : value.toString();
}

/** The seed of functions that take a literal alone, an INT or BIGINT. */
function literalSeedOf(name: string, arg: Expression | undefined, args: readonly Expression[], context: BindContext): string {
  if (arg !== undefined && (arg.kind !== "literal" || !isSeed(arg.type))) {
    throw new AnalysisError(
      "INVALID_PARAMETER_VALUE.LONG",
      { parameter: "`seed`", functionName: `\`${name}\``, invalidValue: `"${printed(arg)}"` },
      context.at,
    );
  }
  return seedOf(arg, args, context);
}

function seedNotConstant(arg: Expression, args: readonly Expression[], context: BindContext): AnalysisError {
  return mismatch("NON_FOLDABLE_INPUT", args, context, {
    inputName: "`seed`",
    inputType: "integer or floating-point",
    inputExpr: `"${printed(arg)}"`,
  });
}

function seeded(call: Call, context: EvaluationContext): bigint {
  return BigInt(call.options?.["seed"] as string) + BigInt(context.partition);
}

function isSeed(type: DataType): boolean {
  return type.kind === "int" || type.kind === "long" || type.kind === "null";
}

function unfoldableSeed(arg: Expression, args: readonly Expression[], { name, at }: BindContext): AnalysisError {
  const call = name === "random" ? "rand" : name;
  const exprWithSeed = `"${call}(${args.map(printed).join(", ")})"`;
  return new AnalysisError("SEED_EXPRESSION_IS_UNFOLDABLE", { seedExpr: `"${printed(arg)}"`, exprWithSeed }, at);
}

/** Numbers from a stream of their own: rand, randn. */
function stream(
  names: readonly string[],
  usage: string,
  example: readonly [string, string],
  draw: (random: XorShiftRandom) => number,
): ScalarFunction {
  return {
    kind: "scalar",
    names,
    doc: doc(usage, example),
    parameters: ["seed"],
    deterministic: false,
    nulls: "custom",
    bind: (args, context) => {
      if (args.length > 1) throw wrongNumArgs("[0, 1]", args.length, context);
      const [arg] = args;
      if (arg !== undefined && !isSeed(arg.type)) throw unexpectedInputType({ anyOf: ["int", "long"] }, 0, args, context);
      return {
        kind: "call",
        fn: names[0] as string,
        args,
        type: DOUBLE,
        nullable: false,
        options: { seed: seedOf(arg, args, context, unfoldableSeed) },
        ...(context.at && { at: context.at }),
      };
    },
    evaluate: (call, context) => {
      const random = new XorShiftRandom(seeded(call, context));
      return () => draw(random);
    },
  };
}

/** min + (max - min) × a number from 0 to 1, in the type of the bounds. */
const uniform: ScalarFunction = {
  kind: "scalar",
  names: ["uniform"],
  doc: doc("A random number from a first to before a second.", ["uniform(10, 20, 0)", "17"]),
  parameters: ["min", "max", "seed"],
  deterministic: false,
  nulls: "custom",
  bind: (args, context) => {
    if (args.length < 2 || args.length > 3) throw wrongNumArgs("[2, 3]", args.length, context);
    const [min, max, seed] = args as readonly [Expression, Expression, Expression | undefined];
    [min, max].forEach((bound, i) => checkBound(bound, i, args, context));
    const type = uniformType(min.type, max.type, context);
    const [low, high] = [min, max].map((bound) => context.fold(cast(bound, DOUBLE, "ansi")).value as number | null);
    const bounds = low === null || high === null || low === undefined || high === undefined ? null : [low, high];
    const text = `uniform(${args.map(printed).join(", ")})`;
    if (bounds === null) return { ...literal(null, type), nullable: false, printed: text };
    const random: Call = {
      kind: "call",
      fn: "uniform",
      args: [],
      type: DOUBLE,
      nullable: false,
      options: { seed: seedOf(seed, args, context), low: bounds[0], high: bounds[1] },
      printed: text,
      ...(context.at && { at: context.at }),
    };
    return type.kind === "double"
      ? random
      : { ...cast(random, type, "ansi", { implicit: true }), nullable: false, printed: text };
  },
  evaluate: (call, context) => {
    const random = new XorShiftRandom(seeded(call, context));
    const low = call.options?.["low"] as number;
    const high = call.options?.["high"] as number;
    return () => low + (high - low) * random.nextDouble();
  },
};

function checkBound(bound: Expression, i: number, args: readonly Expression[], context: BindContext): void {
  const inputType = "integer or floating-point";
  if (!isNumeric(bound.type) && bound.type.kind !== "null") {
    throw mismatch("UNEXPECTED_INPUT_TYPE", args, context, {
      paramIndex: i === 0 ? "first" : "second",
      requiredType: inputType,
      inputSql: `"${printed(bound)}"`,
      inputType: `"${sqlName(bound.type)}"`,
    });
  }
  if (isFoldable(bound)) return;
  throw mismatch("NON_FOLDABLE_INPUT", args, context, {
    inputName: i === 0 ? "`min`" : "`max`",
    inputType,
    inputExpr: `"${printed(bound)}"`,
  });
}

function uniformType(min: DataType, max: DataType, context: BindContext): DataType {
  if (min.kind === "null" || max.kind === "null") return DOUBLE;
  if (isIntegral(min) && isIntegral(max)) return widerType(min, max, context.settings) ?? DOUBLE;
  const kinds = [min.kind, max.kind];
  if (kinds.includes("double")) return DOUBLE;
  if (kinds.includes("float")) return { kind: "float" };
  const decimal = [min, max].filter((type) => type.kind === "decimal");
  return decimal.sort((a, b) => b.precision - a.precision)[0] ?? DOUBLE;
}

const LETTERS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

const randstr: ScalarFunction = {
  kind: "scalar",
  names: ["randstr"],
  doc: document("string")("A string of so many random letters and digits.", ["randstr(3, 0)", "ceV"]),
  parameters: ["length", "seed"],
  deterministic: false,
  nulls: "custom",
  bind: (args, context) => {
    if (args.length < 1 || args.length > 2) throw wrongNumArgs("[1, 2]", args.length, context);
    const [length, seed] = args as readonly [Expression, Expression | undefined];
    if (!isIntegral(length.type) && length.type.kind !== "null") throw unexpectedInputType("int", 0, args, context);
    if (!isFoldable(length)) {
      throw mismatch("NON_FOLDABLE_INPUT", args, context, {
        inputName: "`length`",
        inputType: "INT or SMALLINT",
        inputExpr: `"${printed(length)}"`,
      });
    }
    const count = Number(context.fold(length).value ?? 0);
    if (count < 0) {
      throw new AnalysisError(
        "INVALID_PARAMETER_VALUE.LENGTH",
        { parameter: "`length`", length: String(count), functionName: "`randstr`" },
        context.at,
      );
    }
    return {
      kind: "call",
      fn: "randstr",
      args,
      type: STRING,
      nullable: false,
      options: { seed: seedOf(seed, args, context), length: count },
      ...(context.at && { at: context.at }),
    };
  },
  evaluate: (call, context) => {
    const random = new XorShiftRandom(seeded(call, context));
    const length = call.options?.["length"] as number;
    return () => {
      requireRoomForText(length, { name: "randstr", at: call.at });
      const letters = Buffer.allocUnsafe(length);
      for (let i = 0; i < length; i++) letters[i] = LETTERS.charCodeAt(Math.abs(random.nextInt() % 62));
      return letters.toString("latin1");
    };
  },
};

const uuid: ScalarFunction = {
  kind: "scalar",
  names: ["uuid"],
  doc: document("misc")("A random UUID.", ["length(uuid())", "36"]),
  parameters: ["seed"],
  deterministic: false,
  nulls: "custom",
  bind: (args, context) => {
    if (args.length > 1) throw wrongNumArgs("[0, 1]", args.length, context);
    return {
      kind: "call",
      fn: "uuid",
      args: [],
      type: STRING,
      nullable: false,
      options: { seed: literalSeedOf("UUID", args[0], args, context) },
      ...(context.at && { at: context.at }),
    };
  },
  evaluate: (call, context) => {
    const random = new MersenneTwister(seeded(call, context));
    return () => {
      const high = (random.nextLong() & 0xffffffffffff0fffn) | 0x4000n;
      const low = (random.nextLong() | 0x8000000000000000n) & 0xbfffffffffffffffn;
      const digits = high.toString(16).padStart(16, "0") + low.toString(16).padStart(16, "0");
      return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
    };
  },
};

const shuffle = scalar({
  names: ["shuffle"],
  doc: document("array")("The array in a random order.", ["size(shuffle(array(1, 20, 3, 5)))", "4"]),
  inputs: ["array", "any"],
  optional: 1,
  result: (types) => types[0] as DataType,
  nullable: (args) => (args[0] as Expression).nullable,
  deterministic: false,
  nulls: "custom",
  print: (_, args) => `shuffle(${args[0]})`,
  options: (args, context) => ({ seed: literalSeedOf("shuffle", args[1], args, context) }),
  evaluate: (call, context) => {
    const random = new MersenneTwister(seeded(call, context));
    return (items) => {
      if (items === null) return null;
      const shuffled: Boxed[] = [];
      // Fisher and Yates's shuffle from the inside out: each item takes the place of one of those before it, or its own.
      (items as readonly Boxed[]).forEach((item, i) => {
        const place = random.nextIntBelow(i + 1);
        if (place < i) shuffled.push(shuffled[place] as Boxed);
        shuffled[place] = item;
      });
      return shuffled;
    };
  },
});

/** A partition's number in the upper 31 bits, the row's place in the lower 33. */
const increasing: ScalarFunction = {
  kind: "scalar",
  names: ["monotonically_increasing_id"],
  doc: document("misc")("A number that grows from row to row and from partition to partition.", [
    "monotonically_increasing_id()",
    "0",
  ]),
  deterministic: false,
  nulls: "custom",
  bind: (args, context) => {
    if (args.length > 0) throw wrongNumArgs("0", args.length, context);
    return {
      kind: "call",
      fn: "monotonically_increasing_id",
      args,
      type: { kind: "long" },
      nullable: false,
      ...(context.at && { at: context.at }),
    };
  },
  evaluate: (_, context) => {
    let next = context.partition * 2 ** 33;
    // 2^31 partitions of 2^33 rows are beyond the safe integers only from partition 2^20 on.
    if (Number.isSafeInteger(next + 2 ** 33)) return () => next++;
    let big = BigInt(context.partition) << 33n;
    next = 0;
    return (): Boxed => big++;
  },
};

export const randomFunctions: readonly FunctionEntry[] = [
  stream(["rand", "random"], "A random number from 0 to before 1.", ["rand(0)", "0.7604953758285915"], (random) =>
    random.nextDouble(),
  ),
  stream(["randn"], "A random number of the normal distribution.", ["randn(0)", "1.6034991609278433"], (random) =>
    random.nextGaussian(),
  ),
  uniform,
  randstr,
  uuid,
  shuffle,
  increasing,
];
