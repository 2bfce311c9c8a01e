/**
 * The form in which entries are written: what the inputs may be, what implicit casts bring them there, what comes out.
 * `scalar` and `rewrite` make whole entries; `coerceInputs` is for entries with a `bind` of their own.
 */
import type { Boxed, DataType } from "../../columnar/types";
import { AnalysisError } from "../errors";
import { coerced } from "../expressions/build";
import type { Call, Expression, Literal } from "../expressions/expression";
import { printed } from "../expressions/print";
import { isFoldable } from "../expressions/traverse";
import { commonType } from "../types/coercion";
import { isOrderable, sqlName } from "../types/text";
import type { BindContext, FunctionDoc, ScalarFunction } from "./registry";
import { oneCollation } from "./collating";
import type { CollationUse } from "./collating";
import { accepts, closestInput, inputName } from "./input-types";
import type { InputType } from "./input-types";

export interface InputSpec {
  /** One for each positional parameter. */
  readonly inputs: readonly InputType[];
  /** How many of the last `inputs` may be left out. */
  readonly optional?: number;
  /** Any number of further arguments of this kind, `atLeast` of them. */
  readonly rest?: InputType;
  readonly atLeast?: number;
  /** Arguments that become one common type (coalesce, greatest): all, or these positions. Nulls follow the others. */
  readonly common?: "all" | readonly number[];
  /** Arguments that are not what is asked for are refused, where others are cast: Spark's ExpectsInputTypes. Elements of arrays are cast. */
  readonly uncast?: boolean;
  /** All strings get one collation: what the function does with them. */
  readonly collated?: CollationUse;
}

export interface ScalarSpec extends InputSpec {
  /** Lower case; the first is the primary name, the others are aliases. */
  readonly names: readonly string[];
  readonly doc: FunctionDoc;
  readonly parameters?: readonly string[];
  readonly parameterDefaults?: readonly Literal[];
  /** The arguments with values for those that were left out, which Spark prints too; what goes beyond `inputs` does not count. */
  readonly defaults?: (args: readonly Expression[], context: BindContext) => readonly Expression[];
  readonly result: DataType | ((types: readonly DataType[], args: readonly Expression[], context: BindContext) => DataType);
  /** "any" (default): null where some argument may be. */
  readonly nullable?: "any" | "all" | boolean | ((args: readonly Expression[], context: BindContext) => boolean);
  /** Runs on coerced arguments: throws what the types alone cannot say. */
  readonly check?: (args: readonly Expression[], context: BindContext) => void;
  readonly options?: (args: readonly Expression[], context: BindContext) => Readonly<Record<string, unknown>>;
  readonly deterministic?: boolean;
  readonly foldable?: boolean;
  readonly nulls?: ScalarFunction["nulls"];
  readonly evaluate?: NonNullable<ScalarFunction["evaluate"]>;
  readonly evaluateLazy?: NonNullable<ScalarFunction["evaluateLazy"]>;
  readonly print?: (call: Call, args: readonly string[]) => string;
}

export function scalar(spec: ScalarSpec): ScalarFunction {
  const primary = spec.names[0] as string;
  return {
    kind: "scalar",
    names: spec.names,
    doc: spec.doc,
    ...(spec.parameters && { parameters: spec.parameters }),
    ...(spec.parameterDefaults && { parameterDefaults: spec.parameterDefaults }),
    ...(spec.deterministic !== undefined && { deterministic: spec.deterministic }),
    ...(spec.foldable !== undefined && { foldable: spec.foldable }),
    ...(spec.nulls && { nulls: spec.nulls }),
    ...(spec.evaluate && { evaluate: spec.evaluate }),
    ...(spec.evaluateLazy && { evaluateLazy: spec.evaluateLazy }),
    ...(spec.print && { print: spec.print }),
    bind: (given, context) => {
      refuseLambdas(given, context);
      checkCount(spec, given.length, context);
      const all = withDefaults(spec, given, context);
      const args = coerceInputs(spec, all, context);
      spec.check?.(args, context);
      const types = args.map((arg) => arg.type);
      const options = spec.options?.(args, context);
      return {
        kind: "call",
        fn: primary,
        ...(context.name !== primary && { alias: context.name }),
        args,
        type: typeof spec.result === "function" ? spec.result(types, args, context) : spec.result,
        nullable: nullabilityOf(spec, args, context),
        ...(options && { options }),
        ...(context.at && { at: context.at }),
      };
    },
  };
}

/** A lambda that no entry has bound stands where there can be none. */
export function refuseLambdas(args: readonly Expression[], context: BindContext): void {
  const unbound = args.some(
    (arg) => arg.kind === "lambda" && arg.params.every((param) => param.type.kind === "null") && arg.type.kind === "null",
  );
  if (unbound)
    throw new AnalysisError("INVALID_LAMBDA_FUNCTION_CALL.NON_HIGHER_ORDER_FUNCTION", { class: context.name }, context.at);
}

function withDefaults(
  spec: InputSpec & { readonly defaults?: ScalarSpec["defaults"] },
  given: readonly Expression[],
  context: BindContext,
): readonly Expression[] {
  if (spec.defaults === undefined) return given;
  const all = [...given, ...spec.defaults(given, context).slice(given.length)];
  return spec.rest === undefined ? all.slice(0, spec.inputs.length) : all;
}

function nullabilityOf(spec: ScalarSpec, args: readonly Expression[], context: BindContext): boolean {
  const { nullable = "any" } = spec;
  if (typeof nullable === "boolean") return nullable;
  if (nullable === "any") return args.some((arg) => arg.nullable);
  if (nullable === "all") return args.every((arg) => arg.nullable);
  return nullable(args, context);
}

export interface RewriteSpec extends InputSpec {
  readonly names: readonly string[];
  readonly doc: FunctionDoc;
  readonly parameters?: readonly string[];
  /** Without it arguments come as they are and `inputs` only says their number. */
  readonly coerce?: boolean;
  readonly defaults?: ScalarSpec["defaults"];
  readonly to: (args: readonly Expression[], context: BindContext) => Expression;
  /** The printed form; `name(arg, …)` of the given arguments unless said otherwise. `null`: what `to` gives prints itself. */
  readonly print?: null | ((args: readonly string[], context: BindContext) => string);
}

/** Spark's RuntimeReplaceable: a function that is other expressions, and prints as it was written. */
export function rewrite(spec: RewriteSpec): ScalarFunction {
  return {
    kind: "scalar",
    names: spec.names,
    doc: spec.doc,
    ...(spec.parameters && { parameters: spec.parameters }),
    bind: (given, context) => {
      checkCount(spec, given.length, context);
      const all = withDefaults(spec, given, context);
      const args = spec.coerce === true ? coerceInputs(spec, all, context) : all;
      const result = spec.to(args, context);
      if (spec.print === null || result.kind === "attribute") return result;
      const texts = all.map(printed);
      const text = spec.print === undefined ? `${context.name}(${texts.join(", ")})` : spec.print(texts, context);
      return { ...result, printed: text, ...(context.at && { at: context.at }) };
    },
  };
}

/** Each argument with the implicit cast that its input asks for. */
export function coerceInputs(spec: InputSpec, args: readonly Expression[], context: BindContext): readonly Expression[] {
  const each = args.map((arg, i) => coerceInput(spec, arg, i, args, context));
  const use = spec.collated ?? (spec.common === undefined ? undefined : "value");
  const collated = use === undefined ? each : oneCollation(each, context, use);
  return spec.common === undefined ? collated : commonInputs(collated, spec.common, args, context);
}

function coerceInput(
  spec: InputSpec,
  arg: Expression,
  index: number,
  args: readonly Expression[],
  context: BindContext,
): Expression {
  const input = spec.inputs[index] ?? spec.rest ?? "any";
  const refused = spec.uncast === true && arg.type.kind !== "null" && arg.type.kind !== "array" && !accepts(input, arg.type);
  const target = refused ? null : closestInput(arg.type, input, context.settings);
  if (target === null) throw unexpectedInputType(input, index, args, context);
  return coerced(arg, target, context);
}

/** The arguments at these positions, cast to the type that Spark finds for them together. */
export function commonInputs(
  args: readonly Expression[],
  positions: "all" | readonly number[],
  written: readonly Expression[],
  context: BindContext,
): readonly Expression[] {
  const chosen = positions === "all" ? args.map((_, i) => i) : positions.filter((i) => i < args.length);
  const types = chosen.map((i) => (args[i] as Expression).type);
  const type = commonType(types, context.settings);
  if (type === null) throw differentTypes(types, written, context);
  const set = new Set(chosen);
  return args.map((arg, i) => (set.has(i) ? coerced(arg, type, context) : arg));
}

export function differentTypes(types: readonly DataType[], args: readonly Expression[], context: BindContext): AnalysisError {
  return mismatch("DATA_DIFF_TYPES", args, context, {
    functionName: `\`${context.name}\``,
    dataType: `[${types.map((type) => `"${sqlName(type)}"`).join(", ")}]`,
  });
}

export function unexpectedInputType(
  input: InputType,
  index: number,
  args: readonly Expression[],
  context: BindContext,
): AnalysisError {
  const arg = args[index] as Expression;
  return mismatch("UNEXPECTED_INPUT_TYPE", args, context, {
    paramIndex: ordinal(index),
    requiredType: inputName(input),
    inputSql: `"${printed(arg)}"`,
    inputType: `"${sqlName(arg.type)}"`,
  });
}

/** DATATYPE_MISMATCH with the text of the whole call. */
export function mismatch(
  reason: string,
  args: readonly Expression[],
  context: BindContext,
  parameters: Readonly<Record<string, string>>,
): AnalysisError {
  return new AnalysisError(
    `DATATYPE_MISMATCH.${reason}`,
    { sqlExpr: `"${callText(context.name, args)}"`, ...parameters },
    context.at,
  );
}

/** Throws INVALID_ORDERING_TYPE where values of the type have no order. */
export function requireOrderable(type: DataType, args: readonly Expression[], context: BindContext): void {
  if (isOrderable(type)) return;
  throw mismatch("INVALID_ORDERING_TYPE", args, context, {
    functionName: `\`${context.name}\``,
    dataType: `"${sqlName(type)}"`,
  });
}

/** Operators between their operands, functions before them. */
function callText(name: string, args: readonly Expression[]): string {
  const texts = args.map(printed);
  if (name === "not") return `(NOT ${texts.join(", ")})`;
  if (/^[a-z_]/.test(name) && name !== "and" && name !== "or" && name !== "div") return `${name}(${texts.join(", ")})`;
  return texts.length === 1
    ? `(${name} ${texts[0]})`
    : `(${texts.join(` ${name === "and" || name === "or" ? name.toUpperCase() : name} `)})`;
}

function checkCount(spec: InputSpec, count: number, context: BindContext): void {
  const most = spec.rest === undefined ? spec.inputs.length : Infinity;
  const least = spec.inputs.length - (spec.optional ?? 0) + (spec.atLeast ?? 0);
  if (count >= least && count <= most) return;
  const expected = most === Infinity ? `> ${least - 1}` : least === most ? String(least) : rangeText(least, most);
  throw wrongNumArgs(expected, count, context);
}

function rangeText(least: number, most: number): string {
  const counts = Array.from({ length: most - least + 1 }, (_, i) => String(least + i));
  return `[${counts.join(", ")}]`;
}

export function wrongNumArgs(expected: string, actual: number, context: Pick<BindContext, "name" | "at">): AnalysisError {
  return new AnalysisError(
    "WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
    {
      functionName: `\`${context.name}\``,
      expectedNum: expected,
      actualNum: String(actual),
      docroot: "https://spark.apache.org/docs/latest",
    },
    context.at,
  );
}

const ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"];

/** Spark's word for a parameter's place. */
export function ordinal(index: number): string {
  return ORDINALS[index] ?? `${index + 1}th`;
}

/** The value of an argument that must be constant; NON_FOLDABLE_INPUT otherwise. */
export function constantOf(name: string, arg: Expression, args: readonly Expression[], context: BindContext): Boxed {
  if (!isFoldable(arg)) {
    throw mismatch("NON_FOLDABLE_INPUT", args, context, {
      inputName: `\`${name}\``,
      inputType: `"${sqlName(arg.type)}"`,
      inputExpr: `"${printed(arg)}"`,
    });
  }
  return context.fold(arg).value;
}
