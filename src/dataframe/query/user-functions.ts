/** The user functions that a plan names: they travel with its tasks. */
import type { Frozen } from "../../closure/frozen";
import { InternalError } from "../../common/errors";
import { someObjectIn } from "../plain-data";
import { CODE, type UserFunction } from "../syntax/expression";

const FORMS = new Set<string>(["scalar", "batch", "aggregate", "table"] satisfies UserFunction["form"][]);

/** The functions anywhere in `plan`, by their ids. */
export function userFunctionsOf(plan: object): Map<string, Frozen> {
  const found = new Map<string, Frozen>();
  const visit = (value: object): boolean => {
    const fn = value as Partial<UserFunction>;
    if (typeof fn.id === "string" && fn.form !== undefined && FORMS.has(fn.form)) found.set(fn.id, codeOf(fn as UserFunction));
    // Never true: all of them are wanted.
    return someObjectIn(value, visit);
  };
  visit(plan);
  return found;
}

function codeOf(fn: UserFunction): Frozen {
  const code = fn[CODE];
  if (code === undefined) throw new InternalError(`The user function ${fn.name} came without its code.`);
  return code;
}
