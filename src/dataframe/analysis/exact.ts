/** Where a plan's columns count as they are, its hidden ones go. */
import { bound, exactly } from "./binder";
import type { Bound } from "./binder";

export function exactlyBound(input: Bound): Bound {
  if (input.hidden.length === 0) return input;
  return bound(exactly(input), input.output, { planIds: input.planIds });
}
