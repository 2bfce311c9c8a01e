/** Short ways to write entries. */
import type { Boxed } from "../../columnar/types";
import type { FunctionDoc, ScalarFunction } from "./registry";

/** `document("string")("What it gives.", ["upper('a')", "A"])`: examples are expressions with their results as text. */
export function document(
  group: string,
): (usage: string, ...examples: readonly (readonly [expression: string, result: string])[]) => FunctionDoc {
  return (usage, ...examples) => ({
    group,
    usage,
    examples: examples.map(([expression, result]) => [`SELECT ${expression}`, result] as const),
  });
}

/** An evaluator that is the same for every call. The argument types are those of boxed values of the coerced arguments. */
export function plain<A extends readonly never[]>(f: (...args: A) => Boxed): NonNullable<ScalarFunction["evaluate"]> {
  const evaluate = f as unknown as (...args: Boxed[]) => Boxed;
  return () => evaluate;
}

/** An evaluator that depends on the call. */
export function made<A extends readonly never[]>(
  make: (...parameters: Parameters<NonNullable<ScalarFunction["evaluate"]>>) => (...args: A) => Boxed,
): NonNullable<ScalarFunction["evaluate"]> {
  return make as unknown as NonNullable<ScalarFunction["evaluate"]>;
}
