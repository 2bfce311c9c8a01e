/** Projects a plan to its visible columns, where hidden ones must not be passed on. */
import { bound, exactly } from "./binder";
import type { Bound } from "./binder";

export function exactlyBound(input: Bound): Bound {
  if (input.hidden.length === 0) return input;
  return bound(exactly(input), input.output, { planIds: input.planIds });
}
