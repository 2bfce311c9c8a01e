/** The user functions that a plan names: they travel with its tasks. */
import type { UserFunction } from "../syntax/expression";

const FORMS = new Set<string>(["scalar", "batch", "aggregate", "table"] satisfies UserFunction["form"][]);

/** Ids of the functions anywhere in `plan`, which is plain data. */
export function userFunctionsOf(plan: object): Set<string> {
  const ids = new Set<string>();
  const visit = (value: object): void => {
    if (ArrayBuffer.isView(value)) return;
    const fn = value as Partial<UserFunction>;
    if (typeof fn.id === "string" && fn.form !== undefined && FORMS.has(fn.form)) ids.add(fn.id);
    for (const item of Object.values(value)) if (typeof item === "object" && item !== null) visit(item as object);
  };
  visit(plan);
  return ids;
}
