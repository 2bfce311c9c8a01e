/** What entries of the registry may ask while they type a call. */
import { AnalysisError } from "../errors";
import type { QueryContext } from "../errors";
import type { BindContext } from "../functions/registry";
import type { Binder } from "./binder";

export function bindContext(
  binder: Binder,
  name: string,
  at: QueryContext | undefined,
  extra: Partial<Pick<BindContext, "bindLambda" | "ignoreNulls" | "withinGroup" | "distinct" | "seed">> = {},
): BindContext {
  return {
    settings: binder.context.settings,
    name,
    at,
    nextId: () => binder.nextId(),
    fold: (expression) => binder.context.evaluate(expression),
    bindLambda: () => {
      throw new AnalysisError("INVALID_LAMBDA_FUNCTION_CALL.NON_HIGHER_ORDER_FUNCTION", { class: name }, at);
    },
    ...extra,
  };
}
